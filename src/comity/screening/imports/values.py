"""Say what comes out of a list: entries, faults that cost something, and counts of what was passed over."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum

from comity.matching import DocumentKind, Person
from comity.protocol.errors import ComityError


class ImportFault(ComityError):  # noqa: N818  # a fault of the file, beside the errors of its rows
    """Say that a file is not of the format at all; raised before the first entry and never after it."""

    default_remedy = "Choose the format that the file has, or ask the list's owner for a correct copy."


class ListFormat(StrEnum):
    """Name the formats that are read (`spec/list-formats.md`)."""

    CSV = "csv"
    FTM = "ftm"
    UN = "un"
    EU = "eu"
    OFAC = "ofac"
    OFAC_ADVANCED = "ofac-advanced"
    MRZ = "mrz"
    TEXT = "text"


class Loss(StrEnum):
    """Say what a fault cost."""

    FIELD = "field"
    """The entry was read without one of its fields."""
    ENTRY = "entry"
    """The entry was not read."""
    REST = "rest"
    """Nothing after this place was read."""


class Skipped(StrEnum):
    """Say why a record that is in order is no entry."""

    ORGANISATION = "organisation"
    VESSEL = "vessel"
    AIRCRAFT = "aircraft"
    OTHER = "other"
    """A record of another kind: an address, a family tie, a sanction."""
    COMMENT = "comment"
    """A line that begins with #."""


class LeftOut(StrEnum):
    """Say which details in good order are not part of an entry."""

    DOCUMENT_KIND = "document-kind"
    """A number of a kind that is not asked about: tax, social security, driving licence."""
    DOCUMENT_WITHOUT_PERSON = "document-without-person"
    """A document whose holder is no person of the list."""
    LINKED_OVER_BOUND = "linked-over-bound"
    """A document or place beyond the number that is held for records yet to come."""


@dataclass(frozen=True, slots=True)
class Document:
    """Hold a document as listed; `state` is a code of three letters, what the document says, or empty if not known.

    Without a state a document makes no key.
    """

    kind: DocumentKind
    number: str
    state: str

    def __repr__(self) -> str:
        """Show the kind alone: the rest is personal data."""
        return f"Document({self.kind.name})"


@dataclass(frozen=True, slots=True)
class Entry:
    """Hold one person of a list.

    `reference` is the list's own record number: it tells who reads it whom it stands for, and is not sent to a partner.
    `person.names` has the names of good quality first, then those of `weak_names`. States are three letters.
    """

    reference: str
    person: Person
    weak_names: tuple[str, ...] = ()
    documents: tuple[Document, ...] = ()
    review_on: date | None = None
    expires_on: date | None = None

    def __repr__(self) -> str:
        """Show counts alone: the rest is personal data."""
        return f"Entry({len(self.person.names)} names, {len(self.documents)} documents)"


@dataclass(frozen=True, slots=True)
class RowError:
    """Say what is wrong where, and what to do; never repeat what stands there.

    `row` is the line for formats of lines and the number of the record for XML, from 1; `place` is a column or element.
    """

    row: int
    place: str
    problem: str
    remedy: str
    loses: Loss = Loss.ENTRY


@dataclass(frozen=True, slots=True)
class Summary:
    """Count what was read; `records` is the sum of `entries`, `skipped` and the entries that errors cost."""

    records: int = 0
    entries: int = 0
    skipped: tuple[tuple[Skipped, int], ...] = ()
    left_out: tuple[tuple[LeftOut, int], ...] = ()
    errors: tuple[tuple[Loss, int], ...] = field(default=())
    complete: bool = False
    """Whether the end of the list was reached."""
