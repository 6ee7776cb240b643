"""Say to whom a case can be handed over."""

from dataclasses import dataclass

from comity.desk.models import Grant, Unit
from comity.desk.roles import TABLE, Permission, Role
from comity.desk.seat import Seat


@dataclass(frozen=True, slots=True)
class Taker:
    """Be a unit, or an officer in it, that can take a case; ``value`` is what a form sends."""

    value: str
    unit: str
    officer: str


def takers(seat: Seat) -> list[Taker]:
    """Return the units of this node's authorities and the officers who may work on cases there."""
    seat.require(Permission.WRITE_CASES)
    units = Unit.objects.filter(closed_ms__isnull=True).order_by("authority", "name")
    working = [role for role in Role if Permission.WRITE_CASES in TABLE[role]]
    grants = Grant.objects.filter(role__in=working).select_related("officer", "unit")
    now = seat.node.clock()
    people: dict[str, list[Grant]] = {}
    for one in grants.order_by("officer__display_name"):
        if one.counts_at(now):
            people.setdefault(one.unit.uid, []).append(one)
    found = []
    for unit in units:
        found.append(Taker(f"{unit.uid}/", unit.name, ""))
        seen = {one.officer.pseudonym: one.officer.display_name for one in people.get(unit.uid, ())}
        found += [Taker(f"{unit.uid}/{who}", unit.name, name) for who, name in seen.items()]
    return found


def unit_names(seat: Seat) -> dict[str, str]:
    """Return the names of units by identifier."""
    seat.require(Permission.READ_CASES)
    return dict(Unit.objects.values_list("uid", "name"))
