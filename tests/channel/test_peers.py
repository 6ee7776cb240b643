"""Pairing: words, wrong answers, lost keys, blocked partners."""

from pathlib import Path

import pytest
from django.test import Client

from comity.channel import courier, exchange, peers, service
from comity.channel.alarms import AlarmKind, handle_alarm, open_alarms, raise_alarm
from comity.channel.models import Delivery, Peer
from comity.channel.runtime import LocalNode
from comity.protocol import pairing
from comity.protocol.errors import CannotOpenError, ComityError, WrongAddressError
from tests.channel.tricks import Scene, entries, message_of, sealed
from tests.support import worlds

pytestmark = [pytest.mark.django_db(databases=["default", "second", "third"]), pytest.mark.timeout(300)]


@pytest.fixture
def strangers(tmp_path: Path) -> list[LocalNode]:
    clock = worlds.Clock()
    names = {"default": "QA.doha", "second": "DE.berlin", "third": "FR.paris"}
    return [worlds.make_node(name, alias, tmp_path / alias, clock) for alias, name in names.items()]


def test_both_sides_read_out_the_same_twelve_words(strangers: list[LocalNode]) -> None:
    doha, berlin, _ = strangers
    acceptance, _ = peers.accept(berlin, peers.invite(doha))
    peers.complete(doha, acceptance)
    assert peers.words(doha, "DE.berlin") == peers.words(berlin, "QA.doha")
    assert len(peers.words(doha, "DE.berlin")[0]) == 12
    with pytest.raises(peers.UnknownPeerError):
        peers.confirmed(doha, "DE.berlin")


def test_a_person_in_between_shows_the_two_sides_different_words(strangers: list[LocalNode], tmp_path: Path) -> None:
    doha, berlin, _ = strangers
    clock = worlds.Clock()
    false_doha = worlds.make_node("QA.doha", "third", tmp_path / "m1", clock)
    false_berlin = worlds.make_node("DE.berlin", "third", tmp_path / "m2", clock)
    answer, _ = pairing.accept(peers.invite(doha), false_berlin.keys, "https://between.example")
    peers.complete(doha, answer)
    peers.accept(berlin, pairing.invite(false_doha.keys.public.document, "https://between.example"))
    assert peers.words(doha, "DE.berlin") != peers.words(berlin, "QA.doha")


def test_an_answer_to_another_invitation_is_refused(strangers: list[LocalNode]) -> None:
    doha, berlin, paris = strangers
    peers.invite(doha)
    acceptance, _ = peers.accept(berlin, peers.invite(paris))
    with pytest.raises(WrongAddressError):
        peers.complete(doha, acceptance)
    assert not Peer.objects.using(doha.using).exists()


def test_an_answer_that_was_changed_is_refused(strangers: list[LocalNode]) -> None:
    doha, berlin, _ = strangers
    acceptance, _ = peers.accept(berlin, peers.invite(doha))
    broken = acceptance.replace(b'"sealed_key":"', b'"sealed_key":"AAAA', 1)
    with pytest.raises(ComityError):
        peers.complete(doha, broken)
    assert not Peer.objects.using(doha.using).exists()


def test_a_confirmed_partner_is_not_replaced_by_other_keys_before_it_is_blocked(two: Scene, tmp_path: Path) -> None:
    doha, _ = two.nodes
    other = worlds.make_node("DE.berlin", "third", tmp_path / "new", two.world.clock)
    acceptance, _ = pairing.accept(peers.invite(doha), other.keys, "https://new.example")
    with pytest.raises(WrongAddressError):
        peers.complete(doha, acceptance)
    peers.block(doha, "DE.berlin")
    peers.complete(doha, acceptance)
    assert bytes(Peer.objects.using(doha.using).get().identity) == other.keys.public.document
    with pytest.raises(peers.UnknownPeerError):
        peers.confirmed(doha, "DE.berlin")


def test_partners_that_pair_again_with_the_same_keys_go_on_where_they_were(two: Scene) -> None:
    doha, berlin = two.nodes
    two.send(doha, "DE.berlin")
    old = sealed(doha, message_of(two, doha, "DE.berlin"))
    worlds.pair(doha, berlin)
    with pytest.raises(CannotOpenError):
        exchange.receive(berlin, old)
    uid = two.send(doha, "DE.berlin")
    two.settle()
    assert uid in entries(berlin)


def test_a_blocked_partner_is_neither_called_nor_heard(two: Scene) -> None:
    doha, berlin = two.nodes
    peers.block(doha, "DE.berlin")
    assert courier.reachable(doha) == []
    assert courier.due(doha, "DE.berlin") == []
    two.send(berlin, "QA.doha")
    two.settle()
    assert entries(doha) == []
    Peer.objects.using(doha.using).update(state="unconfirmed")
    peers.confirm(doha, "DE.berlin")
    two.settle()
    assert len(entries(doha)) == 1


def test_an_alarm_stays_open_counts_repeats_and_is_closed_with_a_note(two: Scene) -> None:
    doha, _ = two.nodes
    for _ in range(3):
        raise_alarm(doha, AlarmKind.FORK, "DE.berlin", "Two histories.")
    (alarm,) = open_alarms(doha)
    assert alarm.count == 3
    assert handle_alarm(doha, alarm.id, "operator1", "Spoke with Berlin.")
    assert open_alarms(doha) == []
    assert not handle_alarm(doha, alarm.id, "operator1", "again")
    raise_alarm(doha, AlarmKind.FORK, "DE.berlin", "Two histories.")
    assert len(open_alarms(doha)) == 1


def test_pauses_grow_after_failures_and_a_clock_set_back_does_not_silence_a_queue(two: Scene) -> None:
    doha, _ = two.nodes
    two.world.down.add("DE.berlin")
    two.send(doha, "DE.berlin")
    pauses = []
    for _ in range(12):
        two.world.call(doha, "DE.berlin")
        pauses.append(Delivery.objects.using(doha.using).get().next_ms - two.world.clock.ms)
    assert pauses[0] < 1000
    assert courier.LONGEST_PAUSE_MS * 0.7 < pauses[-1] <= courier.LONGEST_PAUSE_MS * 1.25
    assert courier.due(doha, "DE.berlin") == []
    two.world.clock.ms -= 365 * 24 * 3600 * 1000
    assert len(courier.due(doha, "DE.berlin")) == 1


def test_the_exchange_is_exempt_from_the_csrf_check_without_harm(two: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    doha, berlin = two.nodes
    monkeypatch.setattr(service, "_local", berlin)
    client = Client(enforce_csrf_checks=True)
    data = sealed(doha, message_of(two, doha, "DE.berlin"))
    headers = {"content_type": "application/comity-message", "headers": {"host": "localhost"}}
    assert client.post("/channel/v1/exchange", data, **headers).status_code == 200  # type: ignore[arg-type]  # as a client sends it
    client.cookies["sessionid"] = "of somebody signed in"
    forged = data[:-1] + bytes([data[-1] ^ 1])
    refused = client.post("/channel/v1/exchange", forged, **headers)  # type: ignore[arg-type]  # as a client sends it
    assert refused.status_code == 403
    assert refused["Content-Type"] == "application/problem+json"
    assert client.get("/channel/v1/exchange", headers={"host": "localhost"}).status_code == 405
