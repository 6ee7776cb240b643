"""Cut a large segment into parts by address, so that an asker may fetch one part instead of the whole.

A part is a segment of its own entries. Which part is fetched tells the holder `bits` bits of each question; the page
`spec/blind-search-threats.md` says what that is worth.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from comity.matching.errors import MalformedError
from comity.matching.labels import SALT_BYTES, Label, slot
from comity.matching.segment import BuiltSegment, build_segment

MOST_PART_BITS: Final = 12


def part_of(output: bytes, salt: bytes, bits: int) -> int:
    """Return the number of the part that holds an output's entries, all of them whatever their counter."""
    if not 0 <= bits <= MOST_PART_BITS or len(salt) != SALT_BYTES:
        raise MalformedError("parts are numbered by at most 12 bits under a salt of 16 bytes")
    return slot(output, b"part" + salt, 0).address >> (64 - bits) if bits else 0


def build_parts(entries: Iterable[tuple[bytes, Label]], salt: bytes, bits: int) -> list[BuiltSegment]:
    """Build 2^bits segments; each is padded on its own, so that no part's size marks it out by much."""
    groups: list[list[tuple[bytes, Label]]] = [[] for _ in range(1 << bits)]
    for output, label in entries:
        groups[part_of(output, salt, bits)].append((output, label))
    return [build_segment(group) for group in groups]
