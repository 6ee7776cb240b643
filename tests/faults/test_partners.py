"""One partner that hangs, lies, floods or trickles holds up nobody else."""

import contextlib
import secrets
import socket
import threading
import time
from collections.abc import Callable, Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from comity.channel.runtime import LocalNode
from comity.protocol import pairing
from comity.protocol.keys import NodeKeys, PublicKeys, make_identity, new_secret
from comity.protocol.names import UnixMs, uuid7
from tests.faults.agree import assert_whole, uids
from tests.faults.test_doors import _client
from tests.support.processes import Node, Pair
from tests.support.texts import agreement

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(600)]

PARIS = "FR.paris"
MB = 1024 * 1024
Behaviour = Callable[[socket.socket], None]


def _hang(connection: socket.socket) -> None:
    connection.recv(1)
    time.sleep(600)


def _garbage(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(secrets.token_bytes(5000))


def _lie(connection: socket.socket) -> None:
    connection.recv(65536)
    body = secrets.token_bytes(3000)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\nConnection: close\r\n\r\n" % len(body) + body)


def _flood(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\n\r\n")
    block = bytes(MB)
    while True:
        connection.sendall(block)


def _trickle(connection: socket.socket) -> None:
    connection.recv(65536)
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
    while True:
        connection.sendall(b"x")
        time.sleep(0.2)


@contextlib.contextmanager
def _partner(behaviour: Behaviour) -> Iterator[tuple[str, threading.Event]]:
    """Listen like a node and behave like none; the event says that somebody has called."""
    called = threading.Event()

    def serve(connection: socket.socket) -> None:
        called.set()
        with contextlib.suppress(OSError), connection:
            behaviour(connection)

    def accept() -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = listener.accept()
                threading.Thread(target=serve, args=(connection,), daemon=True).start()

    with socket.create_server(("127.0.0.1", 0)) as listener:
        threading.Thread(target=accept, daemon=True).start()
        yield f"http://127.0.0.1:{listener.getsockname()[1]}", called
        with contextlib.suppress(OSError):
            listener.shutdown(socket.SHUT_RDWR)


def _befriend(node: Node, endpoint: str) -> NodeKeys:
    """Pair ``node`` with a partner that this test plays, and propose an agreement, so that it has something to say."""
    secret = new_secret()
    keys = NodeKeys(secret, make_identity(secret, PARIS, ("FR/PJ",), "2026-01-01T00:00:00.000Z"))
    acceptance, _ = pairing.accept(node.driver("invite").encode(), keys, endpoint)
    node.driver("complete", acceptance.decode())
    own = PublicKeys((node.home / "identity.json").read_bytes())
    parties = [_party(own), _party(keys.public)]
    text = agreement(parties, uuid7(UnixMs(1_795_000_000_000), secrets.token_bytes(10)))
    node.driver("propose_text", text.decode())
    return keys


def _party(public: PublicKeys) -> LocalNode:
    """Return what the text of an agreement needs to know of a node."""
    known: Any = SimpleNamespace(name=public.node, keys=SimpleNamespace(public=public))
    return cast(LocalNode, known)


@pytest.mark.parametrize("behaviour", [_hang, _garbage, _lie, _flood, _trickle])
def test_others_go_on_while_one_partner_misbehaves(running: Pair, behaviour: Behaviour) -> None:
    with _partner(behaviour) as (endpoint, called):
        _befriend(running.doha, endpoint)
        assert called.wait(30)
        before = running.doha.memory()[0]
        sent = {node.name: uids(node, 30) for node in running}
        assert_whole(running, sent)
        assert running.doha.memory()[0] < before + 150 * MB
        if behaviour in (_garbage, _lie, _flood):
            _wait_for_failure(running.doha)
    assert len(running.doha.pids()) > 0


def _wait_for_failure(node: Node) -> None:
    for _ in range(600):
        count, said = node.driver("failures", PARIS)
        if count:
            assert said
            return
        time.sleep(0.1)
    raise AssertionError("The failure is not shown.")


def test_strangers_messages_leave_no_trace(running: Pair) -> None:
    secret = new_secret()
    stranger = NodeKeys(secret, make_identity(secret, PARIS, ("FR/PJ",), "2026-01-01T00:00:00.000Z"))
    head = b"comity/v1/message\n" + stranger.node.encode() + b"\nQA.doha\n"
    with _client(running.doha) as client:
        for _ in range(50):
            answer = client.post("/channel/v1/exchange", content=head + secrets.token_bytes(3000))
            assert answer.status_code == 403
            assert answer.json()["title"] == "unknown-peer"
    assert running.doha.driver("alarms") == []
    assert_whole(running, {running.doha.name: uids(running.doha, 5)})
