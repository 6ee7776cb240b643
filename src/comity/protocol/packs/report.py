"""Say what a pack proves: typed facts and findings, for a program or for `render`."""

from dataclasses import dataclass
from enum import StrEnum

from comity.protocol.records import Header
from comity.protocol.types import Outcome


class Verdict(StrEnum):
    """Say in a word what came out: ``part`` is proven, but something is left out, missing or without a key."""

    PROVEN = "proven"
    PART = "proven-in-part"
    BROKEN = "broken"


class ContentState(StrEnum):
    """Say what became of a content or an attachment in this file.

    ``closed`` is an attachment that is there and whole, but whose key stands in a content that is not.
    """

    VERIFIED = "verified"
    CLOSED = "closed"
    LEFT_OUT = "left-out"
    ERASED = "erased"
    ABSENT = "absent"
    BROKEN = "broken"


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """Name an item and what is wrong with it, or why it is not proven."""

    item: str
    problem: str


@dataclass(frozen=True, slots=True)
class ReceiptFact:
    """State that ``by`` cosigned a checkpoint that covers the record, at ``time`` (POSIX seconds, its own clock)."""

    by: str
    time: int


@dataclass(frozen=True, slots=True)
class OutcomeFact:
    """State what ``by`` said it did with a record; reason, clause and sentence only where it refused."""

    by: str
    time: str
    outcome: Outcome
    reason: str = ""
    clause: str = ""
    sentence: str = ""
    remedy: str = ""


@dataclass(frozen=True, slots=True)
class ErasureFact:
    """State that ``by`` confirmed at ``time`` that it has erased the record, on what ground."""

    by: str
    time: str
    ground: str


@dataclass(frozen=True, slots=True)
class AttachmentFact:
    """State of an attachment that a record announces whether it is in the file; ``size`` is the encrypted one."""

    id: str
    size: int
    state: ContentState
    name: str = ""


@dataclass(frozen=True, slots=True)
class RecordFact:
    """State what is known of one record.

    ``header`` is None where it was left out or does not verify.  ``proven`` says that a checkpoint signed by a trusted
    key covers it.
    """

    node: str
    index: int
    header: Header | None
    proven: bool
    content: ContentState
    receipts: tuple[ReceiptFact, ...] = ()
    outcomes: tuple[OutcomeFact, ...] = ()
    erasures: tuple[ErasureFact, ...] = ()
    attachments: tuple[AttachmentFact, ...] = ()


@dataclass(frozen=True, slots=True)
class AgreementFact:
    """State which nodes are proven to have signed a text.  ``complete``: the text is here, and all its parties did."""

    digest: str
    version: int
    signed_by: tuple[str, ...]
    complete: bool


@dataclass(frozen=True, slots=True)
class Report:
    """Hold everything that verification found.

    ``case``, ``channel``, ``exporter`` and ``time`` are empty when not even the manifest could be read.
    """

    verdict: Verdict
    findings: tuple[Finding, ...]
    unproven: tuple[Finding, ...] = ()
    left_out: tuple[str, ...] = ()
    records: tuple[RecordFact, ...] = ()
    agreements: tuple[AgreementFact, ...] = ()
    items: tuple[str, ...] = ()
    case: str = ""
    channel: str = ""
    exporter: str = ""
    time: str = ""
    exported: bool = False
