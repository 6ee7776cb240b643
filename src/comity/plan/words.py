"""Say areas, statuses and stances of the working group in the officer's language."""

from collections.abc import Callable, Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.concurrence.reckoning import Status
from comity.concurrence.stances import StanceKind
from comity.concurrence.updates import UpdateStatus
from comity.plan.kinds.report import Light
from comity.protocol.agreement.terms import Terms

STATUSES: Final[Mapping[Status | UpdateStatus, tuple[str, Promise]]] = {
    Status.SENT: ("queued", _("sent")),
    Status.LIVE: ("due", _("waits for an answer")),
    Status.BLOCKED: ("due", _("waits for a rival to be withdrawn")),
    Status.EARLY: ("queued", _("follows what is not here yet")),
    Status.IN_FORCE: ("accepted", _("in force")),
    Status.SUPERSEDED: ("accepted", _("was in force")),
    Status.REFUSED: ("refused", _("refused")),
    Status.OBJECTED: ("refused", _("objected to")),
    Status.WITHDRAWN: ("erased", _("withdrawn")),
    Status.LAPSED: ("erased", _("lapsed")),
    Status.VOID: ("refused", _("void")),
    Status.STALE: ("erased", _("overtaken by another change")),
    UpdateStatus.SENT: ("queued", _("sent")),
    UpdateStatus.EARLY: ("queued", _("follows what is not here yet")),
    UpdateStatus.IN_EFFECT: ("accepted", _("in effect")),
    UpdateStatus.CLASHING: ("refused", _("clashes with another update")),
    UpdateStatus.FOLLOWED: ("delivered", _("followed by another update")),
    UpdateStatus.OVERTAKEN: ("erased", _("overtaken by another change")),
    UpdateStatus.REFUSED: ("refused", _("refused")),
    UpdateStatus.OBJECTED: ("refused", _("objected to")),
    UpdateStatus.WITHDRAWN: ("erased", _("withdrawn")),
    UpdateStatus.VOID: ("refused", _("void")),
}
"""How a proposal or update stands: the sign that goes with it, and the words."""
STANCES: Final[Mapping[StanceKind, Promise]] = {
    StanceKind.AUTHOR: _("proposed it"),
    StanceKind.WAITING: _("has not answered yet"),
    StanceKind.PENDING: _("has answered; the receipt is under way"),
    StanceKind.SIGNED: _("signed"),
    StanceKind.DEEMED: _("deemed to have agreed"),
    StanceKind.OBJECTED: _("objected"),
    StanceKind.LAPSED: _("let the time pass"),
}


def area_title(terms: Terms | None, area: str, language: str) -> str:
    """Return what the agreement calls an area; its identifier where it does not name it."""
    found = next((one for one in terms.agreement.areas if one.id == area), None) if terms else None
    return terms.words(found.title, language) if terms and found else area


def party_title(terms: Terms | None, party: str, language: str) -> str:
    """Return what the agreement calls a party."""
    found = next((one for one in terms.agreement.parties if one.id == party), None) if terms else None
    return terms.words(found.title, language) if terms and found else party


Titles = Callable[[Terms | None, str, str], str]
LIGHTS: Final[Mapping[Light, Promise]] = {
    Light.GREEN: _("green: on course"),
    Light.AMBER: _("amber: needs attention"),
    Light.RED: _("red: off course"),
}
RULE: Final = _(
    "Red: more than a quarter of the open actions are late, or more than half of the indicators miss their target. "
    "Amber: any action is late, or any indicator misses its target. Green: neither."
)
"""The rule by which `comity.plan.kinds.report.proposed` rates an area, in words."""
