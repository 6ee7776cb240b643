"""Drawings say the same in shapes and in words, in both directions, and let no text become markup."""

from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from xml.etree.ElementTree import Element

import pytest
from defusedxml.ElementTree import fromstring
from hypothesis import given
from hypothesis import strategies as st

from comity.desk.paper.drawings import checked
from comity.desk.plots.figures import Figures, Series, Value, bar_plot, line_plot, spark
from comity.desk.plots.gantt import Row, Words, gantt
from comity.desk.plots.scale import Days, scale

SVG = "{http://www.w3.org/2000/svg}"
WORDS = Words("Timeline", "Action", "Start", "Due", "State", "Agreed before", "Waits for", "today")
SPAN = (date(2027, 1, 1), date(2027, 12, 31))


def _figures(*numbers: int | None, name: str = "Berlin") -> Figures:
    values = tuple(Value(None) if one is None else Value(Fraction(one), str(one)) for one in numbers)
    labels = tuple(f"Q{at + 1}" for at in range(len(numbers)))
    return Figures("Answers", "Quarter", labels, (Series(name, values),))


def _shapes(svg: str, kind: str, name: str) -> list[Element]:
    return [one for one in fromstring(svg).iter(SVG + kind) if one.get("class") == f"plot-{name}"]


@pytest.mark.parametrize("draw", [line_plot, bar_plot, spark])
def test_every_drawing_has_a_title_and_a_table_and_passes_onto_paper(draw: type) -> None:
    plot = draw(_figures(1, None, 3), rtl=False)
    assert fromstring(checked(plot.svg))[0].text == "Answers"
    assert plot.table.rows == (("Q1", "1"), ("Q2", "\u2013"), ("Q3", "3"))


def test_a_value_that_is_not_known_breaks_the_line_and_is_not_nought() -> None:
    svg = line_plot(_figures(1, 2, None, 4), rtl=False).svg
    plotted = [one for one in _shapes(svg, "polyline", "series-0") if one.get("stroke-width") == "1.6"]
    assert [len(one.get("points", "").split()) for one in plotted] == [2, 1]


def test_names_from_a_plan_never_become_markup() -> None:
    hostile = "</title><script>alert(1)</script>"
    for svg in (
        bar_plot(_figures(1, name=hostile), rtl=False).svg,
        gantt([Row("a", hostile, date(2027, 2, 1))], SPAN, date(2027, 1, 2), WORDS, rtl=True).svg,
    ):
        assert "<script" not in svg
        checked(svg)


def test_bars_mirror_in_arabic_to_the_last_unit() -> None:
    row = [Row("a", "A", date(2027, 4, 30), date(2027, 2, 1))]
    there = _shapes(gantt(row, SPAN, SPAN[0], WORDS, rtl=False).svg, "rect", "tone-open")[0]
    back = _shapes(gantt(row, SPAN, SPAN[0], WORDS, rtl=True).svg, "rect", "tone-open")[0]
    left, width = float(there.get("x", "")), float(there.get("width", ""))
    assert float(back.get("width", "")) == width
    assert float(back.get("x", "")) == pytest.approx(960 - left - width, abs=0.11)


def test_words_in_arabic_begin_at_the_right_edge_whatever_draws_them() -> None:
    svg = gantt([Row("a", "A-1", SPAN[0])], SPAN, date(2030, 1, 1), WORDS, rtl=True).svg
    (name,) = [one for one in fromstring(svg).iter(SVG + "text") if "A-1" in (one.text or "")]
    assert (name.get("x"), name.get("text-anchor"), name.text) == ("956", "end", "\u2067A-1\u2069")
    assert fromstring(svg).get("direction") == "ltr"


def test_a_timeline_shows_what_was_agreed_before_what_waits_and_today() -> None:
    rows = [
        Row("a", "Draft", date(2027, 3, 31), date(2027, 1, 1), before=(date(2027, 1, 1), date(2027, 2, 28))),
        Row("b", "Adopted", date(2027, 6, 30), state="agreed", waits_for=("a", "elsewhere")),
    ]
    plot = gantt(rows, SPAN, date(2027, 2, 1), WORDS, rtl=False)
    for kind, name in (("rect", "before"), ("polyline", "link"), ("polyline", "today"), ("polygon", "tone-open")):
        assert len(_shapes(plot.svg, kind, name)) == 1
    assert plot.table.rows[0][4] == "2027-01-01 \u2013 2027-02-28"
    assert plot.table.rows[1][5] == "Draft, elsewhere"


def test_today_outside_of_the_days_shown_is_not_drawn() -> None:
    plot = gantt([Row("a", "A", SPAN[0])], SPAN, date(2030, 1, 1), WORDS, rtl=False)
    assert not _shapes(plot.svg, "polyline", "today")


@given(st.fractions(min_value=0, max_value=10**9, max_denominator=1000))
def test_a_scale_ends_at_a_round_number_that_holds_the_highest(highest: Fraction) -> None:
    rule = scale(highest, 100)
    assert rule.marks[0] == 0
    assert rule.marks[-1] == rule.top >= highest
    assert 2 <= len(rule.marks) <= 6
    assert rule.at(rule.top) == 100


@given(st.dates(date(1990, 1, 1), date(2090, 1, 1)), st.integers(0, 20_000))
def test_months_on_an_axis_lie_within_its_days_and_do_not_crowd(first: date, length: int) -> None:
    days = Days(first, first + timedelta(days=length), 720)
    marks = list(days.months())
    assert all(first <= one <= days.last and one.day == 1 for one in marks)
    places = [days.at(one) for one in marks]
    assert all(later - earlier > 35 for earlier, later in pairwise(places))
