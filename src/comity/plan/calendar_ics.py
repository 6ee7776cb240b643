"""Write meetings as calendar files (RFC 5545) and invitations (RFC 5546) that other programs read.

A meeting keeps its UID for good; SEQUENCE counts the versions that both sides have signed, and its being called off.
A meeting of a series bears the UID of the series and the day that it is in it (RECURRENCE-ID).  Times are those of the
place, with its time zone from the tz database, so that a series stays at its hour when the clocks change.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import StrEnum
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _
from icalendar import Calendar, Event, vCalAddress, vRecur, vText

import comity
from comity.channel.models import Channel
from comity.desk.seat import Seat
from comity.plan.calendar_days import begin_of, weekend
from comity.plan.calendar_zone import timezone
from comity.plan.kinds.meeting import Meeting, State, agenda
from comity.plan.kinds.series import MOST_DAYS, Frequency, Series, by_rule, days
from comity.plan.meeting_access import state_of
from comity.plan.meeting_joint import Found
from comity.plan.meeting_words import said_in, times
from comity.protocol.agreement.model import PartyTerms

_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_AHEAD: Final = 2
"""Years after the last known day for which a file still knows the changes of the clocks."""


class Method(StrEnum):
    """Name what a file is: something to show, an invitation, or a meeting that was called off."""

    PUBLISH = "PUBLISH"
    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


@dataclass(frozen=True, slots=True)
class Part:
    """Hold what goes into a file: the event, its zone and the years that it touches."""

    event: Event
    zone: str
    first: int
    last: int


def sequence_of(found: Found) -> int:
    """Return how often what is in force has changed since the invitation."""
    off = isinstance(found.body, Meeting) and state_of(found) is State.CALLED_OFF
    return max(0, found.view.version - 1) + (1 if off else 0)


def meeting_part(seat: Seat, found: Found, *, in_series: bool = True) -> Part:
    """Return the event of a meeting; ``in_series`` is false where the file does not have its series beside it."""
    body = found.body
    assert isinstance(body, Meeting)  # noqa: S101  # callers look
    state = state_of(found)
    begins = begin_of(body.day, body.begins, body.zone)
    event = _event(seat, found, body, begins)
    occurrence = body.occurrence if in_series else None
    event.add("UID", body.series if body.series and occurrence else found.uuid)
    if occurrence is not None:
        event.add("RECURRENCE-ID", begin_of(occurrence, body.begins, body.zone))
    status = {State.INVITED: "TENTATIVE", State.CALLED_OFF: "CANCELLED", State.NOT_AGREED: "CANCELLED"}
    event.add("STATUS", status.get(state, "CONFIRMED"))
    event.add("DESCRIPTION", _description(seat, body, begins))
    return Part(event, body.zone, begins.year, begins.year)


def series_part(seat: Seat, found: Found) -> Part:
    """Return the event of a series, with its rule, and the days left out and added."""
    body = found.body
    assert isinstance(body, Series)  # noqa: S101  # callers look
    begins = begin_of(body.day, body.begins, body.zone)
    event = _event(seat, found, body, begins)
    event.add("UID", found.uuid)
    event.add("STATUS", "CONFIRMED" if found.agreed else "TENTATIVE")
    ruled = _ruled(body)
    if body.rule is not None:
        event.add("RRULE", _rule(body, ruled))
    left = [day for day in body.without if day in set(ruled)]
    more = [day for day in body.also if day not in set(ruled) and day not in set(body.without)]
    for name, held in (("EXDATE", left), ("RDATE", more)):
        if held:
            event.add(name, [begin_of(day, body.begins, body.zone) for day in held])
    every = days(body) or [body.day]
    return Part(event, body.zone, min(every[0], body.day).year, max(every[-1], body.day).year)


def _ruled(body: Series) -> list[date]:
    return [day for day, _at in zip(by_rule(body), range(MOST_DAYS), strict=False)]


def _rule(body: Series, ruled: Sequence[date]) -> vRecur:
    rule = body.rule
    assert rule is not None  # noqa: S101  # the caller has looked
    said: dict[str, object] = {"FREQ": "WEEKLY" if rule.frequency is Frequency.WEEKLY else "MONTHLY"}
    if rule.every > 1:
        said["INTERVAL"] = rule.every
    if rule.frequency is Frequency.MONTH_WEEKDAY:
        nth = -1 if rule.last_weekday else (body.day.day - 1) // 7 + 1
        said["BYDAY"] = f"{nth}{_DAYS[body.day.weekday()]}"
    elif rule.frequency is Frequency.MONTH_DAY:
        said["BYMONTHDAY"] = body.day.day
    else:
        said["BYDAY"] = _DAYS[body.day.weekday()]
    if rule.until is not None:
        # As in 3.3.10: with a time zone, the end is an instant; the last meeting is still part of the series.
        said["UNTIL"] = begin_of(ruled[-1], body.begins, body.zone).astimezone(UTC)
    else:
        said["COUNT"] = rule.count or len(ruled)
    return vRecur(said)


def _event(seat: Seat, found: Found, body: Meeting | Series, begins: datetime) -> Event:
    lang = seat.language
    event = Event()
    event.add("DTSTAMP", _instant(found.changed_ms))
    event.add("CREATED", _instant(found.opened_ms))
    event.add("LAST-MODIFIED", _instant(found.changed_ms))
    event.add("SEQUENCE", sequence_of(found))
    event.add("DTSTART", begins)
    event.add("DTEND", (begins.astimezone(UTC) + timedelta(minutes=body.minutes)).astimezone(ZoneInfo(body.zone)))
    for name, text in (("SUMMARY", body.title), ("LOCATION", body.place)):
        words = vText(said_in(text, lang))
        words.params["LANGUAGE"] = lang if text.get(lang) else "en" if text.get("en") else next(iter(text))
        event.add(name, words)
    event.add("CLASS", "PRIVATE")
    event.add("TRANSP", "OPAQUE")
    event.add("ORGANIZER", _address(found.opened_by))
    for node in found.view.signers:
        event.add("ATTENDEE", _attendee(node, accepted=found.agreed or node == found.opened_by))
    return event


def _address(node: str) -> vCalAddress:
    """Return a node as the address of a calendar: a name that no mail reaches (RFC 6761, 6.4), and no person's."""
    address = vCalAddress(f"mailto:{node.lower()}@comity.invalid")
    address.params["CN"] = vText(node)
    return address


