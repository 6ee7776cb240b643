"""Read lists of names, one on a line; a line that begins with # is a comment."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

from comity.screening.imports.bounds import MOST_LINE
from comity.screening.imports.draft import Draft, Item
from comity.screening.imports.lines import Line, decoded_lines
from comity.screening.imports.values import Skipped


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield an entry for each line that is not empty; its reference is `line` and the number of the line."""
    for line in decoded_lines(stream, MOST_LINE):
        if not isinstance(line, Line):
            yield line
        elif line.text.startswith("#"):
            yield Skipped.COMMENT
        elif line.text.strip():
            draft = Draft(line.number, f"line {line.number}")
            draft.name(line.text, "name")
            yield from draft.finish()
