"""Carry messages between simulated nodes, and lose, double, delay, reorder and damage them."""

from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random
from typing import TYPE_CHECKING

from comity.channel import courier, exchange
from comity.channel.alarms import AlarmKind
from comity.channel.models import Peer
from comity.channel.runtime import LocalNode
from comity.protocol.errors import ComityError
from tests.simulation.crashes import Crash, acting

if TYPE_CHECKING:
    from tests.simulation.sim import Sim

KEPT = 60


@dataclass(frozen=True)
class Passed:
    """Hold a sealed message that was on the wire once: it may come again at any time."""

    sender: str
    recipient: str
    data: bytes


@dataclass
class Network:
    """Be every link between the nodes."""

    sim: "Sim"
    rng: Random
    cut: set[frozenset[str]] = field(default_factory=set)
    rates: dict[str, float] = field(default_factory=dict)
    passed: list[Passed] = field(default_factory=list)
    waiting: list[Passed] = field(default_factory=list)
    exchanges: int = 0

    def transport(self, sender: LocalNode) -> courier.Transport:
        """Return the wire that leaves ``sender``."""

        def carry(peer: Peer, data: bytes) -> bytes:
            return self._carry(sender, peer.node, data)

        return carry

    def draw(self, fault: str) -> bool:
        """Decide whether a fault happens now."""
        if self.rng.random() >= self.rates.get(fault, 0.0):
            return False
        self.sim.ledger.faults[fault] += 1
        return True

    def _carry(self, sender: LocalNode, name: str, data: bytes) -> bytes:
        if frozenset((sender.name, name)) in self.cut:
            raise courier.TransportError("The link is cut.")
        self.exchanges += 1
        self._keep(Passed(sender.name, name, data))
        if self.draw("lost request"):
            raise courier.TransportError("The request was lost.")
        if self.draw("delayed request"):
            self.waiting.append(Passed(sender.name, name, data))
            raise courier.TransportError("No answer in time.")
        if self.draw("flipped request"):
            data = self._flip(data, sender.name, name)
        answer = self.deliver(name, data)
        if self.draw("doubled request"):
            answer = self.deliver(name, data)
        self._keep(Passed(name, sender.name, answer))
        if self.draw("lost answer"):
            raise courier.TransportError("The answer was lost.")
        if self.draw("replayed answer"):
            old = [one for one in self.passed if (one.sender, one.recipient) == (name, sender.name)]
            answer = self.rng.choice(old).data
        if self.draw("flipped answer"):
            answer = self._flip(answer, name, sender.name)
        return answer

    def _keep(self, passed: Passed) -> None:
        self.passed.append(passed)
        del self.passed[:-KEPT]

    def _flip(self, data: bytes, sender: str, recipient: str) -> bytes:
        """Flip one bit behind the names on the envelope, which nobody protects and everybody checks."""
        head = len(b"comity/v1/message\n") + len(sender) + len(recipient) + 2
        at = self.rng.randrange(head, len(data))
        self.sim.ledger.require(recipient, sender, AlarmKind.TAMPERED_MESSAGE)
        return data[:at] + bytes([data[at] ^ 1 << self.rng.randrange(8)]) + data[at + 1 :]

    def deliver(self, name: str, data: bytes) -> bytes:
        """Let a node take in a message; whatever goes wrong there looks like silence here."""
        node = self.sim.nodes[name]
        try:
            with acting(self.sim.crasher, node.using):
                return exchange.receive(node, data)
        except Crash as crash:
            if crash.alias != node.using:
                raise
            self.sim.restart(crash)
            raise courier.TransportError("The partner's process died.") from None
        except ComityError as error:
            self.sim.ledger.note(f"    {name} turned a message away: {error.sentence}")
            raise courier.TransportError(f"The partner said {error.kind}.") from None

    def deliver_late(self, passed: Passed) -> None:
        """Let a message arrive whose sender has long given up; the answer finds nobody."""
        try:
            self._keep(Passed(passed.recipient, passed.sender, self.deliver(passed.recipient, passed.data)))
        except courier.TransportError:
            return


Drawer = Callable[[str], bool]
