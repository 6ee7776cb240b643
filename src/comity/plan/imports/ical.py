"""Take meetings from the calendar files of other programs (RFC 5545): single ones, and series with their exceptions.

What a meeting of Comity holds is taken; everything else is counted in the report.  A rule that a series cannot hold is
taken as the days that it means.  A file with a fault is refused whole.
"""

import io
import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo, available_timezones

from dateutil import tz
from dateutil.rrule import rrulestr

from comity.plan.imports.ical_lines import Part, Property, calendars, words
from comity.plan.imports.report import Left, Notes, Taken, Why
from comity.plan.kinds.series import MOST_DAYS, Frequency, Rule

_ONCE: Final = (
    "UID", "DTSTAMP", "DTSTART", "DTEND", "DURATION", "SUMMARY", "LOCATION", "RRULE", "STATUS", "SEQUENCE",
    "RECURRENCE-ID",
)  # fmt: skip
_TAKEN: Final = frozenset(_ONCE) - {"DTSTAMP", "SEQUENCE"} | {"EXDATE", "RDATE"}
_CALCULATED: Final = frozenset({"DTSTAMP", "CREATED", "LAST-MODIFIED", "SEQUENCE", "TRANSP", "CLASS", "PRIORITY"})
_PERSONAL: Final = frozenset({"ATTENDEE", "ORGANIZER", "CONTACT"})
_KNOWN: Final = frozenset({
    "ATTACH", "CATEGORIES", "COMMENT", "DESCRIPTION", "GEO", "RELATED-TO", "RESOURCES", "URL", "REQUEST-STATUS",
    "EXRULE", "COLOR", "IMAGE", "CONFERENCE",
})  # fmt: skip
_DATE: Final = re.compile(r"(\d{8})(?:T(\d{6})(Z?))?")
_LENGTH: Final = re.compile(r"P(?:(\d{1,4})W|(?:(\d{1,4})D)?(?:T(?:(\d{1,5})H)?(?:(\d{1,6})M)?(?:(\d{1,7})S)?)?)")
_DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
_HORIZON: Final = timedelta(days=40 * 366)
MOST: Final = 500
"""Meetings that are taken from one file."""


@dataclass(frozen=True, slots=True)
class Imported:
    """Hold a meeting, or a series, of a file; ``zone`` is empty for a time that names none."""

    uid: str
    title: str
    place: str
    zone: str
    begins: datetime
    minutes: int
    line: int
    rule: Rule | None = None
    without: tuple[date, ...] = ()
    also: tuple[date, ...] = ()
    replaces: date | None = None
    cancelled: bool = False


@dataclass(slots=True)
class _File:
    notes: Notes
    zones: dict[str, tzinfo] = field(default_factory=dict)


def meetings(data: bytes) -> Taken[tuple[Imported, ...]]:
    """Return the meetings of a file, and the report of what was left out.  Raises `ImportRefusedError`."""
    notes = Notes()
    found: list[Imported] = []
    text = data.decode("utf-8-sig", "replace")
    for calendar in calendars(data, notes):
        _check_calendar(calendar, notes)
        file = _File(notes, _zones(calendar, text, notes))
        for part in calendar.parts:
            if part.name == "VEVENT":
                one = _event(part, file)
                if one is not None:
                    found.append(one)
            elif part.name != "VTIMEZONE":
                notes.loss(part.line, part.name, Left.NOT_HELD)
    if len(found) > MOST:
        notes.fault(found[MOST].line, "VEVENT", Why.TOO_LARGE)
    notes.settle()
    return Taken(tuple(_joined(found, notes)), notes.losses())


def _check_calendar(calendar: Part, notes: Notes) -> None:
    for name in ("VERSION", "PRODID"):
        if calendar.first(name) is None:
            notes.fault(calendar.line, name, Why.MISSING)
    version = calendar.first("VERSION")
    if version is not None and version.value.strip() != "2.0":
        notes.fault(version.line, "VERSION", Why.WRONG_FORMAT)
    for one in calendar.properties:
        if one.name not in ("VERSION", "PRODID", "CALSCALE", "METHOD"):
            notes.loss(one.line, one.name, Left.NOT_HELD)
        if one.name == "CALSCALE" and one.value.strip().upper() != "GREGORIAN":
            notes.fault(one.line, one.name, Why.NOT_ON_LIST)


