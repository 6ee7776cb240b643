"""Ask of a record what a clause asks: required fields, conditions, and safeguards that a machine can see."""

from collections.abc import Iterator, Mapping

from comity.protocol.agreement.conditions import Facts, Truth
from comity.protocol.agreement.findings import Finding, ReasonCode, finding, with_article
from comity.protocol.agreement.model import SafeguardKind
from comity.protocol.agreement.terms import CompiledClause, CompiledSafeguard, Terms, applies
from comity.protocol.records import Header


def content_findings(terms: Terms, compiled: CompiledClause, header: Header, facts: Facts) -> Iterator[Finding]:
    """Yield what a record lacks or breaks; what needs the body is skipped when ``facts`` has none."""
    clause = compiled.clause
    for required in compiled.required_for(header.type):
        if is_empty(facts, required.field):
            label = terms.words(required.label)
            yield finding(
                ReasonCode.FIELD_MISSING, clause.id, field=required.field, label=label, a_label=with_article(label)
            )
    for condition, compiled_condition in compiled.conditions:
        if not applies(condition.types, header.type):
            continue
        answer = compiled_condition.ask(facts)
        if answer.truth is not Truth.NO:
            continue
        said, todo = terms.words(condition.sentence), terms.words(condition.remedy)
        if answer.fault:
            yield finding(
                ReasonCode.CONDITION_FAILED, clause.id, condition=condition.id, fault=answer.fault, said=said, todo=todo
            )
        else:
            yield finding(ReasonCode.CONDITION_NOT_MET, clause.id, condition=condition.id, said=said, todo=todo)
    for safeguard in compiled.safeguards:
        yield from _safeguard(terms, compiled, safeguard, header, facts)


def is_empty(facts: Facts, path: str) -> bool:
    """Say whether a field is known to be absent or empty; of a body that cannot be opened nothing is known."""
    root, *steps = path.split(".")
    value: object = facts.header if root == "header" else facts.body
    if value is None:
        return False
    for step in steps:
        if not isinstance(value, Mapping) or step not in value:
            return True
        value = value[step]
    if isinstance(value, str):
        return not value.strip()
    return value is None or value is False or (isinstance(value, list | Mapping) and not value)


def _safeguard(
    terms: Terms, compiled: CompiledClause, one: CompiledSafeguard, header: Header, facts: Facts
) -> Iterator[Finding]:
    safeguard = one.safeguard
    if not applies(safeguard.types, header.type) or (one.when is None and safeguard.field is None):
        return
    todo = terms.words(safeguard.remedy or {})
    if one.when is not None:
        answer = one.when.ask(facts)
        if answer.fault:
            yield finding(
                ReasonCode.CONDITION_FAILED, compiled.clause.id, condition=safeguard.id, fault=answer.fault, todo=todo
            )
        if answer.truth is not Truth.YES:
            return
    if safeguard.kind is SafeguardKind.PROHIBITION:
        reason = ReasonCode.PROHIBITED
    elif safeguard.field is not None and is_empty(facts, safeguard.field):
        reason = ReasonCode.DUTY_OPEN
    else:
        return
    said = terms.words(safeguard.text)
    yield finding(reason, compiled.clause.id, safeguard=safeguard.id, said=said, todo=todo)
