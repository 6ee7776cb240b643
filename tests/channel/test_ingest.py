"""What comes in: gaps, replays, other orders, lies; and what never stops the rest."""

from typing import Any

import pytest

from comity.channel import courier, exchange, peers
from comity.channel.compose import Heard
from comity.channel.control import verdict
from comity.channel.models import Cosignature, Delivery, Journal, Peer, Record
from comity.channel.runtime import LocalNode
from comity.protocol import checkpoints as cp
from comity.protocol import types
from comity.protocol.canonical import Strict, encode
from comity.protocol.errors import CannotOpenError
from comity.protocol.message import Address, Batch, Head, Message, WireRecord
from comity.protocol.records import RECORD_V, Header, encode_header, open_content
from comity.protocol.types import Outcome
from tests.channel.tricks import Scene, alarms, changed, entries, message_of, pass_on, sealed, with_, written
from tests.support import worlds
from tests.support.texts import agreement

pytestmark = [pytest.mark.django_db(databases=["default", "second", "third"]), pytest.mark.timeout(300)]


def open_record(scene: Scene, author: LocalNode, to: str, tag: str, body: Strict) -> WireRecord:
    content = encode(body)
    header = Header(
        v=RECORD_V,
        id=author.new_id(),
        channel=scene.uuid,
        type=tag,
        author=author.name,
        authority=author.keys.public.identity.authorities[0],
        to=(to,),
        time="2026-11-18T12:00:00.000Z",
        content=open_content(content),
    )
    return WireRecord(encode_header(header), content)


def test_a_batch_behind_a_gap_waits_and_the_answer_says_how_far_we_are(two: Scene) -> None:
    doha, berlin = two.nodes
    two.send(doha, "DE.berlin")
    two.send(doha, "DE.berlin")
    held = two.journal(berlin, doha.name).size
    pass_on(two, doha, berlin, lambda m: m, Heard({doha.name: held + 1}))
    assert two.journal(berlin, doha.name).size == held
    heads = {head.node: head.size for head in message_of(two, berlin, doha.name).heads}
    assert heads[doha.name] == held
    assert not alarms(berlin)
    two.settle()
    assert len(entries(berlin)) == 2


