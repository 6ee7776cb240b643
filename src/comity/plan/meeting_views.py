"""Answer for the list of meetings, the form that calls one, the meeting itself, and its live part."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.desk.frame import page
from comity.desk.lists import page_number, query_of, table
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers, move_to
from comity.desk.words import say_error
from comity.plan import (
    calendar_days,
    group_access,
    meeting_access,
    meeting_draft_services,
    meeting_services,
    minutes_access,
)
from comity.plan import meeting_draft as form
from comity.plan import meeting_joint as joint
from comity.plan.exchange import LANGUAGES
from comity.plan.kinds.group import seats
from comity.plan.kinds.meeting import State
from comity.plan.meeting_access import Room, When
from comity.plan.meeting_draft import LONGEST, MOST_POINTS, MeetingDraft, PointDraft
from comity.plan.meeting_words import STATES, said_in, times
from comity.protocol.errors import ComityError

BLANKS = 3


def seat_in(seat: Seat, channel: UUID) -> Seat:
    """Return the seat in the agreement that an address names; the page looks the same where there is none."""
    moved = move_to(seat, str(channel))
    if moved is None:
        raise Http404
    return moved


@require_safe
@for_officers(Permission.READ_PLAN)
def meetings(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the meetings of the group."""
    when = request.GET.get("when", "")
    number = page_number(request)
    rows, more = meeting_access.meetings(seat, when, number)
    may_write = seat.may(Permission.WRITE_PLAN)
    context = {
        "rows": rows,
        "more": more,
        "number": number,
        "when": when,
        "query": query_of(request),
        "whens": [(one.value, _WHEN[one]()) for one in When],
        "drafts": meeting_draft_services.own(seat) if may_write else [],
        "series": meeting_access.series(seat),
        "backlog": meeting_access.backlog(seat),
    }
    return page(request, seat, "plan/meetings/list.html", context)


_WHEN = {
    When.COMING: lambda: _("Coming"),
    When.PAST: lambda: _("Past"),
    When.WAITING: lambda: _("Waiting for an answer"),
}


