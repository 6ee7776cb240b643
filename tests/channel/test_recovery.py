"""A node that was set back says so, takes back what its partners kept, and never signs two histories."""

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction

from comity.channel import agreements, courier, exchange, post, recovery
from comity.channel.compose import Heard
from comity.channel.models import Channel, Cosignature, Journal, Peer, Record
from comity.channel.runtime import LocalNode
from comity.protocol import checkpoints as cp
from comity.protocol.agreement.errors import WrongStateError
from comity.protocol.message import Batch, Message
from comity.protocol.types import Outcome
from tests.channel.tricks import Scene, alarms, changed, entries, message_of, pass_on, sealed, with_
from tests.support import worlds
from tests.support.texts import agreement

pytestmark = [pytest.mark.django_db(databases=["default", "second", "third"]), pytest.mark.timeout(300)]


@contextmanager
def set_back(node: LocalNode) -> Iterator[None]:
    """Undo in ``node``'s database whatever happens inside; partners keep theirs: a backup was restored."""
    with transaction.atomic(using=node.using):
        point = transaction.savepoint(using=node.using)
        yield
        transaction.savepoint_rollback(point, using=node.using)
    agreements._negotiation.cache_clear()
    agreements._text.cache_clear()


def call(scene: Scene, node: LocalNode, to: str) -> bool:
    return courier.call(
        node, Peer.objects.using(node.using).get(node=to), scene.channel(node), scene.world.transport(node)
    )


def same(scene: Scene) -> None:
    for owner in scene.world.nodes:
        leaves = [
            list(
                Record.objects.using(node.using)
                .filter(journal__node=owner, channel__uuid=scene.uuid)
                .order_by("index")
                .values_list("uid", flat=True)
            )
            for node in scene.nodes
        ]
        assert all(one == leaves[0] for one in leaves)


def test_a_declared_restored_node_takes_back_its_records_and_says_so(two: Scene) -> None:
    doha, berlin = two.nodes
    with set_back(doha):
        uid = two.send(doha, "DE.berlin")
        two.settle()
    assert entries(doha) == []
    recovery.declare_restored(doha)
    with pytest.raises(WrongStateError):
        two.send(doha, "DE.berlin")
    two.settle()
    assert entries(doha) == [uid]
    same(two)
    assert alarms(doha) == {("rolled-back", "QA.doha")}
    assert alarms(berlin) == {("partner-restored", "QA.doha")}
    said = two.verdict(doha, uid, "DE.berlin")
    assert said is not None
    assert said.outcome is Outcome.ACCEPTED
    two.send(doha, "DE.berlin")
    two.settle()
    same(two)


def test_an_undeclared_restored_node_learns_it_from_its_own_signature(two: Scene) -> None:
    doha, berlin = two.nodes
    with set_back(doha):
        old = two.send(doha, "DE.berlin")
        two.settle()
    new = two.send(doha, "DE.berlin")
    two.settle()
    two.settle()
    assert entries(doha) == entries(berlin) == sorted([old, new])
    same(two)
    assert ("rolled-back", "QA.doha") in alarms(doha)
    assert ("tampered-batch", "DE.berlin") not in alarms(doha)


def test_an_undeclared_restored_node_that_is_called_first_learns_it_as_well(two: Scene) -> None:
    doha, berlin = two.nodes
    with set_back(doha):
        old = [two.send(doha, "DE.berlin") for _ in range(3)]
        two.settle()
    new = two.send(doha, "DE.berlin")
    for _ in range(3):
        call(two, berlin, "QA.doha")
    two.settle()
    assert entries(doha) == entries(berlin) == sorted([*old, new])
    same(two)
    assert not {kind for kind, _ in alarms(doha) | alarms(berlin)} & {"tampered-batch"}


def test_what_was_received_between_set_back_and_recovery_keeps_its_receipt(two: Scene) -> None:
    doha, berlin = two.nodes
    with set_back(doha):
        two.send(doha, "DE.berlin")
        two.settle()
    meanwhile = two.send(berlin, "QA.doha")
    held = Heard({berlin.name: two.journal(doha, berlin.name).size})
    exchange.receive(doha, sealed(berlin, with_(message_of(two, berlin, "QA.doha", held), heads=())))
    assert meanwhile in entries(doha)
    two.settle()
    two.settle()
    for node in (doha, berlin):
        said = two.verdict(node, meanwhile, "QA.doha")
        assert said is not None
        assert said.outcome is Outcome.ACCEPTED
    same(two)


def test_a_restored_node_does_not_sign_on_the_word_of_an_old_message(two: Scene) -> None:
    doha, berlin = two.nodes
    old = sealed(berlin, message_of(two, berlin, "QA.doha"))
    with set_back(doha):
        two.send(doha, "DE.berlin")
        two.settle()
    recovery.declare_restored(doha)
    exchange.receive(doha, old)
    assert Journal.objects.using(doha.using).get(node=doha.name).must_hear == ["DE.berlin"]
    two.settle()
    assert Journal.objects.using(doha.using).get(node=doha.name).must_hear == []
    assert ("fork", "QA.doha") not in alarms(berlin)


def test_a_node_never_signs_two_histories(three: Scene) -> None:
    doha, _, paris = three.nodes
    three.world.down.add("FR.paris")
    with set_back(doha):
        uid = three.send(doha, "DE.berlin")
        call(three, doha, "DE.berlin")
    recovery.declare_restored(doha)
    three.world.down = {"DE.berlin"}
    three.settle()
    assert Journal.objects.using(doha.using).get(node=doha.name).must_hear == ["DE.berlin"]
    assert not message_of(three, doha, "FR.paris").batches
    three.world.down.clear()
    three.settle()
    three.settle()
    assert uid in entries(doha)
    same(three)
    assert not any(kind == "fork" for node in three.nodes for kind, _ in alarms(node))
    assert not alarms(paris) - {("partner-restored", "QA.doha")}


