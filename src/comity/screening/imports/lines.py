"""Read lines of UTF-8 one at a time, in memory that no line can enlarge."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO, Final

from comity.screening.imports.bounds import CHUNK
from comity.screening.imports.packed import refuse_packed
from comity.screening.imports.values import Loss, RowError

_MARK: Final = b"\xef\xbb\xbf"


@dataclass(frozen=True, slots=True)
class Line:
    """Hold a line without its end, and its number from 1."""

    number: int
    text: str


def raw_lines(stream: BinaryIO, most: int) -> Iterator[tuple[int, bytes | None]]:
    """Yield lines with their numbers, without their ends; None for one of more than `most` bytes.

    Raise ImportFault if the first begins like a packed file.
    """
    number = 0
    while raw := stream.readline(most + 2):
        if not number:
            refuse_packed(raw)
        number += 1
        body = raw.rstrip(b"\r\n")
        if len(body) <= most:
            yield number, body.removeprefix(_MARK) if number == 1 else body
            continue
        while raw and not raw.endswith(b"\n"):
            raw = stream.readline(CHUNK)
        yield number, None


def decoded_lines(stream: BinaryIO, most: int) -> Iterator[Line | RowError]:
    """Yield lines of text, and a fault in place of each that is too long or not UTF-8."""
    for number, raw in raw_lines(stream, most):
        if raw is None:
            yield too_long(number, most)
            continue
        try:
            yield Line(number, raw.decode("utf-8"))
        except UnicodeDecodeError:
            yield not_utf8(number)


def too_long(number: int, most: int) -> RowError:
    """Make the fault of a line over the bound."""
    return RowError(number, "line", f"The line has more than {most} bytes.", "Split it, or check the file.")


def not_utf8(number: int) -> RowError:
    """Make the fault of a line in another encoding."""
    return RowError(number, "line", "The line is not UTF-8.", "Save the list as UTF-8 and import it again.", Loss.ENTRY)
