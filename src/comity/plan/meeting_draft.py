"""Hold a meeting, or a series of meetings, as it is being written: plain texts from a form, kept until it is sent."""

from collections.abc import Iterator, Mapping
from datetime import date
from typing import Final, TypeVar

import msgspec
from django.utils.translation import gettext as _

from comity.plan.calendar_days import days_off
from comity.plan.exchange import LANGUAGES
from comity.plan.kinds.meeting import Meeting, Point
from comity.plan.kinds.series import Frequency, Rule, Series, days, leaving_out
from comity.plan.meeting_joint import UnfitError
from comity.protocol.agreement.terms import Terms

LONGEST: Final = 14 * 24 * 60
MOST_POINTS: Final = 60
LONGEST_TITLE: Final = 300


class PointDraft(msgspec.Struct, frozen=True):
    """Hold a point of the agenda; ``carried`` and ``carried_key`` say which one it takes up again."""

    title: dict[str, str]
    minutes: str = ""
    carried: str = ""
    carried_key: str = ""


class MeetingDraft(msgspec.Struct, frozen=True):
    """Hold the whole form; ``frequency`` makes a series of it, ``leave_out`` takes its days off away."""

    title: dict[str, str] = msgspec.field(default_factory=dict)
    place: dict[str, str] = msgspec.field(default_factory=dict)
    zone: str = ""
    day: str = ""
    begins: str = "10:00"
    minutes: str = "120"
    points: list[PointDraft] = msgspec.field(default_factory=list)
    frequency: str = ""
    every: str = "1"
    until: str = ""
    count: str = ""
    leave_out: bool = True
    series: str = ""
    occurrence: str = ""
    without: list[str] = msgspec.field(default_factory=list)
    also: list[str] = msgspec.field(default_factory=list)


ON_DAYS: Final = "days"
"""How a series repeats that has no rule: on the days that are named."""


def said(given: Mapping[str, str]) -> dict[str, str]:
    """Return a text without the languages in which nothing was written."""
    return {one: given[one].strip()[:4000] for one in LANGUAGES if given.get(one, "").strip()}


def day_of(text: str) -> date | None:
    """Return a day, nothing for what is none."""
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        return None


def number_of(text: str, most: int) -> int | None:
    """Return a whole number from 1 to ``most``, nothing for what is none."""
    fits = text.isascii() and text.isdecimal() and len(text) < 9 and 1 <= int(text) <= most
    return int(text) if fits else None


def lacking(draft: MeetingDraft, terms: Terms | None) -> Iterator[tuple[str, str]]:
    """Go through what a draft lacks: the field, and what to do, in words."""
    if not said(draft.title):
        yield "title", _("Give it a title in at least one language.")
    if not said(draft.place):
        yield "place", _("Say where, or how people join.")
    if terms is not None and draft.zone not in {one.time_zone for one in terms.agreement.parties}:
        yield "zone", _("Choose the time zone of one of the sides.")
    if day_of(draft.day) is None:
        yield "day", _("Name the day.")
    if not _time(draft.begins):
        yield "begins", _("Name the time of day, such as 09:30.")
    if (number_of(draft.minutes, LONGEST) or 0) < 5:
        yield "minutes", _("Say how many minutes it lasts, at least five.")
    if draft.frequency not in ("", ON_DAYS) and not (day_of(draft.until) or number_of(draft.count, 500)):
        yield "until", _("Say until when it repeats, or how often.")
    if any(not said(one.title) and one.minutes for one in draft.points):
        yield "points", _("A point of the agenda has a title.")


def _time(text: str) -> bool:
    hours, colon, minutes = text.partition(":")
    whole = len(text) == 5 and colon and (hours + minutes).isascii() and (hours + minutes).isdecimal()
    return bool(whole) and int(hours) < 24 and int(minutes) < 60


def points_of(draft: MeetingDraft, keys: Iterator[str]) -> dict[str, Point]:
    """Return the points of the agenda under fresh keys, in their order."""
    given = [one for one in draft.points if said(one.title)]
    return {
        next(keys): Point(
            title=said(one.title), order=at * 10, minutes=number_of(one.minutes, 1440),
            carried=one.carried or None, carried_key=one.carried_key or None,
        )
        for at, one in enumerate(given, 1)
    }  # fmt: skip


def completed(
    draft: MeetingDraft, parties: tuple[str, ...], keys: Iterator[str], terms: Terms | None
) -> Meeting | Series:
    """Return the meeting or series that a draft says.  Raises `UnfitError` with the first thing that it lacks."""
    missing = next(lacking(draft, terms), None)
    if missing is not None:
        raise UnfitError(missing[1], _("Fill in what is missing."))
    first = _given(day_of(draft.day))
    length = _given(number_of(draft.minutes, LONGEST))
    if draft.frequency:
        return series_of(draft, terms)
    return Meeting(
        title=said(draft.title), place=said(draft.place), zone=draft.zone, day=first, begins=draft.begins,
        minutes=length, series=draft.series or None, occurrence=day_of(draft.occurrence) if draft.series else None,
        points={party: points_of(draft, keys) if party == parties[0] else {} for party in parties},
        lines={party: {} for party in parties}, attendance={party: {} for party in parties},
        marks={party: {} for party in parties}, course={},
    )  # fmt: skip


def series_of(draft: MeetingDraft, terms: Terms | None) -> Series:
    """Return the series that a draft with a frequency says.  Raises `UnfitError`."""
    first, until = _given(day_of(draft.day)), day_of(draft.until)
    last = draft.frequency == "month-last"
    try:
        rule = None
        if draft.frequency != ON_DAYS:
            rule = Rule(
                frequency=Frequency.MONTH_WEEKDAY if last else Frequency(draft.frequency),
                every=number_of(draft.every, 24) or 1, until=until,
                count=None if until else number_of(draft.count, 500), last_weekday=last,
            )  # fmt: skip
        made = Series(
            title=said(draft.title), place=said(draft.place), zone=draft.zone, day=first, begins=draft.begins,
            minutes=_given(number_of(draft.minutes, LONGEST)), rule=rule, without=_days(draft.without),
            also=_days(draft.also),
        )  # fmt: skip
    except ValueError as error:
        raise UnfitError(_("The first day is not one on which the series meets.")) from error
    if not draft.leave_out or terms is None:
        return made
    return leaving_out(made, days_off(terms, days(made), made.begins, made.zone, made.minutes))


def _days(given: list[str]) -> tuple[date, ...]:
    return tuple(sorted({day for day in map(day_of, given) if day is not None}))


One = TypeVar("One")


def _given(value: One | None) -> One:
    if value is None:
        raise UnfitError(_("The time of the meeting is missing."), _("Fill in what is missing."))
    return value
