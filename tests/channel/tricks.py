"""Play a partner that holds valid keys and does not keep to the rules."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import msgspec

from comity.cases.models import Entry
from comity.channel import compose, exchange, store
from comity.channel.alarms import open_alarms
from comity.channel.compose import Heard
from comity.channel.control import Verdict, verdict
from comity.channel.models import Channel, Peer, Record
from comity.channel.peers import public_keys, transport_key
from comity.channel.runtime import LocalNode
from comity.protocol import checkpoints as cp
from comity.protocol.merkle import Growth, leaf_hash
from comity.protocol.message import Batch, Message, WireRecord, seal_message
from comity.protocol.records import Header, encode_header, parse_header
from tests.support import worlds
from tests.support.texts import agreement
from tests.support.worlds import World

ALIASES = ("default", "second", "third")


@dataclass
class Scene:
    """Hold a world, its nodes in order, and the one agreement between all of them."""

    world: World
    uuid: str

    @property
    def nodes(self) -> list[LocalNode]:
        return list(self.world.nodes.values())

    def channel(self, node: LocalNode) -> Channel:
        return worlds.channel_of(node, self.uuid)

    def journal(self, node: LocalNode, owner: str) -> store.JournalRow:
        return store.load_journal(node.using, self.channel(node).id, owner)

    def send(self, node: LocalNode, *to: str, **changes: object) -> str:
        draft = replace(worlds.request(to[0], **changes), to=to)
        return worlds.send(node, self.uuid, [draft])[0]

    def record(self, node: LocalNode, uid: str) -> Record:
        return Record.objects.using(node.using).get(uid=uid)

    def verdict(self, node: LocalNode, uid: str, by: str) -> Verdict | None:
        row = self.record(node, uid)
        return verdict(node, row.journal_id, row.index, by)

    def settle(self) -> None:
        self.world.settle()


def make_scene(names: Sequence[str], folder: Path) -> Scene:
    world = worlds.make_world(names, ALIASES[: len(names)], folder)
    uuid = worlds.agree(world, agreement(list(world.nodes.values()), worlds.new_channel_id(world)))
    world.settle()
    return Scene(world, uuid)


def message_of(scene: Scene, sender: LocalNode, to: str, heard: Heard | None = None) -> Message:
    peer = Peer.objects.using(sender.using).get(node=to)
    return compose.compose(sender, peer, scene.channel(sender), heard).message


def sealed(sender: LocalNode, message: Message) -> bytes:
    peer = Peer.objects.using(sender.using).get(node=message.recipient)
    return seal_message(message, public_keys(bytes(peer.identity)), transport_key(sender, peer))


def pass_on(
    scene: Scene, sender: LocalNode, to: LocalNode, change: Callable[[Message], Message], heard: Heard | None = None
) -> bytes:
    """Send what an honest node would send, as ``change`` makes it."""
    return exchange.receive(to, sealed(sender, change(message_of(scene, sender, to.name, heard))))


def with_(message: Message, **changes: Any) -> Message:
    return msgspec.structs.replace(message, **changes)


def written(
    scene: Scene, author: LocalNode, reader: LocalNode, headers: Sequence[bytes], contents: Sequence[WireRecord] = ()
) -> Message:
    """Return a message with records that ``author`` really signs, though no honest node would write them."""
    journal = scene.journal(reader, author.name)
    growth = Growth(journal.size, journal.growth.edge)
    wires = list(contents) or [WireRecord(header) for header in headers]
    for wire in wires:
        growth.append(leaf_hash(wire.header))
    head = cp.Checkpoint(cp.JournalName(scene.uuid, author.name), growth.size, growth.root())
    note = cp.sign_checkpoint(head, author.keys).note
    batch = Batch(author.name, journal.size, tuple(wires), note)
    return with_(message_of(scene, author, reader.name), batches=(batch,), notes=())


def read(raw: bytes) -> Header:
    return parse_header(raw).header


def changed(raw: bytes, **changes: Any) -> bytes:
    return encode_header(msgspec.structs.replace(read(raw), **changes))


def alarms(node: LocalNode) -> set[tuple[str, str]]:
    return {(one.kind, one.subject) for one in open_alarms(node)}


def entries(node: LocalNode) -> list[str]:
    return sorted(Entry.objects.using(node.using).values_list("uid", flat=True))
