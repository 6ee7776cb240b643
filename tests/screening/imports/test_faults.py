"""What cannot be read is told by place and remedy, never by content, and costs as little as it can."""

from __future__ import annotations

import gzip
import io
import re

import pytest

from comity.screening.imports import Entry, ImportFault, LeftOut, ListFormat, Loss, RowError, bounds, read_list, sniff
from tests.screening.imports.samples import ALL, CSV, EU, FTM, UN, read_all, reading

SECRET = "Qwxzy"
"""A word that no fault may repeat."""

LAUGHS = """<?xml version="1.0"?>
<!DOCTYPE CONSOLIDATED_LIST [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;"><!ENTITY c "&b;&b;&b;&b;&b;">]>
<CONSOLIDATED_LIST><INDIVIDUAL><FIRST_NAME>&c;</FIRST_NAME></INDIVIDUAL></CONSOLIDATED_LIST>"""
FETCH = """<?xml version="1.0"?>
<!DOCTYPE CONSOLIDATED_LIST [<!ENTITY a SYSTEM "file:///etc/hostname">]>
<CONSOLIDATED_LIST><INDIVIDUAL><FIRST_NAME>&a;</FIRST_NAME></INDIVIDUAL></CONSOLIDATED_LIST>"""


@pytest.mark.parametrize("text", [LAUGHS, FETCH, '<!DOCTYPE x SYSTEM "http://list.example/x.dtd"><CONSOLIDATED_LIST/>'])
@pytest.mark.parametrize("format_", [ListFormat.UN, ListFormat.EU, ListFormat.OFAC, ListFormat.OFAC_ADVANCED])
def test_xml_with_a_document_type_is_refused_before_anything_is_expanded_or_fetched(
    text: str, format_: ListFormat
) -> None:
    with pytest.raises(ImportFault, match="document type declaration"):
        next(reading(text, format_))


@pytest.mark.parametrize("format_", list(ListFormat))
def test_a_packed_list_is_refused_with_the_way_to_unpack_it(format_: ListFormat) -> None:
    packed = gzip.compress(ALL[format_].encode())
    with pytest.raises(ImportFault, match="gzip") as caught:
        next(read_list(io.BytesIO(packed), format_))
    assert caught.value.remedy.startswith("Unpack it first")
    with pytest.raises(ImportFault, match="gzip"):
        sniff(io.BytesIO(packed))


@pytest.mark.parametrize(
    "raw",
    [b"", b"   \n", b"PK\x03\x04..", b"%PDF-1.7", b"\xff\xfen\x00", b"<html><body/></html>", b"<", b"a,b,c\n1,2,3\n"],
)
def test_a_file_of_no_known_format_is_refused_with_a_remedy(raw: bytes) -> None:
    with pytest.raises(ImportFault) as caught:
        sniff(io.BytesIO(raw))
    assert caught.value.remedy


@pytest.mark.parametrize(
    ("text", "format_"),
    [
        (EU, ListFormat.UN),
        (UN, ListFormat.EU),
        (UN, ListFormat.FTM),
        (UN, ListFormat.CSV),
        (CSV, ListFormat.OFAC),
        (UN.replace("UTF-8", "rot13"), ListFormat.UN),
        (UN.replace("UTF-8", "UTF-32"), ListFormat.UN),
        (UN.replace("UTF-8", "no-such-code"), ListFormat.UN),
        ("", ListFormat.UN),
    ],
)
def test_a_list_of_another_format_is_refused_at_the_first_step(text: str, format_: ListFormat) -> None:
    with pytest.raises(ImportFault):
        next(reading(text, format_))


def test_entries_before_a_break_are_read_and_the_break_is_told() -> None:
    half = UN[UN.index("  <INDIVIDUAL>") : UN.index(" </INDIVIDUALS>")]
    twice = UN.replace(half, half + half.replace("XXi.001", "XXi.002"))
    found = reading(twice[: twice.index("XXi.002")], ListFormat.UN)
    first, second = found
    assert isinstance(first, Entry)
    assert isinstance(second, RowError)
    assert (second.row, second.loses) == (2, Loss.REST)
    assert not found.summary.complete


