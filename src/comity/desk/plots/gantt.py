"""Draw a timeline: bars with what was agreed before beneath them, dependencies, milestones, and today."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from comity.desk.plots.canvas import INK, LINE, SIZE, SOFT, Canvas, Plot, Table
from comity.desk.plots.figures import UNKNOWN
from comity.desk.plots.scale import Days

ROW: Final = 24
HEAD: Final = 26
_NAMES: Final = 230
_MONTH: Final = 46
"""Units that the name of a month takes: one that would not fit is left out, its line is not."""
_LONGEST: Final = 34
"""Characters of a name that fit beside the bars; the whole name stands in the title and the table."""
_COLOURS: Final = {"open": "#1b5763", "late": "#9b1c16", "done": "#1a6136", "off": "#8b8678"}


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one line: its key, name and days; a milestone has no start.

    ``tone`` is open, late, done or off; ``state`` says the same in words.  ``waits_for`` are keys of other rows.
    """

    key: str
    name: str
    due: date
    start: date | None = None
    tone: str = "open"
    state: str = ""
    before: tuple[date, date] | None = None
    waits_for: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Words:
    """Hold what is written on and beside a timeline, in the language of the page."""

    title: str
    name: str
    start: str
    due: str
    state: str
    before: str
    waits_for: str
    today: str


def gantt(
    rows: Sequence[Row], days: tuple[date, date], today: date, words: Words, *, rtl: bool, width: int = 960
) -> Plot:
    """Return the timeline of ``days``, both included, mirrored where the language runs from right to left."""
    canvas = Canvas(width, HEAD + ROW * len(rows) + 6, rtl=rtl)
    scale = Days(*days, length=width - _NAMES - 8)
    _months(canvas, scale)
    places = {row.key: at for at, row in enumerate(rows)}
    _links(canvas, scale, rows, places)
    for at, row in enumerate(rows):
        _row(canvas, scale, row, HEAD + ROW * at)
    if days[0] <= today <= days[1]:
        x = _NAMES + scale.at(today)
        canvas.path([(x, HEAD - 4), (x, canvas.height)], "today", "#9b1c16", width=1.2, dash="4 3")
        canvas.text(x, SIZE, words.today, anchor="middle", colour="#9b1c16")
    return Plot(canvas.done(words.title), _table(rows, words))


def _months(canvas: Canvas, scale: Days) -> None:
    for day in scale.months():
        x = _NAMES + scale.at(day)
        canvas.line((x, HEAD - 4), (x, canvas.height), "grid", LINE)
        if x + _MONTH <= canvas.width:
            canvas.text(x, HEAD - 7, f"{day.month:02d}/{day.year}", anchor="start")


def _row(canvas: Canvas, scale: Days, row: Row, top: float) -> None:
    middle = top + ROW / 2
    short = row.name if len(row.name) <= _LONGEST else row.name[: _LONGEST - 1] + "\u2026"
    canvas.text(4, middle + SIZE / 3, short, colour=INK)
    if row.before:
        start, end = scale.at(row.before[0]), scale.end(row.before[1])
        canvas.rect(_NAMES + start, top + ROW - 7, (max(2, end - start), 3), "before", SOFT)
    days = f"{row.due}" if row.start is None else f"{row.start} \u2013 {row.due}"
    title = f"{row.name}: {days} {row.state}".rstrip()
    if row.start is None:
        canvas.mark(_NAMES + scale.end(row.due), middle - 1, f"tone-{row.tone}", _COLOURS[row.tone], title=title)
        return
    start, end = scale.at(row.start), scale.end(row.due)
    size = (max(2, end - start), ROW - 14)
    canvas.rect(_NAMES + start, top + 5, size, f"tone-{row.tone}", _COLOURS[row.tone], title=title)


def _links(canvas: Canvas, scale: Days, rows: Sequence[Row], places: dict[str, int]) -> None:
    for at, row in enumerate(rows):
        for key in row.waits_for:
            if key not in places:
                continue
            other = rows[places[key]]
            x1, y1 = _NAMES + scale.end(other.due), HEAD + ROW * places[key] + ROW / 2 - 1
            x2, y2 = _NAMES + scale.at(row.start or row.due), HEAD + ROW * at + ROW / 2 - 1
            turn = x1 + 5
            canvas.path([(x1, y1), (turn, y1), (turn, y2), (x2, y2)], "link", "#8b8678", width=1)


def _table(rows: Sequence[Row], words: Words) -> Table:
    names = {row.key: row.name for row in rows}
    heads = (words.name, words.start, words.due, words.state, words.before, words.waits_for)
    return Table(words.title, heads, tuple(_cells(row, names) for row in rows))


def _cells(row: Row, names: dict[str, str]) -> tuple[str, ...]:
    before = f"{row.before[0]} \u2013 {row.before[1]}" if row.before else UNKNOWN
    waits = ", ".join(names.get(key, key) for key in row.waits_for) or UNKNOWN
    return (
        row.name,
        UNKNOWN if row.start is None else str(row.start),
        str(row.due),
        row.state or UNKNOWN,
        before,
        waits,
    )
