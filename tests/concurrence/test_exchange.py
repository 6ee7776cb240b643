"""Two and three real nodes change one document: by records under a clause, decided alike on each."""

from dataclasses import replace
from pathlib import Path

import pytest

from comity.channel import audit
from comity.channel.alarms import open_alarms
from comity.concurrence import access, services
from comity.concurrence.entries import Verdict
from comity.concurrence.errors import NotFittingError, NotPossibleError
from comity.concurrence.models import Act, Document
from comity.concurrence.reckoning import Status, Withdrawal
from comity.concurrence.stances import StanceKind
from comity.concurrence.updates import UpdateStatus
from tests.concurrence.kinds import HAND, HOUR, Table, agreement, make_world, note
from tests.support import worlds

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)
MINUTES = replace(HAND, urgency="minutes")


@pytest.fixture
def table(tmp_path: Path) -> Table:
    world = make_world(2, tmp_path)
    return Table(world, worlds.agree(world, agreement(world)))


@pytest.fixture
def three(tmp_path: Path) -> Table:
    world = make_world(3, tmp_path)
    return Table(world, worlds.agree(world, agreement(world)))


def _same(table: Table, uuid: str) -> access.DocumentView:
    first, *others = table.views(uuid)
    assert all(other == first for other in others)
    return first


def _later(seen: access.DocumentView) -> list[access.ProposalView]:
    """Return all proposals but the one that opened the document."""
    return [one for one in seen.proposals if one.uid != seen.uuid]


def test_document_comes_into_force_when_the_other_side_concurs(table: Table) -> None:
    uuid = table.open("doha", note(book=0))
    table.world.settle()
    before = _same(table, uuid)
    assert (before.version, before.agreed) == (0, None)
    assert before.proposals[0].status is Status.LIVE
    assert before.proposals[0].awaits("DE.berlin")
    services.concur(*table.at("berlin"), uuid, uuid, HAND, note="Agreed")
    table.world.settle()
    after = _same(table, uuid)
    assert after.version == 1
    assert after.body == note(book=0)
    assert after.proposals[0].signers[0].words == "Agreed"
    assert not [one for node in table.world.nodes.values() for one in open_alarms(node)]


def test_amendment_changes_the_version_it_names_and_both_sides_see_the_same(table: Table) -> None:
    uuid = table.agreed(note(book=0))
    uid = services.propose(*table.at("berlin"), uuid, note("QA", book=0, visit=0), HAND, note="A visit, too")
    table.world.settle()
    assert _same(table, uuid).proposal(uid).status is Status.LIVE  # type: ignore[union-attr]  # it is there
    services.concur(*table.at("doha"), uuid, uid, HAND)
    table.world.settle()
    seen = _same(table, uuid)
    assert seen.version == 2
    assert seen.body == note("QA", book=0, visit=0)


def test_objection_stays_visible_with_its_reason_until_the_author_withdraws(table: Table) -> None:
    uuid = table.agreed(note(book=0))
    uid = services.propose(*table.at("doha"), uuid, note(book=0, visit=0), HAND)
    table.world.settle()
    services.object_to(*table.at("berlin"), uuid, uid, HAND, reason="Not this year")
    table.world.settle()
    seen = _same(table, uuid)
    assert [one.uid for one in seen.disagreements] == [uid]
    assert seen.disagreements[0].signers[0].words == "Not this year"
    assert seen.disagreements[0].signers[0].verdict is Verdict.OBJECT
    assert seen.version == 1
    services.withdraw(*table.at("doha"), uuid, uid, HAND, reason="Then next year")
    table.world.settle()
    seen = _same(table, uuid)
    assert seen.disagreements == ()
    assert seen.proposal(uid).withdrawn_because == "Then next year"  # type: ignore[union-attr]  # it is there


def test_crossing_proposals_both_wait_until_one_side_gives_its_own_up(table: Table) -> None:
    uuid = table.agreed(note(book=0))
    ours = services.propose(*table.at("doha"), uuid, note(book=0, doha=0), HAND)
    theirs = services.propose(*table.at("berlin"), uuid, note(book=0, berlin=0), HAND)
    table.world.settle()
    assert {one.status for one in _later(_same(table, uuid))} == {Status.LIVE}
    with pytest.raises(NotPossibleError):
        services.concur(*table.at("doha"), uuid, theirs, HAND)
    services.concur(*table.at("doha"), uuid, theirs, HAND, giving_up=ours)
    table.world.settle()
    seen = _same(table, uuid)
    assert seen.body == note(book=0, berlin=0)
    assert [seen.proposal(uid).status for uid in (ours, theirs)] == [Status.WITHDRAWN, Status.IN_FORCE]  # type: ignore[union-attr]  # they are there
    again = services.propose_again(*table.at("doha"), uuid, ours, HAND)
    table.world.settle()
    services.concur(*table.at("berlin"), uuid, again, HAND)
    table.world.settle()
    assert _same(table, uuid).body == note(book=0, berlin=0, doha=0)


