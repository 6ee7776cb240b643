"""Write indicators as an IATI 2.03 activity with results, elements in the order of its schema."""

from datetime import UTC, datetime
from typing import Final
from xml.etree.ElementTree import Element

from comity.plan.exchange import Figure, Indicator, Measure, Period, Result, Results, Said
from comity.plan.papers.markup import add, written

_LANGUAGE: Final = "{http://www.w3.org/XML/1998/namespace}lang"
_OWN: Final = "99"
_COMPUTED: Final = "comity-measure:"
_GOVERNMENT: Final = "10"
_IMPLEMENTING: Final = "4"
_ACCOUNTABLE: Final = "2"
_IMPLEMENTATION: Final = "2"


def results_xml(results: Results, *, made: datetime, organisations: tuple[tuple[str, str], ...] = ()) -> bytes:
    """Return the activity; ``organisations`` gives reference and name of each authority that takes part."""
    root = Element("iati-activities", {"version": "2.03", "generated-datetime": _stamp(made)})
    activity = add(root, "iati-activity")
    activity.set(_LANGUAGE, results.title.texts[0][0] if results.title.texts else "en")
    activity.set("last-updated-datetime", _stamp(made))
    add(activity, "iati-identifier", results.identifier)
    named = organisations or ((results.organisation or results.identifier, results.organisation or results.identifier),)
    reporting = add(activity, "reporting-org", ref=named[0][0], type=_GOVERNMENT)
    add(reporting, "narrative", named[0][1])
    _said(activity, "title", results.title)
    _said(activity, "description", results.description if results.description.texts else results.title)
    for number, (reference, name) in enumerate(named):
        taking_part = add(activity, "participating-org", ref=reference, type=_GOVERNMENT)
        taking_part.set("role", _IMPLEMENTING if number else _ACCOUNTABLE)
        add(taking_part, "narrative", name)
    add(activity, "activity-status", code=_IMPLEMENTATION)
    start = results.start or made.date()
    add(activity, "activity-date", type="1").set("iso-date", start.isoformat())
    if results.finish:
        add(activity, "activity-date", type="3").set("iso-date", results.finish.isoformat())
    for one in results.results:
        _result(activity, one)
    return written(root)


def _stamp(at: datetime) -> str:
    return at.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _said(parent: Element, name: str, said: Said) -> None:
    node = add(parent, name)
    for language, words in said.texts:
        narrative = add(node, "narrative", words)
        if language:
            narrative.set(_LANGUAGE, language)


def _result(parent: Element, one: Result) -> None:
    node = add(parent, "result", type=one.kind.value)
    _said(node, "title", one.title)
    if one.description.texts:
        _said(node, "description", one.description)
    for indicator in one.indicators:
        _indicator(node, indicator)


def _indicator(parent: Element, one: Indicator) -> None:
    node = add(parent, "indicator", measure=one.measure.value, ascending=str(one.rising).lower())
    _said(node, "title", one.title)
    if one.description.texts:
        _said(node, "description", one.description)
    add(node, "reference", vocabulary=_OWN, code=one.key)
    if one.computed:
        add(node, "reference", vocabulary=_OWN, code=f"{_COMPUTED}{one.computed}")
    counted = one.measure is not Measure.QUALITATIVE
    for baseline in one.baselines:
        if baseline.figure.value or not counted:
            made = _figure(node, "baseline", baseline.figure, counted=counted, year=baseline.year)
            if baseline.on:
                made.set("iso-date", baseline.on.isoformat())
    for period in one.periods:
        _period(node, period, counted=counted)


def _period(parent: Element, period: Period, *, counted: bool) -> None:
    node = add(parent, "period")
    add(node, "period-start").set("iso-date", period.first.isoformat())
    add(node, "period-end").set("iso-date", period.last.isoformat())
    for name, figures in (("target", period.targets), ("actual", period.actuals)):
        for figure in figures:
            if figure.value or not counted:
                _figure(node, name, figure, counted=counted)


def _figure(parent: Element, name: str, figure: Figure, *, counted: bool, **attributes: object) -> Element:
    """Write a value; what a qualitative measure says stands in words, as the standard's rules ask."""
    node = add(parent, name, **attributes)
    if counted:
        node.set("value", figure.value)
    comment = figure.comment
    if not counted and figure.value and not comment.texts:
        comment = Said((("", figure.value),))
    if comment.texts:
        _said(node, "comment", comment)
    return node
