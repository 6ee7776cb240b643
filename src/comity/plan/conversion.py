"""Turn the plan and the indicators that both sides hold into what formats carry, and back.

What a format holds and a plan does not is named among what was left out; what a lead has said about an action, and how
it ended, is never taken from a file: leads and both sides say that themselves.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from hashlib import sha256
from typing import Final

from comity.desk.seat import Seat
from comity.plan import words
from comity.plan.access import ActionShown, AreaShown
from comity.plan.exchange import (
    Assignment,
    Figure,
    IndicatorBaseline,
    Link,
    LinkKind,
    Measure,
    Project,
    Resource,
    Result,
    Results,
    Said,
    Task,
)
from comity.plan.exchange import Indicator as GivenIndicator
from comity.plan.exchange import Period as GivenPeriod
from comity.plan.indicator_access import Counter, IndicatorArea
from comity.plan.indicator_access import shown as indicator_shown
from comity.plan.kinds.indicators import AreaIndicators, Indicator, Period
from comity.plan.kinds.plan import Action, AreaPlan, Milestone, Text
from comity.plan.meeting_joint import UnfitError
from comity.plan.states import State

LANGUAGES: Final = ("en", "de", "ar")
_SLUG: Final = re.compile(r"[a-z0-9-]{1,40}")
_AUTHORITY: Final = re.compile(r"[A-Z]{2}/[A-Za-z0-9-]+")
_PERCENT: Final = {State.DONE_CONFIRMED: 100, State.DONE_CLAIMED: 100}


@dataclass(frozen=True, slots=True)
class Made:
    """Hold the plans that a file makes, by area, and what of it was left out, a sentence each."""

    bodies: Mapping[str, AreaPlan]
    left: list[str] = field(default_factory=list)


def to_project(seat: Seat, shown: Sequence[AreaShown]) -> Project:
    """Return the plan as other programs see it: areas as groups, actions and milestones below them."""
    tasks: list[Task] = []
    for one in shown:
        title = _titled(seat, one.body.area)
        tasks.append(
            Task(
                one.body.area, title.in_(seat.language), start=one.body.first, finish=one.body.last, summary=True,
                titles=title,
            )
        )  # fmt: skip
        tasks += [_task(each) for each in one.actions]
        tasks += [_milestone(key, each) for key, each in one.body.milestones.items()]
    names = dict.fromkeys(task.resource for one in tasks for task in one.assignments)
    resources = tuple(Resource(name, name, group=name.partition("/")[0]) for name in names)
    first = min((one.body.first for one in shown), default=None)
    last = max((one.body.last for one in shown), default=None)
    return Project("Comity", tuple(tasks), first, last, resources)


def _task(one: ActionShown) -> Task:
    action = one.action
    who = (action.lead, *((action.co_lead,) if action.co_lead else ()), *action.with_)
    return Task(
        one.key,
        Said(tuple(action.title.items())).in_("en"),
        level=2,
        start=action.start,
        finish=action.due,
        percent=_PERCENT.get(one.state, 0),
        links=tuple(Link(key) for key in action.waits_for),
        assignments=tuple(Assignment(name) for name in dict.fromkeys(who)),
        extra=(("state", one.state.value), ("clause", action.clause)),
        titles=Said(tuple(action.title.items())),
    )


def _milestone(key: str, one: Milestone) -> Task:
    said = Said(tuple(one.title.items()))
    return Task(key, said.in_("en"), level=2, start=one.due, finish=one.due, minutes=0, milestone=True, titles=said)


def from_project(seat: Seat, project: Project, known: Mapping[str, AreaPlan], *, area: str = "") -> Made:
    """Return the plans that a file makes: each group of the highest level is an area, by its key or title.

    ``known`` are the plans there are: what a file does not hold of an action (objective, deliverables, costs) stays.
    Raises `UnfitError` where a group is no area and none is named, or a plan would not hold together.
    """
    made = Made({}, [])
    names = {one.key: one.name for one in project.resources}
    bodies: dict[str, AreaPlan] = {}
    for name, tasks in _grouped(seat, project, area):
        dated = [one for one in tasks if one.finish is not None]
        made.left.extend(f"{one.key}: {one.name[:60]}: no date" for one in tasks if one.finish is None)
        if not dated:
            continue
        before = known.get(name)
        keys = {one.key: _key(one, before) for one in dated}
        actions, milestones = _parts(seat, dated, names, keys, before, made.left, name)
        first = min(one.start or one.finish or date.max for one in dated)
        last = max(one.finish or date.min for one in dated)
        try:
            bodies[name] = AreaPlan(
                area=name,
                first=min(first, before.first) if before else first,
                last=max(last, before.last) if before else last,
                objectives=before.objectives if before else {},
                actions=actions,
                milestones=milestones,
                risks=before.risks if before else {},
            )
        except ValueError as error:
            raise UnfitError(f"The plan of {name} would not hold together: {error}.") from error
    return Made(bodies, made.left)


def _parts(
    seat: Seat,
    tasks: Sequence[Task],
    names: Mapping[str, str],
    keys: Mapping[str, str],
    before: AreaPlan | None,
    left: list[str],
    area: str,
) -> tuple[dict[str, Action], dict[str, Milestone]]:
    """Return the actions and milestones that tasks make, under their keys."""
    actions, milestones = {}, {}
    for one in tasks:
        key = keys[one.key]
        if one.milestone:
            held = before.milestones.get(key) if before else None
            milestones[key] = Milestone(title=_text(seat, one, held), due=one.finish or date.min)
        else:
            renamed = replace(one, assignments=tuple(_named(each, names) for each in one.assignments))
            was = before.actions.get(key) if before else None
            actions[key] = _action(seat, renamed, keys, was, left, area)
    return actions, milestones


def _grouped(seat: Seat, project: Project, area: str) -> Iterator[tuple[str, list[Task]]]:
    named = _areas(seat)
    held: dict[str, list[Task]] = {}
    here = area
    for one in project.tasks:
        if one.summary and one.level == 1 and not area:
            here = named.get(one.key.casefold()) or named.get(one.name.casefold()) or next(
                (named[text.casefold()] for _, text in one.titles.texts if text.casefold() in named), ""
            )  # fmt: skip
            if not here:
                raise UnfitError(
                    f"Line {one.key}: the group {one.name[:80]!r} is no area of the agreement.",
                    "Name groups as the agreement names its areas, or say into which area all of it goes.",
                )
        elif not one.summary:
            if not here:
                raise UnfitError(
                    f"Line {one.key}: the task stands in no group that is an area.",
                    "Put it below an area, or say into which area all of it goes.",
                )
            held.setdefault(here, []).append(one)
    yield from held.items()


def _areas(seat: Seat) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in seat.terms.agreement.areas if seat.terms else ():
        found[one.id.casefold()] = one.id
        found |= {text.casefold(): one.id for text in one.title.values()}
    return found


def _action(
    seat: Seat, one: Task, keys: Mapping[str, str], before: Action | None, left: list[str], area: str
) -> Action:
    who = [each.resource for each in one.assignments if _AUTHORITY.fullmatch(each.resource)]
    left.extend(
        f"{one.key}: {each.resource[:60]}: no authority" for each in one.assignments if each.resource not in who
    )
    waits = []
    for link in one.links:
        if link.before in keys and link.kind is LinkKind.FINISH_START and not link.lag:
            waits.append(keys[link.before])
        else:
            left.append(f"{one.key}: link to {link.before[:40]}")
    if one.notes:
        left.append(f"{one.key}: notes")
    lead = who[0] if who else before.lead if before else seat.officer.authority
    finish = one.finish or date.max
    return Action(
        title=_text(seat, one, before),
        lead=lead,
        start=min(one.start or finish, finish),
        due=finish,
        clause=dict(one.extra).get("clause") or (before.clause if before else _clause(seat, area)),
        objective=before.objective if before else None,
        co_lead=before.co_lead if before and before.co_lead in who else None,
        with_=tuple(name for name in who[1:] if before is None or name != before.co_lead),
        waits_for=tuple(dict.fromkeys(waits)),
        deliverables=before.deliverables if before else {},
        paid_by=before.paid_by if before else (),
        public=before.public if before else False,
    )


def _clause(seat: Seat, area: str) -> str:
    clauses = seat.terms.clauses.values() if seat.terms else ()
    return next((one.clause.id for one in clauses if one.clause.area == area), "") or next(
        (one.clause.id for one in clauses), ""
    )


def _named(one: Assignment, names: Mapping[str, str]) -> Assignment:
    """Return an assignment by the name of what is assigned: programs number their resources."""
    return replace(one, resource=names.get(one.resource, one.resource))


def _key(one: Task, before: AreaPlan | None) -> str:
    """Return the key of a task: its own, or that of the part that bears its name; programs number their tasks."""
    plain = _slug(one.key)
    held: dict[str, Action | Milestone] = {**before.actions, **before.milestones} if before else {}
    if plain in held:
        return plain
    alike = [key for key, part in held.items() if one.name in part.title.values()]
    return alike[0] if len(alike) == 1 else plain


def _text(seat: Seat, one: Task, before: Action | Milestone | None) -> Text:
    """Return a title; a file that has it in one language only leaves the others as they are."""
    texts = {language: text for language, text in one.titles.texts if language in LANGUAGES and text}
    if texts or before is None:
        return texts or {seat.language: one.name or one.key}
    return before.title if one.name in before.title.values() else {**before.title, seat.language: one.name}


def _slug(key: str) -> str:
    plain = re.sub(r"[^a-z0-9-]+", "-", key.lower()).strip("-")[:40]
    return plain if _SLUG.fullmatch(plain) else f"t-{sha256(key.encode()).hexdigest()[:12]}"


def _titled(seat: Seat, area: str) -> Said:
    return Said(tuple((one, words.area_title(seat.terms, area, one)) for one in LANGUAGES))


def to_results(seat: Seat, shown: Sequence[IndicatorArea]) -> Results:
    """Return the indicators as other programs see them, those of one area together, computed figures included."""
    counter = Counter(seat)
    results = []
    for one in shown:
        gauges = tuple(_gauge(seat, counter, one, key) for key in one.body.indicators)
        if gauges:
            results.append(Result(_titled(seat, one.body.area), gauges))
    uuid = seat.channel.uuid if seat.channel else ""
    periods = [period for one in shown for period in one.body.periods.values()]
    first, last = min((one.first for one in periods), default=None), max((one.last for one in periods), default=None)
    title = Said((("en", "Action plan of the joint working group"),))
    return Results(f"XX-COMITY-{uuid}", title, tuple(results), "XX-COMITY", Said(), first, last)


def _gauge(seat: Seat, counter: Counter, area: IndicatorArea, key: str) -> GivenIndicator:
    one = area.body.indicators[key]
    periods = []
    for name, period in sorted(area.body.periods.items(), key=lambda pair: pair[1].first):
        shown = indicator_shown(seat, counter, area, key, name)
        targets = (Figure(one.targets[name]),) if name in one.targets else ()
        actuals = tuple(Figure(str(value), party=party) for party, value in shown.figures.items())
        periods.append(GivenPeriod(period.first, period.last, targets, actuals))
    on = one.baseline_on or min(each.first for each in area.body.periods.values())
    baselines = (IndicatorBaseline(on.year, Figure(one.baseline), on),) if one.baseline else ()
    unit = " ".join(one.unit.values()).lower()
    measure = Measure.PERCENTAGE if "per cent" in unit or "%" in unit or "prozent" in unit else Measure.UNIT
    title = Said(tuple(one.title.items()))
    return GivenIndicator(key, title, Said(), measure, one.rising, baselines, tuple(periods), one.measure or "")


def from_results(seat: Seat, results: Results) -> dict[str, AreaIndicators]:
    """Return the indicators that a file makes, by area; figures by hand are not taken: each side tells its own."""
    named = _areas(seat)
    made: dict[str, AreaIndicators] = {}
    for one in results.results:
        texts = [text.casefold() for _, text in one.title.texts]
        area = next((named[text] for text in texts if text in named), None)
        if area is None:
            raise UnfitError(
                f"The objective {one.title.in_(seat.language)[:80]!r} is no area of the agreement.",
                "Name objectives as the agreement names its areas.",
            )
        periods = {
            f"p{each.first:%Y%m%d}-{each.last:%Y%m%d}": Period(first=each.first, last=each.last)
            for gauge in one.indicators
            for each in gauge.periods
        }
        gauges = {_slug(gauge.key): _indicator(seat, gauge) for gauge in one.indicators}
        if periods:
            made[area] = AreaIndicators(area=area, periods=periods, indicators=gauges)
    return made


def _indicator(seat: Seat, one: GivenIndicator) -> Indicator:
    targets = {
        f"p{each.first:%Y%m%d}-{each.last:%Y%m%d}": each.targets[0].value for each in one.periods if each.targets
    }
    baseline = one.baselines[0] if one.baselines else None
    unit = {"en": "per cent"} if one.measure is Measure.PERCENTAGE else {"en": "number"}
    return Indicator(
        title=dict(one.title.texts) or {seat.language: one.key},
        unit=unit,
        rising=one.rising,
        measure=one.computed or None,
        baseline=baseline.figure.value if baseline else None,
        baseline_on=baseline.on if baseline else None,
        targets=targets,
    )
