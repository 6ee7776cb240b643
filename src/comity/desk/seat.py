"""Give each view the seat of whoever asks: the officer, the node, the agreement and the reality they work in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import wraps
from typing import Concatenate, ParamSpec

from django.conf import settings
from django.contrib.auth import logout
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, resolve_url
from django.utils.translation import get_language

from comity.channel import agreements
from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.channel.service import local_node
from comity.desk.errors import PurposeNeededError
from comity.desk.factors import has_factor
from comity.desk.models import Officer
from comity.desk.roles import Permission
from comity.desk.session_keys import SECOND_KEY
from comity.desk.units import Units
from comity.protocol.agreement.terms import Terms, compile_terms
from comity.protocol.records import Reality

CHANNEL_KEY = "channel"
REALITY_KEY = "reality"
STATED_KEY = "stated"

Rest = ParamSpec("Rest")


@dataclass(frozen=True, slots=True)
class Seat:
    """Hold who asks, and what they are working in; every `access` and `services` function takes one."""

    officer: Officer
    node: LocalNode
    channels: tuple[Channel, ...]
    channel: Channel | None
    terms: Terms | None
    reality: Reality
    stated: Mapping[str, str] = field(default_factory=dict)
    """For which purpose the officer looks, by case, as they said in this session."""

    def may(self, permission: Permission) -> bool:
        """Say whether the officer's roles allow it."""
        return self.officer.may(permission)

    def require(self, permission: Permission) -> None:
        """Raise Django's `PermissionDenied` unless the officer's roles allow it."""
        if not self.may(permission):
            raise PermissionDenied

    def units(self, permission: Permission) -> Units:
        """Return the units in which the officer may do something: what belongs to others is invisible.

        Narrow queries with ``seat.units(P.READ_CASES).q()``, single objects with ``covers(unit)``; what the officer
        begins belongs to ``seat.units(P.WRITE_CASES).first``.
        """
        return self.officer.units(permission)

    def partners(self) -> tuple[str, ...]:
        """Return the other nodes of the agreement, in its order."""
        members = self.channel.members if self.channel else []
        return tuple(name for name in members if name != self.node.name)

    @property
    def language(self) -> str:
        """Return the language of the screen."""
        return language()


def language() -> str:
    """Return the language of the screen, without a region."""
    return (get_language() or "en").split("-")[0]


def terms_of(node: LocalNode, channel: Channel) -> Terms | None:
    """Return the text in force on a channel, else the last one proposed, if this node has one."""
    state = agreements.negotiation(node, channel)
    digest = agreements.digest_in_force(node, channel)
    if digest is None and state.proposals:
        digest = max(state.proposals.values(), key=lambda one: one.version).digest
    text = agreements.text_of(node, channel, digest) if digest else None
    return None if text is None else compile_terms(text)


def take_seat(request: HttpRequest, officer: Officer) -> Seat:
    """Return the officer's seat: the agreement and reality chosen in this session, or the first there are."""
    node = local_node()
    channels = tuple(Channel.objects.using(node.using).order_by("id"))
    chosen = request.session.get(CHANNEL_KEY)
    channel = next((one for one in channels if one.uuid == chosen), channels[0] if channels else None)
    terms = terms_of(node, channel) if channel else None
    stated = request.session.get(STATED_KEY, {})
    return Seat(officer, node, channels, channel, terms, _reality(request, terms), stated)


def move_to(seat: Seat, uuid: str, reality: Reality | None = None) -> Seat | None:
    """Return the seat in another agreement and reality, for a page that names them; nothing if there is no such."""
    channel = next((one for one in seat.channels if one.uuid == uuid), None)
    if channel is None:
        return None
    terms = terms_of(seat.node, channel)
    return replace(seat, channel=channel, terms=terms, reality=reality or seat.reality)


def _reality(request: HttpRequest, terms: Terms | None) -> Reality:
    offered = terms.agreement.realities if terms else (Reality.ACTUAL,)
    chosen = request.session.get(REALITY_KEY)
    return next((one for one in offered if one == chosen), offered[0])


View = Callable[Concatenate[HttpRequest, Seat, Rest], HttpResponseBase]


def needs_second() -> bool:
    """Say whether this node lets nobody work with a password alone."""
    return bool(settings.COMITY_CONFIG.second_factor == "required")


def for_officers(
    permission: Permission, *, without_second: bool = False
) -> Callable[[View[Rest]], Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]]:
    """Make a view that only officers with ``permission`` reach; it gets their `Seat`.

    SECURITY: no page of the desk opens without an officer who may. Holds because every view of desk and areas is made
    by this function, which a test checks over all routes. Breaks if a view is routed without it.

    Where the node asks for a passkey or a code, a session that began without leads only to the views that set one up
    (``without_second``), and nowhere if the officer has one.
    """

    def make(view: View[Rest]) -> Callable[Concatenate[HttpRequest, Rest], HttpResponseBase]:
        @wraps(view)
        def guarded(request: HttpRequest, /, *args: Rest.args, **kwargs: Rest.kwargs) -> HttpResponseBase:
            if not request.user.is_authenticated:
                return _to_sign_in(request)
            officer = Officer.objects.filter(user_id=request.user.pk, user__is_active=True).first()
            if officer is None or not officer.may(permission):
                raise PermissionDenied
            if needs_second() and not request.session.get(SECOND_KEY):
                if has_factor(officer.user):
                    logout(request)
                    return _to_sign_in(request)
                if not without_second:
                    return _lead_to(request, "desk:keys")
            seat = take_seat(request, officer)
            try:
                return view(request, seat, *args, **kwargs)
            except PurposeNeededError as needed:
                return _ask_purpose(request, seat, needed)

        guarded.permission = permission  # type: ignore[attr-defined]  # read by the test over all routes
        return guarded

    return make


def _ask_purpose(request: HttpRequest, seat: Seat, needed: PurposeNeededError) -> HttpResponseBase:
    """Ask in place of the page why the officer looks; the answer leads back to it."""
    from comity.desk.frame import page

    here = move_to(seat, needed.channel) or seat
    back = request.get_full_path() if request.method == "GET" else resolve_url("desk:front")
    context = {"needed": needed, "back": back, "terms": here.terms}
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return page(request, here, "desk/why.html", context)


def _lead_to(request: HttpRequest, route: str) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return HttpResponse(status=204, headers={"HX-Redirect": resolve_url(route)})
    return redirect(route)


def _to_sign_in(request: HttpRequest) -> HttpResponse:
    if request.headers.get("HX-Request"):
        return _lead_to(request, "desk:sign-in")
    return redirect_to_login(request.get_full_path(), resolve_url("desk:sign-in"))
