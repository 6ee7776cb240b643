"""Say what travels in this area: the types, their versions and their fields.

The terms follow Directive (EU) 2023/977 (contents of a request, grounds for refusal) and the 4x4 evaluation of sources
and information used in police cooperation.  All contents are sealed.
"""

from enum import StrEnum
from typing import Annotated, Final

from msgspec import Meta

from comity.protocol.attachments import Attachment
from comity.protocol.canonical import Strict
from comity.protocol.names import Slug
from comity.protocol.records import MAX_ATTACHMENTS
from comity.protocol.types import RecordType

Attachments = Annotated[tuple[Attachment, ...], Meta(max_length=MAX_ATTACHMENTS)]
CaseNumber = Annotated[str, Meta(min_length=1, max_length=80)]
Subject = Annotated[str, Meta(min_length=1, max_length=200)]
Prose = Annotated[str, Meta(min_length=1, max_length=100_000)]


class SourceEvaluation(StrEnum):
    """Rate the source: A beyond doubt, B mostly reliable, C mostly unreliable, X cannot be judged."""

    A = "A"
    B = "B"
    C = "C"
    X = "X"


class InformationEvaluation(StrEnum):
    """Rate the information: 1 certain, 2 known to the source itself, 3 hearsay but corroborated, 4 cannot be judged."""

    ONE = "1"
    TWO = "2"
    THREE = "3"
    FOUR = "4"


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


class Reply(Strict):
    """Answer a request: what is known, and how far it can be trusted."""

    text: Prose
    source: SourceEvaluation
    information: InformationEvaluation
    assurance: Annotated[str, Meta(max_length=2000)] | None = None
    attachments: Attachments = ()


class Refusal(Strict):
    """Refuse to answer, on a ground that the agreement or the law gives, with the reason in words."""

    ground: Slug
    reason: Prose


REQUEST: Final = RecordType("cases.request/1", Request)
REPLY: Final = RecordType("cases.reply/1", Reply)
REFUSAL: Final = RecordType("cases.refusal/1", Refusal)
TYPES: Final = (REQUEST, REPLY, REFUSAL)
