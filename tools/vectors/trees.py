"""Make vectors of journals and their checkpoints."""

import base64

from comity.protocol import checkpoints as cp
from comity.protocol import merkle
from comity.protocol.notes import Note, Signature, parse_note
from tests.protocol.world import CHANNEL, DE, QA, START, STRANGER, Journal
from tools.vectors.case import Case, b64, bad, good

_TIME = START // 1000


def _journal(size: int) -> Journal:
    journal = Journal(QA)
    journal.headers = [b"record %d" % number for number in range(size)]
    return journal


def journal() -> list[Case]:
    """Return cases of roots, inclusion and consistency."""
    cases = []
    for size in (0, 1, 2, 3, 7, 8, 255, 256, 257):
        root = merkle.root_at(size, _journal(size).read).hex()
        why = f"The root over {size} leaves; leaf number i is the text 'record i'."
        cases.append(good(f"root-{size}", why, {"root": root}, kind="root", size=size))
    for index, size in ((0, 1), (0, 2), (1, 3), (6, 7), (100, 257), (256, 257)):
        inputs = _inclusion(index, size)
        cases.append(good(f"inclusion-{index}-of-{size}", "A proof that leads to the root.", **inputs))
    cases += _bad_inclusions()
    for old, new in ((1, 1), (1, 2), (3, 7), (4, 8), (6, 8), (256, 257), (200, 257)):
        cases.append(good(f"consistency-{old}-{new}", "A proof that joins two roots.", **_consistency(old, new)))
    return cases + _bad_consistencies()


def _inclusion(index: int, size: int) -> Case:
    tree = _journal(size)
    return {
        "kind": "inclusion",
        "leaf": merkle.leaf_hash(tree.headers[index]).hex(),
        "index": index,
        "size": size,
        "proof": [one.hex() for one in tree.proof(index, size)],
        "root": merkle.root_at(size, tree.read).hex(),
    }


def _consistency(old: int, new: int) -> Case:
    tree = _journal(new)
    return {
        "kind": "consistency",
        "old": old,
        "new": new,
        "old_root": merkle.root_at(old, tree.read).hex(),
        "new_root": merkle.root_at(new, tree.read).hex(),
        "proof": [one.hex() for one in merkle.consistency_proof(old, new, tree.read)],
    }


def _bad_inclusions() -> list[Case]:
    base = _inclusion(3, 7)
    proof = base["proof"]
    changes: dict[str, tuple[str, Case]] = {
        "another-index": ("The index of the neighbour.", {"index": 2}),
        "beyond-the-tree": ("An index that the tree does not have.", {"index": 7}),
        "negative-index": ("An index below zero.", {"index": -1}),
        "smaller-tree": ("The size of another tree.", {"size": 4}),
        "short-proof": ("A proof without its last hash.", {"proof": proof[:-1]}),
        "long-proof": ("A proof with one hash too many.", {"proof": [*proof, proof[0]]}),
        "swapped-proof": ("A proof in another order.", {"proof": proof[::-1]}),
        "short-hash": ("A hash of 31 bytes.", {"proof": [proof[0][:-2], *proof[1:]]}),
        "another-root": ("A root that is not this tree's.", {"root": "00" * 32}),
    }
    return [bad("inclusion-" + name, why, "bad-proof", **{**base, **change}) for name, (why, change) in changes.items()]


def _bad_consistencies() -> list[Case]:
    base = _consistency(3, 7)
    proof = base["proof"]
    changes: dict[str, tuple[str, Case]] = {
        "from-nothing": ("An empty tree is a prefix of everything; there is nothing to prove.", {"old": 0}),
        "backwards": ("A tree that shrinks.", {"old": 8}),
        "another-old-root": ("An old root that was never this tree's.", {"old_root": "00" * 32}),
        "another-new-root": ("A new root that is not this tree's.", {"new_root": "00" * 32}),
        "short-proof": ("A proof without its last hash.", {"proof": proof[:-1]}),
        "long-proof": ("A proof with one hash too many.", {"proof": [*proof, proof[0]]}),
        "empty-proof": ("No proof at all.", {"proof": []}),
        "same-size-other-root": ("Two trees of one size with different roots: a fork.", {"new": 3, "proof": []}),
    }
    return [
        bad("consistency-" + name, why, "bad-proof", **{**base, **change}) for name, (why, change) in changes.items()
    ]


