"""Bring the figures of blind questions to the catalogue of measures: how many, how answered, what reviews found."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cached_property
from typing import Final

from django.utils.translation import gettext_lazy as _

from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.concurrence.measures import Counting, Figure, Measure, Window, register, share
from comity.desk.seat import terms_of
from comity.screening import counting
from comity.screening.models import Counted, Sort

FOUND: Final = (Sort.SAME, Sort.DIFFERENT, Sort.OPEN)
Computing = Callable[[Mapping[str, int]], Decimal | None]


@dataclass(frozen=True)
class _Rows:
    """Count rows of some sorts under one agreement and in one reality; each window is read once."""

    node: LocalNode
    channel: Channel
    reality: str
    sorts: tuple[Sort, ...]
    compute: Computing
    known: dict[Window, Figure] = field(default_factory=dict)

    @cached_property
    def clauses(self) -> Mapping[str, list[str]]:
        """Return the clauses of each area of the agreement."""
        terms = terms_of(self.node, self.channel)
        found: dict[str, list[str]] = {}
        for one in terms.clauses.values() if terms else ():
            found.setdefault(one.clause.area, []).append(one.clause.id)
        return found

    def count(self, window: Window) -> Figure:
        """Return the figure of a window."""
        figure = self.known.get(window)
        if figure is None:
            figure = self.known[window] = self._count(window)
        return figure

    def _count(self, window: Window) -> Figure:
        rows = Counted.objects.using(self.node.using).filter(
            channel=self.channel.uuid,
            reality=self.reality,
            sort__in=self.sorts,
            accepted_ms__gte=window.from_ms,
            accepted_ms__lt=window.until_ms,
        )
        if window.area:
            rows = rows.filter(clause__in=self.clauses.get(window.area, []))
        if window.party:
            rows = rows.filter(party=window.party)
        numbers: dict[str, int] = dict.fromkeys(Sort, 0)
        records: list[str] = []
        for uid, sort, number in rows.order_by("accepted_ms", "uid", "sort").values_list("uid", "sort", "number"):
            numbers[sort] += number
            records.append(uid)
        return Figure(self.compute(numbers), tuple(dict.fromkeys(records)))


def _opening(sorts: tuple[Sort, ...], compute: Computing) -> Callable[[LocalNode, Channel, str], Counting]:
    def open_at(node: LocalNode, channel: Channel, reality: str) -> Counting:
        counting.settle(node, channel)
        return _Rows(node, channel, reality, sorts, compute).count

    return open_at


def _sum(numbers: Mapping[str, int]) -> Decimal:
    return Decimal(sum(numbers.values()))


def _share_answered(numbers: Mapping[str, int]) -> Decimal | None:
    return share(numbers[Sort.ANSWERED], numbers[Sort.ANSWERED] + numbers[Sort.REFUSED])


def _share_same(numbers: Mapping[str, int]) -> Decimal | None:
    return share(numbers[Sort.SAME], sum(numbers[one] for one in FOUND))


ALL: Final = (
    Measure(
        "checks-answered", _("Blind questions answered"),
        _("Blind questions whose answer the side that asked accepted in the period."),
        _("questions"), True, _opening((Sort.ANSWERED,), _sum),
    ),
    Measure(
        "checks-answered-share", _("Share of blind questions answered"),
        _("Of the blind questions answered or refused in the period, the share that was answered; a refusal says that a budget was spent or a list has moved on."),  # noqa: E501  # one string for translators
        _("per cent"), True, _opening((Sort.ANSWERED, Sort.REFUSED), _share_answered),
    ),
    Measure(
        "hits-reviewed", _("Hits reviewed"),
        _("Rules by which hits came about that a person has compared with the partner's answer, as told in the period: same person, different person or cannot tell."),  # noqa: E501  # one string for translators
        _("hits"), True, _opening(FOUND, _sum),
    ),
    Measure(
        "hits-same-person", _("Hits that were the same person"),
        _("Of the hits reviewed in the period, the share that a person found to be the same person."),
        _("per cent"), True, _opening(FOUND, _share_same),
    ),
)  # fmt: skip


def register_all() -> None:
    """Put the measures of screening into the catalogue."""
    for measure in ALL:
        register(measure)