def _zones(calendar: Part, text: str, notes: Notes) -> dict[str, tzinfo]:
    """Return the zones that the file brings: those of the tz database by their names, others by their own rules."""
    found: dict[str, tzinfo] = {}
    for part in (one for one in calendar.parts if one.name == "VTIMEZONE"):
        name = part.first("TZID")
        if name is None:
            notes.fault(part.line, "TZID", Why.MISSING)
            continue
        if name.value in available_timezones():
            found[name.value] = ZoneInfo(name.value)
            continue
        try:
            zone = tz.tzical(io.StringIO(_unfolded_zone(text, name.value))).get(name.value)
        except (ValueError, IndexError, KeyError, AttributeError):
            zone = None
        if zone is None:
            notes.fault(part.line, "VTIMEZONE", Why.WRONG_FORMAT)
        else:
            found[name.value] = zone
    return found


def _unfolded_zone(text: str, name: str) -> str:
    plain = re.sub(r"\r\n|\r", "\n", text).replace("\n ", "").replace("\n\t", "")
    blocks = re.findall(r"BEGIN:VTIMEZONE\n.*?END:VTIMEZONE\n", plain, re.DOTALL)
    return "".join(one for one in blocks if f"TZID:{name}\n" in one)


def _event(part: Part, file: _File) -> Imported | None:
    notes = file.notes
    for name in _ONCE:
        if len(part.every(name)) > 1:
            notes.fault(part.every(name)[1].line, name, Why.TWICE)
    for name in ("UID", "DTSTAMP", "DTSTART"):
        if part.first(name) is None:
            notes.fault(part.line, name, Why.MISSING)
    for other in part.parts:
        notes.loss(other.line, other.name, Left.NOT_HELD)
    _count(part, notes)
    start = part.first("DTSTART")
    began = None if start is None else _moment(start, start.value, file)
    uid, title = part.first("UID"), part.first("SUMMARY")
    if start is None or began is None or uid is None:
        return None
    place, status = part.first("LOCATION"), part.first("STATUS")
    original = part.first("RECURRENCE-ID")
    replaced = None if original is None else _moment(original, original.value, file)
    if _is_day(start):
        notes.loss(start.line, "DTSTART", Left.SIMPLIFIED)
    made = Imported(
        uid=uid.value.strip(),
        title=words(title.value) if title else "",
        place=words(place.value) if place else "",
        zone=_zone_name(began),
        begins=began,
        minutes=_length(part, start, began, file),
        line=part.line,
        replaces=None if replaced is None else _day_at(replaced, began),
        cancelled=status is not None and status.value.strip().upper() == "CANCELLED",
    )  # fmt: skip
    return _with_days(made, part, file)


def _day_at(moment: datetime, began: datetime) -> date:
    """Return the day of a moment at the place of another one."""
    return moment.astimezone(began.tzinfo).date() if moment.tzinfo and began.tzinfo else moment.date()


def _count(part: Part, notes: Notes) -> None:
    """Count what a meeting of Comity does not hold."""
    for one in part.properties:
        if one.name in _TAKEN:
            continue
        left = Left.CALCULATED if one.name in _CALCULATED else Left.PERSONAL if one.name in _PERSONAL else None
        if left is None:
            left = Left.NOT_HELD if one.name in _KNOWN or one.name.startswith("X-") else Left.UNKNOWN
        notes.loss(one.line, one.name, left)


def _is_day(one: Property) -> bool:
    return one.parameters.get("VALUE", "").upper() == "DATE" or re.fullmatch(r"\d{8}", one.value.strip()) is not None


