"""Read indicators: what was aimed at, what came of it, computed where it can be, and the records that prove it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cached_property

from comity.concurrence import measures
from comity.concurrence.access import ProposalView
from comity.concurrence.measures import Counting, Figure, Measure, Window
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_joint as joint
from comity.plan.kinds.indicators import INDICATORS, AreaIndicators, Indicator, Period, number
from comity.plan.meeting_joint import Found

WHOLE = "working-group"
"""The area whose computed indicators count over all areas."""


@dataclass(frozen=True, slots=True)
class IndicatorArea:
    """Show the indicators of one area, adopted or only proposed."""

    found: Found
    body: AreaIndicators

    @property
    def uuid(self) -> str:
        """Return the identifier of the document."""
        return self.found.uuid

    @property
    def waiting(self) -> tuple[ProposalView, ...]:
        """Return the proposals that wait for an answer."""
        if self.found.agreed:
            return self.found.open_changes
        return (self.found.opening,) if self.found.opening else ()

    def period_at(self, day: date) -> str:
        """Return the key of the period that a day belongs to; the last one begun, else the first."""
        ordered = sorted(self.body.periods.items(), key=lambda pair: pair[1].first)
        begun = [key for key, one in ordered if one.first <= day]
        return begun[-1] if begun else ordered[0][0]


class Counter:
    """Count the figures of computed indicators; each measure reads what it counts from once."""

    def __init__(self, seat: Seat) -> None:
        """Prepare to count under the seat's agreement and in its reality."""
        self._seat = seat
        self._open: dict[str, Counting] = {}

    @cached_property
    def known(self) -> Mapping[str, Measure]:
        """Return the catalogue."""
        return measures.catalogue()

    def count(self, name: str, area: str, period: Period, party: str = "") -> Figure | None:
        """Return a figure; nothing for a measure that this node does not know."""
        if name not in self.known or self._seat.channel is None:
            return None
        counting = self._open.get(name)
        if counting is None:
            opened = self.known[name].open_at(self._seat.node, self._seat.channel, self._seat.reality.value)
            counting = self._open[name] = opened
        return counting(Window(period.first, period.last, "" if area == WHOLE else area, party))


@dataclass(frozen=True, slots=True)
class Shown:
    """Show an indicator in one period; ``figures`` are by party, a computed one under ""."""

    area: IndicatorArea
    key: str
    indicator: Indicator
    measure: Measure | None
    period: str
    target: Decimal | None
    figures: Mapping[str, Decimal]

    @property
    def met(self) -> bool | None:
        """Say whether every figure reaches the target; nothing where there is no figure or no target."""
        if self.target is None or not self.figures:
            return None
        if self.indicator.rising:
            return all(one >= self.target for one in self.figures.values())
        return all(one <= self.target for one in self.figures.values())


def areas(seat: Seat) -> list[IndicatorArea]:
    """Return the indicators of all areas, in the order in which the agreement names them."""
    seat.require(Permission.READ_PLAN)
    found = []
    for one in joint.every(seat, INDICATORS):
        dead = not one.agreed and (one.opening is None or one.opening.status in joint.DEAD)
        if isinstance(one.body, AreaIndicators) and not dead:
            found.append(IndicatorArea(one, one.body))
    order = {one.id: at for at, one in enumerate(seat.terms.agreement.areas)} if seat.terms else {}
    return sorted(found, key=lambda one: (order.get(one.body.area, len(order)), one.found.opened_ms))


def area(seat: Seat, uuid: str) -> IndicatorArea | None:
    """Return the indicators of one area."""
    seat.require(Permission.READ_PLAN)
    found = joint.find(seat, uuid, INDICATORS)
    return IndicatorArea(found, found.body) if found and isinstance(found.body, AreaIndicators) else None


def listed(shown: Sequence[IndicatorArea], area: str = "") -> list[tuple[IndicatorArea, str]]:
    """Return all indicators, or those of one area, as areas and keys."""
    return [(one, key) for one in shown if area in ("", one.body.area) for key in one.body.indicators]


def shown(seat: Seat, counter: Counter, area: IndicatorArea, key: str, period: str = "") -> Shown:
    """Return an indicator in a period; in the present one where none is named."""
    seat.require(Permission.READ_PLAN)
    one = area.body.indicators[key]
    name = period or area.period_at(joint.today(seat))
    figures: dict[str, Decimal] = {}
    if one.measure:
        figure = counter.count(one.measure, area.body.area, area.body.periods[name])
        if figure is not None and figure.value is not None:
            figures[""] = figure.value
    for party, held in one.actuals.items():
        if name in held:
            figures[party] = Decimal(held[name].value)
    measure = counter.known.get(one.measure or "")
    return Shown(area, key, one, measure, name, number(one.targets.get(name)), figures)


def proof(seat: Seat, area: IndicatorArea, key: str, period: str) -> Figure | None:
    """Return a computed figure with the records that it was counted from."""
    seat.require(Permission.READ_PLAN)
    one = area.body.indicators.get(key)
    if one is None or not one.measure or period not in area.body.periods:
        return None
    return Counter(seat).count(one.measure, area.body.area, area.body.periods[period])
