"""Read IATI 2.03 activities for their results: indicators with baselines, periods, targets and actuals.

What the schema of the standard requires is required here, with the line of what is missing.  What its rules advise
beyond the schema (a number where a measure counts, a measure on the code list) is taken as it stands and reported.
Source: IATI Standard 2.03, iati-activities-schema and the standard ruleset.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal, InvalidOperation
from typing import Final

from comity.plan.exchange import (
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
from comity.plan.imports import simple
from comity.plan.imports.markup import Node, read
from comity.plan.imports.report import Fault, ImportRefusedError, Left, Notes, Taken, Why

_CONTAINERS: Final = frozenset({("iati-activities",), ("iati-activities", "iati-activity")})
_ONCE: Final = frozenset({
    "iati-identifier", "reporting-org", "title", "activity-status", "country-budget-items", "collaboration-type",
    "default-flow-type", "default-finance-type", "default-tied-status", "capital-spend", "conditions",
})  # fmt: skip
_NEEDED: Final = (
    "iati-identifier", "reporting-org", "title", "description", "participating-org", "activity-status", "activity-date",
)  # fmt: skip
_ACTIVITY: Final = _ONCE | frozenset({
    "participating-org", "other-identifier", "contact-info", "activity-scope", "recipient-country", "recipient-region",
    "location", "sector", "tag", "humanitarian-scope", "policy-marker", "default-aid-type", "budget",
    "planned-disbursement", "transaction", "document-link", "related-activity", "legacy-data", "crs-add", "fss",
})  # fmt: skip
_LEFT: Final = frozenset({"document-link", "reference", "location", "dimension"})
_COMITY: Final = "99"
"""The vocabulary of a reporting organisation's own codes; ours hold the indicator's key."""
_COMPUTED: Final = "comity-measure:"
_LANGUAGE: Final = "xml:lang"
_YEAR: Final = re.compile(r"0*[1-9]\d{0,3}")


def results(data: bytes) -> Taken[tuple[Results, ...]]:
    """Return the results of each activity, and what was left out; raises `ImportRefusedError`."""
    reading = _Reading()
    root = read(data, root=("", "iati-activities"), containers=_CONTAINERS, take=reading.take, begin=reading.begin)
    if "version" not in root.attributes:
        raise ImportRefusedError(Fault(root.line, "iati-activities/@version", Why.MISSING))
    if not root.attributes["version"].startswith("2."):
        reading.notes.loss(root.line, "iati-activities/@version", Left.RULE)
    return reading.finish()


@dataclass(slots=True)
class _Activity:
    line: int
    identifier: str = ""
    title: Said = field(default_factory=Said)
    description: Said = field(default_factory=Said)
    organisation: str = ""
    dates: dict[str, date] = field(default_factory=dict)
    results: list[Result] = field(default_factory=list)
    seen: set[str] = field(default_factory=set)


@dataclass(slots=True)
class _Reading:
    notes: Notes = field(default_factory=Notes)
    activities: list[_Activity] = field(default_factory=list)

    def take(self, path: tuple[str, ...], node: Node) -> None:
        if len(path) == 1:
            _unknown(node, self.notes, node.name)
            return
        activity = self.activities[-1]
        if node.name in _ONCE and node.name in activity.seen:
            self.notes.fault(node.line, f"iati-activity/{node.name}", Why.TWICE)
        activity.seen.add(node.name)
        match node.name:
            case "iati-identifier":
                activity.identifier = node.text
            case "title":
                activity.title = said(node, self.notes, "title")
            case "description":
                activity.description = said(node, self.notes, "description")
            case "reporting-org":
                activity.organisation = node.attributes.get("ref", "")
            case "activity-date":
                self._date(activity, node)
            case "result":
                activity.results.append(_result(node, self.notes, len(activity.results) + 1))
            case name if name in _ACTIVITY:
                self.notes.loss(node.line, f"iati-activity/{name}")
            case _:
                _unknown(node, self.notes, f"iati-activity/{node.name}")

    def begin(self, path: tuple[str, ...], node: Node) -> None:
        if path:
            self.activities.append(_Activity(node.line))
            self.notes.language = node.attributes.get(_LANGUAGE, "").lower()

    def _date(self, activity: _Activity, node: Node) -> None:
        found = simple.day(node.attributes.get("iso-date", ""), node.line, self.notes, "activity-date/@iso-date")
        if found:
            activity.dates[node.attributes.get("type", "")] = found

    def finish(self) -> Taken[tuple[Results, ...]]:
        for one in self.activities:
            for name in _NEEDED:
                if name not in one.seen:
                    self.notes.fault(one.line, f"iati-activity/{name}", Why.MISSING)
        self.notes.settle()
        # Types of activity dates: 1 and 2 are the planned and the actual start, 3 and 4 the planned and actual end.
        value = tuple(
            Results(
                one.identifier,
                one.title,
                tuple(one.results),
                one.organisation,
                one.description,
                one.dates.get("1") or one.dates.get("2"),
                one.dates.get("3") or one.dates.get("4"),
            )
            for one in self.activities
        )
        return Taken(value, self.notes.losses())


def said(node: Node, notes: Notes, place: str) -> Said:
    """Read the narratives of an element; at least one must be there."""
    narratives = node.all("narrative")
    if not narratives:
        notes.fault(node.line, f"{place}/narrative", Why.MISSING)
    texts: dict[str, str] = {}
    for one in narratives:
        language = one.attributes.get(_LANGUAGE, notes.language).lower()
        if language in texts and texts[language] != one.text:
            notes.loss(one.line, f"{place}/narrative (second in one language)", Left.SIMPLIFIED)
        texts.setdefault(language, one.text)
    return Said(tuple(texts.items()))


def _unknown(node: Node, notes: Notes, place: str) -> None:
    """Note an element of somebody else's namespace as left out; the standard's own has no room for others."""
    if node.space:
        notes.loss(node.line, place, Left.UNKNOWN)
    else:
        notes.fault(node.line, place, Why.NOT_ON_LIST)


def _single(node: Node, name: str, notes: Notes, place: str, *, needed: bool = False) -> Node | None:
    """Return the one element of a name; a second is a fault, and so is its absence where it is needed."""
    found = node.all(name)
    if len(found) > 1:
        notes.fault(found[1].line, f"{place}/{name}", Why.TWICE)
    if not found and needed:
        notes.fault(node.line, f"{place}/{name}", Why.MISSING)
    return found[0] if found else None


def _told(node: Node, name: str, notes: Notes, place: str, *, needed: bool = False) -> Said:
    found = _single(node, name, notes, place, needed=needed)
    return said(found, notes, f"{place}/{name}") if found else Said()


def _leave(node: Node, taken: frozenset[str], attributes: frozenset[str], notes: Notes, place: str) -> None:
    for one in node.nodes:
        if one.space or one.name not in {*taken, *_LEFT}:
            _unknown(one, notes, f"{place}/{one.name}")
        elif one.name in _LEFT:
            notes.loss(one.line, f"{place}/{one.name}")
    for name in node.attributes:
        if name not in attributes:
            notes.loss(node.line, f"{place}/@{name}", Left.UNKNOWN if name.startswith("{") else Left.NOT_HELD)


def _flag(node: Node, name: str, notes: Notes, place: str, *, default: bool) -> bool:
    text = node.attributes.get(name)
    return default if text is None else simple.boolean(text, node.line, notes, f"{place}/@{name}")


def _result(node: Node, notes: Notes, number: int) -> Result:
    place = "result"
    taken = frozenset({"title", "description", "indicator"})
    _leave(node, taken, frozenset({"type", "aggregation-status"}), notes, place)
    if "type" not in node.attributes:
        notes.fault(node.line, f"{place}/@type", Why.MISSING)
    if "aggregation-status" in node.attributes:
        _flag(node, "aggregation-status", notes, place, default=False)
        notes.loss(node.line, f"{place}/@aggregation-status")
    kind = node.attributes.get("type", "")
    if kind and kind not in set(ResultKind):
        notes.loss(node.line, f"{place}/@type", Left.RULE)
    found = node.all("indicator")
    if not found:
        notes.fault(node.line, f"{place}/indicator", Why.MISSING)
    indicators = tuple(_indicator(one, notes, f"{number}.{count}") for count, one in enumerate(found, 1))
    title = _told(node, "title", notes, place, needed=True)
    sort = ResultKind(kind) if kind in set(ResultKind) else ResultKind.OTHER
    return Result(title, indicators, sort, _told(node, "description", notes, place))


def _indicator(node: Node, notes: Notes, number: str) -> Indicator:
    place = "result/indicator"
    taken = frozenset({"title", "description", "reference", "baseline", "period"})
    _leave(node, taken, frozenset({"measure", "ascending", "aggregation-status"}), notes, place)
    if "measure" not in node.attributes:
        notes.fault(node.line, f"{place}/@measure", Why.MISSING)
    if "aggregation-status" in node.attributes:
        _flag(node, "aggregation-status", notes, place, default=False)
        notes.loss(node.line, f"{place}/@aggregation-status")
    written = node.attributes.get("measure", "")
    measure = Measure(written) if written in set(Measure) else Measure.UNIT
    if written and written not in set(Measure):
        notes.loss(node.line, f"{place}/@measure", Left.RULE)
    key, computed = _references(node, notes)
    return Indicator(
        key or number,
        _told(node, "title", notes, place, needed=True),
        _told(node, "description", notes, place),
        measure,
        _flag(node, "ascending", notes, place, default=True),
        tuple(filter(None, [_baseline(one, measure, notes) for one in node.all("baseline")])),
        tuple(filter(None, [_period(one, measure, notes) for one in node.all("period")])),
        computed,
    )


def _references(node: Node, notes: Notes) -> tuple[str, str]:
    key = computed = ""
    for one in node.all("reference"):
        place = "result/indicator/reference"
        for name in ("vocabulary", "code"):
            if name not in one.attributes:
                notes.fault(one.line, f"{place}/@{name}", Why.MISSING)
        code = one.attributes.get("code", "")
        if one.attributes.get("vocabulary") != _COMITY:
            notes.loss(one.line, place)
        elif code.startswith(_COMPUTED):
            computed = code.removeprefix(_COMPUTED)
        else:
            key = key or code
    return key, computed


def _figure(node: Node, measure: Measure, notes: Notes, place: str) -> Figure:
    _leave(node, frozenset({"comment"}), frozenset({"value", "year", "iso-date"}), notes, place)
    comment = _told(node, "comment", notes, place)
    value = node.attributes.get("value", "").strip()
    if measure is not Measure.QUALITATIVE and not _is_number(value):
        notes.loss(node.line, f"{place}/@value", Left.RULE)
    return Figure(value, comment)


def _is_number(text: str) -> bool:
    try:
        return Decimal(text).is_finite()
    except InvalidOperation:
        return False


def _baseline(node: Node, measure: Measure, notes: Notes) -> IndicatorBaseline | None:
    place = "result/indicator/baseline"
    figure = _figure(node, measure, notes, place)
    year = node.attributes.get("year")
    if year is None:
        notes.fault(node.line, f"{place}/@year", Why.MISSING)
        return None
    if not _YEAR.fullmatch(year.strip()):
        notes.fault(node.line, f"{place}/@year", Why.NOT_A_NUMBER)
        return None
    written = node.attributes.get("iso-date")
    on = simple.day(written, node.line, notes, f"{place}/@iso-date") if written is not None else None
    return IndicatorBaseline(int(year), figure, on)


def _period(node: Node, measure: Measure, notes: Notes) -> Period | None:
    place = "result/indicator/period"
    _leave(node, frozenset({"period-start", "period-end", "target", "actual"}), frozenset(), notes, place)
    ends: Mapping[str, date | None] = {name: _end(node, name, notes, place) for name in ("period-start", "period-end")}
    first, last = ends["period-start"], ends["period-end"]
    targets = tuple(_figure(one, measure, notes, f"{place}/target") for one in node.all("target"))
    actuals = tuple(_figure(one, measure, notes, f"{place}/actual") for one in node.all("actual"))
    if first is None or last is None:
        return None
    if last < first:
        notes.fault(node.line, place, Why.ORDER)
    return Period(first, last, targets, actuals)


def _end(node: Node, name: str, notes: Notes, place: str) -> date | None:
    found = _single(node, name, notes, place, needed=True)
    if found is None:
        return None
    if "iso-date" not in found.attributes:
        notes.fault(found.line, f"{place}/{name}/@iso-date", Why.MISSING)
        return None
    return simple.day(found.attributes["iso-date"], found.line, notes, f"{place}/{name}/@iso-date")
