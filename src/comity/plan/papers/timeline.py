"""Draw a plan as timelines for paper: bars, milestones, links, and what was agreed before."""

from collections.abc import Sequence
from datetime import date
from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import override

from comity.desk.paper.values import Figure, Text
from comity.desk.plots.gantt import Row, Words, gantt
from comity.plan.exchange import Project, Task
from comity.plan.papers.frame import Frame
from comity.plan.states import STATES, State

ROWS: Final = 36
"""Lines of one drawing: a drawing is not divided between pages, and this many still fit on one."""
_RIGHT_TO_LEFT: Final = ("ar",)
_DONE: Final = (State.DONE_CLAIMED, State.DONE_CONFIRMED)


def timelines(project: Project, frame: Frame) -> tuple[Figure, ...]:
    """Return the plan as drawings of at most `ROWS` lines over the same days, in the leading language of the paper."""
    tasks = [one for one in project.tasks if one.finish and not one.summary]
    if not tasks:
        return ()
    days = _span(tasks)
    language, today = frame.languages[0], frame.made.date()
    with override(language):
        words = _words(project.title)
        rows = [_row(task, language, today) for task in tasks]
    rtl = language in _RIGHT_TO_LEFT
    drawn = [gantt(rows[at : at + ROWS], days, today, words, rtl=rtl).svg for at in range(0, len(rows), ROWS)]
    # Papers hold plain text; adding to a safe string yields one.
    return tuple(Figure(svg + "", Text(language, words.title)) for svg in drawn)


def _span(tasks: Sequence[Task]) -> tuple[date, date]:
    known = [day for one in tasks for day in (one.start, one.finish) if day]
    return min(known), max(known)


def _words(title: str) -> Words:
    return Words(
        title=_("Timeline of the plan: %(title)s") % {"title": title},
        name=_("Action"),
        start=_("Start"),
        due=_("Due"),
        state=_("State"),
        before=_("Planned before"),
        waits_for=_("Waits for"),
        today=_("today"),
    )


def _row(task: Task, language: str, today: date) -> Row:
    state = dict(task.extra).get("state", "")
    due = task.finish or today
    base = next((one for one in reversed(task.baselines) if one.start and one.finish), None)
    before = (base.start, base.finish) if base and base.start and base.finish else None
    return Row(
        key=task.key,
        name=f"{task.key} {task.titles.in_(language) or task.name}",
        due=due,
        start=None if task.milestone else task.start or due,
        tone=_tone(task, state, today),
        state=str(STATES.get(state, "")),
        before=None if before == (task.start, due) else before,
        waits_for=tuple(link.before for link in task.links),
    )


def _tone(task: Task, state: str, today: date) -> str:
    if state in _DONE or task.percent == 100:
        return "done"
    if state == State.CANCELLED:
        return "off"
    return "late" if task.finish and task.finish < today else "open"
