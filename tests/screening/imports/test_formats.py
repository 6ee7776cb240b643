"""Each format of list gives the same invented person, and nothing of a file disappears without being counted."""

from __future__ import annotations

import io
from datetime import date

import pytest

from comity.matching import BirthDate, DocumentKind, Sex, check_digit, document_key, person_keys
from comity.screening.imports import Document, Entry, LeftOut, ListFormat, Loss, Skipped, sniff
from tests.screening.imports.samples import (
    ALL,
    CSV,
    EU,
    FTM,
    OFAC,
    OFAC_ADVANCED,
    UN,
    read_all,
    reading,
    td3,
)

LATIN, ARABIC, WEAK = "Jalil al-Tamtami", "جليل الطمطمي", "Abu Tam"
DAY = BirthDate(1970, 5, 1)
PASSPORT = Document(DocumentKind.PASSPORT, "X1234", "QAT")
YEARS = (DAY, BirthDate(1972), BirthDate(1974), BirthDate(1975), BirthDate(1976))


def _one(text: str, format_: ListFormat) -> Entry:
    entries, errors = read_all(text, format_)
    assert errors == []
    assert len(entries) == 1
    return entries[0]


@pytest.mark.parametrize("format_", list(ListFormat))
def test_the_format_of_a_list_is_told_from_its_first_bytes(format_: ListFormat) -> None:
    for text in (ALL[format_], "\ufeff" + ALL[format_]):
        stream = io.BytesIO(text.encode())
        assert sniff(stream) is format_
        assert stream.tell() == 0


@pytest.mark.parametrize("format_", list(ListFormat))
def test_every_record_is_an_entry_or_skipped_with_a_reason(format_: ListFormat) -> None:
    found = reading(ALL[format_], format_)
    entries = [item for item in found if isinstance(item, Entry)]
    assert entries
    assert found.summary.entries == len(entries)
    assert found.summary.records == len(entries) + sum(count for _, count in found.summary.skipped)
    assert found.summary.errors == ()
    assert found.summary.complete


@pytest.mark.parametrize("format_", [ListFormat.FTM, ListFormat.UN, ListFormat.EU])
def test_names_keep_their_script_and_their_quality(format_: ListFormat) -> None:
    entry = _one(ALL[format_], format_)
    assert ARABIC in entry.person.names
    assert entry.weak_names == (WEAK,)
    assert entry.person.names[-1] == WEAK
    assert entry.person.names[0].casefold() == LATIN.casefold()


@pytest.mark.parametrize("format_", list(ListFormat))
def test_every_entry_gives_keys_of_names_and_of_documents(format_: ListFormat) -> None:
    for entry in read_all(ALL[format_], format_)[0]:
        documents = {document_key(each.kind, each.state, each.number) for each in entry.documents if each.state}
        assert person_keys(entry.person) or documents


def test_a_row_of_csv_gives_every_field() -> None:
    full, bare = read_all(CSV, ListFormat.CSV)[0]
    assert full.reference == "A-1"
    assert full.person.names == ("Jalil al-TAMTAMI", ARABIC, "Jaleel TAMTAMI", WEAK)
    assert full.person.births == (DAY, BirthDate(1971))
    assert full.person.sex is Sex.MALE
    assert full.person.nationalities == ("QAT", "DEU")
    plate = Document(DocumentKind.PLATE, "DO-77", "QAT")
    assert full.documents == (Document(DocumentKind.PASSPORT, "X 12 34", "QAT"), plate)
    assert (full.review_on, full.expires_on) == (date(2027, 1, 31), date(2029, 1, 31))
    assert bare.person.names == ()
    assert bare.documents == (Document(DocumentKind.PASSPORT, "Y9900", "DEU"),)


def test_a_passenger_list_has_family_and_given_names_apart() -> None:
    text = "Family name\tGiven names\tNationality\nTAMTAMI\tJalil\tqa\n"
    entry = _one(text, ListFormat.CSV)
    assert entry.reference == "line 2"
    assert entry.person.names == ("Jalil TAMTAMI",)
    assert entry.person.nationalities == ("QAT",)


