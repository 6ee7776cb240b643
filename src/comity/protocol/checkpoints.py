"""Sign, verify and cosign the head of a journal, as in ``spec/checkpoint.md``.

A checkpoint says: this journal has so many records and this root.  Its owner signs it; a partner who has checked that
it continues what they hold cosigns it.  The cosigned checkpoint is the receipt.  Sources: c2sp.org/tlog-checkpoint,
c2sp.org/tlog-cosignature; ML-DSA-65 stands where C2SP has ML-DSA-44 (BSI TR-02102 asks for level 3).
"""

import base64
import binascii
import struct
from dataclasses import dataclass
from typing import Final

import msgspec

from comity.protocol.errors import MalformedError, SignatureInvalidError, WrongAddressError
from comity.protocol.keys import NodeKeys, PublicKeys, SignaturePair
from comity.protocol.merkle import HASH_BYTES
from comity.protocol.names import NodeName, Uuid
from comity.protocol.notes import Note, Signature, key_id, parse_note

ORIGIN_PREFIX: Final = "comity/v1/journal"
CHECKPOINT_CONTEXT: Final = "comity/v1/checkpoint"
COSIGNATURE_CONTEXT: Final = "comity/v1/cosignature"
MAX_SIZE: Final = 2**53 - 1

_ED25519 = b"\x01"
_ED25519_COSIGNATURE = b"\x04"
_MLDSA65 = b"\xffcomity/v1/checkpoint/ml-dsa-65"
_MLDSA65_COSIGNATURE = b"\xffcomity/v1/cosignature/ml-dsa-65"


@dataclass(frozen=True, slots=True)
class JournalName:
    """Name one journal: the channel (agreement) and the node that writes it."""

    channel: str
    node: str

    def origin(self) -> str:
        """Return the origin line of its checkpoints."""
        return f"{ORIGIN_PREFIX}/{self.channel}/{self.node}"


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """Hold the head of a journal: how many records, and the root over them."""

    journal: JournalName
    size: int
    root: bytes

    def text(self) -> bytes:
        """Return the signed text."""
        return f"{self.journal.origin()}\n{self.size}\n{base64.b64encode(self.root).decode()}\n".encode()


@dataclass(frozen=True, slots=True)
class SignedCheckpoint:
    """Hold a checkpoint whose owner's two signatures have been verified.  Made by `open_checkpoint` only."""

    checkpoint: Checkpoint
    note: bytes


@dataclass(frozen=True, slots=True)
class Cosignature:
    """Hold a verified statement of ``cosigner``: at ``time`` (POSIX seconds) this was the largest head I knew."""

    checkpoint: Checkpoint
    cosigner: str
    time: int
    lines: bytes


def sign_checkpoint(checkpoint: Checkpoint, keys: NodeKeys) -> SignedCheckpoint:
    """Return ``checkpoint`` signed by its owner with both keys."""
    text = checkpoint.text()
    pair = keys.sign(text, CHECKPOINT_CONTEXT)
    ids = _checkpoint_ids(keys.public)
    signatures = (
        Signature(keys.node, ids[0], pair.ed25519),
        Signature(keys.node, ids[1], pair.mldsa65),
    )
    return SignedCheckpoint(checkpoint, Note(text, signatures).encode())


def parse_checkpoint(note: bytes) -> tuple[Note, Checkpoint]:
    """Return the parts of a checkpoint that nobody has verified yet.  Raises `MalformedError`."""
    parsed = parse_note(note)
    lines = parsed.text.decode().split("\n")
    if len(lines) != 4 or lines[3]:
        raise MalformedError("A checkpoint has three lines: origin, size, root.")
    origin, size, root = lines[:3]
    try:
        raw = base64.b64decode(root, validate=True)
    except (binascii.Error, ValueError):
        raise MalformedError("The root of a checkpoint is not valid base64.") from None
    if len(raw) != HASH_BYTES or not (size.isascii() and size.isdigit()) or len(size) > 16:
        raise MalformedError("A checkpoint has a decimal size and a root of 32 bytes.")
    checkpoint = Checkpoint(_journal_name(origin), int(size), raw)
    if checkpoint.text() != parsed.text or checkpoint.size > MAX_SIZE:
        raise MalformedError("A checkpoint is not in canonical form.")
    return parsed, checkpoint


