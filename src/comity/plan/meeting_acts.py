"""Answer for what an officer does in a meeting: sign, move, begin, write, mark, and name who is there."""

from collections.abc import Callable
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.plan import group_access, meeting_access, meeting_services, minutes_services
from comity.plan import meeting_draft as form
from comity.plan import meeting_joint as joint
from comity.plan.kinds.group import seats
from comity.plan.kinds.meeting import Course, Mark
from comity.plan.kinds.parts import Present
from comity.plan.meeting_draft import LONGEST
from comity.plan.meeting_typing import typed
from comity.plan.meeting_views import live_part, seat_in, text_of
from comity.protocol.errors import ComityError


def act(request: HttpRequest, back: HttpResponse, does: Callable[[], object], said: str) -> HttpResponseBase:
    """Do something and lead back, with a word about how it went."""
    try:
        does()
    except ComityError as error:
        messages.error(request, say_error(error))
    else:
        if said:
            messages.success(request, said)
    return back


def live_or_back(request: HttpRequest, seat: Seat, uuid: str, does: Callable[[], object]) -> HttpResponseBase:
    """Do something in a meeting; a page that is alive gets its live part, any other is led back to the meeting.

    What cannot be done is said in the live page by a status and a sentence, so that what was typed stays.
    """
    try:
        does()
    except ComityError as error:
        if request.headers.get("HX-Request"):
            return HttpResponse(say_error(error), status=422, content_type="text/plain; charset=utf-8")
        messages.error(request, say_error(error))
    if request.headers.get("HX-Request"):
        return live_part(request, seat, uuid)
    return redirect("plan:meeting", joint.channel_of(seat).uuid, uuid)


@require_POST
@for_officers(Permission.WRITE_PLAN)
def answer(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID, proposal: UUID) -> HttpResponseBase:
    """Accept an invitation or a change of a meeting or a series, say no, or take an own one back."""
    here = seat_in(seat, channel)
    words = request.POST.get("words", "").strip()[:4000]
    route = "plan:series" if meeting_access.one_series(here, str(uuid)) else "plan:meeting"
    back = redirect(route, str(channel), str(uuid))
    if "withdraw" in request.POST:
        return act(
            request, back, lambda: meeting_services.withdraw(here, str(uuid), str(proposal), words),
            _("It is taken back."),
        )  # fmt: skip
    concurs = "concur" in request.POST
    said = _("Signed for this side.") if concurs else _("The other side reads your reason.")
    return act(
        request, back,
        lambda: meeting_services.answer(here, str(uuid), str(proposal), concurs=concurs, words=words), said,
    )  # fmt: skip


