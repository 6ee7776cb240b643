"""Say what the calls about screening bring and return."""

from datetime import date
from typing import Annotated, Final, Literal
from uuid import UUID

from ninja.params.functions import Path
from pydantic import Field

from comity.desk.api.pages import Given, Shown
from comity.matching import DocumentKind, Rule, Sex
from comity.screening.imports import Loss
from comity.screening.models import CheckState, HitState, PublicationState

MOST_PERSONS: Final = 1000
"""Persons of one call; a file holds more."""
MOST_FAULTS: Final = 1000
LIST_PATTERN: Final = r"^[a-z0-9-]{1,40}$"
_PRINTED: Final = r"^[^\x00-\x1f]+$"

ListKey = Annotated[str, Path(pattern=LIST_PATTERN, description="The list's short name.")]
Number = Annotated[int, Path(ge=1, le=2**53)]
ListId = Annotated[str, Field(pattern=LIST_PATTERN)]
Node = Annotated[str, Field(pattern=r"^[A-Z]{2}\.[a-z0-9-]{1,40}$", description="The partner's node: DE.berlin.")]
Purpose = Annotated[str, Field(min_length=1, max_length=40, description="One that the clause permits.")]
Printed = Annotated[str, Field(pattern=_PRINTED, max_length=500)]
Found = Literal["same-person", "different-person", "cannot-tell"]
Millis = Annotated[int, Field(description="Milliseconds since 1970, UTC.")]


class PublicationLine(Shown):
    """Show how far the publication of a list is; ``done`` of ``total`` entries are through, ``note`` says why not."""

    state: PublicationState
    done: int
    total: int
    note: str
    started_ms: Millis


class OwnListLine(Shown):
    """Show a list of this node and its index under the agreement.

    ``to_add``, ``to_remove`` and ``unpublished`` say what the next publication will bring partners.
    """

    list_id: str
    title: str
    owner: str
    legal_basis: str
    review_days: int
    expires_ms: Millis | None
    entries: int
    review_due: int
    next_review_ms: Millis | None
    generation: int
    version: int
    to_add: int
    to_remove: int
    unpublished: int
    publication: PublicationLine | None


class PartnerListLine(Shown):
    """Show a partner's list that can be asked about, and how many steps of 16 keys the clause still allows."""

    holder: str
    list_id: str
    title: str
    entries: Annotated[int, Field(description="Entries of the index, padding included.")]
    generation: int
    version: int
    clause: str
    purposes: list[str]
    left_today: Annotated[int | None, Field(description="Steps left this UTC day; null: the clause sets no bound.")]
    left_this_month: int | None
    renew_by_ms: Millis


class NewList(Given):
    """Begin a list, or change what it says of itself; partners see its short name and title."""

    list_id: ListId
    title: Annotated[str, Field(pattern=_PRINTED, max_length=200)]
    owner: Annotated[str, Field(max_length=33, description="An authority that acts through this node.")]
    legal_basis: Printed
    review_days: Annotated[int, Field(ge=1, le=3660)] = 365
    expires_ms: Annotated[int | None, Field(ge=0, le=2**53)] = None


class Fault(Shown):
    """Say what is wrong where in a file, and what to do; nothing of its content is repeated."""

    row: int
    place: str
    problem: str
    remedy: str
    loses: Loss


class TakenIn(Shown):
    """Say what a file brought into a list; ``unkeyed`` entries have no name or document that can be asked about.

    Of the ``faulty`` places at most 1,000 stand in ``faults``.
    """

    trial: bool
    read: int
    added: int
    changed: int
    same: int
    removed: int
    unkeyed: int
    faulty: int
    faults: list[Fault]


class Publish(Given):
    """Publish a list; ``rotate`` begins a new key."""

    rotate: bool = False


class Paper(Given):
    """Name a document: what it is (P, I, V, or L for a plate), who issued it, and its number."""

    kind: DocumentKind
    state: Annotated[str, Field(pattern=r"^[A-Z]{1,3}$")]
    number: Annotated[str, Field(min_length=1, max_length=64)]


class PaperShown(Shown):
    """Show a document."""

    kind: DocumentKind
    state: str
    number: str


