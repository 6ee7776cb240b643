"""Read what an officer may see of officers, roles and units.  The only way to read; a list costs a few queries."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Exists, OuterRef, Q, QuerySet

from comity.desk import factors
from comity.desk.access import names_of
from comity.desk.accesslog import Look, note
from comity.desk.models import Grant, Officer, Unit
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.desk.units import below

PAGE: Final = 40
EXPORT_ROWS: Final = 10_000


@dataclass(frozen=True, slots=True)
class Filter:
    """Hold what the list of officers is narrowed to; empty means all."""

    words: str = ""
    role: str = ""
    unit: str = ""
    state: str = ""


@dataclass(frozen=True, slots=True)
class Held:
    """Show one role of an officer: where, since when, until when, by whose word."""

    grant: Grant
    state: str
    granted_by: str
    confirmed_by: str
    ended_by: str
    may_confirm: bool
    may_end: bool


@dataclass(frozen=True, slots=True)
class Row:
    """Show one officer in the list."""

    pseudonym: str
    name: str
    signs_in_as: str
    authority: str
    roles: tuple[tuple[str, str], ...]
    waiting: int
    ended: bool
    last_ms: int | None


def officers(seat: Seat, narrowed: Filter, page: int, size: int = PAGE) -> tuple[list[Row], bool]:
    """Return one page of officers by name, and whether there are more."""
    return _page(seat, narrowed, page, size, Look.PEOPLE)


def export(seat: Seat, narrowed: Filter) -> Iterator[Row]:
    """Go through the officers of a filter, at most `EXPORT_ROWS`."""
    seat.require(Permission.READ_PEOPLE)
    return _export(seat, narrowed)


def _export(seat: Seat, narrowed: Filter) -> Iterator[Row]:
    for number in range(1, EXPORT_ROWS // 500 + 1):
        rows, more = _page(seat, narrowed, number, 500, Look.EXPORT)
        yield from rows
        if not more:
            return


def _page(seat: Seat, narrowed: Filter, page: int, size: int, look: Look) -> tuple[list[Row], bool]:
    seat.require(Permission.READ_PEOPLE)
    start = max(0, page - 1) * size
    rows = _officers(seat, narrowed).order_by("display_name", "id").select_related("user")
    found = list(rows[start : start + size + 1])
    if found:
        note(seat, look, records=[one.pseudonym for one in found[:size]])
    now = seat.node.clock()
    grants: dict[int, list[Grant]] = {}
    for grant in Grant.objects.filter(officer__in=found[:size], ended_by="").select_related("unit").order_by("id"):
        grants.setdefault(grant.officer_id, []).append(grant)
    return [_row(one, grants.get(one.pk, []), now) for one in found[:size]], len(found) > size


def _row(officer: Officer, grants: list[Grant], now: int) -> Row:
    login = officer.user.last_login
    return Row(
        pseudonym=officer.pseudonym,
        name=officer.display_name,
        signs_in_as=officer.user.get_username(),
        authority=officer.authority,
        roles=tuple((one.role, one.unit.name) for one in grants if one.counts_at(now)),
        waiting=sum(one.confirmed_ms is None for one in grants),
        ended=officer.ended_ms is not None,
        last_ms=int(login.timestamp() * 1000) if login else None,
    )


def _officers(seat: Seat, narrowed: Filter) -> QuerySet[Officer]:
    """Return the officers who hold or held a role where the seat's officer may see people."""
    reach = seat.units(Permission.READ_PEOPLE)
    held = Grant.objects.filter(officer=OuterRef("pk"), unit__uid__in=reach.all)
    rows = Officer.objects.filter(Exists(held))
    if narrowed.words:
        said = narrowed.words
        rows = rows.filter(
            Q(display_name__icontains=said) | Q(user__username__icontains=said) | Q(pseudonym__startswith=said)
        )
    wanted = held.filter(ended_by="")
    if narrowed.role:
        wanted = wanted.filter(role=narrowed.role)
    if narrowed.unit:
        wanted = wanted.filter(unit__uid__in=below([narrowed.unit], _parents()))
    if narrowed.role or narrowed.unit:
        rows = rows.filter(Exists(wanted))
    if narrowed.state == "waiting":
        return rows.filter(Exists(wanted.filter(confirmed_ms=None)))
    if narrowed.state == "ended":
        return rows.filter(ended_ms__isnull=False)
    return rows.filter(ended_ms=None) if narrowed.state == "active" else rows


