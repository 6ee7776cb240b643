"""Let programs read and write in the working group: the group, meetings, lines, minutes, decisions, the calendar."""

from typing import Literal
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from ninja.params.functions import Query

from comity.desk.api.pages import Cursor, Page, Size, read_cursor, write_cursor
from comity.desk.api.router import ApiRouter
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import (
    calendar_services,
    group_access,
    meeting_access,
    meeting_draft_services,
    meeting_services,
    minutes_access,
    minutes_services,
)
from comity.plan.api_meeting_shapes import (
    AgendaPoint,
    Answering,
    Attending,
    GroupShown,
    Key,
    MeetingLine,
    MeetingShown,
    MinutesDecision,
    MinutesItem,
    MinutesLines,
    MinutesShown,
    NewFollowUp,
    NewLine,
    NewMeeting,
    NewWord,
    SeatShown,
    WrittenLine,
)
from comity.plan.kinds.group import Member
from comity.plan.kinds.minutes import Standing, ordered
from comity.plan.meeting_access import Room
from comity.plan.meeting_draft import MeetingDraft, PointDraft
from comity.plan.meeting_joint import NotHereError
from comity.plan.meeting_services import Typed
from comity.plan.minutes_access import Filter, MinutesPage

api = ApiRouter("plan")
_ICS = {"schema": {"type": "string"}}
_CALENDAR = {"responses": {200: {"description": "The calendar (RFC 5545)", "content": {"text/calendar": _ICS}}}}


@api.get("/group", Permission.READ_PLAN, gives=GroupShown)
def group(_request: HttpRequest, seat: Seat) -> GroupShown:
    """Show the working group."""
    found = group_access.group(seat)
    if found is None:
        raise Http404
    body = found.body
    chairs = [_seat(party, "chair", one, chair=True) for party, one in sorted(body.chairs.items())]
    members = [
        _seat(party, key, one, chair=False)
        for party, held in sorted(body.members.items())
        for key, one in sorted(held.items())
    ]
    return GroupShown(
        group=UUID(found.found.uuid), agreed=found.agreed, title=dict(body.title), mandate=dict(body.mandate),
        first=body.first, last=body.last, seats=[*chairs, *members],
    )  # fmt: skip


def _seat(party: str, key: str, one: Member, *, chair: bool) -> SeatShown:
    return SeatShown(
        party=party, key=key, authority=one.authority, function=dict(one.function), contact=one.contact, chair=chair
    )


@api.get("/meetings", Permission.READ_PLAN, gives=Page[MeetingLine])
def meetings(
    _request: HttpRequest,
    seat: Seat,
    cursor: Cursor = "",
    limit: Size = 40,
    when: Literal["", "coming", "past", "waiting"] = "",
) -> Page[MeetingLine]:
    """List meetings: the coming ones soonest first, all others latest first."""
    place = read_cursor(cursor, 1)
    start = place[0] if place else 0
    rows = list(meeting_access.every(seat, when))
    items = [_line(one) for one in rows[start : start + limit]]
    more = len(rows) > start + limit
    return Page[MeetingLine](items=items, next=write_cursor(start + limit) if more else None)


def _line(row: meeting_access.Row) -> MeetingLine:
    return MeetingLine(
        meeting=UUID(row.uuid), title=dict(row.body.title), place=dict(row.body.place), zone=row.body.zone,
        begins=row.begins.isoformat(), ends=row.ends.isoformat(), state=row.state, ours=row.ours,
        awaits_us=row.awaits_us,
    )  # fmt: skip


@api.post("/meetings", Permission.WRITE_PLAN, gives=MeetingShown, status=201)
def call_meeting(_request: HttpRequest, seat: Seat, new: NewMeeting) -> MeetingShown:
    """Invite the other side to a meeting."""
    points = [PointDraft(dict(one.title), str(one.minutes or "")) for one in new.points]
    draft = MeetingDraft(
        title=dict(new.title), place=dict(new.place), zone=new.zone, day=new.day.isoformat(), begins=new.begins,
        minutes=str(new.minutes), points=points,
    )  # fmt: skip
    document = meeting_draft_services.call(seat, draft, new.note)
    return _room(seat, document)


@api.get("/meetings/{uuid:meeting}", Permission.READ_PLAN, gives=MeetingShown)
def meeting(_request: HttpRequest, seat: Seat, meeting: UUID) -> MeetingShown:
    """Show a meeting with its agenda, lines and attendance."""
    return _room(seat, str(meeting))


def _room(seat: Seat, uuid: str) -> MeetingShown:
    found = meeting_access.room(seat, uuid)
    if found is None:
        raise Http404
    body = found.body
    return MeetingShown(
        meeting=UUID(found.uuid), title=dict(body.title), place=dict(body.place), zone=body.zone,
        begins=found.begins.isoformat(), ends=found.ends.isoformat(), state=found.state,
        ours=found.found.opened_by == seat.node.name,
        awaits_us=any(one.awaits(seat.node.name) for one in found.waiting),
        points=[
            AgendaPoint(
                key=one.key, party=one.party, title=dict(one.point.title), minutes=one.point.minutes,
                carries_over=one.carries,
            )
            for one in found.entries
        ],
        lines=_lines(found),
        attendance=[
            Attending(party=party, authority=one.authority, function=dict(one.function), present=one.present)
            for party, _key, one in found.attendance
        ],
        proposals=[UUID(one.uid) for one in found.waiting],
    )  # fmt: skip


