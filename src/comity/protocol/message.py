"""Carry journals between nodes, as in ``spec/message.md``: one message, by HTTPS or on a stick, in either direction.

A message is sealed to its recipient as a whole, headers included, and authenticated with the pair's transport key.
It proves nothing to a third party; only the checkpoints inside do.  It may be lost, doubled, delayed or replayed
without harm: everything in it is either verified against a signed checkpoint, or a wish.
"""

import hashlib
import hmac
from dataclasses import dataclass
from typing import Annotated, Final, dataclass_transform

import msgspec
from msgspec import Meta

from comity.protocol.errors import CannotOpenError, MalformedError, TooLargeError, WrongAddressError
from comity.protocol.keys import NodeKeys, PublicKeys
from comity.protocol.names import Digest, NodeName, Uuid
from comity.protocol.notes import NOTE_LIMIT
from comity.protocol.records import HEADER_LIMIT, PAYLOAD_LIMIT
from comity.protocol.sealing import SEALED_OVERHEAD, Wrap

MESSAGE_V: Final = "comity/v1/message"
MESSAGE_LIMIT: Final = 24 * 1024 * 1024
"""Bytes of one sealed message.  A node keeps at most a few of them in memory at a time."""
MAX_BATCH: Final = 2000
MAX_BATCHES: Final = 16
MAX_NOTES: Final = 64
MAX_WANTS: Final = 64
PART_BYTES: Final = 8 * 1024 * 1024
"""Most bytes of one attachment in one message."""


@dataclass_transform(frozen_default=True, field_specifiers=(msgspec.field,))
class Wire(msgspec.Struct, frozen=True, array_like=True, forbid_unknown_fields=True):
    """Be the base of what is packed into messages: MessagePack arrays, strictly typed, no unknown items."""


Size = Annotated[int, Meta(ge=0, le=2**53 - 1)]


class WireRecord(Wire):
    """Carry one record: its header, and its content if the recipient may have it and it still exists."""

    header: Annotated[bytes, Meta(max_length=HEADER_LIMIT)]
    content: Annotated[bytes, Meta(max_length=PAYLOAD_LIMIT + SEALED_OVERHEAD)] | None = None
    wraps: Annotated[tuple[Wrap, ...], Meta(max_length=16)] = ()
    erased: bool = False


class Batch(Wire):
    """Carry the records ``start`` to the size of the checkpoint ``note``, of the journal of ``node``.

    A batch always ends where its checkpoint does: the recipient recomputes the root and needs no proof.
    """

    node: NodeName
    start: Size
    records: Annotated[tuple[WireRecord, ...], Meta(min_length=1, max_length=MAX_BATCH)]
    note: Annotated[bytes, Meta(max_length=NOTE_LIMIT)]


class Head(Wire):
    """Say how many records of the journal of ``node`` the sender of the message holds."""

    node: NodeName
    size: Size


class Address(Wire):
    """Point to one record by journal and index."""

    node: NodeName
    index: Size


class LateContent(Wire):
    """Carry the content of a record whose header had arrived without it."""

    node: NodeName
    index: Size
    content: Annotated[bytes, Meta(max_length=PAYLOAD_LIMIT + SEALED_OVERHEAD)]
    wraps: Annotated[tuple[Wrap, ...], Meta(max_length=16)] = ()


class Want(Wire):
    """Ask for an attachment from ``offset`` on."""

    id: Digest
    offset: Size


class Part(Wire):
    """Carry a part of an encrypted attachment."""

    id: Digest
    offset: Size
    data: Annotated[bytes, Meta(max_length=PART_BYTES)]