def _parents() -> dict[str, str]:
    return {uid: parent or "" for uid, parent in Unit.objects.values_list("uid", "parent__uid")}


@dataclass(frozen=True, slots=True)
class OfficerPage:
    """Show one officer: who they are, and every role they hold or held."""

    officer: Officer
    keys: int
    held: tuple[Held, ...]
    may_manage: bool


def officer(seat: Seat, pseudonym: str) -> OfficerPage | None:
    """Return an officer whom the seat's officer may see, if there is one."""
    seat.require(Permission.READ_PEOPLE)
    found = _officers(seat, Filter()).filter(pseudonym=pseudonym).select_related("user").first()
    if found is None:
        return None
    note(seat, Look.PEOPLE, records=[pseudonym])
    manages = Grant.objects.filter(officer=found, unit__uid__in=seat.units(Permission.MANAGE_PEOPLE).all).exists()
    return OfficerPage(
        officer=found,
        keys=len(factors.factors(found.user)),
        held=tuple(held(seat, list(found.grants.select_related("unit", "officer").order_by("-id")))),
        may_manage=manages and found.ended_ms is None and found.pseudonym != seat.officer.pseudonym,
    )


def waiting(seat: Seat) -> list[Held]:
    """Return the sensitive roles that wait for a second person, the oldest first."""
    if not seat.may(Permission.CONFIRM_ROLES):
        return []
    reach = seat.units(Permission.CONFIRM_ROLES)
    rows = Grant.objects.filter(confirmed_ms=None, ended_by="", unit__uid__in=reach.all)
    return held(seat, list(rows.select_related("unit", "officer").order_by("id")[:PAGE]))


def held(seat: Seat, grants: list[Grant]) -> list[Held]:
    """Return roles as pages show them, with the names of who gave, confirmed and ended them."""
    seat.require(Permission.READ_PEOPLE)
    names = names_of([name for one in grants for name in (one.granted_by, one.confirmed_by, one.ended_by)])
    now = seat.node.clock()
    confirms, manages = seat.units(Permission.CONFIRM_ROLES), seat.units(Permission.MANAGE_PEOPLE)
    me = seat.officer.pseudonym
    found = []
    for one in grants:
        open_ = not one.ended_by and (one.until_ms is None or one.until_ms > now)
        waits = open_ and one.confirmed_ms is None
        second = confirms.covers(one.unit.uid) and me not in (one.granted_by, one.officer.pseudonym)
        found.append(
            Held(
                grant=one,
                state="waiting" if waits else "ended" if not open_ else "counts" if one.counts_at(now) else "later",
                granted_by=names.get(one.granted_by, one.granted_by),
                confirmed_by=names.get(one.confirmed_by, one.confirmed_by),
                ended_by=names.get(one.ended_by, one.ended_by),
                may_confirm=waits and second,
                may_end=open_ and (manages.covers(one.unit.uid) or (waits and second)),
            )
        )
    return found


@dataclass(frozen=True, slots=True)
class UnitRow:
    """Show one unit in the tree: how deep it stands, and how many officers hold a role in it."""

    unit: Unit
    depth: int
    officers: int
    may_manage: bool


def units(seat: Seat) -> list[UnitRow]:
    """Return the open units that the seat's officer may see, each authority's as a tree."""
    seat.require(Permission.READ_PEOPLE)
    reach, manages = seat.units(Permission.READ_PEOPLE), seat.units(Permission.MANAGE_PEOPLE)
    counted = Count("grants__officer", filter=Q(grants__ended_by="", grants__officer__ended_ms=None), distinct=True)
    shown = Unit.objects.filter(closed_ms=None, uid__in=reach.all)
    counts = dict(shown.annotate(count=counted).values_list("pk", "count"))
    rows = list(shown.order_by("name"))
    known = {one.pk for one in rows}
    children: dict[int | None, list[Unit]] = {}
    for one in rows:
        children.setdefault(one.parent_id if one.parent_id in known else None, []).append(one)
    found: list[UnitRow] = []
    todo = [(one, 0) for one in reversed(children.get(None, []))]
    while todo:
        one, depth = todo.pop()
        found.append(UnitRow(one, depth, counts.get(one.pk, 0), manages.covers(one.uid)))
        todo += [(child, depth + 1) for child in reversed(children.get(one.pk, []))]
    return found
