"""Turn the indicators of areas into what other programs see of them, and what comes from those into indicators.

A result is an area of the agreement, by its identifier or its title in any language.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import msgspec

from comity.plan import exchange
from comity.plan.exchange import Figure, IndicatorBaseline, Measure, Result, Results, Said
from comity.plan.exchange_plan import Known
from comity.plan.imports.report import Notes, Taken, Why
from comity.plan.kinds.indicators import AreaIndicators, Indicator, Number, Period
from comity.plan.kinds.plan import Text

UNITS: Final[Mapping[Measure, Text]] = {
    Measure.PERCENTAGE: {"en": "per cent", "de": "Prozent", "ar": "في المئة"},
}
UNIT: Final[Text] = {"en": "number", "de": "Anzahl", "ar": "العدد"}
IDENTIFIER: Final = "XX-COMITY-PLAN"


@dataclass(frozen=True, slots=True)
class Told:
    """Hold a figure that this side writes by hand: of which indicator and period, and where it comes from."""

    area: str
    key: str
    period: str
    value: str
    evidence: Text


@dataclass(slots=True)
class Brought:
    """Hold what a file makes of indicators: areas to be proposed, and this side's figures."""

    bodies: dict[str, AreaIndicators] = field(default_factory=dict)
    told: list[Told] = field(default_factory=list)


def outward(
    bodies: Sequence[AreaIndicators],
    known: Known,
    title: Said,
    computed: Mapping[tuple[str, str, str], str],
) -> Results:
    """Return indicators as other programs see them; ``computed`` are figures by area, key and period."""
    results = tuple(
        Result(
            Said(tuple(known.areas.get(body.area, {"en": body.area}).items())),
            tuple(_indicator(body, key, computed) for key in body.indicators),
        )
        for body in bodies if body.indicators
    )  # fmt: skip
    days = [one for body in bodies for one in body.periods.values()]
    first, last = min((one.first for one in days), default=None), max((one.last for one in days), default=None)
    return Results(IDENTIFIER, title, results, IDENTIFIER, title, first, last)


def _indicator(body: AreaIndicators, key: str, computed: Mapping[tuple[str, str, str], str]) -> exchange.Indicator:
    one = body.indicators[key]
    periods = []
    for name, period in sorted(body.periods.items(), key=lambda pair: pair[1].first):
        target = one.targets.get(name)
        actuals = [
            Figure(held[name].value, Said(tuple(held[name].evidence.items())), party)
            for party, held in sorted(one.actuals.items()) if name in held
        ]  # fmt: skip
        if value := computed.get((body.area, key, name)):
            actuals.append(Figure(value))
        periods.append(exchange.Period(period.first, period.last, (Figure(target),) if target else (), tuple(actuals)))
    on = one.baseline_on or min(period.first for period in body.periods.values())
    baselines = (IndicatorBaseline(on.year, Figure(one.baseline), one.baseline_on),) if one.baseline else ()
    unit = next((measure for measure, words in UNITS.items() if set(words.values()) & set(one.unit.values())), None)
    return exchange.Indicator(
        key, Said(tuple(one.title.items())), Said(tuple((one.verified_by or {}).items())), unit or Measure.UNIT,
        one.rising, baselines, tuple(periods), one.measure or "",
    )  # fmt: skip


def inward(
    taken: Taken[Results],
    known: Known,
    held: Mapping[str, AreaIndicators],
    units: Mapping[str, Text],
    party: str,
) -> Taken[Brought]:
    """Return what a file makes of the indicators that are ``held``; raises `ImportRefusedError`.

    ``units`` are those of the measures of the catalogue, by name; ``party`` is this side.
    """
    reading = _Reading(known, held, units, party)
    for result in taken.value.results:
        reading.take(result)
    reading.notes.settle()
    return Taken(reading.brought, (*taken.losses, *reading.notes.losses()))


