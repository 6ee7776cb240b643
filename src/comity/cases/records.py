"""Say what travels in this area: the types, their versions and their fields.

The terms follow Directive (EU) 2023/977 (contents of a request, grounds for refusal) and the 4x4 evaluation of sources
and information used in police cooperation.  All contents are sealed.

What was done stands in the header: the type says what, the references say to what.  Whose turn it is, whether a clock
stands still and whether a case is closed are therefore known to whoever holds the headers, also after erasure.

==================== ============================ =============================================
type                 refers to                    and
==================== ============================ =============================================
request              case (none: opens one)
reply, refusal       answers a request            ends its clock
clarification        concerns a request           stops its clock once it is received
clarified            answers a clarification      lets that clock go on
more-time            concerns a request           asks for counted hours
time-granted         answers more-time            adds the hours that were asked for
time-refused         answers more-time            adds nothing
notice               case (none: opens one)       gives information without a request
consent-asked        concerns a record            asks its author for a use that needs consent
consented            answers consent-asked        permits that use, on its conditions
consent-refused      answers consent-asked
closing, reopening   case                         ends the author's own open questions in it; undoes it
linked, merged       case, concerns another case  puts them side by side; makes one timeline of both
==================== ============================ =============================================
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from comity.cases.items import InformationEvaluation, Items, SourceEvaluation
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import Strict
from comity.protocol.names import Slug
from comity.protocol.records import MAX_ATTACHMENTS
from comity.protocol.types import RecordType

Attachments = Annotated[tuple[Attachment, ...], Meta(max_length=MAX_ATTACHMENTS)]
CaseNumber = Annotated[str, Meta(min_length=1, max_length=80)]
Subject = Annotated[str, Meta(min_length=1, max_length=200)]
Prose = Annotated[str, Meta(min_length=1, max_length=100_000)]
Remark = Annotated[str, Meta(max_length=2000)]
Day = Annotated[str, Meta(pattern=r"^([0-9]{4}-[0-9]{2}-[0-9]{2})?$(?!\n)")]


class Use(StrEnum):
    """Name a use of what was received that a handling code or a clause can make depend on consent."""

    EVIDENCE = "evidence"
    ONWARD = "onward"
    OTHER_AGREEMENT = "other-agreement"
    EXPORT = "export"
    PRINT = "print"


class Outcome(StrEnum):
    """Say how a case ended, as whoever closes it sees it."""

    ANSWERED = "answered"
    PARTLY = "partly-answered"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"
    NO_LONGER_NEEDED = "no-longer-needed"


class Request(Strict):
    """Ask for information: in which case, about what, on which legal basis, and why the partner may hold it.

    ``case_number`` may be left empty by the format; the clause decides whether it may.
    """

    subject: Subject
    question: Prose
    legal_basis: Annotated[str, Meta(max_length=500)] = ""
    case_number: CaseNumber | None = None
    grounds: Annotated[tuple[Slug, ...], Meta(max_length=16)] = ()
    assurance: Annotated[str, Meta(max_length=2000)] | None = None
    attachments: Attachments = ()
    items: Items = ()


class Reply(Strict):
    """Answer a request: what is known, and how far it can be trusted."""

    text: Prose
    source: SourceEvaluation
    information: InformationEvaluation
    assurance: Annotated[str, Meta(max_length=2000)] | None = None
    attachments: Attachments = ()
    items: Items = ()


class Refusal(Strict):
    """Refuse to answer, on a ground that the agreement or the law gives, with the reason in words."""

    ground: Slug
    reason: Prose


class Clarification(Strict):
    """Ask what a request means, or for what it lacks; the clock stands still until it is answered."""

    question: Prose


class Clarified(Strict):
    """Answer a clarification question."""

    text: Prose
    attachments: Attachments = ()
    items: Items = ()


class Notice(Strict):
    """Give information without a request, because it may help the other side."""

    subject: Subject
    text: Prose
    source: SourceEvaluation
    information: InformationEvaluation
    attachments: Attachments = ()
    items: Items = ()


class MoreTime(Strict):
    """Ask for more time to answer, in hours that count as those of the request's clock do, and say why."""

    hours: Annotated[int, Meta(ge=1, le=2400)]
    reason: Prose


