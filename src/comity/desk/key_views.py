"""Answer for what officers see and set of themselves: keys they sign in with, recovery codes, sessions."""

from typing import Final

from django.contrib import messages
from django.contrib.auth.models import User
from django.http import HttpRequest, HttpResponse, HttpResponseBase, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from comity.desk import factors
from comity.desk.factors import FactorError
from comity.desk.forms import CodeForm
from comity.desk.frame import page
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers, needs_second
from comity.desk.session_keys import SECOND_KEY, end_sessions, fresh, own_sessions

SECRET_KEY: Final = "secret"  # noqa: S105  # the name of a session entry, not a secret


@require_safe
@for_officers(Permission.USE_DESK)
def me(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show an officer what the node knows of them, what the partner sees, and their sessions."""
    return page(request, seat, "desk/me.html", {"sessions": own_sessions(request, seat.officer.user)})


@require_safe
@for_officers(Permission.USE_DESK, without_second=True)
def keys(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show passkeys, the application for codes, and how many recovery codes are left."""
    user = seat.officer.user
    found = factors.factors(user)
    context = {
        "factors": found,
        "codes": any(one.kind == factors.KIND.TOTP for one in found),
        "left": factors.codes_left(user),
        "fresh": fresh(request),
        "required": needs_second(),
        "missing": needs_second() and not request.session.get(SECOND_KEY),
    }
    return page(request, seat, "desk/keys.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers(Permission.USE_DESK, without_second=True)
def codes(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Let an officer's application make one-time codes."""
    if not fresh(request):
        return _sign_in_again(request)
    user, form = seat.officer.user, CodeForm(request.POST or None)
    secret = request.session.get(SECRET_KEY)
    if request.method != "POST" or not secret:
        secret = request.session[SECRET_KEY] = factors.new_secret()
    elif form.is_valid():
        try:
            factors.set_up_codes(user, secret, form.cleaned_data["code"])
        except FactorError:
            form.add_error("code", _("That is not the code of this moment. Check the clock of the device."))
        else:
            del request.session[SECRET_KEY]
            return _added(request, seat)
    context = {"form": form, "secret": secret, "picture": factors.picture(user, secret)}
    return page(request, seat, "desk/codes.html", context)


@require_safe
@for_officers(Permission.USE_DESK, without_second=True)
def passkey_options(request: HttpRequest, seat: Seat) -> HttpResponse:
    """Return what the browser needs to make a passkey."""
    return JsonResponse(factors.options_to_add(seat.officer.user) if fresh(request) else {}, status=200)


@require_POST
@for_officers(Permission.USE_DESK, without_second=True)
def add_passkey(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Keep a passkey that the officer's device has made."""
    if not fresh(request):
        return _sign_in_again(request)
    try:
        factors.add_passkey(seat.officer.user, request.POST.get("name", ""), request.POST.get("credential", ""))
    except FactorError:
        messages.error(request, _("The passkey was not accepted. Try again."))
        return redirect("desk:keys")
    return _added(request, seat)


@require_POST
@for_officers(Permission.USE_DESK)
def new_codes(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Make fresh recovery codes and show them this once."""
    user = seat.officer.user
    if not fresh(request) or not factors.has_factor(user):
        return _sign_in_again(request)
    return _show_codes(request, seat, user)


@require_POST
@for_officers(Permission.USE_DESK)
def remove(request: HttpRequest, seat: Seat, factor: int) -> HttpResponseBase:
    """Let a passkey, or the application for codes, no longer count."""
    if not fresh(request):
        return _sign_in_again(request)
    if needs_second() and len(factors.factors(seat.officer.user)) < 2:
        messages.error(request, _("Add another key first: on this node a password alone is not enough."))
    else:
        factors.remove(seat.officer.user, factor)
        messages.success(request, _("It no longer counts."))
    return redirect("desk:keys")


@require_POST
@for_officers(Permission.USE_DESK)
def end(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """End one of the officer's sessions, or all but this one."""
    number = request.POST.get("session", "")
    only = int(number) if number.isdecimal() and len(number) < 12 else None
    ended = end_sessions(seat.officer.user, only=only, besides=request.session.session_key)
    messages.success(request, _("Ended.") if ended else _("That session had ended already."))
    return redirect("desk:me")


def _added(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Let the session count as one with a key; the first key brings recovery codes."""
    request.session[SECOND_KEY] = True
    user = seat.officer.user
    if not factors.codes_left(user):
        return _show_codes(request, seat, user)
    messages.success(request, _("From now on you can sign in with it."))
    return redirect("desk:keys")


def _show_codes(request: HttpRequest, seat: Seat, user: User) -> HttpResponseBase:
    return page(request, seat, "desk/recovery.html", {"codes": factors.new_recovery_codes(user)})


def _sign_in_again(request: HttpRequest) -> HttpResponseBase:
    messages.info(request, _("Sign out and in again first: keys are changed within fifteen minutes of signing in."))
    return redirect("desk:keys")
