"""Say what a series of meetings is: a rule in the time of one place, with days left out and added.

The time of day is that of the place, so a meeting at ten in Berlin stays at ten when clocks change there, and moves by
an hour in Doha.  Everything here is a function of values alone.
"""

from collections.abc import Iterator
from datetime import date, timedelta
from enum import StrEnum
from itertools import islice
from types import MappingProxyType
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from comity.concurrence.documents import DocumentKind
from comity.plan.kinds import parts
from comity.plan.kinds.parts import Minutes, TimeOfDay, Zone, label
from comity.plan.kinds.plan import Text
from comity.protocol.canonical import Strict

MOST_DAYS: Final = 500
"""Meetings of one series: a weekly one runs for nine years."""


class Frequency(StrEnum):
    """Name how a series repeats: each week, or each month on this day or on this weekday (second Tuesday)."""

    WEEKLY = "weekly"
    MONTH_DAY = "month-day"
    MONTH_WEEKDAY = "month-weekday"


class Rule(Strict):
    """Repeat every ``every`` weeks or months, until a day or so many times; days that a month lacks are passed over.

    ``last_weekday`` takes the last such weekday of the month instead of the one that the first meeting is.
    """

    frequency: Frequency
    every: Annotated[int, Meta(ge=1, le=24)] = 1
    until: date | None = None
    count: Annotated[int, Meta(ge=1, le=MOST_DAYS)] | None = None
    last_weekday: bool = False


class Series(Strict):
    """Hold a series: the first ``day``, the rule, the days ``without`` a meeting and the days added ``also``."""

    title: Text
    place: Text
    zone: Zone
    day: date
    begins: TimeOfDay
    minutes: Minutes
    rule: Rule | None = None
    without: Annotated[tuple[date, ...], Meta(max_length=MOST_DAYS)] = ()
    also: Annotated[tuple[date, ...], Meta(max_length=MOST_DAYS)] = ()

    def __post_init__(self) -> None:
        """Raise `ValueError` for what no series can be."""
        if self.rule is not None and self.rule.until is not None and self.rule.until < self.day:
            raise ValueError("the series ends before it begins")
        if self.day not in set(islice(by_rule(self), 1)):
            raise ValueError("the first day is not one of its rule")
        for days in (self.without, self.also):
            if list(days) != sorted(set(days)):
                raise ValueError("the days are not in order, or one stands twice")


def by_rule(series: Series) -> Iterator[date]:
    """Go through the days of the rule alone, the first one among them, however many there are."""
    rule = series.rule
    if rule is None:
        yield series.day
        return
    found = _weeks(series.day, rule.every) if rule.frequency is Frequency.WEEKLY else _months(series.day, rule)
    for at, day in enumerate(found):
        if (rule.count is not None and at >= rule.count) or (rule.until is not None and day > rule.until):
            return
        yield day


def days(series: Series) -> list[date]:
    """Return the days of a series, in order, those left out taken away; at most `MOST_DAYS` of the rule."""
    return sorted({*islice(by_rule(series), MOST_DAYS), *series.also} - set(series.without))


def _weeks(first: date, every: int) -> Iterator[date]:
    day = first
    while day.year < date.max.year:
        yield day
        day += timedelta(weeks=every)


def _months(first: date, rule: Rule) -> Iterator[date]:
    """Go through the months; as in RFC 5545, 3.3.10, what a month does not have is passed over."""
    month = first.year * 12 + first.month - 1
    while month < date.max.year * 12:
        day = _in_month(month // 12, month % 12 + 1, first, rule)
        if day is not None and day >= first:
            yield day
        month += rule.every


def _in_month(year: int, month: int, first: date, rule: Rule) -> date | None:
    last = date(year + month // 12, month % 12 + 1, 1) - timedelta(days=1)
    if rule.frequency is Frequency.MONTH_DAY:
        return date(year, month, first.day) if first.day <= last.day else None
    if rule.last_weekday:
        return last - timedelta(days=(last.weekday() - first.weekday()) % 7)
    start = date(year, month, 1)
    day = start + timedelta(days=(first.weekday() - start.weekday()) % 7, weeks=(first.day - 1) // 7)
    return day if day.month == month else None


SERIES: Final = DocumentKind(
    name="series",
    body=Series,
    title=label("Series of meetings", "Reihe von Sitzungen", "سلسلة اجتماعات"),
    labels=MappingProxyType(
        {
            "/title": parts.TITLE,
            "/place": parts.PLACE,
            "/zone": parts.ZONE,
            "/day": parts.DAY,
            "/begins": parts.BEGINS,
            "/minutes": parts.LASTS,
            "/rule": label("Rule", "Regel", "القاعدة"),
            "/rule/frequency": label("How it repeats", "Wiederholung", "التكرار"),
            "/rule/every": label("Every", "Alle", "كل"),
            "/rule/until": label("Until", "Bis", "حتى"),
            "/rule/count": label("How often", "Wie oft", "عدد المرات"),
            "/rule/last_weekday": label("Last of the month", "Letzter des Monats", "الأخير من الشهر"),
            "/without": label("Days left out", "Ausgenommene Tage", "أيام مستثناة"),
            "/also": label("Days added", "Zusätzliche Tage", "أيام مضافة"),
        }
    ),
)


def leaving_out(series: Series, days_off: frozenset[date]) -> Series:
    """Return the series without those of its days that are ``days_off``."""
    off = sorted({*series.without, *(day for day in days(series) if day in days_off)})
    return msgspec.structs.replace(series, without=tuple(off))