@pytest.mark.parametrize(
    ("broken", "place", "loses"),
    [
        ("B-1;;;;;;;;;;;", "name", Loss.ENTRY),
        (";Jalil;;;;;;;;;;", "reference", Loss.ENTRY),
        (f"B-1;Jalil;;;{SECRET};;;;;;;", "birth_date", Loss.FIELD),
        ("B-1;Jalil;;;1970-13;;;;;;;", "birth_date", Loss.FIELD),
        ("B-1;Jalil;;;1970~1999;;;;;;;", "birth_date", Loss.FIELD),
        ("B-1;Jalil;;;0001;;;;;;;", "birth_date", Loss.FIELD),
        (f"B-1;Jalil;;;;{SECRET};;;;;;", "sex", Loss.FIELD),
        (f"B-1;Jalil;;;;;{SECRET};;;;;", "nationality", Loss.FIELD),
        (f"B-1;Jalil;;;;;;;{SECRET};QA;;", "document_kind", Loss.FIELD),
        (f"B-1;Jalil;;;;;;passport|visa;{SECRET};QA;;", "document_number", Loss.FIELD),
        (f"B-1;Jalil;;;;;;passport;{SECRET};{SECRET};;", "document_number", Loss.FIELD),
        (f"B-1;Jalil;;;;;;passport;{SECRET * 20};QA;;", "document_number", Loss.FIELD),
        (f"B-1;Jalil;;;;;;;;;{SECRET};", "review_on", Loss.ENTRY),
        ("B-1;Jalil;;;;;;;;;;2026-W01-1", "expires_on", Loss.ENTRY),
        (f"B-1;Jalil;{SECRET}\x00;;;;;;;;;", "alias", Loss.FIELD),
        (f"B-1;Jalil;{SECRET * 200};;;;;;;;;", "alias", Loss.FIELD),
        ("B-1;Jalil;123;;;;;;;;;", "alias", Loss.FIELD),
        (f"B-1;{SECRET};;", "row", Loss.ENTRY),
        (f'B-1;{SECRET} "x" y;"a"b;;;;;;;;;', "row", Loss.ENTRY),
        (f'B-1;"{SECRET};;;;;;;;;;', "row", Loss.ENTRY),
        (f"B-1;{SECRET}{'x' * bounds.MOST_LINE};;", "line", Loss.ENTRY),
    ],
)
def test_a_fault_of_a_row_names_its_place_and_costs_no_other_row(broken: str, place: str, loses: Loss) -> None:
    head, first, second = CSV.splitlines()
    entries, errors = read_all("\n".join([head, first, broken, second]), ListFormat.CSV)
    assert [entry.reference for entry in entries] == ["A-1", *(["B-1"] if loses is Loss.FIELD else []), "A-2"]
    assert [(error.row, error.place, error.loses) for error in errors] == [(3, place, loses)]
    assert SECRET not in repr(errors) + repr(entries)
    assert errors[0].problem.endswith(".")
    assert errors[0].remedy


@pytest.mark.parametrize(
    "broken", [b"B-1;J\xe9r\xf4me;;;;;;;;;;", b"B-1;J\xed\xa0\x80;;;;;;;;;;", b"B-1;\xff;;;;;;;;;;"]
)
def test_a_line_that_is_not_utf_8_costs_that_line(broken: bytes) -> None:
    head, first, second = CSV.encode().splitlines()
    entries, errors = read_all(b"\r\n".join([head, first, broken, second]), ListFormat.CSV)
    assert [entry.reference for entry in entries] == ["A-1", "A-2"]
    assert [(error.row, error.place) for error in errors] == [(3, "line")]


def test_half_a_surrogate_pair_in_json_costs_no_more_than_its_line() -> None:
    text = '{"id": "p", "schema": "Person", "properties": {"name": ["Jalil \\ud800 Tamtami", "Jalil"]}}\n' + FTM
    entries, errors = read_all(FTM.splitlines()[1] + "\n" + text, ListFormat.FTM)
    assert "NK-inv-1" in {entry.reference for entry in entries}
    assert errors


def test_signs_that_turn_or_hide_text_are_taken_out_of_names() -> None:
    text = "\u202eJalil\u202c \u200bal-\u2066Tamtami\u2069\n=Jalil\nنیک\u200cنام\n"
    entries, errors = read_all(text, ListFormat.TEXT)
    assert errors == []
    assert [entry.person.names[0] for entry in entries] == ["Jalil al-Tamtami", "Jalil", "نیک\u200cنام"]


def test_a_reference_that_was_used_is_a_fault_and_the_first_entry_stays() -> None:
    head, first, second = CSV.splitlines()
    found = reading("\n".join([head, first, second, second]), ListFormat.CSV)
    *entries, error = found
    assert len(entries) == 2
    assert isinstance(error, RowError)
    assert (error.row, error.place, error.loses) == (4, "reference", Loss.ENTRY)
    assert found.summary.records == 3


def test_unknown_columns_are_told_and_a_header_without_names_is_refused() -> None:
    entries, errors = read_all(f"name,{SECRET},sex\nJalil,x,M\n", ListFormat.CSV)
    assert entries
    assert [(error.row, error.place) for error in errors] == [(1, "column 2")]
    assert SECRET not in repr(errors)
    with pytest.raises(ImportFault):
        next(reading("sex,nationality\nM,QA\n", ListFormat.CSV))


