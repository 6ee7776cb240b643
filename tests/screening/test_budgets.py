"""A malicious asker cannot ask more than the clause allows: not by replay, not in parallel, not with another node."""

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connections

from comity.channel import agreements, peers
from comity.channel.post import post
from comity.matching import ask, person_keys
from comity.protocol.agreement.model import Clause
from comity.protocol.records import Reality
from comity.screening import answering, budgets, building, lists, work
from comity.screening.acting import clause_for, draft, under
from comity.screening.engine import Inline
from comity.screening.lists import DAY_MS, ListTerms
from comity.screening.models import Answered, Check, CheckState, Question
from comity.screening.records import QUERY, Query
from tests.screening.test_publishing import HER
from tests.screening.world import HOLDER, OFFICER, Stage, entry, listed, make_stage, person

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def _spent(stage: Stage) -> int:
    rows = Answered.objects.using(stage.holder.using).filter(by=HOLDER, reason="")
    return sum(rows.values_list("steps", flat=True))


def _ask_past_the_own_count(stage: Stage, times: int) -> None:
    """Post questions as an asker does whose program does not keep to the clause."""
    known, channel = stage.known(), stage.channel(stage.asker)
    where = under(stage.asker, channel, QUERY, Reality.ACTUAL, purpose="prevention")
    for _ in range(times):
        question = ask(person_keys(HER.person))
        body = Query(
            list_id=known.list_id,
            generation=known.generation,
            version=known.version,
            elements=b"".join(question.elements),
            commitment=question.commitment,
        )
        post(stage.asker, channel, [draft(QUERY, body, (HOLDER,), where, OFFICER)])


@pytest.fixture
def tight(tmp_path: Path, transactional_db: None) -> Stage:
    stage = make_stage(tmp_path, per_day=3, per_month=5)
    stage.take_in([*listed(5), entry("R-7", "سميرة الطنجاوي", born="1980-05-01")])
    stage.publish()
    return stage


