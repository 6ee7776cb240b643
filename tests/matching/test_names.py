"""Shows which spellings of invented names meet, which stay apart, and that any text at all is read."""

from __future__ import annotations

import json
import time
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from comity.matching import (
    EXPLANATIONS,
    MalformedError,
    Person,
    Rule,
    Sex,
    Strength,
    name_keys,
    parse_births,
    person_keys,
)
from comity.matching.names.keys import MOST_KEYS
from comity.matching.names.parts import given_positions, name_parts
from comity.matching.names.rules import RULE_NUMBERS, Key
from comity.matching.names.scripts import Script, script_of, sounds
from comity.matching.names.skeleton import is_patronymic

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "matching"
NAMES = json.loads((VECTORS / "names.json").read_text(encoding="utf-8"))
anything = st.text(st.characters(min_codepoint=0, max_codepoint=0x10FFFF), max_size=300)


@pytest.mark.parametrize("pair", NAMES["meet"], ids=[p["reason"] for p in NAMES["meet"]])
def test_two_spellings_of_one_name_meet(pair: dict[str, list[str]]) -> None:
    left, right = pair["names"]
    assert name_keys(left) & name_keys(right)


@pytest.mark.parametrize("pair", NAMES["apart"], ids=[p["reason"] for p in NAMES["apart"]])
def test_names_of_two_persons_stay_apart(pair: dict[str, list[str]]) -> None:
    left, right = pair["names"]
    assert not name_keys(left) & name_keys(right)


def test_order_case_and_marks_make_no_difference_to_strong_rules() -> None:
    keys = [
        {k for k in name_keys(n) if k.rule is Rule.WHOLE_NAME}
        for n in ("Zdeněk Hruškovický", "HRUSKOVICKY ZDENEK", "Zdenek Hruškovický")
    ]
    assert keys[0]
    assert keys[0] & keys[1] & keys[2]


def test_a_common_name_alone_is_never_strong() -> None:
    shared = name_keys("Mohammed Ali") & name_keys("محمد علي")
    assert shared
    assert all(key.rule.strength is Strength.WEAK for key in shared)


def test_keys_hold_no_part_as_it_was_written() -> None:
    for key in name_keys("Friederike Gröbenhäußer"):
        assert "friederike" not in key.text.lower()
        assert "gr" not in key.text


@pytest.mark.parametrize(
    ("name", "given"),
    [("KOVYRYALOV Vladimir Sergeevich", {1}), ("Anna Maria GROSSMUELLER", {0}), ("Ilse Hagenbeck", {0, 1})],
)
def test_capitals_and_patronymics_show_the_given_name(name: str, given: set[int]) -> None:
    assert given_positions(name_parts(name)) == given


def test_a_family_name_that_ends_like_a_patronymic_is_kept() -> None:
    parts = name_parts("Sergey Nikolayevich Stankovievich")
    assert [p.patronymic for p in parts] == [False, True, False]
    assert is_patronymic(sounds("nikolaevna", Script.LATIN))


@pytest.mark.parametrize(
    ("text", "script"),
    [
        ("abc", Script.LATIN),
        ("абв", Script.CYRILLIC),
        ("αβγ", Script.GREEK),
        ("אבג", Script.HEBREW),
        ("ابت", Script.ARABIC),
        ("漢字", Script.OTHER),
        ("123", Script.OTHER),
    ],
)
def test_scripts_are_told_by_their_letters(text: str, script: Script) -> None:
    assert script_of(text) is script


def test_names_in_scripts_that_are_not_read_meet_letter_by_letter() -> None:
    assert name_keys("王 小明") & name_keys("王 小明")
    assert not name_keys("王 小明") & name_keys("王 大明")


@settings(max_examples=300, deadline=None)
@given(anything)
@example("\ud800\udfff")
@example("\u202eneila\u202c \u200f\u200e")
@example("Z̷̡̢̛͓͇͖" * 40)
@example("ﷺ" * 100)
@example("\0" * 20)
@example("İ" * 60)
def test_any_text_is_read_and_gives_the_same_bounded_keys_twice(text: str) -> None:
    keys = name_keys(text)
    assert len(keys) <= MOST_KEYS
    assert keys == name_keys(text)
    for key in keys:
        assert len(key.encode()) < 2000


@settings(max_examples=100, deadline=None)
@given(st.text("אבגדابتثجаяжЁщαβγμπντabcßäöüİıñ'-. \u0301\u0651\u05b0", max_size=80))
def test_letters_of_all_scripts_mixed_are_read(text: str) -> None:
    name_keys(text)


def test_a_long_name_costs_no_more_than_a_short_one() -> None:
    def cost(text: str) -> float:
        start = time.perf_counter()
        name_keys(text)
        return time.perf_counter() - start

    for unit in ("a\u0301\u0316" * 7, "Mohammed ", "عبد ", "x" * 9, "\u0301", "ﷺ", "-'"):
        short = min(cost(unit * 100) for _ in range(3))
        long = min(cost(unit * 100_000) for _ in range(3))
        assert long < 40 * short + 0.05, unit


def test_a_rule_has_a_number_an_explanation_and_a_tag_of_its_own() -> None:
    assert set(RULE_NUMBERS) == set(EXPLANATIONS) == set(Rule)
    assert len(set(RULE_NUMBERS.values())) == len(Rule)
    assert len({rule.value for rule in Rule}) == len(Rule)


def test_two_keys_never_share_their_bytes() -> None:
    one, two = Key(Rule.WHOLE_NAME, "a\0nw"), Key(Rule.WHOLE_NAME, "a")
    assert one.encode() != two.encode()
    assert one.encode().count(b"\0") == 3


def test_homonyms_are_told_apart_by_their_dates_of_birth() -> None:
    name = ("Hadi al-Mansourani",)
    one, two, same = (
        person_keys(Person(name, parse_births(text))) for text in ("1971-03-04", "1984-11-30", "1971-03-04|1972")
    )
    dated = {Rule.NAME_AND_BIRTH_DATE, Rule.NAME_AND_BIRTH_YEAR, Rule.FAMILY_AND_BIRTH_DATE}
    assert not {k.rule for k in one & two} & dated
    assert {k.rule for k in one & same} >= dated


def test_sex_and_nationality_make_keys_of_their_own() -> None:
    person = Person(("Hadi al-Mansourani",), parse_births("1971-03-04"), Sex.MALE, ("QA",))
    rules = {key.rule for key in person_keys(person)}
    assert {Rule.GIVEN_SEX_AND_BIRTH_DATE, Rule.NAME_AND_NATIONALITY} <= rules
    with pytest.raises(MalformedError):
        person_keys(Person(("Hadi",), nationalities=("qatari",)))


@pytest.mark.parametrize("text", ["1971-13-01", "1971-00", "71", "1971-1-1", "1990~1980", "1900~1990", "١٩٧١", "x"])
def test_a_date_of_birth_in_another_form_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        parse_births(text)


def test_a_range_of_years_gives_each_year() -> None:
    assert [b.year for b in parse_births("1961~1963|1970-02")] == [1961, 1962, 1963, 1970]


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=30))
def test_any_text_is_a_date_of_birth_or_is_refused(text: str) -> None:
    try:
        births = parse_births(text)
    except MalformedError:
        return
    assert all(0 <= b.year <= 9999 for b in births)
