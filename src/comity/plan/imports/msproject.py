"""Read Microsoft Project XML: tasks, links, baselines, calendars, resources and who does what."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from comity.plan.exchange import (
    Assignment,
    Baseline,
    Calendar,
    Constraint,
    Link,
    LinkKind,
    Project,
    Resource,
    ResourceKind,
    Task,
)
from comity.plan.imports import simple
from comity.plan.imports.markup import Node, read
from comity.plan.imports.msproject_calendars import calendar
from comity.plan.imports.msproject_fields import leave, split
from comity.plan.imports.report import Left, Notes, Taken, Why
from comity.plan.imports.soundness import check_order, check_references

NAMESPACE: Final = "http://schemas.microsoft.com/project"
ALIAS: Final = "Comity: "
"""Begins the alias of a custom field that holds what only Comity knows."""
_CONTAINERS: Final = frozenset({
    ("Project",), ("Project", "Tasks"), ("Project", "Resources"), ("Project", "Calendars"),
    ("Project", "Assignments"), ("Project", "ExtendedAttributes"),
})  # fmt: skip
_LINKS: Final = (LinkKind.FINISH_FINISH, LinkKind.FINISH_START, LinkKind.START_FINISH, LinkKind.START_START)
_ELAPSED: Final = frozenset({4, 6, 8, 10, 12, 20, 36, 38, 40, 42, 44, 52})
_PERCENT: Final = frozenset({19, 20, 51, 52})
_LAG_FORMATS: Final = frozenset({*range(3, 13), 19, 20, 21, *range(35, 45), 51, 52, 53})
_CONSTRAINTS: Final = tuple(Constraint)
_RESOURCE_KINDS: Final = (ResourceKind.MATERIAL, ResourceKind.WORK, ResourceKind.COST)
_UNASSIGNED: Final = -65535
_TASK: Final = frozenset({
    "UID", "Name", "OutlineLevel", "Start", "Finish", "Duration", "Milestone", "Summary", "PercentComplete", "Notes",
    "Deadline", "ConstraintType", "ConstraintDate", "ActualStart", "ActualFinish", "CalendarUID", "IsNull",
    "PredecessorLink", "Baseline", "ExtendedAttribute",
})  # fmt: skip
_SEVERAL: Final = frozenset({"PredecessorLink", "Baseline", "ExtendedAttribute"})


def project(data: bytes) -> Taken[Project]:
    """Return the plan and what was left out of it; raises `ImportRefusedError` with every fault and its line."""
    reading = _Reading()
    read(data, root=(NAMESPACE, "Project"), containers=_CONTAINERS, take=reading.take)
    return reading.finish()


@dataclass(slots=True)
class _Reading:
    notes: Notes = field(default_factory=Notes)
    fields: dict[str, Node] = field(default_factory=dict)
    aliases: dict[str, str] = field(default_factory=dict)
    tasks: dict[str, Task] = field(default_factory=dict)
    lines: dict[str, int] = field(default_factory=dict)
    resources: dict[str, Resource] = field(default_factory=dict)
    calendars: dict[str, Calendar] = field(default_factory=dict)
    assignments: dict[str, list[Assignment]] = field(default_factory=dict)
    skipped: set[str] = field(default_factory=set)
    """Blank rows and the whole project, which have numbers all the same."""
    title: str = ""
    _above: int = 0

    def take(self, path: tuple[str, ...], node: Node) -> None:
        match path:
            case ("Project",):
                self._field(node)
            case ("Project", "ExtendedAttributes"):
                self.aliases[node.get("FieldID")] = node.get("Alias")
            case ("Project", "Calendars") if node.name == "Calendar":
                found = calendar(node, self.notes)
                self._once(self.calendars, found.key, node, "Calendars/Calendar")
                self.calendars[found.key] = found
            case ("Project", "Tasks") if node.name == "Task":
                self._task(node)
            case ("Project", "Resources") if node.name == "Resource":
                self._resource(node)
            case ("Project", "Assignments") if node.name == "Assignment":
                self._assignment(node)
            case _:
                self.notes.loss(node.line, "/".join((*path[1:], node.name)), Left.UNKNOWN)

    def _field(self, node: Node) -> None:
        taken = {"Name", "Title", "StartDate", "FinishDate", "CalendarUID", "MinutesPerDay", "DefaultStartTime"}
        if node.name not in {*taken, "DefaultFinishTime"}:
            leave(node, self.notes, "Project")
            return
        if node.name in self.fields:
            self.notes.fault(node.line, node.name, Why.TWICE)
        self.fields[node.name] = node

    def _once(self, known: Mapping[str, object], key: str, node: Node, place: str) -> None:
        if key in known:
            self.notes.fault(node.line, f"{place}/UID", Why.TWICE)

    def _task(self, node: Node) -> None:
        place = "Tasks/Task"
        found = split(node, _TASK, self.notes, place, _SEVERAL)
        key = self._key(node, found.get("UID"), place)
        if key is None:
            return
        if self._yes(found, "IsNull"):
            self.skipped.add(f"task {key}")
            return
        self._once(self.tasks, key, node, place)
        level = self._number(found, "OutlineLevel", place, least=0, most=64)
        name = found["Name"].text if "Name" in found else ""
        if level == 0:
            self.title = self.title or name
            self.skipped.add(f"task {key}")
            return
        if not name:
            # Project lets a task be without a name; a plan does not.
            self.notes.loss(node.line, f"{place}/Name (empty)", Left.SIMPLIFIED)
        self.lines[key] = node.line
        self.tasks[key] = self._dated(
            Task(
                key,
                name or f"({key})",
                level=self._level(level or 1, node.line),
                milestone=self._yes(found, "Milestone"),
                summary=self._yes(found, "Summary"),
                percent=self._number(found, "PercentComplete", place, least=0, most=100) or 0,
                notes=found["Notes"].text if "Notes" in found else "",
                calendar=self._calendar(found),
                links=tuple(self._link(one) for one in node.all("PredecessorLink")),
                baselines=tuple(self._baseline(one) for one in node.all("Baseline")),
                extra=self._extra(node),
            ),
            found,
        )

    def _level(self, written: int, line: int) -> int:
        """Return the level of a task, at most one below the one before it."""
        level = min(written, self._above + 1)
        if level < written:
            self.notes.loss(line, "Tasks/Task/OutlineLevel", Left.SIMPLIFIED)
        self._above = level
        return level

    def _dated(self, task: Task, found: Mapping[str, Node]) -> Task:
        place = "Tasks/Task"
        constraint = self._number(found, "ConstraintType", place, least=0, most=7) or 0
        start, finish = self._moment(found, "Start"), self._moment(found, "Finish")
        if start and finish and finish < start:
            self.notes.fault(found["Finish"].line, f"{place}/Finish", Why.ORDER)
        actual = self._moment(found, "ActualFinish")
        duration = found.get("Duration")
        return replace(
            task,
            start=self._day(start, found.get("Start"), "DefaultStartTime", task),
            finish=_last_day(start, self._checked(finish, found.get("Finish"), "DefaultFinishTime", task)),
            minutes=simple.minutes(duration, self.notes, f"{place}/Duration") if duration and duration.text else None,
            deadline=_plain(self._moment(found, "Deadline")),
            constraint=_CONSTRAINTS[constraint],
            constraint_on=_plain(self._moment(found, "ConstraintDate")) if constraint > 1 else None,
            actual_start=_plain(self._moment(found, "ActualStart")),
            actual_finish=_last_day(start, actual),
        )

    def _checked(self, at: datetime | None, node: Node | None, usual: str, task: Task) -> datetime | None:
        """Note a time of day that the plan loses, as it counts in days."""
        if at and node and not (task.milestone or task.summary) and at.time() not in {self._usual(usual), time(0)}:
            self.notes.loss(node.line, f"Tasks/Task/{node.name} (time of day)", Left.SIMPLIFIED)
        return at

    def _day(self, at: datetime | None, node: Node | None, usual: str, task: Task) -> date | None:
        return _plain(self._checked(at, node, usual, task))

    def _usual(self, name: str) -> time:
        node = self.fields.get(name)
        fallback = time(8) if name == "DefaultStartTime" else time(17)
        if node is None or not node.text:
            return fallback
        return simple.clock_time(node, self.notes, f"Project/{name}") or fallback

    def _moment(self, found: Mapping[str, Node], name: str) -> datetime | None:
        node = found.get(name)
        return simple.moment(node, self.notes, f"Tasks/Task/{name}") if node and node.text else None

    def _link(self, node: Node) -> Link:
        place = "Tasks/Task/PredecessorLink"
        taken = frozenset({"PredecessorUID", "Type", "LinkLag", "LagFormat", "CrossProject", "CrossProjectName"})
        found = split(node, taken, self.notes, place, frozenset())
        before = self._key(node, found.get("PredecessorUID"), place, "PredecessorUID") or ""
        if self._yes(found, "CrossProject"):
            self.notes.loss(node.line, f"{place}/CrossProject")
            return Link("")
        kind = self._number(found, "Type", place, least=0, most=3)
        lag = found.get("LinkLag")
        tenths = simple.decimal(lag, self.notes, f"{place}/LinkLag") if lag and lag.text else None
        written = self._number(found, "LagFormat", place) if "LagFormat" in found else 7
        if written not in _LAG_FORMATS:
            self.notes.fault(node.line, f"{place}/LagFormat", Why.NOT_ON_LIST)
        if written in _PERCENT and tenths:
            self.notes.loss(node.line, f"{place}/LinkLag (percent)", Left.SIMPLIFIED)
            return Link(before, _LINKS[1 if kind is None else kind])
        minutes = round((tenths or Decimal(0)) / 10)
        return Link(before, _LINKS[1 if kind is None else kind], minutes, written in _ELAPSED)

    def _baseline(self, node: Node) -> Baseline:
        place = "Tasks/Task/Baseline"
        found = split(node, frozenset({"Number", "Start", "Finish"}), self.notes, place, frozenset())
        number = self._number(found, "Number", place, least=0, most=10)
        start, finish = (
            simple.moment(found[name], self.notes, f"{place}/{name}") if name in found and found[name].text else None
            for name in ("Start", "Finish")
        )
        return Baseline(number or 0, _plain(start), _last_day(start, finish))

    def _extra(self, node: Node) -> tuple[tuple[str, str], ...]:
        extra = []
        for one in node.all("ExtendedAttribute"):
            alias = self.aliases.get(one.get("FieldID"), "")
            if alias.startswith(ALIAS):
                extra.append((alias.removeprefix(ALIAS), one.get("Value")))
            elif one.get("Value"):
                self.notes.loss(one.line, "Tasks/Task/ExtendedAttribute")
        return tuple(extra)

    def _resource(self, node: Node) -> None:
        place = "Resources/Resource"
        found = split(node, frozenset({"UID", "Name", "Type", "Group", "IsNull"}), self.notes, place, frozenset())
        key = self._key(node, found.get("UID"), place)
        name = found["Name"].text if "Name" in found else ""
        if key is None:
            return
        if not name:
            self.skipped.add(f"resource {key}")
            return
        self._once(self.resources, key, node, place)
        kind = self._number(found, "Type", place, least=0, most=2)
        group = found["Group"].text if "Group" in found else ""
        self.resources[key] = Resource(key, name, _RESOURCE_KINDS[1 if kind is None else kind], group)

    def _assignment(self, node: Node) -> None:
        place = "Assignments/Assignment"
        found = split(node, frozenset({"TaskUID", "ResourceUID", "Units"}), self.notes, place, frozenset())
        task = self._key(node, found.get("TaskUID"), place, "TaskUID")
        resource = self._number(found, "ResourceUID", place)
        if resource is None or resource == _UNASSIGNED or task is None:
            return
        if f"resource {resource}" in self.skipped or f"task {task}" in self.skipped:
            self.notes.loss(node.line, f"{place} (of a blank row)")
            return
        if task not in self.tasks:
            self.notes.fault(node.line, f"{place}/TaskUID", Why.UNKNOWN_REFERENCE)
        units = found.get("Units")
        share = simple.decimal(units, self.notes, f"{place}/Units") if units and units.text else None
        self.lines.setdefault(f"assignment {task} {resource}", node.line)
        one = Assignment(str(resource), Decimal(1) if share is None else share)
        self.assignments.setdefault(task, []).append(one)

    def _key(self, node: Node, found: Node | None, place: str, name: str = "UID") -> str | None:
        if found is None or not found.text:
            self.notes.fault(node.line, f"{place}/{name}", Why.MISSING)
            return None
        value = simple.whole(found, self.notes, f"{place}/{name}")
        return None if value is None else str(value)

    def _number(
        self, found: Mapping[str, Node], name: str, place: str, *, least: int = -(2**31), most: int = 2**31
    ) -> int | None:
        node = found.get(name)
        if node is None or not node.text:
            return None
        return simple.whole(node, self.notes, f"{place}/{name}", least=least, most=most)

    def _yes(self, found: Mapping[str, Node], name: str) -> bool:
        return name in found and found[name].text in {"1", "true"}

    def _calendar(self, found: Mapping[str, Node]) -> str | None:
        number = self._number(found, "CalendarUID", "Tasks/Task")
        return None if number is None or number < 0 else str(number)

    def finish(self) -> Taken[Project]:
        tasks = tuple(
            replace(
                task,
                links=tuple(one for one in task.links if one.before),
                baselines=tuple(one for one in task.baselines if one.start or one.finish),
                assignments=tuple(self.assignments.get(task.key, ())),
            )
            for task in self.tasks.values()
        )
        name = next((self.fields[one].text for one in ("Title", "Name") if one in self.fields), "")
        start, finish = (
            _plain(simple.moment(self.fields[one], self.notes, f"Project/{one}"))
            if one in self.fields and self.fields[one].text
            else None
            for one in ("StartDate", "FinishDate")
        )
        value = Project(
            name or self.title,
            tasks,
            start,
            finish,
            tuple(self.resources.values()),
            tuple(self.calendars.values()),
            self.fields["CalendarUID"].text if "CalendarUID" in self.fields else None,
            self._number(self.fields, "MinutesPerDay", "Project", least=1, most=1440) or 480,
        )
        check_references(value, self.lines, self.notes)
        check_order(value, self.lines, self.notes)
        self.notes.settle()
        return Taken(value, self.notes.losses(), self.lines)


def _plain(at: datetime | None) -> date | None:
    return at.date() if at else None


def _last_day(start: datetime | None, finish: datetime | None) -> date | None:
    """Return the last day of work: what ends at midnight ended the day before."""
    if finish and start and finish > start and finish.time() == time(0):
        return finish.date() - timedelta(days=1)
    return _plain(finish)
