"""Keep the index of one list in versions: a base, then changes that cost what they change.

Both sides hold the same sequence: the holder publishes each change with its digest in the journal, the asker applies
it. A new key or a fold of many changes into one base starts a new generation. Page: `spec/blind-search.md`, section 5.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Iterable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Final

from comity.matching import oprf
from comity.matching.errors import MalformedError
from comity.matching.group import Element
from comity.matching.labels import ADDRESS_BYTES, Label
from comity.matching.oprf import KeyPair, Mode
from comity.matching.segment import BuiltSegment, Segment, build_segment

LEAST_REMOVED: Final = 16
_CHANGE: Final = b"comity/v1/index-change\0"


@dataclass(frozen=True, slots=True)
class ListName:
    """Name a list: the digest of the agreement, the list's identifier, and the generation of its key."""

    agreement: bytes
    list_id: str
    generation: int

    def encode(self) -> bytes:
        """Return the bytes that bind keys to this list: each field behind its length."""
        fields = (self.agreement, self.list_id.encode(), self.generation.to_bytes(8, "big"))
        return b"".join(len(part).to_bytes(2, "big") + part for part in fields)


def list_key(seed: bytes, name: ListName) -> KeyPair:
    """Derive the key of a list from the node's 32-byte seed: one per agreement, list and generation."""
    # SECURITY: what is learnt under one agreement is worth nothing under another. Holds because each list's key is
    # derived under its own name, and rotation changes the generation. Breaks if two lists share a name.
    return oprf.derive_key(Mode.VOPRF, seed, b"comity/v1/list-key\0" + name.encode())


@dataclass(frozen=True, slots=True)
class Change:
    """Hold one step from a version to the next: a segment of new entries, or none, and removed addresses, padded."""

    version: int
    added: bytes
    removed: tuple[int, ...]

    @property
    def digest(self) -> bytes:
        """Return the SHA-256 of the change, as the journal holds it."""
        return hashlib.sha256(self.encode()).digest()

    def encode(self) -> bytes:
        """Return the change's bytes: namespace, version, count of removed addresses, these, then the segment."""
        head = _CHANGE + self.version.to_bytes(8, "big") + len(self.removed).to_bytes(4, "big")
        return head + b"".join(a.to_bytes(ADDRESS_BYTES, "big") for a in self.removed) + self.added

    @classmethod
    def parse(cls, data: bytes) -> Change:
        """Read a change; raise MalformedError if it is cut short, out of order or no change."""
        start = len(_CHANGE)
        if data[:start] != _CHANGE or len(data) < start + 12:
            raise MalformedError("the bytes are no change of an index")
        count = int.from_bytes(data[start + 8 : start + 12], "big")
        end = start + 12 + count * ADDRESS_BYTES
        if len(data) < end:
            raise MalformedError("the change of an index is cut short")
        cells = [data[i : i + ADDRESS_BYTES] for i in range(start + 12, end, ADDRESS_BYTES)]
        if any(one >= two for one, two in pairwise(cells)):
            raise MalformedError("removed addresses stand in ascending order, each once")
        addresses = tuple(int.from_bytes(cell, "big") for cell in cells)
        if data[end:]:
            Segment(data[end:])
        return cls(int.from_bytes(data[start : start + 8], "big"), data[end:], addresses)


def make_change(
    version: int, added: Iterable[tuple[bytes, Label]], removed: Iterable[int] = ()
) -> tuple[Change, tuple[int, ...]]:
    """Make a change; return it with the addresses of the added entries, which the holder notes for their removal."""
    entries = list(added)
    built = build_segment(entries) if entries else BuiltSegment(b"", ())
    gone = set(removed)
    while gone and len(gone) % LEAST_REMOVED:
        gone.add(int.from_bytes(secrets.token_bytes(ADDRESS_BYTES), "big"))
    return Change(version, built.data, tuple(sorted(gone))), built.addresses


@dataclass(slots=True)
class ListIndex:
    """Hold an asker's copy of a list's index; grows by `apply` alone."""

    name: ListName
    public: Element
    version: int = 0
    removed: set[int] = field(default_factory=set)
    segments: list[Segment] = field(default_factory=list)

    def apply(self, change: Change, digest: bytes) -> None:
        """Take one change; raise MalformedError unless it is the next and bears the digest from the journal."""
        # SECURITY: all askers see one list. Holds because a change is taken only under the digest that the holder
        # journaled and the partner cosigned. Breaks if the digest is read from the answer and not from the journal.
        if change.digest != digest:
            raise MalformedError("the change is not the one that the journal names")
        if change.version != self.version + 1:
            raise MalformedError("the change is not the next version of the index")
        if change.added:
            self.segments.append(Segment(change.added))
        self.removed.update(change.removed)
        self.version = change.version

    def find(self, output: bytes) -> list[Label]:
        """Return the labels filed under one output in any segment; raise LabelError if one was moved or changed."""
        return [label for segment in self.segments for label in segment.find(output, self.removed)]
