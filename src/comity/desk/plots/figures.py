"""Draw figures over time: lines with their target, bars side by side, and sparks that fit into a line of text."""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from comity.desk.plots.canvas import ACCENT, INK, SIZE, Canvas, Plot, Table
from comity.desk.plots.scale import Scale, scale

COLOURS: Final = (ACCENT, "#7a4b00", "#54359b", "#1a6136")
DASHES: Final = ("", "6 3", "2 2", "8 2 2 2")
"""Series differ by dashes as well, so that they are told apart without colour."""
_HEAD: Final = 8
_FOOT: Final = 34
_SIDE: Final = 44
UNKNOWN: Final = "\u2013"


@dataclass(frozen=True, slots=True)
class Value:
    """Hold a value and how it is written; ``number`` is None where nothing is known, which is not nought."""

    number: Fraction | None
    text: str = UNKNOWN


@dataclass(frozen=True, slots=True)
class Series:
    """Hold the values of one line or one colour of bars, one for each label of the plot."""

    name: str
    values: tuple[Value, ...]


@dataclass(frozen=True, slots=True)
class Figures:
    """Say what to draw: the title, what the labels along the axis are, and the series."""

    title: str
    axis: str
    labels: tuple[str, ...]
    series: tuple[Series, ...]

    def table(self) -> Table:
        """Return the same as a table, a row for each label."""
        heads = (self.axis, *(one.name for one in self.series))
        rows = tuple((label, *(one.values[at].text for one in self.series)) for at, label in enumerate(self.labels))
        return Table(self.title, heads, rows)


def line_plot(figures: Figures, *, rtl: bool, width: int = 640, height: int = 220) -> Plot:
    """Return the series as lines; where a value is not known the line is broken."""
    canvas = Canvas(width, height, rtl=rtl)
    foot, rule = _frame(canvas, figures)
    for number, series in enumerate(figures.series):
        colour = COLOURS[number % len(COLOURS)]
        for run in _runs(series.values):
            points = [(_middle(canvas, figures, at), foot - rule.at(value)) for at, value in run]
            name = f"series-{number % len(COLOURS)}"
            canvas.path(points, name, colour, dash=DASHES[number % len(DASHES)])
            for (x, y), (at, _value) in zip(points, run, strict=True):
                canvas.dot(x, y, name, colour, title=_said(figures, series, at))
    return Plot(canvas.done(figures.title), figures.table())


def bar_plot(figures: Figures, *, rtl: bool, width: int = 640, height: int = 220) -> Plot:
    """Return the series as bars, side by side at every label."""
    canvas = Canvas(width, height, rtl=rtl)
    foot, rule = _frame(canvas, figures)
    slot = (width - _SIDE) / max(1, len(figures.labels))
    each = min(28.0, slot * 0.8 / max(1, len(figures.series)))
    for at in range(len(figures.labels)):
        start = _middle(canvas, figures, at) - each * len(figures.series) / 2
        for number, series in enumerate(figures.series):
            value = series.values[at].number
            if value is not None:
                size = (each - 1, rule.at(value))
                name, colour = f"fill-{number % len(COLOURS)}", COLOURS[number % len(COLOURS)]
                title = _said(figures, series, at)
                canvas.rect(start + each * number, foot - size[1], size, name, colour, title=title)
    return Plot(canvas.done(figures.title), figures.table())


def spark(figures: Figures, *, rtl: bool, width: int = 96, height: int = 20) -> Plot:
    """Return the first series as a line without axes, its last known value as a point."""
    canvas = Canvas(width, height, rtl=rtl)
    series = figures.series[0]
    rule = scale(_highest(figures), height - 6)
    step = (width - 8) / max(1, len(series.values) - 1)
    last = None
    for run in _runs(series.values):
        points = [(4 + at * step, height - 3 - rule.at(value)) for at, value in run]
        canvas.path(points, "series-0")
        last = (*points[-1], _said(figures, series, run[-1][0]))
    if last:
        canvas.dot(last[0], last[1], "series-0", title=last[2])
    return Plot(canvas.done(figures.title), figures.table())


def _frame(canvas: Canvas, figures: Figures) -> tuple[float, Scale]:
    """Draw the axes, the labels and the legend; return where nought lies, and the scale."""
    foot = canvas.height - _FOOT
    rule = scale(_highest(figures), foot - _HEAD)
    for mark in rule.marks:
        y = foot - rule.at(mark)
        canvas.line((_SIDE, y), (canvas.width, y), "grid")
        canvas.text(_SIDE - 6, y + SIZE / 3, _written(mark), anchor="end")
    each = max(1, -(-len(figures.labels) * 64 // (canvas.width - _SIDE)))
    for at, label in enumerate(figures.labels):
        if at % each == 0:
            canvas.text(_middle(canvas, figures, at), foot + SIZE + 3, label, anchor="middle")
    _legend(canvas, figures)
    return foot, rule


def _legend(canvas: Canvas, figures: Figures) -> None:
    step = (canvas.width - _SIDE) / max(1, len(figures.series))
    base = canvas.height - 4
    for number, series in enumerate(figures.series):
        start = _SIDE + number * step
        colour, dash = COLOURS[number % len(COLOURS)], DASHES[number % len(DASHES)]
        places = [(start, base - SIZE / 3), (start + 22, base - SIZE / 3)]
        canvas.path(places, f"series-{number % len(COLOURS)}", colour, width=3, dash=dash)
        canvas.text(start + 28, base, series.name, colour=INK)


def _middle(canvas: Canvas, figures: Figures, at: int) -> float:
    slot = (canvas.width - _SIDE) / max(1, len(figures.labels))
    return _SIDE + slot * (at + 0.5)


def _highest(figures: Figures) -> Fraction:
    known = [one.number for series in figures.series for one in series.values if one.number is not None]
    return max(known, default=Fraction(1))


def _runs(values: Sequence[Value]) -> list[list[tuple[int, Fraction]]]:
    runs: list[list[tuple[int, Fraction]]] = [[]]
    for at, one in enumerate(values):
        if one.number is not None:
            runs[-1].append((at, one.number))
        elif runs[-1]:
            runs.append([])
    return [run for run in runs if run]


def _said(figures: Figures, series: Series, at: int) -> str:
    return f"{figures.labels[at]}: {series.values[at].text} ({series.name})"


def _written(mark: Fraction) -> str:
    return str(mark.numerator) if mark.denominator == 1 else f"{float(mark):g}"
