"""Bring the figures of the working group to the catalogue: from what both sides have signed, and from no clock."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import partial
from typing import Final, NamedTuple

from django.utils.translation import gettext_lazy as _

from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.concurrence import access
from comity.concurrence.documents import DocumentKind, read
from comity.concurrence.measures import Counting, Figure, Measure, Window, register, share
from comity.plan import kept
from comity.plan.kinds.minutes import MINUTES, Minutes, decided
from comity.plan.kinds.plan import AREA_PLAN, AreaPlan
from comity.plan.states import State
from comity.protocol.canonical import Strict
from comity.protocol.names import parse_instant

MOST: Final = 10_000
"""Documents of one kind that are counted: more than any group will ever write."""


class Row(NamedTuple):
    """Be one thing that counts: its day, whose it is, the document that proves it, and how much of how much."""

    day: date
    area: str
    party: str
    uuid: str
    part: int
    whole: int = 1

    def within(self, window: Window) -> bool:
        """Say whether it belongs to a window.  What has no area or no party belongs to all together, and to none."""
        named = window.area in ("", self.area) and window.party in ("", self.party)
        return named and window.first <= self.day <= window.last


Reading = Callable[[str, Strict], Iterator[Row]]
Computing = Callable[[Sequence[Row]], Decimal | None]


@dataclass(frozen=True, slots=True)
class _Given:
    """Hold what one document gives to count."""

    rows: tuple[Row, ...]
    holds_until: int


def _rows(node: LocalNode, channel: Channel, reality: str, kind: DocumentKind, reading: Reading) -> list[Row]:
    """Return what the documents of a kind that are in force give to count."""
    mark = kept.mark_of(node, channel)

    def given(uuid: str) -> _Given | None:
        view = access.document(node, channel, uuid)
        if view is None:
            return None
        in_force = read(kind, view.current) if view.version and view.current is not None else None
        return _Given(tuple(reading(uuid, in_force)) if in_force else (), view.holds_until)

    found: list[Row] = []
    for one in access.documents(node, channel, kind.name, MOST, reality):
        held = kept.lasting(node, channel, one.uuid, reading.__name__, mark, partial(given, one.uuid))
        found.extend(held.rows if held else ())
    return found


def _meetings(uuid: str, body: Strict) -> Iterator[Row]:
    if isinstance(body, Minutes):
        yield Row(_day(body), "", "", uuid, 1)


def _decisions(uuid: str, body: Strict) -> Iterator[Row]:
    if isinstance(body, Minutes):
        yield Row(_day(body), "", "", uuid, sum(1 for _one in decided(body)))


def _day(body: Minutes) -> date:
    return datetime.fromtimestamp(parse_instant(body.began) / 1000, UTC).date()


def _actions(uuid: str, body: Strict) -> Iterator[Row]:
    if isinstance(body, AreaPlan):
        for one in body.actions.values():
            if one.state is not State.CANCELLED:
                lead = one.lead.partition("/")[0]
                yield Row(one.due, body.area, lead, uuid, int(one.state is State.DONE_CONFIRMED))


def _opening(kind: DocumentKind, reading: Reading, compute: Computing) -> Callable[[LocalNode, Channel, str], Counting]:
    def open_at(node: LocalNode, channel: Channel, reality: str) -> Counting:
        return partial(_count, _rows(node, channel, reality, kind, reading), compute)

    return open_at


def _count(rows: Sequence[Row], compute: Computing, window: Window) -> Figure:
    chosen = [one for one in rows if one.within(window)]
    return Figure(compute(chosen), tuple(dict.fromkeys(one.uuid for one in chosen)))


def _sum(chosen: Sequence[Row]) -> Decimal:
    return Decimal(sum(one.part for one in chosen))


def _share(chosen: Sequence[Row]) -> Decimal | None:
    return share(sum(one.part for one in chosen), sum(one.whole for one in chosen))


ALL: Final = (
    Measure(
        "meetings-held", _("Meetings held"),
        _("Meetings that began in the period and whose minutes both sides have adopted."),
        _("meetings"), True, _opening(MINUTES, _meetings, _sum),
    ),
    Measure(
        "decisions-taken", _("Decisions taken"),
        _("Decisions in the minutes that both sides have adopted of meetings that began in the period."),
        _("decisions"), True, _opening(MINUTES, _decisions, _sum),
    ),
    Measure(
        "actions-confirmed", _("Actions confirmed as done"),
        _("Of the actions of the plan that were due in the period and not cancelled, the share that both sides have confirmed as done."),  # noqa: E501  # one string for translators
        _("per cent"), True, _opening(AREA_PLAN, _actions, _share),
    ),
)  # fmt: skip


def register_all() -> None:
    """Put the measures of the working group into the catalogue."""
    for measure in ALL:
        register(measure)
