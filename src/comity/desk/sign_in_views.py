"""Answer for sign-in: password, then a code or a passkey; or a passkey alone; and for invitations."""

from typing import Any, Final

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import views as auth
from django.contrib.auth.models import User
from django.core import signing
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render, resolve_url
from django.urls import reverse_lazy
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from comity.channel.service import local_node
from comity.desk import factors, services
from comity.desk.factors import FactorError
from comity.desk.forms import CodeForm, SignInForm, begin_try
from comity.desk.session_keys import enter, note_session
from comity.protocol.names import party_of

HALF_KEY: Final = "half"
HALF_MS: Final = 5 * 60_000
"""How long the right password waits for the code."""
CHALLENGE_S: Final = 5 * 60
_SALT: Final = "comity/v1/passkey-challenge"


class SignIn(auth.LoginView):
    """Ask for name and password; then for a code or a passkey, where the officer has one."""

    template_name = "desk/sign_in.html"
    authentication_form = SignInForm
    redirect_authenticated_user = True
    next_page = "desk:front"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:  # noqa: ANN401  # Django's own signature
        """Name the node, so that officers of two nodes know where they are."""
        return super().get_context_data(**kwargs, **_node())

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401  # Django's own signature
        """Let the officer in, or ask for the second half."""
        user = form.get_user()
        if not factors.has_factor(user):
            enter(self.request, user, second=False)
            return HttpResponseRedirect(self.get_success_url())
        # SECURITY: the right password alone opens nothing. Holds because the session names the officer under a key
        # that no page looks at, and `enter` is called by `second` alone. Breaks if `user` were logged in here.
        self.request.session.flush()
        half = {"user": user.pk, "at": local_node().clock(), "next": self.get_redirect_url()}
        self.request.session[HALF_KEY] = half
        return redirect("desk:second")


class SignOut(auth.LogoutView):
    """End the session."""

    next_page = "desk:sign-in"


class Welcome(auth.PasswordResetConfirmView):
    """Let an invited officer set a password, once."""

    template_name = "desk/welcome.html"
    success_url = reverse_lazy("desk:sign-in")
    post_reset_login = False


class ChangePassword(auth.PasswordChangeView):
    """Let an officer change their password; other sessions of theirs end."""

    template_name = "desk/password.html"
    success_url = reverse_lazy("desk:me")

    def form_valid(self, form: Any) -> HttpResponse:  # noqa: ANN401  # Django's own signature
        """Change it, and know this session under its new key."""
        response = super().form_valid(form)
        note_session(self.request, form.user)
        return response


@require_http_methods(["GET", "HEAD", "POST"])
def second(request: HttpRequest) -> HttpResponseBase:
    """Ask whoever gave the right password for a code or a passkey."""
    user = _half(request)
    if user is None:
        return redirect("desk:sign-in")
    form = CodeForm(request.POST if "code" in request.POST else None)
    failed = ""
    if request.method == "POST":
        try:
            begin_try(user.get_username())
            if "code" in request.POST:
                factors.check_code(user, form.cleaned_data["code"] if form.is_valid() else "")
            else:
                factors.check_passkey(user, request.POST.get("credential", ""))
        except FactorError:
            failed = _("That was not accepted. A code counts once; wait for the next one.")
        except ValidationError as error:
            failed = " ".join(error.messages)
        else:
            return _let_in(request, user, request.session[HALF_KEY]["next"])
    kinds = {one.kind for one in factors.factors(user)}
    context = {"form": form, "failed": failed, "codes": factors.KIND.TOTP in kinds, **_node()}
    return render(request, "desk/second.html", {**context, "passkey": factors.KIND.WEBAUTHN in kinds})


@require_safe
def passkey_options(request: HttpRequest) -> HttpResponse:
    """Return a challenge: for the officer who gave a password, or for whoever shows a passkey.

    Without a session the challenge waits in a signed cookie, so that strangers make the node write nothing.
    """
    user = _half(request)
    response = JsonResponse(factors.options_to_ask(user))
    if user is None:
        challenge = signing.dumps(factors.take_challenge(request), salt=_SALT)
        response.set_cookie(
            _cookie(),
            challenge,
            max_age=CHALLENGE_S,
            secure=bool(settings.SESSION_COOKIE_SECURE),
            httponly=True,
            samesite="Strict",
        )
    return response


@require_POST
def passkey(request: HttpRequest) -> HttpResponse:
    """Let whoever shows a passkey in."""
    try:
        challenge = signing.loads(request.COOKIES.get(_cookie(), ""), salt=_SALT, max_age=CHALLENGE_S)
        factors.put_challenge(request, challenge)
        user = factors.check_passkey(None, request.POST.get("credential", ""))
    except (signing.BadSignature, FactorError):
        factors.take_challenge(request)
        messages.error(request, _("The passkey was not accepted. Try again, or sign in with your password."))
        return redirect("desk:sign-in")
    response = _let_in(request, user, request.POST.get("next", ""))
    response.delete_cookie(_cookie(), samesite="Strict")
    return response


def _half(request: HttpRequest) -> User | None:
    """Return who gave the right password a moment ago in this session."""
    half = request.session.get(HALF_KEY) if request.session.session_key else None
    if half is None or local_node().clock() - half["at"] > HALF_MS:
        return None
    return User.objects.filter(pk=half["user"], is_active=True).first()


def _let_in(request: HttpRequest, user: User, target: str) -> HttpResponse:
    services.forget_tries(user.get_username())
    request.session.pop(HALF_KEY, None)
    enter(request, user, second=True)
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    return HttpResponseRedirect(target if safe else resolve_url("desk:front"))


def _node() -> dict[str, Any]:
    node = local_node()
    return {"node": node, "party": party_of(node.name)}


def _cookie() -> str:
    return settings.LANGUAGE_COOKIE_NAME.removesuffix("-language") + "-challenge"
