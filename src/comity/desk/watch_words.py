"""Say what kinds of look there are, and what can be wrong with the access log."""

from collections.abc import Mapping
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.desk.accesslog import OVERVIEW, Look
from comity.desk.erasure_access import State
from comity.desk.log_check import FaultKind
from comity.protocol.agreement.terms import Terms

LOOKS: Final[Mapping[Look, Promise]] = {
    Look.LIST: _("List"),
    Look.READ: _("Case read"),
    Look.FILE: _("Attachment"),
    Look.DRAFT: _("Draft of a colleague"),
    Look.EXPORT: _("Saved as a file"),
    Look.PRINT: _("Printed"),
    Look.SEARCH: _("Search"),
    Look.PACK: _("Case pack"),
    Look.PEOPLE: _("Officers"),
    Look.GRANT: _("Role changed"),
}
FAULTS: Final[Mapping[FaultKind, Promise]] = {
    FaultKind.CHANGED: _("Entry %(index)s was changed: it is not what its hash says."),
    FaultKind.MISSING: _("Entry %(index)s is missing."),
    FaultKind.UNCHAINED: _("Entry %(index)s does not continue the one before it, which was changed with its hash."),
    FaultKind.HEAD: _("The first %(index)s entries do not lead to the head that was signed over them."),
    FaultKind.SHORT: _("The log ends before entry %(index)s, although a head was signed over so many."),
    FaultKind.FORGED: _("A head over %(index)s entries is not signed by this node, or cannot be read."),
}
STATES: Final[Mapping[State, Promise]] = {
    State.DUE: _("Due"),
    State.OVERDUE: _("Overdue"),
    State.SOON: _("Within a month"),
    State.DONE: _("Done"),
}


def purpose_words(terms: Terms | None, purpose: str, lang: str) -> str:
    """Return what a purpose is called: by the agreement, or by the desk."""
    if purpose == OVERVIEW:
        return str(_("overview of work"))
    return terms.title_of(terms.agreement.purposes, purpose, lang) if terms else purpose
