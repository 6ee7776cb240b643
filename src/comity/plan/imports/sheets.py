"""Read a plan from a workbook (XLSX): every fault with its row and column, no formula ever worked out.

SECURITY: no workbook makes the reader hold or do more than the bounds. Holds because the sizes that the archive states
are added up before anything is unpacked, the standard library reads no more of a part than it states, and openpyxl
reads row by row, through defusedxml, without values of formulas and without links to elsewhere. Breaks if a workbook is
opened in another way.
"""

import io
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring
from openpyxl import load_workbook
from openpyxl.utils.exceptions import InvalidFileException
from openpyxl.xml.constants import REL_NS, SHEET_MAIN_NS

from comity.plan import linking
from comity.plan.columns import PLAN, Column, Heads, understood, yes_or_no
from comity.plan.exchange import Assignment, Link, Project, Resource, Task
from comity.plan.imports.report import Fault, ImportRefusedError, Notes, Taken, Why
from comity.plan.imports.soundness import check_order, check_outline, check_references

MOST_PACKED: Final = 32 * 1024 * 1024
"""Bytes of a workbook as it comes; 5,000 actions with long notes have about two million."""
MOST_UNPACKED: Final = 256 * 1024 * 1024
"""Bytes of all its parts together."""
MOST_PARTS: Final = 500
MOST_ROWS: Final = 50_000
"""Rows: ten times the largest plan that Comity is measured with."""
MOST_COLUMNS: Final = 100
_CONTENTS: Final = "xl/workbook.xml"
_BLANK_ROWS: Final = 1_000
"""Empty rows in sequence after which the sheet is over, however far it claims to reach."""

Cells = Sequence[object]


def plan_rows(data: bytes, *, minutes_per_day: int = 480) -> Taken[Project]:
    """Return the plan of the first sheet; raises `ImportRefusedError` with every fault and its row."""
    rows = _rows(data)
    first = next(rows, None)
    heads = understood(["" if one is None else str(one) for one in first[1]] if first else [], PLAN)
    notes = Notes()
    for column in (Column.KEY, Column.NAME):
        if column not in heads.known:
            notes.fault(1, str(PLAN[column]), Why.COLUMN)
    notes.settle()
    tasks: dict[str, Task] = {}
    lines: dict[str, int] = {}
    resources: dict[str, Resource] = {}
    for number, cells in rows:
        task = _Row(number, cells, heads, notes, resources, minutes_per_day).task()
        if task.key in tasks:
            notes.fault(number, str(PLAN[Column.KEY]), Why.TWICE)
        tasks[task.key] = task
        lines[task.key] = number
    value = Project("", tuple(tasks.values()), resources=tuple(resources.values()), minutes_per_day=minutes_per_day)
    check_references(value, lines, notes)
    check_order(value, lines, notes)
    check_outline(value, lines, notes)
    notes.settle()
    return Taken(value, notes.losses(), lines)


def _rows(data: bytes) -> Iterator[tuple[int, Cells]]:
    """Yield the rows that say anything, with their numbers; a formula is a fault."""
    _check_archive(data)
    try:
        book = load_workbook(io.BytesIO(data), read_only=True, data_only=False, keep_links=False)
        yield from _said_rows(book.worksheets[0])
    except (InvalidFileException, ValueError, KeyError, IndexError, TypeError, AttributeError, OSError) as problem:
        # openpyxl says in many ways that something is no workbook; what it says may quote the file.
        raise ImportRefusedError(Fault(1, "workbook", Why.WRONG_FORMAT)) from problem
    except (SyntaxError, zipfile.BadZipFile, zlib.error, EOFError, RuntimeError, DefusedXmlException) as problem:
        raise ImportRefusedError(Fault(1, "workbook", Why.WRONG_FORMAT)) from problem


def _said_rows(sheet: Any) -> Iterator[tuple[int, Cells]]:  # noqa: ANN401  # openpyxl's sheet has no useful type
    blank = 0
    for number, row in enumerate(islice(sheet.iter_rows(max_col=MOST_COLUMNS), MOST_ROWS + 1), 1):
        if number > MOST_ROWS:
            raise ImportRefusedError(Fault(number, "sheet", Why.TOO_LARGE))
        for index, cell in enumerate(row, 1):
            if cell.data_type == "f":
                raise ImportRefusedError(Fault(number, f"column {index}", Why.FORMULA))
        values = [cell.value for cell in row]
        blank = 0 if any(value not in {None, ""} for value in values) else blank + 1
        if not blank:
            yield number, values
        if blank > _BLANK_ROWS:
            return