def test_two_partners_that_hold_two_histories_cannot_make_this_node_swing_between_them(three: Scene) -> None:
    doha, berlin, paris = three.nodes
    three.world.down.add("FR.paris")
    with set_back(doha):
        three.send(doha, "DE.berlin")
        call(three, doha, "DE.berlin")
    three.world.down = {"DE.berlin"}
    three.send(doha, "FR.paris")
    call(three, doha, "FR.paris")
    three.world.down.clear()
    sizes = set()
    for _ in range(3):
        three.settle()
        sizes.add(
            tuple(Record.objects.using(doha.using).filter(journal__node=doha.name).values_list("leaf", flat=True))
        )
    assert len(sizes) == 1
    assert ("fork", "QA.doha") in alarms(doha) | alarms(berlin) | alarms(paris)


def test_a_long_journal_comes_back_in_steps(two: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("comity.channel.compose.MAX_BATCH", 4)
    doha, _ = two.nodes
    object.__setattr__(doha.limits, "batch_records", 3)
    with set_back(doha):
        sent = [two.send(doha, "DE.berlin") for _ in range(15)]
        two.settle()
    recovery.declare_restored(doha)
    two.settle()
    assert entries(doha) == sorted(sent)
    same(two)


def test_a_partner_that_returns_other_records_is_alarmed(two: Scene) -> None:
    doha, berlin = two.nodes
    with set_back(doha):
        two.send(doha, "DE.berlin")
        two.settle()
    recovery.declare_restored(doha)
    claimed = {h.node: h.size for h in message_of(two, doha, "DE.berlin").heads}

    def change(message: Message) -> Message:
        batch = next(one for one in message.batches if one.node == doha.name)
        first = batch.records[0]
        other = first.__class__(changed(first.header, time="2026-11-18T12:00:00.000Z"), first.content, first.wraps)
        lie = Batch(batch.node, batch.start, (other, *batch.records[1:]), batch.note)
        return with_(message, batches=(lie,))

    pass_on(two, berlin, doha, change, Heard(claimed))
    assert alarms(doha) == {("tampered-batch", "DE.berlin")}
    two.settle()
    same(two)


def test_a_node_set_back_before_its_agreement_begins_again_with_what_its_partner_kept(two: Scene) -> None:
    doha, berlin = two.nodes
    for first, second in ((doha, berlin), (berlin, doha)):
        two.world.clock.ms += 10_000
        with set_back(doha):
            world = worlds.World({first.name: first, second.name: second}, two.world.clock)
            uuid = worlds.agree(world, agreement([first, second], worlds.new_channel_id(world)))
            uid = worlds.send(doha, uuid, [worlds.request("DE.berlin")])[0]
            world.settle()
        assert not Channel.objects.using(doha.using).filter(uuid=uuid).exists()
        for _ in range(3):
            peer = Peer.objects.using(berlin.using).get(node=doha.name)
            courier.call(berlin, peer, worlds.channel_of(berlin, uuid), world.transport(berlin))
        world.settle()
        assert uid in entries(doha)


def test_a_content_that_one_partner_lacks_comes_back_from_another(three: Scene) -> None:
    doha, berlin, _ = three.nodes
    with set_back(doha):
        uid = three.send(doha, "FR.paris")
        three.settle()
    recovery.declare_restored(doha)
    call(three, doha, "DE.berlin")
    three.settle()
    assert entries(doha) == [uid]
    assert three.record(doha, uid).content is not None
    assert three.record(berlin, uid).content is None


def test_a_lost_receipt_is_asked_again_when_the_partner_was_set_back(two: Scene) -> None:
    doha, berlin = two.nodes
    with set_back(berlin):
        uid = two.send(doha, "DE.berlin")
        two.settle()
    assert entries(berlin) == []
    recovery.declare_restored(berlin)
    for _ in range(3):
        call(two, doha, "DE.berlin")
    call(two, berlin, "QA.doha")
    call(two, doha, "DE.berlin")
    assert entries(berlin) == [uid]
    rows = Cosignature.objects.using(doha.using).filter(cosigner="DE.berlin")
    assert rows.filter(size__gt=two.record(doha, uid).index).exists()


def test_the_operator_may_go_on_without_a_partner(three: Scene) -> None:
    doha = three.nodes[0]
    recovery.declare_restored(doha)
    three.world.down.add("FR.paris")
    three.settle()
    with pytest.raises(WrongStateError):
        post.post(doha, three.channel(doha), [worlds.request("DE.berlin")])
    recovery.stop_waiting_for(doha, "FR.paris")
    assert three.send(doha, "DE.berlin")


def test_an_own_head_under_another_agreement_is_refused(two: Scene) -> None:
    doha, berlin = two.nodes
    head = cp.Checkpoint(cp.JournalName(doha.new_id(), doha.name), 1, bytes(32))
    note = cp.sign_checkpoint(head, doha.keys).note
    wire = with_(message_of(two, berlin, doha.name), batches=())
    two.send(berlin, "QA.doha")
    good = message_of(two, berlin, doha.name).batches[0].records[0]
    pass_on(two, berlin, doha, lambda _: with_(wire, batches=(Batch(doha.name, 0, (good,), note),)))
    assert alarms(doha) == {("tampered-batch", "DE.berlin")}