def checkpoint() -> list[Case]:
    """Return cases of checkpoints and cosignatures."""
    tree = _journal(7)
    tree_root = merkle.root_at(7, tree.read)
    head = cp.Checkpoint(cp.JournalName(CHANNEL, "QA.doha"), 7, tree_root)
    signed = cp.sign_checkpoint(head, QA)
    result = {"size": 7, "root": tree_root.hex(), "channel": CHANNEL, "node": "QA.doha"}
    owner = b64(QA.public.document)
    cases = [
        good("signed", "Both signatures of the owner.", result, kind="checkpoint", note=signed.note),
        *(
            bad(f"checkpoint-{n}", why, error, kind="checkpoint", note=note)
            for n, why, error, note in _bad_notes(signed.note)
        ),
    ]
    stranger = {**cases[0], "name": "another-owner", "why": "Another node's key.", "expect": "wrong-address"}
    stranger["identity"] = b64(STRANGER.public.document)
    return [
        *({"identity": owner, **case, "note": b64(case["note"])} for case in [*cases, stranger]),
        *_cosignatures(signed),
    ]


def _bad_notes(note: bytes) -> list[tuple[str, str, str, bytes]]:
    unsigned = [(name, why, "bad-signature", data) for name, why, data in _unsigned(note)]
    respelt = [(name, why, "malformed", note.replace(old, new, 1)) for name, why, old, new in _respelt(note)]
    return unsigned + respelt


def _unsigned(note: bytes) -> list[tuple[str, str, bytes]]:
    parsed = parse_note(note)
    ed, ml = parsed.signatures
    text = parsed.text
    flipped = Signature(ml.name, ml.key_id, ml.value[:-1] + bytes([ml.value[-1] ^ 1]))
    renamed = Signature("DE.berlin", ed.key_id, ed.value)
    root = text.splitlines()[2]
    return [
        ("without-mldsa", "Ed25519 alone does not count.", Note(text, (ed,)).encode()),
        ("without-ed25519", "ML-DSA alone does not count.", Note(text, (ml,)).encode()),
        ("mldsa-changed", "One signature does not verify.", Note(text, (ed, flipped)).encode()),
        ("signature-twice", "The same line twice.", Note(text, (ed, ed, ml)).encode()),
        ("signature-of-another", "A signature under another name.", Note(text, (renamed, ml)).encode()),
        ("another-size", "The text was changed after signing.", note.replace(b"\n7\n", b"\n8\n")),
        ("another-root", "The text was changed after signing.", note.replace(root, base64.b64encode(bytes(32)))),
    ]


def _respelt(note: bytes) -> list[tuple[str, str, bytes, bytes]]:
    root = parse_note(note).text.splitlines()[2]
    return [
        ("leading-zero", "A size with a leading zero.", b"\n7\n", b"\n07\n"),
        ("negative-size", "A size below zero.", b"\n7\n", b"\n-7\n"),
        ("arabic-digit", "A size in digits that are not ASCII.", b"\n7\n", "\n\u0667\n".encode()),
        ("above-2-53", "A size that not every reader can hold.", b"\n7\n", b"\n9007199254740992\n"),
        ("extension-line", "C2SP allows further lines; Comity has none.", b"\n\n", b"\nmore\n\n"),
        ("carriage-return", "A line that ends in CR LF.", b"\n7\n", b"\r\n7\n"),
        ("no-blank-line", "Text and signatures run together.", b"\n\n", b"\n"),
        ("no-last-newline", "The last line is not ended.", note[-9:], note[-9:-1]),
        ("not-utf-8", "Bytes that are no UTF-8.", b"comity", b"\xffcomity"),
        ("short-root", "A root of 31 bytes.", root, base64.b64encode(bytes(31))),
        ("another-log", "The head of a log that is not Comity's.", b"comity/v1/journal", b"example.com/log"),
        ("no-channel", "An origin without a channel.", CHANNEL.encode(), b"x"),
    ]


def _cosignatures(signed: cp.SignedCheckpoint) -> list[Case]:
    given = cp.cosign(signed, DE, _TIME)
    later = cp.cosign(signed, DE, _TIME + 1)
    one = given.lines.splitlines(keepends=True)
    two = later.lines.splitlines(keepends=True)
    kinds = {"kind": "cosignature", "identity": b64(DE.public.document)}
    note = signed.note
    moved = note.replace(b"\n7\n", b"\n8\n") + given.lines
    return [
        good(
            "cosigned",
            "Both cosignatures of the partner, of one time.",
            {"time": _TIME},
            note=b64(note + given.lines),
            **kinds,
        ),
        bad(
            "cosigned-at-two-times",
            "The two cosignatures state different times.",
            "bad-signature",
            note=b64(note + one[0] + two[1]),
            **kinds,
        ),
        bad("cosigned-once", "Ed25519 alone does not count.", "bad-signature", note=b64(note + one[0]), **kinds),
        bad("not-cosigned", "The owner's signatures are no receipt.", "bad-signature", note=b64(note), **kinds),
        bad(
            "cosigned-another", "The cosignature was given to another head.", "bad-signature", note=b64(moved), **kinds
        ),
    ]
