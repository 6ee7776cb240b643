"""Shows that permits() says the same on every node, says every reason, and says it in words with a remedy."""

import json
import re
from pathlib import Path
from string import Formatter
from typing import Any

import msgspec
import pytest

from comity.protocol.agreement.advice import choose_clause, explain
from comity.protocol.agreement.findings import CATALOGUE, ReasonCode
from comity.protocol.agreement.model import Direction, QueryBudget
from comity.protocol.agreement.permits import Permission, Refusal, Standing, Usage, permits
from comity.protocol.agreement.terms import compile_terms
from comity.protocol.names import parse_instant
from comity.protocol.records import Header
from tests.protocol.agreement import texts

FILE = json.loads((Path(__file__).parents[3] / "spec" / "vectors" / "agreement" / "permits.json").read_text())
CASES = FILE["cases"]
NOW = texts.NOW


def judge(case: dict[str, Any]) -> Permission | Refusal:
    terms = compile_terms(FILE["text"].encode())
    standing = case["standing"]
    ended = standing["ended_at"]
    return permits(
        terms,
        Standing(
            standing["in_force"],
            frozenset(standing["accepted"]),
            tuple(standing["suspended_by"]),
            None if ended is None else parse_instant(ended),
        ),
        msgspec.json.decode(json.dumps(case["header"]), type=Header),
        case["body"],
        now=parse_instant(case["now"]),
        usage=msgspec.convert(case["usage"], Usage) if "usage" in case else None,
    )


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_verdict_is_that_of_the_vector(case: dict[str, Any]) -> None:
    verdict = judge(case)
    assert isinstance(verdict, Permission) == case["permitted"]
    findings = verdict.findings if isinstance(verdict, Refusal) else ()
    assert [{"reason": one.reason.value, "clause": one.clause} for one in findings] == case["findings"]


@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_every_finding_is_a_sentence_with_a_remedy(case: dict[str, Any]) -> None:
    verdict = judge(case)
    for one in verdict.findings if isinstance(verdict, Refusal) else ():
        for text in (one.sentence, one.remedy):
            assert re.match(r"^[A-Z].*[.]$", text), text
            assert "{" not in text


def test_every_reason_has_a_vector_or_needs_a_counter() -> None:
    shown = {finding["reason"] for case in CASES for finding in case["findings"]}
    assert {one.value for one in ReasonCode} - shown == {ReasonCode.BUDGET_SPENT.value}


def test_every_reason_has_a_template_and_no_template_lacks_its_reason() -> None:
    assert set(CATALOGUE) == set(ReasonCode)
    for sentence, remedy in CATALOGUE.values():
        names = {name for text in (sentence, remedy) for _, name, _, _ in Formatter().parse(text) if name}
        assert all(name.isidentifier() for name in names)


def test_missing_case_number_is_said_as_an_officer_would_say_it() -> None:
    terms = texts.terms()
    verdict = permits(terms, Standing(terms.digest), texts.header(terms), texts.Question(), now=NOW)
    assert isinstance(verdict, Refusal)
    (one,) = verdict.findings
    assert (one.sentence, one.remedy) == ("Clause 4(2) needs a case number.", "Fill in the case number.")
    assert one.params["field"] == "body.case_number"


def test_permission_carries_what_follows_from_the_clause() -> None:
    terms = texts.terms()
    body = texts.Question(case_number="A-1")
    verdict = permits(terms, Standing(terms.digest), texts.header(terms), body, now=NOW)
    assert isinstance(verdict, Permission)
    assert verdict.clock is not None
    assert (verdict.clause.id, verdict.clock.duration, verdict.release) == ("4(2)", "PT8H", 1)
    assert verdict.erase_due(NOW) - NOW == 365 * 24 * 3600 * 1000
    assert verdict.body_checked


def test_a_record_is_judged_by_the_text_it_names_and_no_other() -> None:
    terms, other = texts.terms(), texts.terms(texts.clause(retention_days=9))
    verdict = permits(other, Standing(terms.digest), texts.header(terms), None, now=NOW)
    assert isinstance(verdict, Refusal)
    assert verdict.findings[0].reason is ReasonCode.AGREEMENT_UNKNOWN


