"""Three nodes under one agreement: relays, witnesses, contents that arrive late."""

import pytest

from comity.channel import courier, notes
from comity.channel.compose import RELAY_AFTER_MS, Heard
from comity.channel.models import Peer
from comity.channel.runtime import LocalNode
from comity.protocol.message import Batch, Message, WireRecord
from comity.protocol.types import Outcome
from tests.channel.tricks import Scene, alarms, changed, entries, pass_on, with_

pytestmark = [pytest.mark.django_db(databases=["default", "second", "third"]), pytest.mark.timeout(300)]


def call(scene: Scene, node: LocalNode, to: str) -> bool:
    peer = Peer.objects.using(node.using).get(node=to)
    return courier.call(node, peer, scene.channel(node), scene.world.transport(node))


def bare(message: Message) -> Message:
    batch = message.batches[0]
    return with_(
        message,
        batches=(Batch(batch.node, batch.start, tuple(WireRecord(w.header) for w in batch.records), batch.note),),
    )


def test_a_record_for_one_is_known_to_the_third_by_its_header_alone(three: Scene) -> None:
    doha, berlin, paris = three.nodes
    uid = three.send(doha, "DE.berlin")
    three.settle()
    assert entries(berlin) == [uid]
    assert entries(paris) == []
    assert three.record(paris, uid).content is None
    said = three.verdict(paris, uid, "DE.berlin")
    assert said is not None
    assert said.outcome is Outcome.ACCEPTED


def test_records_reach_a_node_through_a_third_when_the_link_is_down(three: Scene) -> None:
    doha, berlin, paris = three.nodes
    uid = three.send(doha, "DE.berlin", "FR.paris")
    call(three, doha, "FR.paris")
    three.world.clock.ms += RELAY_AFTER_MS + 1
    call(three, paris, "DE.berlin")
    assert entries(berlin) == [uid]
    assert not alarms(berlin)


def test_a_relayed_header_without_its_content_is_no_offence_and_the_content_comes_from_its_author(three: Scene) -> None:
    doha, berlin, paris = three.nodes
    uid = three.send(doha, "DE.berlin")
    call(three, doha, "FR.paris")
    three.world.clock.ms += RELAY_AFTER_MS + 1
    call(three, paris, "DE.berlin")
    assert three.record(berlin, uid).content is None
    assert entries(berlin) == []
    assert not alarms(berlin)
    three.settle()
    assert entries(berlin) == [uid]
    for node in three.nodes:
        said = three.verdict(node, uid, "DE.berlin")
        assert said is not None
        assert said.outcome is Outcome.ACCEPTED


def test_withheld_content_is_alarmed_refused_and_accepted_once_it_comes(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    pass_on(two, doha, berlin, bare)
    assert alarms(berlin) == {("withheld-content", "QA.doha")}
    said = two.verdict(berlin, uid, "DE.berlin")
    assert said is not None
    assert (said.outcome, said.reason) == (Outcome.REFUSED, "withheld")
    two.settle()
    assert entries(berlin) == [uid]
    for node in (doha, berlin):
        said = two.verdict(node, uid, "DE.berlin")
        assert said is not None
        assert said.outcome is Outcome.ACCEPTED


def test_a_content_that_never_comes_does_not_make_a_partner_call_for_ever(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    pass_on(two, doha, berlin, bare)
    row = two.record(doha, uid)
    row.content = None
    row.save(using=doha.using)
    two.world.log.clear()
    call(two, doha, "DE.berlin")
    assert len(two.world.log) <= 4


def test_records_withheld_from_one_are_noticed_by_the_head_that_another_was_shown(three: Scene) -> None:
    doha, berlin, paris = three.nodes
    three.send(doha, "DE.berlin")
    call(three, doha, "FR.paris")
    call(three, paris, "DE.berlin")
    notes.look_for_withheld(berlin)
    assert not alarms(berlin)
    three.world.clock.ms += berlin.limits.withheld_after_ms + 1
    notes.look_for_withheld(berlin)
    assert alarms(berlin) == {("withheld-records", "QA.doha")}
    other = three.send(paris, "DE.berlin")
    call(three, paris, "DE.berlin")
    assert other in entries(berlin), "nothing else is stopped"


def test_whoever_alters_the_records_that_it_passes_on_is_alarmed_and_not_their_author(three: Scene) -> None:
    doha, berlin, paris = three.nodes
    uid = three.send(doha, "DE.berlin", "FR.paris")
    call(three, doha, "FR.paris")
    three.world.clock.ms += RELAY_AFTER_MS + 1

    def change(message: Message) -> Message:
        batch = next(one for one in message.batches if one.node == doha.name)
        wire = batch.records[-1]
        other = WireRecord(changed(wire.header, time="2026-11-18T12:00:00.000Z"), wire.content, wire.wraps)
        return with_(message, batches=(Batch(batch.node, batch.start, (*batch.records[:-1], other), batch.note),))

    pass_on(three, paris, berlin, change, Heard({doha.name: three.journal(berlin, doha.name).size}))
    assert alarms(berlin) == {("tampered-batch", "FR.paris")}
    three.settle()
    assert entries(berlin) == [uid]
