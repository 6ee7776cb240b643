"""Check that a plan holds together: what it refers to is there, the outline has no gaps, nothing waits for itself."""

from collections.abc import Mapping

from comity.plan.exchange import Project
from comity.plan.imports.report import Left, Notes, Why


def check_references(project: Project, lines: Mapping[str, int], notes: Notes) -> None:
    """Note every link, assignment and calendar that leads nowhere."""
    tasks = {task.key for task in project.tasks}
    resources = {one.key for one in project.resources}
    calendars = {one.key for one in project.calendars}
    for task in project.tasks:
        line = lines.get(task.key, 1)
        for link in task.links:
            if link.before not in tasks:
                notes.fault(line, "link", Why.UNKNOWN_REFERENCE)
        if task.calendar is not None and task.calendar not in calendars:
            notes.fault(line, "calendar", Why.UNKNOWN_REFERENCE)
        for one in task.assignments:
            if one.resource not in resources:
                at = lines.get(f"assignment {task.key} {one.resource}", line)
                notes.fault(at, "assignment", Why.UNKNOWN_REFERENCE)
    for calendar in project.calendars:
        if calendar.base is not None and calendar.base not in calendars:
            # Project itself writes such files, where a resource was copied without its calendar.
            notes.loss(1, "Calendars/Calendar/BaseCalendarUID", Left.SIMPLIFIED)


def check_order(project: Project, lines: Mapping[str, int], notes: Notes) -> None:
    """Note each task from which following the links leads back to itself, once a circle."""
    waits = {task.key: [link.before for link in task.links] for task in project.tasks}
    done: set[str] = set()
    for start, first in waits.items():
        trail: dict[str, None] = {}
        pending = [(start, iter(first))] if start not in done else []
        if pending:
            trail[start] = None
        while pending:
            key, rest = pending[-1]
            following = next(rest, None)
            if following is None:
                pending.pop()
                trail.pop(key)
                done.add(key)
            elif following in trail:
                notes.fault(lines.get(following, 1), "link", Why.CIRCLE)
            elif following in waits and following not in done:
                trail[following] = None
                pending.append((following, iter(waits[following])))


def check_outline(project: Project, lines: Mapping[str, int], notes: Notes) -> None:
    """Note each task that is more than one level below the one before it."""
    before = 0
    for task in project.tasks:
        if task.level > before + 1:
            notes.fault(lines.get(task.key, 1), "outline level", Why.OUTLINE)
        before = task.level
