"""Say why a record may not be sent: a stable reason, the clause, a sentence and a remedy.

The English of every reason stands in one table, `CATALOGUE`.  Screens translate by reason and fill in the same
parameters; what the agreement itself says (labels of fields, sentences of conditions) it says in its own languages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class ReasonCode(StrEnum):
    """Name each reason for a refusal; the names are part of the protocol (``spec/agreement.md``)."""

    WRONG_CHANNEL = "wrong-channel"
    NO_AGREEMENT = "no-agreement"
    AGREEMENT_UNKNOWN = "agreement-unknown"
    AGREEMENT_SUPERSEDED = "agreement-superseded"
    NOT_IN_FORCE = "not-in-force"
    NOT_YET_EFFECTIVE = "not-yet-effective"
    EXPIRED = "expired"
    ENDED = "ended"
    SUSPENDED = "suspended"
    AUTHOR_UNKNOWN = "author-unknown"
    RECIPIENT_UNKNOWN = "recipient-unknown"
    AUTHORITY_UNKNOWN = "authority-unknown"
    AUTHORITY_NOT_ALLOWED = "authority-not-allowed"
    REALITY_NOT_ALLOWED = "reality-not-allowed"
    CLAUSE_MISSING = "clause-missing"
    CLAUSE_UNKNOWN = "clause-unknown"
    TYPE_NOT_COVERED = "type-not-covered"
    PURPOSE_MISSING = "purpose-missing"
    PURPOSE_NOT_COVERED = "purpose-not-covered"
    DIRECTION = "direction"
    HANDLING_MISSING = "handling-missing"
    HANDLING_NOT_ALLOWED = "handling-not-allowed"
    FIELD_MISSING = "field-missing"
    CONDITION_NOT_MET = "condition-not-met"
    CONDITION_FAILED = "condition-failed"
    PROHIBITED = "prohibited"
    DUTY_OPEN = "duty-open"
    URGENCY_MISSING = "urgency-missing"
    URGENCY_UNKNOWN = "urgency-unknown"
    RELEASE_MISSING = "release-missing"
    RELEASE_SAME_PERSON = "release-same-person"
    PAYLOAD_TOO_LARGE = "payload-too-large"
    TOO_MANY_ATTACHMENTS = "too-many-attachments"
    ATTACHMENT_TOO_LARGE = "attachment-too-large"
    TOO_MANY_RECORDS = "too-many-records"
    BUDGET_SPENT = "budget-spent"


R = ReasonCode


@dataclass(frozen=True, slots=True)
class Finding:
    """Hold one reason for a refusal.  ``params`` are the words that fill the reason's templates, in English."""

    reason: ReasonCode
    clause: str | None
    sentence: str
    remedy: str
    params: Mapping[str, str]


