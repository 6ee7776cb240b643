"""Say what a record is: a header both nodes and any auditor may read, a content only its recipients may.

As in ``spec/record.md``.  The header is the leaf of the journal.  It outlives erasure and therefore holds no personal
data: officers are pseudonyms, and the content is either *open* (a digest of a document both sides may show) or
*sealed* (a salted commitment).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final, Generic, Literal, TypeVar

from msgspec import Meta

from comity.protocol.canonical import Strict, decode, digest, encode
from comity.protocol.errors import CommitmentMismatchError, MalformedError, TooLargeError
from comity.protocol.merkle import leaf_hash
from comity.protocol.names import (
    AuthorityName,
    ClauseId,
    Digest,
    Instant,
    Language,
    NodeName,
    Pseudonym,
    Slug,
    TypeTag,
    Uuid,
    hex_digest,
    parse_instant,
    party_of,
)

HEADER_LIMIT: Final = 16 * 1024
PAYLOAD_LIMIT: Final = 1024 * 1024
"""Payloads and open documents larger than this travel as attachments."""
MAX_RECIPIENTS: Final = 15
MAX_REFERENCES: Final = 32
MAX_ATTACHMENTS: Final = 64
RECORD_V: Final = "comity/v1/record"
OPEN_V: Final = "comity/v1/open"


class Reality(StrEnum):
    """Say whether a record is about the world; set once, shown everywhere, never mixed."""

    ACTUAL = "actual"
    EXERCISE = "exercise"
    TEST = "test"


class Relation(StrEnum):
    """Say how a record stands to the one it refers to."""

    CASE = "case"
    ANSWERS = "answers"
    FOLLOWS = "follows"
    CORRECTS = "corrects"
    CONCERNS = "concerns"


class Reference(Strict):
    """Point to another record, or to the case that both belong to."""

    rel: Relation
    id: Uuid


class OpenContent(Strict, tag="open", tag_field="kind"):
    """Announce a document in clear: digest and size.  For what carries the agreement itself and for receipts."""

    digest: Digest
    size: Annotated[int, Meta(ge=0, le=PAYLOAD_LIMIT)]


class SealedContent(Strict, tag="sealed", tag_field="kind"):
    """Announce a payload for its recipients: salted commitment (32 bytes) and size before sealing."""

    commitment: Annotated[bytes, Meta(min_length=32, max_length=32)]
    size: Annotated[int, Meta(ge=0, le=PAYLOAD_LIMIT)]


class AttachmentRef(Strict):
    """Announce an attachment by the digest and size of its encrypted form."""

    id: Digest
    size: Annotated[int, Meta(ge=1, le=2**52)]


class Header(Strict):
    """Hold everything that decides whether a record may travel, and nothing personal.

    ``agreement``, ``clause``, ``purpose`` and ``handling`` are empty only in records that need no clause.
    """

    v: Literal["comity/v1/record"]
    id: Uuid
    channel: Uuid
    type: TypeTag
    author: NodeName
    authority: AuthorityName
    to: Annotated[tuple[NodeName, ...], Meta(min_length=1, max_length=MAX_RECIPIENTS)]
    time: Instant
    content: OpenContent | SealedContent
    reality: Reality = Reality.ACTUAL
    agreement: Digest | None = None
    clause: ClauseId | None = None
    purpose: Slug | None = None
    handling: Slug | None = None
    urgency: Slug | None = None
    language: Language | None = None
    officer: Pseudonym | None = None
    released_by: Pseudonym | None = None
    refs: Annotated[tuple[Reference, ...], Meta(max_length=MAX_REFERENCES)] = ()
    attachments: Annotated[tuple[AttachmentRef, ...], Meta(max_length=MAX_ATTACHMENTS)] = ()

    def reference(self, rel: Relation) -> str | None:
        """Return the first reference of that relation, if there is one."""
        return next((reference.id for reference in self.refs if reference.rel is rel), None)


P = TypeVar("P", bound=Strict)


@dataclass(frozen=True, slots=True)
class ParsedHeader:
    """Hold a header together with its bytes as they travelled and the leaf hash made from them."""

    header: Header
    raw: bytes
    leaf: bytes


@dataclass(frozen=True, slots=True)
class OpenedRecord(Generic[P]):
    """Hold a record whose content has been opened and checked against its header.

    Handlers take only this type; what comes from the wire is not this type until it has been verified.
    """

    header: Header
    raw: bytes
    body: P


def encode_header(header: Header) -> bytes:
    """Return the bytes of a new header.  Raises what `parse_header` raises, before anything has been sent."""
    raw = encode(header)
    parse_header(raw)
    return raw


def parse_header(raw: bytes) -> ParsedHeader:
    """Return ``raw`` as a header, or say why it is none.  Raises `MalformedError` or `TooLargeError`."""
    header = decode(raw, Header, limit=HEADER_LIMIT)
    parse_instant(header.time)
    if header.author in header.to or len(set(header.to)) != len(header.to):
        raise MalformedError("A record names each of its recipients once, and never its author.")
    if party_of(header.author) != party_of(header.authority):
        raise MalformedError("A record's authority must belong to the party of its node.")
    if len({attachment.id for attachment in header.attachments}) != len(header.attachments):
        raise MalformedError("A record names each of its attachments once.")
    return ParsedHeader(header, raw, leaf_hash(raw))


def open_content(document: bytes) -> OpenContent:
    """Return the announcement of a document in clear.  Raises `TooLargeError`."""
    if len(document) > PAYLOAD_LIMIT:
        raise TooLargeError(f"A document of {len(document)} bytes; at most {PAYLOAD_LIMIT} are allowed.")
    return OpenContent(digest=open_digest(document), size=len(document))


def open_digest(document: bytes) -> str:
    """Return the digest under which a document in clear is announced."""
    return hex_digest(digest(OPEN_V, document))


def check_open(content: OpenContent, document: bytes) -> None:
    """Verify that ``document`` is the one announced.  Raises `CommitmentMismatchError`."""
    if len(document) != content.size or open_digest(document) != content.digest:
        raise CommitmentMismatchError("The document is not the one that its header announced.")
