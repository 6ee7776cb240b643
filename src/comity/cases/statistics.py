"""Count requests over a period by area, urgency and party asked: the same on every node, from the journals alone.

A report is a joint document: one side proposes what its node counted, the other node counts again, and both sign.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import date
from types import MappingProxyType
from typing import Annotated, Final

from msgspec import Meta

from comity.cases.measures import Row, rows
from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.concurrence.documents import DocumentKind, Label
from comity.concurrence.measures import Window, median_hours
from comity.protocol.canonical import Strict
from comity.protocol.names import Party, Slug

Many = Annotated[int, Meta(ge=0, le=1_000_000_000)]
Hours = Annotated[str, Meta(pattern=r"^[0-9]{1,8}\.[0-9]{2}$(?!\n)")]
Name = Annotated[str, Meta(pattern=r"^[a-z0-9.-]{1,90}$(?!\n)")]
"""The key of a line: area, urgency and party joined by points."""


class Line(Strict):
    """Count the requests of one area and urgency that one party was asked; ``refused`` is by ground, "other" if erased.

    ``median`` is the median time to answer in hours with two places.
    """

    area: Slug
    urgency: Slug
    party: Party
    asked: Many
    answered: Many
    in_time: Many
    refused: Annotated[Mapping[Slug, Many], Meta(max_length=40)]
    median: Hours | None = None


class Statistics(Strict):
    """Hold the figures of one period, its last day included."""

    first: date
    last: date
    lines: Annotated[Mapping[Name, Line], Meta(max_length=2000)]

    def __post_init__(self) -> None:
        """Raise `ValueError` where it ends before it begins."""
        if self.last < self.first:
            raise ValueError("the period ends before it begins")


def count(node: LocalNode, channel: Channel, reality: str, first: date, last: date) -> Statistics:
    """Return what this node counts from its journals."""
    held: dict[tuple[str, str, str], list[Row]] = {}
    for one in rows(node, channel, reality).within(Window(first, last)):
        held.setdefault((one.area or "none", one.urgency or "none", one.holder), []).append(one)
    lines = {
        f"{area}.{urgency}.{party.lower()}": _line(area, urgency, party, some)
        for (area, urgency, party), some in held.items()
    }
    return Statistics(first=first, last=last, lines=lines)


def _line(area: str, urgency: str, party: str, some: list[Row]) -> Line:
    answered = [one for one in some if one.answered_ms is not None]
    median = median_hours([one.answered_ms - one.received_ms for one in answered if one.answered_ms is not None])
    return Line(
        area=area,
        urgency=urgency,
        party=party,
        asked=len(some),
        answered=len(answered),
        in_time=sum(one.in_time for one in answered),
        refused=dict(Counter(one.ground or "other" for one in some if one.refused)),
        median=None if median is None else str(median),
    )


def total(lines: Iterable[Line], party: str) -> tuple[int, int, int, int]:
    """Return how often a party was asked, answered, answered in time, and refused, over all lines."""
    mine = [one for one in lines if one.party == party]
    refused = sum(sum(one.refused.values()) for one in mine)
    return sum(one.asked for one in mine), sum(one.answered for one in mine), sum(one.in_time for one in mine), refused


def _label(en: str, de: str, ar: str) -> Label:
    return MappingProxyType({"en": en, "de": de, "ar": ar})


STATISTICS: Final = DocumentKind(
    name="cases-statistics",
    body=Statistics,
    title=_label("Statistics of requests", "Statistik der Ersuchen", "إحصاء الطلبات"),
    labels=MappingProxyType(
        {
            "/first": _label("First day", "Erster Tag", "اليوم الأول"),
            "/last": _label("Last day", "Letzter Tag", "اليوم الأخير"),
            "/lines": _label("Figures", "Zahlen", "الأرقام"),
            "/lines/*/area": _label("Area", "Bereich", "المجال"),
            "/lines/*/urgency": _label("Urgency", "Dringlichkeit", "الاستعجال"),
            "/lines/*/party": _label("Party that was asked", "Ersuchte Seite", "الطرف المطلوب منه"),
            "/lines/*/asked": _label("Asked", "Gestellt", "المطلوب"),
            "/lines/*/answered": _label("Answered", "Beantwortet", "المجاب عنه"),
            "/lines/*/in_time": _label("In time", "Fristgerecht", "في الموعد"),
            "/lines/*/refused": _label("Refused", "Abgelehnt", "المرفوض"),
            "/lines/*/median": _label("Median time (hours)", "Median der Zeit (Stunden)", "وسيط الزمن (ساعات)"),
        }
    ),
)
