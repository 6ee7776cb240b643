"""Write a plan as Microsoft Project XML, in the order of its schema; what only Comity knows goes into custom fields."""

from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Final
from xml.etree.ElementTree import Element

from comity.plan.exchange import Calendar, Constraint, ExceptionDays, Hours, Link, LinkKind, Project, ResourceKind, Task
from comity.plan.papers.markup import add, written

_NAMESPACE: Final = "http://schemas.microsoft.com/project"
_ALIAS: Final = "Comity: "
_LINKS: Final = (LinkKind.FINISH_FINISH, LinkKind.FINISH_START, LinkKind.START_FINISH, LinkKind.START_START)
_RESOURCE_KINDS: Final = (ResourceKind.MATERIAL, ResourceKind.WORK, ResourceKind.COST)
# Text1 to Text30 of a task, as Project numbers them.
_TEXT_FIELDS: Final = (
    *(188743731, 188743734, 188743737, 188743740, 188743743, 188743746, 188743747, 188743748, 188743749, 188743750),
    *range(188743997, 188744017),
)
_BEGIN: Final = time(8)
_END: Final = time(17)
_HOURS: Final[Hours] = ((time(8), time(12)), (time(13), time(17)))
MOST_EXTRA: Final = len(_TEXT_FIELDS)
"""Custom fields that Project offers for text."""


def project_xml(project: Project) -> bytes:
    """Return the plan as Microsoft Project XML (Project 2007 and later)."""
    root = Element("Project", {"xmlns": _NAMESPACE})
    add(root, "SaveVersion", 14)
    add(root, "Name", project.title[:255])
    add(root, "Title", project.title[:512])
    add(root, "ScheduleFromStart", 1)
    if project.start:
        add(root, "StartDate", _at(project.start, _BEGIN))
    if project.finish:
        add(root, "FinishDate", _at(project.finish, _END))
    calendars = project.calendars or (_standard(),)
    numbers = {one.key: number for number, one in enumerate(calendars, 1)}
    add(root, "CalendarUID", numbers.get(project.calendar or "", 1))
    add(root, "DefaultStartTime", _BEGIN.isoformat())
    add(root, "DefaultFinishTime", _END.isoformat())
    add(root, "MinutesPerDay", project.minutes_per_day)
    add(root, "MinutesPerWeek", project.minutes_per_day * 5)
    add(root, "DaysPerMonth", 20)
    fields = _fields(root, project.tasks)
    _calendars(root, calendars, numbers)
    tasks = {task.key: number for number, task in enumerate(project.tasks, 1)}
    _tasks(root, project, tasks, numbers, fields)
    resources = {one.key: number for number, one in enumerate(project.resources, 1)}
    _resources(root, project, resources)
    _assignments(root, project, tasks, resources)
    return written(root)


def _standard() -> Calendar:
    return Calendar("standard", "Standard", (*[_HOURS] * 5, (), ()))


def _at(day: date, hour: time) -> str:
    return datetime.combine(day, hour).isoformat()


def _duration(minutes: int) -> str:
    return f"PT{minutes // 60}H{minutes % 60}M0S"


def _fields(root: Element, tasks: Iterable[Task]) -> dict[str, int]:
    names = list(dict.fromkeys(name for task in tasks for name, _value in task.extra))[:MOST_EXTRA]
    numbers = dict(zip(names, _TEXT_FIELDS, strict=False))
    attributes = add(root, "ExtendedAttributes")
    for index, (name, number) in enumerate(numbers.items(), 1):
        one = add(attributes, "ExtendedAttribute")
        add(one, "FieldID", number)
        add(one, "FieldName", f"Text{index}")
        add(one, "Alias", f"{_ALIAS}{name}"[:50])
    return numbers


def _calendars(root: Element, calendars: Iterable[Calendar], numbers: dict[str, int]) -> None:
    container = add(root, "Calendars")
    for one in calendars:
        node = add(container, "Calendar")
        add(node, "UID", numbers[one.key])
        add(node, "Name", one.name[:512])
        add(node, "IsBaseCalendar", int(one.base is None))
        add(node, "BaseCalendarUID", numbers.get(one.base or "", -1))
        days = add(node, "WeekDays")
        for weekday in (6, 0, 1, 2, 3, 4, 5):
            hours = one.week[weekday]
            if hours is not None:
                day = add(days, "WeekDay")
                add(day, "DayType", (weekday + 1) % 7 + 1)
                _working(day, hours)
        if one.exceptions:
            exceptions = add(node, "Exceptions")
            for each in one.exceptions:
                _exception(exceptions, each)


def _exception(container: Element, days: ExceptionDays) -> None:
    node = add(container, "Exception")
    add(node, "EnteredByOccurrences", 0)
    period = add(node, "TimePeriod")
    add(period, "FromDate", _at(days.first, time(0)))
    add(period, "ToDate", _at(days.last, time(23, 59)))
    add(node, "Occurrences", (days.last - days.first).days + 1)
    if days.name:
        add(node, "Name", days.name[:512])
    add(node, "Type", 1)
    _working(node, days.hours)


