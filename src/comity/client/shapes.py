"""Hold what the interface answers, as far as programs need it; whatever else it says is passed over."""

from collections.abc import Mapping
from typing import Any

import msgspec


class Finding(msgspec.Struct, frozen=True):
    """Say what an agreement has against something: the clause, what is wrong, and what to do."""

    detail: str = ""
    clause: str = ""
    field: str = ""
    remedy: str = ""


class Problem(msgspec.Struct, frozen=True):
    """Be a refusal (RFC 9457); ``suggested`` is a purpose where one is missing."""

    title: str = ""
    detail: str = ""
    remedy: str = ""
    suggested: str = ""
    findings: tuple[Finding, ...] = ()


class Clock(msgspec.Struct, frozen=True):
    """Show the clock of a question in milliseconds; ``due_ms`` is empty while it stands still."""

    due_ms: int | None
    left_ms: int
    state: str


class Line(msgspec.Struct, frozen=True):
    """Show a case in a list."""

    case: str
    subject: str
    state: str
    urgency: str
    clause: str
    ours: bool
    changed_ms: int
    clock: Clock | None = None


class Hit(msgspec.Struct, frozen=True):
    """Show a record that says what was looked for."""

    case: str
    record: str
    kind: str
    subject: str
    author: str
    time_ms: int


class Hits(msgspec.Struct, frozen=True):
    """Be a page of hits."""

    items: tuple[Hit, ...]
    next: str | None = None


class Receipt(msgspec.Struct, frozen=True):
    """Say how far a record has come: queued, delivered, accepted, or refused with clause and remedy."""

    mark: str
    clause: str = ""
    sentence: str = ""
    remedy: str = ""


class File(msgspec.Struct, frozen=True):
    """Describe an attachment; ``complete``: all of it is on the node."""

    number: int
    name: str
    media_type: str
    size: int
    complete: bool = True
    erased: bool = False


class Record(msgspec.Struct, frozen=True):
    """Show a record of a case; ``body`` is empty once it is erased."""

    record: str
    case: str
    kind: str
    ours: bool
    author: str
    time: str
    clause: str
    purpose: str
    handling: str
    body: Mapping[str, Any] | None
    erased: bool
    answered: bool
    receipt: Receipt
    files: tuple[File, ...] = ()
    clock: Clock | None = None


class Case(msgspec.Struct, frozen=True):
    """Show a case with its records in the order of time."""

    case: str
    subject: str
    closed: bool
    owner: str
    records: tuple[Record, ...]
    earlier: bool = False


class Preflight(msgspec.Struct, frozen=True):
    """Say what the agreement says about a draft: ready to go, and whether a second person must release it."""

    ready: bool
    two_persons: bool
    answer_due_ms: int | None = None
    findings: tuple[Finding, ...] = ()


class Draft(msgspec.Struct, frozen=True):
    """Show a draft; ``version`` is what a change of it names."""

    draft: str
    kind: str
    state: str
    version: int
    preflight: Preflight
    case: str | None = None


class Sent(msgspec.Struct, frozen=True):
    """Name the record that a draft has become, and its case."""

    case: str
    record: str
