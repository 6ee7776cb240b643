"""Shows that an agreement is read out completely in three languages, and says so when a text is missing."""

from string import Formatter

import pytest

from comity.protocol.agreement.matrix import COLUMNS, matrix
from comity.protocol.agreement.model import Clock, Direction, Limits, OnExpiry, Onward, QueryBudget
from comity.protocol.agreement.phrases import LANGUAGES, PHRASES, TYPES, counted
from comity.protocol.agreement.plain import document_text, matrix_text
from comity.protocol.agreement.reading import read_out
from tests.protocol.agreement import texts


def _names(phrase: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(phrase) if name}


@pytest.mark.parametrize("language", ["de", "ar"])
def test_every_language_has_the_same_phrases_with_the_same_words(language: str) -> None:
    assert PHRASES[language].keys() == PHRASES["en"].keys()
    for key, phrase in PHRASES[language].items():
        assert _names(phrase) == _names(PHRASES["en"][key]), key
    assert LANGUAGES[language].keys() == LANGUAGES["en"].keys()
    assert all(len(names) == len(PHRASES) for names in TYPES.values())


def test_facts_say_what_permits_executes() -> None:
    clock = Clock(urgency="u", title=texts.line("soon"), duration="PT8H", on_expiry=OnExpiry.LAPSE)
    clause = texts.clause(
        release=2,
        onward=Onward.NEVER,
        clocks=(clock,),
        retention_days=730,
        directions=(Direction(sender="DE", receiver="QA"),),
        queries=QueryBudget(per_day=3, per_month=9),
        limits=Limits(records_per_day=7, attachment_bytes=2**20),
    )
    facts = " ".join(read_out(texts.terms(clause), "en").areas[0].clauses[0].facts)
    for said in (
        "State DE may send requests for information and replies to State QA. Purposes: Prevention and Investigation.",
        "Handling: H1, unless another is chosen (H0).",
        "Must be filled in: case number (requests for information).",
        "A second person must release it.",
        "Answered within 8 hours if “soon” (all days count); after that it lapses.",
        "Kept for 2 years from receipt, then erased.",
        "It may not be passed on.",
        "At most 3 queries a day and 9 a month from each party.",
        "At most 7 records a day from each party.",
        "Attachments of at most 1 MiB each.",
    ):
        assert said in facts


def test_missing_language_falls_back_to_an_authentic_one_and_says_so() -> None:
    document = read_out(texts.terms(), "de")
    assert document.title == "Agreement"
    assert document.notes == (
        "Auf Deutsch liegt kein Text vor; gezeigt wird Englisch, worin das Abkommen verbindlich ist.",
    )
    assert "Aufbewahrt für 1 Jahr ab Eingang, dann gelöscht." in document.areas[0].clauses[0].facts
    assert read_out(texts.terms(), "en").notes == ()
    assert read_out(texts.terms(), "xx").language == "en"


def test_arabic_is_read_from_right_to_left_with_latin_words_isolated() -> None:
    document = read_out(texts.terms(), "ar")
    assert document.direction == "rtl"
    assert "\u20684(2)\u2069" in document.areas[0].clauses[0].heading


@pytest.mark.parametrize(
    ("number", "said"),
    [(1, "يوم واحد"), (2, "يومان"), (3, "3 أيام"), (10, "10 أيام"), (90, "90 يوماً"), (103, "103 أيام")],
)
def test_arabic_counts_in_its_own_grammar(number: int, said: str) -> None:
    assert counted(number, "day", "ar") == said


def test_matrix_has_a_row_for_every_type_of_every_clause() -> None:
    terms = texts.terms(texts.clause(), texts.clause(id="5(1)", types=("future.thing/7",), required=(), clocks=()))
    table = matrix(terms, "en")
    assert len(table.headings) == len(COLUMNS)
    assert [(row.clause, row.records, row.answered) for row in table.rows] == [
        ("4(2)", "requests for information", "urgent: 8 hours"),
        ("4(2)", "replies", "–"),
        ("5(1)", "future.thing/7", "–"),
    ]


@pytest.mark.parametrize("language", ["en", "de", "ar"])
@pytest.mark.parametrize("width", [10, 60, 100, 180])
def test_plain_text_keeps_to_the_width_of_the_terminal(language: str, width: int) -> None:
    terms = texts.terms()
    for text in (document_text(read_out(terms, language), width), matrix_text(matrix(terms, language), width)):
        assert text.endswith("\n")
        long = [line for line in text.splitlines() if len(line) > max(width, 40) and "sha256:" not in line]
        assert all("\u2068" in line for line in long)