class Message(Wire):
    """Carry whatever one node has to tell another under one agreement."""

    v: Annotated[int, Meta(ge=1, le=1)]
    channel: Uuid
    sender: NodeName
    recipient: NodeName
    time: Size
    answers: Annotated[bytes, Meta(max_length=32)] = b""
    heads: Annotated[tuple[Head, ...], Meta(max_length=16)] = ()
    notes: Annotated[tuple[Annotated[bytes, Meta(max_length=NOTE_LIMIT)], ...], Meta(max_length=MAX_NOTES)] = ()
    batches: Annotated[tuple[Batch, ...], Meta(max_length=MAX_BATCHES)] = ()
    lacks: Annotated[tuple[Address, ...], Meta(max_length=MAX_BATCH)] = ()
    late: Annotated[tuple[LateContent, ...], Meta(max_length=MAX_BATCH)] = ()
    wants: Annotated[tuple[Want, ...], Meta(max_length=MAX_WANTS)] = ()
    parts: Annotated[tuple[Part, ...], Meta(max_length=MAX_WANTS)] = ()
    problem: Annotated[str, Meta(max_length=200)] = ""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Hold a sealed message that nobody has authenticated yet."""

    sender: str
    recipient: str
    mac: bytes
    sealed: memoryview


_DECODER = msgspec.msgpack.Decoder(Message, strict=True)
_ENCODER = msgspec.msgpack.Encoder()
_PREFIX: Final = MESSAGE_V.encode() + b"\n"


def seal_message(message: Message, recipient: PublicKeys, transport_key: bytes) -> bytes:
    """Return ``message`` sealed to ``recipient`` and authenticated.  Raises `TooLargeError`."""
    head = _head(message.sender, message.recipient)
    sealed = recipient.seal(_ENCODER.encode(message), head)
    if len(sealed) > MESSAGE_LIMIT:
        raise TooLargeError("A message came out larger than the limit.")
    return head + _mac(transport_key, head, sealed) + sealed


def parse_envelope(data: bytes) -> Envelope:
    """Return the outer parts of a sealed message, to find whose key authenticates it.

    Raises `TooLargeError` or `MalformedError`.
    """
    if len(data) > MESSAGE_LIMIT + 256:
        raise TooLargeError(f"A message of {len(data)} bytes; at most {MESSAGE_LIMIT} are allowed.")
    if not data.startswith(_PREFIX):
        raise MalformedError("This is not a Comity message of version 1.")
    lines = data[len(_PREFIX) : len(_PREFIX) + 128].split(b"\n", 2)
    try:
        sender, recipient = (msgspec.convert(line.decode(), NodeName) for line in lines[:2])
    except (UnicodeDecodeError, ValueError, msgspec.ValidationError):
        raise MalformedError("A message must name its sender and its recipient.") from None
    at = len(_head(sender, recipient))
    return Envelope(sender, recipient, data[at : at + 32], memoryview(data)[at + 32 :])


def open_message(envelope: Envelope, keys: NodeKeys, transport_key: bytes) -> Message:
    """Authenticate, decrypt and read a message for this node.

    Raises `WrongAddressError`, `CannotOpenError` or `MalformedError`.
    """
    if envelope.recipient != keys.node:
        raise WrongAddressError("The message is for another node.")
    head = _head(envelope.sender, envelope.recipient)
    # SECURITY: a stranger costs this node one hash. Holds because the MAC is checked before anything is decrypted.
    if not hmac.compare_digest(_mac(transport_key, head, envelope.sealed), envelope.mac):
        raise CannotOpenError("The message is not from the partner it names, or was changed on the way.")
    plain = keys.open(envelope.sealed, head)
    try:
        message = _DECODER.decode(plain)
    except (msgspec.DecodeError, UnicodeError, RecursionError):
        raise MalformedError("A message from the partner does not follow spec/message.md.") from None
    if (message.sender, message.recipient) != (envelope.sender, envelope.recipient):
        raise WrongAddressError("The message names other nodes inside than outside.")
    return message


def message_digest(data: bytes) -> bytes:
    """Return the digest by which an answer names the message that it answers."""
    return hashlib.sha256(data).digest()


def _head(sender: str, recipient: str) -> bytes:
    return _PREFIX + sender.encode() + b"\n" + recipient.encode() + b"\n"


def _mac(key: bytes, head: bytes, sealed: bytes | memoryview) -> bytes:
    mac = hmac.new(key, head, "sha256")
    mac.update(sealed)
    return mac.digest()
