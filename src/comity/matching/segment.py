"""Build and search one immutable segment of an index: addresses in order, labels sealed, size padded.

Layout, big-endian: `COMITYIX`, version 1, bucket bits, 16 bytes of salt, count; one offset per bucket and one more;
then per entry 4 bytes of address and 11 of sealed label. A look-up reads one bucket.
Page: `spec/blind-search.md`, section 4.
"""

from __future__ import annotations

import hashlib
import secrets
import struct
from collections import Counter
from collections.abc import Iterable, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from typing import Final

from comity.matching.errors import MalformedError
from comity.matching.labels import ADDRESS_BYTES, SALT_BYTES, SEALED_BYTES, Label, Slot, seal, slot, unseal

ENTRIES_PER_BUCKET: Final = 32
LEAST_ENTRIES: Final = 64
MOST_BUCKET_BITS: Final = 28
MOST_SHARED: Final = 4096

_MAGIC: Final = b"COMITYIX\x01"
_HEAD: Final = struct.Struct(f">9sB{SALT_BYTES}sI")
_OFFSET: Final = struct.Struct(">I")
_LOW_BYTES: Final = 4
_ENTRY_BYTES: Final = _LOW_BYTES + SEALED_BYTES


@dataclass(frozen=True, slots=True)
class BuiltSegment:
    """Hold a segment's bytes, and the address of each entry in the order given: the holder's own note for removal."""

    data: bytes
    addresses: tuple[int, ...]


def padded_count(count: int) -> int:
    """Return the number of entries that a segment shows: at least 64, at most one sixteenth more than it has."""
    if count <= LEAST_ENTRIES:
        return LEAST_ENTRIES
    step = 1 << max(0, count.bit_length() - 5)
    return -(-count // step) * step


def build_segment(entries: Iterable[tuple[bytes, Label]], salt: bytes | None = None) -> BuiltSegment:
    """Build a segment from outputs of the keyed function and labels; cost in proportion to the entries.

    `salt` is for test vectors only. Raise MalformedError if more than 4,096 entries share one key.
    """
    fresh = secrets.token_bytes(SALT_BYTES) if salt is None else salt
    counters: Counter[bytes] = Counter()
    cells: list[tuple[int, bytes]] = []
    for output, label in entries:
        counter = counters[output]
        if counter >= MOST_SHARED:
            raise MalformedError("more than 4096 entries of one segment share a key")
        counters[output] += 1
        place = slot(output, fresh, counter)
        cells.append((place.address, seal(place, label)))
    addresses = tuple(address for address, _ in cells)
    # SECURITY: the size says little of the list. Holds because random entries fill it up to a coarse step. Breaks if
    # padding entries could be told apart: they are uniform bytes, as masked entries are to whoever lacks the output.
    while len(cells) < padded_count(len(addresses)):
        cells.append((int.from_bytes(secrets.token_bytes(ADDRESS_BYTES), "big"), secrets.token_bytes(SEALED_BYTES)))
    cells.sort()
    return BuiltSegment(_encode(cells, fresh), addresses)


def _encode(cells: Sequence[tuple[int, bytes]], salt: bytes) -> bytes:
    bits = bucket_bits(len(cells))
    offsets = [0] * ((1 << bits) + 1)
    for address, _ in cells:
        offsets[(address >> (64 - bits)) + 1] += 1
    for bucket in range(1, len(offsets)):
        offsets[bucket] += offsets[bucket - 1]
    shift = 64 - bits - 8 * _LOW_BYTES
    body = b"".join(((a >> shift) & 0xFFFFFFFF).to_bytes(_LOW_BYTES, "big") + sealed for a, sealed in cells)
    head = _HEAD.pack(_MAGIC, bits, salt, len(cells))
    return head + struct.pack(f">{len(offsets)}I", *offsets) + body


def bucket_bits(count: int) -> int:
    """Return how many leading bits of an address number its bucket in a segment of `count` entries."""
    return min(MOST_BUCKET_BITS, max(1, (count // ENTRIES_PER_BUCKET).bit_length() - 1))


class Segment:
    """Search the bytes of one segment in place; only its head and the buckets asked for are read."""

    __slots__ = ("_bits", "_body", "_data", "count", "salt")

    def __init__(self, data: bytes) -> None:
        """Read a segment; raise MalformedError unless its length is the one that its head says."""
        if len(data) < _HEAD.size:
            raise MalformedError("the index segment is cut short")
        magic, bits, salt, count = _HEAD.unpack_from(data)
        if magic != _MAGIC or count < LEAST_ENTRIES or bits != bucket_bits(count):
            raise MalformedError("the bytes are no index segment")
        self._data, self._bits, self.salt, self.count = data, bits, salt, count
        self._body = _HEAD.size + _OFFSET.size * ((1 << bits) + 1)
        if len(data) != self._body + count * _ENTRY_BYTES or self._offset(1 << bits) != count or self._offset(0):
            raise MalformedError("the index segment has another length than its head says")

    @property
    def digest(self) -> bytes:
        """Return the SHA-256 of the segment, as the journal holds it."""
        return hashlib.sha256(self._data).digest()

    @property
    def size(self) -> int:
        """Return the bytes that the segment takes."""
        return len(self._data)

    def _offset(self, bucket: int) -> int:
        found: int = _OFFSET.unpack_from(self._data, _HEAD.size + _OFFSET.size * bucket)[0]
        return found

    def find(self, output: bytes, removed: AbstractSet[int] = frozenset()) -> list[Label]:
        """Return the labels filed under one output, without those whose address was removed.

        Raise LabelError if a label was changed or moved, MalformedError if the offsets of a bucket do not ascend.
        """
        labels: list[Label] = []
        for counter in range(MOST_SHARED):
            place = slot(output, self.salt, counter)
            sealed = self._sealed(place)
            if sealed is None:
                break
            if place.address not in removed:
                labels.append(unseal(place, sealed))
        return labels

    def _sealed(self, place: Slot) -> bytes | None:
        bucket = place.address >> (64 - self._bits)
        first, last = self._offset(bucket), self._offset(bucket + 1)
        if not first <= last <= self.count:
            raise MalformedError("the offsets of an index segment do not ascend")
        low = ((place.address >> (32 - self._bits)) & 0xFFFFFFFF).to_bytes(_LOW_BYTES, "big")
        start, end = self._body + first * _ENTRY_BYTES, self._body + last * _ENTRY_BYTES
        for position in range(start, end, _ENTRY_BYTES):
            if self._data[position : position + _LOW_BYTES] == low:
                return self._data[position + _LOW_BYTES : position + _ENTRY_BYTES]
        return None