def test_when_both_give_their_own_up_at_once_neither_comes_into_force(table: Table) -> None:
    uuid = table.agreed(note(book=0))
    ours = services.propose(*table.at("doha"), uuid, note(book=0, doha=0), HAND)
    theirs = services.propose(*table.at("berlin"), uuid, note(book=0, berlin=0), HAND)
    table.world.settle()
    services.concur(*table.at("doha"), uuid, theirs, HAND, giving_up=ours)
    services.concur(*table.at("berlin"), uuid, ours, HAND, giving_up=theirs)
    table.world.settle()
    seen = _same(table, uuid)
    assert seen.version == 1
    assert {one.status for one in _later(seen)} == {Status.WITHDRAWN}


def test_withdrawal_that_crosses_the_concurrence_wins_and_one_behind_it_is_refused(table: Table) -> None:
    uuid = table.agreed(note(book=0))
    uid = services.propose(*table.at("doha"), uuid, note(book=0, visit=0), HAND)
    table.world.settle()
    services.concur(*table.at("berlin"), uuid, uid, HAND)
    services.withdraw(*table.at("doha"), uuid, uid, HAND)
    table.world.settle()
    assert _same(table, uuid).proposal(uid).withdrawal is Withdrawal.EFFECTIVE  # type: ignore[union-attr]  # it is there
    again = services.propose_again(*table.at("doha"), uuid, uid, HAND)
    table.world.settle()
    services.concur(*table.at("berlin"), uuid, again, HAND)
    table.world.settle()
    with pytest.raises(NotPossibleError):
        services.withdraw(*table.at("doha"), uuid, again, HAND)


def test_silence_is_agreement_only_once_a_record_of_the_silent_side_shows_that_the_time_has_passed(
    table: Table,
) -> None:
    uuid = table.agreed(note(book=0))
    uid = services.propose(*table.at("doha"), uuid, note(book=0, visit=0), MINUTES)
    table.world.settle()
    due = _same(table, uuid).proposal(uid).signers[0].due  # type: ignore[union-attr]  # it is there
    table.world.clock.ms += 25 * HOUR
    assert due is not None
    assert due < table.world.clock.ms
    table.world.settle()
    assert _same(table, uuid).version == 1
    services.remind(*table.at("doha"), uuid, uid, HAND)
    table.world.settle()
    seen = _same(table, uuid)
    assert seen.version == 2
    assert seen.proposal(uid).signers[0].stance is StanceKind.DEEMED  # type: ignore[union-attr]  # it is there


def test_answer_written_in_time_counts_although_it_arrives_late(table: Table) -> None:
    uuid = table.agreed(note(book=0))
    uid = services.propose(*table.at("doha"), uuid, note(book=0, visit=0), MINUTES)
    table.world.settle()
    table.world.clock.ms += 23 * HOUR
    services.object_to(*table.at("berlin"), uuid, uid, HAND, reason="Wait")
    table.world.down.add("DE.berlin")
    table.world.clock.ms += 200 * HOUR
    services.remind(*table.at("doha"), uuid, uid, HAND)
    table.world.settle()
    assert table.view("doha", uuid).version == 1
    table.world.down.clear()
    table.world.settle()
    assert _same(table, uuid).proposal(uid).status is Status.OBJECTED  # type: ignore[union-attr]  # it is there


def test_answer_after_the_time_has_passed_is_refused_here_and_would_not_count_there(table: Table) -> None:
    uuid = table.agreed(note(book=0))
    uid = services.propose(*table.at("doha"), uuid, note(book=0, visit=0), HAND)
    table.world.settle()
    table.world.clock.ms += 49 * HOUR
    with pytest.raises(NotPossibleError):
        services.concur(*table.at("berlin"), uuid, uid, HAND)
    services.remind(*table.at("doha"), uuid, uid, HAND)
    table.world.settle()
    assert _same(table, uuid).proposal(uid).status is Status.LAPSED  # type: ignore[union-attr]  # it is there