def test_where_a_clause_asks_for_two_persons_no_single_officer_sends() -> None:
    terms = texts.terms(texts.clause(release=2))
    body = texts.Question(case_number="A-1")
    found = {}
    for second in (None, "officer1", "officer2"):
        header = texts.header(terms, released_by=second)
        verdict = permits(terms, Standing(terms.digest), header, body, now=NOW)
        found[second] = [one.reason.value for one in verdict.findings] if isinstance(verdict, Refusal) else []
    assert found == {None: ["release-missing"], "officer1": ["release-same-person"], "officer2": []}


def test_spent_budget_of_queries_refuses() -> None:
    terms = texts.terms(texts.clause(queries=QueryBudget(per_day=5, per_month=8)))
    body = texts.Question(case_number="A-1")
    for usage, reasons in (
        (Usage(queries_today=5, queries_this_month=8), []),
        (Usage(queries_today=6, queries_this_month=8), ["day"]),
        (Usage(queries_today=6, queries_this_month=9), ["day", "month"]),
    ):
        verdict = permits(terms, Standing(terms.digest), texts.header(terms), body, now=NOW, usage=usage)
        found = [one.params["period"] for one in verdict.findings] if isinstance(verdict, Refusal) else []
        assert found == reasons


def test_clause_is_chosen_by_type_purpose_and_direction() -> None:
    out = (Direction(sender="DE", receiver="QA"),)
    terms = texts.terms(texts.clause(), texts.clause(id="5(1)", purposes=("investigation",), directions=out))
    assert [one.id for one in choose_clause(terms, "cases.request/1", "investigation", "DE")] == ["4(2)", "5(1)"]
    assert [one.id for one in choose_clause(terms, "cases.request/1", "investigation", "QA")] == ["4(2)"]
    assert [one.id for one in choose_clause(terms, "cases.request/1", None, "DE", "QA")] == ["4(2)", "5(1)"]
    assert choose_clause(terms, "cases.request/1", "training", "DE") == ()


def test_explanation_names_the_nearest_clause() -> None:
    out = (Direction(sender="DE", receiver="QA"),)
    terms = texts.terms(texts.clause(id="5(1)", purposes=("investigation",), directions=out))
    said = {
        ("cases.request/1", "prevention", "DE"): "clause 5(1) permits it for the purpose investigation",
        ("cases.request/1", "investigation", "QA"): "clause 5(1) permits it only from DE",
        ("cyber.advisory/1", "investigation", "DE"): "no clause names records of this type",
        ("cases.request/1", "investigation", "FR"): "FR is not a party",
    }
    for question, answer in said.items():
        explanation = explain(terms, *question)
        assert explanation.permitted_by == ()
        assert answer in explanation.sentence
    assert explain(terms, "cases.request/1", "investigation", "DE").permitted_by


def test_refused_clause_advises_the_one_that_fits() -> None:
    terms = texts.terms(texts.clause(), texts.clause(id="5(1)", types=("cases.notice/1",), required=(), clocks=()))
    header = texts.header(terms, type="cases.notice/1", urgency=None)
    verdict = permits(terms, Standing(terms.digest), header, None, now=NOW)
    assert isinstance(verdict, Refusal)
    assert verdict.findings[0].remedy == "Send it under clause 5(1)."


def test_finding_speaks_the_agreements_words_in_another_language() -> None:
    from comity.node.example import sample
    from comity.protocol.agreement.reader import write_agreement
    from comity.protocol.agreement.translation import params_in

    terms = compile_terms(write_agreement(sample()))
    header = texts.header(terms, channel=terms.agreement.channel, authority="QA/MOI")
    verdict = permits(terms, Standing(terms.digest), header, {"question": "?", "grounds": ["political"]}, now=NOW)
    assert isinstance(verdict, Refusal)
    words = {one.reason.value: params_in(terms, one, "de") for one in verdict.findings}
    assert words["field-missing"]["label"] == "Aktenzeichen"
    assert words["condition-not-met"]["said"].startswith("Die Frage ist zu kurz")
    assert words["prohibited"]["todo"].startswith("Nicht senden.")


def test_text_that_is_not_in_force_yet_is_refused_for_its_date_alone() -> None:
    old, new = texts.terms(), texts.terms(effective="2027-01-01T00:00:00.000Z")
    body = texts.Question(case_number="A-1")
    verdict = permits(new, Standing(old.digest), texts.header(new), body, now=NOW)
    assert isinstance(verdict, Refusal)
    assert [one.reason for one in verdict.findings] == [ReasonCode.NOT_YET_EFFECTIVE]