class NewPerson(Given):
    """Say about whom: every name and spelling that is known, what else is known, or a machine-readable zone."""

    names: Annotated[
        list[Annotated[str, Field(min_length=1, max_length=300)]], Field(max_length=20, default_factory=list)
    ]
    born: Annotated[str, Field(max_length=200, description="1980-05-01, 1980-05, 1980 or 1978~1982, joined by |.")] = ""
    sex: Sex | None = None
    nationalities: Annotated[
        list[Annotated[str, Field(pattern=r"^[A-Z]{3}$")]], Field(max_length=20, default_factory=list)
    ]
    documents: Annotated[list[Paper], Field(max_length=20, default_factory=list)]
    mrz: Annotated[str, Field(max_length=400, description="Its lines, joined by line breaks.")] = ""
    reference: Annotated[str, Field(max_length=200, description="Your own; it stays on this node.")] = ""


class PersonShown(Shown):
    """Show whom a row of a check or an entry of an own list is about."""

    names: list[str]
    born: list[str]
    sex: Sex | None
    nationalities: list[str]
    documents: list[PaperShown]
    reference: str


class EntryLine(Shown):
    """Show an entry of an own list."""

    entry: int
    person: PersonShown
    review_ms: Millis
    expires_ms: Millis | None


class EntryReview(Given):
    """Say of an entry that it stays until its next review, or that it goes with the next version."""

    stays: bool


class Behind(Given):
    """Name the opaque reference that a partner's request quotes."""

    reference: Annotated[str, Field(pattern=r"^[0-9a-f]{16}$")]


class NewCheck(Given):
    """Ask about persons in one list of a partner; ``case`` stays on this node."""

    holder: Node
    list_id: ListId
    purpose: Purpose
    case: UUID | None = None
    persons: Annotated[list[NewPerson], Field(min_length=1, max_length=MOST_PERSONS)]


class Unanswered(Shown):
    """Name rows, counted from 1, that came to nothing, and why."""

    first: int
    last: int
    note: str


class CheckLine(Shown):
    """Show how far a check is: of its ``rows``, how many were looked up, wait for their answer, or came to nothing.

    ``retry_ms``: it goes on by itself then. ``to_review`` of its ``hits`` wait for a person.
    """

    check: UUID
    holder: str
    list_id: str
    clause: str
    purpose: str
    case: UUID | None
    officer: str
    state: CheckState
    note: str
    retry_ms: Millis | None
    created_ms: Millis
    rows: int
    done: int
    asked: int
    failed: int
    hits: int
    to_review: int


class CheckShown(CheckLine):
    """Show a check with the rows that came to nothing."""

    unanswered: list[Unanswered]


class CheckBegun(CheckLine):
    """Show the check that a file began, and the rows of the file that could not be read."""

    faulty: int
    faults: list[Fault]


class HitRule(Shown):
    """Say by which rule a hit came about, and what reviews of this list have measured of it."""

    rule: Rule
    strength: Literal["strong", "weak"]
    explanation: str
    reviewed_same: int
    reviewed_different: int
    precision: float | None


class HitLine(Shown):
    """Show a hit: a question for a person to compare, never a finding; ``verified`` is always false.

    ``finding`` is what a person of this side found. ``cleared_ms`` and ``cleared_why``: since when, and why, the
    person counts as another one than whom the reference stands for.
    """

    hit: int
    check: UUID
    row: Annotated[int, Field(description="Row of the check, counted from 1.")]
    person: PersonShown | None
    holder: str
    list_id: str
    reference: str
    strength: Literal["strong", "weak"]
    rules: list[HitRule]
    verified: Literal[False] = False
    state: HitState
    case: UUID | None
    finding: Found | None
    officer: str
    decided_ms: Millis | None
    cleared_ms: Millis | None
    cleared_why: str


class NewReview(Given):
    """Say what a person found who compared; ``reason``: what was compared, and with what. It stays here, sealed.

    `different-person` clears the person of the reference: later hits of the two are kept, and wait for nobody.
    """

    finding: Found
    reason: Annotated[str, Field(min_length=1, max_length=2000)]


class HitReviewed(HitLine):
    """Show a reviewed hit; by so many marks (documents, names with a full date of birth) a cleared person is known."""

    known_by: int


class RequestBegun(Shown):
    """Name the draft of a request about a hit, and the case in which it is sent: see the calls under ``cases``."""

    draft: UUID
    case: UUID


class NewOutcome(Given):
    """Tell the partner what reviews of its list found since the last time, as counts by rule."""

    holder: Node
    list_id: ListId


class OutcomeTold(Shown):
    """Name the record that tells the partner; null: there was nothing new."""

    record: UUID | None


class AskedOfUs(Shown):
    """Show what a partner asked this node on one UTC day: how much, under which clause, for what; never about whom."""

    day: date
    asker: str
    clause: str
    purpose: str
    questions: int
    open: int
    refused: int
    steps: int
