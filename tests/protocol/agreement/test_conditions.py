"""Shows that conditions stay in their subset, end soon, and refuse when they cannot be answered."""

import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.protocol.agreement.conditions import Facts, Truth, compile_condition
from comity.protocol.errors import MalformedError
from tests.protocol.agreement import texts

TERMS = texts.terms()


def facts(**body: object) -> Facts:
    return Facts.of(texts.header(TERMS), body)


@pytest.mark.parametrize(
    "expression",
    [
        'body.text.startsWith("What") && body.text.endsWith("?")',
        'body.text.contains("is") || false',
        'body.text.matches("^[A-Z][a-z]+ ")',
        'body.list.exists_one(x, x == "a")',
        'has(body.list) && body.list.exists(x, x in ["a", "z"])',
        "!has(body.nothing) && !(has(body.none))",
        'body.list[1] == "b"',
        'author == "QA" && to == ["DE"]',
        'header.urgency == "urgent" ? size(body.text) > 3 : true',
        'size(header.attachments) == 0 && header.reality == "actual"',
        "size(to) <= 1 && size(body.list) != 0",
    ],
)
def test_subset_says_what_clauses_need(expression: str) -> None:
    answer = compile_condition(expression).ask(facts(text="What is known?", list=["a", "b"], none=None))
    assert (answer.truth, answer.fault) == (Truth.YES, "")


@pytest.mark.parametrize(
    ("expression", "fault"),
    [
        ('body.missing == "x"', "a field that the record does not have"),
        ("body.text ? true : false", "another kind"),
        ("body.text < 3", "another kind"),
        ('body.list[9] == "x"', "no answer"),
        ('body.many.all(x, x == "a")', "too long a list"),
    ],
)
def test_condition_that_cannot_be_answered_refuses(expression: str, fault: str) -> None:
    answer = compile_condition(expression).ask(facts(text="secret", list=["secret"], many=["a"] * 20_000))
    assert answer.truth is Truth.NO
    assert fault in answer.fault
    assert "secret" not in answer.fault


def test_condition_on_the_body_is_skipped_where_the_body_cannot_be_opened() -> None:
    closed = Facts.of(texts.header(TERMS), None)
    assert compile_condition('body.text == ""').ask(closed).truth is Truth.SKIPPED
    assert compile_condition('header.urgency == "urgent"').ask(closed).truth is Truth.YES


def test_no_condition_takes_longer_than_a_constant_times_the_records_size() -> None:
    big = facts(text="a" * 900_000, list=["a" * 90] * 9_900)
    slowest = 0.0
    for expression in (
        'body.list.all(x, x.matches("^(a+)+$") && x.contains("b") == false)',
        'body.text.matches("(a*)*b") || body.text.contains("b") || body.text.endsWith("b")',
        " || ".join(['body.text.contains("b")'] * 20),
    ):
        condition = compile_condition(expression)
        start = time.perf_counter()
        condition.ask(big)
        slowest = max(slowest, time.perf_counter() - start)
    assert slowest < 5


def test_defaults_are_present_and_empty_fields_are_absent_for_conditions() -> None:
    opened = Facts.of(texts.header(TERMS), texts.Question(question="What?"))
    for expression in ("size(body.grounds) == 0", "!has(body.case_number)", 'header.reality == "actual"'):
        assert compile_condition(expression).ask(opened).truth is Truth.YES


@settings(deadline=None)
@given(st.text(max_size=60) | st.text(alphabet='body.x()[]"&|!=<>al in?:,', max_size=60))
def test_any_text_compiles_or_is_malformed(text: str) -> None:
    try:
        compile_condition(text)
    except MalformedError:
        return


def test_one_compiled_condition_answers_many_threads_alike() -> None:
    condition = compile_condition('body.list.exists(x, x == "b")')
    yes, no = facts(list=["a"] * 50 + ["b"]), facts(list=["a"] * 50)

    def ask(number: int) -> bool:
        truth = condition.ask(yes if number % 2 else no).truth
        return truth is (Truth.YES if number % 2 else Truth.NO)

    with ThreadPoolExecutor(8) as pool:
        assert all(pool.map(ask, range(2000)))