def _lines(found: Room) -> list[WrittenLine]:
    every = [*(line for entry in found.entries for line in entry.lines), *found.loose]
    return [
        WrittenLine(
            key=key, party=party, point=one.point, said=one.said, text=one.text, language=one.language, at=one.at,
            lead=one.lead, due=one.due,
        )
        for party, key, one in every
    ]  # fmt: skip


@api.post("/meetings/{uuid:meeting}/answer/{uuid:proposal}", Permission.WRITE_PLAN, gives=MeetingShown)
def answer_meeting(_request: HttpRequest, seat: Seat, meeting: UUID, proposal: UUID, answer: Answering) -> MeetingShown:
    """Accept an invitation, or a change of a meeting; or say no, with the reason."""
    meeting_services.answer(seat, str(meeting), str(proposal), concurs=answer.concurs, words=answer.words)
    return _room(seat, str(meeting))


@api.post("/meetings/{uuid:meeting}/lines", Permission.WRITE_PLAN, gives=Key, status=201)
def write_line(_request: HttpRequest, seat: Seat, meeting: UUID, line: NewLine) -> Key:
    """Write a line for this side while the meeting is in progress."""
    typed = Typed(line.said, line.text, line.point, line.lead, line.due)
    return Key(key=meeting_services.write(seat, str(meeting), typed))


@api.post("/meetings/{uuid:meeting}/course", Permission.WRITE_PLAN, gives=MeetingShown)
def say_course(_request: HttpRequest, seat: Seat, meeting: UUID, word: NewWord) -> MeetingShown:
    """Begin, end or call off a meeting, or take it up again."""
    meeting_services.say_course(seat, str(meeting), word.said, word.reason)
    return _room(seat, str(meeting))


@api.get("/minutes", Permission.READ_PLAN, gives=MinutesLines)
def every_minutes(_request: HttpRequest, seat: Seat) -> MinutesLines:
    """List all minutes, the last changed first."""
    return MinutesLines(items=[_minutes(one) for one in minutes_access.every(seat)])


@api.get("/minutes/{uuid:minutes}", Permission.READ_PLAN, gives=MinutesShown)
def minutes(_request: HttpRequest, seat: Seat, minutes: UUID) -> MinutesShown:
    """Show minutes with their decisions."""
    found = minutes_access.minutes(seat, str(minutes))
    if found is None:
        raise Http404
    return _minutes(found)


@api.post("/minutes/{uuid:minutes}/answer", Permission.WRITE_PLAN, gives=MinutesShown)
def answer_minutes(_request: HttpRequest, seat: Seat, minutes: UUID, answer: Answering) -> MinutesShown:
    """Sign minutes, which adopts them, or object with a reason."""
    minutes_services.answer(seat, str(minutes), concurs=answer.concurs, words=answer.words)
    found = minutes_access.minutes(seat, str(minutes))
    if found is None:
        raise NotHereError("There is no such document.")
    return _minutes(found)


def _minutes(found: MinutesPage) -> MinutesShown:
    body = found.body
    return MinutesShown(
        minutes=UUID(found.uuid), meeting=UUID(body.meeting), title=dict(body.title),
        state="adopted" if found.adopted else "not-adopted" if found.dead else "proposed",
        authentic=body.authentic, signed_by=[one.node for one in found.signed],
        items=[MinutesItem(title=dict(one.title), discussion=dict(one.discussion or {})) for one in ordered(body)],
        decisions=[_decision(one) for one in found.decisions],
    )  # fmt: skip


@api.get("/decisions", Permission.READ_PLAN, gives=Page[MinutesDecision])
def decisions(
    _request: HttpRequest,
    seat: Seat,
    cursor: Cursor = "",
    limit: Size = 40,
    state: Standing | Literal["", "unfinished", "overdue"] = "",
    party: str = Query("", max_length=2),
    words: str = Query("", max_length=100),
) -> Page[MinutesDecision]:
    """List what both sides decided, what is due first."""
    place = read_cursor(cursor, 1)
    start = place[0] if place else 0
    rows = list(minutes_access.decisions(seat, Filter(str(state), party, words)))
    items = [_decision(one) for one in rows[start : start + limit]]
    more = len(rows) > start + limit
    return Page[MinutesDecision](items=items, next=write_cursor(start + limit) if more else None)


@api.post("/decisions/{uuid:document}/follow-up", Permission.WRITE_PLAN, gives=MinutesDecision)
def follow_up(_request: HttpRequest, seat: Seat, document: UUID, said: NewFollowUp) -> MinutesDecision:
    """Say for this side how far a decision is carried out."""
    minutes_services.follow_up(seat, str(document), said.key, said.stage, due=said.due, remark=said.remark)
    found = minutes_access.decision(seat, str(document), said.key)
    if found is None:
        raise Http404
    return _decision(found)


def _decision(row: minutes_access.Row) -> MinutesDecision:
    one = row.decision
    return MinutesDecision(
        document=UUID(row.document), key=row.key, number=one.number, text=dict(one.text), authentic=row.authentic,
        lead=one.lead, due=one.due, decided_on=row.on, standing=row.standing, overdue=row.overdue,
        said={party: word.stage for party, word in row.said},
    )  # fmt: skip


@api.get("/calendar", Permission.READ_PLAN, gives=None, extra=_CALENDAR)
def calendar(_request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out all meetings, and both sides' days off, as a calendar file."""
    return HttpResponse(calendar_services.feed_file(seat), content_type="text/calendar; charset=utf-8")
