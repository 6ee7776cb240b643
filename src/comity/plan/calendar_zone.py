"""Write a time zone of the tz database as the VTIMEZONE of a calendar file (RFC 5545, 3.6.5).

Changes of the clock are looked up in the database's own data, one by one.  Where they follow a yearly rule (last Sunday
of March), the rule is written, because some calendar programs understand nothing else; otherwise the days.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from typing import Final
from zoneinfo import ZoneInfo

from icalendar import Timezone, TimezoneDaylight, TimezoneStandard, vRecur

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_ALWAYS: Final = datetime(1970, 1, 1)  # noqa: DTZ001  # a local time, as the format asks for


@dataclass(frozen=True, slots=True)
class Change:
    """Be a change of the clock: when, in the time that was shown until then, and the differences to UTC around it."""

    onset: datetime
    before: timedelta
    after: timedelta
    name: str
    summer: bool


@lru_cache(maxsize=32)
def changes(zone: str, first: int, last: int) -> tuple[Change, ...]:
    """Return the changes of the clock in the years ``first`` to ``last``."""
    info = ZoneInfo(zone)
    found = []
    at, end = datetime(first, 1, 1, tzinfo=UTC), datetime(last + 1, 1, 1, tzinfo=UTC)
    while at < end:
        later = at + timedelta(days=1)
        if _offset(info, at) != _offset(info, later):
            found.append(_change(info, at, later))
        at = later
    return tuple(found)


def _offset(info: ZoneInfo, at: datetime) -> timedelta:
    return at.astimezone(info).utcoffset() or timedelta()


def _change(info: ZoneInfo, low: datetime, high: datetime) -> Change:
    """Find the second between two instants in which the clock changes."""
    before, after = _offset(info, low), _offset(info, high)
    while high - low > timedelta(seconds=1):
        middle = low + timedelta(seconds=int((high - low).total_seconds()) // 2)
        low, high = (low, middle) if _offset(info, middle) == after else (middle, high)
    local = high.astimezone(info)
    onset = (high + before).replace(tzinfo=None)
    return Change(onset, before, after, local.tzname() or "", bool(local.dst()))


def timezone(zone: str, first: int, last: int) -> Timezone:
    """Return the component for the years ``first`` to ``last``, and one year before, which the first ones begin in."""
    made = Timezone()
    made.add("TZID", zone)
    found = changes(zone, first - 1, last)
    if not found:
        here = datetime(first, 1, 1, tzinfo=ZoneInfo(zone))
        offset = here.utcoffset() or timedelta()
        made.add_component(_part(Change(_ALWAYS, offset, offset, here.tzname() or "", summer=False), ()))
        return made
    groups: dict[tuple[timedelta, timedelta, str, bool], list[Change]] = {}
    for one in found:
        groups.setdefault((one.before, one.after, one.name, one.summer), []).append(one)
    for held in groups.values():
        made.add_component(_part(held[0], held))
    return made


def _part(first: Change, held: Sequence[Change]) -> TimezoneStandard | TimezoneDaylight:
    part = TimezoneDaylight() if first.summer else TimezoneStandard()
    part.add("DTSTART", first.onset)
    part.add("TZOFFSETFROM", first.before)
    part.add("TZOFFSETTO", first.after)
    part.add("TZNAME", first.name)
    rule = _rule(held)
    if rule is not None:
        part.add("RRULE", rule)
    elif len(held) > 1:
        part.add("RDATE", [one.onset for one in held[1:]])
    return part


def _rule(held: Sequence[Change]) -> vRecur | None:
    """Return the yearly rule that all changes follow, if they follow one: a weekday of a month, counted or the last."""
    years = [one.onset.year for one in held]
    same = {(one.onset.month, one.onset.weekday(), one.onset.time()) for one in held}
    if len(held) < 2 or len(same) != 1 or years != list(range(years[0], years[0] + len(years))):
        return None
    which = set.intersection(*(set(_which(one.onset)) for one in held))
    if not which:
        return None
    month, weekday, _time = same.pop()
    return vRecur({"FREQ": "YEARLY", "BYMONTH": month, "BYDAY": f"{min(which)}{_DAYS[weekday]}"})


def _which(day: datetime) -> Iterator[int]:
    """Go through what a day is in its month: the second such weekday (2), or the last (-1)."""
    yield (day.day - 1) // 7 + 1
    if (day + timedelta(days=7)).month != day.month:
        yield -1
