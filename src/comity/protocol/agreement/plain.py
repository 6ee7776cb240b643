"""Lay out a reading for a terminal of a given width."""

import textwrap
import unicodedata
from collections.abc import Iterable, Iterator, Sequence

from comity.protocol.agreement.matrix import Matrix
from comity.protocol.agreement.reading import Document

NARROWEST = 40
"""Below this nothing is gained by wrapping."""
_TABLE_FROM = 100
_GAP = 2


def document_text(document: Document, width: int) -> str:
    """Return a document as lines of at most ``width`` columns (long words excepted)."""
    width = max(width, NARROWEST)
    return "\n".join(_document_lines(document, width)) + "\n"


def _document_lines(document: Document, width: int) -> Iterator[str]:
    yield from _heading(document.title, width, "=")
    for note in document.notes:
        yield from [*_wrap(f"({note})", width), ""]
    for paragraph in document.preamble:
        yield from [*_wrap(paragraph, width), ""]
    yield from _points(document.facts, width, "")
    yield ""
    yield from _heading(document.parties_heading, width, "-")
    yield from _points(document.parties, width, "")
    for area in document.areas:
        yield ""
        yield from _heading(area.title, width, "-")
        for number, clause in enumerate(area.clauses):
            if number:
                yield ""
            yield from _wrap(f"{clause.heading}: {clause.title}", width)
            for paragraph in clause.paragraphs:
                yield from _wrap(paragraph, width, "  ")
            yield from _points(clause.facts, width, "  ")
    if document.safeguards:
        yield ""
        yield from _heading(document.safeguards_heading, width, "-")
        yield from _points((f"{kind}: {text}" for kind, text in document.safeguards), width, "")


def matrix_text(matrix: Matrix, width: int) -> str:
    """Return a matrix as a table; on narrow terminals as one block of lines per row."""
    rows = [row.cells() for row in matrix.rows]
    lines = _table(matrix.headings, rows, width) if width >= _TABLE_FROM else _blocks(matrix.headings, rows, width)
    return "\n".join(lines) + "\n"


def _blocks(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    for number, row in enumerate(rows):
        if number:
            yield ""
        for heading, cell in zip(headings, row, strict=True):
            yield from _wrap(f"{heading}: {cell}", max(width, NARROWEST), hanging="  ")


def _table(headings: Sequence[str], rows: Sequence[Sequence[str]], width: int) -> Iterator[str]:
    widths = _widths([headings, *rows], width)
    yield from _table_row(headings, widths)
    yield (" " * _GAP).join("-" * one for one in widths)
    for row in rows:
        yield from _table_row(row, widths)


def _widths(rows: Sequence[Sequence[str]], width: int) -> list[int]:
    """Give each column what it wants, or its share of the room; its longest word fits if there is room."""
    wanted = [max(_columns(cell) for cell in column) for column in zip(*rows, strict=True)]
    least = [
        max(_columns(word) for cell in column for word in cell.split() or [""]) for column in zip(*rows, strict=True)
    ]
    room = width - _GAP * (len(wanted) - 1)
    widths = [min(want, max(need, 8)) for want, need in zip(wanted, least, strict=True)]
    while sum(widths) > room and max(widths) > 8:
        widths[widths.index(max(widths))] -= 1
    while sum(widths) < room and any(have < want for have, want in zip(widths, wanted, strict=True)):
        short = [want - have for have, want in zip(widths, wanted, strict=True)]
        widths[short.index(max(short))] += 1
    return widths


def _table_row(cells: Sequence[str], widths: Sequence[int]) -> Iterator[str]:
    wrapped = [_wrap(cell, width) for cell, width in zip(cells, widths, strict=True)]
    for number in range(max(len(lines) for lines in wrapped)):
        parts = [lines[number] if number < len(lines) else "" for lines in wrapped]
        padded = (part + " " * (width - _columns(part)) for part, width in zip(parts, widths, strict=True))
        yield (" " * _GAP).join(padded).rstrip()


def _heading(text: str, width: int, line: str) -> Iterator[str]:
    lines = _wrap(text, width)
    yield from lines
    yield line * max(_columns(one) for one in lines)
    yield ""


def _points(items: Iterable[str], width: int, indent: str) -> Iterator[str]:
    for item in items:
        yield from _wrap(item, width, f"{indent}- ", f"{indent}  ")


def _wrap(text: str, width: int, indent: str = "", hanging: str | None = None) -> list[str]:
    hanging = indent if hanging is None else hanging
    return textwrap.wrap(text, width, initial_indent=indent, subsequent_indent=hanging) or [indent.rstrip()]


def _columns(text: str) -> int:
    """Return how many columns a text takes: marks and format characters take none."""
    return sum(unicodedata.category(one) not in {"Mn", "Me", "Cf"} for one in text)
