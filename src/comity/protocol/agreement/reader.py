"""Read an agreement's text: its one spelling, and that everything it refers to is defined in it."""

import re
from collections.abc import Iterable, Mapping
from datetime import date

from msgspec.structs import fields

from comity.protocol.agreement.conditions import compile_condition
from comity.protocol.agreement.errors import AgreementFaultError
from comity.protocol.agreement.model import (
    AGREEMENT_LIMIT,
    Agreement,
    Clause,
    PartyTerms,
    Safeguard,
    SafeguardKind,
)
from comity.protocol.canonical import Strict, decode, encode
from comity.protocol.errors import MalformedError
from comity.protocol.names import parse_instant, party_of

_NOT_PERMITTED = "is a type that the clause does not permit"
_HEADER_PATH = re.compile(r"^header\.(urgency|language|officer|released_by|refs|attachments)$")


def read_agreement(text: bytes) -> Agreement:
    """Return ``text`` as an agreement whose structure and references hold.

    Raises `TooLargeError`, `MalformedError`, and `AgreementFaultError` with the clause and the field.
    """
    agreement = decode(text, Agreement, limit=AGREEMENT_LIMIT)
    check_agreement(agreement)
    return agreement


def write_agreement(agreement: Agreement) -> bytes:
    """Return the text of ``agreement``, checked as `read_agreement` checks it and raising what it raises."""
    text = encode(agreement)
    read_agreement(text)
    return text


def check_agreement(agreement: Agreement) -> None:
    """Verify what the structure alone does not say.  Raises `AgreementFaultError`."""
    _check_frame(agreement)
    _check_parties(agreement)
    for safeguard in agreement.safeguards:
        _check_safeguard(safeguard)
    for clause in agreement.clauses:
        _check_clause(agreement, clause)
    _check_languages(agreement, frozenset(agreement.authentic), "the agreement")


def _check_frame(agreement: Agreement) -> None:
    _check_once(agreement.authentic, "the agreement", "authentic")
    _check_once(agreement.realities, "the agreement", "realities")
    _check_once((clause.id for clause in agreement.clauses), "the agreement", "clauses")
    for name, group in (
        ("areas", agreement.areas),
        ("purposes", agreement.purposes),
        ("handling_codes", agreement.handling_codes),
        ("safeguards", agreement.safeguards),
    ):
        _check_once((one.id for one in group), "the agreement", name)
    if (agreement.version == 1) != (agreement.previous is None):
        raise AgreementFaultError(
            "the agreement, previous",
            "version 1 amends nothing, and every later version names the text that it amends.",
        )
    effective = _instant(agreement.effective, "effective")
    if agreement.expires is not None and _instant(agreement.expires, "expires") <= effective:
        raise AgreementFaultError("the agreement, expires", "it expires before it takes effect.")


def _check_parties(agreement: Agreement) -> None:
    _check_once((party.id for party in agreement.parties), "the agreement", "parties")
    for party in agreement.parties:
        place = f"party {party.id}"
        known = {authority.id for authority in party.authorities}
        _check_once((authority.id for authority in party.authorities), place, "authorities")
        _check_once((node.id for node in party.nodes), place, "nodes")
        _check_once(party.working_days, place, "working_days")
        _check_once(party.holidays, place, "holidays")
        if sum(authority.contact_point for authority in party.authorities) != 1:
            raise AgreementFaultError(f"{place}, authorities", "exactly one authority is the contact point.")
        for node in party.nodes:
            _check_defined(node.authorities, known, place, f"nodes, {node.id}")
            _check_once(node.authorities, place, f"nodes, {node.id}")
        _check_belongs(party, place)
        for day in party.holidays:
            try:
                date.fromisoformat(day)
            except ValueError:
                raise AgreementFaultError(f"{place}, holidays", "it names a day that is not in the calendar.") from None
    _check_once(
        (node.fingerprint for party in agreement.parties for node in party.nodes), "the agreement", "node fingerprints"
    )


def _check_belongs(party: PartyTerms, place: str) -> None:
    for name in (*(authority.id for authority in party.authorities), *(node.id for node in party.nodes)):
        if party_of(name) != party.id:
            raise AgreementFaultError(place, f"{name} belongs to another party.")


def _check_safeguard(safeguard: Safeguard) -> None:
    place = f"safeguard {safeguard.id}"
    if safeguard.when is not None:
        _check_expression(safeguard.when, f"{place}, when")
    if safeguard.kind is SafeguardKind.PROHIBITION and safeguard.field is not None:
        raise AgreementFaultError(f"{place}, field", "a prohibition requires no field; a duty may.")
    if safeguard.kind is SafeguardKind.DUTY and safeguard.when is not None and safeguard.field is None:
        raise AgreementFaultError(f"{place}, when", "a duty with a condition must say which field it requires.")
    if safeguard.field is not None:
        _check_path(safeguard.field, place)
    if (safeguard.when or safeguard.field) and safeguard.remedy is None:
        raise AgreementFaultError(f"{place}, remedy", "a safeguard that can refuse a record must say what to do then.")