def open_checkpoint(note: bytes, owner: PublicKeys) -> SignedCheckpoint:
    """Verify both signatures of ``owner`` and return the checkpoint.

    Raises `MalformedError`, `WrongAddressError` or `SignatureInvalidError`.
    """
    parsed, checkpoint = parse_checkpoint(note)
    if checkpoint.journal.node != owner.node:
        raise WrongAddressError("The checkpoint is of another node's journal.")
    ids = _checkpoint_ids(owner)
    pair = SignaturePair(parsed.signature(owner.node, ids[0]), parsed.signature(owner.node, ids[1]))
    owner.verify(parsed.text, CHECKPOINT_CONTEXT, pair)
    return SignedCheckpoint(checkpoint, note)


def cosign(signed: SignedCheckpoint, keys: NodeKeys, time: int) -> Cosignature:
    """State that ``signed`` continues every head this node has seen of that journal, as of POSIX ``time``.

    The caller has checked that; a cosignature given twice for two histories is the one lie that cannot be undone.
    """
    checkpoint = signed.checkpoint
    if checkpoint.journal.node == keys.node:
        raise WrongAddressError("A node does not cosign its own journal.")
    texts = _cosigned_texts(checkpoint, keys.node, time)
    pair = keys.sign(texts[0], COSIGNATURE_CONTEXT, texts[1])
    stamp = struct.pack(">Q", time)
    ids = _cosignature_ids(keys.public)
    lines = (
        Signature(keys.node, ids[0], stamp + pair.ed25519).line()
        + Signature(keys.node, ids[1], stamp + pair.mldsa65).line()
    )
    return Cosignature(checkpoint, keys.node, time, lines)


def open_cosignature(note: bytes, cosigner: PublicKeys) -> Cosignature:
    """Verify the two cosignature lines of ``cosigner`` on a checkpoint note.

    The owner's signatures are not looked at; `open_checkpoint` does that.  Raises `MalformedError` or
    `SignatureInvalidError`.
    """
    parsed, checkpoint = parse_checkpoint(note)
    values = [parsed.signature(cosigner.node, one) for one in _cosignature_ids(cosigner)]
    if any(len(value) <= 8 for value in values) or values[0][:8] != values[1][:8]:
        raise SignatureInvalidError("The two cosignatures do not state one time.")
    time = struct.unpack(">Q", values[0][:8])[0]
    texts = _cosigned_texts(checkpoint, cosigner.node, time)
    pair = SignaturePair(values[0][8:], values[1][8:])
    cosigner.verify(texts[0], COSIGNATURE_CONTEXT, pair, texts[1])
    ids = _cosignature_ids(cosigner)
    lines = b"".join(Signature(cosigner.node, i, v).line() for i, v in zip(ids, values, strict=True))
    return Cosignature(checkpoint, cosigner.node, time, lines)


def _cosigned_texts(checkpoint: Checkpoint, cosigner: str, time: int) -> tuple[bytes, bytes]:
    """Return the text for Ed25519 (``cosignature/v1``) and for ML-DSA (``subtree/v1``) of C2SP tlog-cosignature."""
    if time > 2**63 - 1:
        raise MalformedError("The time of a cosignature is out of range.")
    first = b"cosignature/v1\ntime %d\n" % time + checkpoint.text()
    name, origin = cosigner.encode(), checkpoint.journal.origin().encode()
    second = b"subtree/v1\n\x00" + bytes([len(name)]) + name + struct.pack(">Q", time)
    second += bytes([len(origin)]) + origin + struct.pack(">QQ", 0, checkpoint.size) + checkpoint.root
    return first, second


def _checkpoint_ids(keys: PublicKeys) -> tuple[bytes, bytes]:
    identity = keys.identity
    return (
        key_id(keys.node, _ED25519, identity.ed25519),
        key_id(keys.node, _MLDSA65, identity.mldsa65),
    )


def _cosignature_ids(keys: PublicKeys) -> tuple[bytes, bytes]:
    identity = keys.identity
    return (
        key_id(keys.node, _ED25519_COSIGNATURE, identity.ed25519),
        key_id(keys.node, _MLDSA65_COSIGNATURE, identity.mldsa65),
    )


def _journal_name(origin: str) -> JournalName:
    prefix, _, rest = origin.partition("/journal/")
    channel, _, node = rest.partition("/")
    if prefix + "/journal" != ORIGIN_PREFIX:
        raise MalformedError("This is not a checkpoint of a Comity journal.")
    try:
        return JournalName(msgspec.convert(channel, Uuid), msgspec.convert(node, NodeName))
    except msgspec.ValidationError:
        raise MalformedError("The origin of a checkpoint names no channel or no node.") from None
