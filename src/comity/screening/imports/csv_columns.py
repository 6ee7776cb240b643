"""Name the columns of Comity's own CSV and find them in a header; write entries out in the same columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import BinaryIO, Final

from comity.matching import BirthDate, DocumentKind
from comity.screening.imports.values import Entry, ImportFault

SEPARATOR: Final = "|"
DELIMITERS: Final = (",", ";", "\t")
_MARK: Final = b"\xef\xbb\xbf"


class Column(StrEnum):
    """Name the columns; several values stand in one cell with | between them."""

    REFERENCE = "reference"
    NAME = "name"
    FAMILY_NAME = "family_name"
    GIVEN_NAMES = "given_names"
    ALIAS = "alias"
    WEAK_ALIAS = "weak_alias"
    BIRTH_DATE = "birth_date"
    SEX = "sex"
    NATIONALITY = "nationality"
    DOCUMENT_KIND = "document_kind"
    DOCUMENT_NUMBER = "document_number"
    DOCUMENT_STATE = "document_state"
    REVIEW_ON = "review_on"
    EXPIRES_ON = "expires_on"


KINDS: Final = {
    "passport": DocumentKind.PASSPORT,
    "identity card": DocumentKind.IDENTITY_CARD,
    "visa": DocumentKind.VISA,
    "plate": DocumentKind.PLATE,
}
_KIND_WORDS: Final = {kind: word for word, kind in KINDS.items()}
_IDENTIFYING: Final = {
    Column.NAME, Column.FAMILY_NAME, Column.GIVEN_NAMES, Column.ALIAS, Column.WEAK_ALIAS, Column.DOCUMENT_NUMBER,
}  # fmt: skip
_WRITTEN: Final = tuple(column for column in Column if column not in (Column.FAMILY_NAME, Column.GIVEN_NAMES))


@dataclass(frozen=True, slots=True)
class Header:
    """Say which delimiter a file uses and which column each cell belongs to; None for one that is not known."""

    delimiter: str
    columns: tuple[Column | None, ...]


def cells_of(text: str, delimiter: str) -> list[str]:
    """Split one row into cells as RFC 4180 does; raise csv.Error where its quotation marks do not fit."""
    rows = list(csv.reader([text], delimiter=delimiter, strict=True))
    return rows[0] if rows else []


def find_header(text: str) -> Header | None:
    """Return the header under the delimiter that shows most known columns, or None if it identifies nobody."""
    best: Header | None = None
    for delimiter in DELIMITERS:
        try:
            cells = cells_of(text, delimiter)
        except csv.Error:
            continue
        header = Header(delimiter, tuple(_column(cell) for cell in cells))
        known = [column for column in header.columns if column]
        if _IDENTIFYING & set(known) and (best is None or len(known) > sum(map(bool, best.columns))):
            best = header
    return best


def _column(cell: str) -> Column | None:
    plain = "_".join(cell.strip().lower().replace("-", " ").replace("_", " ").split())
    return Column(plain) if plain in set(Column) else None


def write_csv(entries: Iterable[Entry], out: BinaryIO) -> int:
    """Write entries as UTF-8 CSV that `read_list` reads back as equal entries; return how many there were.

    Raise ImportFault for an entry that no import can have made, before any of it is written.
    """
    out.write(_MARK + _row(tuple(column.value for column in _WRITTEN)))
    count = 0
    for entry in entries:
        out.write(_row(tuple(_cells(entry))))
        count += 1
    return count


def _row(cells: tuple[str, ...]) -> bytes:
    held = io.StringIO()
    csv.writer(held, lineterminator="\r\n").writerow(cells)
    return held.getvalue().encode("utf-8")


def _cells(entry: Entry) -> Iterator[str]:
    person = entry.person
    strong = [name for name in person.names if name not in entry.weak_names]
    yield _joined([entry.reference])
    yield _joined(strong[:1])
    yield _joined(strong[1:])
    yield _joined(entry.weak_names)
    yield _joined([_date(birth) for birth in person.births])
    yield person.sex.value if person.sex else ""
    yield _joined(person.nationalities)
    yield _joined([_KIND_WORDS[document.kind] for document in entry.documents])
    yield _joined([document.number for document in entry.documents])
    yield _joined([document.state for document in entry.documents])
    yield entry.review_on.isoformat() if entry.review_on else ""
    yield entry.expires_on.isoformat() if entry.expires_on else ""


def _joined(values: Iterable[str]) -> str:
    held = list(values)
    if any(sign == SEPARATOR or sign < " " for value in held for sign in value):
        raise ImportFault("An entry holds a separator or a control sign.", "Clean it before it is written.")
    return SEPARATOR.join(held)


def _date(birth: BirthDate) -> str:
    parts = [f"{birth.year:04}"] + [f"{part:02}" for part in (birth.month, birth.day) if part is not None]
    return "-".join(parts)
