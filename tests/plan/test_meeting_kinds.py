"""A meeting is written by both sides at once, each in its own places; minutes and decisions say what both signed."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import msgspec
import pytest
from dateutil.rrule import MONTHLY, WEEKLY, rrule, weekday
from hypothesis import given
from hypothesis import strategies as st

from comity.channel.post import Draft, post
from comity.concurrence import services
from comity.concurrence.documents import DocumentKind, read
from comity.concurrence.errors import NotFittingError
from comity.concurrence.records import PROPOSAL, TECHNICAL, Edit, Proposal
from comity.concurrence.updates import UpdateStatus
from comity.plan.kinds.group import GROUP, Group, Member
from comity.plan.kinds.meeting import MEETING, Course, Mark, Meeting, State, state_of, unreached, written
from comity.plan.kinds.minutes import DECISION, MINUTES, FollowUp, Minutes, Stage, Standing, Written, standing
from comity.plan.kinds.series import SERIES, Frequency, Series, days, leaving_out
from comity.plan.projections import AREA
from comity.protocol.canonical import encode
from comity.protocol.records import Reference, Relation
from tests.concurrence.kinds import HAND, Table, agreement, make_world
from tests.plan.meetings import a_group, a_line, a_meeting, a_series, a_word, some_minutes, words
from tests.support import worlds

BOTH = frozenset({"QA", "DE"})
database = pytest.mark.django_db(databases=["default", "second"], transaction=True)


@pytest.fixture
def table(tmp_path: Path) -> Table:
    world = make_world(2, tmp_path, (AREA,))
    return Table(world, worlds.agree(world, agreement(world)))


def agreed(table: Table, kind: DocumentKind, body: Group | Meeting | Minutes) -> str:
    uuid = services.open_document(*table.at("doha"), kind.name, body, ["DE.berlin"], HAND)
    table.world.settle()
    services.concur(*table.at("berlin"), uuid, uuid, HAND)
    table.world.settle()
    return uuid


@database
def test_both_sides_write_at_once_and_nothing_is_overwritten(table: Table) -> None:
    uuid = agreed(table, MEETING, a_meeting())
    for side, party in (("doha", "QA"), ("berlin", "DE")):
        for number in range(3):
            key = f"{party.lower()}-{number}"
            services.put(*table.at(side), uuid, {f"/lines/{party}/{key}": a_line(key, "qa-1")}, HAND)
        services.put(*table.at(side), uuid, {f"/course/{party}": a_word(Course.BEGUN)}, HAND)
    table.world.settle()
    seen = table.views(uuid)
    assert seen[0].body == seen[1].body
    body = seen[0].body
    assert isinstance(body, Meeting)
    assert [key for _party, key, _line in written(body)] == ["de-0", "de-1", "de-2", "qa-0", "qa-1", "qa-2"]
    assert state_of(body) is State.IN_PROGRESS
    assert not [one for one in seen[0].proposals if one.status in (UpdateStatus.CLASHING, UpdateStatus.VOID)]


@database
def test_meeting_is_moved_while_lines_are_written_and_the_lines_stay(table: Table) -> None:
    uuid = agreed(table, MEETING, a_meeting())
    moved = msgspec.structs.replace(a_meeting(), day=date(2027, 1, 20))
    proposal = services.propose(*table.at("berlin"), uuid, moved, HAND)
    services.put(*table.at("doha"), uuid, {"/lines/QA/qa-0": a_line("Written meanwhile")}, HAND)
    table.world.settle()
    services.concur(*table.at("doha"), uuid, proposal, HAND)
    table.world.settle()
    bodies = [one.body for one in table.views(uuid)]
    assert bodies[0] == bodies[1]
    assert isinstance(bodies[0], Meeting)
    assert bodies[0].day == date(2027, 1, 20)
    assert bodies[0].lines["QA"]["qa-0"].text == "Written meanwhile"


@database
def test_nobody_writes_in_the_places_of_the_other_side(table: Table) -> None:
    uuid = agreed(table, MEETING, a_meeting())
    with pytest.raises(NotFittingError):
        services.put(*table.at("berlin"), uuid, {"/lines/QA/qa-9": a_line("Forged")}, HAND)
    node, channel = table.at("berlin")
    base = table.view("berlin", uuid)
    edit = Edit(path="/lines/QA/qa-9", value=encode(a_line("Forged")).decode())
    body = Proposal(kind=MEETING.name, edits=(edit,), base=base.name)
    refs = (Reference(rel=Relation.CASE, id=uuid), Reference(rel=Relation.FOLLOWS, id=base.chain[-1]))
    hand = replace(HAND, urgency=TECHNICAL)
    draft = Draft(
        type=PROPOSAL.tag, body=body, to=("QA.doha",), clause=hand.clause, purpose=hand.purpose,
        handling=hand.handling, urgency=hand.urgency, officer=hand.officer, refs=refs,
    )  # fmt: skip
    forged = post(node, channel, [draft])[0].uid
    table.world.settle()
    for view in table.views(uuid):
        one = view.proposal(forged)
        assert one is not None
        assert one.status is UpdateStatus.VOID
        assert isinstance(view.body, Meeting)
        assert not view.body.lines["QA"]


@database
def test_members_of_a_side_are_its_own_updates_and_the_mandate_needs_both(table: Table) -> None:
    uuid = agreed(table, GROUP, a_group())
    member = Member(authority="QA/NCSA", function=words("Cyber security"))
    services.put(*table.at("doha"), uuid, {"/members/QA/qa-1": member}, HAND)
    table.world.settle()
    body = table.view("berlin", uuid).body
    assert isinstance(body, Group)
    assert body.members["QA"] == {"qa-1": member}
    with pytest.raises(NotFittingError):
        services.put(*table.at("doha"), uuid, {"/members/DE/de-1": None}, HAND)
    with pytest.raises(NotFittingError):
        services.put(*table.at("doha"), uuid, {"/mandate": words("Other")}, HAND)
    with pytest.raises(NotFittingError):
        services.put(*table.at("doha"), uuid, {"/members/QA/qa-2": a_group().members["DE"]["de-1"]}, HAND)


def test_latest_word_on_the_course_counts_whosever_it_is() -> None:
    def after(**course: str) -> State:
        said = {party: a_word(Course(word.partition("@")[0]), word.partition("@")[2]) for party, word in course.items()}
        return state_of(msgspec.structs.replace(a_meeting(), course=said))

    one, two = "2027-01-19T06:00:00.000Z", "2027-01-19T08:00:00.000Z"
    assert after() is State.OPEN
    assert after(QA=f"begun@{one}") is State.IN_PROGRESS
    assert after(QA=f"begun@{one}", DE=f"ended@{two}") is State.CLOSED
    assert after(QA=f"begun@{two}", DE=f"ended@{one}") is State.IN_PROGRESS
    assert after(DE=f"called-off@{one}") is State.CALLED_OFF
    assert after(DE=f"begun@{one}", QA=f"ended@{one}") is State.CLOSED


def test_points_that_nobody_reached_or_that_a_side_wants_again_carry_over() -> None:
    def carried(**changes: object) -> list[str]:
        return [key for _party, key, _point in unreached(msgspec.structs.replace(a_meeting(), **changes))]

    line = {"QA": {"qa-0": a_line("x", "qa-1")}, "DE": {}}
    assert carried() == ["qa-1"]
    assert carried(lines=line) == []
    assert carried(lines=line, marks={"DE": {"qa-1": Mark.AGAIN}}) == ["qa-1"]
    assert carried(marks={"DE": {"qa-1": Mark.AGAIN}, "QA": {"qa-1": Mark.DONE}}) == []


def test_minutes_without_a_text_in_the_authentic_language_are_none() -> None:
    good = some_minutes("0199a000-0000-7000-8000-000000000001")
    assert read(MINUTES, encode(good)) == good
    with pytest.raises(NotFittingError, match="authentic"):
        read(MINUTES, encode(good).replace(b'"authentic":"en"', b'"authentic":"ar"'))


@pytest.mark.parametrize(
    ("lead", "said", "state"),
    [
        ("DE/BKA", {}, Standing.OPEN),
        ("DE/BKA", {"QA": Stage.DONE}, Standing.OPEN),
        ("DE/BKA", {"DE": Stage.UNDER_WAY}, Standing.UNDER_WAY),
        ("DE/BKA", {"DE": Stage.HELD_UP}, Standing.HELD_UP),
        ("DE/BKA", {"DE": Stage.DONE}, Standing.DONE_CLAIMED),
        ("DE/BKA", {"DE": Stage.DONE, "QA": Stage.DONE}, Standing.DONE_CONFIRMED),
        ("DE/BKA", {"DE": Stage.DONE, "QA": Stage.NOT_DONE}, Standing.DISPUTED),
        ("DE/BKA", {"DE": Stage.UNDER_WAY, "QA": Stage.NOT_DONE}, Standing.UNDER_WAY),
        (None, {"DE": Stage.DONE}, Standing.DONE_CLAIMED),
        (None, {"DE": Stage.DONE, "QA": Stage.DONE}, Standing.DONE_CONFIRMED),
    ],
)
def test_decision_is_done_when_its_lead_says_so_and_the_others_agree(
    lead: str | None, said: dict[str, Stage], state: Standing
) -> None:
    follow = {party: {"d-1": FollowUp(stage=stage, at="2027-02-01T00:00:00.000Z")} for party, stage in said.items()}
    assert standing("d-1", lead, follow, BOTH) is state


def test_every_field_has_a_label_in_three_languages() -> None:
    meeting = ["title", "order", "minutes", "carried", "carried_key"]
    places: list[tuple[DocumentKind, list[str]]] = [
        (MEETING, [*Meeting.__struct_fields__, *(f"points/QA/x/{one}" for one in meeting), "lines/QA/x/said"]),
        (GROUP, [*Group.__struct_fields__, *(f"members/QA/x/{one}" for one in Member.__struct_fields__)]),
        (MINUTES, [*Minutes.__struct_fields__]),
        (DECISION, [*Written.__struct_fields__]),
        (SERIES, [*Series.__struct_fields__]),
    ]
    for kind, names in places:
        for name in names:
            assert kind.label(f"/{name}").keys() == {"en", "de", "ar"}, name


@given(
    st.dates(date(2025, 1, 1), date(2030, 12, 31)),
    st.sampled_from(Frequency),
    st.integers(1, 6),
    st.one_of(st.none(), st.integers(1, 40)),
)
def test_days_of_a_series_are_those_that_another_program_finds(
    day: date, frequency: Frequency, every: int, count: int | None
) -> None:
    series = a_series(day, frequency=frequency, every=every, count=count)
    if frequency is Frequency.WEEKLY:
        theirs = rrule(WEEKLY, dtstart=day, interval=every, count=count or 500)
    elif frequency is Frequency.MONTH_DAY:
        theirs = rrule(MONTHLY, dtstart=day, interval=every, count=count or 500)
    else:
        nth = weekday(day.weekday(), (day.day - 1) // 7 + 1)
        theirs = rrule(MONTHLY, dtstart=day, interval=every, count=count or 500, byweekday=nth)
    assert days(series) == [one.date() for one in theirs]


def test_days_left_out_and_added_count_and_what_falls_on_a_day_off_is_left_out() -> None:
    series = a_series(frequency=Frequency.WEEKLY, until=date(2027, 4, 6))
    assert len(days(series)) == 5
    off = leaving_out(series, frozenset({date(2027, 3, 16), date(2027, 3, 17)}))
    assert off.without == (date(2027, 3, 16),)
    assert date(2027, 3, 16) not in days(off)
    more = msgspec.structs.replace(off, also=(date(2027, 3, 18),))
    assert date(2027, 3, 18) in days(more)


def test_last_weekday_of_the_month_is_the_last_one() -> None:
    rule = {"frequency": Frequency.MONTH_WEEKDAY, "last_weekday": True, "count": 4}
    assert days(a_series(date(2027, 1, 26), **rule)) == [
        date(2027, 1, 26), date(2027, 2, 23), date(2027, 3, 30), date(2027, 4, 27),
    ]  # fmt: skip
    with pytest.raises(ValueError, match="first day"):
        a_series(date(2027, 1, 19), **rule)
