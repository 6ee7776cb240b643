"""A hit goes to a person, becomes a request in the same case, and what came of it is counted on both sides."""

from datetime import date

import pytest

from comity.cases import access as case_access
from comity.cases import services as case_services
from comity.cases.kinds import Kind
from comity.channel.alarms import open_alarms
from comity.concurrence import measures
from comity.concurrence.measures import Figure, Window
from comity.desk.errors import NotAllowedError
from comity.desk.roles import Role
from comity.matching import Rule
from comity.screening import access, list_access, services
from comity.screening.errors import CheckError
from comity.screening.models import Clearance, HitState
from comity.screening.records import Finding
from tests.screening.test_publishing import HER
from tests.screening.world import ASKER, HOLDER, LIST_ID, Stage, entry, listed, person

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

CASE = "01a1ee56-7188-7ff6-bb78-5f040e7a0325"
HERSELF = entry("R-7", "سميرة الطنجاوي", born="1980-05-01")


def _measured(stage: Stage, side: str, rule: Rule) -> tuple[int, int, float | None]:
    node = stage.world.nodes[side]
    found = {one.rule: one for one in access.rules(node, stage.uuid, HOLDER, LIST_ID)}[rule]
    return found.same, found.different, found.precision


def _figure(stage: Stage, side: str, measure: str, party: str = "") -> Figure:
    """Return a figure of the catalogue for the area of the clause, over all time."""
    node = stage.world.nodes[side]
    counting = measures.catalogue()[measure].open_at(node, stage.channel(node), "actual")
    assert not counting(Window(date(2000, 1, 1), date(2000, 12, 31))).records
    assert not counting(Window(date(2000, 1, 1), date(2100, 1, 1), "cyber")).records
    return counting(Window(date(2000, 1, 1), date(2100, 1, 1), "crime", party))


def test_a_hit_becomes_a_request_in_its_case_is_answered_and_its_outcome_is_counted_on_both_sides(stage: Stage) -> None:
    stage.take_in([*listed(10), HERSELF])
    stage.publish()
    berlin = stage.seat(stage.asker)
    uid = services.check(berlin, HOLDER, LIST_ID, [HER], purpose="prevention", case=CASE)
    stage.carry()
    (hit,) = access.hits(berlin, uid)
    assert hit.state == HitState.OPEN
    assert not hit.verified

    drafted = services.request(berlin, hit.number)
    assert (drafted.case, drafted.area, drafted.type) == (CASE, "cases", "cases.request/1")
    kept, written = case_services.write(berlin, drafted.uid, {"case_number": "ST-1", "urgency": "normal"}, ())
    assert (written.to, written.clause, written.purpose) == (HOLDER, "4(2)", "prevention")
    assert hit.reference in written.question
    assert LIST_ID in written.question
    assert "unverified" in written.question
    assert "Tanjawi" not in written.subject + written.question, "whom it is about the officer adds, or does not"
    assert case_services.send(berlin, drafted.uid, kept.version + 1) == CASE
    after = access.hit(berlin, hit.number)
    assert after
    assert (after.state, after.case) == (HitState.REQUESTED, CASE)
    stage.world.settle()

    doha = stage.seat(stage.holder)
    (asked,), _ = case_access.open_questions(doha, own=False)
    assert hit.reference in asked.subject
    behind = list_access.behind(doha, LIST_ID, hit.reference)
    assert behind
    assert behind.subject.reference == "R-7"
    assert list_access.behind(doha, LIST_ID, "00" * 8) is None
    request = str(stage.records(stage.holder, "cases.request/1")[0].uid)
    answer = case_services.begin(doha, Kind.REPLY, answers=request, case=CASE)
    given = {"text": "Warrant 12 of the example.", "source": "A", "information": "1", "urgency": ""}
    answer, _ = case_services.write(doha, answer.uid, given, ())
    case_services.send(doha, answer.uid, answer.version + 1)
    stage.world.settle()
    assert stage.records(stage.asker, "cases.reply/1")

    with pytest.raises(CheckError, match="why"):
        services.decide(berlin, hit.number, Finding.SAME, "  ")
    assert services.decide(berlin, hit.number, Finding.SAME, "Same mother's name.") == 0
    stage.world.settle()
    assert hit.rules
    for rule in (one.rule for one in hit.rules):
        assert _measured(stage, ASKER, rule) == _measured(stage, HOLDER, rule) == (1, 0, 1.0)
    with pytest.raises(CheckError, match="told"):
        services.decide(berlin, hit.number, Finding.DIFFERENT, "No.")
    (outcome,) = stage.records(stage.holder, "screening.outcome/1")
    assert hit.reference.encode() not in bytes(outcome.header)
    assert not open_alarms(stage.asker)
    assert not open_alarms(stage.holder)
    for side in (ASKER, HOLDER):
        assert _figure(stage, side, "checks-answered").value == 1
        assert _figure(stage, side, "checks-answered", party="DE").value == 0, "it was Doha that was asked"
        assert _figure(stage, side, "checks-answered-share").value == 100
        assert _figure(stage, side, "hits-same-person").value == 100
        assert _figure(stage, side, "hits-reviewed").records == (outcome.uid,)