def test_a_malicious_asker_cannot_exceed_its_budget_by_replay_parallelism_or_re_pairing(
    tight: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    steps = -(-len(person_keys(HER.person)) // 16)
    _ask_past_the_own_count(tight, 7)
    tight.world.settle()
    assert 3 - steps < _spent(tight) <= 3
    refused = Answered.objects.using("default").filter(by=HOLDER).exclude(reason="")
    assert {one.reason for one in refused} == {"day-spent"}

    # Replay: the same messages again are the same records, and none is answered twice.
    before = _spent(tight)
    answered = Answered.objects.using("default").filter(by=HOLDER).count()
    for _ in range(3):
        tight.world.settle()
    assert (_spent(tight), Answered.objects.using("default").filter(by=HOLDER).count()) == (before, answered)

    # Parallel: two workers judged the same questions before either answered them.
    tight.world.clock.ms += DAY_MS
    tight.world.down.add(HOLDER)
    _ask_past_the_own_count(tight, 4)
    tight.world.down.clear()
    settle = answering._settle
    held: list[tuple[Any, ...]] = []

    def put_off(*given: Any) -> int:
        held.append(given)
        return 0

    with monkeypatch.context() as slow:
        slow.setattr(answering, "_settle", put_off)
        tight.world.settle()
        work.step(tight.holder, Inline())
    assert len(held) >= 8, "each question was judged twice and none answered"
    settled = [settle(*given) for given in held]
    assert sum(settled) == 4, "each question is settled once"
    assert _spent(tight) <= 5, "the month's budget holds"
    assert Question.objects.using("default").filter(open=True).count() == 0

    # Another node key, paired anew: the party is counted, not the key.
    left = budgets.left_to(tight.holder, tight.channel(tight.holder), _clause(tight), "DE")
    assert left.steps == 5 - _spent(tight)
    peers.complete(tight.holder, peers.accept(tight.asker, peers.invite(tight.holder))[0])
    again = budgets.left_to(tight.holder, tight.channel(tight.holder), _clause(tight), "DE")
    assert again == left


def _clause(stage: Stage) -> Clause:
    return clause_for(agreements.terms_in_force(stage.holder, stage.channel(stage.holder)), QUERY.tag)


def test_two_threads_that_answer_at_once_answer_each_question_once_and_stay_within_the_budget(
    tight: Stage, monkeypatch: pytest.MonkeyPatch
) -> None:
    tight.world.down.add(HOLDER)
    _ask_past_the_own_count(tight, 6)
    tight.world.down.clear()
    with monkeypatch.context() as idle:
        idle.setattr("comity.screening.work.answer_some", lambda *_: 0)  # nobody answers while questions arrive
        tight.world.settle()
    assert Question.objects.using("default").filter(open=True).count() == 6
    start = threading.Barrier(2)
    done: list[int] = []

    def answer() -> None:
        start.wait()
        try:
            done.append(answering.answer_some(tight.holder, Inline()))
        finally:
            connections["default"].close()

    threads = [threading.Thread(target=answer) for _ in range(2)]
    for one in threads:
        one.start()
    for one in threads:
        one.join()
    assert sum(done) == 6
    assert _spent(tight) <= 3
    assert Answered.objects.using("default").filter(by=HOLDER).count() == 6


def test_a_check_waits_for_the_next_period_and_goes_on_by_itself(tight: Stage) -> None:
    people = [person(f"Ilse Holm{end}") for end in ("", "b", "d", "f")]
    assert all(len(person_keys(one.person)) <= 16 for one in people)
    made = [tight.check(one) for one in people]
    states = [Check.objects.using(tight.asker.using).get(pk=one.pk) for one in made]
    assert [one.state for one in states] == [CheckState.DONE] * 3 + [CheckState.PAUSED]
    assert "day" in states[-1].note
    assert states[-1].retry_ms == tight.world.clock.ms // DAY_MS * DAY_MS + DAY_MS
    tight.world.clock.ms = states[-1].retry_ms
    work.wake(tight.asker)
    tight.carry()
    states[-1].refresh_from_db(using=tight.asker.using)
    assert states[-1].state == CheckState.DONE
    last = [tight.check(person(f"Otto Kern{end}")) for end in ("", "d")]
    last[-1].refresh_from_db(using=tight.asker.using)
    assert "month" in last[-1].note
    assert last[-1].retry_ms == budgets.month_start(tight.world.clock.ms + 32 * DAY_MS)


def test_a_question_larger_than_it_says_or_of_junk_is_refused_and_costs_the_asker_alone(tight: Stage) -> None:
    known, channel = tight.known(), tight.channel(tight.asker)
    where = under(tight.asker, channel, QUERY, Reality.ACTUAL, purpose="prevention")
    for elements in (b"\0" * 512, b"\xff" * 512, b"\1" * 544):
        body = Query(list_id=known.list_id, generation=1, version=1, elements=elements, commitment=bytes(32))
        post(tight.asker, channel, [draft(QUERY, body, (HOLDER,), where, OFFICER)])
    tight.world.settle()
    reasons = list(Answered.objects.using("default").filter(by=HOLDER).values_list("reason", flat=True))
    assert reasons == ["malformed"] * 3
    assert _spent(tight) == 0


def test_an_unpublished_list_is_refused_as_one_that_does_not_exist(tight: Stage) -> None:
    secret = lists.keep(tight.holder, ListTerms(list_id="secret", title="S", owner="QA/MOI", legal_basis="Law 2"))
    building.begin(tight.holder, secret, tight.channel(tight.holder))
    channel = tight.channel(tight.asker)
    where = under(tight.asker, channel, QUERY, Reality.ACTUAL, purpose="prevention")
    question = ask(person_keys(HER.person))
    for name in ("secret", "no-such-list"):
        elements = b"".join(question.elements)
        body = Query(list_id=name, generation=1, version=1, elements=elements, commitment=question.commitment)
        post(tight.asker, channel, [draft(QUERY, body, (HOLDER,), where, OFFICER)])
    tight.world.settle()
    replies = tight.records(tight.asker, "screening.refusal/1")
    assert len(replies) == 2
    assert {len(bytes(one.content or b"")) for one in replies} == {len(bytes(replies[0].content or b""))}
    assert set(Answered.objects.using("default").values_list("reason", flat=True)) == {"unknown-list"}
