"""Read the access log, for auditor and data-protection officer.  The only way to read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import QuerySet

from comity.desk import log_check
from comity.desk.access import names_of
from comity.desk.accesslog import Look, note
from comity.desk.log_check import Checked
from comity.desk.models import AccessLine, Officer
from comity.desk.roles import Permission
from comity.desk.seat import Seat

PAGE: Final = 50
EXPORT_ROWS: Final = 100_000
OFFICERS_FOUND: Final = 200


@dataclass(frozen=True, slots=True)
class Filter:
    """Hold what the access log is narrowed to; empty means all.  ``who`` is a part of a name, or a pseudonym."""

    who: str = ""
    case: str = ""
    record: str = ""
    purpose: str = ""
    what: str = ""
    since_ms: int | None = None
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class Line:
    """Show one entry, with the officer's name, which only this node can tell."""

    index: int
    time_ms: int
    officer: str
    name: str
    authority: str
    what: str
    purpose: str
    reality: str
    channel: str
    case: str
    records: tuple[str, ...]


def entries(seat: Seat, narrowed: Filter, page: int, size: int = PAGE) -> tuple[list[Line], bool]:
    """Return one page of the log, the latest first, and whether there are more."""
    seat.require(Permission.READ_ACCESS_LOG)
    start = max(0, page - 1) * size
    found = list(_lines(seat, narrowed).order_by("-index")[start : start + size + 1])
    return _named(found[:size]), len(found) > size


def export(seat: Seat, narrowed: Filter) -> Iterator[Line]:
    """Go through what a filter finds, the latest first, at most `EXPORT_ROWS`; that it was handed out is noted."""
    seat.require(Permission.READ_ACCESS_LOG)
    note(seat, Look.EXPORT, records=["access-log"])
    return _export(seat, narrowed)


def _export(seat: Seat, narrowed: Filter) -> Iterator[Line]:
    rows = _lines(seat, narrowed).order_by("-index")
    last: int | None = None
    for _ in range(EXPORT_ROWS // 1000):
        some = list((rows if last is None else rows.filter(index__lt=last))[:1000])
        if not some:
            return
        yield from _named(some)
        last = some[-1].index


def check(seat: Seat, kept: str) -> Checked:
    """Recompute the log and compare it with its signed heads, and with one that the auditor kept."""
    seat.require(Permission.VERIFY_ACCESS_LOG)
    # A text area sends each line with a carriage return.
    own = kept.replace("\r\n", "\n").strip("\n").encode()
    return log_check.check(seat.node, [own + b"\n"] if own else [])


def head(seat: Seat) -> bytes:
    """Return the newest signed head, for the auditor to keep; nothing while the log is empty."""
    seat.require(Permission.VERIFY_ACCESS_LOG)
    return log_check.newest_head(seat.node)


def purposes(seat: Seat) -> list[str]:
    """Return the purposes that the log names."""
    seat.require(Permission.READ_ACCESS_LOG)
    terms = seat.terms
    return ["overview", *(one.id for one in (terms.agreement.purposes if terms else ()))]


def _lines(seat: Seat, narrowed: Filter) -> QuerySet[AccessLine]:
    """Return what a filter finds of the authorities for which the seat's officer watches."""
    held = [one.unit.authority for one in seat.officer.grants_for(Permission.READ_ACCESS_LOG)]
    rows = AccessLine.objects.using(seat.node.using).filter(authority__in=set(held))
    if narrowed.who:
        named = Officer.objects.filter(display_name__icontains=narrowed.who).values_list("pseudonym", flat=True)
        rows = rows.filter(officer__in=[narrowed.who, *named[:OFFICERS_FOUND]])
    if narrowed.record:
        rows = rows.filter(records__contains=narrowed.record)
    same = {name: getattr(narrowed, name) for name in ("case", "purpose", "what") if getattr(narrowed, name)}
    rows = rows.filter(**same)
    if narrowed.since_ms is not None:
        rows = rows.filter(time_ms__gte=narrowed.since_ms)
    return rows if narrowed.until_ms is None else rows.filter(time_ms__lte=narrowed.until_ms)


def _named(rows: Sequence[AccessLine]) -> list[Line]:
    names = names_of([one.officer for one in rows])
    return [
        Line(
            index=one.index,
            time_ms=one.time_ms,
            officer=one.officer,
            name=names.get(one.officer, one.officer),
            authority=one.authority,
            what=one.what,
            purpose=one.purpose,
            reality=one.reality,
            channel=one.channel,
            case=one.case,
            records=tuple(one.records.split()),
        )
        for one in rows
    ]
