"""A confirmed partner with valid keys and bad intent costs this node no more than it was given."""

from collections.abc import Sequence

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from comity.channel import erasure, exchange, ingest
from comity.channel.models import Alarm, Blob, Disposition, Erasure, Peer, Record
from comity.channel.runtime import LocalNode
from comity.protocol import sealing, types
from comity.protocol.canonical import Strict, encode
from comity.protocol.errors import MalformedError
from comity.protocol.message import LateContent, WireRecord
from comity.protocol.names import hex_digest
from comity.protocol.records import RECORD_V, AttachmentRef, Header, encode_header, open_content
from tests.channel.tricks import Scene, alarms, changed, entries, message_of, pass_on, sealed, with_, written

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"])
TIME = "2026-11-18T12:00:00.000Z"
NO_TEXT = "sha256:" + "0" * 64


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
        time=TIME,
        content=open_content(content),
    )
    return WireRecord(encode_header(header), content)


def queries(scene: Scene, reader: LocalNode, author: LocalNode, wires: Sequence[WireRecord]) -> int:
    data = sealed(author, written(scene, author, reader, [], wires))
    with CaptureQueriesContext(connections[reader.using]) as found:
        exchange.receive(reader, data)
    return len(found)


def stored(node: LocalNode, peer: str) -> int:
    return Peer.objects.using(node.using).get(node=peer).stored_bytes


def test_acts_upon_the_agreement_cost_as_many_steps_as_there_are(two: Scene) -> None:
    doha, berlin = two.nodes
    acts = [
        ("agreement.suspended/1", types.AgreementSuspended(digest=NO_TEXT, reason="x")),
        ("agreement.resumed/1", types.AgreementResumed(digest=NO_TEXT)),
    ]
    costs = [
        queries(two, berlin, doha, [open_record(two, doha, berlin.name, *acts[n % 2]) for n in range(count)])
        for count in (20, 40)
    ]
    assert costs[1] < 2.2 * costs[0]


def test_a_confirmation_of_many_erasures_costs_a_few_queries(two: Scene) -> None:
    doha, berlin = two.nodes

    def done(count: int) -> list[WireRecord]:
        places = tuple(types.RecordAddress(journal=berlin.name, index=1000 + n, id=doha.new_id()) for n in range(count))
        body = types.ErasureDone(records=places, ground="x", time=TIME)
        return [open_record(two, doha, berlin.name, "erasure.done/1", body)]

    few = queries(two, berlin, doha, done(10))
    assert queries(two, berlin, doha, done(1000)) < few + 20
    assert Erasure.objects.using(berlin.using).count() == 1000


