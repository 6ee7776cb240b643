"""Whatever is in a file, reading it ends in entries and told faults, in time of its length and in small memory."""

from __future__ import annotations

import contextlib
import io
import random
import time
import tracemalloc
from collections.abc import Iterator
from datetime import date
from typing import BinaryIO, cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.matching import BirthDate, DocumentKind, MalformedError, Person, Sex
from comity.screening.imports import (
    Document,
    Entry,
    ImportFault,
    ListFormat,
    RowError,
    read_list,
    sniff,
    write_csv,
)
from comity.screening.imports.births import births_of, wordy_births
from comity.screening.imports.cleaning import UncleanError, clean_name
from comity.screening.imports.countries import state_code
from tests.screening.imports.samples import ALL, EU, FTM, UN

FORMATS = list(ListFormat)


def _read(raw: bytes, format_: ListFormat) -> list[Entry | RowError]:
    """Read to the end; ImportFault may come first and never later."""
    found = read_list(io.BytesIO(raw), format_)
    items: list[Entry | RowError] = []
    try:
        items.append(next(found))
    except (ImportFault, StopIteration):
        return items
    items += found
    return items


def _mutated(raw: bytes, chance: random.Random) -> bytes:
    held = bytearray(raw)
    for _ in range(chance.randint(1, 8)):
        place = chance.randrange(len(held) or 1)
        match chance.randrange(5):
            case 0:
                held[place : place + 1] = bytes([chance.randrange(256)])
            case 1:
                del held[place : place + chance.randint(1, 60)]
            case 2:
                held[place:place] = held[place : place + chance.randint(1, 200)]
            case 3:
                held[place:place] = chance.choice(
                    [b"<", b'"', b"|", b"\n", b"\x00", b"\xff", "\u202e".encode(), b"\xed\xa0\x80"]
                )
            case _:
                del held[place:]
    return bytes(held)


@pytest.mark.parametrize("format_", FORMATS)
def test_a_list_with_flipped_cut_and_doubled_bytes_gives_entries_and_told_faults_alone(format_: ListFormat) -> None:
    chance = random.Random(f"comity {format_}")
    raw = ALL[format_].encode()
    for _ in range(400):
        for item in _read(_mutated(raw, chance), format_):
            assert isinstance(item, Entry | RowError)


@given(st.binary(max_size=300), st.sampled_from(FORMATS))
@settings(max_examples=300, deadline=None)
def test_any_bytes_are_read_or_refused_in_every_format(raw: bytes, format_: ListFormat) -> None:
    _read(raw, format_)
    with contextlib.suppress(ImportFault):
        assert sniff(io.BytesIO(raw)) in FORMATS


@given(st.text(max_size=600))
@settings(max_examples=300, deadline=None)
def test_a_cleaned_name_is_cleaned_by_itself_and_dates_and_states_take_any_text(text: str) -> None:
    try:
        plain = clean_name(text, 512)
        assert clean_name(plain, 512) == plain
    except UncleanError:
        pass
    state = state_code(text)
    assert state is None or len(state) == 3
    for read in (births_of, wordy_births):
        with contextlib.suppress(MalformedError):
            assert all(1850 <= birth.year <= 2100 for birth in read(text))


def _names() -> st.SearchStrategy[str]:
    return st.text(min_size=1, max_size=20).map(_as_read).filter(bool)


def _as_read(text: str) -> str:
    try:
        return clean_name(text, 512)
    except UncleanError:
        return ""


@st.composite
def _entries(draw: st.DrawFn) -> Entry:
    names = draw(st.lists(_names(), unique=True, max_size=4))
    weak = names[draw(st.integers(0, len(names))) :]
    days = st.one_of(
        st.builds(BirthDate, st.integers(1900, 2020)),
        st.builds(BirthDate, st.integers(1900, 2020), st.integers(1, 12)),
        st.builds(BirthDate, st.integers(1900, 2020), st.integers(1, 12), st.integers(1, 28)),
    )
    states = st.sampled_from(["QAT", "DEU", "FRA", "RKS"])
    number = st.from_regex(r"[A-Z0-9]{1,9}( [0-9]{1,3})?", fullmatch=True)
    documents = st.builds(Document, st.sampled_from(DocumentKind), number, states)
    day = st.none() | st.dates(date(2026, 1, 1), date(2099, 1, 1))
    person = Person(
        tuple(names),
        tuple(draw(st.lists(days, unique=True, max_size=4))),
        draw(st.none() | st.sampled_from(Sex)),
        tuple(draw(st.lists(states, unique=True, max_size=3))),
    )
    held = tuple(draw(st.lists(documents, unique=True, min_size=0 if names else 1, max_size=3)))
    reference = draw(st.from_regex(r"[A-Za-z0-9][A-Za-z0-9 ,;\"']{0,10}[A-Za-z0-9]", fullmatch=True))
    return Entry(" ".join(reference.split()), person, tuple(weak), held, draw(day), draw(day))


@given(st.lists(_entries(), max_size=4, unique_by=lambda entry: entry.reference))
@settings(max_examples=60, deadline=None)
def test_entries_written_as_csv_are_read_back_as_they_were(entries: list[Entry]) -> None:
    out = io.BytesIO()
    assert write_csv(entries, out) == len(entries)
    assert list(read_list(io.BytesIO(out.getvalue()), ListFormat.CSV)) == entries


