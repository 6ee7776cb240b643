"""The journal's tree, against RFC 9162 written down naively."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.protocol import merkle
from comity.protocol.errors import ProofInvalidError

LEAVES = [merkle.leaf_hash(b"leaf %d" % number) for number in range(300)]
MANY = [merkle.leaf_hash(b"%d" % number) for number in range(65_538)]


def mth(leaves: list[bytes]) -> bytes:
    """RFC 9162, 2.1.1, word for word."""
    if not leaves:
        return merkle.EMPTY_ROOT
    if len(leaves) == 1:
        return leaves[0]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    return merkle.node_hash(mth(leaves[:k]), mth(leaves[k:]))


def path(m: int, leaves: list[bytes]) -> list[bytes]:
    """RFC 9162, 2.1.3.1."""
    if len(leaves) == 1:
        return []
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m < k:
        return [*path(m, leaves[:k]), mth(leaves[k:])]
    return [*path(m - k, leaves[k:]), mth(leaves[:k])]


def proof(m: int, leaves: list[bytes], whole: bool = True) -> list[bytes]:
    """RFC 9162, 2.1.4.1."""
    if m == len(leaves):
        return [] if whole else [mth(leaves)]
    k = 1
    while k * 2 < len(leaves):
        k *= 2
    if m <= k:
        return [*proof(m, leaves[:k], whole), mth(leaves[k:])]
    return [*proof(m - k, leaves[k:], False), mth(leaves[:k])]


class Stored:
    """Store a tree as a node does: leaves, and the tiles that `Growth` hands out."""

    def __init__(self, leaves: list[bytes]) -> None:
        self.levels: dict[int, list[bytes]] = {0: list(leaves)}
        growth = merkle.Growth()
        for leaf in leaves:
            growth.append(leaf)
        for level, index, value in growth.tiles:
            assert index == len(self.levels.setdefault(level, []))
            self.levels[level].append(value)
        self.longest = 0

    def read(self, level: int, start: int, end: int) -> list[bytes]:
        assert level % merkle.TILE_LEVELS == 0
        found = self.levels[level][start:end]
        assert len(found) == end - start
        self.longest = max(self.longest, len(found))
        return found


SMALL = Stored(LEAVES)
BIG = Stored(MANY)


def test_roots_of_all_sizes_to_300_are_those_of_the_rfc() -> None:
    growth = merkle.Growth()
    for size in range(301):
        root = mth(LEAVES[:size])
        assert growth.root() == merkle.root_at(size, SMALL.read) == root
        if size < 300:
            growth.append(LEAVES[size])


def test_inclusion_proofs_of_all_sizes_to_64_and_some_to_300_are_those_of_the_rfc() -> None:
    for size in [*range(1, 65), 127, 128, 255, 256, 257, 300]:
        root = mth(LEAVES[:size])
        for index in range(size) if size < 65 else (0, 1, size // 2, size - 2, size - 1):
            made = merkle.inclusion_proof(index, size, SMALL.read)
            assert made == path(index, LEAVES[:size])
            merkle.verify_inclusion(LEAVES[index], index, size, made, root)


def test_consistency_proofs_of_all_pairs_to_40_and_some_to_300_are_those_of_the_rfc() -> None:
    pairs = [(old, new) for new in range(1, 41) for old in range(1, new + 1)]
    pairs += [
        (old, new) for new in (255, 256, 257, 300) for old in (1, 2, 127, 128, 129, 254, 255, 256, 257) if old <= new
    ]
    for old, new in pairs:
        made = merkle.consistency_proof(old, new, SMALL.read)
        assert made == proof(old, LEAVES[:new])
        merkle.verify_consistency(old, new, mth(LEAVES[:old]), mth(LEAVES[:new]), made)


@pytest.mark.parametrize("size", [255, 256, 257, 511, 512, 513, 65_535, 65_536, 65_537])
def test_borders_of_tiles_make_no_difference(size: int) -> None:
    root = merkle.root_at(size, BIG.read)
    assert root == mth(MANY[:size])
    for index in {0, 254, min(256, size - 1), size // 2, size - 2, size - 1}:
        made = merkle.inclusion_proof(index, size, BIG.read)
        merkle.verify_inclusion(MANY[index], index, size, made, root)
    for old in {1, 255, min(256, size), min(257, size), size - 1, size}:
        made = merkle.consistency_proof(old, size, BIG.read)
        merkle.verify_consistency(old, size, merkle.root_at(old, BIG.read), root, made)
    assert BIG.longest <= merkle.TILE_WIDTH


def test_growth_continues_from_what_was_stored() -> None:
    for size in (0, 1, 5, 255, 256, 257, 299):
        growth = merkle.Growth.read(size, SMALL.read)
        growth.append(LEAVES[size])
        assert growth.root() == mth(LEAVES[: size + 1])
    with pytest.raises(ProofInvalidError):
        merkle.Growth(3, [bytes(32)])


@given(st.data())
@settings(max_examples=200)
def test_changed_inclusion_proofs_are_refused(data: st.DataObject) -> None:
    size = data.draw(st.integers(1, 300))
    index = data.draw(st.integers(0, size - 1))
    made = merkle.inclusion_proof(index, size, SMALL.read)
    root = merkle.root_at(size, SMALL.read)
    other_index = data.draw(st.integers(-2, size + 2))
    other_size = data.draw(st.integers(-1, 400))
    junk = data.draw(st.lists(st.binary(min_size=0, max_size=33), max_size=70))
    for i, s, p in ((other_index, size, made), (index, size, junk), (index, size, [*made, bytes(32)])):
        if (i, s, p) != (index, size, made):
            with pytest.raises(ProofInvalidError):
                merkle.verify_inclusion(LEAVES[index], i, s, p, root)
    try:
        merkle.verify_inclusion(LEAVES[index], index, other_size, made, root)
    except ProofInvalidError:
        return
    # Another size of the same shape above this leaf: the root fixes the tree, and a checkpoint signs size and root.
    assert len(merkle.inclusion_proof(index, other_size, BIG.read)) == len(made)


@given(st.data())
@settings(max_examples=200)
def test_changed_consistency_proofs_are_refused(data: st.DataObject) -> None:
    new = data.draw(st.integers(2, 300))
    old = data.draw(st.integers(1, new))
    made = merkle.consistency_proof(old, new, SMALL.read)
    roots = merkle.root_at(old, SMALL.read), merkle.root_at(new, SMALL.read)
    junk = data.draw(st.lists(st.binary(min_size=0, max_size=33), max_size=70))
    for p in (junk, [*made, bytes(32)], made[:-1], made[::-1]):
        if p != made:
            with pytest.raises(ProofInvalidError):
                merkle.verify_consistency(old, new, *roots, p)
    with pytest.raises(ProofInvalidError):
        merkle.verify_consistency(old, new, bytes(32), roots[1], made)
    with pytest.raises(ProofInvalidError):
        merkle.verify_consistency(old, new, roots[0], bytes(32), made)


@pytest.mark.parametrize(("old", "new"), [(0, 0), (0, 5), (-1, 5), (6, 5)])
def test_there_is_nothing_to_prove_from_an_empty_or_larger_tree(old: int, new: int) -> None:
    with pytest.raises(ProofInvalidError):
        merkle.consistency_proof(old, new, SMALL.read)
    with pytest.raises(ProofInvalidError):
        merkle.verify_consistency(old, new, bytes(32), bytes(32), [])


def test_a_leaf_is_never_taken_for_an_inner_node() -> None:
    inner = merkle.node_hash(LEAVES[0], LEAVES[1])
    assert merkle.leaf_hash(LEAVES[0] + LEAVES[1]) != inner
    assert merkle.leaf_hash(b"\x01" + LEAVES[0] + LEAVES[1]) != inner