def test_linked_documents_reach_their_person_before_and_after_it_and_without_a_double() -> None:
    found = reading(FTM, ListFormat.FTM)
    (entry,) = [item for item in found if isinstance(item, Entry)]
    card = Document(DocumentKind.IDENTITY_CARD, "55-66", "DEU")
    assert entry.documents == (PASSPORT, card, Document(DocumentKind.PASSPORT, "Z777", ""))
    assert found.summary.skipped == ((Skipped.ORGANISATION, 1), (Skipped.OTHER, 1), (Skipped.VESSEL, 1))
    assert found.summary.left_out == ((LeftOut.DOCUMENT_WITHOUT_PERSON, 1),)


def test_documents_nested_in_a_person_are_read() -> None:
    text = (
        '{"id": "p", "schema": "Person", "properties": {"name": ["Jalil Tamtami"], "identifiers": '
        '[{"id": "d", "schema": "Passport", "properties": {"number": ["X1234"], "country": ["qa"]}}, '
        '{"schema": "Passport"}]}}'
    )
    assert _one(text, ListFormat.FTM).documents == (PASSPORT,)


def test_the_list_of_the_un_gives_dates_states_and_documents() -> None:
    entry = _one(UN, ListFormat.UN)
    assert entry.reference == "XXi.001"
    assert entry.person.births == YEARS
    assert entry.person.nationalities == ("QAT", "COD")
    assert "Jalil Tamtam" in entry.person.names
    assert entry.documents == (PASSPORT, Document(DocumentKind.IDENTITY_CARD, "55-66", "QAT"))


def test_the_list_of_the_eu_gives_dates_states_and_documents() -> None:
    entry = _one(EU, ListFormat.EU)
    assert entry.reference == "EU.9001.1"
    assert (entry.person.births, entry.person.nationalities, entry.person.sex) == (YEARS, ("QAT",), Sex.MALE)
    assert entry.documents == (PASSPORT, Document(DocumentKind.IDENTITY_CARD, "55-66", ""))


def test_a_date_in_another_calendar_costs_the_date_alone() -> None:
    text = EU.replace('circa="true" calendarType="GREGORIAN"', 'circa="true" calendarType="ISLAMIC"')
    entries, errors = read_all(text, ListFormat.EU)
    assert entries[0].person.births == (DAY,)
    assert {error.loses for error in errors} == {Loss.FIELD}
    assert "Gregorian" in errors[0].problem or "gregorian" in errors[0].problem


@pytest.mark.parametrize(("text", "format_"), [(OFAC, ListFormat.OFAC), (OFAC_ADVANCED, ListFormat.OFAC_ADVANCED)])
def test_both_forms_of_the_ofac_list_give_the_same(text: str, format_: ListFormat) -> None:
    entry = _one(text, format_)
    assert entry.reference == "990001"
    assert entry.person.names[0] == "Jalil AL-TAMTAMI"
    assert entry.weak_names == ("ABU TAM",)
    assert (entry.person.births, entry.person.nationalities, entry.person.sex) == (YEARS, ("QAT", "DEU"), Sex.MALE)
    assert entry.documents == (PASSPORT,)
    summary = reading(text, format_)
    assert list(summary)
    assert summary.summary.skipped == ((Skipped.ORGANISATION, 1), (Skipped.VESSEL, 1))
    assert summary.summary.left_out == ((LeftOut.DOCUMENT_KIND, 1),)


