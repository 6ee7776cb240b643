"""Write indicators as a table (CSV): one row for each period and party, heads that programs know."""

import csv
import io
from collections.abc import Iterator

from comity.plan.columns import INDICATORS, IndicatorColumn
from comity.plan.exchange import LANGUAGES, Figure, Indicator, Result, Results
from comity.plan.papers.sheets import ACTIVE

_TITLES = tuple(
    zip(LANGUAGES, (IndicatorColumn.TITLE_EN, IndicatorColumn.TITLE_DE, IndicatorColumn.TITLE_AR), strict=True)
)


def indicators_csv(results: Results) -> bytes:
    """Return the indicators as CSV (RFC 4180, UTF-8 with its mark, so that spreadsheets read Arabic)."""
    made = io.StringIO()
    writer = csv.DictWriter(made, [str(column) for column in INDICATORS], lineterminator="\r\n")
    writer.writeheader()
    for result in results.results:
        for indicator in result.indicators:
            for row in _rows(result, indicator):
                writer.writerow({str(column): harmless(value) for column, value in row.items()})
    return b"\xef\xbb\xbf" + made.getvalue().encode()


def harmless(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula; numbers stay numbers.

    SECURITY: a table that is opened in a spreadsheet runs nothing. Holds because a text that begins like a formula gets
    an apostrophe before it, which the import takes off again. Breaks if a cell is written without this function.
    """
    if text.startswith(ACTIVE) and not text[1:].replace(".", "", 1).isdecimal():
        return f"'{text}"
    return text


def _rows(result: Result, indicator: Indicator) -> Iterator[dict[IndicatorColumn, str]]:
    known = dict(indicator.title.texts)
    baseline = indicator.baselines[0] if indicator.baselines else None
    same = {
        IndicatorColumn.RESULT: result.title.in_("en"),
        IndicatorColumn.RESULT_KIND: result.kind.name.lower(),
        IndicatorColumn.KEY: indicator.key,
        **{column: known.get(language, "") for language, column in _TITLES},
        IndicatorColumn.MEASURE: indicator.measure.name.lower(),
        IndicatorColumn.RISING: "yes" if indicator.rising else "no",
        IndicatorColumn.COMPUTED: indicator.computed,
        IndicatorColumn.BASELINE_YEAR: str(baseline.year) if baseline else "",
        IndicatorColumn.BASELINE: baseline.figure.value if baseline else "",
    }
    if not indicator.periods:
        yield same
    for period in indicator.periods:
        parties = dict.fromkeys(one.party for one in (*period.targets, *period.actuals)) or {"": None}
        for party in parties:
            target, actual = (_of(figures, party) for figures in (period.targets, period.actuals))
            yield same | {
                IndicatorColumn.FIRST: period.first.isoformat(),
                IndicatorColumn.LAST: period.last.isoformat(),
                IndicatorColumn.PARTY: party,
                IndicatorColumn.TARGET: target.value if target else "",
                IndicatorColumn.ACTUAL: actual.value if actual else "",
                IndicatorColumn.COMMENT: actual.comment.in_("en") if actual else "",
            }


def _of(figures: tuple[Figure, ...], party: str) -> Figure | None:
    return next((one for one in figures if one.party == party), None)
