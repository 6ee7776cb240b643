"""Build and verify RFC 9162 Merkle trees, as in ``spec/journal.md``.

A journal keeps the hashes of its leaves and, of the tree above them, only every eighth level: the roots of full
subtrees of 256, 65 536, ... leaves.  Everything else is folded from at most 256 neighbours when needed, so a proof
costs a few short range reads at any size.
"""

import hashlib
from collections.abc import Callable, Sequence

from comity.protocol.errors import ProofInvalidError

HASH_BYTES = 32
TILE_LEVELS = 8
TILE_WIDTH = 1 << TILE_LEVELS
MAX_PROOF = 64
EMPTY_ROOT = hashlib.sha256(b"").digest()

ReadHashes = Callable[[int, int, int], Sequence[bytes]]
"""``read(level, start, end)``: roots of the full subtrees of ``2**level`` leaves, numbered ``start`` to ``end`` - 1.

Only levels 0, 8, 16, ... are asked for.
"""


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of a leaf (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x00" + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node (RFC 9162, 2.1.1)."""
    return hashlib.sha256(b"\x01" + left + right).digest()


def fold(hashes: Sequence[bytes]) -> bytes:
    """Return the root over ``hashes``, whose number is a power of two."""
    level = list(hashes)
    sha256 = hashlib.sha256
    while len(level) > 1:
        pairs = iter(level)
        level = [sha256(b"\x01" + left + right).digest() for left, right in zip(pairs, pairs, strict=True)]
    return level[0]


class Growth:
    """Append leaf hashes to a tree of which only the right edge is in memory.

    ``edge`` holds the roots of the full subtrees that make up the tree, largest first: at most 64 hashes.  Full
    tile roots that appear on the way (levels 8, 16, ...) gather in ``tiles`` as ``(level, index, hash)``.
    """

    __slots__ = ("edge", "size", "tiles")

    def __init__(self, size: int = 0, edge: Sequence[bytes] = ()) -> None:
        """Continue a tree of ``size`` leaves whose right edge is ``edge``."""
        if size.bit_count() != len(edge):
            raise ProofInvalidError("The right edge does not belong to a tree of this size.")
        self.size = size
        self.edge = list(edge)
        self.tiles: list[tuple[int, int, bytes]] = []

    @classmethod
    def read(cls, size: int, read: ReadHashes) -> "Growth":
        """Continue a stored tree of ``size`` leaves."""
        edge = []
        start = 0
        for level in range(size.bit_length() - 1, -1, -1):
            if size >> level & 1:
                edge.append(_full(level, start >> level, read))
                start += 1 << level
        return cls(size, edge)

    def append(self, leaf: bytes) -> None:
        """Append one leaf hash."""
        index = self.size
        level = 0
        edge = self.edge
        current = leaf
        while index & 1:
            current = hashlib.sha256(b"\x01" + edge.pop() + current).digest()
            index >>= 1
            level += 1
            if not level % TILE_LEVELS:
                self.tiles.append((level, index, current))
        edge.append(current)
        self.size += 1

    def root(self) -> bytes:
        """Return the root hash of the tree as it stands."""
        if not self.edge:
            return EMPTY_ROOT
        current = self.edge[-1]
        for left in reversed(self.edge[:-1]):
            current = node_hash(left, current)
        return current


def root_at(size: int, read: ReadHashes) -> bytes:
    """Return the root of the first ``size`` leaves of a stored tree."""
    return Growth.read(size, read).root()


def inclusion_proof(index: int, size: int, read: ReadHashes) -> list[bytes]:
    """Return the audit path of leaf ``index`` in the tree of ``size`` leaves (RFC 9162, 2.1.3.1)."""
    if not 0 <= index < size:
        raise ProofInvalidError("There is no such leaf in a tree of this size.")
    path = []
    low, high = 0, size
    while high - low > 1:
        middle = low + _split(high - low)
        if index < middle:
            path.append(_range(middle, high, read))
            high = middle
        else:
            path.append(_range(low, middle, read))
            low = middle
    return path[::-1]


def consistency_proof(old: int, new: int, read: ReadHashes) -> list[bytes]:
    """Return the proof that the tree of ``old`` leaves is a prefix of that of ``new`` (RFC 9162, 2.1.4.1)."""
    if not 0 < old <= new:
        raise ProofInvalidError("A consistency proof runs from a smaller tree that is not empty to a larger one.")
    path = []
    low, high, whole = 0, new, True
    while old != high:
        middle = low + _split(high - low)
        if old <= middle:
            path.append(_range(middle, high, read))
            high = middle
        else:
            path.append(_range(low, middle, read))
            low, whole = middle, False
    if not whole:
        path.append(_range(low, high, read))
    return path[::-1]


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Verify that ``leaf`` is number ``index`` of the tree with ``root`` (RFC 9162, 2.1.3.2).

    Raises `ProofInvalidError`.
    """
    if not 0 <= index < size or len(proof) > MAX_PROOF:
        raise ProofInvalidError("The inclusion proof is for no leaf of this tree.")
    node, last, current = index, size - 1, leaf
    for sibling in proof:
        if last == 0 or len(sibling) != HASH_BYTES:
            raise ProofInvalidError("The inclusion proof is longer than its tree is high.")
        if node & 1 or node == last:
            current = node_hash(sibling, current)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            current = node_hash(current, sibling)
        node, last = node >> 1, last >> 1
    if last or current != root:
        raise ProofInvalidError("The inclusion proof does not lead to the signed root.")


def verify_consistency(old: int, new: int, old_root: bytes, new_root: bytes, proof: Sequence[bytes]) -> None:
    """Verify that the tree with ``old_root`` is a prefix of that with ``new_root`` (RFC 9162, 2.1.4.2).

    Raises `ProofInvalidError`.
    """
    if not 0 < old <= new or len(proof) > MAX_PROOF:
        raise ProofInvalidError("The consistency proof is for no such pair of trees.")
    if old == new:
        if proof or old_root != new_root:
            raise ProofInvalidError("Two trees of one size have different roots.")
        return
    path = list(proof) if old & old - 1 else [old_root, *proof]
    if not path:
        raise ProofInvalidError("The consistency proof is empty.")
    node, last = old - 1, new - 1
    while node & 1:
        node, last = node >> 1, last >> 1
    first = second = path[0]
    for sibling in path[1:]:
        if last == 0 or len(sibling) != HASH_BYTES:
            raise ProofInvalidError("The consistency proof is longer than its tree is high.")
        if node & 1 or node == last:
            first, second = node_hash(sibling, first), node_hash(sibling, second)
            while not node & 1 and node:
                node, last = node >> 1, last >> 1
        else:
            second = node_hash(second, sibling)
        node, last = node >> 1, last >> 1
    if last or first != old_root or second != new_root:
        raise ProofInvalidError("The consistency proof does not join the two roots.")


def _split(count: int) -> int:
    """Return the largest power of two below ``count``."""
    return 1 << (count - 1).bit_length() - 1


def _range(low: int, high: int, read: ReadHashes) -> bytes:
    """Return the hash of leaves ``low`` to ``high`` - 1; ``low`` is a multiple of their width rounded up."""
    count = high - low
    if count & count - 1 == 0:
        level = count.bit_length() - 1
        return _full(level, low >> level, read)
    middle = low + _split(count)
    return node_hash(_range(low, middle, read), _range(middle, high, read))


def _full(level: int, index: int, read: ReadHashes) -> bytes:
    """Return the root of the full subtree ``index`` of ``2**level`` leaves, from the stored level below."""
    above = level % TILE_LEVELS
    return fold(read(level - above, index << above, index + 1 << above))