def _working(node: Element, hours: Hours) -> None:
    add(node, "DayWorking", int(bool(hours)))
    if hours:
        times = add(node, "WorkingTimes")
        for begin, end in hours:
            one = add(times, "WorkingTime")
            add(one, "FromTime", begin.isoformat())
            add(one, "ToTime", end.isoformat())


def _tasks(
    root: Element, project: Project, tasks: dict[str, int], calendars: dict[str, int], fields: dict[str, int]
) -> None:
    container = add(root, "Tasks")
    counts: list[int] = []
    for task in project.tasks:
        del counts[task.level :]
        counts.extend([0] * (task.level - len(counts)))
        counts[-1] += 1
        node = add(container, "Task")
        add(node, "UID", tasks[task.key])
        add(node, "ID", tasks[task.key])
        add(node, "Name", task.name[:512])
        add(node, "Type", 1)
        add(node, "IsNull", 0)
        add(node, "OutlineNumber", ".".join(map(str, counts)))
        add(node, "OutlineLevel", task.level)
        _when(node, task)
        _bound(node, task, calendars)
        for link in task.links:
            if link.before in tasks:
                _link(node, link, tasks)
        for name, value in task.extra:
            if value and name in fields:
                one = add(node, "ExtendedAttribute")
                add(one, "FieldID", fields[name])
                add(one, "Value", value)
        for baseline in task.baselines:
            one = add(node, "Baseline")
            add(one, "Number", baseline.number)
            if baseline.start:
                add(one, "Start", _at(baseline.start, _BEGIN))
            if baseline.finish:
                add(one, "Finish", _at(baseline.finish, _END))


def _when(node: Element, task: Task) -> None:
    if task.start:
        add(node, "Start", _at(task.start, _BEGIN))
    if task.finish:
        add(node, "Finish", _at(task.finish, _BEGIN if task.milestone else _END))
    minutes = 0 if task.milestone else task.minutes
    if minutes is not None:
        add(node, "Duration", _duration(minutes))
        add(node, "DurationFormat", 7)
    add(node, "Milestone", int(task.milestone))
    add(node, "Summary", int(task.summary))
    add(node, "PercentComplete", task.percent)
    if task.actual_start:
        add(node, "ActualStart", _at(task.actual_start, _BEGIN))
    if task.actual_finish:
        add(node, "ActualFinish", _at(task.actual_finish, _END))


def _bound(node: Element, task: Task, calendars: dict[str, int]) -> None:
    constraints = tuple(Constraint)
    dated = task.constraint not in {Constraint.AS_SOON, Constraint.AS_LATE}
    if task.constraint is not Constraint.AS_SOON and not (dated and task.constraint_on is None):
        add(node, "ConstraintType", constraints.index(task.constraint))
    elif task.start and not task.summary:
        # A plan of Comity says when; without this Project would move the task to the project's first day.
        add(node, "ConstraintType", constraints.index(Constraint.START_FROM))
    if task.calendar in calendars:
        add(node, "CalendarUID", calendars[task.calendar])
    if dated and task.constraint_on:
        add(node, "ConstraintDate", _at(task.constraint_on, _BEGIN))
    elif task.constraint is Constraint.AS_SOON and task.start and not task.summary:
        add(node, "ConstraintDate", _at(task.start, _BEGIN))
    if task.deadline:
        add(node, "Deadline", _at(task.deadline, _END))
    if task.notes:
        add(node, "Notes", task.notes)


def _link(node: Element, link: Link, tasks: dict[str, int]) -> None:
    one = add(node, "PredecessorLink")
    add(one, "PredecessorUID", tasks[link.before])
    add(one, "Type", _LINKS.index(link.kind))
    add(one, "CrossProject", 0)
    add(one, "LinkLag", link.lag * 10)
    add(one, "LagFormat", 8 if link.elapsed else 7)


def _resources(root: Element, project: Project, numbers: dict[str, int]) -> None:
    container = add(root, "Resources")
    for one in project.resources:
        node = add(container, "Resource")
        add(node, "UID", numbers[one.key])
        add(node, "ID", numbers[one.key])
        add(node, "Name", one.name[:512])
        add(node, "Type", _RESOURCE_KINDS.index(one.kind))
        if one.group:
            add(node, "Group", one.group[:512])


def _assignments(root: Element, project: Project, tasks: dict[str, int], resources: dict[str, int]) -> None:
    container = add(root, "Assignments")
    number = 0
    for task in project.tasks:
        for one in task.assignments:
            if one.resource in resources:
                number += 1
                node = add(container, "Assignment")
                add(node, "UID", number)
                add(node, "TaskUID", tasks[task.key])
                add(node, "ResourceUID", resources[one.resource])
                add(node, "Units", one.share.normalize())


def working_minutes(first: date, last: date, project: Project) -> int:
    """Return the working time between two days, both included, by the plan's first calendar."""
    calendar = next((one for one in project.calendars if one.key == project.calendar), _standard())
    return sum(
        project.minutes_per_day
        for offset in range((last - first).days + 1)
        if _works(calendar, first + timedelta(days=offset))
    )


def _works(calendar: Calendar, day: date) -> bool:
    for one in calendar.exceptions:
        if one.first <= day <= one.last:
            return bool(one.hours)
    return bool(calendar.week[day.weekday()])
