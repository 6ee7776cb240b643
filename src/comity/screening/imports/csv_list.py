"""Read lists as CSV: a header of known columns, then one person or document on a row."""

from __future__ import annotations

import csv
import re
from collections import deque
from collections.abc import Iterator
from contextlib import suppress
from datetime import date
from functools import partial
from itertools import zip_longest
from typing import BinaryIO, Final

from comity.screening.imports.births import births_of
from comity.screening.imports.bounds import MOST_LINE, MOST_ROW_LINES
from comity.screening.imports.csv_columns import KINDS, SEPARATOR, Column, Header, cells_of, find_header
from comity.screening.imports.draft import CORRECT_ENTRY, Draft, Item, kind_of
from comity.screening.imports.lines import Line, decoded_lines
from comity.screening.imports.values import ImportFault, Loss, RowError

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
Cells = dict[Column, str]
_NO_HEADER: Final = "The first line is no header with a column of names or document numbers."
_HEADER_REMEDY: Final = (
    "Put the column names of spec/list-formats.md in the first line, separated by comma, semicolon or tab."
)


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield an entry for each row; raise ImportFault if the first line is no header that identifies anybody."""
    lines = decoded_lines(stream, MOST_LINE)
    first = next(lines, None)
    header = find_header(first.text) if isinstance(first, Line) else None
    if header is None:
        raise ImportFault(_NO_HEADER, _HEADER_REMEDY)
    yield from _unknown(header)
    for row in _rows(lines):
        if isinstance(row, Line):
            yield from _entry(row, header)
        else:
            yield row


def _unknown(header: Header) -> Iterator[RowError]:
    remedy = "Rename it as spec/list-formats.md says, or leave it: nothing of it is kept."
    seen: set[Column] = set()
    for place, column in enumerate(header.columns, 1):
        if column is None:
            yield RowError(1, f"column {place}", "The column has no known name and was not read.", remedy, Loss.FIELD)
        elif column in seen:
            yield RowError(1, f"column {place}", f"{column} stands twice; both are read.", remedy, Loss.FIELD)
        else:
            seen.add(column)


def _rows(lines: Iterator[Line | RowError]) -> Iterator[Line | RowError]:
    """Join lines while a quotation mark is open; if it stays open, give up its first line alone and go on after it."""
    waiting: deque[Line | RowError] = deque()
    while True:
        first = waiting.popleft() if waiting else next(lines, None)
        if first is None:
            return
        if not isinstance(first, Line) or first.text.count('"') % 2 == 0:
            yield first
            continue
        joined, used = _joined(first, waiting, lines)
        if joined is None:
            problem = "A quotation mark is opened and not closed."
            yield RowError(first.number, "row", problem, CORRECT_ENTRY)
            continue
        for _ in range(used):
            waiting.popleft()
        yield joined


def _joined(first: Line, waiting: deque[Line | RowError], lines: Iterator[Line | RowError]) -> tuple[Line | None, int]:
    parts = [first.text]
    size = len(first.text)
    for used in range(1, MOST_ROW_LINES):
        while len(waiting) < used:
            following = next(lines, None)
            if following is None:
                return None, 0
            waiting.append(following)
        part = waiting[used - 1]
        size += len(part.text) if isinstance(part, Line) else MOST_LINE
        if not isinstance(part, Line) or size > MOST_LINE:
            return None, 0
        parts.append(part.text)
        if part.text.count('"') % 2:
            return Line(first.number, "\n".join(parts)), used
    return None, 0


def _entry(row: Line, header: Header) -> Iterator[Item]:
    if not row.text.strip(header.delimiter + " \t\r"):
        return
    try:
        cells = cells_of(row.text, header.delimiter)
    except csv.Error:
        yield RowError(row.number, "row", "The quotation marks do not fit.", CORRECT_ENTRY)
        return
    if len(cells) != len(header.columns):
        problem = f"The row has {len(cells)} cells where the header has {len(header.columns)}."
        yield RowError(row.number, "row", problem, CORRECT_ENTRY)
        return
    held: Cells = {}
    for column, cell in zip(header.columns, cells, strict=True):
        if column is not None and cell.strip():
            held[column] = SEPARATOR.join(filter(None, (held.get(column), cell)))
    draft = Draft(row.number)
    if Column.REFERENCE in header.columns:
        draft.refer(held.get(Column.REFERENCE, ""), Column.REFERENCE)
    else:
        draft.reference = f"line {row.number}"
    _names(draft, held)
    _details(draft, held)
    _documents(draft, held)
    yield from draft.finish()


def _names(draft: Draft, cells: Cells) -> None:
    for column in (Column.NAME, Column.ALIAS, Column.WEAK_ALIAS):
        for name in _values(cells, column):
            draft.name(name, column, weak=column is Column.WEAK_ALIAS)
    family, given = cells.get(Column.FAMILY_NAME, ""), cells.get(Column.GIVEN_NAMES, "")
    if family or given:
        # A comma in either would turn the name round.
        draft.name(f"{given} {family}".replace(",", " "), Column.FAMILY_NAME)


def _details(draft: Draft, cells: Cells) -> None:
    births = SEPARATOR.join(_values(cells, Column.BIRTH_DATE))
    if births:
        draft.births(partial(births_of, births), Column.BIRTH_DATE)
    draft.sex(cells.get(Column.SEX, ""), Column.SEX)
    for state in _values(cells, Column.NATIONALITY):
        draft.nationality(state, Column.NATIONALITY)
    draft.review_on = _date(draft, cells, Column.REVIEW_ON)
    draft.expires_on = _date(draft, cells, Column.EXPIRES_ON)


def _documents(draft: Draft, cells: Cells) -> None:
    numbers = _aligned(cells, Column.DOCUMENT_NUMBER)
    kinds, states = _aligned(cells, Column.DOCUMENT_KIND), _aligned(cells, Column.DOCUMENT_STATE)
    if len(kinds) > len(numbers) or len(states) > len(numbers):
        draft.problem(Column.DOCUMENT_NUMBER, "There are fewer document numbers than kinds or states.")
        return
    for number, kind, state in zip_longest(numbers, kinds, states, fillvalue=""):
        if not number:
            draft.problem(Column.DOCUMENT_NUMBER, "A document has no number.")
        elif kind:
            draft.document(KINDS.get(kind.lower()) or kind_of(kind), number, state, Column.DOCUMENT_NUMBER)
        else:
            draft.problem(Column.DOCUMENT_KIND, "A document has no kind: passport, identity card, visa or plate.")


def _date(draft: Draft, cells: Cells, column: Column) -> date | None:
    text = cells.get(column, "").strip()
    if not text:
        return None
    # The form first: fromisoformat takes weeks and dates without hyphens as well.
    if _DATE.fullmatch(text):
        with suppress(ValueError):
            return date.fromisoformat(text)
    # Without its date an entry would be held for longer than its owner allows: it is refused, not read without.
    draft.problem(column, "The date is not YYYY-MM-DD.", loses=Loss.ENTRY)
    return None


def _values(cells: Cells, column: Column) -> list[str]:
    return [value.strip() for value in cells.get(column, "").split(SEPARATOR) if value.strip()]


def _aligned(cells: Cells, column: Column) -> list[str]:
    cell = cells.get(column, "")
    return [value.strip() for value in cell.split(SEPARATOR)] if cell else []
