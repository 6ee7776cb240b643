"""Make nodes, keys and signed agreements once per process; every seed starts from copies of them."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from django.core.management import call_command
from django.db import connections

from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from tests.simulation import storage
from tests.simulation.area import AREA, CREATE
from tests.simulation.storage import Snapshot
from tests.support import worlds
from tests.support.texts import agreement

ALIASES = ("default", "second", "third")
NAMES = ("QA.doha", "DE.berlin", "FR.paris")
LONG = 250
"""Records that the long topology starts with: the first tile of a journal fills while a scenario runs."""


@dataclass(frozen=True)
class Template:
    """Hold a world at rest: nodes by name, their states, and the agreements with their members."""

    name: str
    nodes: tuple[LocalNode, ...]
    states: tuple[Snapshot, ...]
    channels: tuple[str, ...]


def prepare() -> None:
    """Make the tables in every database."""
    call_command("migrate", database=ALIASES[0], verbosity=0)
    if connections[ALIASES[0]].vendor == "sqlite":
        with connections[ALIASES[0]].cursor() as cursor:
            cursor.execute(CREATE)
        first = connections[ALIASES[0]].connection.serialize()
        for alias in ALIASES[1:]:
            connections[alias].ensure_connection()
            connections[alias].connection.deserialize(first)
        return
    for alias in ALIASES:
        call_command("migrate", database=alias, verbosity=0)
        with connections[alias].cursor() as cursor:
            cursor.execute(CREATE)


class Pool:
    """Make templates when they are first asked for."""

    def __init__(self, root: Path) -> None:
        self._root = root
        self._empty = [storage.take(alias, root / alias) for alias in ALIASES]
        self._made: dict[str, Template] = {}

    def get(self, name: str) -> Template:
        """Return the template ``pair``, ``long``, ``trio`` or ``star``."""
        if name not in self._made:
            self._made[name] = self._make(name)
        return self._made[name]

    def _make(self, name: str) -> Template:
        chance = Random(name)
        secrets.token_bytes = lambda count=32: chance.randbytes(count or 32)  # type: ignore[assignment]  # the same keys in every run
        count = 2 if name in ("pair", "long") else 3
        for alias, state in zip(ALIASES, self._empty, strict=True):
            storage.put(alias, self._root / alias, state)
        clock = worlds.Clock()
        nodes = [worlds.make_node(NAMES[i], ALIASES[i], self._root / ALIASES[i], clock, (AREA,)) for i in range(count)]
        for at, one in enumerate(nodes):
            for other in nodes[at + 1 :]:
                worlds.pair(one, other)
        channels = self._agree(nodes, clock, star=name == "star")
        if name == "long":
            self._fill(nodes, clock, channels[0])
        states = tuple(storage.take(node.using, node.home) for node in nodes)
        return Template(name, tuple(nodes), states, tuple(channels))

    def _agree(self, nodes: Sequence[LocalNode], clock: worlds.Clock, *, star: bool) -> list[str]:
        groups = [nodes[:2], [nodes[0], nodes[2]]] if star else [list(nodes)]
        channels = []
        for group in groups:
            world = worlds.World({node.name: node for node in group}, clock)
            clock.ms += 1000
            channels.append(worlds.agree(world, agreement(list(group), worlds.new_channel_id(world))))
            world.settle(2)
        return channels

    def _fill(self, nodes: Sequence[LocalNode], clock: worlds.Clock, channel: str) -> None:
        world = worlds.World({node.name: node for node in nodes}, clock)
        for one, other in ((0, 1), (1, 0)):
            drafts = [worlds.request(nodes[other].name) for _ in range(LONG)]
            worlds.send(nodes[one], channel, drafts)
        world.settle(2)
        assert Channel.objects.using(nodes[0].using).filter(uuid=channel).exists()
