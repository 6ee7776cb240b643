"""Attachments: resumed, checked, given to nobody else."""

import pytest

from comity.cases.records import Request
from comity.channel import blobs, erasure, exchange
from comity.channel.compose import Heard
from comity.channel.models import Blob, Peer
from comity.channel.runtime import LocalNode
from comity.protocol.attachments import Attachment
from comity.protocol.message import Message, Part, Want
from comity.protocol.types import RecordAddress
from tests.channel.tricks import Scene, alarms, message_of, pass_on, sealed, with_

pytestmark = [pytest.mark.django_db(databases=["default", "second", "third"]), pytest.mark.timeout(300)]

PLAIN = bytes(range(256)) * 400


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blobs, "STEP", 20_000)


def attach(scene: Scene, node: LocalNode, to: str) -> tuple[Attachment, str]:
    one = blobs.keep(node, [PLAIN], "photo.jpg", "image/jpeg")
    return one, send(scene, node, to, one)


def send(scene: Scene, node: LocalNode, to: str, one: Attachment) -> str:
    body = Request(subject="x", question="y", case_number="1", attachments=(one,))
    return scene.send(node, to, body=body, attachments=(one,))


def opened(node: LocalNode, one: Attachment) -> bytes:
    return b"".join(blobs.open_attachment(node, one))


def test_an_attachment_arrives_in_parts_and_opens(two: Scene) -> None:
    doha, berlin = two.nodes
    one, _ = attach(two, doha, "DE.berlin")
    two.settle()
    assert opened(berlin, one) == PLAIN
    assert Blob.objects.using(berlin.using).get().complete
    assert not alarms(berlin)


def test_a_broken_off_attachment_is_resumed_where_it_stopped(two: Scene) -> None:
    doha, berlin = two.nodes
    one, _ = attach(two, doha, "DE.berlin")
    exchange.receive(berlin, sealed(doha, message_of(two, doha, berlin.name)))
    pass_on(two, doha, berlin, lambda m: m, Heard(wants=(Want(one.id, 0),)))
    assert Blob.objects.using(berlin.using).get().have == 20_000
    part = blobs._part_path(berlin, one.id)
    part.write_bytes(part.read_bytes() + b"torn by a crash")
    asked = message_of(two, berlin, doha.name).wants
    assert asked == (Want(one.id, 20_000),)
    two.settle()
    assert opened(berlin, one) == PLAIN


def test_parts_that_start_elsewhere_are_left_aside(two: Scene) -> None:
    doha, berlin = two.nodes
    one, _ = attach(two, doha, "DE.berlin")
    exchange.receive(berlin, sealed(doha, message_of(two, doha, berlin.name)))
    for offset in (5, 10**15):
        pass_on(two, doha, berlin, lambda m, at=offset: with_(m, parts=(Part(one.id, at, b"x"),)))  # type: ignore[misc]  # a lambda's default
    assert Blob.objects.using(berlin.using).get().have == 0


def test_an_attachment_with_other_bytes_is_alarmed_and_fetched_again(two: Scene) -> None:
    doha, berlin = two.nodes
    one, _ = attach(two, doha, "DE.berlin")
    exchange.receive(berlin, sealed(doha, message_of(two, doha, berlin.name)))

    def change(message: Message) -> Message:
        part = message.parts[0]
        return with_(message, parts=(Part(part.id, part.offset, bytes(len(part.data))),))

    pass_on(two, doha, berlin, change, Heard(wants=(Want(one.id, 0),)))
    two.settle()
    assert alarms(berlin) == {("tampered-attachment", "QA.doha")}
    two.settle()
    assert opened(berlin, one) == PLAIN


def test_an_attachment_moved_to_its_place_before_a_crash_is_not_taken_for_tampered(two: Scene) -> None:
    doha, berlin = two.nodes
    one, _ = attach(two, doha, "DE.berlin")
    two.settle()
    size = Blob.objects.using(berlin.using).get().size
    Blob.objects.using(berlin.using).update(complete=False, have=size - 10)
    two.settle()
    assert Blob.objects.using(berlin.using).get().complete
    assert opened(berlin, one) == PLAIN
    assert not alarms(berlin)


def test_an_attachment_is_given_only_to_whom_it_was_sent_or_who_sent_it(three: Scene) -> None:
    doha, berlin, paris = three.nodes
    one, _ = attach(three, doha, "DE.berlin")
    three.settle()
    for holder in (doha, berlin):
        assert blobs.parts(holder, three.channel(holder), "FR.paris", (Want(one.id, 0),)) == ()
    assert blobs.parts(berlin, three.channel(berlin), "QA.doha", (Want(one.id, 0),))
    assert blobs.parts(doha, three.channel(doha), "DE.berlin", (Want(one.id, 0),))
    assert not Blob.objects.using(paris.using).exists()


def test_an_attachment_over_the_quota_is_not_fetched(two: Scene) -> None:
    doha, berlin = two.nodes
    Peer.objects.using(berlin.using).update(quota_bytes=50_000)
    one, _ = attach(two, doha, "DE.berlin")
    two.settle()
    assert not blobs.blob_path(berlin, one.id).exists()
    assert alarms(berlin) == {("quota-exceeded", "QA.doha")}


def test_an_attachment_that_another_record_names_outlives_the_erasure_of_the_first(two: Scene) -> None:
    doha, berlin = two.nodes
    one, first = attach(two, doha, "DE.berlin")
    second = send(two, doha, "DE.berlin", one)
    two.settle()
    for uid, there in ((first, True), (second, False)):
        address = RecordAddress(journal=doha.name, index=two.record(doha, uid).index, id=uid)
        erasure.order(doha, two.channel(doha), [address], "x")
        two.settle()
        for node in (doha, berlin):
            erasure.run(node)
        two.settle()
        for node in (doha, berlin):
            assert blobs.blob_path(node, one.id).exists() == there
