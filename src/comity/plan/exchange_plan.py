"""Turn the plans of areas into what other programs see of them, and what comes from other programs into plans.

An area is a group at the first level whose key is the area's identifier; an objective is a group below it.  What no
other program holds (deliverables, visibility, what was said about an action) stays as it is in an action that comes
back under its key.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Final

import msgspec

from comity.plan.exchange import Assignment, Baseline, Link, LinkKind, Project, Resource, Said, Task
from comity.plan.imports.report import Left, Notes, Taken, Why
from comity.plan.kinds.plan import Action, AreaPlan, Milestone, Objective, Text
from comity.plan.states import State
from comity.protocol.names import AuthorityName

HALF: Final = Decimal("0.5")
LANGUAGES: Final = ("en", "de", "ar")
CLAUSE, OBJECTIVE, CO_LEAD, STATE = "clause", "objective", "co-lead", "state"
"""Names of the columns that only Comity knows."""
_SLUG: Final = re.compile(r"[^a-z0-9-]+")
_DONE: Final = {State.DONE_CONFIRMED: 100, State.DONE_CLAIMED: 100}


@dataclass(frozen=True, slots=True)
class Known:
    """Hold what an agreement says that a plan must fit: areas with their titles, clauses, and where to put the rest."""

    areas: Mapping[str, Text]
    clauses: frozenset[str]
    parties: frozenset[str]
    clause: str
    lead: str
    language: str = "en"
    area: str = ""


def outward(
    bodies: Sequence[AreaPlan],
    known: Known,
    *,
    title: str,
    before: Mapping[str, AreaPlan] | None = None,
) -> Project:
    """Return plans of areas as other programs see them; ``before`` holds what was planned in the version before."""
    tasks = tuple(task for body in bodies for task in _area(body, known, (before or {}).get(body.area)))
    names = dict.fromkeys(one.resource for task in tasks for one in task.assignments)
    return Project(
        title,
        tasks,
        min((one.first for one in bodies), default=None),
        max((one.last for one in bodies), default=None),
        tuple(Resource(name, name, group=name.partition("/")[0]) for name in names),
    )


def _area(body: AreaPlan, known: Known, before: AreaPlan | None) -> Iterator[Task]:
    titles = known.areas.get(body.area, {})
    yield Task(
        body.area, titles.get(known.language) or body.area, start=body.first, finish=body.last, summary=True,
        titles=_said(titles),
    )  # fmt: skip
    by_objective: dict[str | None, list[str]] = {None: [], **{key: [] for key in body.objectives}}
    for key, one in sorted(body.actions.items(), key=lambda pair: (pair[1].start, pair[1].due, pair[0])):
        by_objective[one.objective].append(key)
    for objective, keys in by_objective.items():
        if objective is not None:
            words = body.objectives[objective].title
            yield Task(objective, _in(words, known.language), level=2, summary=True, titles=_said(words),
                       extra=_titles(words, known.language))  # fmt: skip
        for key in keys:
            yield _action(key, body.actions[key], known.language, before.actions.get(key) if before else None)
    for key, stone in sorted(body.milestones.items(), key=lambda pair: (pair[1].due, pair[0])):
        yield Task(key, _in(stone.title, known.language), level=2, start=stone.due, finish=stone.due, minutes=0,
                   milestone=True, titles=_said(stone.title), extra=_titles(stone.title, known.language))  # fmt: skip


def _action(key: str, one: Action, language: str, before: Action | None) -> Task:
    others = [name for name in (one.co_lead, *one.with_) if name]
    extra = [(STATE, str(one.state)), (CLAUSE, one.clause), *_titles(one.title, language)]
    if one.co_lead:
        extra.append((CO_LEAD, one.co_lead))
    return Task(
        key,
        _in(one.title, language),
        level=3 if one.objective else 2,
        start=one.start,
        finish=one.due,
        percent=_DONE.get(one.state, 0),
        links=tuple(Link(earlier) for earlier in one.waits_for),
        baselines=(Baseline(0, before.start, before.due),) if before else (),
        assignments=(Assignment(one.lead), *(Assignment(name, HALF) for name in dict.fromkeys(others))),
        extra=tuple(extra),
        titles=_said(one.title),
    )


def _titles(words: Text, language: str) -> tuple[tuple[str, str], ...]:
    return tuple((f"title {one}", words[one]) for one in LANGUAGES if one in words and one != language)


def _in(words: Text, language: str) -> str:
    return words.get(language) or next(iter(words.values()), "")


def _said(words: Text) -> Said:
    return Said(tuple(words.items()))


def inward(taken: Taken[Project], known: Known, held: Mapping[str, AreaPlan]) -> Taken[Mapping[str, AreaPlan]]:
    """Return the plans of areas that a file makes of those that are ``held``; raises `ImportRefusedError`.

    An area that the file names reads as the file says: what it leaves out there is taken out.  Areas that it does not
    name stay as they are.
    """
    reading = _Reading(taken, known, held)
    bodies = reading.bodies()
    reading.notes.settle()
    return Taken(bodies, (*taken.losses, *reading.notes.losses()))


@dataclass(slots=True)
class _Gathered:
    """Gather the parts of one area."""

    first: date | None
    last: date | None
    objectives: dict[str, Objective] = field(default_factory=dict)
    actions: dict[str, Action] = field(default_factory=dict)
    milestones: dict[str, Milestone] = field(default_factory=dict)


class _Reading:
    def __init__(self, taken: Taken[Project], known: Known, held: Mapping[str, AreaPlan]) -> None:
        self.notes = Notes()
        self._project, self._lines, self._known, self._held = taken.value, taken.lines, known, held
        self._areas = {name: area for area, words in known.areas.items() for name in (area, *words.values())}
        self._gathered: dict[str, _Gathered] = {}
        self._keys: dict[str, str] = {}
        self._where: dict[str, str] = {}
        self._taken: set[str] = set()

    def bodies(self) -> Mapping[str, AreaPlan]:
        """Return a plan for each area that the file names."""
        area, objective, depth = self._known.area, None, 0
        placed: list[tuple[Task, str, str | None]] = []
        for task in self._project.tasks:
            if task.level == 1:
                area, objective = self._known.area, None
                if found := self._areas.get(task.key) or self._areas.get(task.name):
                    area = found
                    self._begin(area, task)
                    continue
            if task.level <= depth:
                objective = None
            if not area:
                self._fault(task, "area", Why.AREA)
                continue
            self._keys[task.key], self._where[task.key] = self._key(task, area), area
            if task.summary:
                objective, depth = self._objective(task, area), task.level
            else:
                placed.append((task, area, objective))
        for task, of, under in placed:
            self._begin(of, task)
            (self._milestone if task.milestone else self._action)(task, of, under)
        return {name: made for name, one in self._gathered.items() if (made := self._made(name, one))}

    def _begin(self, area: str, task: Task) -> None:
        held = self._held.get(area)
        begun = self._gathered.get(area)
        whole = task.level == 1 and self._areas.get(task.key) == area
        first = task.start if whole or not held else held.first
        last = task.finish if whole or not held else held.last
        if begun is None:
            self._gathered[area] = _Gathered(first, last)
        elif not held:
            begun.first = min((one for one in (begun.first, task.start, task.finish) if one), default=None)
            begun.last = max((one for one in (begun.last, task.finish) if one), default=None)

    def _key(self, task: Task, area: str) -> str:
        """Return the key of a task: its own, or that of the part that bears its name; programs number their tasks."""
        plain = _SLUG.sub("-", task.key.casefold()).strip("-")[:40]
        held = self._held.get(area)
        parts: dict[str, Action | Milestone | Objective] = (
            {**held.actions, **held.milestones, **held.objectives} if held else {}
        )
        if plain not in parts:
            alike = [key for key, one in parts.items() if task.name in one.title.values()]
            plain = alike[0] if len(alike) == 1 and alike[0] not in self._taken else plain
        if not plain or plain in self._taken:
            self._fault(task, "key", Why.TWICE if plain else Why.NOT_ON_LIST)
        self._taken.add(plain)
        return plain

    def _objective(self, task: Task, area: str) -> str:
        key = self._keys[task.key]
        self._begin(area, task)
        held = self._held.get(area)
        before = held.objectives.get(key) if held else None
        title = self._title(task, before.title if before else {})
        self._gathered[area].objectives[key] = Objective(
            title=title, verified_by=before.verified_by if before else None
        )
        return key

    def _milestone(self, task: Task, area: str, _objective: str | None) -> None:
        held = self._held.get(area)
        before = held.milestones.get(self._keys[task.key]) if held else None
        due = task.finish or task.start
        if task.links:
            self.notes.loss(self._line(task), "milestone: links")
        if due is None:
            self._fault(task, "due", Why.EMPTY)
            return
        title = self._title(task, before.title if before else {})
        self._gathered[area].milestones[self._keys[task.key]] = Milestone(title=title, due=due)

    def _action(self, task: Task, area: str, objective: str | None) -> None:
        held = self._held.get(area)
        before = held.actions.get(self._keys[task.key]) if held else None
        start, due = task.start or task.finish, task.finish or task.start
        if start is None or due is None:
            self._fault(task, "due", Why.EMPTY)
            return
        extra = dict(task.extra)
        clause = extra.get(CLAUSE) or (before.clause if before else self._known.clause)
        if clause not in self._known.clauses:
            self._fault(task, CLAUSE, Why.NOT_ON_LIST)
        lead, others = self._who(task, before)
        co_lead = extra.get(CO_LEAD) or None
        if co_lead and not self._authority(co_lead):
            self._fault(task, CO_LEAD, Why.NOT_ON_LIST)
        self._leave_out(task, before)
        fields = {
            "title": self._title(task, before.title if before else {}),
            "lead": lead, "start": start, "due": due, "clause": clause, "objective": objective, "co_lead": co_lead,
            "with_": tuple(one for one in others if one != co_lead), "waits_for": self._waits(task, area),
        }  # fmt: skip
        made = msgspec.structs.replace(before, **fields) if before else Action(**fields)  # type: ignore[arg-type]  # by name
        self._gathered[area].actions[self._keys[task.key]] = made

    def _who(self, task: Task, before: Action | None) -> tuple[str, list[str]]:
        names = {one.key: one.name for one in self._project.resources}
        said = [names.get(one.resource, one.resource) for one in task.assignments]
        found = [one for one in said if self._authority(one)]
        if len(found) < len(said):
            self.notes.loss(self._line(task), "who (no authority of the agreement's parties)", Left.PERSONAL)
        if not found:
            return (before.lead if before else self._known.lead), []
        return found[0], found[1:]

    def _authority(self, name: str) -> bool:
        return _fits(name, AuthorityName) and name.partition("/")[0] in self._known.parties

    def _waits(self, task: Task, area: str) -> tuple[str, ...]:
        found = []
        sorts = {one.key: one for one in self._project.tasks}
        for link in task.links:
            before = sorts.get(link.before)
            if before is None or before.summary or before.milestone or self._where.get(link.before) != area:
                self.notes.loss(self._line(task), "waits for (no action of the same area)")
                continue
            if link.kind is not LinkKind.FINISH_START or link.lag:
                self.notes.loss(self._line(task), "waits for: kind and lag", Left.SIMPLIFIED)
            found.append(self._keys[link.before])
        return tuple(dict.fromkeys(found))

    def _leave_out(self, task: Task, before: Action | None) -> None:
        line = self._line(task)
        state = before.state if before else State.AGREED
        for place, there in (
            ("state (its lead, or both, say it)", dict(task.extra).get(STATE, state) != state),
            ("percent (its lead says how far an action is)", task.percent not in {0, 100}),
            ("notes", task.notes), ("deadline", task.deadline), ("constraint", task.constraint_on),
            ("calendar", task.calendar), ("actual days", task.actual_start or task.actual_finish),
        ):  # fmt: skip
            if there:
                self.notes.loss(line, place)
        for name, _value in task.extra:
            if name not in {CLAUSE, CO_LEAD, STATE, OBJECTIVE} and not name.startswith("title "):
                self.notes.loss(line, f"column {name[:60]}")

    def _title(self, task: Task, before: Text) -> Text:
        given = {language: text for language, text in task.titles.texts if language in LANGUAGES}
        given |= {name[6:]: text for name, text in task.extra if name[:6] == "title " and name[6:] in LANGUAGES}
        words = {**before, **given} if task.titles.texts else {**before, **given, self._known.language: task.name}
        return {language: text[:4000] for language, text in words.items() if text}

    def _made(self, area: str, one: _Gathered) -> AreaPlan | None:
        held = self._held.get(area)
        if one.first is None or one.last is None:
            self.notes.fault(1, area, Why.EMPTY)
            return None
        try:
            return AreaPlan(
                area=area, first=one.first, last=one.last, objectives=one.objectives, actions=one.actions,
                milestones=one.milestones, risks=held.risks if held else {},
            )  # fmt: skip
        except ValueError as problem:
            self.notes.fault(1, area, Why.CIRCLE if "circle" in str(problem) else Why.ORDER)
            return None

    def _line(self, task: Task) -> int:
        return self._lines.get(task.key, 1)

    def _fault(self, task: Task, place: str, why: Why) -> None:
        self.notes.fault(self._line(task), f"{task.key[:40]}: {place}", why)


def _fits(value: str, kind: type | object) -> bool:
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return False
    return True
