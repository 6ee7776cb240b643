"""Bring the figures of requests and answers to the catalogue of measures."""

from bisect import bisect_left
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final, NamedTuple

from django.db.models import Count, Max, Q, QuerySet
from django.utils.translation import gettext_lazy as _

from comity.cases import outcomes
from comity.cases.models import Outcome
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

    by_area: Mapping[str, tuple[Sequence[int], Sequence[Row]]]
    found: dict[tuple[str, Window], Figure] = field(default_factory=dict)
    """What has been counted from these rows before, by measure."""

    def within(self, window: Window) -> list[Row]:
        """Return the requests received in a window."""
        times, some = self.by_area.get(window.area, ((), ()))
        chosen = some[bisect_left(times, window.from_ms) : bisect_left(times, window.until_ms)]
        return [one for one in chosen if window.party in ("", one.holder)]


_kept: dict[tuple[str, str, str], tuple[object, Rows]] = {}
"""What was read last, by database, channel and reality, with what tells whether it still holds."""


def rows(node: LocalNode, channel: Channel, reality: str) -> Rows:
    """Return every request that was received."""
    outcomes.settle(node, channel)
    found = Outcome.objects.using(node.using).filter(channel=channel.uuid, reality=reality)
    # Rows are added and taken away, and changed in nothing but their grounds: number and last key tell.
    state = found.aggregate(n=Count("id"), last=Max("id"), grounds=Count("id", filter=~Q(ground="")))
    key, mark = (node.using, channel.uuid, reality), tuple(state.values())
    kept = _kept.get(key)
    if kept is None or kept[0] != mark:
        if len(_kept) >= KEPT:
            _kept.pop(next(iter(_kept)))
        kept = _kept[key] = (mark, _read(found))
    return kept[1]


def _read(found: QuerySet[Outcome]) -> Rows:
    by_area: dict[str, tuple[list[int], list[Row]]] = {"": ([], [])}
    for values in found.order_by("received_ms", "uid").values_list(*Row._fields):
        one = Row(*values)
        for area in {"", one.area}:
            times, some = by_area.setdefault(area, ([], []))
            times.append(one.received_ms)
            some.append(one)
    return Rows(by_area)


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
