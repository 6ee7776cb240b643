"""Answer for the front page, what an officer chooses in the frame, and pages of problems."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render, resolve_url
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.desk.frame import THEMES, page, theme_cookie
from comity.desk.notices import what_is_wrong
from comity.desk.rail import Question, ask
from comity.desk.roles import Permission
from comity.desk.seat import CHANNEL_KEY, REALITY_KEY, STATED_KEY, Seat, for_officers, move_to

YEAR_S = 365 * 24 * 3600
STATED_KEPT = 200
"""Cases of one session whose purpose is remembered; whoever opens more is asked again."""
UUID_LENGTH = 36


@require_safe
@for_officers(Permission.USE_DESK)
def front(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show what is due from us, what is due from them, and what is wrong."""
    context = {
        "from_us": ask(Question.FROM_US, seat),
        "from_them": ask(Question.FROM_THEM, seat),
        "to_release": ask(Question.TO_RELEASE, seat),
        "wrong": what_is_wrong(seat),
        "now": seat.node.clock(),
    }
    return page(request, seat, "desk/front.html", context)


@require_POST
@for_officers(Permission.USE_DESK)
def choose(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Remember in which agreement and which reality the officer works."""
    channel = request.POST.get("agreement")
    if channel and any(one.uuid == channel for one in seat.channels):
        request.session[CHANNEL_KEY] = channel
    reality = request.POST.get("reality")
    offered = seat.terms.agreement.realities if seat.terms else ()
    if any(one == reality for one in offered):
        request.session[REALITY_KEY] = reality
        messages.info(request, _("You now work in: %(reality)s.") % {"reality": _(str(reality))})
    return redirect("desk:front")


@require_POST
@for_officers(Permission.USE_DESK)
def why(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Remember for this session why the officer looks at a case, and lead them to it."""
    here = move_to(seat, request.POST.get("agreement", "")) or seat
    purpose, case = request.POST.get("purpose", ""), request.POST.get("case", "")
    if here.terms and any(one.id == purpose for one in here.terms.agreement.purposes) and len(case) <= UUID_LENGTH:
        kept = [(one, said) for one, said in seat.stated.items() if one != case][-STATED_KEPT:]
        request.session[STATED_KEY] = {**dict(kept), case: purpose}
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe else resolve_url("desk:front"))


@require_POST
def appearance(request: HttpRequest) -> HttpResponse:
    """Remember light, dark, or what the system says, in this browser."""
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    response = HttpResponseRedirect(target if safe else "/")
    chosen = request.POST.get("appearance", "")
    if chosen in THEMES:
        response.set_cookie(
            theme_cookie(),
            chosen,
            max_age=YEAR_S,
            secure=bool(settings.SESSION_COOKIE_SECURE),
            httponly=True,
            samesite="Lax",
        )
    return response


def refused(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django calls it so
    """Say that a page is not for this officer, and nothing about what it would hold."""
    return render(request, "desk/problem.html", {"code": 403}, status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django calls it so
    """Say that there is no such page, or none that this officer may see: the two look alike."""
    return render(request, "desk/problem.html", {"code": 404}, status=404)


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:  # noqa: ARG001  # Django calls it so
    """Say that a request could not be read."""
    return render(request, "desk/problem.html", {"code": 400}, status=400)


def failed(request: HttpRequest) -> HttpResponse:
    """Say that something failed here, without what; the log has the place."""
    return render(request, "desk/problem.html", {"code": 500}, status=500)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:  # noqa: ARG001  # Django calls it so
    """Say that a form came from nowhere, or that the session ended while it was open."""
    return render(request, "desk/problem.html", {"code": 403, "csrf": True}, status=403)