def _check_clause(agreement: Agreement, clause: Clause) -> None:
    place = f"clause {clause.id}"
    parties = {party.id for party in agreement.parties}
    _check_defined((clause.area,), {one.id for one in agreement.areas}, place, "area")
    _check_defined(clause.purposes, {one.id for one in agreement.purposes}, place, "purposes")
    codes = {one.id for one in agreement.handling_codes}
    _check_defined(clause.handling.allowed, codes, place, "handling, allowed")
    _check_defined(
        (clause.handling.default,), set(clause.handling.allowed), place, "handling, default", "is not allowed"
    )
    _check_defined(clause.safeguards, {one.id for one in agreement.safeguards}, place, "safeguards")
    authorities = {one.id for party in agreement.parties for one in party.authorities}
    _check_defined(clause.authorities, authorities, place, "authorities")
    for direction in clause.directions:
        _check_defined((direction.sender, direction.receiver), parties, place, "directions")
        if direction.sender == direction.receiver:
            raise AgreementFaultError(f"{place}, directions", "a party does not send to itself.")
    for name, values in (
        ("types", clause.types),
        ("purposes", clause.purposes),
        ("handling, allowed", clause.handling.allowed),
        ("authorities", clause.authorities),
        ("directions", clause.directions),
        ("safeguards", clause.safeguards),
        ("conditions", tuple(one.id for one in clause.conditions)),
        ("required", tuple(one.field for one in clause.required)),
    ):
        _check_once(values, place, name)
    _check_rules(clause, place)


def _check_rules(clause: Clause, place: str) -> None:
    types = set(clause.types)
    for required in clause.required:
        _check_path(required.field, place)
        _check_defined(required.types, types, place, f"required, {required.field}", _NOT_PERMITTED)
    for condition in clause.conditions:
        _check_defined(condition.types, types, place, f"conditions, {condition.id}", _NOT_PERMITTED)
        _check_expression(condition.expression, f"{place}, conditions, {condition.id}")
    covered: list[tuple[str, str]] = []
    for clock in clause.clocks:
        _check_defined(clock.types, types, place, f"clocks, {clock.urgency}", _NOT_PERMITTED)
        covered += [(type_, clock.urgency) for type_ in clock.types or clause.types]
    _check_once(covered, place, "clocks")
    budget = clause.queries
    if budget is not None and budget.per_day > budget.per_month:
        raise AgreementFaultError(f"{place}, queries", "the budget of a day is larger than that of the month.")


def _check_languages(value: object, authentic: frozenset[str], place: str) -> None:
    """Require every text in every authentic language."""
    if isinstance(value, Mapping):
        missing = sorted(authentic - value.keys())
        if missing:
            raise AgreementFaultError(
                place, f"the text is missing in {missing[0]}, in which the agreement is authentic."
            )
    elif isinstance(value, Strict):
        own = getattr(value, "id", None)
        inner = (
            f"{_KIND.get(type(value).__name__, type(value).__name__.lower())} {own}" if isinstance(own, str) else place
        )
        for field in fields(value):
            _check_languages(getattr(value, field.name), authentic, f"{inner.split(', ')[0]}, {field.name}")
    elif isinstance(value, tuple):
        for one in value:
            _check_languages(one, authentic, place)


_KIND = {"PartyTerms": "party", "Named": "entry"}


def _check_expression(expression: str, place: str) -> None:
    try:
        compile_condition(expression)
    except MalformedError as error:
        raise AgreementFaultError(place, error.sentence, error.remedy) from None


def _check_path(path: str, place: str) -> None:
    if path.startswith("header.") and not _HEADER_PATH.match(path):
        raise AgreementFaultError(f"{place}, field", f"the header has no field {path} that a clause could require.")


def _check_defined(
    used: Iterable[str], known: set[str], place: str, field: str, fault: str = "is not defined in the agreement"
) -> None:
    for one in used:
        if one not in known:
            raise AgreementFaultError(f"{place}, {field}", f"{one} {fault}.")


def _check_once(values: Iterable[object], place: str, field: str) -> None:
    seen: set[object] = set()
    for one in values:
        if one in seen:
            raise AgreementFaultError(f"{place}, {field}", f"{_shown(one)} appears twice.")
        seen.add(one)


def _shown(value: object) -> str:
    return value if isinstance(value, str) else "an entry"


def _instant(text: str, field: str) -> int:
    try:
        return parse_instant(text)
    except MalformedError as error:
        raise AgreementFaultError(f"the agreement, {field}", error.sentence) from None