@pytest.mark.parametrize(
    ("written", "births"),
    [
        ("15 Jul 1970", (BirthDate(1970, 7, 15),)),
        ("July 1970", (BirthDate(1970, 7),)),
        ("circa 1970", (BirthDate(1970),)),
        ("01 Jan 1970 to 31 Dec 1971", (BirthDate(1970), BirthDate(1971))),
        ("1970 to circa 1971", (BirthDate(1970), BirthDate(1971))),
    ],
)
def test_a_date_in_words_is_read(written: str, births: tuple[BirthDate, ...]) -> None:
    text = OFAC.replace("01 May 1970", written).replace("circa 1972", written).replace("1974 to 1976", written)
    assert _one(text, ListFormat.OFAC).person.births == births


def test_a_place_that_the_file_does_not_hold_is_a_fault_of_the_nationality() -> None:
    entries, errors = read_all(OFAC_ADVANCED.replace('LocationID="500"', 'LocationID="9"'), ListFormat.OFAC_ADVANCED)
    assert entries[0].person.nationalities == ("DEU",)
    assert [(error.place, error.loses) for error in errors] == [("Nationality Country", Loss.FIELD)]


@pytest.mark.parametrize(
    ("format_", "mark", "place"),
    [
        (ListFormat.EU, '<subjectType code="person" classificationCode="P"/>', "subjectType"),
        (ListFormat.OFAC, "<sdnType>Individual</sdnType>", "sdnType"),
        (ListFormat.OFAC_ADVANCED, 'PartySubTypeID="4"', "PartySubTypeID"),
    ],
)
def test_a_record_that_does_not_say_its_kind_is_a_lost_entry_and_not_skipped(
    format_: ListFormat, mark: str, place: str
) -> None:
    entries, errors = read_all(ALL[format_].replace(mark, ""), format_)
    assert entries == []
    assert [(error.row, error.place, error.loses) for error in errors] == [(1, place, Loss.ENTRY)]


def test_zones_give_a_name_a_document_and_a_birth_in_the_right_century() -> None:
    zones = td3("C01XZZZ00", "TAMTAMI", "JALILA SELMA") + td3("C01XZZZ01", "TAM", "ALI", birth="210203", ends="320415")
    first, second = read_all(zones, ListFormat.MRZ)[0]
    assert first.person.names == ("JALILA SELMA TAMTAMI",)
    assert first.person.births == (DAY,)
    assert first.documents == (Document(DocumentKind.PASSPORT, "C01XZZZ00", "DEU"),)
    assert second.person.births == (BirthDate(2021, 2, 3),)


def test_wrong_check_digits_are_named_by_group_and_cost_that_zone_alone() -> None:
    good, other = td3("C01XZZZ00", "TAMTAMI", "JALIL"), td3("C01XZZZ01", "TAMTAMI", "JALILA")
    entries, errors = read_all(good.replace("C01XZZZ00", "C01XZZZ09") + other, ListFormat.MRZ)
    assert [entry.documents[0].number for entry in entries] == ["C01XZZZ01"]
    assert errors[0].problem == "Check digits do not hold: number, composite."
    assert errors[0].row == 1


def test_a_lost_line_of_a_zone_costs_one_document() -> None:
    good = td3("C01XZZZ00", "TAMTAMI", "JALIL")
    one, two = good.splitlines()
    entries, errors = read_all("\n".join([one, "", good, "P<D<<TOO<<SHORT", two, one, one, two]), ListFormat.MRZ)
    assert [entry.reference for entry in entries] == ["line 3", "line 9"]
    assert [error.row for error in errors] == [1, 6, 7, 8]


def test_a_zone_of_three_lines_is_read() -> None:
    one = "I<D<<L01X00T471" + "<" * 15
    two = f"700501{check_digit('700501')}F320415{check_digit('320415')}D<<" + "<" * 11
    two += check_digit(one[5:30] + two[0:7] + two[8:15] + two[18:29])
    zone = "\n".join([one, two, "TAMTAMI<<JALILA".ljust(30, "<")])
    entries, errors = read_all(f"{zone}\n{zone}\n", ListFormat.MRZ)
    assert errors == []
    assert [entry.documents[0].kind for entry in entries] == [DocumentKind.IDENTITY_CARD] * 2