def _moment(one: Property, value: str, file: _File) -> datetime | None:
    """Return a date-time in its own zone, without a zone where it names none; a day begins at midnight."""
    found = _DATE.fullmatch(value.strip())
    if found is None or (one.parameters.get("VALUE", "").upper() == "DATE" and found[2]):
        file.notes.fault(one.line, one.name, Why.NOT_A_DATE)
        return None
    try:
        moment = datetime.fromisoformat(found[1] + (f"T{found[2]}" if found[2] else "T000000"))
    except ValueError:
        file.notes.fault(one.line, one.name, Why.NOT_A_DATE)
        return None
    if found[3]:
        return moment.replace(tzinfo=UTC)
    name = one.parameters.get("TZID")
    if name is None or not found[2]:
        return moment
    if name not in file.zones:
        if name.lstrip("/") not in available_timezones():
            file.notes.fault(one.line, one.name, Why.UNKNOWN_REFERENCE)
            return None
        # RFC 7809: programs may name a zone of the tz database and leave its definition out.
        file.notes.loss(one.line, "VTIMEZONE", Left.RULE)
        file.zones[name] = ZoneInfo(name.lstrip("/"))
    return moment.replace(tzinfo=file.zones[name])


def _zone_name(moment: datetime) -> str:
    return moment.tzinfo.key if isinstance(moment.tzinfo, ZoneInfo) else "UTC" if moment.tzinfo is UTC else ""


