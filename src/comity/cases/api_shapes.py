"""Say what the calls about cases bring and return."""

from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import Field

from comity.cases.kinds import Kind
from comity.cases.search_words import LONGEST
from comity.channel.reading import Mark
from comity.desk.api.pages import Given, Page, Shown
from comity.protocol.records import Reality

Text = Annotated[str, Field(max_length=100_000)]
Short = Annotated[str, Field(max_length=500)]
Id = UUID | None


class Clock(Shown):
    """Show the clock of a question; ``due_ms`` is empty while it stands still."""

    due_ms: int | None
    received_ms: int | None
    left_ms: int
    state: str
    on_expiry: str


class Search(Given):
    """Say what is looked for, why, and whether other spellings and scripts count."""

    words: Annotated[str, Field(min_length=1, max_length=LONGEST)]
    purpose: Annotated[str, Field(max_length=40)]
    alike: bool = True


class Hit(Shown):
    """Show a record that says what was looked for; the subject is its own, else that of its case."""

    case: UUID
    record: UUID
    kind: Kind
    subject: str
    ours: bool
    author: str
    time_ms: int
    clause: str


class Hits(Page[Hit]):
    """Show hits, the latest first; ``cut``: only the latest records were looked through, add a rarer word."""

    cut: bool
    behind: bool


class Row(Shown):
    """Show a case in the list."""

    case: UUID
    subject: str
    erased: bool
    ours: bool
    opened_ms: int
    changed_ms: int
    type: str
    clause: str
    purpose: str
    urgency: str
    handling: str
    state: str
    clock: Clock | None
    receipt: Mark | None
    owner: str


class Receipt(Shown):
    """Say how far a record has come, and what its recipient said of it."""

    record: UUID
    mark: Mark
    time_ms: int | None
    reason: str
    clause: str
    sentence: str
    remedy: str


class File(Shown):
    """Describe an attachment of a record."""

    number: int
    name: str
    media_type: str
    size: int
    complete: bool
    erased: bool


class Erasure(Shown):
    """Say when a node must erase a record and when it confirmed that it has."""

    node: str
    due_ms: int
    ground: str
    ordered: bool
    done_ms: int | None


class Record(Shown):
    """Show a record of a case: header, content unless it is erased, receipt, clock, attachments."""

    record: UUID
    case: UUID
    kind: Kind
    ours: bool
    author: str
    to: list[str]
    time: str
    journal: str
    index: int
    clause: str
    purpose: str
    urgency: str
    handling: str
    language: str
    answers: Id
    concerns: Id
    officer: str
    released_by: str
    body: dict[str, Any] | None
    erased: bool
    answered: bool
    receipt: Receipt
    clock: Clock | None
    files: list[File]
    erasures: list[Erasure]


class Case(Shown):
    """Show a case with its records in the order of time; ``earlier``: there are more before these."""

    case: UUID
    subject: str
    opened_by: str
    opened_ms: int
    changed_ms: int
    closed: bool
    owner: str
    merged: list[UUID]
    linked: list[UUID]
    earlier: bool
    records: list[Record]


class Item(Given):
    """Name a person, document, vehicle, telephone or place; each kind reads its own fields."""

    kind: Literal["person", "document", "vehicle", "telephone", "place"]
    name: Short = ""
    latin: Short = ""
    born: Short = ""
    birthplace: Short = ""
    nationality: Short = ""
    part: Short = ""
    number: Short = ""
    sort: Short = ""
    issuer: Short = ""
    holder: Short = ""
    expires: Short = ""
    plate: Short = ""
    country: Short = ""
    chassis: Short = ""
    make: Short = ""
    subscriber: Short = ""
    device: Short = ""
    address: Short = ""
    coordinates: Short = ""
    handling: Short = ""
    source: Short = ""
    information: Short = ""
    note: Annotated[str, Field(max_length=1000)] = ""


class Fields(Given):
    """Hold what is written in a draft; what is left out stays as it is, and items are replaced together."""

    to: Short | None = None
    clause: Short | None = None
    purpose: Short | None = None
    urgency: Short | None = None
    handling: Short | None = None
    language: Short | None = None
    case_number: Short | None = None
    subject: Short | None = None
    question: Text | None = None
    legal_basis: Short | None = None
    grounds: Annotated[list[Short], Field(max_length=16)] | None = None
    assurance: Annotated[str, Field(max_length=2000)] | None = None
    text: Text | None = None
    source: Short | None = None
    information: Short | None = None
    ground: Short | None = None
    reason: Text | None = None
    items: Annotated[list[Item], Field(max_length=50)] | None = None
    hours: Annotated[int, Field(ge=1, le=2400)] | None = None
    use: Short | None = None
    recipient: Short | None = None
    for_items: Annotated[list[Annotated[int, Field(ge=0, lt=50)]], Field(max_length=50)] | None = None
    conditions: Annotated[str, Field(max_length=2000)] | None = None
    until: Short | None = None
    outcome: Short | None = None
    note: Annotated[str, Field(max_length=2000)] | None = None


class Begin(Given):
    """Begin a draft: what kind, and the case, the record it answers, or the record or case it concerns."""

    kind: Kind
    case: Id = None
    answers: Id = None
    concerns: Id = None
    fields: Fields = Fields()


class GiveBack(Given):
    """Return a draft to its writer with a note."""

    note: Annotated[str, Field(max_length=1000)] = ""


class Finding(Shown):
    """Be one thing that stands against sending a draft."""

    reason: str
    clause: str
    field: str
    detail: str
    remedy: str


class Preflight(Shown):
    """Say what the agreement says about a draft, and what will happen once it is sent."""

    ready: bool
    two_persons: bool
    answer_due_ms: int | None
    findings: list[Finding]
    same_open_in: list[UUID]


class DraftFile(Shown):
    """Describe an attachment of a draft."""

    number: int
    name: str
    media_type: str
    size: int


class DraftLine(Shown):
    """Show a draft in a list."""

    draft: UUID
    kind: Kind
    case: Id
    reality: Reality
    state: str
    version: int
    changed_ms: int
    mine: bool


class Draft(DraftLine):
    """Show a draft: what is written, its attachments, what the agreement says; its version is the ETag."""

    fields: dict[str, Any]
    files: list[DraftFile]
    preflight: Preflight


class DraftLines(Shown):
    """Hold a list of drafts: at most fifty, so it has no pages."""

    items: list[DraftLine]


class Sent(Shown):
    """Say where a draft stands now that it is a record."""

    case: UUID
    record: UUID
