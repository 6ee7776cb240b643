"""Measure time that counts: all of it, or only that of days on which the parties named work.

As in ``spec/clocks.md``.  A day of a party runs from midnight to midnight in its own time zone.  Time counts while
every party named is in a day that is one of its working days and none of its holidays.  All times are milliseconds
since 1970 (UTC); nothing here reads a clock.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from comity.protocol.agreement.model import PartyTerms
from comity.protocol.names import UnixMs

DAY_MS: Final = 24 * 3600 * 1000
HORIZON_DAYS: Final = 40 * 366
"""How far a count looks ahead.  Two parties whose working days never meet have no common time at all: their clock never
ends, and both nodes must find that out after the same number of days."""


@dataclass(frozen=True, slots=True)
class WorkCalendar:
    """Say on which days a party works: its zone, ISO weekdays (Monday is 1), and holidays that do not count."""

    zone: str
    working_days: frozenset[int]
    holidays: frozenset[str]

    @classmethod
    def of(cls, party: PartyTerms) -> "WorkCalendar":
        """Take from the agreement what it says of a party's days."""
        return cls(party.time_zone, frozenset(party.working_days), frozenset(party.holidays))

    def works_on(self, day: date) -> bool:
        """Say whether a day of this party's calendar counts."""
        return day.isoweekday() in self.working_days and day.isoformat() not in self.holidays


def advance(start: UnixMs, length_ms: int, calendars: Sequence[WorkCalendar]) -> UnixMs | None:
    """Return when ``length_ms`` of counted time have passed since ``start``; None if they never will.

    What ends exactly with a day that counts ends there, not at the beginning of the next one.
    """
    if not calendars:
        return UnixMs(start + length_ms)
    left = length_ms
    for begin, end in _counted(start, calendars):
        if left <= end - begin:
            return UnixMs(begin + left)
        left -= end - begin
    return None


def counted(start: UnixMs, end: UnixMs, calendars: Sequence[WorkCalendar]) -> int:
    """Return how many milliseconds between ``start`` and ``end`` count."""
    if end <= start:
        return 0
    if not calendars:
        return end - start
    total = 0
    for first, last in _counted(start, calendars):
        if first >= end:
            break
        total += min(last, end) - first
    return total


def _counted(start: UnixMs, calendars: Sequence[WorkCalendar]) -> Iterator[tuple[int, int]]:
    """Go through the stretches of time from ``start`` on in which every party works."""
    at: int = start
    horizon = start + HORIZON_DAYS * DAY_MS
    while at < horizon:
        days = [_day(at, one) for one in calendars]
        end = min(last for _, last in days)
        if all(works for works, _ in days):
            yield at, end
        at = end


def _day(at: int, calendar: WorkCalendar) -> tuple[bool, int]:
    """Return whether the day of ``calendar`` at that time counts, and when it ends."""
    day = datetime.fromtimestamp(at // 1000, UTC).astimezone(ZoneInfo(calendar.zone)).date()
    return calendar.works_on(day), _midnight(day + timedelta(days=1), calendar.zone)


@lru_cache(maxsize=4096)
def _midnight(day: date, zone: str) -> int:
    """Return when a day begins; where clocks go forward at midnight, that is the moment in which they do."""
    return int(datetime.combine(day, time(), ZoneInfo(zone)).timestamp()) * 1000
