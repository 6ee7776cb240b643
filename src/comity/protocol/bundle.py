"""Carry sealed messages in a file, as in ``spec/bundle.md``: for nodes that no network joins.

The messages are those of the network, sealed and authenticated one by one; a bundle adds framing and nothing else.
"""

from collections.abc import Iterable, Iterator
from typing import Final, Protocol

from comity.protocol.errors import MalformedError, TooLargeError
from comity.protocol.message import MESSAGE_LIMIT

BUNDLE_V: Final = "comity/v1/bundle"
MAX_MESSAGES: Final = 65_536
"""At 24 MiB a message, more than a stick holds; bounds what one import may cost."""
ENVELOPE_LIMIT: Final = MESSAGE_LIMIT + 256

_MAGIC: Final = BUNDLE_V.encode() + b"\n"
_END: Final = bytes(4)
_BLOCK: Final = 1024 * 1024


class BundleCutError(MalformedError):
    """Say that a bundle ends too early, and how many whole messages were read before."""

    default_remedy = "The whole messages were good to use. Ask the sender to write the bundle again."

    def __init__(self, whole: int) -> None:
        """Keep ``whole``, the number of messages read before the end."""
        super().__init__(f"The bundle is cut off: {whole} whole messages were there, then it ends.")
        self.whole = whole


class Reader(Protocol):
    """Read like an open binary file."""

    def read(self, size: int, /) -> bytes:
        """Return at most ``size`` bytes; nothing at the end."""
        ...


def write_bundle(messages: Iterable[bytes]) -> Iterator[bytes]:
    """Yield the bytes of a bundle of sealed ``messages``.  Raises `TooLargeError` or `MalformedError`."""
    yield _MAGIC
    for number, message in enumerate(messages):
        if number == MAX_MESSAGES or len(message) > ENVELOPE_LIMIT:
            raise TooLargeError("This is more than one bundle holds.", "Write several bundles.")
        if not message:
            raise MalformedError("A bundle holds no empty messages.")
        yield len(message).to_bytes(4)
        yield message
    yield _END


def read_bundle(stream: Reader) -> Iterator[bytes]:
    """Yield the sealed messages of a bundle, one at a time, as soon as each is whole.

    Raises `MalformedError` for what is no bundle, `TooLargeError`, and `BundleCutError` for a half-written one, after
    all whole messages have been yielded.
    """
    if _read(stream, len(_MAGIC)) != _MAGIC:
        raise MalformedError("This is not a Comity bundle of version 1.")
    for number in range(MAX_MESSAGES + 1):
        prefix = _read(stream, 4)
        if len(prefix) < 4:
            raise BundleCutError(number)
        size = int.from_bytes(prefix)
        if not size:
            break
        if size > ENVELOPE_LIMIT or number == MAX_MESSAGES:
            raise TooLargeError(f"After {number} whole messages, the bundle holds more than is allowed.")
        message = _read(stream, size)
        if len(message) < size:
            raise BundleCutError(number)
        yield message
    if stream.read(1):
        raise MalformedError("Bytes follow the end of the bundle.")


def _read(stream: Reader, size: int) -> bytes:
    parts = []
    while size:
        part = stream.read(min(size, _BLOCK))
        if not part:
            break
        parts.append(part)
        size -= len(part)
    return b"".join(parts)
