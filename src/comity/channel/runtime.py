"""Be this node while the program runs: its keys, its clock, its database, and the areas it serves.

Nothing here is made on first use: whoever starts the node (the command line, the web process, a simulation) builds one
`LocalNode` and passes it on.
"""

import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol, runtime_checkable

from comity.protocol.canonical import Strict
from comity.protocol.keys import NodeKeys
from comity.protocol.names import UnixMs, uuid7
from comity.protocol.records import Header
from comity.protocol.types import CONTROL_TYPES, Catalogue, RecordType


@dataclass(frozen=True, slots=True)
class AppliedRecord:
    """Hand a record to its area: verified, permitted, in its place in a journal, and opened unless it was erased."""

    header: Header
    body: Strict | None
    journal: str
    index: int
    own: bool


class Area(Protocol):
    """Be one area of work as the channel sees it: its record types, and what it makes of them.

    Use `apply_to_areas`, which also lets an area forget what came back already erased.
    """

    @property
    def types(self) -> Sequence[RecordType]:
        """Return the record types of this area."""

    def apply(self, node: "LocalNode", records: Sequence[AppliedRecord]) -> None:
        """Project ``records`` of this area into its models, in the channel's transaction."""

    def erase(self, node: "LocalNode", uids: Sequence[str]) -> None:
        """Forget what was derived from the contents of these records."""

    def clear(self, node: "LocalNode") -> None:
        """Empty the area's models before everything is applied again."""


@runtime_checkable
class Tended(Protocol):
    """Be an area with work that goes on by itself, such as what a stopped process left behind."""

    def tend(self, node: "LocalNode") -> None:
        """Take up what waits; called when the node starts and twice a minute after that, and returns soon."""


@dataclass(frozen=True, slots=True)
class Limits:
    """Bound what one partner can cost this node; shown on the status page."""

    peer_quota_bytes: int = 20 * 1024**3
    """What one partner's records and attachments may take on disk."""
    unsigned_channels: int = 20
    """How many proposals one partner may have open here before we sign any."""
    batch_bytes: int = 4 * 1024**2
    """Content of one message; the answer comes back after that much work at most."""
    batch_records: int = 1000
    clock_ahead_ms: int = 24 * 3600 * 1000
    """How far in the future a record may say it was written."""
    withheld_after_ms: int = 10 * 60 * 1000
    """How long a signed head may stand above what its owner has sent before we say: withheld."""


def _random(count: int) -> bytes:
    return secrets.token_bytes(count)


@dataclass(frozen=True)
class LocalNode:
    """Hold everything that acts in this node's name."""

    keys: NodeKeys
    using: str
    home: Path
    clock: Callable[[], UnixMs]
    areas: Sequence[Area] = ()
    endpoint: str = ""
    certificate: str = ""
    limits: Limits = field(default_factory=Limits)
    random: Callable[[int], bytes] = _random

    def __post_init__(self) -> None:
        """Join the areas' record types; a tag that two areas claim stops the start."""
        types = [kind for area in self.areas for kind in area.types]
        object.__setattr__(self, "catalogue", Catalogue(*CONTROL_TYPES, *types))
        object.__setattr__(self, "_area_of", {kind.tag: area for area in self.areas for kind in area.types})

    catalogue: Catalogue = field(init=False)
    _area_of: dict[str, Area] = field(init=False)

    @property
    def name(self) -> str:
        """Return this node's name."""
        return self.keys.node

    def area_of(self, tag: str) -> Area | None:
        """Return the area that owns a record type; none for control records."""
        return self._area_of.get(tag)

    def new_id(self) -> str:
        """Return a fresh UUIDv7."""
        return uuid7(self.clock(), self.random(10))


def apply_to_areas(node: LocalNode, records: Sequence[AppliedRecord]) -> None:
    """Let every area apply those of ``records`` that are its own, in order."""
    for area in node.areas:
        tags = {kind.tag for kind in area.types}
        mine = [record for record in records if record.header.type in tags]
        if mine:
            area.apply(node, mine)
            erased = [record.header.id for record in mine if record.body is None]
            if erased:
                area.erase(node, erased)


def tend_areas(node: LocalNode) -> None:
    """Let every area that asks for it take up what waits."""
    for area in node.areas:
        if isinstance(area, Tended):
            area.tend(node)
