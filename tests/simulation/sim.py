"""Hold one scenario: its nodes, links, clocks and memory, and the few things that every step needs."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, replace
from random import Random

from django.db import connections

from comity.channel import blobs, compose, courier, store
from comity.channel.models import Channel, ContentState, Peer, Record
from comity.channel.runtime import Limits, LocalNode
from comity.protocol.names import UnixMs
from tests.simulation import storage
from tests.simulation.crashes import Crash, Hooks, acting
from tests.simulation.ledger import Ledger
from tests.simulation.network import Network
from tests.simulation.pool import Template
from tests.support.worlds import START

MINUTE = 60_000
DAY = 24 * 60 * MINUTE


@dataclass
class Time:
    """Be the time, and each node's opinion of it."""

    ms: int
    skew: dict[str, int]

    def of(self, name: str) -> Callable[[], UnixMs]:
        """Return a node's clock."""
        return lambda: UnixMs(self.ms + self.skew.get(name, 0))


class Sim:
    """Be one scenario."""

    def __init__(self, seed: int, template: Template, hooks: Hooks) -> None:
        """Set every database to the template's state and seed every source of chance."""
        self.seed = seed
        self.rng = Random(seed)
        self.ledger = Ledger()
        self.hooks = hooks
        self.crasher = hooks.crasher
        self.crasher.rng = Random(seed + 1)
        self.crasher.disarm()
        self.crasher.synced.clear()
        bytes_rng = Random(seed + 2)
        secrets.token_bytes = lambda count=32: bytes_rng.randbytes(count or 32)  # type: ignore[assignment]  # the simulation's own chance
        self.time = Time(START + 60_000, {})
        limits = Limits(
            batch_records=self.rng.choice([1, 2, 3, 5, 10]), batch_bytes=self.rng.choice([3000, 20_000, 10**6])
        )
        self.nodes: dict[str, LocalNode] = {}
        for one, state in zip(template.nodes, template.states, strict=True):
            storage.put(one.using, one.home, state)
            self.nodes[one.name] = replace(one, clock=self.time.of(one.name), limits=limits, random=bytes_rng.randbytes)
        self.topology = template.name
        self.channels = list(template.channels)
        self.network = Network(self, Random(seed + 3))
        self.backups: dict[str, list[tuple[int, storage.Snapshot]]] = {name: [] for name in self.nodes}
        self.refused_posts = 0

    def channel(self, node: LocalNode, uuid: str) -> Channel:
        """Return a node's row of a channel."""
        return Channel.objects.using(node.using).get(uuid=uuid)

    def members(self, uuid: str) -> list[str]:
        """Return who belongs to a channel."""
        for node in self.nodes.values():
            row = Channel.objects.using(node.using).filter(uuid=uuid).first()
            if row is not None:
                return list(row.members)
        raise AssertionError("A channel is known to nobody.")

    def channels_of(self, name: str) -> list[str]:
        """Return the channels that a node belongs to."""
        return [uuid for uuid in self.channels if name in self.members(uuid)]

    def run(self, node: LocalNode, action: Callable[[], object]) -> bool:
        """Let a node do something; return whether its process survived."""
        try:
            with acting(self.crasher, node.using):
                action()
        except Crash as crash:
            if crash.alias != node.using:
                raise
            self.restart(crash)
            return False
        return True

    def restart(self, crash: Crash) -> None:
        """Start a crashed node again on what its disk holds."""
        name = next(node.name for node in self.nodes.values() if node.using == crash.alias)
        self.ledger.note(f"    {name} crashed {crash.where}")
        self.ledger.faults["crash"] += 1
        connection = connections[crash.alias]
        assert not connection.in_atomic_block
        connection.needs_rollback = False
        storage.forget(crash.alias)
        self.ledger.forget_alarms(name, self.ledger.step)

    def call(self, node: LocalNode, peer: str, uuid: str) -> bool:
        """Let ``node`` call ``peer`` about one channel."""
        row = Peer.objects.using(node.using).get(node=peer)
        return self.run(node, lambda: courier.call(node, row, self.channel(node, uuid), self.network.transport(node)))

    def holders(self, uid: str) -> list[str]:
        """Return the nodes that hold a record."""
        return [name for name, node in self.nodes.items() if Record.objects.using(node.using).filter(uid=uid).exists()]

    def content_holders(self, uid: str) -> list[str]:
        """Return the nodes that hold a record's content, or know that it was erased."""
        states = (ContentState.PRESENT, ContentState.ERASED)
        return [
            name
            for name, node in self.nodes.items()
            if (uid, name) not in self.ledger.spoiled
            and Record.objects.using(node.using).filter(uid=uid, content_state__in=states).exists()
        ]

    def blob_holders(self, blob_id: str) -> list[str]:
        """Return the nodes that hold an attachment completely."""
        return [name for name, node in self.nodes.items() if blobs.blob_path(node, blob_id).is_file()]

    def journal_size(self, holder: LocalNode, uuid: str, owner: str) -> int:
        """Return how many records of a journal a node holds."""
        return store.load_journal(holder.using, self.channel(holder, uuid).id, owner).size


def shrink_bounds() -> None:
    """Make parts and copies small, so that short scenarios need many of them."""
    vars(blobs)["STEP"] = 20_000
    vars(compose)["MAX_BATCH"] = 20