@require_POST
@for_officers(Permission.WRITE_PLAN)
def move(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Propose another time or place."""
    here = seat_in(seat, channel)
    post = request.POST
    day, minutes = form.day_of(post.get("day", "")), form.number_of(post.get("minutes", ""), LONGEST)
    changes: dict[str, object] = {}
    if day:
        changes["day"] = day
    if minutes and minutes >= 5:
        changes["minutes"] = minutes
    zones = {one.time_zone for one in here.terms.agreement.parties} if here.terms else set()
    if post.get("zone") in zones:
        changes["zone"] = post["zone"]
    if "begins" not in {name for name, _words in form.lacking(form.MeetingDraft(begins=post.get("begins", "")), None)}:
        changes["begins"] = post["begins"]
    place = text_of(request, "place")
    if place:
        changes["place"] = place
    back = redirect("plan:meeting", str(channel), str(uuid))
    note = post.get("note", "")[:2000]
    return act(
        request, back, lambda: meeting_services.move(here, str(uuid), changes, note),
        _("The change is proposed; it counts when the other side has signed it."),
    )  # fmt: skip


@require_POST
@for_officers(Permission.WRITE_PLAN)
def series_days(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Propose to leave a day of a series out, or to add one."""
    here = seat_in(seat, channel)
    row = meeting_access.one_series(here, str(uuid))
    day = form.day_of(request.POST.get("day", ""))
    if row is None:
        raise Http404
    back = redirect("plan:series", str(channel), str(uuid))
    if day is None:
        messages.error(request, _("Name the day."))
        return back
    name = "also" if "also" in request.POST else "without"
    changed = tuple(sorted({*getattr(row.body, name), day}))
    return act(
        request, back, lambda: meeting_services.move(here, str(uuid), {name: changed}),
        _("The change is proposed; it counts when the other side has signed it."),
    )  # fmt: skip


@require_POST
@for_officers(Permission.WRITE_PLAN)
def course(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Begin, end, take up again or call off."""
    here = seat_in(seat, channel)
    said = request.POST.get("said", "")
    if said not in {one.value for one in Course}:
        raise Http404
    reason = request.POST.get("reason", "")
    back = redirect("plan:meeting", str(channel), str(uuid))
    return act(request, back, lambda: meeting_services.say_course(here, str(uuid), Course(said), reason), "")


@require_POST
@for_officers(Permission.WRITE_PLAN)
def write(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Write a line as it was typed."""
    here = seat_in(seat, channel)
    line = typed(request.POST.get("line", ""), request.POST.get("point", "")[:40])
    return live_or_back(request, here, str(uuid), lambda: meeting_services.write(here, str(uuid), line))


@require_POST
@for_officers(Permission.WRITE_PLAN)
def correct(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID, key: str) -> HttpResponseBase:
    """Correct a line of this side, or strike it."""
    here = seat_in(seat, channel)
    text = "" if "strike" in request.POST else request.POST.get("text", "")
    return live_or_back(request, here, str(uuid), lambda: meeting_services.correct(here, str(uuid), key, text))


@require_POST
@for_officers(Permission.WRITE_PLAN)
def point(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Put a point on the agenda, or take an own one away."""
    here = seat_in(seat, channel)
    drop = request.POST.get("drop", "")[:40]
    if drop:
        return live_or_back(request, here, str(uuid), lambda: meeting_services.drop_point(here, str(uuid), drop))
    title = {here.language: request.POST["title"].strip()[:300]} if request.POST.get("title", "").strip() else {}
    return live_or_back(request, here, str(uuid), lambda: meeting_services.add_point(here, str(uuid), title))


@require_POST
@for_officers(Permission.WRITE_PLAN)
def mark(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID, key: str) -> HttpResponseBase:
    """Say that a point is dealt with, or goes on the next agenda, or neither."""
    here = seat_in(seat, channel)
    given = request.POST.get("mark", "")
    said = Mark(given) if given in {one.value for one in Mark} else None
    return live_or_back(request, here, str(uuid), lambda: meeting_services.mark(here, str(uuid), key, said))


@require_POST
@for_officers(Permission.WRITE_PLAN)
def attend(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Say who of this side is there."""
    here = seat_in(seat, channel)
    own = joint.own_party(here)
    group = group_access.group(here)
    known = seats(group.body, own) if group and group.agreed else {}
    found = meeting_access.room(here, str(uuid))
    if found is None:
        raise Http404
    there = set(request.POST.getlist("there")[:500])
    present = {key: Present(authority=one.authority, function=one.function, present=key in there)
               for key, one in known.items()}  # fmt: skip
    for party, key, one in found.attendance:
        if party == own and key not in known:
            present[key] = Present(authority=one.authority, function=one.function, present=key in there)
    function, authority = request.POST.get("function", "").strip()[:200], request.POST.get("authority", "")[:40]
    if function and authority:
        added = Present(authority=authority, function={here.language: function}, present=True)
        present[joint.new_key(here)] = added
    return live_or_back(request, here, str(uuid), lambda: meeting_services.attend(here, str(uuid), present))


@require_POST
@for_officers(Permission.WRITE_PLAN)
def draft_minutes(request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Draft minutes from what was written."""
    here = seat_in(seat, channel)
    try:
        uid = minutes_services.begin(here, str(uuid))
    except ComityError as error:
        messages.error(request, say_error(error))
        return redirect("plan:meeting", str(channel), str(uuid))
    return redirect("plan:minutes-draft", uid)
