"""Be the node of this process, and carry its messages for as long as the process lives."""

import logging
import ssl
import threading
import time
from collections.abc import Iterator, Sequence
from dataclasses import replace

import httpx
import structlog
from django.db import close_old_connections, connections
from django.utils.module_loading import import_string

from comity.channel import courier, erasure, notes, rows
from comity.channel.exchange import speaking
from comity.channel.models import Peer
from comity.channel.peers import confirmed
from comity.channel.runtime import Area, LocalNode, tend_areas
from comity.protocol.message import MESSAGE_LIMIT

TICK_S = 0.05
"""How often a queue looks whether something was posted; what a record waits at most before it leaves."""
HOUSEKEEPING_S = 30.0
TIMEOUT = httpx.Timeout(30.0, connect=5.0)
ANSWER_S = 600.0
"""How long an answer may take to arrive completely; who sends a byte at a time holds up its own queue alone."""
PIECE = 64 * 1024
"""What goes to the socket at once: handed over whole, a message would be copied again for each piece that goes out."""
PATH = "/channel/v1/exchange"

logging.getLogger("httpx").setLevel(logging.WARNING)  # it reports every request
_log = structlog.get_logger("comity.channel")
_local: LocalNode | None = None


def local_node() -> LocalNode:
    """Return the node that `start` was given.  Raises `RuntimeError` before that: a fault of the program."""
    if _local is None:
        raise RuntimeError("No node has been started in this process.")
    return _local


def start(node: LocalNode) -> None:
    """Make ``node`` the node of this process."""
    global _local  # noqa: PLW0603  # one process serves one node; set once, by whoever starts it
    _local = node


def areas(paths: Sequence[str]) -> list[Area]:
    """Return the areas of work that the settings name, by their dotted paths."""
    return [import_string(path) for path in paths]


class HttpTransport:
    """Carry messages over HTTPS, one connection per partner, its certificate pinned where it has its own."""

    def __init__(self) -> None:
        """Open no connection yet."""
        self._clients: dict[str, httpx.Client] = {}

    def __call__(self, peer: Peer, data: bytes) -> bytes:
        """Send a sealed message and return the sealed answer.  Raises `TransportError`."""
        headers = {"Content-Type": "application/comity-message", "Content-Length": str(len(data))}
        url = peer.endpoint.rstrip("/") + PATH
        try:
            client = self._clients.get(peer.node)
            if client is None:
                client = self._clients[peer.node] = httpx.Client(
                    verify=_trust(peer.certificate), timeout=TIMEOUT, follow_redirects=False
                )
            with client.stream("POST", url, content=_pieces(data), headers=headers) as answer:
                return _read(answer)
        except (httpx.HTTPError, httpx.InvalidURL, ssl.SSLError, ValueError) as error:
            # The last three: an address or a certificate, as the partner wrote it when pairing, that is none.
            raise courier.TransportError(f"{peer.node} was not reached ({type(error).__name__}).") from None

    def close(self) -> None:
        """Close all connections."""
        for client in self._clients.values():
            client.close()


def _pieces(data: bytes) -> Iterator[bytes]:
    view = memoryview(data)
    for at in range(0, len(data), PIECE):
        yield bytes(view[at : at + PIECE])


def _read(answer: httpx.Response) -> bytes:
    parts = []
    size = 0
    end = time.monotonic() + ANSWER_S
    for part in answer.iter_bytes():
        size += len(part)
        if size > MESSAGE_LIMIT + 256:
            raise courier.TransportError("The partner's answer is larger than a message may be.")
        if time.monotonic() > end:
            raise courier.TransportError("The partner's answer takes too long.")
        parts.append(part)
    if answer.status_code != 200:
        raise courier.TransportError(f"The partner answered with status {answer.status_code}.")
    return b"".join(parts)


def _trust(certificate: str) -> ssl.SSLContext | bool:
    """Return whom to trust: the partner's own pinned certificate, or the public authorities."""
    if not certificate:
        return True
    context = ssl.create_default_context(cadata=certificate)
    # The certificate itself is pinned; the name in it adds nothing.
    context.check_hostname = False
    return context


class CourierService:
    """Run one thread per partner, so that a slow one holds up only itself, and one for housekeeping."""

    def __init__(self, node: LocalNode, pace: courier.Pace) -> None:
        """Prepare to carry messages of ``node``."""
        self._node, self._pace = node, replace(pace, gives_way=lambda peer: speaking(node, peer))
        self._stop = threading.Event()
        self._threads: dict[str, threading.Thread] = {}
        self._sized = 0

    def start(self) -> None:
        """Start in the background."""
        self._spawn("housekeeping", self._keep_house)

    def stop(self) -> None:
        """Ask all threads to end and wait for them a moment."""
        self._stop.set()
        for thread in list(self._threads.values()):
            thread.join(timeout=5)

    def _spawn(self, name: str, target: object, *args: object) -> None:
        thread = threading.Thread(target=target, args=args, name=f"comity-{name}", daemon=True)  # type: ignore[arg-type]  # methods of this class
        self._threads[name] = thread
        thread.start()

    def _keep_house(self) -> None:
        """Start queues for new partners, erase what is due, and look for what is withheld."""
        last = HOUSEKEEPING_S
        while not self._stop.is_set():
            try:
                for name in courier.reachable(self._node):
                    if name not in self._threads:
                        self._spawn(name, self._serve, name)
                last += 1.0
                if last >= HOUSEKEEPING_S:
                    last = 0.0
                    erasure.run(self._node)
                    erasure.overdue(self._node)
                    notes.look_for_withheld(self._node)
                    tend_areas(self._node)
                    self._sized = rows.keep_statistics(self._node.using, self._sized)
            except Exception:  # noqa: BLE001  # one failed round must not end the next
                _log.exception("housekeeping-failed")
            finally:
                close_old_connections()
            self._stop.wait(1.0)

    def _serve(self, name: str) -> None:
        """Carry messages to one partner until the process ends; no fault of one round ends the next."""
        transport = HttpTransport()
        while not self._stop.wait(TICK_S):
            try:
                if speaking(self._node, name):
                    continue
                for channel in courier.due(self._node, name):
                    peer = confirmed(self._node, name)
                    courier.call(self._node, peer, channel, transport, self._pace)
            except Exception:  # noqa: BLE001  # one failed round must not end the next
                _log.exception("queue-failed", peer=name)
                self._stop.wait(1.0)
            finally:
                close_old_connections()
        transport.close()
        connections[self._node.using].close()