CATALOGUE: Final[Mapping[ReasonCode, tuple[str, str]]] = MappingProxyType(
    {
        R.WRONG_CHANNEL: ("The record is for another agreement's channel.", "Send it under its own agreement."),
        R.NO_AGREEMENT: ("The record names no agreement.", "Name the agreement in force."),
        R.AGREEMENT_UNKNOWN: (
            "The record names a text that was never in force here.",
            "Wait until both sides have signed, then send it under the text in force.",
        ),
        R.AGREEMENT_SUPERSEDED: (
            "The record names version {version}, which is not the one in force.",
            "Check it against the version in force and send it again.",
        ),
        R.NOT_IN_FORCE: ("No agreement is in force.", "Ask the contact points to sign one."),
        R.NOT_YET_EFFECTIVE: ("The agreement takes effect on {date}.", "Send it then."),
        R.EXPIRED: ("The agreement expired on {date}.", "Ask the contact points to agree on an extension."),
        R.ENDED: ("The agreement ended on {date}.", "Nothing more can be sent under it; a new agreement is needed."),
        R.SUSPENDED: (
            "The agreement is suspended by {parties}.",
            "Wait until {parties} has lifted the suspension; the contact points can ask why.",
        ),
        R.AUTHOR_UNKNOWN: (
            "The agreement does not name the node {node}.",
            "Send it from a node that the agreement names.",
        ),
        R.RECIPIENT_UNKNOWN: (
            "The agreement does not name the node {node}.",
            "Address it to nodes that the agreement names.",
        ),
        R.AUTHORITY_UNKNOWN: (
            "{authority} does not act through the node {node} under this agreement.",
            "Send it for an authority of that node.",
        ),
        R.AUTHORITY_NOT_ALLOWED: (
            "Clause {clause} does not allow {authority} to send.",
            "Pass it to {allowed}.",
        ),
        R.REALITY_NOT_ALLOWED: (
            "The agreement does not allow records marked {reality}.",
            "Use an agreement that allows them; never mark a record as something it is not.",
        ),
        R.CLAUSE_MISSING: ("The record names no clause.", "{advice}"),
        R.CLAUSE_UNKNOWN: ("The agreement has no clause {clause}.", "{advice}"),
        R.TYPE_NOT_COVERED: ("Clause {clause} does not permit records of type {type}.", "{advice}"),
        R.PURPOSE_MISSING: ("Clause {clause} needs a purpose.", "Choose one of: {allowed}."),
        R.PURPOSE_NOT_COVERED: ("Clause {clause} does not permit the purpose {purpose}.", "{advice}"),
        R.DIRECTION: ("Clause {clause} does not permit {sender} to send to {receiver}.", "{advice}"),
        R.HANDLING_MISSING: ("Clause {clause} needs a handling code.", "Choose one of: {allowed}."),
        R.HANDLING_NOT_ALLOWED: (
            "Clause {clause} does not allow the handling code {handling}.",
            "Choose one of: {allowed}.",
        ),
        R.FIELD_MISSING: ("Clause {clause} needs {a_label}.", "Fill in the {label}."),
        R.CONDITION_NOT_MET: ("Clause {clause}: {said}", "{todo}"),
        R.CONDITION_FAILED: (
            "Clause {clause}: the condition {condition} could not be checked: {fault}.",
            "{todo}",
        ),
        R.PROHIBITED: ("Clause {clause} forbids this: {said}", "{todo}"),
        R.DUTY_OPEN: ("Clause {clause} has a duty that is not met: {said}", "{todo}"),
        R.URGENCY_MISSING: ("Clause {clause} needs to know how urgent this is.", "Choose one of: {allowed}."),
        R.URGENCY_UNKNOWN: ("Clause {clause} knows no urgency {urgency} for this type of record.", "{todo}"),
        R.RELEASE_MISSING: (
            "Clause {clause} needs a second person to release the record.",
            "Ask a colleague who may release to look at it.",
        ),
        R.RELEASE_SAME_PERSON: (
            "Clause {clause} needs two different persons, but writer and releaser are the same.",
            "Ask a colleague who may release to look at it.",
        ),
        R.PAYLOAD_TOO_LARGE: (
            "Clause {clause} allows {limit} bytes of content; this has {size}.",
            "Shorten it, or send a part as an attachment.",
        ),
        R.TOO_MANY_ATTACHMENTS: (
            "Clause {clause} allows {limit} attachments; this has {size}.",
            "Send the others with a second record.",
        ),
        R.ATTACHMENT_TOO_LARGE: (
            "Clause {clause} allows attachments of {limit} bytes in encrypted form; one has {size}.",
            "Send less, or divide it.",
        ),
        R.TOO_MANY_RECORDS: (
            "Clause {clause} allows {limit} records a day, and they have been sent.",
            "Send it tomorrow (UTC), or under another clause that permits it.",
        ),
        R.BUDGET_SPENT: (
            "Clause {clause} allows {limit} queries a {period}, and they have been spent.",
            "Wait for the next {period} (UTC).",
        ),
    }
)
"""Sentence and remedy of every reason, in English; translations have the same keys and fields."""


def finding(reason: ReasonCode, clause: str | None = None, **params: str) -> Finding:
    """Return a finding with the English of its reason filled in."""
    sentence, remedy = CATALOGUE[reason]
    words = {"clause": clause or "", **params}
    return Finding(reason, clause, sentence.format(**words), remedy.format(**words), MappingProxyType(words))


def with_article(label: str) -> str:
    """Return an English label with its indefinite article: "a case number", "an assurance"."""
    return f"{'an' if label[:1].lower() in 'aeiou' else 'a'} {label}"