def test_a_replayed_message_is_acknowledged_but_not_stored_twice(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    data = sealed(doha, message_of(two, doha, berlin.name))
    for _ in range(3):
        exchange.receive(berlin, data)
    assert entries(berlin) == [uid]
    size = Journal.objects.using(berlin.using).get(node=berlin.name).size
    exchange.receive(berlin, data)
    assert Journal.objects.using(berlin.using).get(node=berlin.name).size == size
    assert not alarms(berlin)


def test_messages_in_another_order_lead_to_the_same_journal(two: Scene) -> None:
    doha, berlin = two.nodes
    messages = []
    for _ in range(4):
        two.send(doha, "DE.berlin")
        messages.append(sealed(doha, message_of(two, doha, berlin.name)))
    for data in reversed(messages):
        exchange.receive(berlin, data)
    two.settle()
    assert two.journal(berlin, doha.name).size == two.journal(doha, doha.name).size
    assert len(entries(berlin)) == 4
    assert not alarms(berlin) | alarms(doha)


def test_an_answer_of_the_past_is_never_taken_for_todays(two: Scene) -> None:
    doha, berlin = two.nodes
    old = exchange.receive(berlin, sealed(doha, message_of(two, doha, berlin.name)))
    two.send(doha, "DE.berlin")
    peer = Peer.objects.using(doha.using).get(node=berlin.name)
    assert not courier.call(doha, peer, two.channel(doha), lambda _peer, _data: old)
    assert Delivery.objects.using(doha.using).get().failures == 1


def test_an_unknown_type_is_refused_and_stops_nothing_behind_it(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    raw = bytes(two.record(doha, uid).header)
    strange = changed(raw, id=doha.new_id(), type="weather.report/1")
    good = message_of(two, doha, berlin.name).batches[0].records[0]
    message = written(two, doha, berlin, [], [WireRecord(strange, b"x"), good])
    exchange.receive(berlin, sealed(doha, message))
    rows = Record.objects.using(berlin.using).filter(journal__node=doha.name).order_by("-index")[:2]
    assert [row.state for row in rows] == [1, 2]
    said = verdict(berlin, rows[1].journal_id, rows[1].index, berlin.name)
    assert said is not None
    assert said.reason == "unknown-type"
    assert entries(berlin) == [uid]
    assert not alarms(berlin)


@pytest.mark.parametrize("header", [b"", b"{}", b"\xff", b"[" * 2000, b'{"id":"x"}'])
def test_a_malformed_header_in_a_batch_does_not_block_the_channel(two: Scene, header: bytes) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    good = message_of(two, doha, berlin.name).batches[0].records[0]
    exchange.receive(berlin, sealed(doha, written(two, doha, berlin, [], [WireRecord(header), good])))
    assert entries(berlin) == [uid]


def test_a_second_record_of_one_identifier_is_refused_and_the_first_stays(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    good = message_of(two, doha, berlin.name).batches[0].records[0]
    later = WireRecord(changed(good.header, time="2026-11-18T12:00:00.000Z"), good.content, good.wraps)
    exchange.receive(berlin, sealed(doha, written(two, doha, berlin, [], [good, later, good])))
    rows = Record.objects.using(berlin.using).filter(journal__node=doha.name).order_by("-index")[:3]
    assert [(row.uid, row.state) for row in rows] == [(None, 2), (None, 2), (uid, 1)]
    assert entries(berlin) == [uid]


@pytest.mark.parametrize(
    "body",
    [
        types.Disposition(journal="QA.doha", start=0, end=10**30, time="2026-11-18T12:00:00.000Z"),
        types.Disposition(
            journal="QA.doha",
            start=0,
            end=1,
            time="2026-11-18T12:00:00.000Z",
            refused=(types.Refused(index=10**30, reason="x", sentence="a\0b", remedy=""),),
        ),
        types.Disposition(journal="XX.nobody", start=0, end=1, time="2026-11-18T12:00:00.000Z"),
        types.Disposition(journal="DE.berlin", start=0, end=1, time="2026-11-18T12:00:00.000Z"),
    ],
)
def test_a_disposition_that_no_journal_can_hold_does_not_block_the_channel(two: Scene, body: types.Disposition) -> None:
    doha, berlin = two.nodes
    uid = two.send(berlin, "QA.doha")
    good = message_of(two, berlin, doha.name).batches[0].records[0]
    wire = open_record(two, berlin, doha.name, types.DISPOSITION.tag, body)
    exchange.receive(doha, sealed(berlin, written(two, berlin, doha, [], [wire, good])))
    assert entries(doha) == [uid]
    names = set(Journal.objects.using(doha.using).values_list("node", flat=True))
    assert names == {"QA.doha", "DE.berlin"}


def test_an_erasure_of_a_record_with_a_number_out_of_range_does_not_block_the_channel(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(berlin, "QA.doha")
    good = message_of(two, berlin, doha.name).batches[0].records[0]
    address = types.RecordAddress(journal="DE.berlin", index=10**30, id=berlin.new_id())
    body = types.ErasureDone(records=(address,), ground="x", time="2026-11-18T12:00:00.000Z")
    wire = open_record(two, berlin, doha.name, "erasure.done/1", body)
    exchange.receive(doha, sealed(berlin, written(two, berlin, doha, [], [wire, good])))
    assert entries(doha) == [uid]


def test_an_altered_record_is_alarmed_and_the_true_one_is_taken_later(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")

    def change(message: Message) -> Message:
        batch = message.batches[0]
        wire = batch.records[0]
        other = WireRecord(changed(wire.header, time="2026-11-18T12:00:00.000Z"), wire.content, wire.wraps)
        return with_(message, batches=(Batch(batch.node, batch.start, (other,), batch.note),))

    pass_on(two, doha, berlin, change)
    assert alarms(berlin) == {("tampered-batch", "QA.doha")}
    assert entries(berlin) == []
    two.settle()
    assert entries(berlin) == [uid]


def test_whoever_is_accused_of_two_histories_has_signed_both(two: Scene) -> None:
    doha, berlin = two.nodes
    two.send(doha, "DE.berlin")
    two.settle()
    size = two.journal(doha, doha.name).size

    def altered(message: Message) -> Message:
        batch = message.batches[0]
        wire = batch.records[0]
        other = WireRecord(changed(wire.header, time="2026-11-18T12:00:00.000Z"), wire.content, wire.wraps)
        return with_(message, batches=(Batch(batch.node, batch.start, (other, *batch.records[1:]), batch.note),))

    pass_on(two, doha, berlin, altered, Heard({doha.name: size - 1}))
    assert alarms(berlin) == {("tampered-batch", "QA.doha")}, "unsigned records prove no fork"

    def forked(message: Message) -> Message:
        batch = message.batches[0]
        _, head = cp.parse_checkpoint(batch.note)
        lie = cp.sign_checkpoint(cp.Checkpoint(head.journal, head.size, bytes(32)), doha.keys)
        return with_(message, batches=(Batch(batch.node, batch.start, batch.records, lie.note),))

    pass_on(two, doha, berlin, forked, Heard({doha.name: size - 1}))
    assert ("fork", "QA.doha") in alarms(berlin)


def test_a_receipt_counts_only_for_what_this_node_really_wrote(two: Scene) -> None:
    doha, berlin = two.nodes
    two.send(doha, "DE.berlin")
    size = two.journal(doha, doha.name).size
    head = cp.Checkpoint(cp.JournalName(two.uuid, doha.name), size, b"\1" * 32)
    signed = cp.SignedCheckpoint(head, b"")
    lines = cp.cosign(signed, berlin.keys, 1_795_000_000).lines
    pass_on(two, berlin, doha, lambda m: with_(m, notes=(head.text() + b"\n" + lines,)))
    assert not Cosignature.objects.using(doha.using).filter(cosigner=berlin.name, size__gte=size).exists()


def test_a_forged_receipt_is_alarmed_and_the_records_beside_it_are_taken(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(berlin, "QA.doha")
    head = cp.Checkpoint(cp.JournalName(two.uuid, doha.name), two.journal(doha, doha.name).size, b"\1" * 32)
    lines = cp.cosign(cp.SignedCheckpoint(head, b""), berlin.keys, 1_795_000_000).lines
    wrong = cp.Checkpoint(head.journal, head.size, b"\2" * 32)
    pass_on(two, berlin, doha, lambda m: with_(m, notes=(wrong.text() + b"\n" + lines,)))
    assert alarms(doha) == {("forged-signature", "DE.berlin")}
    assert entries(doha) == [uid]


def test_a_changed_message_is_alarmed_and_changes_nothing(two: Scene) -> None:
    doha, berlin = two.nodes
    two.send(doha, "DE.berlin")
    data = bytearray(sealed(doha, message_of(two, doha, berlin.name)))
    data[-1] ^= 1
    with pytest.raises(CannotOpenError):
        exchange.receive(berlin, bytes(data))
    assert alarms(berlin) == {("tampered-message", "QA.doha")}
    assert entries(berlin) == []


def test_a_blocked_partner_is_turned_away_without_a_word(two: Scene) -> None:
    doha, berlin = two.nodes
    data = sealed(doha, message_of(two, doha, berlin.name))
    peers.block(berlin, doha.name)
    with pytest.raises(peers.UnknownPeerError):
        exchange.receive(berlin, data)


def test_a_partner_that_sends_many_messages_at_once_holds_up_only_itself(
    three: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    doha, berlin, paris = three.nodes
    mine = sealed(doha, message_of(three, doha, berlin.name))
    other = sealed(paris, message_of(three, paris, berlin.name))
    original, answers = exchange.take, []

    def slow(*args: Any, **more: Any) -> Any:
        monkeypatch.setattr(exchange, "take", original)
        with pytest.raises(exchange.BusyError):
            exchange.receive(berlin, mine)
        answers.append(exchange.receive(berlin, other))
        return original(*args, **more)

    monkeypatch.setattr(exchange, "take", slow)
    answers.append(exchange.receive(berlin, mine))
    assert len(answers) == 2


def test_what_a_partner_says_it_lacks_of_strangers_makes_no_journals_here(two: Scene) -> None:
    doha, berlin = two.nodes
    strangers = tuple(Address(f"XX.n{number}", 0) for number in range(50))
    pass_on(two, doha, berlin, lambda m: with_(m, lacks=strangers, heads=(*m.heads, Head("XX.n1", 7))))
    assert Journal.objects.using(berlin.using).count() == 2


def test_a_partner_over_its_quota_waits_and_our_own_records_are_still_receipted(two: Scene) -> None:
    doha, berlin = two.nodes
    Peer.objects.using(berlin.using).filter(node=doha.name).update(quota_bytes=10)
    theirs, ours = two.send(doha, "DE.berlin"), two.send(berlin, "QA.doha")
    with pytest.raises(exchange.QuotaError):
        exchange.receive(berlin, sealed(doha, message_of(two, doha, berlin.name)))
    assert ("quota-exceeded", "QA.doha") in alarms(berlin)
    two.settle()
    assert ours in entries(doha)
    assert theirs not in entries(berlin)
    sent = two.record(berlin, ours).index
    assert Delivery.objects.using(berlin.using).get(peer_id=doha.name).acked > sent
    Peer.objects.using(berlin.using).filter(node=doha.name).update(quota_bytes=10**9)
    two.settle()
    assert theirs in entries(berlin)
    said = two.verdict(berlin, ours, doha.name)
    assert said is not None
    assert said.outcome is Outcome.ACCEPTED


def test_peers_of_different_agreements_see_nothing_of_each_other(three: Scene) -> None:
    doha, berlin, paris = three.nodes
    world = worlds.World({one.name: one for one in (doha, berlin)}, three.world.clock)
    three.world.clock.ms += 5000
    private = worlds.agree(world, agreement([doha, berlin], worlds.new_channel_id(world)))
    uid = worlds.send(doha, private, [worlds.request("DE.berlin")])[0]
    three.settle()
    world.settle()
    assert uid in entries(berlin)
    assert not Record.objects.using(paris.using).filter(channel__uuid=private).exists()
    asked = with_(message_of(three, paris, berlin.name), channel=private, batches=(), notes=())
    peer, answer = exchange.open_from(paris, exchange.receive(berlin, sealed(paris, asked)))
    assert peer.node == berlin.name
    assert answer.problem
    assert not answer.batches
    assert not answer.heads