class _Reading:
    def __init__(self, known: Known, held: Mapping[str, AreaIndicators], units: Mapping[str, Text], party: str) -> None:
        self.notes, self.brought = Notes(), Brought()
        self._known, self._held, self._units, self._party = known, held, units, party
        self._areas = {name: area for area, words in known.areas.items() for name in (area, *words.values())}

    def take(self, result: Result) -> None:
        """Take one result: the indicators of one area."""
        titles = [text for _language, text in result.title.texts]
        area = next((self._areas[one] for one in titles if one in self._areas), self._known.area)
        if not area:
            self.notes.fault(1, (titles[0] if titles else "result")[:80], Why.AREA)
            return
        begun = self.brought.bodies.get(area) or self._held.get(area)
        periods = dict(begun.periods) if begun else {}
        names = {(one.first, one.last): name for name, one in periods.items()}
        for period in (one for indicator in result.indicators for one in indicator.periods):
            days = (period.first, period.last)
            if days not in names:
                names[days] = f"{period.first.isoformat()}-{period.last.isoformat()}"
                periods[names[days]] = Period(first=period.first, last=period.last)
        indicators = dict(begun.indicators) if begun else {}
        for one in result.indicators:
            key, made = self._indicator(area, one, names, indicators)
            if made:
                indicators[key] = made
        try:
            self.brought.bodies[area] = AreaIndicators(area=area, periods=periods, indicators=indicators)
        except ValueError:
            self.notes.fault(1, area, Why.MISSING)

    def _indicator(
        self, area: str, one: exchange.Indicator, names: Mapping[tuple[date, date], str],
        there: Mapping[str, Indicator],
    ) -> tuple[str, Indicator | None]:  # fmt: skip
        key = re.sub(r"[^a-z0-9-]+", "-", one.key.casefold()).strip("-")[:40]
        if not key:
            self.notes.fault(1, f"{area}: key", Why.EMPTY)
            return "", None
        if one.computed and one.computed not in self._units:
            self.notes.fault(1, f"{key}: computed by {one.computed[:40]}", Why.NOT_ON_LIST)
            return key, None
        before = there.get(key)
        targets = {}
        for period in one.periods:
            name = names[period.first, period.last]
            for target in period.targets:
                if target.party:
                    self.notes.loss(1, "target of one side")
                elif self._number(target.value, f"{key}: target"):
                    targets[name] = target.value
            self._figures(area, key, name, one, period, before)
        first = one.baselines[0] if one.baselines else None
        if first and not self._number(first.figure.value, f"{key}: baseline"):
            first = None
        return key, Indicator(
            title={**(before.title if before else {}), **self._text(one.title)} or {"en": key},
            unit=before.unit if before else self._units.get(one.computed) or UNITS.get(one.measure, UNIT),
            rising=one.rising,
            measure=one.computed or None,
            baseline=first.figure.value if first else None,
            baseline_on=(first.on or (before.baseline_on if before else None)) if first else None,
            verified_by=self._text(one.description) or (before.verified_by if before else None),
            targets=targets,
            actuals=before.actuals if before and not one.computed else {},
        )

    def _figures(
        self, area: str, key: str, name: str, one: exchange.Indicator, period: exchange.Period, before: Indicator | None
    ) -> None:
        for figure in period.actuals:
            if not figure.value or one.computed:
                continue  # what is computed comes from the journals of both sides, never from a file
            place = f"{key}: actual of {name}"
            held = before.actuals.get(figure.party, {}).get(name) if before else None
            if held and held.value == figure.value:
                continue
            evidence = self._text(figure.comment)
            if figure.party not in {"", self._party}:
                self.notes.loss(1, "actual of the other side, which it writes itself")
            elif before is None:
                self.notes.loss(1, "actual of an indicator that is only proposed yet")
            elif not evidence:
                self.notes.fault(1, f"{place}: evidence", Why.EMPTY)
            elif self._number(figure.value, place):
                self.brought.told.append(Told(area, key, name, figure.value, evidence))

    def _text(self, said: Said) -> Text:
        texts = {(language or self._known.language): words[:4000] for language, words in said.texts if words}
        left = {one for one in texts if one not in {"en", "de", "ar"}}
        if left:
            self.notes.loss(1, f"texts in {', '.join(sorted(left))[:40]}")
        return {one: words for one, words in texts.items() if one not in left}

    def _number(self, value: str, place: str) -> bool:
        try:
            msgspec.convert(value, Number)
        except msgspec.ValidationError:
            self.notes.fault(1, place, Why.NOT_A_NUMBER)
            return False
        return True
