"""A meeting from invitation to decisions: called, held on both sides, put into minutes, adopted, followed up."""

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path

import msgspec
import pytest
from django.core.exceptions import PermissionDenied

from comity.concurrence.errors import NotPossibleError
from comity.plan import (
    group_access,
    group_services,
    meeting_access,
    meeting_services,
    minutes_access,
    minutes_services,
)
from comity.plan.indicator_access import Counter
from comity.plan.kinds.group import Member
from comity.plan.kinds.indicators import Period
from comity.plan.kinds.meeting import Course, Mark, Meeting, Point, Said, State
from comity.plan.kinds.minutes import Stage, Standing
from comity.plan.kinds.parts import Present
from comity.plan.kinds.series import Frequency
from comity.plan.meeting_joint import UnfitError
from comity.plan.meeting_services import Typed
from comity.plan.minutes_access import Filter
from comity.plan.minutes_draft import MinutesDraft
from tests.plan.meetings import a_meeting, a_series, words
from tests.plan.secretaries import Secretaries, make_secretaries

pytestmark = pytest.mark.django_db(databases=["default", "second"], transaction=True)
NO_FILTER = Filter()


@pytest.fixture
def both(tmp_path: Path, transactional_db: None) -> Secretaries:
    return make_secretaries(tmp_path)


def call(both: Secretaries, body: Meeting | None = None) -> str:
    """Let Doha call a meeting that Berlin accepts."""
    uuid = meeting_services.call(both.seat("doha"), body or a_meeting())
    both.settle()
    meeting_services.answer(both.seat("berlin"), uuid, uuid, concurs=True, words="")
    both.settle()
    return uuid


def held(both: Secretaries) -> str:
    """Let both sides hold a meeting and close it."""
    uuid = call(both)
    meeting_services.say_course(both.seat("doha"), uuid, Course.BEGUN)
    both.settle()
    meeting_services.write(both.seat("doha"), uuid, Typed(Said.NOTE, "Doha opened.", "qa-1"))
    meeting_services.write(
        both.seat("berlin"), uuid, Typed(Said.ACTION, "Name contact points.", "qa-1", "DE/BKA", date(2027, 2, 15))
    )
    meeting_services.write(both.seat("berlin"), uuid, Typed(Said.DECISION, "The agenda is adopted.", "qa-1"))
    both.settle()
    meeting_services.say_course(both.seat("berlin"), uuid, Course.ENDED)
    both.settle()
    return uuid


def completed(both: Secretaries, city: str, uid: str) -> int:
    """Fill in what a draft of minutes lacks in its authentic language; return the draft's version."""
    found = minutes_access.draft(both.seat(city), uid)
    assert found is not None
    kept, draft = found
    items = [
        msgspec.structs.replace(
            one,
            discussion=one.discussion | {"en": one.discussion.get("en", "Opened.")},
            decisions=[
                msgspec.structs.replace(d, text=d.text | {"en": d.text.get("en", "Done.")}) for d in one.decisions
            ],
        )
        for one in draft.items
    ]
    minutes_services.change(
        both.seat(city), uid, msgspec.structs.replace(draft, items=items, authentic="en"), kept.version
    )
    return kept.version + 1


def counted(both: Secretaries, city: str, measure: str, day: date) -> tuple[int, tuple[str, ...]]:
    """Return a computed figure of a day, and the documents that prove it."""
    figure = Counter(both.seat(city)).count(measure, "working-group", Period(first=day, last=day))
    assert figure is not None
    assert figure.value is not None
    return int(figure.value), figure.records


def test_meeting_goes_from_invitation_to_decisions_that_both_sides_follow_up(both: Secretaries) -> None:
    meeting = held(both)
    for city in ("doha", "berlin"):
        room = meeting_access.room(both.seat(city), meeting)
        assert room is not None
        assert room.state is State.CLOSED
        assert [len(entry.lines) for entry in room.entries] == [3]

    uid = minutes_services.begin(both.seat("berlin"), meeting)
    version = completed(both, "berlin", uid)
    document = minutes_services.propose(both.seat("berlin"), uid, version)
    both.settle()
    assert minutes_access.draft(both.seat("berlin"), uid) is None
    assert not list(minutes_access.decisions(both.seat("doha"), NO_FILTER))
    minutes_services.answer(both.seat("doha"), document, concurs=True, words="")
    both.settle()
    for city in ("doha", "berlin"):
        page = minutes_access.minutes(both.seat(city), document)
        assert page is not None
        assert page.adopted
        assert [one.node for one in page.signed] == ["DE.berlin", "QA.doha"]
        numbers = {row.decision.number for row in minutes_access.decisions(both.seat(city), NO_FILTER)}
        assert numbers == {"1/1", "1/2"}
        held_on = date.fromisoformat(page.body.began[:10])
        assert counted(both, city, "meetings-held", held_on) == (1, (document,))
        assert counted(both, city, "decisions-taken", held_on) == (2, (document,))
        assert counted(both, city, "meetings-held", held_on + timedelta(days=1)) == (0, ())

    row = next(one for one in minutes_access.decisions(both.seat("doha"), NO_FILTER) if one.decision.lead)
    minutes_services.follow_up(both.seat("berlin"), document, row.key, Stage.DONE, remark="Named.")
    minutes_services.follow_up(both.seat("doha"), document, row.key, Stage.NOT_DONE)
    both.settle()
    states = [minutes_access.decision(both.seat(city), document, row.key) for city in ("doha", "berlin")]
    assert [one.standing for one in states if one] == [Standing.DISPUTED] * 2
    minutes_services.follow_up(both.seat("doha"), document, row.key, Stage.DONE)
    both.settle()
    found = minutes_access.decision(both.seat("berlin"), document, row.key)
    assert found is not None
    assert found.standing is Standing.DONE_CONFIRMED
    done = Filter(state="done-confirmed", party="DE", words="contact")
    assert len(list(minutes_access.decisions(both.seat("berlin"), done))) == 1
    assert not list(minutes_access.decisions(both.seat("berlin"), replace(done, party="QA")))


