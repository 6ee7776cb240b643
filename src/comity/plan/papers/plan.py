"""Put a plan on paper: its areas with their actions, what was planned before, and the indicators."""

from collections.abc import Iterator

from django.utils.translation import gettext_lazy as _

from comity.desk.paper.values import (
    NEUTRAL,
    Block,
    Column,
    Facts,
    Heading,
    Paper,
    Prose,
    Signatures,
    Table,
    Text,
    Words,
)
from comity.plan.exchange import Project, Result, Results, Said, Task
from comity.plan.papers.frame import NOTHING, Frame
from comity.plan.papers.timeline import timelines
from comity.plan.states import STATES


def plan_paper(
    project: Project,
    frame: Frame,
    *,
    title: Said,
    introduction: Said | None = None,
    results: Results | None = None,
) -> Paper:
    """Return the plan as a paper; a table for each area, the timeline, then the indicators."""
    period = f"{project.start or ''} \u2013 {project.finish or ''}"
    blocks: list[Block] = [Facts((frame.fact(_("Period"), frame.plain(period)),))]
    if introduction and introduction.texts:
        blocks.append(Prose(frame.words(introduction)))
    for head, tasks in _areas(project):
        if head is not None:
            blocks.append(Heading(_name(head, frame)))
        blocks.append(_actions(tasks, project, frame))
    if drawn := timelines(project, frame):
        blocks += [Heading(frame.label(_("Timeline"))), *drawn]
    if results and results.results:
        blocks.append(Heading(frame.label(_("Indicators"))))
        blocks += [indicator_table(one, frame) for one in results.results]
    if frame.signatures:
        blocks += [Heading(frame.label(_("Adoption"))), Signatures(frame.signatures)]
    return Paper(
        languages=frame.languages,
        title=frame.words(title),
        subtitle=frame.label(_("Action plan")),
        blocks=tuple(blocks),
        made=frame.made,
        reality=frame.reality,
        handling=frame.handling,
        references=frame.references,
    )


def _areas(project: Project) -> Iterator[tuple[Task | None, tuple[Task, ...]]]:
    """Yield each group of the highest level with the actions in it; actions outside of any group come together."""
    head: Task | None = None
    held: list[Task] = []
    for task in project.tasks:
        if task.level == 1 and task.summary:
            if head or held:
                yield head, tuple(held)
            head, held = task, []
        else:
            held.append(task)
    if head or held:
        yield head, tuple(held)


def _name(task: Task, frame: Frame) -> Words:
    return frame.words(task.titles if task.titles.texts else Said(((frame.languages[0], task.name),)))


def _actions(tasks: tuple[Task, ...], project: Project, frame: Frame) -> Table:
    names = {one.key: one.name for one in project.resources}
    columns = (
        Column(frame.label(_("No.")), 4),
        Column(frame.label(_("Action")), 13),
        Column(frame.label(_("Who")), 5),
        Column(frame.label(_("Start")), 5, number=True),
        Column(frame.label(_("Due")), 5, number=True),
        Column(frame.label(_("Planned before")), 5, number=True),
        Column(frame.label(_("State")), 6),
    )
    return Table((), columns, tuple(_action(task, names, frame) for task in tasks))


def _action(task: Task, names: dict[str, str], frame: Frame) -> tuple[Words, ...]:
    who = "\n".join(names.get(one.resource, one.resource) for one in task.assignments)
    extra = dict(task.extra)
    before = next((one.finish for one in reversed(task.baselines) if one.finish), None)
    state = frame.label(STATES[extra["state"]]) if extra.get("state") in STATES else frame.plain(extra.get("state"))
    return (
        frame.plain(task.key),
        _name(task, frame),
        frame.plain(who),
        frame.plain(task.start),
        frame.plain(task.finish),
        frame.plain(before if before != task.finish else None),
        frame.label(_("Milestone")) if task.milestone and state == NOTHING else state,
    )


def indicator_table(result: Result, frame: Frame) -> Table:
    """Return the indicators of an objective as a table, a row for each period."""
    columns = (
        Column(frame.label(_("Indicator")), 6),
        Column(frame.label(_("Baseline")), 2, number=True),
        Column(frame.label(_("Period")), 3, number=True),
        Column(frame.label(_("Target")), 2, number=True),
        Column(frame.label(_("Actual")), 2, number=True),
    )
    rows: list[tuple[Words, ...]] = []
    for one in result.indicators:
        baseline = frame.plain(one.baselines[0].figure.value if one.baselines else "")
        if not one.periods:
            rows.append((frame.words(one.title), baseline, NOTHING, NOTHING, NOTHING))
        for index, period in enumerate(one.periods):
            rows.append(
                (
                    frame.words(one.title) if not index else (Text(NEUTRAL, ""),),
                    baseline if not index else (Text(NEUTRAL, ""),),
                    frame.plain(f"{period.first} \u2013 {period.last}"),
                    frame.plain(", ".join(_figure(each.party, each.value) for each in period.targets)),
                    frame.plain(", ".join(_figure(each.party, each.value) for each in period.actuals)),
                )
            )
    return Table(frame.words(result.title), columns, tuple(rows))


def _figure(party: str, value: str) -> str:
    return f"{party} {value}" if party else value
