"""List the record types: what each carries, and the closed list of those that need no clause.

Areas bring their own types; a `Catalogue` joins them and refuses a tag twice.  A golden file in the tests holds all
tags and fields: a type may grow only at its end, by a new version.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from comity.protocol.canonical import Strict, decode
from comity.protocol.errors import MalformedError, UnknownTypeError
from comity.protocol.names import ClauseId, Digest, Instant, NodeName, Slug, Uuid
from comity.protocol.records import PAYLOAD_LIMIT

Count = Annotated[int, Meta(ge=0, le=2**53 - 1)]
"""A number of records; no larger than every reader of JSON can hold (RFC 8785, 3.2.2.3)."""
Positive = Annotated[int, Meta(ge=1, le=2**53 - 1)]


@dataclass(frozen=True, slots=True)
class RecordType:
    """Say of one type of record: its tag, the shape of its content, whether sealed, whether it needs a clause."""

    tag: str
    body: type[Strict]
    sealed: bool = True
    needs_clause: bool = True


class Catalogue:
    """Hold every record type this node knows, by tag."""

    def __init__(self, *types: RecordType) -> None:
        """Join ``types``.  Raises `ValueError` when a tag appears twice: that is a fault of the program."""
        self._types = {one.tag: one for one in types}
        if len(self._types) != len(types):
            raise ValueError("A record type tag is registered twice.")

    def __iter__(self) -> Iterator[RecordType]:
        """Go through all types in the order of their tags."""
        return iter(sorted(self._types.values(), key=lambda one: one.tag))

    def __getitem__(self, tag: str) -> RecordType:
        """Return the type of ``tag``.  Raises `UnknownTypeError`."""
        try:
            return self._types[tag]
        except KeyError:
            raise UnknownTypeError(f"This node knows no records of type {tag}.") from None

    def __contains__(self, tag: object) -> bool:
        """Say whether the tag is known."""
        return tag in self._types

    def read(self, tag: str, content: bytes) -> Strict:
        """Return opened content as its type says.  Raises `UnknownTypeError` or `MalformedError`."""
        return decode(content, self[tag].body, limit=PAYLOAD_LIMIT)


class Outcome(StrEnum):
    """Say what the receiving node did with a record."""

    ACCEPTED = "accepted"
    REFUSED = "refused"


class Refused(Strict):
    """Name one refused record of a range: its index, why, under which clause, and what would help.

    ``reason`` is a code of ``spec/errors.md``; ``clause`` is the clause that forbids, or that is missing.
    """

    index: Count
    reason: Slug
    sentence: Annotated[str, Meta(max_length=500)]
    remedy: Annotated[str, Meta(max_length=500)]
    id: Uuid | None = None
    clause: ClauseId | None = None


class Disposition(Strict):
    """State what became of the records ``start`` to ``end`` - 1 of ``journal``: all accepted but those in ``refused``.

    Records that are dispositions themselves are not disposed of.
    """

    journal: NodeName
    start: Count
    end: Positive
    time: Instant
    refused: tuple[Refused, ...] = ()


class AgreementProposed(Strict):
    """Propose a text: the first, or an amendment of the one in force.  The text is its own canonical JSON."""

    text: str
    note: Annotated[str, Meta(max_length=2000)] = ""


class AgreementSigned(Strict):
    """Sign a proposed text by its digest.  The signature is that of the checkpoint over this record."""

    digest: Digest


class AgreementDeclined(Strict):
    """Decline a proposed text, with the reason."""

    digest: Digest
    reason: Annotated[str, Meta(max_length=2000)]


class AgreementSuspended(Strict):
    """Stop all flows under the agreement at once, with the reason; either side may."""

    digest: Digest
    reason: Annotated[str, Meta(max_length=2000)]


class AgreementResumed(Strict):
    """Lift one's own suspension."""

    digest: Digest


class AgreementEnded(Strict):
    """Give notice: the agreement ends at ``effective``, and retention clocks start then."""

    digest: Digest
    effective: Instant
    reason: Annotated[str, Meta(max_length=2000)] = ""


class RecordAddress(Strict):
    """Point to one record by journal, index and identifier."""

    journal: NodeName
    index: Count
    id: Uuid


class ErasureOrdered(Strict):
    """Require that the partner erase records, with the ground (a law, a judgment, an own error)."""

    records: Annotated[tuple[RecordAddress, ...], Meta(min_length=1, max_length=1000)]
    ground: Annotated[str, Meta(max_length=500)]
    due: Instant


class ErasureDone(Strict):
    """Confirm that the keys and contents of these records no longer exist on the author's node."""

    records: Annotated[tuple[RecordAddress, ...], Meta(min_length=1, max_length=1000)]
    ground: Annotated[str, Meta(max_length=500)]
    time: Instant


class JournalRestored(Strict):
    """Admit that this node came back from an older state and took its records back from a partner's copies."""

    from_size: Count
    to_size: Positive
    source: NodeName
    reappended: Count = 0


class AlarmRaised(Strict):
    """Tell the partner that an alarm stands here, by its name; evidence stays on the node that raised it."""

    kind: Slug
    subject: NodeName
    size: Count = 0


class PackExported(Strict):
    """State that a case pack with this manifest was made; covers every byte of the pack."""

    case: Uuid
    manifest: Digest


DISPOSITION: Final = RecordType("channel.disposition/1", Disposition, sealed=False, needs_clause=False)

CONTROL_TYPES: Final = (
    RecordType("agreement.proposed/1", AgreementProposed, sealed=False, needs_clause=False),
    RecordType("agreement.signed/1", AgreementSigned, sealed=False, needs_clause=False),
    RecordType("agreement.declined/1", AgreementDeclined, sealed=False, needs_clause=False),
    RecordType("agreement.suspended/1", AgreementSuspended, sealed=False, needs_clause=False),
    RecordType("agreement.resumed/1", AgreementResumed, sealed=False, needs_clause=False),
    RecordType("agreement.ended/1", AgreementEnded, sealed=False, needs_clause=False),
    DISPOSITION,
    RecordType("channel.restored/1", JournalRestored, sealed=False, needs_clause=False),
    RecordType("channel.alarm/1", AlarmRaised, sealed=False, needs_clause=False),
    RecordType("erasure.ordered/1", ErasureOrdered, sealed=False, needs_clause=False),
    RecordType("erasure.done/1", ErasureDone, sealed=False, needs_clause=False),
    RecordType("pack.exported/1", PackExported, sealed=False, needs_clause=False),
)
"""The closed list of records that need no clause (``spec/record.md``)."""

UNDISPOSED: Final = frozenset({DISPOSITION.tag, "channel.alarm/1", "channel.restored/1", "pack.exported/1"})
"""Types that are acknowledged by cosignature alone, so that receipts do not answer receipts for ever."""


def check_kind(kind: RecordType, *, sealed: bool) -> None:
    """Verify that content is sealed where its type says so, and only there.  Raises `MalformedError`."""
    if kind.sealed != sealed:
        raise MalformedError(f"Records of type {kind.tag} are {'sealed' if kind.sealed else 'open'}.")
