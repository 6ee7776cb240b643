"""The same property on real nodes: sealed records, cut wires, lost answers, late deliveries; seeds replay."""

import contextlib
import os
import random
from dataclasses import replace
from pathlib import Path

import pytest

from comity.channel import audit, courier
from comity.channel.alarms import open_alarms
from comity.channel.models import Peer
from comity.concurrence import access, services
from comity.concurrence.access import DocumentView
from comity.concurrence.errors import NotFittingError, NotPossibleError
from comity.concurrence.models import Act
from comity.concurrence.stances import StanceKind
from tests.concurrence.kinds import HAND, HOUR, Table, agreement, make_world, note
from tests.support import worlds

SEEDS = int(os.environ.get("COMITY_CONCURRENCE_SEEDS") or 1)
"""How many seeds of each number of nodes are played; a long run sets more."""
STEPS = 30

pytestmark = [
    pytest.mark.django_db(databases=["default", "second", "third"], transaction=True),
    pytest.mark.timeout(180),
]


class Chaos:
    """Let officers of all sides act at random, and let messages come late, once more, or without an answer."""

    def __init__(self, table: Table, seed: int) -> None:
        self.table, self.random = table, random.Random(seed)
        self.names = [name.partition(".")[2] for name in table.world.nodes]
        self.uuid = table.agreed(note(book=0, visit=0))
        self.written: set[str] = {self.uuid}
        self.lasting: dict[str, tuple[object, DocumentView]] = {}

    def look(self) -> None:
        """Verify that what was said to hold until a further act, or until an instant, does."""
        for name in self.names:
            node, channel, uuid = *self.table.at(name), self.uuid
            seen, stamp = self.table.view(name, uuid), access.stamps(node, channel).get(uuid)
            before = self.lasting.get(name)
            if before is not None and before[0] == stamp and node.clock() <= before[1].holds_until:
                assert seen == before[1]
            self.lasting[name] = (stamp, seen)

    def step(self) -> None:
        name = self.random.choice(self.names)
        act = self.random.choice(
            [
                self.call,
                self.call,
                self.call,
                self.propose,
                self.answer,
                self.answer,
                self.withdraw,
                self.update,
                self.wait,
            ]
        )
        with contextlib.suppress(NotPossibleError, NotFittingError):
            act(name)

    def call(self, name: str) -> None:
        """Carry one message and its answer; sometimes the answer is lost, sometimes the message."""
        node = self.table.node(name)
        peer = self.random.choice([one for one in self.table.world.nodes if one != node.name])
        whole = self.table.world.transport(node)
        luck = self.random.random()

        def carry(row: Peer, data: bytes) -> bytes:
            if luck < 0.1:
                raise courier.TransportError("lost")
            answer = whole(row, data)
            if luck < 0.25:
                raise courier.TransportError("answer lost")
            return answer

        row = Peer.objects.using(node.using).get(node=peer)
        courier.call(node, row, worlds.channel_of(node, self.table.channel), carry)

    def propose(self, name: str) -> None:
        body = note(self.random.choice(["DE", "QA", "FR"]), book=0, visit=0)
        hand = replace(HAND, urgency=self.random.choice(["decision", "minutes"]))
        self.written.add(services.propose(*self.table.at(name), self.uuid, body, hand))

    def update(self, name: str) -> None:
        current = self.table.view(name, self.uuid).body
        shares = {item: self.random.randrange(3) for item in ("book", "visit")}
        owner = getattr(current, "items")["book"].owner  # noqa: B009  # a document of any kind
        self.written.add(services.update(*self.table.at(name), self.uuid, note(owner, **shares), HAND))

    def answer(self, name: str) -> None:
        node = self.table.node(name)
        open_ones = [one for one in self.table.view(name, self.uuid).proposals if one.awaits(node.name)]
        if not open_ones:
            return
        uid = self.random.choice(open_ones).uid
        if self.random.random() < 0.3:
            self.written.add(services.object_to(*self.table.at(name), self.uuid, uid, HAND, reason=f"No to {uid}"))
        else:
            self.written.add(services.concur(*self.table.at(name), self.uuid, uid, HAND))

    def withdraw(self, name: str) -> None:
        node = self.table.node(name)
        mine = [one.uid for one in self.table.view(name, self.uuid).proposals if one.author == node.name]
        if mine and self.random.random() < 0.5:
            uid = self.random.choice(mine)
            self.written.add(services.withdraw(*self.table.at(name), self.uuid, uid, HAND, reason="No longer"))

    def wait(self, name: str) -> None:
        self.table.world.clock.ms += self.random.choice([1000, HOUR, 13 * HOUR, 25 * HOUR])


@pytest.mark.parametrize("count", [2, 3])
@pytest.mark.parametrize("seed", range(SEEDS))
def test_real_nodes_end_in_the_same_state_with_every_signature_and_every_word(
    count: int, seed: int, tmp_path: Path
) -> None:
    world = make_world(count, tmp_path)
    chaos = Chaos(Table(world, worlds.agree(world, agreement(world))), seed)
    for _ in range(STEPS):
        chaos.step()
        chaos.look()
        world.clock.ms += 1
    for _ in range(3):
        world.clock.ms += 60_000
        world.settle(2)
        chaos.look()
    first, *others = chaos.table.views(chaos.uuid)
    assert all(other == first for other in others)
    for uid in first.chain:
        seen = first.proposal(uid)
        assert seen is not None
        assert {one.stance for one in seen.signers} <= {StanceKind.SIGNED, StanceKind.DEEMED}
    for node in world.nodes.values():
        assert chaos.written <= set(Act.objects.using(node.using).values_list("uid", flat=True))
        audit.rebuild_areas(node)
        assert [one.detail for one in open_alarms(node) if "clock" not in one.kind] == []
    assert chaos.table.views(chaos.uuid) == [first] * count
