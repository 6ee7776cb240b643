"""Give a finding's words in another language, as far as the agreement itself says them in it.

The sentence of a reason is a template (`findings.CATALOGUE`) that screens translate; what fills it and comes from the
agreement (labels, conditions, safeguards) is looked up here.
"""

from collections.abc import Mapping

from comity.protocol.agreement.findings import Finding, ReasonCode
from comity.protocol.agreement.terms import CompiledClause, Terms


def params_in(terms: Terms, finding: Finding, language: str) -> Mapping[str, str]:
    """Return the parameters of ``finding`` with the agreement's own words in ``language``.

    What the agreement does not say in that language stays as `Terms.words` falls back; identifiers stay as they are.
    """
    compiled = terms.clauses.get(finding.clause or "")
    own = {} if compiled is None else _own_words(terms, compiled, finding, language)
    return {**finding.params, **own}


def _own_words(terms: Terms, compiled: CompiledClause, finding: Finding, language: str) -> Mapping[str, str]:
    params = finding.params
    if finding.reason is ReasonCode.FIELD_MISSING:
        labels = {one.field: terms.words(one.label, language) for one in compiled.clause.required}
        label = labels[params["field"]]
        # Only English needs the article inside the parameter; other languages' templates use the label.
        return {"label": label, "a_label": params["a_label"] if language == "en" else label}
    for condition, _ in compiled.conditions:
        if condition.id == params.get("condition"):
            return {"said": terms.words(condition.sentence, language), "todo": terms.words(condition.remedy, language)}
    for one in compiled.safeguards:
        if one.safeguard.id in (params.get("safeguard"), params.get("condition")):
            remedy = one.safeguard.remedy or one.safeguard.text
            return {"said": terms.words(one.safeguard.text, language), "todo": terms.words(remedy, language)}
    return {}
