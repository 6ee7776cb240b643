"""Compile an agreement for use: indexes and conditions, made once per text."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType

from comity.protocol.agreement.conditions import CompiledCondition, compile_condition
from comity.protocol.agreement.model import (
    Agreement,
    Clause,
    Clock,
    Condition,
    Named,
    Node,
    PartyTerms,
    Required,
    Safeguard,
    agreement_digest,
)
from comity.protocol.agreement.reader import read_agreement
from comity.protocol.names import UnixMs, parse_instant


@dataclass(frozen=True, slots=True)
class CompiledSafeguard:
    """Hold a safeguard and the compiled form of its ``when``."""

    safeguard: Safeguard
    when: CompiledCondition | None


@dataclass(frozen=True, slots=True)
class CompiledClause:
    """Hold a clause with everything that is asked of a record compiled."""

    clause: Clause
    conditions: tuple[tuple[Condition, CompiledCondition], ...]
    safeguards: tuple[CompiledSafeguard, ...]

    def permits_direction(self, sender: str, receiver: str) -> bool:
        """Say whether a node of ``sender`` may send to one of ``receiver``; nodes of one party may when any may."""
        if not self.clause.directions:
            return True
        if sender == receiver:
            return any(one.sender == sender for one in self.clause.directions)
        return any((one.sender, one.receiver) == (sender, receiver) for one in self.clause.directions)

    def clocks_for(self, type_: str) -> tuple[Clock, ...]:
        """Return the clocks that a record of this type may start."""
        return tuple(one for one in self.clause.clocks if applies(one.types, type_))

    def clock(self, type_: str, urgency: str | None) -> Clock | None:
        """Return the clock that a record of this type and urgency starts."""
        return next((one for one in self.clocks_for(type_) if one.urgency == urgency), None)

    def required_for(self, type_: str) -> tuple[Required, ...]:
        """Return the fields that a record of this type must fill."""
        return tuple(one for one in self.clause.required if applies(one.types, type_))


@dataclass(frozen=True, slots=True)
class Terms:
    """Hold one agreement's text compiled.  Made by `compile_terms`."""

    agreement: Agreement
    digest: str
    effective: UnixMs
    expires: UnixMs | None
    clauses: Mapping[str, CompiledClause]
    nodes: Mapping[str, Node]
    parties: Mapping[str, PartyTerms]

    def words(self, line: Mapping[str, str], language: str = "en") -> str:
        """Return a text of the agreement in ``language``, else in English, else in its first authentic language."""
        for one in (language, "en"):
            if one in line:
                return line[one]
        return line[self.agreement.authentic[0]]

    def title_of(self, group: tuple[Named, ...], slug: str, language: str = "en") -> str:
        """Return what people call one of the agreement's own words; the word itself if it is not defined."""
        return next((self.words(one.title, language) for one in group if one.id == slug), slug)


def applies(types: tuple[str, ...], type_: str) -> bool:
    """Say whether a rule narrowed to ``types`` (empty: not narrowed) holds for records of ``type_``."""
    return not types or type_ in types


@lru_cache(maxsize=64)
def compile_terms(text: bytes) -> Terms:
    """Return the text of an agreement compiled; the last few are kept.  Raises what `read_agreement` raises."""
    agreement = read_agreement(text)
    safeguards = {one.id: one for one in agreement.safeguards}
    clauses = {clause.id: _compile_clause(clause, safeguards) for clause in agreement.clauses}
    nodes = {node.id: node for party in agreement.parties for node in party.nodes}
    return Terms(
        agreement=agreement,
        digest=agreement_digest(text),
        effective=parse_instant(agreement.effective),
        expires=None if agreement.expires is None else parse_instant(agreement.expires),
        clauses=MappingProxyType(clauses),
        nodes=MappingProxyType(nodes),
        parties=MappingProxyType({party.id: party for party in agreement.parties}),
    )


def _compile_clause(clause: Clause, safeguards: Mapping[str, Safeguard]) -> CompiledClause:
    conditions = tuple((one, compile_condition(one.expression)) for one in clause.conditions)
    named = (safeguards[slug] for slug in clause.safeguards)
    return CompiledClause(
        clause,
        conditions,
        tuple(CompiledSafeguard(one, None if one.when is None else compile_condition(one.when)) for one in named),
    )
