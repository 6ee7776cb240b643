"""Answer for hits: those that wait for a person, and what a person does with one."""

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comity.desk.access import names_of
from comity.desk.accesslog import Look, note
from comity.desk.frame import page
from comity.desk.lists import page_number, query_of
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.protocol.errors import ComityError
from comity.screening import access, services
from comity.screening.access import HitShown
from comity.screening.forms import ReviewForm
from comity.screening.views import title_of


@require_safe
@for_officers(Permission.READ_SCREENING)
def hits(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the hits that wait for a person, the oldest check first."""
    number = page_number(request)
    rows = access.hits_to_review(seat, number)
    note(seat, Look.LIST, records=[f"hit:{one.number}" for one in rows])
    context = {
        "hits": rows,
        "more": len(rows) == access.PAGE,
        "number": number,
        "query": query_of(request),
        "tab": "hits",
    }
    return page(request, seat, "screening/hits.html", context)


@for_officers(Permission.READ_SCREENING)
def hit(request: HttpRequest, seat: Seat, number: int) -> HttpResponseBase:
    """Show one hit with everything it rests on; on a post, do what the button says."""
    found = access.hit(seat, number)
    if found is None:
        raise Http404
    form = ReviewForm(request.POST if "decide" in request.POST else None)
    if request.method == "POST":
        try:
            done = _act(request, seat, found, form)
        except ComityError as error:
            messages.error(request, say_error(error))
            return redirect("screening:hit", number)
        if done is not None:
            return done
    note(seat, Look.READ, records=[f"hit:{number}"])
    context: dict[str, Any] = {
        "hit": found,
        "form": form,
        "title": title_of(seat, found.list_id),
        "officer": names_of([found.officer]).get(found.officer, found.officer),
        "channel": seat.channel,
    }
    return page(request, seat, "screening/hit.html", context)


def _act(request: HttpRequest, seat: Seat, found: HitShown, form: ReviewForm) -> HttpResponseBase | None:
    if "request" in request.POST:
        kept = services.request(seat, found.number)
        return redirect("cases:write", kept.channel, kept.uid)
    if "reopen" in request.POST:
        services.reopen(seat, found.number)
        return redirect("screening:hit", found.number)
    if "decide" not in request.POST or not form.is_valid():
        return None
    marks = services.decide(seat, found.number, form.found, form.cleaned_data["reason"])
    if marks:
        messages.success(request, _("Noted. The person stays cleared of this reference."))
    else:
        messages.success(request, _("Noted for this hit."))
    return redirect("screening:hit", found.number)
