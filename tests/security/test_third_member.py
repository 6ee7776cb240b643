"""A third member of an agreement sees headers and passes records on; it spoils nothing and gets nothing of others."""

import pytest

from comity.channel import blobs, exchange
from comity.channel.compose import wire_record
from comity.channel.models import Blob, BlobUse, Channel, Checkpoint, Peer, Record
from comity.channel.post import post
from comity.channel.runtime import LocalNode
from comity.channel.store import read_records
from comity.protocol.message import Batch, Part, Want, WireRecord
from comity.protocol.types import Outcome
from tests.channel.tricks import Scene, alarms, changed, entries, message_of, pass_on, sealed, with_, written
from tests.support import worlds

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"])


def relayed(scene: Scene, holder: LocalNode, owner: str, to: LocalNode) -> Batch:
    """Return the records of ``owner`` that ``holder`` has and ``to`` has not, as an honest node passes them on."""
    journal = scene.journal(holder, owner)
    start = scene.journal(to, owner).size
    records = read_records(holder.using, journal.id, start, journal.size)
    note = Checkpoint.objects.using(holder.using).get(journal_id=journal.id, size=journal.size).note
    return Batch(owner, start, tuple(wire_record(record, to.name) for record in records), bytes(note))


def call(scene: Scene, node: LocalNode, to: LocalNode) -> None:
    scene.world.call(node, to.name)


@pytest.mark.parametrize("lie", ["other content", "erased"])
def test_who_only_passes_records_on_cannot_spoil_them(three: Scene, lie: str) -> None:
    doha, berlin, paris = three.nodes
    uid = three.send(doha, "DE.berlin")
    call(three, doha, paris)
    batch = relayed(three, paris, doha.name, berlin)
    bad = [
        WireRecord(one.header, erased=True) if lie == "erased" else WireRecord(one.header, b"x" * 99)
        for one in batch.records
    ]
    spoiled = Batch(batch.node, batch.start, tuple(bad), batch.note)
    pass_on(three, paris, berlin, lambda m: with_(m, batches=(spoiled,)))
    assert three.record(berlin, uid).content_state == 2
    assert (("tampered-content", "FR.paris") in alarms(berlin)) is (lie == "other content")
    assert all(subject != "QA.doha" for _, subject in alarms(berlin))
    three.settle()
    assert uid in entries(berlin)
    said = three.verdict(doha, uid, berlin.name)
    assert said is not None
    assert said.outcome is Outcome.ACCEPTED


def attached(scene: Scene, sender: LocalNode, to: str) -> tuple[str, str]:
    one = blobs.keep(sender, [b"secret " * 2000], "a.bin", "application/octet-stream")
    uuid = scene.uuid
    draft = worlds.request(to, attachments=(one,))
    placed = post(sender, Channel.objects.using(sender.using).get(uuid=uuid), [draft])[0]
    return placed.uid, one.id


def claim(scene: Scene, thief: LocalNode, victim: LocalNode, blob: str) -> None:
    """Let ``thief`` send ``victim`` a record that names an attachment of somebody else."""
    uid = scene.send(thief, victim.name)
    header = bytes(scene.record(thief, uid).header)
    from comity.protocol.records import AttachmentRef

    size = Blob.objects.using(victim.using).get(id=blob).size
    raw = changed(header, id=thief.new_id(), attachments=(AttachmentRef(id=blob, size=size),))
    exchange.receive(victim, sealed(thief, written(scene, thief, victim, [], [WireRecord(raw)])))
    row = Record.objects.using(victim.using).filter(journal__node=thief.name).order_by("-index")[0]
    BlobUse.objects.using(victim.using).get_or_create(blob_id=blob, journal_id=row.journal_id, index=row.index)


def test_nobody_gets_an_attachment_of_others_by_naming_it(three: Scene) -> None:
    doha, berlin, paris = three.nodes
    _, blob = attached(three, doha, "DE.berlin")
    three.settle()
    assert Blob.objects.using(berlin.using).get(id=blob).complete
    claim(three, paris, berlin, blob)
    asked = (Want(blob, 0),)
    assert blobs.parts(berlin, three.channel(berlin), paris.name, asked) == ()
    assert blobs.parts(doha, three.channel(doha), berlin.name, asked) != ()


def test_nobody_brings_parts_of_an_attachment_that_is_not_theirs(three: Scene) -> None:
    doha, berlin, paris = three.nodes
    _, blob = attached(three, doha, "DE.berlin")
    whole = Peer.objects.using(berlin.using).get(node=doha.name)
    exchange.receive(berlin, sealed(doha, with_(message_of(three, doha, berlin.name), parts=())))
    assert not Blob.objects.using(berlin.using).get(id=blob).complete
    pass_on(three, paris, berlin, lambda m: with_(m, parts=(Part(blob, 0, b"garbage"),)))
    assert Blob.objects.using(berlin.using).get(id=blob).have == 0
    three.settle()
    assert Blob.objects.using(berlin.using).get(id=blob).complete
    assert whole.node == doha.name
    assert not alarms(berlin)


def test_who_passes_records_on_does_not_pay_for_them(three: Scene) -> None:
    doha, berlin, paris = three.nodes
    three.send(doha, "DE.berlin")
    call(three, doha, paris)
    rows = Peer.objects.using(berlin.using)
    before = {one.node: one.stored_bytes for one in rows.all()}
    batch = relayed(three, paris, doha.name, berlin)
    pass_on(three, paris, berlin, lambda m: with_(m, batches=(batch,)))
    after = {one.node: one.stored_bytes for one in rows.all()}
    assert after[doha.name] > before[doha.name]
    assert after[paris.name] == before[paris.name]