def test_names_and_dates_beyond_the_bound_are_told() -> None:
    names = "|".join(
        f"Jalil {'abcdefghij'[n // 100]}{'abcdefghij'[n // 10 % 10]}{'abcdefghij'[n % 10]}" for n in range(300)
    )
    years = "|".join(f"19{n}" for n in range(50, 89))
    entries, errors = read_all(f"name,birth_date\n{names},{years}\n", ListFormat.CSV)
    assert len(entries[0].person.names) == bounds.MOST_NAMES
    assert len(entries[0].person.births) == bounds.MOST_BIRTHS
    assert [error.place for error in errors] == ["name", "birth_date"]


def test_a_record_over_the_bounds_is_told_and_the_next_one_is_read() -> None:
    record = EU[EU.index(" <sanctionEntity") : EU.index(" </sanctionEntity>") + len(" </sanctionEntity>\n")]
    large = record.replace("EU.9001.1", "EU.1").replace("<subjectType", f'<subjectType x="{"y" * 9_000}"')
    many = record.replace("EU.9001.1", "EU.2").replace("<subjectType", "<a>" + "<b>z</b>" * 20_001 + "</a><subjectType")
    long = record.replace("EU.9001.1", "EU.3").replace("<subjectType", f"<a>{'z' * 1_100_000}</a><subjectType")
    entries, errors = read_all(EU.replace(record, large + many + long + record), ListFormat.EU)
    assert [entry.reference for entry in entries] == ["EU.9001.1"]
    assert [(error.row, error.loses) for error in errors] == [(n, Loss.ENTRY) for n in (1, 2, 3)]


@pytest.mark.parametrize(
    ("middle", "told"),
    [
        ("<a>" * 40, "nested"),
        ("".join(f"<a{n}/>" for n in range(2_000)), "kinds of elements"),
        ("<a " + " ".join(f'b{n}="1"' for n in range(2_000)) + "/>", "kinds of elements"),
        ("<!-- " + "x" * 3_000_000 + " -->", "bytes"),
        ("<a b='" + "x" * 3_000_000 + "'/>", "bytes"),
        ("<a>&secret;</a>", "breaks off"),
        ("<a>\x01</a>", "breaks off"),
    ],
)
def test_hostile_xml_ends_the_reading_with_a_named_bound(middle: str, told: str) -> None:
    found = reading(UN.replace(" <ENTITIES>", middle), ListFormat.UN)
    items = list(found)
    assert isinstance(items[0], Entry)
    assert isinstance(items[-1], RowError)
    assert items[-1].loses is Loss.REST
    assert told in items[-1].problem
    assert not found.summary.complete


def test_a_list_of_nothing_but_faults_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_ERRORS", 10)
    _, errors = read_all("name,sex\n" + "x\n" * 100, ListFormat.CSV)
    assert len(errors) == 11
    assert errors[-1].loses is Loss.REST


def test_faults_of_fields_beyond_the_bound_are_counted_and_no_entry_is_lost(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_ERRORS", 10)
    found = reading("name,sex\n" + "Jalil,?\n" * 100, ListFormat.CSV)
    items = list(found)
    assert sum(isinstance(item, Entry) for item in items) == 100
    assert len(items) == 110
    assert found.summary.errors == ((Loss.FIELD, 100),)


def test_a_list_beyond_the_bound_of_entries_ends_with_a_fault(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bounds, "MOST_ENTRIES", 3)
    entries, errors = read_all("Jalil\n" * 5, ListFormat.TEXT)
    assert len(entries) == 3
    assert [(error.row, error.loses) for error in errors] == [(4, Loss.REST)]


def test_documents_beyond_the_bound_are_counted(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.screening.imports.ftm.MOST_LINKED", 1)
    found = reading(FTM, ListFormat.FTM)
    assert list(found)
    assert (LeftOut.LINKED_OVER_BOUND, 2) in found.summary.left_out


def test_a_stream_that_cannot_go_back_is_refused_where_the_format_needs_it() -> None:
    class OneWay(io.BytesIO):
        def seekable(self) -> bool:
            return False

    with pytest.raises(ImportFault):
        next(read_list(OneWay(FTM.encode()), ListFormat.FTM))
    with pytest.raises(ImportFault):
        sniff(OneWay(FTM.encode()))
    assert [item for item in read_list(OneWay(UN.encode()), ListFormat.UN) if isinstance(item, Entry)]


def test_no_value_shows_personal_data_when_it_is_printed() -> None:
    for format_, text in ALL.items():
        shown = repr(list(reading(text, format_)))
        assert not re.search(r"(?i)tam|X1234|C01X|1970|الطمطمي", shown)
