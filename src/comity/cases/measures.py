"""Bring the figures of requests and answers to the catalogue of measures."""

from collections.abc import Callable, Iterable, Sequence
from decimal import Decimal
from typing import Final, NamedTuple

from django.db.models import Count, Max
from django.utils.translation import gettext_lazy as _

from comity.cases import outcomes
from comity.cases.models import Outcome
from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.concurrence.measures import Counting, Figure, Measure, Window, median_hours, register, share

URGENT: Final = "urgent"
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


_rows: dict[tuple[str, str, str], tuple[object, list[Row]]] = {}
"""What was read last, by database, channel and reality, with what tells whether it still holds."""


def rows(node: LocalNode, channel: Channel, reality: str) -> Sequence[Row]:
    """Return every request that was received, in order of receipt."""
    outcomes.settle(node, channel)
    found = Outcome.objects.using(node.using).filter(channel=channel.uuid, reality=reality)
    state = found.aggregate(n=Count("id"), last=Max("id"))
    # Rows are added and taken away, never changed but for grounds: their number and the last key tell.
    key, mark = (node.using, channel.uuid, reality), (state["n"], state["last"], found.filter(ground="").count())
    kept = _rows.get(key)
    if kept is None or kept[0] != mark:
        if len(_rows) >= KEPT:
            _rows.pop(next(iter(_rows)))
        kept = (mark, [Row(*one) for one in found.order_by("received_ms", "uid").values_list(*Row._fields)])
        _rows[key] = kept
    return kept[1]


def within(some: Iterable[Row], window: Window) -> list[Row]:
    """Return the requests received in a window."""
    return [
        one
        for one in some
        if window.from_ms <= one.received_ms < window.until_ms
        and window.area in ("", one.area)
        and window.party in ("", one.holder)
    ]


def _counting(
    choose: Callable[[Row], bool], compute: Callable[[list[Row]], Decimal | None]
) -> Callable[[LocalNode, Channel, str], Counting]:
    def open_at(node: LocalNode, channel: Channel, reality: str) -> Counting:
        known = rows(node, channel, reality)

        def count(window: Window) -> Figure:
            chosen = [one for one in within(known, window) if choose(one)]
            return Figure(compute(chosen), tuple(one.uid for one in chosen))

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


def register_all() -> None:
    """Put the measures of cases into the catalogue."""
    hours, number, per_cent = _("hours"), _("requests"), _("per cent")
    for measure in (
        Measure(
            "requests-received", _("Requests received"),
            _("Requests that the side asked accepted in the period."),
            number, True, _counting(lambda _one: True, _number),
        ),
        Measure(
            "requests-answered", _("Requests answered"),
            _("Of the requests accepted in the period, those that have an answer or a refusal by now."),
            number, True, _counting(_answered, _number),
        ),
        Measure(
            "requests-refused", _("Requests refused"),
            _("Of the requests accepted in the period, those that were refused with a ground."),
            number, False, _counting(lambda one: one.refused, _number),
        ),
        Measure(
            "answered-in-time", _("Answered in time"),
            _("Of the requests accepted in the period and answered, the share whose answer was written before the clause's time ended; time in which a clarification was open does not count, time that was granted does."),  # noqa: E501  # one string for translators
            per_cent, True, _counting(_answered, _share_in_time),
        ),
        Measure(
            "median-answer-time", _("Median time to answer"),
            _("Of the requests accepted in the period and answered, the median of the time from acceptance to the writing of the answer."),  # noqa: E501  # one string for translators
            hours, False, _counting(_answered, _median),
        ),
        Measure(
            "median-answer-time-urgent", _("Median time to answer, urgent"),
            _("The same for requests that were marked urgent."),
            hours, False, _counting(lambda one: _answered(one) and one.urgency == URGENT, _median),
        ),
    ):  # fmt: skip
        register(measure)