def test_technical_update_takes_effect_on_receipt_until_somebody_objects(table: Table) -> None:
    uuid = table.agreed(note(book=0))
    uid = services.update(*table.at("berlin"), uuid, note(book=40), HAND)
    assert table.view("berlin", uuid).body == note(book=0)
    table.world.settle()
    seen = _same(table, uuid)
    assert (seen.version, seen.body) == (1, note(book=40))
    services.object_to(*table.at("doha"), uuid, uid, HAND, reason="It is 20")
    table.world.settle()
    seen = _same(table, uuid)
    assert seen.body == note(book=0)
    assert seen.proposal(uid).status is UpdateStatus.OBJECTED  # type: ignore[union-attr]  # it is there


def test_technical_update_of_more_than_the_kind_allows_is_refused(table: Table) -> None:
    uuid = table.agreed(note(book=0))
    with pytest.raises(NotFittingError):
        services.update(*table.at("berlin"), uuid, note("QA", book=0), HAND)


def test_crossing_updates_of_one_place_clash_until_one_that_saw_both_settles_it(table: Table) -> None:
    uuid = table.agreed(note(book=0, visit=0))
    services.update(*table.at("berlin"), uuid, note(book=40, visit=0), HAND)
    services.update(*table.at("doha"), uuid, note(book=20, visit=10), HAND)
    table.world.settle()
    seen = _same(table, uuid)
    assert {one.status for one in _later(seen)} == {UpdateStatus.CLASHING}
    assert seen.body == note(book=0, visit=0)
    services.update(*table.at("doha"), uuid, note(book=30, visit=10), HAND)
    table.world.settle()
    assert _same(table, uuid).body == note(book=30, visit=10)


def test_amendment_goes_through_beside_updates_and_overtakes_those_of_the_same_place(table: Table) -> None:
    uuid = table.agreed(note(book=0, visit=0))
    uid = services.propose(*table.at("doha"), uuid, note("QA", book=0, visit=0), HAND)
    services.update(*table.at("berlin"), uuid, note(book=40, visit=0), HAND)
    table.world.settle()
    services.concur(*table.at("berlin"), uuid, uid, HAND)
    table.world.settle()
    assert _same(table, uuid).body == note("QA", book=40, visit=0)


def test_a_second_own_proposal_replaces_the_first_in_one_act(table: Table) -> None:
    uuid = table.agreed(note(book=0))
    first = services.propose(*table.at("doha"), uuid, note(book=0, a=0), HAND)
    with pytest.raises(NotPossibleError):
        services.propose(*table.at("doha"), uuid, note(book=0, b=0), HAND)
    second = services.propose(*table.at("doha"), uuid, note(book=0, b=0), HAND, replacing=first)
    table.world.settle()
    services.concur(*table.at("berlin"), uuid, second, HAND)
    table.world.settle()
    assert _same(table, uuid).body == note(book=0, b=0)


def test_document_of_three_needs_all_three(three: Table) -> None:
    uuid = three.open("doha", note(book=0))
    three.world.settle()
    services.concur(*three.at("berlin"), uuid, uuid, HAND)
    three.world.settle()
    assert _same(three, uuid).version == 0
    services.concur(*three.at("paris"), uuid, uuid, HAND)
    three.world.settle()
    assert _same(three, uuid).version == 1
    crossing = [services.propose(*three.at(name), uuid, note(book=0, **{name: 0}), HAND) for name in ("doha", "paris")]
    three.world.settle()
    services.concur(*three.at("berlin"), uuid, crossing[0], HAND)
    services.concur(*three.at("paris"), uuid, crossing[0], HAND, giving_up=crossing[1])
    three.world.settle()
    seen = _same(three, uuid)
    assert seen.body == note(book=0, doha=0)
    assert seen.proposal(crossing[1]).status is Status.WITHDRAWN  # type: ignore[union-attr]  # it is there


def test_rebuilt_tables_are_the_same(table: Table) -> None:
    uuid = table.agreed(note(book=0))
    services.propose(*table.at("doha"), uuid, note(book=0, visit=0), HAND)
    table.world.settle()
    node = table.node("berlin")
    before = [sorted(model.objects.using(node.using).values_list(*fields)) for model, fields in _TABLES]
    shown = table.view("berlin", uuid)
    audit.rebuild_areas(node)
    assert [sorted(model.objects.using(node.using).values_list(*fields)) for model, fields in _TABLES] == before
    assert table.view("berlin", uuid) == shown


_TABLES = (
    (Act, ("uid", "document", "type", "about", "base", "time_ms")),
    (Document, ("uuid", "kind", "signers", "changed_ms")),
)
