"""Read indicators from a table (CSV), with commas, semicolons or tabs, every fault with its line."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final, TypeVar

from comity.plan.columns import INDICATORS, Heads, IndicatorColumn, understood, yes_or_no
from comity.plan.exchange import (
    LANGUAGES,
    Figure,
    Indicator,
    IndicatorBaseline,
    Measure,
    Period,
    Result,
    ResultKind,
    Results,
    Said,
)
from comity.plan.imports.report import Fault, ImportRefusedError, Left, Notes, Taken, Why
from comity.plan.papers.sheets import ACTIVE

MOST_BYTES: Final = 32 * 1024 * 1024
"""Bytes of a table; 500 indicators over ten years of quarters for two parties have about six million."""
MOST_ROWS: Final = 100_000
_Kind = TypeVar("_Kind", Measure, ResultKind)
_TITLES: Final = (IndicatorColumn.TITLE_EN, IndicatorColumn.TITLE_DE, IndicatorColumn.TITLE_AR)


def indicators(data: bytes) -> Taken[Results]:
    """Return the indicators, those of one objective together; raises `ImportRefusedError` with every fault."""
    rows, comma = _rows(data)
    heads = understood(next(rows, (1, []))[1], INDICATORS)
    reading = _Reading(heads, comma=comma)
    if IndicatorColumn.KEY not in heads.known:
        reading.notes.fault(1, str(INDICATORS[IndicatorColumn.KEY]), Why.COLUMN)
    reading.notes.settle()
    for name in heads.extra:
        reading.notes.loss(1, name, Left.UNKNOWN)
    for line, cells in rows:
        if any(cells):
            reading.row(line, cells)
    reading.notes.settle()
    return Taken(Results("", Said(), reading.results()), reading.notes.losses())


def _rows(data: bytes) -> tuple[Iterator[tuple[int, list[str]]], bool]:
    """Return the rows with their lines, and whether decimals may have commas."""
    if len(data) > MOST_BYTES:
        raise ImportRefusedError(Fault(1, "table", Why.TOO_LARGE))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as problem:
        line = data[: problem.start].count(b"\n") + 1
        raise ImportRefusedError(Fault(line, "table", Why.NOT_TEXT)) from problem
    head = text.partition("\n")[0]
    delimiter = max(",;\t", key=head.count)
    return _parsed(text, delimiter), delimiter != ","


def _parsed(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for number, cells in enumerate(reader):
            if number > MOST_ROWS:
                raise ImportRefusedError(Fault(reader.line_num, "table", Why.TOO_LARGE))
            yield reader.line_num, [_plain(one) for one in cells]
    except csv.Error as problem:
        raise ImportRefusedError(Fault(reader.line_num, "table", Why.WRONG_FORMAT)) from problem


def _plain(cell: str) -> str:
    text = cell.strip()
    return text[1:] if text.startswith("'") and text[1:].startswith(ACTIVE) else text


@dataclass(slots=True)
class _Draft:
    indicator: Indicator
    periods: dict[tuple[date, date], Period] = field(default_factory=dict)


class _Reading:
    def __init__(self, heads: Heads, *, comma: bool) -> None:
        self.notes = Notes()
        self._heads, self._comma = heads, comma
        self._drafts: dict[tuple[str, ResultKind], dict[str, _Draft]] = {}
        self._line, self._cells = 1, [""]

    def results(self) -> tuple[Result, ...]:
        return tuple(
            Result(
                Said((("", title),) if title else ()),
                tuple(replace(one.indicator, periods=tuple(one.periods.values())) for one in drafts.values()),
                kind,
            )
            for (title, kind), drafts in self._drafts.items()
        )

    def row(self, line: int, cells: list[str]) -> None:
        self._line, self._cells = line, cells
        key = self._text(IndicatorColumn.KEY)
        if not key:
            self._fault(IndicatorColumn.KEY, Why.EMPTY)
        place = self._text(IndicatorColumn.RESULT), self._listed(IndicatorColumn.RESULT_KIND, ResultKind.OUTPUT)
        drafts = self._drafts.setdefault(place, {})
        draft = drafts.get(key)
        if draft is None:
            drafts[key] = draft = _Draft(self._indicator(key))
        self._period(draft)

    def _indicator(self, key: str) -> Indicator:
        texts = zip(LANGUAGES, (self._text(column) for column in _TITLES), strict=True)
        title = Said(tuple((language, words) for language, words in texts if words))
        if not title.texts:
            self._fault(IndicatorColumn.TITLE_EN, Why.EMPTY)
        rising = yes_or_no(self._text(IndicatorColumn.RISING) or "1")
        if rising is None:
            self._fault(IndicatorColumn.RISING, Why.NOT_YES_OR_NO)
        measure = self._listed(IndicatorColumn.MEASURE, Measure.UNIT)
        year = self._text(IndicatorColumn.BASELINE_YEAR)
        if year and not (year.isdecimal() and 1 <= int(year) <= 9999):
            self._fault(IndicatorColumn.BASELINE_YEAR, Why.NOT_A_NUMBER)
            year = ""
        value = self._number(IndicatorColumn.BASELINE, measure)
        if value and not year:
            self._fault(IndicatorColumn.BASELINE_YEAR, Why.MISSING)
        baselines = (IndicatorBaseline(int(year), Figure(value)),) if year else ()
        computed = self._text(IndicatorColumn.COMPUTED)
        return Indicator(key, title, Said(), measure, bool(rising), baselines, (), computed)

    def _period(self, draft: _Draft) -> None:
        first, last = self._date(IndicatorColumn.FIRST), self._date(IndicatorColumn.LAST)
        measure = draft.indicator.measure
        target, actual = (self._number(one, measure) for one in (IndicatorColumn.TARGET, IndicatorColumn.ACTUAL))
        if first is None or last is None:
            if first or last or target or actual:
                self._fault(IndicatorColumn.LAST if first else IndicatorColumn.FIRST, Why.MISSING)
            return
        if last < first:
            self._fault(IndicatorColumn.LAST, Why.ORDER)
            return
        party, remark = self._text(IndicatorColumn.PARTY), self._text(IndicatorColumn.COMMENT)
        comment = Said((("", remark),)) if remark else Said()
        period = draft.periods.setdefault((first, last), Period(first, last))
        if any(one.party == party for one in (*period.targets, *period.actuals)):
            self._fault(IndicatorColumn.PARTY, Why.TWICE)
        draft.periods[first, last] = replace(
            period,
            targets=(*period.targets, Figure(target, party=party)) if target else period.targets,
            actuals=(*period.actuals, Figure(actual, comment, party)) if actual or remark else period.actuals,
        )

    def _fault(self, column: IndicatorColumn, why: Why) -> None:
        self.notes.fault(self._line, str(INDICATORS[column]), why)

    def _text(self, column: IndicatorColumn) -> str:
        index = self._heads.known.get(column)
        return "" if index is None or index >= len(self._cells) else self._cells[index]

    def _date(self, column: IndicatorColumn) -> date | None:
        text = self._text(column)
        try:
            return date.fromisoformat(text) if text else None
        except ValueError:
            self._fault(column, Why.NOT_A_DATE)
            return None

    def _number(self, column: IndicatorColumn, measure: Measure) -> str:
        """Return a value as it is to be kept: a plain decimal, unless the measure is one of quality."""
        text = self._text(column)
        if not text or measure is Measure.QUALITATIVE:
            return text
        plain = text.replace(",", ".", 1) if self._comma else text
        try:
            finite = Decimal(plain).is_finite()
        except InvalidOperation:
            finite = False
        if not finite:
            self._fault(column, Why.NOT_A_NUMBER)
        return plain if finite else ""

    def _listed(self, column: IndicatorColumn, fallback: _Kind) -> _Kind:
        """Return the member that a cell names by its name or its IATI code."""
        text = self._text(column).casefold()
        for one in type(fallback):
            if text in {one.name.casefold(), one.value}:
                return one
        if text:
            self._fault(column, Why.NOT_ON_LIST)
        return fallback
