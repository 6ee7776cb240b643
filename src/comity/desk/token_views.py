"""Answer for the tokens by which an officer lets programs act in their name: list, make, end."""

from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from comity.desk.accesslog import Look, note
from comity.desk.api import tokens
from comity.desk.api.scopes import SCOPES, Scope
from comity.desk.frame import page
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.session_keys import fresh
from comity.desk.words import say_error
from comity.protocol.errors import ComityError

MEANINGS: Final[dict[Scope, Promise]] = {
    Scope.AGREEMENTS_READ: gettext_lazy("read agreements"),
    Scope.CASES_READ: gettext_lazy("read cases and their attachments"),
    Scope.CASES_WRITE: gettext_lazy("read, write, answer and send in cases"),
    Scope.CASES_RELEASE: gettext_lazy("read cases, and release what a colleague wrote"),
    Scope.SCREENING_READ: gettext_lazy("read lists, checks and hits"),
    Scope.SCREENING_CHECK: gettext_lazy("check persons against partners' lists"),
    Scope.SCREENING_KEEP: gettext_lazy("keep and publish this node's lists"),
    Scope.SCREENING_RELEASE: gettext_lazy("read lists, checks and hits, and release what a colleague began"),
    Scope.PLAN_READ: gettext_lazy("read the working group's plan, meetings, minutes and decisions"),
    Scope.PLAN_WRITE: gettext_lazy("write, propose and sign in the working group"),
}
LIFETIMES: Final = (7, 30, tokens.USUAL_DAYS, 180, tokens.LONGEST_DAYS)


@require_safe
@for_officers(Permission.USE_DESK)
def every(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the officer's tokens, and a form for a new one."""
    possible = [one for one in Scope if all(seat.may(permission) for permission in SCOPES[one])]
    context = {
        "tokens": tokens.of(seat.officer),
        "scopes": [(one, MEANINGS[one]) for one in possible],
        "lifetimes": LIFETIMES,
        "usual": tokens.USUAL_DAYS,
        "label": tokens.LABEL,
        "fresh": fresh(request),
        "now": seat.node.clock(),
    }
    return page(request, seat, "desk/tokens.html", context)


@require_POST
@for_officers(Permission.USE_DESK)
def make(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Make a token; it is shown on the answer to this request, and nowhere else."""
    if not fresh(request):
        messages.info(request, _("Sign out and in again first: tokens are made within fifteen minutes of signing in."))
        return redirect("desk:tokens")
    days = request.POST.get("days", "")
    scopes = [one for one in Scope if one in request.POST.getlist("scopes")]
    try:
        shown, token = tokens.make(
            seat.node, seat.officer, request.POST.get("label", ""), scopes, int(days) if days.isdecimal() else 0
        )
    except ComityError as error:
        messages.error(request, say_error(error))
        return redirect("desk:tokens")
    note(seat, Look.GRANT, records=[seat.officer.pseudonym, "token-made", shown.handle])
    return page(request, seat, "desk/token_made.html", {"shown": shown, "token": token})


@require_POST
@for_officers(Permission.USE_DESK)
def end(request: HttpRequest, seat: Seat, handle: str) -> HttpResponseBase:
    """End one of the officer's tokens at once."""
    if tokens.end(seat.node.clock(), handle, seat.officer):
        note(seat, Look.GRANT, records=[seat.officer.pseudonym, "token-ended", handle])
        messages.success(request, _("It no longer counts."))
    return redirect("desk:tokens")
