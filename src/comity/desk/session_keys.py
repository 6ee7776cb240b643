"""Name what a session holds about the sign-in, and end sessions."""

from dataclasses import dataclass
from typing import Final

from django.contrib.auth import login
from django.contrib.auth.models import User
from django.contrib.sessions.models import Session
from django.http import HttpRequest
from django.utils import timezone

from comity.channel.service import local_node
from comity.desk.models import SignedIn

SECOND_KEY: Final = "second"
"""Whether this session began with a passkey or a code."""
ENTERED_KEY: Final = "entered"
FRESH_MS: Final = 15 * 60_000
"""How long after the sign-in an officer may change what they sign in with."""
_BACKEND: Final = "django.contrib.auth.backends.ModelBackend"
_BROWSERS: Final = (("Edg/", "Edge"), ("Firefox/", "Firefox"), ("Chrome/", "Chrome"), ("Safari/", "Safari"))
_SYSTEMS: Final = (
    ("Windows", "Windows"), ("Android", "Android"), ("iPhone", "iOS"), ("iPad", "iOS"), ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)  # fmt: skip


def enter(request: HttpRequest, user: User, *, second: bool) -> None:
    """Begin a session, and note it among the officer's own."""
    login(request, user, backend=_BACKEND)
    request.session[SECOND_KEY] = second
    request.session[ENTERED_KEY] = local_node().clock()
    note_session(request, user)


def note_session(request: HttpRequest, user: User) -> None:
    """Note a session under its present key, for the officer's list."""
    request.session.save()
    SignedIn.objects.get_or_create(
        key=request.session.session_key,
        defaults={"user": user, "since_ms": local_node().clock(), "device": _device(request)},
    )


def fresh(request: HttpRequest) -> bool:
    """Say whether the officer signed in just now."""
    return local_node().clock() - int(request.session.get(ENTERED_KEY, 0)) < FRESH_MS


@dataclass(frozen=True, slots=True)
class OpenSession:
    """Show one of an officer's sessions."""

    id: int
    since_ms: int
    device: str
    this: bool


def own_sessions(request: HttpRequest, user: User) -> list[OpenSession]:
    """Return the officer's sessions that are still open, the latest first; notes of those that ended are removed."""
    rows = list(SignedIn.objects.filter(user=user).order_by("-since_ms"))
    living = Session.objects.filter(session_key__in=[one.key for one in rows], expire_date__gt=timezone.now())
    keys = set(living.values_list("session_key", flat=True))
    SignedIn.objects.filter(pk__in=[one.pk for one in rows if one.key not in keys]).delete()
    here = request.session.session_key
    return [OpenSession(one.pk, one.since_ms, one.device, one.key == here) for one in rows if one.key in keys]


def end_sessions(user: User, *, only: int | None = None, besides: str | None = None) -> int:
    """End an officer's sessions (one, or all but one), and return how many."""
    rows = SignedIn.objects.filter(user=user).exclude(key=besides or "")
    keys = list((rows if only is None else rows.filter(pk=only)).values_list("key", flat=True))
    Session.objects.filter(session_key__in=keys).delete()
    SignedIn.objects.filter(key__in=keys).delete()
    return len(keys)


def _device(request: HttpRequest) -> str:
    said = request.headers.get("User-Agent", "")
    found = [next((name for mark, name in known if mark in said), "") for known in (_BROWSERS, _SYSTEMS)]
    return " · ".join(one for one in found if one)
