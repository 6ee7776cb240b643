"""Write a plan as a workbook (XLSX) that comes back as it went: heads in the officer's language, one row an action."""

import io
import zipfile
from collections.abc import Iterable
from datetime import date, datetime
from typing import Any, Final

from django.utils.translation import get_language_bidi
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet._write_only import WriteOnlyWorksheet
from openpyxl.xml.constants import ARC_CORE
from openpyxl.xml.functions import tostring

from comity.plan import linking
from comity.plan.columns import NO, PLAN, YES, Column
from comity.plan.exchange import Project, Task

ACTIVE: Final = ("=", "+", "-", "@", "\t", "\r")
"""What a spreadsheet may take for the beginning of a formula."""
_WIDTHS: Final = {Column.NAME: 60, Column.NOTES: 60, Column.LINKS: 24, Column.ASSIGNED: 24, Column.KEY: 14}
_HEAD: Final = PatternFill("solid", fgColor="F2EFE7")
_FORBIDDEN: Final = dict.fromkeys((*range(9), 11, 12, *range(14, 32), 65534, 65535), "�")
_MOST_CELL: Final = 32_767


def plan_workbook(project: Project, *, made: datetime) -> bytes:
    """Return the plan as XLSX, with its heads in the language in force; equal plans give equal bytes."""
    book = Workbook(write_only=True)
    sheet: Any = book.create_sheet(str(PLAN[Column.NAME]))
    sheet.freeze_panes = "A2"
    sheet.sheet_view.rightToLeft = get_language_bidi()
    extras = list(dict.fromkeys(name for task in project.tasks for name, _value in task.extra))
    heads = [*(str(title) for title in PLAN.values()), *extras]
    for index, column in enumerate(PLAN, 1):
        sheet.column_dimensions[get_column_letter(index)].width = _WIDTHS.get(column, 13)
    sheet.append([_head(sheet, one) for one in heads])
    names = {one.key: one.name for one in project.resources}
    for task in project.tasks:
        extra = dict(task.extra)
        cells = [*_cells(task, project, names), *(extra.get(name, "") for name in extras)]
        sheet.append([_cell(sheet, one) for one in cells])
    book.properties.title, book.properties.creator = project.title[:255], "Comity"
    book.properties.created = book.properties.modified = made.replace(tzinfo=None)
    return _same_times(book)


def _cells(task: Task, project: Project, names: dict[str, str]) -> Iterable[str | int | date | None]:
    who = "; ".join(names.get(one.resource, one.resource) for one in task.assignments)
    return (
        task.key,
        task.level,
        task.name,
        task.start,
        task.finish,
        str(YES if task.milestone else NO),
        str(YES if task.summary else NO),
        task.percent,
        linking.written(task.links, project.minutes_per_day),
        task.deadline,
        task.minutes,
        who,
        task.notes,
    )


def _head(sheet: WriteOnlyWorksheet, text: str) -> Any:  # noqa: ANN401  # openpyxl's cell has no useful type
    cell = _cell(sheet, text)
    cell.font, cell.fill, cell.alignment = Font(bold=True), _HEAD, Alignment(wrap_text=True)
    return cell


def _cell(sheet: WriteOnlyWorksheet, value: str | int | date | None) -> Any:  # noqa: ANN401  # openpyxl's cell has no useful type
    cell: Any
    # SECURITY: no text of a plan becomes a formula. Holds because every text is written as a string, whatever it
    # begins with, and marked as text for programs that guess. Breaks if a cell is given a value without this function.
    if isinstance(value, str):
        cell = WriteOnlyCell(sheet, None)
        cell._value = value.translate(_FORBIDDEN)[:_MOST_CELL]  # noqa: SLF001  # the setter would guess a formula
        cell.data_type = "s"
        cell.quotePrefix = value.startswith(ACTIVE)
        cell.alignment = Alignment(wrap_text=True, vertical="top")
        return cell
    cell = WriteOnlyCell(sheet)
    cell.value = value
    if isinstance(value, date):
        cell.number_format = "yyyy-mm-dd"
    return cell


def _same_times(book: Workbook) -> bytes:
    """Return the workbook with the plan's time in it; openpyxl would write when it was saved."""
    made, again = io.BytesIO(), io.BytesIO()
    modified = book.properties.modified
    book.save(made)
    book.properties.modified = modified
    with zipfile.ZipFile(made) as old, zipfile.ZipFile(again, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            body = tostring(book.properties.to_tree()) if info.filename == ARC_CORE else old.read(info)
            new.writestr(zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0)), body, zipfile.ZIP_DEFLATED)
    return again.getvalue()
