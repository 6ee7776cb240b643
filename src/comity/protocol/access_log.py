"""Chain and sign the entries of a node's access log, as in ``spec/access-log.md``.

An entry says who looked at what, in which case and for which purpose; never what it said.  It names the hash of the
entry before it, and all entries are the leaves of a tree as a journal's are (RFC 9162), whose head the node signs.
"""

import base64
import binascii
from dataclasses import dataclass
from typing import Final

from comity.protocol.canonical import Strict, encode
from comity.protocol.errors import MalformedError, WrongAddressError
from comity.protocol.keys import NodeKeys, PublicKeys, SignaturePair
from comity.protocol.merkle import HASH_BYTES, leaf_hash
from comity.protocol.names import Instant, UnixMs, instant, parse_instant
from comity.protocol.notes import Note, Signature, key_id, parse_note

ENTRY_V: Final = "comity/v1/access"
ORIGIN_PREFIX: Final = "comity/v1/access-log/"
HEAD_CONTEXT: Final = "comity/v1/access-head"
FIRST: Final = bytes(HASH_BYTES)
"""What the first entry names as the hash before it."""

_ED25519 = b"\x01"
_MLDSA65 = b"\xffcomity/v1/access-head/ml-dsa-65"


class AccessEntry(Strict):
    """Be one entry: pseudonyms, codes and identifiers, no personal data."""

    v: str
    node: str
    index: int
    time: Instant
    officer: str
    authority: str
    what: str
    purpose: str
    reality: str
    previous: bytes
    channel: str = ""
    case: str = ""
    records: tuple[str, ...] = ()

    def leaf(self) -> bytes:
        """Return the hash of this entry: the leaf of the tree, and what the next entry names."""
        return leaf_hash(encode(self))


@dataclass(frozen=True, slots=True)
class AccessHead:
    """Hold the head of an access log: how many entries, the root over them, and when it was signed."""

    node: str
    size: int
    root: bytes
    time_ms: int

    def text(self) -> bytes:
        """Return the signed text."""
        root = base64.b64encode(self.root).decode()
        return f"{ORIGIN_PREFIX}{self.node}\n{self.size}\n{root}\n{instant(UnixMs(self.time_ms))}\n".encode()


def sign_head(head: AccessHead, keys: NodeKeys) -> bytes:
    """Return the head as a note signed with both keys of the node."""
    text = head.text()
    pair = keys.sign(text, HEAD_CONTEXT)
    first, second = _ids(keys.public)
    lines = (Signature(keys.node, first, pair.ed25519), Signature(keys.node, second, pair.mldsa65))
    return Note(text, lines).encode()


def open_head(note: bytes, owner: PublicKeys) -> AccessHead:
    """Verify both signatures of ``owner`` and return the head.

    Raises `MalformedError`, `WrongAddressError` or `SignatureInvalidError`.
    """
    parsed = parse_note(note)
    head = _head(parsed.text)
    if head.node != owner.node:
        raise WrongAddressError("The head is of another node's access log.")
    first, second = _ids(owner)
    pair = SignaturePair(parsed.signature(owner.node, first), parsed.signature(owner.node, second))
    owner.verify(parsed.text, HEAD_CONTEXT, pair)
    return head


def _head(text: bytes) -> AccessHead:
    lines = text.decode().split("\n")
    if len(lines) != 5 or not lines[0].startswith(ORIGIN_PREFIX) or not lines[1].isdecimal() or len(lines[1]) > 16:
        raise MalformedError("The head of an access log has four lines: origin, size, root, time.")
    try:
        root = base64.b64decode(lines[2], validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("The root of an access log is not valid base64.") from None
    head = AccessHead(lines[0].removeprefix(ORIGIN_PREFIX), int(lines[1]), root, parse_instant(lines[3]))
    if head.text() != text or len(root) != HASH_BYTES:
        raise MalformedError("The head of an access log is not in canonical form.")
    return head


def _ids(keys: PublicKeys) -> tuple[bytes, bytes]:
    identity = keys.identity
    return key_id(keys.node, _ED25519, identity.ed25519), key_id(keys.node, _MLDSA65, identity.mldsa65)
