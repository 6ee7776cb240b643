"""Name what can be written in a case, as it stands in addresses, and what each kind refers to."""

from collections.abc import Mapping
from enum import StrEnum
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.cases import records


class Kind(StrEnum):
    """Name a kind of record; the value is the middle of its type's tag."""

    REQUEST = "request"
    REPLY = "reply"
    REFUSAL = "refusal"
    CLARIFICATION = "clarification"
    CLARIFIED = "clarified"
    NOTICE = "notice"
    MORE_TIME = "more-time"
    TIME_GRANTED = "time-granted"
    TIME_REFUSED = "time-refused"
    CONSENT_ASKED = "consent-asked"
    CONSENTED = "consented"
    CONSENT_REFUSED = "consent-refused"
    CLOSING = "closing"
    REOPENING = "reopening"
    LINKED = "linked"
    MERGED = "merged"

    @property
    def tag(self) -> str:
        """Return the type of record."""
        return f"cases.{self.value}/1"


KIND_OF: Final[Mapping[str, Kind]] = {kind.tag: kind for kind in Kind}
OPENING: Final = frozenset({Kind.REQUEST, Kind.NOTICE})
"""What may open a case of its own."""
ANSWERS: Final[Mapping[Kind, Kind]] = {KIND_OF[one]: KIND_OF[asked] for one, asked in records.ANSWERS.items()}
"""What each answer answers."""
CONCERNS: Final = frozenset({Kind.CLARIFICATION, Kind.MORE_TIME, Kind.CONSENT_ASKED})
"""What concerns a record of the partner: the two first a request, the last one any that holds information."""
COURSE: Final = frozenset({Kind.CLOSING, Kind.REOPENING, Kind.LINKED, Kind.MERGED})
"""What steers a case and holds no information of its own."""
INFORMING: Final = frozenset({Kind.REQUEST, Kind.REPLY, Kind.NOTICE, Kind.CLARIFIED})
"""What holds information that a use can need consent for."""

NAMES: Final[Mapping[Kind, Promise]] = {
    Kind.REQUEST: _("Request for information"),
    Kind.REPLY: _("Reply"),
    Kind.REFUSAL: _("Refusal with reason"),
    Kind.CLARIFICATION: _("Clarification question"),
    Kind.CLARIFIED: _("Answer to a clarification question"),
    Kind.NOTICE: _("Information without request"),
    Kind.MORE_TIME: _("Request for more time"),
    Kind.TIME_GRANTED: _("More time granted"),
    Kind.TIME_REFUSED: _("More time refused"),
    Kind.CONSENT_ASKED: _("Request for consent"),
    Kind.CONSENTED: _("Consent"),
    Kind.CONSENT_REFUSED: _("Consent refused"),
    Kind.CLOSING: _("Closing of the case"),
    Kind.REOPENING: _("Reopening of the case"),
    Kind.LINKED: _("Link to another case"),
    Kind.MERGED: _("Merger with another case"),
}
