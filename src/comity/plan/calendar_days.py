"""Say which days are off on which side, and which side a meeting would find at home.

From the calendars of the agreement: a party's working days and holidays, each in its own time zone.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from comity.concurrence.calendars import WorkCalendar
from comity.protocol.agreement.model import PartyTerms
from comity.protocol.agreement.terms import Terms

MOST_DAYS: Final = 60
"""Days of one meeting that are looked at."""
EARLIEST: Final = time(6)
LATEST: Final = time(21)
"""Between these a meeting is at an hour at which people work."""


@dataclass(frozen=True, slots=True)
class Clash:
    """Say that a meeting falls on a day off of a party, or on an hour at which nobody works there."""

    party: str
    day: date
    holiday: bool
    at_night: bool = False


def begin_of(day: date, begins: str, zone: str) -> datetime:
    """Return when a meeting begins; where clocks skip that time of day, the moment after the gap."""
    local = datetime.combine(day, time.fromisoformat(begins), ZoneInfo(zone))
    return local.astimezone(UTC).astimezone(ZoneInfo(zone))


def clashes(terms: Terms, begins: datetime, minutes: int) -> list[Clash]:
    """Return what speaks against a meeting, party by party, in the order of the agreement."""
    found: list[Clash] = []
    end = begins + timedelta(minutes=minutes)
    for party in terms.agreement.parties:
        calendar = WorkCalendar.of(party)
        zone = ZoneInfo(party.time_zone)
        first, last = begins.astimezone(zone), (end - timedelta(microseconds=1)).astimezone(zone)
        days = [first.date() + timedelta(days=at) for at in range((last.date() - first.date()).days + 1)][:MOST_DAYS]
        off = [Clash(party.id, day, day.isoformat() in calendar.holidays) for day in days if not calendar.works_on(day)]
        found += off
        if not off and (first.time() < EARLIEST or last.time() > LATEST):
            found.append(Clash(party.id, first.date(), holiday=False, at_night=True))
    return found


def days_off(terms: Terms, days: list[date], begins: str, zone: str, minutes: int) -> frozenset[date]:
    """Return those of ``days`` on which a meeting would fall on a day off of either side."""
    return frozenset(
        day for day in days if any(not one.at_night for one in clashes(terms, begin_of(day, begins, zone), minutes))
    )


def weekend(party: PartyTerms) -> Iterator[tuple[int, int]]:
    """Go through the stretches of days of the week on which a party does not work: (first ISO weekday, length)."""
    off = [day for day in range(1, 8) if day not in party.working_days]
    starts = [day for day in off if (day - 2) % 7 + 1 not in off]
    for start in starts:
        length = next(at for at in range(1, 8) if (start + at - 1) % 7 + 1 not in off)
        yield start, length


def zones(terms: Terms) -> Mapping[str, str]:
    """Return the time zones of the parties, by party."""
    return {one.id: one.time_zone for one in terms.agreement.parties}
