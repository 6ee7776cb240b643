"""Hold what the readers of XML lists share."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from comity.screening.imports.draft import CORRECT_ENTRY, Item
from comity.screening.imports.markup import Record
from comity.screening.imports.values import RowError, Skipped


def over_bounds(record: Record) -> RowError:
    """Make the fault of a record with more elements or text than a record of a list has."""
    return RowError(
        record.row, record.tag, "The record has more elements or text than one is read with.", "Read it by hand."
    )


def not_a_person(record: Record, kind: str, place: str, known: Mapping[str, Skipped]) -> Iterator[Item]:
    """Yield why a record of another kind is skipped, or the fault of one that does not say its kind."""
    if kind:
        yield known.get(kind, Skipped.OTHER)
    else:
        # It may be a person: to skip it could end a listing that still holds.
        yield RowError(record.row, place, "The record does not say whether it is a person.", CORRECT_ENTRY)
