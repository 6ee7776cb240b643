"""Say what a meeting is, and what is written in it: by each side beside the other, under keys that bear its party.

Time, place and what the invitation says are joint: they change by proposal and concurrence.  Points of the agenda that
a side adds, its lines, its attendance and its word on how far the meeting has come are its own technical updates, in
places that nobody else can touch; so both write at once and nothing is overwritten.
"""

from collections.abc import Iterator, Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from msgspec import Meta

from comity.concurrence.documents import DocumentKind
from comity.plan.kinds import parts
from comity.plan.kinds.parts import MAX_LINES, MAX_PARTS, Attendance, Key, Minutes, TimeOfDay, Zone, label
from comity.plan.kinds.plan import Text, Words
from comity.protocol.canonical import Strict
from comity.protocol.names import AuthorityName, Instant, Language, Party, Uuid


class Said(StrEnum):
    """Name what a line holds."""

    NOTE = "note"
    DECISION = "decision"
    ACTION = "action"


class Mark(StrEnum):
    """Say what a side makes of a point: dealt with, or to be put on the agenda again."""

    DONE = "done"
    AGAIN = "again"


class Course(StrEnum):
    """Name a side's word on how far the meeting has come; the latest of all sides counts."""

    BEGUN = "begun"
    ENDED = "ended"
    CALLED_OFF = "called-off"


class Point(Strict):
    """Be a point of the agenda; ``order`` sorts, ``carried`` names the meeting in which it was not reached."""

    title: Text
    order: Annotated[int, Meta(ge=0, le=10_000)]
    minutes: Annotated[int, Meta(ge=1, le=1440)] | None = None
    carried: Uuid | None = None
    carried_key: Key | None = None


class Line(Strict):
    """Be a line that one side wrote on ``point``: a note, or a decision or an action that it proposes."""

    said: Said
    text: Words
    language: Language
    at: Instant
    point: Key | None = None
    lead: AuthorityName | None = None
    due: date | None = None


class Word(Strict):
    """Hold a side's word on the course, with the time it gives and, for calling off, the reason."""

    said: Course
    at: Instant
    reason: Words | None = None


class Meeting(Strict):
    """Hold a meeting: ``day`` and ``begins`` are those of ``zone``; ``occurrence`` is its day in a ``series``."""

    title: Text
    place: Text
    zone: Zone
    day: date
    begins: TimeOfDay
    minutes: Minutes
    points: Mapping[Party, Annotated[Mapping[Key, Point], Meta(max_length=MAX_PARTS)]]
    lines: Mapping[Party, Annotated[Mapping[Key, Line], Meta(max_length=MAX_LINES)]]
    attendance: Attendance
    marks: Mapping[Party, Annotated[Mapping[Key, Mark], Meta(max_length=2 * MAX_PARTS)]]
    course: Mapping[Party, Word]
    series: Uuid | None = None
    occurrence: date | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` for what no meeting can be."""
        if (self.series is None) != (self.occurrence is None):
            raise ValueError("a series and the day in it are named together")


class State(StrEnum):
    """Say how far a meeting has come."""

    INVITED = "invited"
    NOT_AGREED = "not-agreed"
    OPEN = "open"
    IN_PROGRESS = "in-progress"
    CLOSED = "closed"
    CALLED_OFF = "called-off"


_AFTER: Final[Mapping[Course, State]] = {
    Course.BEGUN: State.IN_PROGRESS,
    Course.ENDED: State.CLOSED,
    Course.CALLED_OFF: State.CALLED_OFF,
}


def latest(meeting: Meeting) -> tuple[str, Word] | None:
    """Return the latest word on the course and whose it is; of two of one instant, that of the last party by name."""
    said = [(word.at, party, word) for party, word in meeting.course.items()]
    if not said:
        return None
    _at, party, word = max(said, key=lambda one: one[:2])
    return party, word


def state_of(meeting: Meeting) -> State:
    """Return the state of a meeting to which both sides have agreed."""
    found = latest(meeting)
    return State.OPEN if found is None else _AFTER[found[1].said]


def agenda(meeting: Meeting) -> list[tuple[str, str, Point]]:
    """Return all points as (party, key, point), in their order; of two with one number, that of the first party."""
    found = ((party, key, point) for party, held in meeting.points.items() for key, point in held.items())
    return sorted(found, key=lambda one: (one[2].order, one[0], one[1]))


def written(meeting: Meeting) -> list[tuple[str, str, Line]]:
    """Return all lines as (party, key, line), in the order of the times that their sides gave them."""
    found = ((party, key, line) for party, held in meeting.lines.items() for key, line in held.items())
    return sorted(found, key=lambda one: (one[2].at, one[0], one[1]))


def unreached(meeting: Meeting) -> Iterator[tuple[str, str, Point]]:
    """Go through the points that carry over: not marked as done by a side, and without a line, or marked ``again``."""
    about = {line.point for _party, _key, line in written(meeting)}
    for party, key, point in agenda(meeting):
        marks = {held.get(key) for held in meeting.marks.values()}
        if Mark.DONE not in marks and (Mark.AGAIN in marks or key not in about):
            yield party, key, point


MEETING: Final = DocumentKind(
    name="meeting",
    body=Meeting,
    title=label("Meeting", "Sitzung", "اجتماع"),
    technical=("/points/@", "/lines/@", "/attendance/@", "/marks/@", "/course/@"),
    labels=MappingProxyType(
        {
            "/title": parts.TITLE,
            "/place": parts.PLACE,
            "/zone": parts.ZONE,
            "/day": parts.DAY,
            "/begins": parts.BEGINS,
            "/minutes": parts.LASTS,
            "/series": label("Series", "Reihe", "سلسلة"),
            "/occurrence": label("Day of the series", "Tag der Reihe", "يوم السلسلة"),
            "/points": label("Agenda", "Tagesordnung", "جدول الأعمال"),
            "/points/*/*/title": parts.TITLE,
            "/points/*/*/order": label("Order", "Reihenfolge", "الترتيب"),
            "/points/*/*/minutes": parts.LASTS,
            "/points/*/*/carried": label("Carried over from", "Übernommen aus", "مرحّل من"),
            "/points/*/*/carried_key": label("Carried over", "Übernommen", "مرحّل"),
            "/lines": label("Lines", "Zeilen", "الأسطر"),
            "/lines/*/*/said": label("What it is", "Art", "النوع"),
            "/lines/*/*/text": parts.TEXT,
            "/lines/*/*/language": label("Language", "Sprache", "اللغة"),
            "/lines/*/*/at": label("Time", "Zeit", "الوقت"),
            "/lines/*/*/point": label("Point", "Punkt", "البند"),
            "/lines/*/*/lead": parts.LEAD,
            "/lines/*/*/due": parts.DUE,
            "/attendance": parts.ATTENDANCE,
            "/attendance/*/*/authority": parts.AUTHORITY,
            "/attendance/*/*/function": parts.FUNCTION,
            "/attendance/*/*/present": parts.PRESENT,
            "/marks": label("Dealt with", "Behandelt", "تمت معالجته"),
            "/course": label("Course", "Verlauf", "المسار"),
            "/course/*/said": parts.STATE,
            "/course/*/at": label("Time", "Zeit", "الوقت"),
            "/course/*/reason": label("Reason", "Grund", "السبب"),
        }
    ),
)