@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_goes_through_csv_unchanged(format_: ListFormat) -> None:
    entries = [item for item in read_list(io.BytesIO(ALL[format_].encode()), format_) if isinstance(item, Entry)]
    out = io.BytesIO()
    write_csv(entries, out)
    assert list(read_list(io.BytesIO(out.getvalue()), ListFormat.CSV)) == entries


def test_an_entry_that_csv_cannot_hold_is_refused_and_not_written() -> None:
    out = io.BytesIO()
    with pytest.raises(ImportFault):
        write_csv([Entry("a|b", Person(("Jalil",)))], out)
    assert b"Jalil" not in out.getvalue()


class _Endless(io.RawIOBase):
    """Give a head, then a part over and over, then a tail; nothing of it is held."""

    def __init__(self, head: bytes, part: bytes, times: int, tail: bytes = b"") -> None:
        self._pieces = self._all(head, part, times, tail)
        self._left = b""

    @staticmethod
    def _all(head: bytes, part: bytes, times: int, tail: bytes) -> Iterator[bytes]:
        yield head
        for number in range(times):
            yield part.replace(b"SERIAL", b"%09d" % number)
        yield tail

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: object) -> int:
        view = cast(memoryview, buffer)
        while not self._left:
            piece = next(self._pieces, None)
            if piece is None:
                return 0
            self._left = piece
        count = min(len(view), len(self._left))
        view[:count] = self._left[:count]
        self._left = self._left[count:]
        return count


def _stream(head: str, part: str, times: int, tail: str = "") -> BinaryIO:
    return io.BufferedReader(_Endless(head.encode(), part.encode(), times, tail.encode()), 65_536)


def _between(text: str, start: str, end: str) -> tuple[str, str, str]:
    first, last = text.index(start), text.index(end) + len(end)
    return text[:first], text[first:last], text[last:]


_EU = _between(EU, " <sanctionEntity", " </sanctionEntity>")
_UN = _between(UN, "  <INDIVIDUAL>", "  </INDIVIDUAL>")
LARGE = [
    (ListFormat.TEXT, ("", "Jalil al-Tamtami SERIAL\n", "")),
    (ListFormat.CSV, ("reference,name\n", "SERIAL,Jalil al-Tamtami\n", "")),
    (ListFormat.EU, (_EU[0], _EU[1].replace("EU.9001.1", "SERIAL"), _EU[2])),
    (ListFormat.UN, (_UN[0], _UN[1].replace("XXi.001", "SERIAL"), _UN[2])),
]


def _peak(parts: tuple[str, str, str], times: int, format_: ListFormat) -> int:
    head, part, tail = parts
    tracemalloc.start()
    try:
        count = sum(isinstance(item, Entry) for item in read_list(_stream(head, part, times, tail), format_))
        assert count == times
        return tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()


@pytest.mark.parametrize(("format_", "parts"), LARGE, ids=[case[0].value for case in LARGE])
def test_a_large_list_is_read_in_memory_of_its_references_alone(
    format_: ListFormat, parts: tuple[str, str, str]
) -> None:
    fewer, more = (1_000, 5_000) if len(parts[1]) < 100 else (50, 250)
    # At most 200 bytes for each reference while the set grows, and room for chance.
    assert _peak(parts, more, format_) - _peak(parts, fewer, format_) < 200 * (more - fewer) + 100_000


@pytest.mark.parametrize("format_", [ListFormat.TEXT, ListFormat.CSV, ListFormat.MRZ, ListFormat.UN, ListFormat.OFAC])
def test_a_line_of_many_megabytes_is_passed_over_in_small_memory(format_: ListFormat) -> None:
    heads = {
        ListFormat.CSV: "name\n",
        ListFormat.UN: "<CONSOLIDATED_LIST a='",
        ListFormat.OFAC: "<sdnList><sdnEntry><uid>",
    }
    tracemalloc.start()
    try:
        found = read_list(_stream(heads.get(format_, ""), "x" * 100_000, 300), format_)
        try:
            items = list(found)
            assert all(isinstance(item, RowError) for item in items)
            assert items
        except ImportFault:
            pass
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert peak < 6_000_000


def _seconds(raw: bytes, format_: ListFormat) -> float:
    best = float("inf")
    for _ in range(3):
        begin = time.process_time()
        _read(raw, format_)
        best = min(best, time.process_time() - begin)
    return best


@pytest.mark.parametrize(
    ("part", "format_"),
    [
        ("Jalil al-Tamtami\n", ListFormat.TEXT),
        ('"\n', ListFormat.CSV),
        ('a,"b\n', ListFormat.CSV),
        ("P<D<<TAMTAMI<<JALIL<<<<<<<<<<<<<<<<<<<<<<<<<\n", ListFormat.MRZ),
        ('{"id": "a", "schema": "Passport", "properties": {"holder": ["a"], "number": ["1"]}}\n', ListFormat.FTM),
        ("<a b='c'>" + "\u0301" * 200 + "</a>", ListFormat.UN),
    ],
)
def test_time_grows_with_the_length_and_not_with_its_square(part: str, format_: ListFormat) -> None:
    heads = {ListFormat.CSV: "name,sex\n", ListFormat.UN: "<CONSOLIDATED_LIST>", ListFormat.FTM: FTM}
    head = heads.get(format_, "")
    short = _seconds((head + part * 500).encode(), format_)
    long = _seconds((head + part * 4_000).encode(), format_)
    # Eight times the input: square growth would take sixty-four times as long.
    assert long < 24 * max(short, 0.005)
