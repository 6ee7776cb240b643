"""Answer for calendar files: of a meeting, of a series, and the feed that calendar programs fetch."""

import hashlib
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.channel.service import local_node
from comity.desk.accesslog import Look, note
from comity.desk.frame import page
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.plan import calendar_services, meeting_import_services
from comity.plan.calendar_services import LABEL
from comity.plan.imports.ical_lines import LIMIT
from comity.plan.imports.report import ImportRefusedError
from comity.plan.meeting_views import seat_in
from comity.protocol.errors import ComityError

_LONGEST = 100


def _ics(data: bytes, name: str, method: str = "") -> HttpResponse:
    kind = "text/calendar; charset=utf-8" + (f"; method={method}" if method else "")
    response = HttpResponse(data, content_type=kind)
    response["Content-Disposition"] = f'attachment; filename="{name}.ics"'
    return response


@require_safe
@for_officers(Permission.READ_PLAN)
def meeting(_request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Hand out the invitation to a meeting."""
    try:
        data = calendar_services.meeting_file(seat_in(seat, channel), str(uuid))
    except ComityError:
        raise Http404 from None
    return _ics(data, f"comity-meeting-{str(uuid)[:13]}", "CANCEL" if b"METHOD:CANCEL" in data else "REQUEST")


@require_safe
@for_officers(Permission.READ_PLAN)
def series(_request: HttpRequest, seat: Seat, channel: UUID, uuid: UUID) -> HttpResponseBase:
    """Hand out the invitation to a series of meetings."""
    try:
        data = calendar_services.series_file(seat_in(seat, channel), str(uuid))
    except ComityError:
        raise Http404 from None
    return _ics(data, f"comity-series-{str(uuid)[:13]}", "REQUEST")


@require_safe
@for_officers(Permission.READ_PLAN)
def calendar(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the officer's calendar addresses, and a form for a new one."""
    context = {"feeds": calendar_services.own(seat), "label": LABEL, "may_write": seat.may(Permission.WRITE_PLAN)}
    return page(request, seat, "plan/meetings/calendar.html", context)


@require_POST
@for_officers(Permission.READ_PLAN)
def make(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Make an address; it is shown on the answer to this request, and nowhere else."""
    try:
        made = calendar_services.make(seat, request.POST.get("label", ""))
    except ComityError as error:
        messages.error(request, say_error(error))
        return redirect("plan:calendar")
    note(seat, Look.GRANT, records=[seat.officer.pseudonym, "calendar-made", made.feed.handle])
    address = request.build_absolute_uri(reverse("plan:feed", args=[made.secret]))
    return page(request, seat, "plan/meetings/calendar_made.html", {"made": made, "address": address})


@require_POST
@for_officers(Permission.READ_PLAN)
def end(request: HttpRequest, seat: Seat, handle: str) -> HttpResponseBase:
    """End one of the officer's addresses at once."""
    if calendar_services.end(seat, handle):
        note(seat, Look.GRANT, records=[seat.officer.pseudonym, "calendar-ended", handle])
        messages.success(request, _("It no longer counts."))
    return redirect("plan:calendar")


@require_POST
@for_officers(Permission.WRITE_PLAN)
def take(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Make drafts of the meetings in a file of another program, and say what was left out; or why it is refused."""
    given = request.FILES.get("file")
    if given is None or (given.size or 0) > LIMIT:
        messages.error(request, _("Choose a calendar file of at most 4 MB."))
        return redirect("plan:calendar")
    try:
        uids, losses = meeting_import_services.take(seat, b"".join(given.chunks()))
    except ImportRefusedError as error:
        return page(request, seat, "plan/meetings/taken.html", {"faults": error.faults}, status=422)
    return page(request, seat, "plan/meetings/taken.html", {"uids": uids, "losses": losses})


@require_safe
def feed(request: HttpRequest, secret: str) -> HttpResponseBase:
    """Hand out the calendar behind a secret address; every other address is answered alike, as one that is not there.

    Whoever fetches has no session: the address itself says whose calendar it is, and nothing about them.
    """
    found = calendar_services.seat_of(local_node(), secret) if len(secret) <= _LONGEST else None
    if found is None:
        raise Http404
    row, seat = found
    with translation.override(row.language):
        data = calendar_services.feed_file(seat, rest=request.GET.get("rest") != "no")
    calendar_services.fetched(seat, row)
    tag = f'"{hashlib.sha256(data).hexdigest()[:32]}"'
    same = request.headers.get("If-None-Match") == tag
    response = HttpResponse(status=304) if same else _ics(data, "comity")
    response["ETag"] = tag
    response["X-Robots-Tag"] = "noindex"
    return response
