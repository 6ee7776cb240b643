"""Microsoft Project XML comes in whole or not at all, and what goes out comes back."""

import contextlib

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.plan.exchange import Constraint, Link, LinkKind
from comity.plan.imports.msproject import project
from comity.plan.imports.report import ImportRefusedError, Left, Why
from comity.plan.papers.msproject import project_xml
from tests.plan.plans import a_plan

HEAD = '<?xml version="1.0"?>\n<Project xmlns="http://schemas.microsoft.com/project">\n'
ASSIGNED = "<Assignments>\n<Assignment><TaskUID>1</TaskUID><ResourceUID>5</ResourceUID></Assignment></Assignments>"
NINTH_DAY = (
    "<Calendars><Calendar><UID>1</UID><WeekDays>\n"
    "<WeekDay><DayType>9</DayType></WeekDay></WeekDays></Calendar></Calendars>"
)
TASK = "<Task><UID>{uid}</UID><Name>Task {uid}</Name><OutlineLevel>1</OutlineLevel>{rest}</Task>\n"


def file_of(*tasks: str, before: str = "", after: str = "") -> bytes:
    return f"{HEAD}{before}<Tasks>\n{''.join(tasks)}</Tasks>\n{after}</Project>".encode()


def task(uid: int, rest: str = "") -> str:
    return TASK.format(uid=uid, rest=rest)


def link(before: int, kind: str = "<Type>1</Type>", lag: str = "<LinkLag>0</LinkLag><LagFormat>7</LagFormat>") -> str:
    return f"<PredecessorLink><PredecessorUID>{before}</PredecessorUID>{kind}{lag}</PredecessorLink>"


def faults_of(data: bytes) -> list[tuple[int, Why]]:
    with pytest.raises(ImportRefusedError) as refused:
        project(data)
    return [(fault.line, fault.why) for fault in refused.value.faults]


def test_plan_that_goes_out_comes_back_the_same() -> None:
    before = a_plan()
    taken = project(project_xml(before))
    after = taken.value
    assert [loss for loss in taken.losses if loss.left is not Left.CALCULATED] == []
    assert (after.title, after.start, after.finish) == (before.title, before.start, before.finish)
    for one, other in zip(before.tasks, after.tasks, strict=True):
        same = ("name", "level", "start", "finish", "minutes", "milestone", "summary", "percent", "notes", "deadline")
        for name in (*same, "actual_start", "actual_finish", "baselines", "extra"):
            assert getattr(one, name) == getattr(other, name), name
        assert [(each.kind, each.lag, each.elapsed) for each in one.links] == [
            (each.kind, each.lag, each.elapsed) for each in other.links
        ]
        assert [each.share for each in one.assignments] == [each.share for each in other.assignments]
    assert after.tasks[3].constraint is Constraint.FINISH_UNTIL
    assert [one.name for one in after.resources] == ["DE/BKA", "QA/MOI"]
    (calendar,) = after.calendars
    assert (calendar.name, calendar.week, calendar.exceptions) == (
        before.calendars[0].name,
        before.calendars[0].week,
        before.calendars[0].exceptions,
    )


def test_links_have_their_types_and_lags_in_minutes() -> None:
    lag = "<LinkLag>{0}</LinkLag><LagFormat>{1}</LagFormat>"
    data = file_of(
        task(1),
        task(2, link(1, "<Type>0</Type>", lag.format(4800, 7))),
        task(3, link(1, "<Type>2</Type>", lag.format(-600, 5)) + link(2, "<Type>3</Type>", lag.format(14400, 8))),
        task(4, link(3, "", "")),
    )
    tasks = project(data).value.tasks
    assert tasks[1].links == (Link("1", LinkKind.FINISH_FINISH, 480),)
    assert tasks[2].links == (
        Link("1", LinkKind.START_FINISH, -60),
        Link("2", LinkKind.START_START, 1440, elapsed=True),
    )
    assert tasks[3].links == (Link("3"),)


def test_task_that_ends_at_midnight_ended_the_day_before() -> None:
    data = file_of(task(1, "<Start>2027-03-01T00:00:00</Start><Finish>2027-03-03T00:00:00</Finish>"))
    assert project(data).value.tasks[0].finish.isoformat() == "2027-03-02"  # type: ignore[union-attr]  # it is there


def test_project_summary_names_the_plan_and_blank_rows_are_none() -> None:
    data = file_of(
        "<Task><UID>0</UID><Name>The whole</Name><OutlineLevel>0</OutlineLevel></Task>",
        "<Task><UID>7</UID><IsNull>1</IsNull></Task>",
        task(1),
    )
    value = project(data).value
    assert value.title == "The whole"
    assert [one.key for one in value.tasks] == ["1"]


def test_what_a_plan_cannot_hold_is_named_with_its_line_and_reason() -> None:
    rest = "<Cost>120</Cost><Priority>500</Priority><TotalSlack>40</TotalSlack><Contact>x</Contact>"
    losses = project(file_of(task(1, rest), task(2, "<Odd>1</Odd>"))).losses
    assert [(loss.place, loss.line, loss.left) for loss in losses] == [
        ("Tasks/Task/Contact", 4, Left.PERSONAL),
        ("Tasks/Task/Cost", 4, Left.NOT_HELD),
        ("Tasks/Task/TotalSlack", 4, Left.CALCULATED),
        ("Tasks/Task/Odd", 5, Left.NOT_HELD),
    ]