def test_a_person_cleared_with_reason_and_date_stays_cleared_until_somebody_opens_it_again(stage: Stage) -> None:
    stage.take_in([HERSELF])
    stage.publish()
    berlin = stage.seat(stage.asker)
    (hit,) = stage.hits(stage.check(HER))
    assert services.decide(berlin, hit.pk, Finding.DIFFERENT, "Another mother's name.") == 1
    stage.publish(rotate=True)
    stage.world.clock.ms += 24 * 3600 * 1000
    again = stage.check(HER)
    (second,) = access.hits(berlin, again.uid)
    assert second.state == HitState.CLEARED
    assert (second.cleared_why, second.cleared_ms) == (
        "Another mother's name.",
        stage.world.clock.ms - 24 * 3600 * 1000,
    )
    shown = access.check(berlin, again.uid)
    assert shown
    assert shown.to_review == 0

    twin = stage.check(person("Samira Al-Tanjawi", born="1980-05-02"))
    assert [one.state for one in stage.hits(twin)] == [HitState.OPEN], "who shares a name is not cleared with her"
    nameless = stage.check(person("Samira Al-Tanjawi"))
    (only,) = stage.hits(nameless)
    assert services.decide(berlin, only.pk, Finding.DIFFERENT, "No birth date.") == 0
    assert [one.state for one in stage.hits(stage.check(person("Samira Al-Tanjawi")))] == [HitState.OPEN]

    services.reopen(berlin, second.number)
    assert [one.state for one in stage.hits(stage.check(HER))] == [HitState.OPEN]
    assert Clearance.objects.using(stage.asker.using).filter(ended_ms__isnull=False).count() == 1
    assert b"mother" not in bytes(Clearance.objects.using(stage.asker.using).get().sealed)


def test_cannot_tell_is_an_outcome_that_neither_clears_nor_counts_for_or_against_a_rule(stage: Stage) -> None:
    stage.take_in([HERSELF])
    stage.publish()
    berlin = stage.seat(stage.asker)
    (hit,) = stage.hits(stage.check(HER))
    services.decide(berlin, hit.pk, Finding.OPEN, "The papers say too little.")
    assert services.tell(berlin, HOLDER, LIST_ID) is not None
    assert services.tell(berlin, HOLDER, LIST_ID) is None, "what was told is not told again"
    stage.world.settle()
    rule = Rule(hit.rules.split(",")[0])
    assert _measured(stage, ASKER, rule) == _measured(stage, HOLDER, rule) == (0, 0, None)
    for side in (ASKER, HOLDER):
        assert _figure(stage, side, "hits-reviewed").value == len(hit.rules.split(","))
        assert _figure(stage, side, "hits-same-person").value == 0
    assert [one.state for one in stage.hits(stage.check(HER))] == [HitState.OPEN]


def test_whoever_may_only_check_reviews_hits_and_leaves_requests_to_those_who_write_cases(stage: Stage) -> None:
    stage.take_in([HERSELF])
    stage.publish()
    (hit,) = stage.hits(stage.check(HER))
    analyst, supervisor = stage.seat(stage.asker, Role.ANALYST), stage.seat(stage.asker, Role.SUPERVISOR)
    with pytest.raises(NotAllowedError):
        services.request(analyst, hit.pk)
    with pytest.raises(NotAllowedError):
        services.decide(supervisor, hit.pk, Finding.SAME, "I think so.")
    services.decide(analyst, hit.pk, Finding.DIFFERENT, "Another photograph.")