def test_one_message_is_worked_on_only_so_far_and_the_rest_comes_again(
    two: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    doha, berlin = two.nodes
    monkeypatch.setattr(exchange, "RECORDS_AT_ONCE", 1)
    uids = [two.send(doha, "DE.berlin") for _ in range(2)]
    both = message_of(two, doha, berlin.name).batches[0]
    exchange.receive(berlin, sealed(doha, with_(message_of(two, doha, berlin.name), batches=(both,))))
    assert entries(berlin) == []
    monkeypatch.setattr(exchange, "RECORDS_AT_ONCE", 2)
    two.settle()
    assert entries(berlin) == sorted(uids)


def test_many_refusals_are_stated_in_as_many_dispositions_as_they_need(
    two: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    doha, berlin = two.nodes
    monkeypatch.setattr(ingest, "REFUSALS", 2)
    uid = two.send(doha, "DE.berlin")
    good = message_of(two, doha, berlin.name).batches[0].records[0]
    strange = [WireRecord(changed(good.header, id=doha.new_id(), type="weather.report/1"), b"x") for _ in range(5)]
    exchange.receive(berlin, sealed(doha, written(two, doha, berlin, [], [*strange, good])))
    assert entries(berlin) == [uid]
    held = Record.objects.using(berlin.using).filter(journal__node=doha.name).count()
    rows = Disposition.objects.using(berlin.using).filter(by=berlin.name, end__gt=held - 6).order_by("start")
    assert [(row.end - row.start) for row in rows] == [2, 2, 2]
    assert not alarms(berlin)


def test_refusals_of_the_greatest_length_fit_into_one_disposition() -> None:
    worst = types.Refused(
        index=2**53 - 1, reason="x" * 40, sentence="\0" * 500, remedy="\0" * 500, id=None, clause="999(999)(999)(999)"
    )
    body = types.Disposition(
        journal="DE." + "x" * 40, start=0, end=2**53 - 1, time=TIME, refused=(worst,) * ingest.REFUSALS
    )
    open_content(encode(body))


def test_wrapped_keys_late_contents_and_batches_count_against_the_quota(two: Scene) -> None:
    doha, berlin = two.nodes
    two.send(doha, "DE.berlin")
    batch = message_of(two, doha, berlin.name).batches[0]
    before = stored(berlin, doha.name)
    bare = batch.records[0]
    pass_on(
        two,
        doha,
        berlin,
        lambda m: with_(m, batches=(type(batch)(batch.node, batch.start, (WireRecord(bare.header),), batch.note),)),
    )
    after = stored(berlin, doha.name)
    assert after - before == exchange.BATCH_BYTES + exchange.ROW_BYTES + len(bare.header) + len(batch.note)
    index = two.journal(berlin, doha.name).size - 1
    late = LateContent(doha.name, index, bare.content or b"", bare.wraps)
    pass_on(two, doha, berlin, lambda m: with_(m, late=(late,), batches=()))
    assert stored(berlin, doha.name) - after == len(bare.content or b"") + sum(len(one.wrapped) for one in bare.wraps)


def test_what_is_erased_no_longer_counts_against_the_quota(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    two.settle()
    before = stored(berlin, doha.name)
    row = two.record(berlin, uid)
    size = len(bytes(row.content or b""))
    address = types.RecordAddress(journal=doha.name, index=row.index, id=uid)
    erasure.order(doha, two.channel(doha), [address], "an error of ours")
    two.settle()
    between = stored(berlin, doha.name)
    assert between > before
    erasure.run(berlin)
    assert stored(berlin, doha.name) < between - size


def test_a_wrapped_key_larger_than_any_key_is_refused_at_the_parser(two: Scene) -> None:
    doha, berlin = two.nodes
    two.send(doha, "DE.berlin")
    batch = message_of(two, doha, berlin.name).batches[0]
    fat = WireRecord(batch.records[0].header, batch.records[0].content, (sealing.Wrap(berlin.name, bytes(10_000)),))
    message = with_(
        message_of(two, doha, berlin.name), batches=(type(batch)(batch.node, batch.start, (fat,), batch.note),)
    )
    with pytest.raises(MalformedError, match=r"spec/message\.md"):
        exchange.receive(berlin, sealed(doha, message))


def test_alarms_about_agreements_that_a_partner_invents_are_one_alarm(two: Scene) -> None:
    doha, berlin = two.nodes
    Peer.objects.using(berlin.using).filter(node=doha.name).update(quota_bytes=1)
    two.send(doha, "DE.berlin")
    for _ in range(5):
        with pytest.raises(exchange.QuotaError):
            pass_on(two, doha, berlin, lambda m: with_(m, channel=doha.new_id()))
    assert Alarm.objects.using(berlin.using).filter(kind="quota-exceeded").count() == 1


def test_attachments_of_a_refused_record_are_not_fetched(two: Scene) -> None:
    doha, berlin = two.nodes
    uid = two.send(doha, "DE.berlin")
    good = message_of(two, doha, berlin.name).batches[0].records[0]
    named = (AttachmentRef(id=hex_digest(bytes(32)), size=10**9),)
    strange = changed(good.header, id=doha.new_id(), type="weather.report/1", attachments=named)
    exchange.receive(berlin, sealed(doha, written(two, doha, berlin, [], [WireRecord(strange, b"x"), good])))
    assert entries(berlin) == [uid]
    assert not Blob.objects.using(berlin.using).exists()


def test_a_partners_words_cannot_move_the_cursor_of_an_operators_screen(two: Scene) -> None:
    doha, berlin = two.nodes
    pass_on(two, doha, berlin, lambda m: with_(m, problem="\x1b[2Jall is well\u202e"))
    from comity.channel.models import Delivery

    said = Delivery.objects.using(berlin.using).get(peer_id=doha.name).last_error
    assert said.isprintable()
    assert "all is well" in said


def test_only_identifiers_that_could_be_some_are_looked_up() -> None:
    from comity.protocol.message import Batch

    odd = [b'{"id":"' + one + b'","type":"x"}' for one in (b"\0" * 36, b"'" * 36, b"0" * 36, b"\xff" * 36)]
    assert ingest._claimed_ids(Batch("QA.doha", 0, tuple(WireRecord(one) for one in odd), b""), 0) == ["0" * 36]