def test_minutes_that_were_objected_to_are_proposed_anew_and_show_what_differs(both: Secretaries) -> None:
    meeting = held(both)
    uid = minutes_services.begin(both.seat("berlin"), meeting)
    first = minutes_services.propose(both.seat("berlin"), uid, completed(both, "berlin", uid))
    both.settle()
    minutes_services.answer(both.seat("doha"), first, concurs=False, words="The second decision was another.")
    both.settle()
    uid = minutes_services.begin_again(both.seat("doha"), first)
    kept, draft = minutes_access.draft(both.seat("doha"), uid) or pytest.fail("no draft")
    item = draft.items[0]
    other = msgspec.structs.replace(item, discussion=item.discussion | {"en": "Opened by both."})
    changed: MinutesDraft = msgspec.structs.replace(draft, items=[other])
    minutes_services.change(both.seat("doha"), uid, changed, kept.version)
    second = minutes_services.propose(both.seat("doha"), uid, kept.version + 1)
    both.settle()
    page = minutes_access.minutes(both.seat("berlin"), second)
    assert page is not None
    assert [(one.path, one.after) for one in page.changes] == [("/items/qa-1/discussion/en", ("Opened by both.",))]
    old = minutes_access.minutes(both.seat("berlin"), first)
    assert old is not None
    assert old.dead
    assert old.replaced_by == second


def test_minutes_without_the_authentic_language_are_not_proposed(both: Secretaries) -> None:
    uid = minutes_services.begin(both.seat("doha"), held(both))
    kept, draft = minutes_access.draft(both.seat("doha"), uid) or pytest.fail("no draft")
    minutes_services.change(both.seat("doha"), uid, msgspec.structs.replace(draft, authentic="ar"), kept.version)
    with pytest.raises(UnfitError, match="authentic"):
        minutes_services.propose(both.seat("doha"), uid, kept.version + 1)


def test_invitation_is_refused_with_a_reason_and_nothing_is_held(both: Secretaries) -> None:
    uuid = meeting_services.call(both.seat("doha"), a_meeting())
    both.settle()
    meeting_services.answer(both.seat("berlin"), uuid, uuid, concurs=False, words="A holiday here.")
    both.settle()
    for city in ("doha", "berlin"):
        room = meeting_access.room(both.seat(city), uuid)
        assert room is not None
        assert room.state is State.NOT_AGREED
        assert room.opening is not None
        assert room.opening.signers[0].words == "A holiday here."
    with pytest.raises(UnfitError):
        meeting_services.say_course(both.seat("doha"), uuid, Course.BEGUN)


def test_meeting_is_moved_by_both_and_called_off_by_one_with_a_reason(both: Secretaries) -> None:
    uuid = call(both)
    change = meeting_services.move(both.seat("berlin"), uuid, {"day": date(2027, 1, 20), "begins": "10:00"})
    both.settle()
    with pytest.raises(NotPossibleError):
        meeting_services.answer(both.seat("berlin"), uuid, change, concurs=True, words="")
    meeting_services.answer(both.seat("doha"), uuid, change, concurs=True, words="")
    both.settle()
    room = meeting_access.room(both.seat("doha"), uuid)
    assert room is not None
    assert room.begins.isoformat() == "2027-01-20T10:00:00+03:00"
    with pytest.raises(UnfitError, match="called off"):
        meeting_services.say_course(both.seat("doha"), uuid, Course.CALLED_OFF)
    meeting_services.say_course(both.seat("doha"), uuid, Course.CALLED_OFF, "The room is closed.")
    both.settle()
    room = meeting_access.room(both.seat("berlin"), uuid)
    assert room is not None
    assert room.state is State.CALLED_OFF
    with pytest.raises(UnfitError):
        meeting_services.write(both.seat("berlin"), uuid, Typed(Said.NOTE, "Too late"))


