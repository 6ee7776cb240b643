"""Put a page into the common frame: rail, agreement, reality, language, appearance."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from comity.desk.access import count_open_alarms
from comity.desk.rail import Place, places
from comity.desk.seat import Seat
from comity.protocol.names import party_of
from comity.protocol.records import Reality

THEMES: Final = ("system", "light", "dark")


@dataclass(frozen=True, slots=True)
class Choice:
    """Be one option of a switch in the bar."""

    value: str
    label: str
    chosen: bool


@dataclass(frozen=True, slots=True)
class Frame:
    """Hold everything the frame shows around a page."""

    seat: Seat
    places: tuple[Place, ...]
    here: str
    agreements: tuple[Choice, ...]
    agreement: str
    realities: tuple[Reality, ...]
    reality: Reality
    party: str
    partners: tuple[str, ...]
    alarms: int


def theme(request: HttpRequest) -> str:
    """Return the appearance that was chosen in this browser."""
    chosen = request.COOKIES.get(theme_cookie(), "")
    return chosen if chosen in THEMES else "system"


def theme_cookie() -> str:
    """Return the name of the cookie that remembers the appearance."""
    return settings.LANGUAGE_COOKIE_NAME.removesuffix("-language") + "-appearance"


def page(
    request: HttpRequest, seat: Seat, template: str, context: Mapping[str, Any], *, status: int = 200
) -> HttpResponse:
    """Return a page in the frame."""
    return render(request, template, {"frame": _frame(request, seat), "seat": seat, **context}, status=status)


def _frame(request: HttpRequest, seat: Seat) -> Frame:
    match = request.resolver_match
    name = f"{match.namespace}:{match.url_name}" if match else ""
    shown = tuple(places(seat))
    area = name.partition(":")[0]
    exact = any(one.route == name for one in shown)
    here = name if exact else next((one.route for one in shown if one.route.partition(":")[0] == area), "")
    return Frame(
        seat=seat,
        places=shown,
        here="" if area == "desk" and not exact else here,
        agreements=tuple(Choice(one.uuid, _title(seat, one.uuid), one == seat.channel) for one in seat.channels),
        agreement=_own_title(seat),
        realities=seat.terms.agreement.realities if seat.terms else (Reality.ACTUAL,),
        reality=seat.reality,
        party=party_of(seat.node.name),
        partners=seat.partners(),
        alarms=count_open_alarms(seat),
    )


def _own_title(seat: Seat) -> str:
    return seat.terms.words(seat.terms.agreement.title, seat.language) if seat.terms else ""


def _title(seat: Seat, uuid: str) -> str:
    from comity.desk.seat import terms_of

    if len(seat.channels) == 1 or (seat.channel and seat.channel.uuid == uuid):
        return _own_title(seat) or uuid[:8]
    channel = next(one for one in seat.channels if one.uuid == uuid)
    terms = terms_of(seat.node, channel)
    return terms.words(terms.agreement.title, seat.language) if terms else uuid[:8]
