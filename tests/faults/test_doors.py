"""Bad input at every door is turned away with a documented error, and the node goes on."""

import contextlib
import json
import random
import socket
import ssl
import subprocess
import sys
from base64 import b64decode
from pathlib import Path

import httpx
import pytest

from comity.protocol.errors import ErrorKind
from tests.faults.agree import assert_whole, uids
from tests.support.processes import Node, Pair
from tests.support.sizes import scaled
from tools.root import ROOT

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(600)]

SEED = 20261124
DOOR = "/channel/v1/exchange"
KINDS = {kind.value for kind in ErrorKind}
LIMIT = 24 * 1024 * 1024


def _tls(node: Node) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=str(node.home / "tls.pem"))
    context.check_hostname = False
    return context


def _client(node: Node) -> httpx.Client:
    return httpx.Client(verify=_tls(node), base_url=node.endpoint, timeout=30)


def _assert_documented(answer: httpx.Response) -> None:
    assert answer.status_code in {400, 403, 405, 413, 421, 503, 507}
    if answer.status_code == 405:
        return
    document = json.loads(answer.content)
    assert answer.headers["content-type"] == "application/problem+json"
    assert document["title"] in KINDS
    assert document["detail"]
    assert document["remedy"]


def _real_message(pair: Pair) -> bytes:
    """Return a message that Doha would send to Berlin."""
    (first, *_) = pair.doha.driver("messages", pair.berlin.name)
    return b64decode(first)


def _mutations(real: bytes, count: int) -> list[bytes]:
    chance = random.Random(SEED)
    found = [b"", b"\0", real[:20], real[:-1], real + b"x", real[::-1], real.replace(b"QA.doha", b"QA.dxxx", 1)]
    for _ in range(count):
        changed = bytearray(real)
        match chance.randrange(4):
            case 0:
                changed[chance.randrange(len(changed))] ^= 1 << chance.randrange(8)
            case 1:
                del changed[chance.randrange(len(changed)) :]
            case 2:
                changed[chance.randrange(len(changed)) : 0] = chance.randbytes(chance.randrange(1, 200))
            case _:
                changed = bytearray(chance.randbytes(chance.randrange(2000)))
        found.append(bytes(changed))
    return found


def test_changed_cut_and_random_messages_are_refused_with_a_documented_error(running: Pair) -> None:
    sent = uids(running.doha, 10)
    real = _real_message(running)
    before = running.berlin.pids()
    with _client(running.berlin) as client:
        for bad in _mutations(real, scaled(2000, 150)):
            if bad != real:
                _assert_documented(client.post(DOOR, content=bad))
        for method in ("GET", "PUT", "DELETE"):
            _assert_documented(client.request(method, DOOR))
    assert running.berlin.pids() == before
    settled = running.berlin.driver("alarms")
    assert set(settled) <= {"tampered-message"}
    for node in running:
        assert node.driver("verify") == []
    running.doha.driver("wait", 60)
    assert set(running.berlin.driver("times")) == set(sent)


def test_replayed_message_is_answered_and_stored_once(running: Pair) -> None:
    sent = uids(running.doha, 10)
    real = _real_message(running)
    with _client(running.berlin) as client:
        for _ in range(5):
            assert client.post(DOOR, content=real).status_code in {200, 503}
    assert_whole(running, {running.doha.name: sent})


def test_message_that_is_too_large_is_refused_before_it_is_read(running: Pair) -> None:
    with _client(running.berlin) as client:
        _assert_documented(client.post(DOOR, content=b"x"))  # what the first message of all loads is no part of this
    before = running.berlin.memory()[0]
    with contextlib.closing(_raw(running.berlin)) as raw:
        raw.sendall(f"POST {DOOR} HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: {10 * LIMIT}\r\n\r\n".encode())
        assert b" 413 " in raw.recv(4096).splitlines()[0]
    with _client(running.berlin) as client:
        _assert_documented(client.post(DOOR, content=iter([b"x" * 1000] * 3)))
    assert running.berlin.memory()[0] < before + LIMIT


def _raw(node: Node) -> socket.socket:
    plain = socket.create_connection(("127.0.0.1", node.port), timeout=30)
    return _tls(node).wrap_socket(plain)


def test_wrong_lengths_and_broken_http_end_a_connection_and_nothing_else(running: Pair) -> None:
    heads = (
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nContent-Length: 6\r\n\r\nhello",
        b"POST %s HTTP/1.1\r\nHost: x\r\nContent-Length: five\r\n\r\nhello",
        b"POST %s HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST %s HTTP/9.9\r\n\r\n",
        b"\x16\x03\x01" + bytes(200),
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\n\r\n",
    )
    for head in heads:
        with contextlib.closing(_raw(running.berlin)) as raw, contextlib.suppress(OSError):
            raw.sendall(head.replace(b"%s", DOOR.encode()))
            raw.recv(4096)
    with contextlib.closing(socket.create_connection(("127.0.0.1", running.berlin.port))) as plain:
        plain.sendall(bytes(range(256)) * 10)
    assert_whole(running, {running.doha.name: uids(running.doha, 5)})


def _import(node: Node, file: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "comity", "--home", str(node.home), *words, str(file)]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


@pytest.mark.parametrize(
    "words", [("bundle", "import"), ("pack", "verify"), ("pair", "accept"), ("agreement", "propose")]
)
def test_bad_files_are_refused_with_a_sentence_and_a_remedy(pair: Pair, tmp_path: Path, words: tuple[str, ...]) -> None:
    chance = random.Random(SEED)
    uids(pair.doha, 3)
    real = b"comity/v1/bundle\n" + (len(_real_message(pair))).to_bytes(4) + _real_message(pair) + bytes(4)
    bad = [b"", b"\0" * 100, real[:10], real[:-6] + b"xxxxxx", chance.randbytes(5000), b"{" * 20_000, b"\xff" * 5000]
    for number, data in enumerate(bad[: scaled(7, 4)]):
        file = tmp_path / str(number)
        file.write_bytes(data)
        found = _import(pair.berlin, file, *words)
        assert "Traceback" not in found.stdout + found.stderr
        assert found.returncode in {0, 1, 2}
        assert (found.stdout + found.stderr).strip()
    assert pair.berlin.driver("times") == {}
    assert pair.berlin.driver("verify") == []
