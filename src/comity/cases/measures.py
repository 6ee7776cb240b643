"""Bring the figures of requests and answers to the catalogue of measures."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from django.db.models import Count, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from comity.cases import outcomes
from comity.cases.models import Outcome
from comity.channel import reading
from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.concurrence.measures import Counting, Figure, Measure, Window, median_hours, register, share

URGENT: Final = "urgent"
FIGURES: Final = 20_000
"""Figures that are remembered until the next record changes what they are counted from."""
KEPT: Final = 4
"""Agreements and realities whose requests are held in memory: a hundred thousand take some 30 MB."""


class Row(NamedTuple):
    """Be one request as figures are counted from it."""

    uid: str
    area: str
    urgency: str
    asker: str
    holder: str
    received_ms: int
    answered_ms: int | None
    due_ms: int | None
    refused: bool
    ground: str

    @property
    def in_time(self) -> bool:
        """Say whether it was answered before its time had ended; without a clock, every answer is in time."""
        return self.answered_ms is not None and (self.due_ms is None or self.answered_ms <= self.due_ms)


@dataclass(frozen=True, slots=True)
class Rows:
    """Hold every request that was received, in order of receipt, all together and by area; "" names all areas."""

    by_area: Mapping[str, tuple[Sequence[int], Sequence[Row]]] = field(default_factory=dict)
    known: Mapping[str, Row] = field(default_factory=dict)
    last: int = 0
    """The highest key that was read."""
    found: dict[tuple[str, Window], Figure] = field(default_factory=dict)
    """What has been counted from these rows before, by measure."""

    def within(self, window: Window) -> list[Row]:
        """Return the requests received in a window."""
        times, some = self.by_area.get(window.area, ((), ()))
        chosen = some[bisect_left(times, window.from_ms) : bisect_left(times, window.until_ms)]
        return [one for one in chosen if window.party in ("", one.holder)]

    def joined(self, new: Mapping[int, Row]) -> "Rows":
        """Return these rows with new ones by key, each for the one with its identifier, and the figures that stay."""
        known = dict(self.known)
        lists = {area: list(some) for area, (_times, some) in self.by_area.items()}
        changed: list[int] = []
        for row in new.values():
            before = known.get(row.uid)
            if before is not None:
                changed.append(before.received_ms)
                for area in {"", before.area}:
                    lists[area].remove(before)
            changed.append(row.received_ms)
            for area in {"", row.area}:
                lists.setdefault(area, []).append(row)
            known[row.uid] = row
        for some in lists.values():
            some.sort(key=_order)  # nearly in order already
        changed.sort()
        return Rows(
            {area: ([one.received_ms for one in some], some) for area, some in lists.items()},
            known,
            max(new, default=self.last),
            {key: figure for key, figure in self.found.items() if not _covers(key[1], changed)},
        )


def _order(row: Row) -> tuple[int, str]:
    return row.received_ms, row.uid


def _covers(window: Window, times: Sequence[int]) -> bool:
    """Say whether one of some times, in their order, lies in a window."""
    return bisect_left(times, window.from_ms) < bisect_left(times, window.until_ms)


class _Held(NamedTuple):
    """Hold what was read last: under which stamp of the agreement, and how many of the rows had a ground."""

    stamp: str
    grounds: int
    rows: Rows


_kept: dict[tuple[str, str, str], _Held] = {}
"""What was read last, by database, channel and reality."""


def rows(node: LocalNode, channel: Channel, reality: str) -> Rows:
    """Return every request that was received; what was read before is kept, and only what came since is read."""
    outcomes.settle(node, channel)
    found = Outcome.objects.using(node.using).filter(channel=channel.uuid, reality=reality)
    key = (node.using, channel.uuid, reality)
    stamp = reading.stamp(node, channel)
    last, grounds, held = _kept.get(key) or _Held("", 0, Rows())
    new = _read(found.filter(id__gt=held.last))
    if not new and last == stamp:
        return held
    taken = held.joined(new) if new else held
    # Rows are added and taken away, and changed in nothing but their grounds: two numbers tell whether all is known.
    state = found.filter(id__lte=taken.last).aggregate(n=Count("id"), grounds=Count("id", filter=~Q(ground="")))
    if (len(taken.known), grounds) != (state["n"], state["grounds"]):
        grounds = sum(1 for one in taken.known.values() if one.ground)
    if (len(taken.known), grounds) != (state["n"], state["grounds"]):
        taken = Rows().joined(_read(found))
        grounds = sum(1 for one in taken.known.values() if one.ground)
    if key not in _kept and len(_kept) >= KEPT:
        _kept.pop(next(iter(_kept)), None)
    _kept[key] = _Held(stamp, grounds, taken)
    return taken


def _read(found: QuerySet[Outcome]) -> dict[int, Row]:
    return {values[0]: Row(*values[1:]) for values in found.order_by("id").values_list("id", *Row._fields)}


def _counting(
    name: str, choose: Callable[[Row], bool], compute: Callable[[list[Row]], Decimal | None]
) -> Callable[[LocalNode, Channel, str], Counting]:
    def open_at(node: LocalNode, channel: Channel, reality: str) -> Counting:
        known = rows(node, channel, reality)

        def count(window: Window) -> Figure:
            figure = known.found.get((name, window))
            if figure is None:
                chosen = [one for one in known.within(window) if choose(one)]
                figure = Figure(compute(chosen), tuple(one.uid for one in chosen))
                if len(known.found) < FIGURES:
                    known.found[name, window] = figure
            return figure

        return count

    return open_at


def _number(chosen: list[Row]) -> Decimal:
    return Decimal(len(chosen))


def _median(chosen: list[Row]) -> Decimal | None:
    return median_hours([one.answered_ms - one.received_ms for one in chosen if one.answered_ms is not None])


def _share_in_time(chosen: list[Row]) -> Decimal | None:
    return share(sum(one.in_time for one in chosen), len(chosen))


def _answered(one: Row) -> bool:
    return one.answered_ms is not None


def _urgent(one: Row) -> bool:
    return one.answered_ms is not None and one.urgency == URGENT


def register_all() -> None:
    """Put the measures of cases into the catalogue."""
    hours, number, per_cent = _("hours"), _("requests"), _("per cent")
    for measure in (
        Measure(
            "requests-received", _("Requests received"),
            _("Requests that the side asked accepted in the period."),
            number, True, _counting("requests-received", lambda _one: True, _number),
        ),
        Measure(
            "requests-answered", _("Requests answered"),
            _("Of the requests accepted in the period, those that have an answer or a refusal by now."),
            number, True, _counting("requests-answered", _answered, _number),
        ),
        Measure(
            "requests-refused", _("Requests refused"),
            _("Of the requests accepted in the period, those that were refused with a ground."),
            number, False, _counting("requests-refused", lambda one: one.refused, _number),
        ),
        Measure(
            "answered-in-time", _("Answered in time"),
            _("Of the requests accepted in the period and answered, the share whose answer was written before the clause's time ended; time in which a clarification was open does not count, time that was granted does."),  # noqa: E501  # one string for translators
            per_cent, True, _counting("answered-in-time", _answered, _share_in_time),
        ),
        Measure(
            "median-answer-time", _("Median time to answer"),
            _("Of the requests accepted in the period and answered, the median of the time from acceptance to the writing of the answer."),  # noqa: E501  # one string for translators
            hours, False, _counting("median-answer-time", _answered, _median),
        ),
        Measure(
            "median-answer-time-urgent", _("Median time to answer, urgent"),
            _("The same for requests that were marked urgent."),
            hours, False, _counting("median-answer-time-urgent", _urgent, _median),
        ),
    ):  # fmt: skip
        register(measure)