def _attendee(node: str, *, accepted: bool) -> vCalAddress:
    address = _address(node)
    address.params["CUTYPE"] = vText("GROUP")
    address.params["ROLE"] = vText("REQ-PARTICIPANT")
    address.params["PARTSTAT"] = vText("ACCEPTED" if accepted else "NEEDS-ACTION")
    return address


def _description(seat: Seat, body: Meeting, begins: datetime) -> str:
    lines = [
        f"{one.title}: {one.begins:%Y-%m-%d %H:%M} - {one.ends:%H:%M} ({one.offset})"
        for one in times(seat, begins, body.minutes)
    ]
    points = [
        f"{at}. {said_in(point.title, seat.language)}" for at, (_party, _key, point) in enumerate(agenda(body), 1)
    ]
    return "\n".join([*lines, *(["", str(_("Agenda")), *points] if points else [])])


def _instant(ms: int) -> datetime:
    return datetime.fromtimestamp(ms // 1000, UTC)


def calendar(parts: Sequence[Part], method: Method, name: str = "") -> bytes:
    """Return a file with these events, and the time zones that they name before them."""
    made = Calendar()
    made.add("PRODID", f"-//Comity//Comity {comity.__version__}//EN")
    made.add("VERSION", "2.0")
    made.add("CALSCALE", "GREGORIAN")
    made.add("METHOD", method.value)
    if name:
        made.add("NAME", name)
        made.add("X-WR-CALNAME", name)
        made.add("REFRESH-INTERVAL", timedelta(hours=1), parameters={"VALUE": "DURATION"})
    for zone in dict.fromkeys(one.zone for one in parts if one.zone):
        held = [one for one in parts if one.zone == zone]
        made.add_component(timezone(zone, min(one.first for one in held), max(one.last for one in held) + _AHEAD))
    for one in parts:
        made.add_component(one.event)
    return bytes(made.to_ical())


def method_of(found: Found) -> Method:
    """Return what the file of one meeting is: an invitation, or the news that it was called off."""
    off = isinstance(found.body, Meeting) and state_of(found) in (State.CALLED_OFF, State.NOT_AGREED)
    return Method.CANCEL if off else Method.REQUEST


def days_off(seat: Seat, since: date) -> list[Part]:
    """Return weekends and holidays of every party as days that take no time: one event each, whole days."""
    if seat.terms is None or seat.channel is None:
        return []
    stamp = datetime.fromtimestamp(seat.terms.effective / 1000, UTC).replace(microsecond=0)
    found: list[Part] = []
    for party in seat.terms.agreement.parties:
        title = seat.terms.words(party.title, seat.language)
        found += [
            _day(seat.channel, party, day, 1, _("Holiday: %(party)s") % {"party": title}, stamp)
            for day in (date.fromisoformat(one) for one in party.holidays)
        ]
        for weekday, length in weekend(party):
            start = since + timedelta(days=(weekday - since.isoweekday()) % 7)
            part = _day(
                seat.channel, party, start, length, _("Weekend: %(party)s") % {"party": title}, stamp, weekly=True
            )
            found.append(part)
    return found


def _day(
    channel: Channel, party: PartyTerms, day: date, length: int, title: str, stamp: datetime, *, weekly: bool = False
) -> Part:
    event = Event()
    what = f"weekend-{_DAYS[day.weekday()].lower()}" if weekly else f"holiday-{day.isoformat()}"
    event.add("UID", f"{channel.uuid}-{party.id.lower()}-{what}")
    event.add("DTSTAMP", stamp)
    event.add("DTSTART", day)
    event.add("DTEND", day + timedelta(days=length))
    event.add("SUMMARY", title)
    event.add("TRANSP", "TRANSPARENT")
    event.add("CLASS", "PUBLIC")
    if weekly:
        event.add("RRULE", vRecur({"FREQ": "WEEKLY", "BYDAY": _DAYS[day.weekday()]}))
    return Part(event, "", day.year, day.year)


def feed(
    seat: Seat, meetings: Iterable[Found], series: Iterable[Found], name: str, *, rest: bool = True,
    more: Iterable[Part] = (),
) -> bytes:  # fmt: skip
    """Return everything that is agreed or waits for an answer, ``more``, and the days off of both sides."""
    held = [one for one in series if one.agreed or _waits(one)]
    known = {one.uuid for one in held}
    parts = [series_part(seat, one) for one in held]
    for one in meetings:
        body = one.body
        if isinstance(body, Meeting) and state_of(one) is not State.NOT_AGREED:
            parts.append(meeting_part(seat, one, in_series=body.series in known))
    parts += more
    if rest and seat.terms is not None:
        since = datetime.combine(datetime.fromtimestamp(seat.terms.effective / 1000, UTC).date(), time()).date()
        parts += days_off(seat, since)
    return calendar(parts, Method.PUBLISH, name)


def _waits(found: Found) -> bool:
    from comity.plan.meeting_joint import DEAD

    return found.opening is not None and found.opening.status not in DEAD
