"""Answer for the pages on agreement, journals, alarms and the node."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.desk import access, services
from comity.desk.alarm_words import alarm_words
from comity.desk.frame import page
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.protocol.agreement.phrases import type_name
from comity.protocol.errors import ComityError


@require_safe
@for_officers(Permission.READ_AGREEMENT)
def agreement(request: HttpRequest, seat: Seat, digest: str = "") -> HttpResponseBase:
    """Show the agreement as people read it, its matrix, its signatures and its history."""
    found = access.agreement(seat, digest)
    if digest and found is None:
        raise Http404
    tab = request.GET.get("view", "text")
    context = {"found": found, "tab": tab if tab in ("text", "matrix", "history") else "text", "digest": digest}
    return page(request, seat, "desk/agreement.html", context)


@require_safe
@for_officers(Permission.READ_AGREEMENT)
def explain(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Say whether a type of record may be sent for a purpose."""
    type_, purpose = request.GET.get("type", ""), request.GET.get("purpose", "")
    types = access.types_named(seat.terms) if seat.terms else ()
    answer = access.explain(seat, type_, purpose) if type_ in types else None
    context = {
        "types": [(tag, type_name(tag, seat.language)) for tag in types],
        "type": type_,
        "purpose": purpose,
        "answer": answer,
        "terms": seat.terms,
    }
    return page(request, seat, "desk/explain.html", context)


@require_safe
@for_officers(Permission.READ_JOURNAL)
def journal(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show both journals: size, root, signed and cosigned heads, last records."""
    return page(request, seat, "desk/journal.html", {"journals": access.journals(seat), "checks": None})


@require_POST
@for_officers(Permission.VERIFY_JOURNAL)
def verify(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Recompute both journals and say what came of it."""
    context = {"journals": access.journals(seat), "checks": access.verified(seat)}
    return page(request, seat, "desk/journal.html", context)


@require_safe
@for_officers(Permission.READ_ALARMS)
def alarms(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the open alarms and the last that were dealt with."""
    found = access.alarms(seat)
    return page(
        request,
        seat,
        "desk/alarms.html",
        {
            "open": [(one, alarm_words(one.kind)) for one in found.open],
            "handled": [(one, alarm_words(one.kind), name) for one, name in found.handled],
            "may_handle": seat.may(Permission.HANDLE_ALARMS),
        },
    )


@require_POST
@for_officers(Permission.HANDLE_ALARMS)
def handle(request: HttpRequest, seat: Seat, alarm_id: int) -> HttpResponseBase:
    """Close an alarm with the operator's note."""
    try:
        closed = services.deal_with_alarm(seat.node, seat.officer, alarm_id, request.POST.get("note", ""))
    except ComityError:
        messages.error(request, _("Write what you found and did; the alarm stays open."))
    else:
        if closed:
            messages.success(request, _("The alarm is closed."))
        else:
            messages.info(request, _("The alarm was closed already."))
    return redirect("desk:alarms")


@require_safe
@for_officers(Permission.READ_ALARMS)
def evidence(_request: HttpRequest, seat: Seat, alarm_id: int) -> HttpResponseBase:
    """Hand out the evidence of an alarm as a file."""
    found = access.alarm(seat, alarm_id)
    if found is None or not found.evidence:
        raise Http404
    response = HttpResponse(bytes(found.evidence), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="comity-alarm-{found.id}-{found.kind}.bin"'
    return response


@require_safe
@for_officers(Permission.READ_STATUS)
def status(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show partners, queues and room."""
    return page(request, seat, "desk/status.html", {"status": access.status(seat), "now": seat.node.clock()})
