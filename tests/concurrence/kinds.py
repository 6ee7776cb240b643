"""Bring a tiny kind of joint document, and an agreement that lets two or three nodes change one."""

from collections.abc import Mapping, Sequence
from pathlib import Path
from types import MappingProxyType
from typing import Annotated

import msgspec
from msgspec import Meta

from comity.cases.projections import AREA as CASES
from comity.channel.models import Channel
from comity.channel.runtime import AppliedRecord, Area, LocalNode
from comity.concurrence import access, services
from comity.concurrence.documents import DocumentKind
from comity.concurrence.projections import AREA
from comity.concurrence.records import TYPES
from comity.concurrence.services import Hand
from comity.protocol.agreement import model as m
from comity.protocol.agreement.reader import read_agreement, write_agreement
from comity.protocol.canonical import Strict
from comity.protocol.names import Slug
from comity.protocol.types import RecordType
from tests.support import texts, worlds
from tests.support.worlds import World

NAMES = ("QA.doha", "DE.berlin", "FR.paris")
ALIASES = ("default", "second", "third")
HOUR = 3_600_000


class Item(Strict):
    """One thing to do."""

    title: Mapping[str, str]
    owner: str
    done: Annotated[int, Meta(ge=0, le=100)] = 0


class Note(Strict):
    """A list of things to do."""

    title: str
    items: Mapping[Slug, Item]
    tags: tuple[str, ...] = ()


NOTE = DocumentKind(
    name="note",
    body=Note,
    title={"en": "Note", "de": "Notiz"},
    technical=("/items/*/done", "/tags"),
    labels=MappingProxyType(
        {
            "/title": {"en": "Title", "de": "Titel"},
            "/items": {"en": "Items", "de": "Punkte"},
            "/items/*/owner": {"en": "Owner", "de": "Zuständig"},
            "/items/*/title": {"en": "Text"},
            "/items/*/done": {"en": "Done (%)"},
        }
    ),
)


class Notes:
    """Be an area that brings a kind of document and no records."""

    types: Sequence[RecordType] = ()
    kinds = (NOTE,)

    def apply(self, node: LocalNode, records: Sequence[AppliedRecord]) -> None: ...

    def erase(self, node: LocalNode, uids: Sequence[str]) -> None: ...

    def clear(self, node: LocalNode) -> None: ...


def note(owner: str = "DE", /, **done: int) -> Note:
    """Return a note with an item for each name in ``done``."""
    items = {name: Item(title={"en": name}, owner=owner, done=share) for name, share in done.items()}
    return Note(title="A note", items=items)


HAND = Hand(clause="10(1)", purpose="cooperation", handling="h0", urgency="decision", officer="officer0001")


def make_world(count: int, folder: Path, more: Sequence[Area] = ()) -> World:
    """Return two or three paired nodes that know notes, and what ``more`` areas bring."""
    world = World({}, worlds.Clock())
    for name, alias in zip(NAMES[:count], ALIASES, strict=False):
        node = worlds.make_node(name, alias, folder / name, world.clock, (CASES, AREA, Notes(), *more))
        for other in world.nodes.values():
            worlds.pair(other, node)
        world.nodes[name] = node
    return world


def agreement(world: World, *, decision: m.OnExpiry = m.OnExpiry.LAPSE) -> bytes:
    """Return an agreement with a clause under which notes change."""
    nodes = list(world.nodes.values())
    text = read_agreement(texts.agreement(nodes, worlds.new_channel_id(world)))
    kinds = (("decision", "PT48H", decision), ("minutes", "PT24H", m.OnExpiry.DEEMED_AGREED))
    clause = m.Clause(
        id="10(1)",
        title=texts.line("Joint things"),
        text=texts.line("Joint things change by proposal and concurrence."),
        area="crime",
        types=tuple(kind.tag for kind in TYPES),
        purposes=("cooperation",),
        handling=m.HandlingRule(default="h0", allowed=("h0",)),
        retention_days=3650,
        onward=m.Onward.BY_CONSENT,
        clocks=tuple(
            m.Clock(urgency=name, title=texts.line(name), duration=time, on_expiry=end, types=(TYPES[0].tag,))
            for name, time, end in (*kinds, ("technical", "PT12H", m.OnExpiry.DEEMED_AGREED))
        ),
    )
    purpose = m.Named(id="cooperation", title=texts.line("Cooperation"))
    return write_agreement(
        msgspec.structs.replace(text, clauses=(*text.clauses, clause), purposes=(*text.purposes, purpose))
    )


class Table:
    """Sit the nodes of a world around one channel; every call names who acts."""

    def __init__(self, world: World, channel: str) -> None:
        self.world, self.channel = world, channel

    def node(self, name: str) -> LocalNode:
        return next(node for full, node in self.world.nodes.items() if full.endswith(name))

    def at(self, name: str) -> tuple[LocalNode, Channel]:
        node = self.node(name)
        return node, worlds.channel_of(node, self.channel)

    def open(self, name: str, body: Note, hand: Hand = HAND) -> str:
        node, channel = self.at(name)
        others = [other for other in self.world.nodes if other != node.name]
        return services.open_document(node, channel, "note", body, others, hand)

    def agreed(self, body: Note) -> str:
        """Open a note in Doha with which all others concur, and settle."""
        uuid = self.open("doha", body)
        self.world.settle()
        for name in list(self.world.nodes)[1:]:
            services.concur(*self.at(name.partition(".")[2]), uuid, uuid, HAND)
            self.world.settle()
        return uuid

    def view(self, name: str, uuid: str) -> access.DocumentView:
        seen = access.document(*self.at(name), uuid)
        assert seen is not None
        return seen

    def views(self, uuid: str) -> list[access.DocumentView]:
        return [self.view(name.partition(".")[2], uuid) for name in self.world.nodes]