def _check_archive(data: bytes) -> None:
    if len(data) > MOST_PACKED:
        raise ImportRefusedError(Fault(1, "workbook", Why.TOO_LARGE))
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MOST_PARTS or sum(one.file_size for one in parts) > MOST_UNPACKED:
                raise ImportRefusedError(Fault(1, "workbook", Why.TOO_LARGE))
            _check_sheets(archive)
    except (zipfile.BadZipFile, ValueError, NotImplementedError, zlib.error, EOFError) as problem:
        raise ImportRefusedError(Fault(1, "workbook", Why.WRONG_FORMAT)) from problem


def _check_sheets(archive: zipfile.ZipFile) -> None:
    """Refuse a workbook that names a sheet without saying where it is: openpyxl would read on without it."""
    if _CONTENTS not in archive.namelist():
        return
    try:
        sheets = fromstring(archive.read(_CONTENTS)).iterfind(f"{{{SHEET_MAIN_NS}}}sheets/{{{SHEET_MAIN_NS}}}sheet")
        whole = all(one.get(f"{{{REL_NS}}}id") for one in sheets)
    except (ParseError, DefusedXmlException) as problem:
        raise ImportRefusedError(Fault(1, "workbook", Why.WRONG_FORMAT)) from problem
    if not whole:
        raise ImportRefusedError(Fault(1, "workbook", Why.WRONG_FORMAT))


class _Row:
    """Read the cells of one row; each fault names its column."""

    def __init__(
        self,
        number: int,
        cells: Cells,
        heads: Heads,
        notes: Notes,
        resources: dict[str, Resource],
        minutes_per_day: int,
    ) -> None:
        self._number, self._cells, self._heads, self._notes = number, cells, heads, notes
        self._resources, self._day = resources, minutes_per_day

    def task(self) -> Task:
        """Return the task of this row."""
        start, finish = self._date(Column.START), self._date(Column.FINISH)
        if start and finish and finish < start:
            self._fault(Column.FINISH, Why.ORDER)
        return Task(
            self._needed(Column.KEY),
            self._needed(Column.NAME),
            level=self._whole(Column.LEVEL, 1, least=1, most=64) or 1,
            start=start,
            finish=finish,
            minutes=self._whole(Column.MINUTES, None, least=0, most=10**8),
            milestone=self._yes(Column.MILESTONE),
            summary=self._yes(Column.SUMMARY),
            percent=self._whole(Column.PERCENT, 0, least=0, most=100) or 0,
            notes=self._text(Column.NOTES),
            deadline=self._date(Column.DEADLINE),
            links=self._links(),
            assignments=self._assigned(),
            extra=tuple((name, value) for name, index in self._heads.extra.items() if (value := self._said(index))),
        )

    def _fault(self, column: Column, why: Why) -> None:
        self._notes.fault(self._number, str(PLAN[column]), why)

    def _value(self, column: Column) -> object:
        index = self._heads.known.get(column)
        return None if index is None or index >= len(self._cells) else self._cells[index]

    def _said(self, index: int) -> str:
        value = self._cells[index] if index < len(self._cells) else None
        if isinstance(value, float) and value.is_integer():
            value = int(value)
        return "" if value is None else str(value).strip()

    def _text(self, column: Column) -> str:
        index = self._heads.known.get(column)
        return "" if index is None else self._said(index)

    def _needed(self, column: Column) -> str:
        text = self._text(column)
        if not text:
            self._fault(column, Why.EMPTY)
        return text

    def _date(self, column: Column) -> date | None:
        value = self._value(column)
        if isinstance(value, datetime):
            return value.date()
        if isinstance(value, date) or value in {None, ""}:
            return value if isinstance(value, date) else None
        try:
            return date.fromisoformat(str(value).strip())
        except ValueError:
            self._fault(column, Why.NOT_A_DATE)
            return None

    def _whole(self, column: Column, fallback: int | None, *, least: int, most: int) -> int | None:
        text = self._text(column)
        if not text:
            return fallback
        if not text.isdecimal() or len(text) > 9 or not least <= int(text) <= most:
            self._fault(column, Why.NOT_A_NUMBER)
            return fallback
        return int(text)

    def _yes(self, column: Column) -> bool:
        value = self._value(column)
        meant = value if isinstance(value, bool) else yes_or_no(self._text(column))
        if meant is None:
            self._fault(column, Why.NOT_YES_OR_NO)
        return bool(meant)

    def _links(self) -> tuple[Link, ...]:
        try:
            return linking.links(self._text(Column.LINKS), self._day)
        except ValueError:
            self._fault(Column.LINKS, Why.NOT_ON_LIST)
            return ()

    def _assigned(self) -> tuple[Assignment, ...]:
        names = [one.strip() for one in self._text(Column.ASSIGNED).split(";")]
        for name in filter(None, names):
            self._resources.setdefault(name, Resource(name, name))
        return tuple(Assignment(name) for name in dict.fromkeys(filter(None, names)))