def test_time_of_day_that_is_not_the_usual_one_is_reported_as_simplified() -> None:
    data = file_of(task(1, "<Start>2027-03-01T10:30:00</Start><Finish>2027-03-02T17:00:00</Finish>"))
    (loss,) = project(data).losses
    assert (loss.place, loss.left) == ("Tasks/Task/Start (time of day)", Left.SIMPLIFIED)


@pytest.mark.parametrize(
    ("data", "fault"),
    [
        (b"", (1, Why.NOT_XML)),
        (b"not xml", (1, Why.NOT_XML)),
        (b'<Project xmlns="http://schemas.microsoft.com/other"/>', (1, Why.WRONG_FORMAT)),
        (f"{HEAD}<Tasks>\n<Task>".encode(), (4, Why.NOT_XML)),
        (b'<!DOCTYPE a [<!ENTITY b "c">]>' + file_of(task(1)), (1, Why.HOSTILE)),
        (b'<?xml version="1.0" encoding="nonsense"?><Project/>', (1, Why.NOT_XML)),
        (file_of("<Task><Name>No number</Name></Task>"), (4, Why.MISSING)),
        (file_of(task(1), task(1)), (5, Why.TWICE)),
        (file_of(task(1, "<Start>tomorrow</Start>")), (4, Why.NOT_A_DATE)),
        (file_of(task(1, "<Start>2027-02-30T08:00:00</Start>")), (4, Why.NOT_A_DATE)),
        (file_of(task(1, "<Duration>three days</Duration>")), (4, Why.NOT_A_DURATION)),
        (file_of(task(1, "<Milestone>maybe</Milestone>")), (4, Why.NOT_YES_OR_NO)),
        (file_of(task(1, "<PercentComplete>101</PercentComplete>")), (4, Why.NOT_A_NUMBER)),
        (file_of(task(1, "<TotalSlack>much</TotalSlack>")), (4, Why.NOT_A_NUMBER)),
        (file_of(task(1), task(2, link(9))), (5, Why.UNKNOWN_REFERENCE)),
        (file_of(task(1), task(2, link(1, "<Type>4</Type>"))), (5, Why.NOT_A_NUMBER)),
        (file_of(task(1, link(2)), task(2, link(1))), (4, Why.CIRCLE)),
        (file_of(task(1, link(1))), (4, Why.CIRCLE)),
        (file_of(task(1, "<CalendarUID>8</CalendarUID>")), (4, Why.UNKNOWN_REFERENCE)),
        (
            file_of(task(1, "<Start>2027-03-02T08:00:00</Start><Finish>2027-03-01T17:00:00</Finish>")),
            (4, Why.ORDER),
        ),
        (file_of(task(1), after=ASSIGNED.replace("<TaskUID>1", "<TaskUID>9")), (7, Why.UNKNOWN_REFERENCE)),
        (file_of(task(1), after=ASSIGNED), (7, Why.UNKNOWN_REFERENCE)),
        (file_of(task(1), before=NINTH_DAY), (4, Why.NOT_A_NUMBER)),
    ],
)  # fmt: skip
def test_file_that_is_not_sound_is_refused_with_line_and_reason(data: bytes, fault: tuple[int, Why]) -> None:
    assert fault in faults_of(data)


def test_what_project_allows_and_a_plan_does_not_is_mended_and_reported() -> None:
    resource = "<Resources><Resource><UID>5</UID></Resource></Resources>\n"
    unnamed = task(2).replace("Task 2", "").replace("<OutlineLevel>1", "<OutlineLevel>4")
    taken = project(file_of(task(1), unnamed, after=resource + ASSIGNED))
    assert [(one.name, one.level, one.assignments) for one in taken.value.tasks] == [("Task 1", 1, ()), ("(2)", 2, ())]
    assert [(loss.place, loss.line, loss.left) for loss in taken.losses] == [
        ("Tasks/Task/Name (empty)", 5, Left.SIMPLIFIED),
        ("Tasks/Task/OutlineLevel", 5, Left.SIMPLIFIED),
        ("Assignments/Assignment (of a blank row)", 9, Left.NOT_HELD),
    ]


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_damaged_file_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    whole = bytearray(project_xml(a_plan()))
    for _number in range(data.draw(st.integers(1, 4))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=6))
    with contextlib.suppress(ImportRefusedError):
        project(bytes(whole))


def test_every_fault_of_a_file_is_named_at_once() -> None:
    data = file_of(task(1, "<Start>x</Start>"), task(2, "<Duration>y</Duration>"))
    assert faults_of(data) == [(4, Why.NOT_A_DATE), (5, Why.NOT_A_DURATION)]


def test_file_of_nothing_but_faults_is_given_up_early() -> None:
    data = file_of(*(task(number, "<Start>x</Start>") for number in range(1, 2000)))
    assert len(faults_of(data)) == 200


def test_nesting_and_size_of_one_element_are_bounded() -> None:
    deep = file_of(task(1, "<A>" * 40 + "</A>" * 40))
    wide = file_of(task(1, "<A/>" * 100_001))
    assert faults_of(deep) == [(4, Why.TOO_LARGE)]
    assert faults_of(wide) == [(4, Why.TOO_LARGE)]


def test_letters_that_xml_forbids_do_not_break_the_file_that_goes_out() -> None:
    plan = a_plan()
    broken = plan.__class__(title="a\x00b\ufffe", tasks=())
    assert project(project_xml(broken)).value.title == "a\ufffdb\ufffd"
