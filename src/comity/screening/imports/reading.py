"""Read a list of any format and keep the account of it: nothing disappears in silence."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from hashlib import blake2b
from typing import BinaryIO, Final

from comity.screening.imports import bounds, csv_list, eu, ftm, mrz_list, ofac, ofac_advanced, text_list, un
from comity.screening.imports.draft import Found, Item
from comity.screening.imports.values import (
    Entry,
    LeftOut,
    ListFormat,
    Loss,
    RowError,
    Skipped,
    Summary,
)

_READERS: Final[dict[ListFormat, Callable[[BinaryIO], Iterator[Item]]]] = {
    ListFormat.CSV: csv_list.read,
    ListFormat.FTM: ftm.read,
    ListFormat.UN: un.read,
    ListFormat.EU: eu.read,
    ListFormat.OFAC: ofac.read,
    ListFormat.OFAC_ADVANCED: ofac_advanced.read,
    ListFormat.MRZ: mrz_list.read,
    ListFormat.TEXT: text_list.read,
}
_SPLIT: Final = "Split the list; what stands before this place was read."
_OTHER: Final = "Check that the list has this format; what stands before this place was read."


class Reading(Iterator[Entry | RowError]):
    """Yield the entries and faults of a list in its order, in bounded memory; `summary` counts what was seen so far.

    ImportFault is raised by the first step alone, and only if the file is not of the format.
    """

    def __init__(self, stream: BinaryIO, format_: ListFormat) -> None:
        self._entries = 0
        self._skipped: Counter[Skipped] = Counter()
        self._left_out: Counter[LeftOut] = Counter()
        self._errors: Counter[Loss] = Counter()
        self._seen: set[bytes] = set()
        self._complete = False
        self._items = self._read(_READERS[format_](stream))

    def __next__(self) -> Entry | RowError:
        """Return the next entry or fault."""
        return next(self._items)

    @property
    def summary(self) -> Summary:
        """Return the counts as they stand."""
        skipped, lost = sum(self._skipped.values()), self._errors[Loss.ENTRY]
        return Summary(
            records=self._entries + skipped + lost,
            entries=self._entries,
            skipped=tuple(sorted(self._skipped.items())),
            left_out=tuple(sorted(self._left_out.items())),
            errors=tuple(sorted(self._errors.items())),
            complete=self._complete,
        )

    def _read(self, items: Iterator[Item]) -> Iterator[Entry | RowError]:
        for item in items:
            if isinstance(item, Skipped):
                self._skipped[item] += 1
            elif isinstance(item, LeftOut):
                self._left_out[item] += 1
            elif isinstance(item, RowError):
                yield from self._fault(item)
            else:
                yield from self._entry(item)
            if self._errors[Loss.REST]:
                return
        self._complete = True

    def _entry(self, found: Found) -> Iterator[Entry | RowError]:
        mark = blake2b(found.entry.reference.encode(), digest_size=8).digest()
        if mark in self._seen:
            problem, remedy = "The reference was used before.", "Give every record a reference of its own."
            yield from self._fault(RowError(found.row, "reference", problem, remedy))
        elif self._entries == bounds.MOST_ENTRIES:
            problem = f"The list has more than {bounds.MOST_ENTRIES} entries."
            yield from self._fault(RowError(found.row, "list", problem, _SPLIT, Loss.REST))
        else:
            self._seen.add(mark)
            self._entries += 1
            yield found.entry

    def _fault(self, error: RowError) -> Iterator[RowError]:
        self._errors[error.loses] += 1
        if self._errors[error.loses] <= bounds.MOST_ERRORS:
            yield error
        elif error.loses is Loss.ENTRY:
            self._errors[Loss.REST] += 1
            problem = f"More than {bounds.MOST_ERRORS} entries could not be read."
            yield RowError(error.row, "list", problem, _OTHER, Loss.REST)


def read_list(stream: BinaryIO, format_: ListFormat) -> Reading:
    """Read a list: an iterator of entries and faults with a running `summary`; nothing is read before its first step.

    Raise ImportFault at the first step if the file is packed, or not of the format.
    """
    return Reading(stream, format_)