def test_points_that_were_not_reached_wait_until_an_agenda_takes_them_up(both: Secretaries) -> None:
    uuid = call(both)
    added = meeting_services.add_point(both.seat("berlin"), uuid, words("Budget"))
    meeting_services.say_course(both.seat("doha"), uuid, Course.BEGUN)
    both.settle()
    meeting_services.mark(both.seat("doha"), uuid, "qa-1", Mark.DONE)
    meeting_services.say_course(both.seat("doha"), uuid, Course.ENDED)
    both.settle()
    left = meeting_access.backlog(both.seat("doha"))
    assert [(one.key, one.party) for one in left] == [(added, "DE")]
    taken = Point(title=words("Budget"), order=10, carried=uuid, carried_key=added)
    later = msgspec.structs.replace(a_meeting(), day=date(2027, 6, 1), points={"QA": {"qa-2": taken}, "DE": {}})
    meeting_services.call(both.seat("doha"), later)
    assert meeting_access.backlog(both.seat("doha")) == []


def test_attendance_is_said_by_each_side_for_its_own(both: Secretaries) -> None:
    uuid = call(both)
    theirs = {"de-1": Present(authority="DE/BKA", function=words("Co-chair"), present=True)}
    with pytest.raises(UnfitError):
        meeting_services.attend(both.seat("doha"), uuid, theirs)
    meeting_services.attend(both.seat("berlin"), uuid, theirs)
    both.settle()
    room = meeting_access.room(both.seat("doha"), uuid)
    assert room is not None
    assert [(party, one.present) for party, _key, one in room.attendance] == [("DE", True)]


def test_group_is_founded_by_both_and_each_side_names_its_members(both: Secretaries) -> None:
    chairs = {
        "QA": Member(authority="QA/MOI", function=words("Co-chair")),
        "DE": Member(authority="DE/BMI", function=words("Co-chair")),
    }
    about = {"title": words("Group"), "mandate": words("Steer"), "first": date(2027, 1, 1), "last": None}
    uuid = group_services.propose(both.seat("doha"), chairs=chairs, **about)  # type: ignore[arg-type]  # by name
    both.settle()
    page = group_access.group(both.seat("berlin"))
    assert page is not None
    assert not page.agreed
    group_services.answer(both.seat("berlin"), uuid, uuid, concurs=True, words="")
    both.settle()
    key = group_services.seat_member(
        both.seat("berlin"), uuid, Member(authority="DE/BSI", function=words("Cyber"), contact=True)
    )
    both.settle()
    page = group_access.group(both.seat("doha"))
    assert page is not None
    assert page.agreed
    assert list(page.body.members["DE"]) == [key]
    with pytest.raises(UnfitError):
        group_services.seat_member(both.seat("doha"), uuid, Member(authority="DE/BSI", function=words("Cyber")))
    later = about | {"mandate": words("Steer and report")}
    change = group_services.propose(both.seat("berlin"), chairs=chairs, **later)  # type: ignore[arg-type]  # by name
    both.settle()
    group_services.answer(both.seat("doha"), uuid, change, concurs=True, words="")
    both.settle()
    page = group_access.group(both.seat("berlin"))
    assert page is not None
    assert page.body.mandate == words("Steer and report")
    assert list(page.body.members["DE"]) == [key]


def test_decision_in_writing_is_in_the_register_once_both_have_signed(both: Secretaries) -> None:
    uuid = minutes_services.decide(
        both.seat("doha"), number="W/1", text=words("The next meeting is in Berlin."), authentic="en", lead="DE/BMI",
        due=date(2027, 5, 1), reason={},
    )  # fmt: skip
    both.settle()
    assert not list(minutes_access.decisions(both.seat("berlin"), NO_FILTER))
    assert len(minutes_access.proposed_decisions(both.seat("berlin"))) == 1
    minutes_services.answer_decision(both.seat("berlin"), uuid, concurs=True, words="")
    both.settle()
    assert [one.decision.number for one in minutes_access.decisions(both.seat("doha"), NO_FILTER)] == ["W/1"]


def test_officer_who_is_no_secretary_reads_and_does_not_write(both: Secretaries) -> None:
    uuid = call(both)
    reader = both.seat("doha", "noura")
    assert meeting_access.room(reader, uuid) is not None
    with pytest.raises(PermissionDenied):
        meeting_services.say_course(reader, uuid, Course.BEGUN)
    with pytest.raises(PermissionDenied):
        meeting_services.call(reader, a_meeting())


def test_series_is_agreed_and_moved_by_both(both: Secretaries) -> None:
    uuid = meeting_services.call(both.seat("doha"), a_series(frequency=Frequency.WEEKLY, count=4))
    both.settle()
    meeting_services.answer(both.seat("berlin"), uuid, uuid, concurs=True, words="")
    both.settle()
    change = meeting_services.move(both.seat("berlin"), uuid, {"without": (date(2027, 3, 16),)})
    both.settle()
    meeting_services.answer(both.seat("doha"), uuid, change, concurs=True, words="")
    both.settle()
    row = meeting_access.one_series(both.seat("berlin"), uuid)
    assert row is not None
    assert [one.date().day for one in row.coming] == [9, 23, 30]