class TimeGranted(Strict):
    """Grant the time that was asked for."""

    note: Remark = ""


class TimeRefused(Strict):
    """Refuse more time, with the reason."""

    reason: Prose


class ConsentAsked(Strict):
    """Ask the author of a record for a use that needs consent: to whom or what it goes, and why.

    ``items`` are places in the record's list of items, from 0; empty means the whole record.
    """

    use: Use
    reason: Prose
    recipient: Annotated[str, Meta(max_length=200)] = ""
    items: Annotated[tuple[Annotated[int, Meta(ge=0, lt=50)], ...], Meta(max_length=50)] = ()


class Consented(Strict):
    """Consent to a use, on conditions, until a day (its end, UTC) where one is given."""

    conditions: Remark = ""
    until: Day = ""


class ConsentRefused(Strict):
    """Refuse consent to a use, with the reason."""

    reason: Prose


class Closing(Strict):
    """Close a case with its outcome; ends the author's own open questions in it."""

    outcome: Outcome
    note: Remark = ""


class Reopening(Strict):
    """Open a closed case again, with the reason."""

    reason: Prose


class Linked(Strict):
    """Put two cases side by side."""

    note: Remark = ""


class Merged(Strict):
    """Make one timeline of two cases; the younger one continues in the older."""

    note: Remark = ""


REQUEST: Final = RecordType("cases.request/1", Request)
REPLY: Final = RecordType("cases.reply/1", Reply)
REFUSAL: Final = RecordType("cases.refusal/1", Refusal)
CLARIFICATION: Final = RecordType("cases.clarification/1", Clarification)
CLARIFIED: Final = RecordType("cases.clarified/1", Clarified)
NOTICE: Final = RecordType("cases.notice/1", Notice)
MORE_TIME: Final = RecordType("cases.more-time/1", MoreTime)
TIME_GRANTED: Final = RecordType("cases.time-granted/1", TimeGranted)
TIME_REFUSED: Final = RecordType("cases.time-refused/1", TimeRefused)
CONSENT_ASKED: Final = RecordType("cases.consent-asked/1", ConsentAsked)
CONSENTED: Final = RecordType("cases.consented/1", Consented)
CONSENT_REFUSED: Final = RecordType("cases.consent-refused/1", ConsentRefused)
CLOSING: Final = RecordType("cases.closing/1", Closing)
REOPENING: Final = RecordType("cases.reopening/1", Reopening)
LINKED: Final = RecordType("cases.linked/1", Linked)
MERGED: Final = RecordType("cases.merged/1", Merged)
TYPES: Final = (
    REQUEST, REPLY, REFUSAL, CLARIFICATION, CLARIFIED, NOTICE, MORE_TIME, TIME_GRANTED, TIME_REFUSED,
    CONSENT_ASKED, CONSENTED, CONSENT_REFUSED, CLOSING, REOPENING, LINKED, MERGED,
)  # fmt: skip
ANSWERS: Final[Mapping[str, str]] = {
    REPLY.tag: REQUEST.tag,
    REFUSAL.tag: REQUEST.tag,
    CLARIFIED.tag: CLARIFICATION.tag,
    TIME_GRANTED.tag: MORE_TIME.tag,
    TIME_REFUSED.tag: MORE_TIME.tag,
    CONSENTED.tag: CONSENT_ASKED.tag,
    CONSENT_REFUSED.tag: CONSENT_ASKED.tag,
}
"""What each answer answers; any other reference to an answer is none."""
QUESTIONS: Final = frozenset(ANSWERS.values())
"""What waits for the other side's answer."""
