"""Hold the shapes of calls and answers about the group, its meetings, minutes and decisions."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from comity.desk.api.pages import Given, Shown
from comity.plan.kinds.meeting import Course, Said
from comity.plan.kinds.minutes import Stage, Standing

Texts = Annotated[dict[str, str], Field(description="The same said in one or more languages, by ISO 639 code.")]
Words = Annotated[str, Field(max_length=4000)]


class MeetingLine(Shown):
    """Show a meeting in the list; times are ISO 8601 with the difference to UTC at the place."""

    meeting: UUID
    title: Texts
    place: Texts
    zone: str
    begins: str
    ends: str
    state: str
    ours: bool
    awaits_us: bool


class AgendaPoint(Shown):
    """Show a point of the agenda; ``party`` put it there."""

    key: str
    party: str
    title: Texts
    minutes: int | None
    carries_over: bool


class WrittenLine(Shown):
    """Show a line that one side wrote."""

    key: str
    party: str
    point: str | None
    said: Said
    text: str
    language: str
    at: str
    lead: str | None
    due: date | None


class Attending(Shown):
    """Show who is expected of a side, by function, and whether they are there."""

    party: str
    authority: str
    function: Texts
    present: bool


class MeetingShown(MeetingLine):
    """Show a meeting with everything that both sides wrote in it; ``proposal`` is what waits for an answer."""

    points: list[AgendaPoint]
    lines: list[WrittenLine]
    attendance: list[Attending]
    proposals: list[UUID]


class MinutesDecision(Shown):
    """Show a decision with what each side says about it."""

    document: UUID
    key: str
    number: str
    text: Texts
    authentic: str
    lead: str | None
    due: date | None
    decided_on: date
    standing: Standing
    overdue: bool
    said: dict[str, str]


class MinutesItem(Shown):
    """Show a point of minutes."""

    title: Texts
    discussion: Texts


class MinutesShown(Shown):
    """Show minutes: proposed, adopted by both signatures, or come to nothing."""

    minutes: UUID
    meeting: UUID
    title: Texts
    state: Literal["proposed", "adopted", "not-adopted"]
    authentic: str
    signed_by: list[str]
    items: list[MinutesItem]
    decisions: list[MinutesDecision]


class MinutesLines(Shown):
    """Hold all minutes: two or some in a year, so they have no pages."""

    items: list[MinutesShown]


class SeatShown(Shown):
    """Show a seat in the group."""

    party: str
    key: str
    authority: str
    function: Texts
    contact: bool
    chair: bool


class GroupShown(Shown):
    """Show the working group."""

    group: UUID
    agreed: bool
    title: Texts
    mandate: Texts
    first: date
    last: date | None
    seats: list[SeatShown]


class NewPoint(Given):
    """Be a point for the agenda of a meeting that is called."""

    title: Annotated[dict[str, Annotated[str, Field(max_length=300)]], Field(max_length=3)]
    minutes: Annotated[int | None, Field(ge=1, le=1440)] = None


class NewMeeting(Given):
    """Call a meeting; ``begins`` is the time of day in ``zone``, which is that of one of the parties."""

    title: Annotated[dict[str, Annotated[str, Field(max_length=300)]], Field(min_length=1, max_length=3)]
    place: Annotated[dict[str, Annotated[str, Field(max_length=300)]], Field(min_length=1, max_length=3)]
    zone: Annotated[str, Field(max_length=60)]
    day: date
    begins: Annotated[str, Field(pattern="^([01][0-9]|2[0-3]):[0-5][0-9]$")]
    minutes: Annotated[int, Field(ge=5, le=20_160)]
    points: Annotated[list[NewPoint], Field(max_length=60)] = Field(default_factory=list)
    note: Annotated[str, Field(max_length=2000)] = ""


class Answering(Given):
    """Sign a proposal, or object to it with a reason."""

    concurs: bool
    words: Words = ""


class NewLine(Given):
    """Write a line in a meeting."""

    text: Annotated[str, Field(min_length=1, max_length=4000)]
    said: Said = Said.NOTE
    point: Annotated[str, Field(max_length=40)] = ""
    lead: Annotated[str, Field(max_length=40)] = ""
    due: date | None = None


class NewWord(Given):
    """Say how far a meeting is; calling it off needs a reason."""

    said: Course
    reason: Words = ""


class NewFollowUp(Given):
    """Say for this side how far a decision of a document is carried out."""

    key: Annotated[str, Field(max_length=40)]
    stage: Stage
    due: date | None = None
    remark: Words = ""


class Key(Shown):
    """Name what was made."""

    key: str
