"""Read the frames of a pack from a stream, in bounded memory, telling where it breaks."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

from comity.protocol.canonical import decode
from comity.protocol.errors import ComityError, MalformedError, TooLargeError
from comity.protocol.names import hex_digest
from comity.protocol.packs.format import (
    LEFT_OUT,
    MAGIC,
    MANIFEST_LIMIT,
    PRESENT,
    TRAILER_LIMIT,
    Item,
    Manifest,
    Reader,
    Trailer,
    parse_manifest,
)

BLOCK: Final = 256 * 1024


class PackBrokenError(MalformedError):
    """Say which item of a pack cannot be read, so that nothing after it can be."""

    default_remedy = "Ask for the file again, and keep this one as evidence."

    def __init__(self, item: str, problem: str) -> None:
        """Keep the item's name and what is wrong with it."""
        super().__init__(f"{item}: {problem}")
        self.item = item
        self.problem = problem


@dataclass(slots=True)
class Body:
    """Give the bytes of one item once, and whether they were what the manifest lists."""

    stream: Reader
    name: str
    item: Item
    left: int
    sha256: "hashlib._Hash"

    def blocks(self) -> Iterator[bytes]:
        """Yield what is left of the item.  Raises `PackBrokenError` at the end of the file."""
        while self.left:
            block = self.stream.read(min(BLOCK, self.left))
            if not block:
                raise PackBrokenError(self.name, "the file ends in the middle of it")
            self.left -= len(block)
            self.sha256.update(block)
            yield block

    def whole(self) -> bytes:
        """Return the whole item; for items small enough."""
        return b"".join(self.blocks())

    def matches(self) -> bool:
        """Read what is left and say whether the digest is the listed one."""
        for _ in self.blocks():
            pass
        return hex_digest(self.sha256.digest()) == self.item.digest


def read_manifest(stream: Reader) -> tuple[bytes, Manifest]:
    """Return the manifest at the head of a pack.  Raises `PackBrokenError`."""
    if _exactly(stream, len(MAGIC), "file") != MAGIC:
        raise PackBrokenError("file", "this is not a Comity case pack of version 1")
    raw = _prefixed(stream, MANIFEST_LIMIT, "manifest")
    try:
        return raw, parse_manifest(raw)
    except ComityError as error:
        raise PackBrokenError("manifest", error.sentence) from None


def read_presence(stream: Reader, name: str) -> bool:
    """Say whether the next item is there.  Raises `PackBrokenError`."""
    marker = _exactly(stream, len(PRESENT), name)
    if marker not in (PRESENT, LEFT_OUT):
        raise PackBrokenError(name, "the mark before it is damaged, or bytes were added or removed before it")
    return marker == PRESENT


def open_body(stream: Reader, item: Item, name: str) -> Body:
    """Return the reader of an item that is there."""
    return Body(stream, name, item, item.size, hashlib.sha256())


def read_trailer(stream: Reader) -> tuple[bytes, Trailer]:
    """Return the trailer, which ends the file.  Raises `PackBrokenError`."""
    raw = _prefixed(stream, TRAILER_LIMIT, "trailer")
    if stream.read(1):
        raise PackBrokenError("file", "bytes follow its end")
    try:
        return raw, decode(raw, Trailer, limit=TRAILER_LIMIT)
    except (MalformedError, TooLargeError) as error:
        raise PackBrokenError("trailer", error.sentence) from None


def _prefixed(stream: Reader, limit: int, name: str) -> bytes:
    size = int.from_bytes(_exactly(stream, 4, name))
    if size > limit:
        raise PackBrokenError(name, f"it claims {size} bytes; at most {limit} are allowed")
    return _exactly(stream, size, name)


def _exactly(stream: Reader, size: int, name: str) -> bytes:
    parts = []
    while size:
        part = stream.read(min(size, BLOCK))
        if not part:
            raise PackBrokenError(name, "the file ends in the middle of it")
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
