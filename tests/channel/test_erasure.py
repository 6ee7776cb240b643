"""Erasure on both sides: on time, by order, confirmed, and missed when it is not."""

import pytest

from comity.channel import agreements, audit, erasure
from comity.channel.judge import REFUSED_KEPT_MS
from comity.channel.models import ContentState, Erasure, Record
from comity.channel.runtime import LocalNode
from comity.protocol.agreement.findings import ReasonCode, finding
from comity.protocol.agreement.permits import Refusal
from comity.protocol.types import ErasureOrdered, RecordAddress
from tests.channel.tricks import Scene, alarms, entries

pytestmark = [pytest.mark.django_db(databases=["default", "second", "third"]), pytest.mark.timeout(300)]

DAY = 24 * 3600 * 1000


def erased(node: LocalNode, uid: str) -> bool:
    row = Record.objects.using(node.using).get(uid=uid)
    gone = row.content is None and row.key_at_rest is None and row.wraps is None
    assert gone == (row.content_state == ContentState.ERASED)
    return gone


def order(scene: Scene, node: LocalNode, uid: str) -> None:
    address = RecordAddress(journal=node.name, index=scene.record(node, uid).index, id=uid)
    erasure.order(node, scene.channel(node), [address], "judgment 7/26")


def run(scene: Scene) -> None:
    for node in scene.nodes:
        erasure.run(node)
    scene.settle()


def test_both_sides_erase_when_retention_ends_and_confirm_it_to_each_other(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    two.settle()
    two.world.clock.ms += 366 * DAY
    run(two)
    for node in (doha, berlin):
        assert erased(node, uid)
        done = Erasure.objects.using(node.using).filter(done_ms__isnull=False)
        assert set(done.values_list("node", flat=True)) == {"QA.doha", "DE.berlin"}
        assert erasure.overdue(node) == []
        assert all(one.fault is None for one in audit.verify_journals(node))
        assert entries(node) == [uid]


def test_an_order_of_the_author_erases_on_every_node_that_holds_the_record(three: Scene) -> None:
    doha, berlin, paris = three.nodes
    uid = three.send(doha, "DE.berlin", "FR.paris")
    other = three.send(doha, "DE.berlin")
    three.settle()
    order(three, doha, uid)
    three.settle()
    run(three)
    assert all(erased(node, uid) for node in (doha, berlin, paris))
    assert not erased(berlin, other)
    rows = {node.name: set(Erasure.objects.using(node.using).values_list("node", "done_ms")) for node in three.nodes}
    assert rows["QA.doha"] == rows["DE.berlin"] == rows["FR.paris"]
    assert not alarms(doha) | alarms(berlin) | alarms(paris)


def test_an_order_in_the_same_batch_as_its_record_is_followed(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    order(two, doha, uid)
    two.settle()
    run(two)
    assert erased(doha, uid)
    assert erased(berlin, uid)


def test_a_record_erased_before_it_arrived_is_refused_so_and_confirmed(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    order(two, doha, uid)
    erasure.run(doha)
    two.settle()
    run(two)
    said = two.verdict(doha, uid, "DE.berlin")
    assert said is not None
    assert said.reason == "erased-before-arrival"
    two.world.clock.ms += 10 * DAY
    assert erasure.overdue(doha) == erasure.overdue(berlin) == []


def test_a_partner_that_does_not_confirm_in_time_is_listed_and_alarmed(two: Scene) -> None:
    doha, _ = two.nodes
    uid = two.send(doha, "DE.berlin")
    two.settle()
    order(two, doha, uid)
    erasure.run(doha)
    assert erasure.overdue(doha) == []
    two.world.clock.ms += 4 * DAY
    assert [one.node for one in erasure.overdue(doha)] == ["DE.berlin"]
    assert alarms(doha) == {("erasure-overdue", "DE.berlin")}


def test_the_content_of_a_refused_record_is_erased_early_and_nobody_waits_in_vain(
    two: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    with monkeypatch.context() as patch:
        refusal = Refusal((finding(ReasonCode.PURPOSE_MISSING, "4(2)", allowed="x"),))
        patch.setattr(agreements, "check", lambda *_a, **_k: refusal)
        two.settle()
    two.world.clock.ms += REFUSED_KEPT_MS + 4 * DAY
    run(two)
    assert erased(berlin, uid)
    assert not erased(doha, uid)
    two.world.clock.ms += 4 * DAY
    assert erasure.overdue(doha) == erasure.overdue(berlin) == []
    two.world.clock.ms += 366 * DAY
    run(two)
    assert erased(doha, uid)
    two.world.clock.ms += 4 * DAY
    assert erasure.overdue(doha) == erasure.overdue(berlin) == []


def test_nobody_erases_what_an_agreement_rests_on_or_somebody_elses_record(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(berlin, "QA.doha")
    two.settle()
    foreign = RecordAddress(journal=berlin.name, index=two.record(berlin, uid).index, id=uid)
    signed = Record.objects.using(doha.using).get(journal__node=doha.name, type="agreement.signed/1")
    own = RecordAddress(journal=doha.name, index=signed.index, id=str(signed.uid))
    unknown = RecordAddress(journal=doha.name, index=0, id=doha.new_id())
    for address in (foreign, own, unknown):
        with pytest.raises(erasure.NotAuthorError):
            erasure.order(doha, two.channel(doha), [address], "x")
        body = ErasureOrdered(records=(address,), ground="x", due="2026-11-18T12:00:00.000Z")
        with pytest.raises(erasure.NotAuthorError):
            erasure.take_order(berlin, two.channel(berlin), doha.name, body)
    assert not Erasure.objects.using(berlin.using).exists()


def test_what_was_erased_stays_erased_when_the_projections_are_made_again(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    two.settle()
    order(two, doha, uid)
    two.settle()
    run(two)
    for node in (doha, berlin):
        audit.rebuild_areas(node)
        assert entries(node) == [uid]
        assert erased(node, uid)
