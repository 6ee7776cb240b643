"""Shows how documents and their machine-readable zones are read."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.matching import (
    DocumentKind,
    MalformedError,
    Rule,
    Strength,
    check_digit,
    document_key,
    key_of_mrz,
    read_mrz,
)

VECTORS = Path(__file__).parents[2] / "spec" / "vectors" / "matching"
ZONES = json.loads((VECTORS / "mrz.json").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", ZONES["good"], ids=[f"{c['format']}-{len(c['failing'])}" for c in ZONES["good"]])
def test_a_zone_is_read_and_its_check_digits_and_state_are_reported_apart(case: dict[str, Any]) -> None:
    zone = read_mrz("\n".join(case["lines"]))
    assert zone.format.name == case["format"]
    assert (zone.number, zone.surname, zone.given_names) == (case["number"], case["surname"], case["given_names"])
    assert [c.name for c in zone.checks if not c.holds] == case["failing"]
    assert zone.checks_hold is not bool(case["failing"])
    assert zone.issuer_known is case["issuer_known"]


@pytest.mark.parametrize("case", ZONES["bad"], ids=[c["reason"] for c in ZONES["bad"]])
def test_a_zone_of_another_form_is_refused(case: dict[str, Any]) -> None:
    with pytest.raises(MalformedError):
        read_mrz("\n".join(case["lines"]))


def test_a_long_document_number_runs_on_into_the_optional_data() -> None:
    number = "D23145890734"
    second = f"{number[9:]}{check_digit(number)}".ljust(15, "<")
    one = f"I<UTO{number[:9]}<{second}"
    two = "7408122F1204159UTO" + "<" * 11
    digit = check_digit(one[5:30] + two[0:7] + two[8:15] + two[18:29])
    zone = read_mrz("\n".join([one, two + digit, "ERIKSSON<<ANNA<MARIA".ljust(30, "<")]))
    assert zone.number == number
    assert zone.checks_hold


def test_a_date_that_is_not_known_stays_open() -> None:
    line = "D231458907UTO74<<<<" + check_digit("74<<<<") + "F1204159<<<<<<<"
    line += check_digit(line[0:10] + line[13:20] + line[21:35])
    zone = read_mrz("I<UTOERIKSSON<<ANNA".ljust(36, "<") + "\n" + line)
    assert (zone.birth.year, zone.birth.month, zone.birth.day) == (74, None, None)
    assert zone.checks_hold


def test_a_misread_number_makes_no_key() -> None:
    good, bad = ZONES["good"][0], ZONES["good"][5]
    assert key_of_mrz(read_mrz("\n".join(good["lines"]))) == document_key(DocumentKind.PASSPORT, "UTO", "L898902C3")
    with pytest.raises(MalformedError, match="check digit"):
        key_of_mrz(read_mrz("\n".join(bad["lines"])))


def test_document_numbers_meet_exactly_but_for_spacing_case_and_digits_of_other_scripts() -> None:
    key = document_key(DocumentKind.PASSPORT, "QAT", "C 012-345")
    assert key == document_key(DocumentKind.PASSPORT, "qat", "c٠١٢٣٤٥")
    assert key != document_key(DocumentKind.PASSPORT, "QAT", "C0I2345")
    assert key != document_key(DocumentKind.VISA, "QAT", "C012345")
    assert key.rule is Rule.DOCUMENT
    assert key.rule.strength is Strength.STRONG
    assert document_key(DocumentKind.PLATE, "D", "B-XY 123").rule is Rule.PLATE


@pytest.mark.parametrize(("state", "number"), [("", "1"), ("D", ""), ("D", " - "), ("D", "1" * 65), ("GERM", "1")])
def test_a_document_without_number_or_state_is_refused(state: str, number: str) -> None:
    with pytest.raises(MalformedError):
        document_key(DocumentKind.PASSPORT, state, number)


def test_personal_data_does_not_show_in_a_zones_representation() -> None:
    assert "ERIKSSON" not in repr(read_mrz("\n".join(ZONES["good"][0]["lines"])))


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=500))
def test_any_text_is_a_zone_or_is_refused(text: str) -> None:
    with pytest.raises(MalformedError):
        read_mrz(text)


@settings(max_examples=200, deadline=None)
@given(st.text("ABCXYZ0189<VPI", min_size=88, max_size=88))
def test_any_two_lines_of_the_right_size_are_read_or_refused(text: str) -> None:
    try:
        zone = read_mrz(text[:44] + "\n" + text[44:])
    except MalformedError:
        return
    assert zone.format.name in ("TD3", "MRV_A")


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=70))
def test_any_number_makes_a_key_or_is_refused(number: str) -> None:
    try:
        key = document_key(DocumentKind.IDENTITY_CARD, "DEU", number)
    except MalformedError:
        return
    assert key.encode()
