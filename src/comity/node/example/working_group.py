"""Ship an example of the working group's work: an invented two-year plan over all areas of the example agreement.

Two meetings with their minutes, a second version of the plan with changed dates, indicators, and a progress report in
which one rating is disputed; everything in three languages.  All of it is invented.
"""

from datetime import date, datetime, timedelta
from decimal import Decimal
from importlib import resources
from typing import Final

import msgspec

from comity.node.example import sample
from comity.plan import linking
from comity.plan.exchange import (
    Assignment,
    Baseline,
    Figure,
    Indicator,
    IndicatorBaseline,
    Measure,
    Period,
    Project,
    Resource,
    Result,
    Results,
    Said,
    Task,
)
from comity.plan.papers.minutes import Decision, Item, Minutes, Present
from comity.plan.papers.report import Narrative, Rated, Rating, Report

NAME: Final = "working-group.json"
DAY: Final = 480
"""Minutes of a working day."""


class Words(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold a text in the three languages of the screens."""

    en: str
    de: str
    ar: str

    def said(self) -> Said:
        """Return the text as plans hold it."""
        return Said((("en", self.en), ("de", self.de), ("ar", self.ar)))


class Action(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold an action; ``due_first`` is what the first version of the plan said."""

    key: str
    area: str
    title: Words
    lead: str
    with_: tuple[str, ...] = msgspec.field(name="with")
    start: date
    due: date
    due_first: date
    clause: str
    links: tuple[str, ...]
    milestone: bool
    state: str
    percent: int


class Gauge(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold an indicator with a target for each half-year; ``actual`` gives each side's first figure."""

    key: str
    area: str
    title: Words
    measure: str
    rising: bool
    baseline: str
    targets: tuple[str, ...]
    computed: str
    actual: dict[str, str] = msgspec.field(default_factory=dict)


class Point(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold an item of an agenda; a decision has number, text, lead and date."""

    title: Words
    discussion: Words
    decisions: tuple[tuple[str, Words, str, date | None], ...]


class Meeting(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold a meeting and its minutes; ``apart`` is the time at the other side."""

    title: Words
    place: Words
    begins: datetime
    ends: datetime
    apart: tuple[datetime, datetime]
    authentic: str
    attendance: tuple[tuple[str, Words, bool], ...]
    items: tuple[Point, ...]


class Progress(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold a report; a rating has area, proposed, stated, reason, disputed by whom, as what, and why."""

    title: Words
    first: date
    last: date
    rule: Words
    narratives: tuple[tuple[Words, Words], ...]
    ratings: tuple[tuple[str, Rating, Rating | None, Words | None, str | None, Rating | None, Words | None], ...]


class WorkingGroup(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """Hold the whole example."""

    title: Words
    introduction: Words
    start: date
    finish: date
    half_years: tuple[tuple[date, date], ...]
    actions: tuple[Action, ...]
    indicators: tuple[Gauge, ...]
    meetings: tuple[Meeting, ...]
    report: Progress


def working_group() -> WorkingGroup:
    """Return the example as it is shipped."""
    return msgspec.json.decode(resources.files(__package__).joinpath(NAME).read_bytes(), type=WorkingGroup)


def areas() -> dict[str, Said]:
    """Return the titles of the areas of the example agreement, in its order."""
    return {one.id: Said(tuple(one.title.items())) for one in sample().areas}


def plan(example: WorkingGroup, *, version: int = 2) -> Project:
    """Return a version of the plan, the first or the second; the second knows the first as its baseline."""
    titles = areas()
    tasks: list[Task] = []
    for area, title in titles.items():
        held = [one for one in example.actions if one.area == area]
        if held:
            first, last = min(one.start for one in held), max(_due(one, version) for one in held)
            tasks.append(Task(area, title.in_("en"), start=first, finish=last, summary=True, titles=title))
            tasks += [_task(one, version) for one in held]
    names = dict.fromkeys(name for one in example.actions for name in (one.lead, *one.with_))
    resources_ = tuple(Resource(name, name, group=name.partition("/")[0]) for name in names)
    return Project(example.title.en, tuple(tasks), example.start, example.finish, resources_)


def _due(action: Action, version: int) -> date:
    return action.due_first if version == 1 else action.due


def _task(action: Action, version: int) -> Task:
    due = _due(action, version)
    start = min(action.start, due)
    days = sum((start + timedelta(days=n)).weekday() < 5 for n in range((due - start).days + 1))
    return Task(
        action.key,
        action.title.en,
        level=2,
        start=due if action.milestone else start,
        finish=due,
        minutes=0 if action.milestone else days * DAY,
        milestone=action.milestone,
        percent=action.percent if version > 1 else 0,
        links=linking.links("; ".join(action.links), DAY),
        baselines=(Baseline(0, min(start, action.due_first), action.due_first),) if version > 1 else (),
        assignments=(Assignment(action.lead), *(Assignment(name, Decimal("0.5")) for name in action.with_)),
        extra=(("state", action.state if version > 1 else "agreed"), ("clause", action.clause)),
        titles=action.title.said(),
    )


def results(example: WorkingGroup) -> Results:
    """Return the indicators, those of one area together."""
    found = []
    for area, title in areas().items():
        gauges = tuple(_indicator(one, example) for one in example.indicators if one.area == area)
        if gauges:
            found.append(Result(title, gauges))
    return Results(
        "XX-COMITY-EXAMPLE-PLAN",
        example.title.said(),
        tuple(found),
        "XX-COMITY-EXAMPLE",
        example.introduction.said(),
        example.start,
        example.finish,
    )


def _indicator(one: Gauge, example: WorkingGroup) -> Indicator:
    periods = []
    for number, ((first, last), target) in enumerate(zip(example.half_years, one.targets, strict=True)):
        actuals = tuple(Figure(value, party=party) for party, value in one.actual.items()) if not number else ()
        periods.append(Period(first, last, (Figure(target),) if target else (), actuals))
    baseline = (IndicatorBaseline(2026, Figure(one.baseline), date(2026, 12, 31)),) if one.baseline else ()
    measure = Measure[one.measure.upper()]
    return Indicator(one.key, one.title.said(), Said(), measure, one.rising, baseline, tuple(periods), one.computed)


def minutes(example: WorkingGroup) -> tuple[Minutes, ...]:
    """Return the minutes of each meeting."""
    return tuple(
        Minutes(
            one.title.said(),
            one.place.said(),
            one.begins,
            one.ends,
            one.authentic,
            tuple(_item(point) for point in one.items),
            tuple(Present(authority, function.said(), there) for authority, function, there in one.attendance),
            one.apart,
        )
        for one in example.meetings
    )


def _item(point: Point) -> Item:
    decisions = tuple(Decision(number, text.said(), lead, due) for number, text, lead, due in point.decisions)
    return Item(point.title.said(), point.discussion.said(), decisions)


def report(example: WorkingGroup) -> Report:
    """Return the progress report of the first quarter."""
    one, titles = example.report, areas()
    ratings = tuple(
        Rated(
            titles[area],
            proposed,
            stated,
            reason.said() if reason else Said(),
            party or "",
            disputed,
            objection.said() if objection else Said(),
        )
        for area, proposed, stated, reason, party, disputed, objection in one.ratings
    )
    narratives = tuple(Narrative(party.said(), words.said()) for party, words in one.narratives)
    return Report(one.title.said(), one.first, one.last, one.rule.said(), narratives, ratings, results(example))