def _length(part: Part, start: Property, began: datetime, file: _File) -> int:
    end, duration = part.first("DTEND"), part.first("DURATION")
    if end is not None and duration is not None:
        file.notes.fault(duration.line, "DURATION", Why.TWICE)
    if end is not None:
        ended = _moment(end, end.value, file)
        if ended is None:
            return 0
        if (ended.tzinfo is None) != (began.tzinfo is None) or _is_day(end) != _is_day(start):
            file.notes.fault(end.line, "DTEND", Why.NOT_A_DATE)
            return 0
        seconds = (ended.astimezone(UTC) - began.astimezone(UTC) if began.tzinfo else ended - began).total_seconds()
        if seconds <= 0:
            file.notes.fault(end.line, "DTEND", Why.ORDER)
        return int(seconds // 60)
    if duration is not None:
        found = _LENGTH.fullmatch(duration.value.strip().lstrip("+"))
        if found is None or not any(found.groups()):
            file.notes.fault(duration.line, "DURATION", Why.NOT_A_DURATION)
            return 0
        weeks, days, hours, minutes, seconds_ = (int(one or 0) for one in found.groups())
        return ((weeks * 7 + days) * 24 + hours) * 60 + minutes + seconds_ // 60
    return 24 * 60 if _is_day(start) else 60


def _with_days(made: Imported, part: Part, file: _File) -> Imported:
    """Return the meeting with its rule, its days left out and its days added."""
    rule = part.first("RRULE")
    if rule is not None:
        made = _ruled(made, rule, file)
    lists: dict[str, set[date]] = {"EXDATE": set(), "RDATE": set()}
    for name, held in lists.items():
        for one in part.every(name):
            if one.parameters.get("VALUE", "").upper() == "PERIOD":
                file.notes.loss(one.line, name, Left.NOT_HELD)
                continue
            for value in one.value.split(","):
                moment = _moment(one, value, file)
                if moment is None:
                    continue
                local = moment.astimezone(made.begins.tzinfo) if moment.tzinfo and made.begins.tzinfo else moment
                if name == "RDATE" and not _is_day(one) and local.time() != made.begins.time():
                    file.notes.loss(one.line, name, Left.SIMPLIFIED)
                held.add(local.date())
    without, also = {*made.without, *lists["EXDATE"]}, {*made.also, *lists["RDATE"]}
    return replace(made, without=tuple(sorted(without)), also=tuple(sorted(also)))


def _ruled(made: Imported, one: Property, file: _File) -> Imported:
    given = dict(pair.partition("=")[::2] for pair in one.value.strip().upper().split(";") if pair)
    if given.get("FREQ") in ("HOURLY", "MINUTELY", "SECONDLY"):
        file.notes.loss(one.line, "RRULE", Left.SIMPLIFIED)
        return made
    count = given.get("COUNT", str(MOST_DAYS + 1))
    try:
        start = made.begins.replace(tzinfo=None)
        text, bounded = _bounded(given, made)
        every = rrulestr(f"RRULE:{text}", dtstart=start)
        found = [moment.date() for moment in islice(every, min(int(count), MOST_DAYS + 1))]
    except (ValueError, TypeError, KeyError, OverflowError):
        file.notes.fault(one.line, "RRULE", Why.WRONG_FORMAT)
        return made
    if "BYHOUR" in given or len(found) > MOST_DAYS or bounded:
        file.notes.loss(one.line, "RRULE", Left.SIMPLIFIED)
    found = sorted(set(found))[:MOST_DAYS]
    rule = _plain_rule(given, made.begins.date(), found)
    if rule is not None:
        return replace(made, rule=rule)
    file.notes.loss(one.line, "RRULE", Left.SIMPLIFIED)
    first = made.begins.date()
    return replace(made, also=tuple(day for day in found if day != first))


def _bounded(given: Mapping[str, str], made: Imported) -> tuple[str, bool]:
    """Return a rule that ends in any case, and whether an end had to be set; its end is in the time of the place.

    SECURITY: no file keeps the node counting. Holds because rules below a day are not counted at all, and all others
    end after `_HORIZON`, whether they ever meet a day or not. Breaks if a rule is expanded as it was given.
    """
    begins = made.begins.replace(tzinfo=None)
    last = begins + _HORIZON
    end = given.get("UNTIL", "")
    if end:
        moment = datetime.fromisoformat(end.rstrip("Z"))
        if end.endswith("Z") and made.begins.tzinfo:
            moment = moment.replace(tzinfo=UTC).astimezone(made.begins.tzinfo).replace(tzinfo=None)
        last = min(last, moment if "T" in end else moment + timedelta(hours=23, minutes=59))
    rest = ";".join(f"{name}={value}" for name, value in given.items() if name not in ("COUNT", "UNTIL"))
    return f"{rest};UNTIL={last:%Y%m%dT%H%M%S}", not end and "COUNT" not in given


def _plain_rule(given: Mapping[str, str], first: date, found: list[date]) -> Rule | None:
    """Return the rule of a series that means the same days; None where a series has no such rule."""
    every = int(given["INTERVAL"]) if given.get("INTERVAL", "1").isdecimal() and "INTERVAL" in given else 1
    nth = (first.day - 1) // 7 + 1
    known = {
        ("WEEKLY", _DAYS[first.weekday()]): (Frequency.WEEKLY, False),
        ("WEEKLY", ""): (Frequency.WEEKLY, False),
        ("MONTHLY", ""): (Frequency.MONTH_DAY, False),
        ("MONTHLY", f"{nth}{_DAYS[first.weekday()]}"): (Frequency.MONTH_WEEKDAY, False),
        ("MONTHLY", f"-1{_DAYS[first.weekday()]}"): (Frequency.MONTH_WEEKDAY, True),
    }
    chosen = known.get((given.get("FREQ", ""), given.get("BYDAY", "").lstrip("+")))
    others = given.keys() - {"FREQ", "INTERVAL", "BYDAY", "COUNT", "UNTIL", "WKST", "BYMONTHDAY"}
    month_day = given.get("BYMONTHDAY", str(first.day))
    if chosen is None or others or month_day != str(first.day) or not 1 <= every <= 24 or not found:
        return None
    if "BYMONTHDAY" in given and chosen[0] is not Frequency.MONTH_DAY:
        return None
    return Rule(frequency=chosen[0], every=every, count=len(found), last_weekday=chosen[1])


def _joined(found: list[Imported], notes: Notes) -> list[Imported]:
    """Put exceptions into the series that they belong to: what was moved or called off no longer stands in it."""
    moved: dict[str, set[date]] = {}
    result = []
    for one in found:
        if one.replaces is not None:
            moved.setdefault(one.uid, set()).add(one.replaces)
        if one.cancelled:
            notes.loss(one.line, "STATUS:CANCELLED", Left.NOT_HELD)
        else:
            result.append(one)
    return [
        replace(one, without=tuple(sorted({*one.without, *moved[one.uid]})))
        if one.replaces is None and one.uid in moved
        else one
        for one in result
    ]


def in_zone(one: Imported, zone: str) -> Imported:
    """Return a meeting in the time of a place; a time without a zone is that of the place."""
    begins = one.begins.replace(tzinfo=ZoneInfo(zone)) if one.begins.tzinfo is None else one.begins
    return replace(one, begins=begins.astimezone(ZoneInfo(zone)), zone=zone)


def clock(one: Imported) -> time:
    """Return the time of day at which a meeting begins."""
    return one.begins.time().replace(second=0, microsecond=0)
