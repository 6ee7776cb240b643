"""Recompute the access log of a node and name every entry that is not what it was."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final

from comity.channel.runtime import LocalNode
from comity.desk.accesslog import entry_of
from comity.desk.models import AccessChain, AccessHead, AccessLine
from comity.protocol.access_log import FIRST, open_head
from comity.protocol.access_log import AccessHead as Head
from comity.protocol.errors import ComityError
from comity.protocol.merkle import Growth

FAULTS_NAMED: Final = 20


class FaultKind(StrEnum):
    """Name what can be wrong with an entry or a head."""

    CHANGED = "changed"
    MISSING = "missing"
    UNCHAINED = "unchained"
    HEAD = "head"
    SHORT = "short"
    FORGED = "forged"


@dataclass(frozen=True, slots=True)
class Fault:
    """Say what is wrong, by the number of the entry, or the size of the signed head, that shows it."""

    kind: FaultKind
    index: int


@dataclass(frozen=True, slots=True)
class Checked:
    """Hold what came of it: how many entries there are, which signed heads they lead to, and what is wrong."""

    entries: int
    heads: int
    newest: Head | None
    note: bytes
    faults: tuple[Fault, ...]


def check(node: LocalNode, kept: Sequence[bytes] = ()) -> Checked:
    """Recompute the log from its rows and compare it with every signed head, and with heads that somebody ``kept``.

    A kept head is what shows that a node's own operator, who holds its keys, has not written the log anew.
    """
    walk = _Walk()
    heads = sorted(_heads(node, kept, walk), key=lambda one: one.size)
    for line in AccessLine.objects.using(node.using).order_by("index").iterator():
        _check_heads(walk, heads)
        walk.take(node.name, line)
    _check_heads(walk, heads)
    for one in heads:
        walk.blame(FaultKind.SHORT, one.size)
    chain = AccessChain.objects.using(node.using).first()
    if chain is not None and chain.size > walk.growth.size and not walk.faults:
        walk.blame(FaultKind.SHORT, chain.size)
    faults = tuple(walk.faults[:FAULTS_NAMED])
    return Checked(walk.growth.size, walk.heads, walk.newest, newest_head(node), faults)


def newest_head(node: LocalNode) -> bytes:
    """Return the newest signed head as it is kept; nothing while the log is empty."""
    newest = AccessHead.objects.using(node.using).order_by("-day").first()
    return bytes(newest.note) if newest else b""


@dataclass
class _Walk:
    """Go through the entries in order, and keep what does not fit."""

    growth: Growth = field(default_factory=Growth)
    previous: bytes = FIRST
    heads: int = 0
    newest: Head | None = None
    faults: list[Fault] = field(default_factory=list)

    def blame(self, kind: FaultKind, index: int) -> None:
        self.faults.append(Fault(kind, index))

    def take(self, node: str, line: AccessLine) -> None:
        while self.growth.size < line.index:
            self.blame(FaultKind.MISSING, self.growth.size)
            self.growth.append(FIRST)
            self.previous = bytes(line.previous)
        leaf = entry_of(node, line).leaf()
        if leaf != bytes(line.leaf):
            self.blame(FaultKind.CHANGED, line.index)
        elif bytes(line.previous) != self.previous:
            self.blame(FaultKind.UNCHAINED, line.index)
        self.growth.append(leaf)
        # What the row says its hash is: one changed entry is named once, and not all that follow it as well.
        self.previous = bytes(line.leaf)


def _heads(node: LocalNode, kept: Sequence[bytes], walk: _Walk) -> Iterator[Head]:
    stored = AccessHead.objects.using(node.using).order_by("day").values_list("size", "note")
    for size, note in [*stored.iterator(), *((0, one) for one in kept)]:
        try:
            yield open_head(bytes(note), node.keys.public)
        except ComityError:
            walk.blame(FaultKind.FORGED, size)


def _check_heads(walk: _Walk, heads: list[Head]) -> None:
    """Compare the tree as it stands with the heads of just this size, and take them off the list."""
    while heads and heads[0].size == walk.growth.size:
        head = heads.pop(0)
        if head.root == walk.growth.root():
            walk.heads, walk.newest = walk.heads + 1, head
        elif not walk.faults:
            walk.blame(FaultKind.HEAD, head.size)
