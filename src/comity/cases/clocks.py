"""Reckon by when an answer is due: the clause's clock from the receipt on, over the working days it names."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from comity.protocol.agreement.model import Calendar, Clock, PartyTerms
from comity.protocol.agreement.terms import Terms

HOUR_MS: Final = 3_600_000
_LONGEST_DAYS: Final = 5000


def duration_ms(text: str) -> int:
    """Return a duration of the agreement (``PT8H``, ``P3D``) in milliseconds."""
    if text.startswith("PT"):
        return int(text[2:-1]) * HOUR_MS
    return int(text[1:-1]) * 24 * HOUR_MS


def due_ms(terms: Terms, clock: Clock, received_ms: int, sender: str, receiver: str) -> int:
    """Return when the time to answer ends; a day is 24 hours of days that count."""
    names = {
        Calendar.ALL: (),
        Calendar.RECEIVER: (receiver,),
        Calendar.SENDER: (sender,),
        Calendar.BOTH: (sender, receiver),
    }[clock.working_days_of]
    parties = [terms.parties[name] for name in names if name in terms.parties]
    left = timedelta(milliseconds=duration_ms(clock.duration))
    at = datetime.fromtimestamp(received_ms / 1000, UTC)
    if not parties:
        return received_ms + duration_ms(clock.duration)
    for _ in range(_LONGEST_DAYS):
        end = min(_midnight(at, party) for party in parties)
        if _counts(at, parties):
            if at + left <= end:
                break
            left -= end - at
        at = end
    return int((at + left).timestamp() * 1000)


def _counts(at: datetime, parties: Sequence[PartyTerms]) -> bool:
    for party in parties:
        day = at.astimezone(ZoneInfo(party.time_zone)).date()
        if day.isoweekday() not in party.working_days or day.isoformat() in party.holidays:
            return False
    return True


def _midnight(at: datetime, party: PartyTerms) -> datetime:
    zone = ZoneInfo(party.time_zone)
    day = at.astimezone(zone).date() + timedelta(days=1)
    return datetime.combine(day, time(), zone).astimezone(UTC)
