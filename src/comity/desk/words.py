"""Say findings, marks and names of the agreement in the officer's language."""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from django.utils.functional import Promise
from django.utils.translation import get_language_bidi, gettext_lazy
from django.utils.translation import gettext as _

from comity.channel.reading import Mark
from comity.desk.seat import language
from comity.protocol.agreement.findings import CATALOGUE, Finding, ReasonCode
from comity.protocol.agreement.model import Clock
from comity.protocol.agreement.phrases import type_name
from comity.protocol.agreement.terms import Terms
from comity.protocol.agreement.translation import params_in
from comity.protocol.errors import ComityError
from comity.protocol.records import Reality

MARKS: Mapping[Mark, Promise] = {
    Mark.QUEUED: gettext_lazy("queued"),
    Mark.DELIVERED: gettext_lazy("delivered"),
    Mark.ACCEPTED: gettext_lazy("accepted"),
    Mark.REFUSED: gettext_lazy("refused"),
}
REALITIES: Mapping[Reality, Promise] = {
    Reality.ACTUAL: gettext_lazy("actual"),
    Reality.EXERCISE: gettext_lazy("exercise"),
    Reality.TEST: gettext_lazy("test"),
}


@dataclass(frozen=True, slots=True)
class Said:
    """Hold a finding in the officer's language; ``field`` is the form field it concerns, if it concerns one."""

    sentence: str
    remedy: str
    reason: str
    clause: str
    field: str


_FIELD_OF: Mapping[ReasonCode, str] = {
    ReasonCode.CLAUSE_MISSING: "clause",
    ReasonCode.CLAUSE_UNKNOWN: "clause",
    ReasonCode.TYPE_NOT_COVERED: "clause",
    ReasonCode.DIRECTION: "clause",
    ReasonCode.AUTHORITY_NOT_ALLOWED: "clause",
    ReasonCode.PURPOSE_MISSING: "purpose",
    ReasonCode.PURPOSE_NOT_COVERED: "purpose",
    ReasonCode.HANDLING_MISSING: "handling",
    ReasonCode.HANDLING_NOT_ALLOWED: "handling",
    ReasonCode.URGENCY_MISSING: "urgency",
    ReasonCode.URGENCY_UNKNOWN: "urgency",
    ReasonCode.TOO_MANY_ATTACHMENTS: "attachments",
    ReasonCode.ATTACHMENT_TOO_LARGE: "attachments",
}


def say(finding: Finding, terms: Terms | None) -> Said:
    """Return a finding in the officer's language, with the agreement's own words in it."""
    sentence, remedy = CATALOGUE[finding.reason]
    words = dict(finding.params)
    field = _FIELD_OF.get(finding.reason, "")
    if terms is not None:
        words |= _agreement_words(finding, terms)
        field = field or _field(finding, terms)
    words = {name: _isolated(word) for name, word in words.items()}
    said = _(sentence).format_map(words)
    todo = _(remedy).format_map(words)
    return Said(said, todo, finding.reason, finding.clause or "", field)


def say_error(error: ComityError) -> str:
    """Return an error in the officer's language, as far as it has words of its own there."""
    refusal = getattr(error, "refusal", None)
    if refusal is not None:
        said = [say(one, None) for one in refusal.findings]
        return " ".join(f"{one.sentence} {one.remedy}" for one in said)
    return f"{_(error.sentence)} {_(error.remedy)}"


def _isolated(word: str) -> str:
    """Return a word set off from a sentence that runs from right to left, where it has Latin letters or digits."""
    return f"\u2068{word}\u2069" if get_language_bidi() and re.search("[0-9A-Za-z]", word) else word


def _agreement_words(finding: Finding, terms: Terms) -> dict[str, str]:
    """Return the parameters of a finding in the officer's language, identifiers by what the agreement calls them."""
    lang = language()
    words = dict(params_in(terms, finding, lang))
    agreement = terms.agreement
    if "type" in words:
        words["type"] = type_name(words["type"], lang)
    if "purpose" in words:
        words["purpose"] = terms.title_of(agreement.purposes, words["purpose"], lang)
    if "handling" in words:
        words["handling"] = terms.title_of(agreement.handling_codes, words["handling"], lang)
    if "allowed" in words:
        groups = (*agreement.purposes, *agreement.handling_codes)
        compiled = terms.clauses.get(finding.clause or "")
        clocks = compiled.clause.clocks if compiled else ()
        titles = {one.urgency: terms.words(one.title, lang) for one in clocks}
        titles |= {one.id: terms.words(one.title, lang) for one in groups}
        words["allowed"] = _("; ").join(titles.get(one, one) for one in words["allowed"].split(", "))
    if "advice" in words and lang != "en":
        words["advice"] = _("Choose another clause; the page on the agreement says which one fits.")
    return words


def _field(finding: Finding, terms: Terms) -> str:
    """Return the body field that a finding concerns, where the agreement says so."""
    if "field" in finding.params:
        return finding.params["field"].removeprefix("body.")
    named = finding.params.get("safeguard", "")
    safeguard = next((one for one in terms.agreement.safeguards if one.id == named), None)
    if safeguard is not None:
        return (safeguard.field or "body.grounds").removeprefix("body.")
    compiled = terms.clauses.get(finding.clause or "")
    condition = finding.params.get("condition", "")
    found = next((one for one in compiled.clause.conditions if one.id == condition), None) if compiled else None
    if found is None:
        return ""
    return next((name for name in ("question", "text", "subject") if f"body.{name}" in found.expression), "")


def urgency_title(terms: Terms, clause: str, type_: str, urgency: str) -> str:
    """Return what the agreement calls an urgency."""
    compiled = terms.clauses.get(clause)
    clock: Clock | None = compiled.clock(type_, urgency) if compiled else None
    return terms.words(clock.title, language()) if clock else urgency


def purpose_title(terms: Terms, purpose: str) -> str:
    """Return what the agreement calls a purpose."""
    return terms.title_of(terms.agreement.purposes, purpose, language())


def handling_title(terms: Terms, handling: str) -> str:
    """Return what the agreement calls a handling code."""
    return terms.title_of(terms.agreement.handling_codes, handling, language())
