"""Build nodes inside this process, each with keys, a home folder and a database of its own, paired and in agreement."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from comity.cases.projections import AREA
from comity.cases.records import Request
from comity.channel import agreements, courier, exchange, peers
from comity.channel.models import Channel, Peer
from comity.channel.post import Draft, post
from comity.channel.runtime import Area, Limits, LocalNode
from comity.protocol import types
from comity.protocol.canonical import encode
from comity.protocol.keys import NodeKeys, make_identity, new_secret
from comity.protocol.names import UnixMs, instant, party_of, uuid7

START = UnixMs(1_795_000_000_000)


@dataclass
class Clock:
    """Be a clock that moves only when told."""

    ms: int = START

    def __call__(self) -> UnixMs:
        """Return the time."""
        return UnixMs(self.ms)


@dataclass
class World:
    """Hold the nodes of a test and the wires between them."""

    nodes: dict[str, LocalNode]
    clock: Clock
    down: set[str] = field(default_factory=set)
    log: list[tuple[str, str, int, int]] = field(default_factory=list)

    def transport(self, sender: LocalNode) -> courier.Transport:
        """Return a wire that carries a message straight into the other node."""

        def carry(peer: Peer, data: bytes) -> bytes:
            if peer.node in self.down or sender.name in self.down:
                raise courier.TransportError("down")
            answer = exchange.receive(self.nodes[peer.node], data)
            self.log.append((sender.name, peer.node, len(data), len(answer)))
            return answer

        return carry

    def call(self, sender: LocalNode, peer: str) -> bool:
        """Let ``sender`` call ``peer`` about every channel that both share."""
        row = Peer.objects.using(sender.using).get(node=peer)
        reached = True
        for channel in Channel.objects.using(sender.using).all():
            if peer in channel.members:
                reached &= courier.call(sender, row, channel, self.transport(sender))
        return reached

    def tell(self, sender: LocalNode) -> None:
        """Let ``sender`` call everybody once: what it wrote is there afterwards."""
        for peer in self.nodes:
            if peer != sender.name:
                self.call(sender, peer)

    def settle(self, rounds: int = 3) -> None:
        """Let everybody call everybody until all is quiet."""
        for _ in range(rounds):
            for sender in self.nodes.values():
                self.tell(sender)


def make_node(
    name: str, using: str, home: Path, clock: Callable[[], UnixMs], areas: Sequence[Area] = (AREA,)
) -> LocalNode:
    """Return a node with fresh keys."""
    secret = new_secret()
    authority = {"DE": "DE/BKA", "QA": "QA/MOI"}.get(party_of(name), f"{party_of(name)}/AUTH")
    identity = make_identity(secret, name, (authority,), instant(START))
    home.mkdir(parents=True, exist_ok=True)
    return LocalNode(
        keys=NodeKeys(secret, identity),
        using=using,
        home=home,
        clock=clock,
        areas=areas,
        endpoint=f"https://{name.lower()}.example",
        limits=Limits(),
    )


def pair(one: LocalNode, other: LocalNode) -> None:
    """Introduce two nodes to each other, words compared."""
    acceptance, _ = peers.accept(other, peers.invite(one))
    peers.complete(one, acceptance)
    assert peers.words(one, other.name) == peers.words(other, one.name)
    peers.confirm(one, other.name)
    peers.confirm(other, one.name)


def make_world(names: Sequence[str], aliases: Sequence[str], folder: Path, areas: Sequence[Area] = (AREA,)) -> World:
    """Return nodes of these names with these areas, all paired, without an agreement."""
    clock = Clock()
    nodes = {
        name: make_node(name, alias, folder / name, clock, areas) for name, alias in zip(names, aliases, strict=True)
    }
    everyone = list(nodes.values())
    for at, one in enumerate(everyone):
        for other in everyone[at + 1 :]:
            pair(one, other)
    return World(nodes, clock)


def agree(world: World, text: bytes) -> str:
    """Let the first node propose ``text`` and all sign it; return the channel."""
    first, *others = world.nodes.values()
    channel = agreements.propose(first, text)
    world.tell(first)
    digest = next(iter(agreements.negotiation(first, channel).proposals))
    for node in world.nodes.values():
        own = Channel.objects.using(node.using).get(uuid=channel.uuid)
        agreements.act(node, own, "agreement.signed/1", types.AgreementSigned(digest=digest))
        world.tell(node)
    world.settle(1)
    for node in others:
        assert agreements.digest_in_force(node, channel_of(node, channel.uuid)) == digest
    return channel.uuid


def channel_of(node: LocalNode, uuid: str) -> Channel:
    """Return a node's row of a channel."""
    return Channel.objects.using(node.using).get(uuid=uuid)


def new_channel_id(world: World) -> str:
    """Return an identifier for a channel."""
    return uuid7(world.clock(), bytes(10))


def request(to: str, **changes: object) -> Draft:
    """Return a request that the example agreement permits, with ``changes`` to the draft."""
    body = Request(
        subject="Ownership of a vehicle",
        question="Who has kept the vehicle since May?",
        case_number="ST-2026-0417",
        legal_basis="Section 27 BKAG",
    )
    fields: dict[str, object] = {
        "type": "cases.request/1",
        "body": body,
        "to": (to,),
        "clause": "4(2)",
        "purpose": "criminal-investigation",
        "handling": "h1",
        "urgency": "normal",
        "officer": "officer0001",
    }
    return Draft(**(fields | changes))  # type: ignore[arg-type]  # the fields of a draft, by name


def send(node: LocalNode, uuid: str, drafts: Sequence[Draft]) -> list[str]:
    """Post drafts and return their identifiers."""
    return [one.uid for one in post(node, channel_of(node, uuid), drafts)]


def as_json(value: object) -> bytes:
    """Return canonical bytes; short for tests."""
    return encode(value)