@require_safe
@for_officers(Permission.READ_PLAN)
def export(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the list of meetings as a table, as it is narrowed."""
    headings = (_("Meeting"), _("Title"), _("Place"), _("Begins"), _("Ends"), _("State"))
    rows = (
        (
            row.uuid,
            said_in(row.body.title, seat.language),
            said_in(row.body.place, seat.language),
            row.begins.isoformat(timespec="minutes"),
            row.ends.isoformat(timespec="minutes"),
            str(STATES[row.state]),
        )
        for row in meeting_access.every(seat, request.GET.get("when", ""))
    )
    return table("comity-meetings.csv", headings, rows)


@require_POST
@for_officers(Permission.WRITE_PLAN)
def new(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Begin a meeting: an empty one, one like another, or one for a day of a series."""
    given = {name: request.POST.get(name, "")[:40] for name in ("like", "series", "occurrence")}
    try:
        uid = meeting_draft_services.begin(seat, **given)
    except ComityError as error:
        messages.error(request, say_error(error))
        return redirect("plan:meetings")
    return redirect("plan:meeting-draft", uid)


@for_officers(Permission.WRITE_PLAN)
def draft(request: HttpRequest, seat: Seat, uid: UUID) -> HttpResponseBase:
    """Write a meeting, see what speaks against its time, and send the invitation."""
    try:
        kept, written = meeting_draft_services.draft(seat, str(uid))
    except ComityError:
        raise Http404 from None
    if request.method == "POST":
        answer = _keep_or_send(request, seat, str(uid))
        if answer is not None:
            return answer
        kept, written = meeting_draft_services.draft(seat, str(uid))
    return page(request, seat, "plan/meetings/draft.html", _draft_context(seat, written) | {"kept": kept})


def _keep_or_send(request: HttpRequest, seat: Seat, uid: str) -> HttpResponseBase | None:
    version = form.number_of(request.POST.get("version", ""), 10**8) or 0
    try:
        if "discard" in request.POST:
            meeting_draft_services.discard(seat, uid, version)
            messages.success(request, _("The draft is gone."))
            return redirect("plan:meetings")
        _kept, old = meeting_draft_services.draft(seat, uid)
        meeting_draft_services.change(seat, uid, read_form(request, old), version)
        if "send" not in request.POST:
            messages.success(request, _("The draft is kept."))
            return redirect("plan:meeting-draft", uid)
        note = request.POST.get("note", "")[:2000]
        document, is_series = meeting_draft_services.send(seat, uid, version + 1, note)
    except ComityError as error:
        messages.error(request, say_error(error))
        return None
    messages.success(request, _("The invitation is on its way."))
    return redirect("plan:series" if is_series else "plan:meeting", joint.channel_of(seat).uuid, document)


def read_form(request: HttpRequest, old: MeetingDraft) -> MeetingDraft:
    """Return what the form says; what it takes up again is known from the draft, never from the form."""
    post = request.POST
    points = []
    for at in range(min(len(old.points) + BLANKS, MOST_POINTS)):
        before = old.points[at] if at < len(old.points) else PointDraft({})
        title = text_of(request, f"point-{at}")
        if title and "drop-%s" % at not in post:  # noqa: UP031  # the name of a field
            minutes = post.get(f"point-{at}-minutes", "")[:4]
            points.append(PointDraft(title, minutes, before.carried, before.carried_key))
    names = ("zone", "day", "begins", "minutes", "frequency", "every", "until", "count")
    return MeetingDraft(
        title=text_of(request, "title"),
        place=text_of(request, "place"),
        points=points,
        leave_out="leave_out" in post,
        series=old.series,
        occurrence=old.occurrence,
        without=old.without,
        also=old.also,
        **{name: post.get(name, "")[:60].strip() for name in names},
    )


def text_of(request: HttpRequest, name: str) -> dict[str, str]:
    """Return a text in the languages in which a form gives it."""
    return form.said({one: request.POST.get(f"{name}-{one}", "") for one in LANGUAGES})


def _draft_context(seat: Seat, written: MeetingDraft) -> dict[str, Any]:
    terms = seat.terms
    day, minutes = form.day_of(written.day), form.number_of(written.minutes, LONGEST)
    missing = list(form.lacking(written, terms))
    clashes = []
    shown: list[Any] = []
    if day and minutes and terms and not {"zone", "begins"} & {name for name, _words in missing}:
        begins = calendar_days.begin_of(day, written.begins, written.zone)
        clashes = calendar_days.clashes(terms, begins, minutes)
        shown = times(seat, begins, minutes)
    return {
        "draft": written,
        "points": [*enumerate(written.points), *((len(written.points) + at, None) for at in range(BLANKS))],
        "missing": missing,
        "clashes": clashes,
        "times": shown,
        "zones": calendar_days.zones(terms).items() if terms else (),
        "languages": LANGUAGES,
    }


@require_safe
@for_officers(Permission.READ_PLAN)
def meeting(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Show a meeting, and in it what both sides write."""
    here = seat_in(seat, channel)
    found = meeting_access.room(here, str(uuid))
    if found is None:
        raise Http404
    return page(request, here, "plan/meetings/room.html", _room_context(here, found) | _beside(here, found))


def _beside(seat: Seat, found: Room) -> dict[str, Any]:
    may_write = seat.may(Permission.WRITE_PLAN)
    return {
        "minutes": minutes_access.of_meeting(seat, found.uuid),
        "drafts": minutes_access.own_drafts(seat, found.uuid) if may_write else [],
        "languages": LANGUAGES,
        "zones": calendar_days.zones(seat.terms).items() if seat.terms else (),
    }


@require_safe
@for_officers(Permission.READ_PLAN)
def live(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Hand out the live part anew if anything changed since the page was made; else nothing, at two small queries."""
    here = seat_in(seat, channel)
    if request.GET.get("seen") == meeting_access.stamp(here):
        return HttpResponse(status=204)
    return live_part(request, here, str(uuid))


def live_part(request: HttpRequest, seat: Seat, uuid: str) -> HttpResponseBase:
    """Return what both sides have written so far."""
    found = meeting_access.room(seat, uuid)
    if found is None:
        raise Http404
    return render(request, "plan/meetings/live.html", _room_context(seat, found) | {"seat": seat})


def _room_context(seat: Seat, found: Room) -> dict[str, Any]:
    return {
        "room": found,
        "times": times(seat, found.begins, found.body.minutes),
        "stamp": meeting_access.stamp(seat),
        "channel": seat.channel,
        "lang": seat.language,
        "own": joint.own_party(seat),
        "sides": meeting_access.sides(seat),
        "expected": _expected(seat, found) if found.state in (State.OPEN, State.IN_PROGRESS) else [],
        "may_write": seat.may(Permission.WRITE_PLAN),
        "authorities": meeting_services.authorities(seat),
    }


def _expected(seat: Seat, found: Room) -> list[tuple[str, Any, bool]]:
    """Return who of this side could be there: the group's seats, and whoever was already named."""
    own = joint.own_party(seat)
    here = {key: one for party, key, one in found.attendance if party == own}
    group = group_access.group(seat)
    known = seats(group.body, own) if group and group.agreed else {}
    rows = [(key, one, key in here and here[key].present) for key, one in known.items()]
    return rows + [(key, one, one.present) for key, one in here.items() if key not in known]


@require_safe
@for_officers(Permission.READ_PLAN)
def series(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Show a series of meetings, its coming days and what speaks against each."""
    here = seat_in(seat, channel)
    row = meeting_access.one_series(here, str(uuid))
    if row is None:
        raise Http404
    called = meeting_access.called_for(here, str(uuid))
    days = [
        (one, called.get(one.date().isoformat(), ""), times(here, one, row.body.minutes),
         calendar_days.clashes(here.terms, one, row.body.minutes) if here.terms else [])
        for one in row.coming
    ]  # fmt: skip
    context = {"row": row, "days": days, "channel": here.channel, "lang": here.language}
    return page(request, here, "plan/meetings/series.html", context)
