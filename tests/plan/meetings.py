"""Invented groups, meetings and minutes for tests."""

from datetime import date

from comity.plan.kinds.group import Group, Member
from comity.plan.kinds.meeting import Course, Line, Meeting, Point, Said, Word
from comity.plan.kinds.minutes import Decision, Item, Minutes, Sort
from comity.plan.kinds.parts import Present
from comity.plan.kinds.series import Rule, Series


def words(text: str) -> dict[str, str]:
    """Return a text that is the same in both languages of a test."""
    return {"en": text, "de": text}


def a_group() -> Group:
    """Return a group with chairs and one member in Berlin."""
    return Group(
        title=words("Joint working group"),
        mandate=words("Steer the cooperation."),
        first=date(2027, 1, 1),
        last=date(2028, 12, 31),
        chairs={
            "QA": Member(authority="QA/MOI", function=words("Co-chair"), contact=True),
            "DE": Member(authority="DE/BKA", function=words("Co-chair"), contact=True),
        },
        members={"QA": {}, "DE": {"de-1": Member(authority="DE/BKA", function=words("Cyber"))}},
    )


def a_meeting() -> Meeting:
    """Return a meeting with a point of Qatar."""
    return Meeting(
        title=words("First meeting"),
        place=words("Doha"),
        zone="Asia/Qatar",
        day=date(2027, 1, 19),
        begins="09:00",
        minutes=180,
        points={"QA": {"qa-1": Point(title=words("Opening"), order=10)}, "DE": {}},
        lines={"QA": {}, "DE": {}},
        attendance={"QA": {}, "DE": {}},
        marks={"QA": {}, "DE": {}},
        course={},
    )


def a_line(text: str, point: str | None = None, said: Said = Said.NOTE) -> Line:
    """Return a line."""
    return Line(said=said, text=text, language="en", at="2027-01-19T06:10:00.000Z", point=point)


def a_word(said: Course, at: str = "2027-01-19T06:00:00.000Z") -> Word:
    """Return a word on the course."""
    return Word(said=said, at=at)


def some_minutes(meeting: str) -> Minutes:
    """Return minutes with a decision that Berlin carries out."""
    decision = Decision(
        number="1/1", sort=Sort.ACTION, text=words("Name contact points."), lead="DE/BKA", due=date(2027, 2, 15)
    )
    return Minutes(
        meeting=meeting,
        title=words("First meeting"),
        place=words("Doha"),
        zone="Asia/Qatar",
        began="2027-01-19T06:00:00.000Z",
        ended="2027-01-19T09:00:00.000Z",
        authentic="en",
        items={
            "qa-1": Item(title=words("Opening"), order=10, discussion=words("Opened."), decisions={"d-1": decision})
        },
        attendance={
            "QA": {"qa-1": Present(authority="QA/MOI", function=words("Co-chair"), present=True)},
            "DE": {},
        },
        follow={"QA": {}, "DE": {}},
    )


def a_series(day: date = date(2027, 3, 9), **rule: object) -> Series:
    """Return a series that begins on that day."""
    made = Rule(**rule) if rule else None  # type: ignore[arg-type]  # the fields of a rule, by name
    return Series(
        title=words("Weekly call"), place=words("Video"), zone="Europe/Berlin", day=day, begins="10:00", minutes=60,
        rule=made,
    )  # fmt: skip
