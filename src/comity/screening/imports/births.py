"""Read dates of birth as lists write them; what is not exact becomes a year, or the years of a range."""

from __future__ import annotations

import re
from typing import Final

from comity.matching import BirthDate, MalformedError, parse_births

_MONTHS: Final = {
    name: number
    for number, name in enumerate(
        ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"), start=1
    )
}
_WORDY: Final = re.compile(r"(?:(?:(\d{1,2}) )?([A-Za-z]{3})[a-z]* )?(\d{4})", re.ASCII)
_FIRST_YEAR, _LAST_YEAR = 1850, 2100
_MOST_CHARACTERS: Final = 200

Births = tuple[BirthDate, ...]


def births_of(text: str) -> Births:
    """Read `1970-05-01`, `1970-05`, `1970`, `1970~1973`, several joined by `|`; a time of day is left out.

    Raise MalformedError for any other form and for years outside 1850 to 2100.
    """
    if len(text) > _MOST_CHARACTERS:
        raise MalformedError("a date of birth has a form of its own")
    return checked(parse_births("|".join(piece.strip().partition("T")[0] for piece in text.split("|"))))


def wordy_births(text: str) -> Births:
    """Read OFAC's `15 Jul 1970`, `Jul 1970`, `circa 1970`, `1970 to 1973`, `01 Jan 1970 to 31 Dec 1970`.

    Raise MalformedError as `births_of` does.
    """
    plain = " ".join(text[:_MOST_CHARACTERS].split()).lower()
    plain = plain.removeprefix("circa ").removeprefix("c. ").removeprefix("approximately ")
    first, ranged, last = plain.partition(" to ")
    start = _wordy(first)
    return between(start, _wordy(last.removeprefix("circa "))) if ranged else checked((start,))


def _wordy(text: str) -> BirthDate:
    found = _WORDY.fullmatch(text)
    month = found and found[2] and _MONTHS.get(found[2])
    if found is None or (found[2] and not month):
        raise MalformedError("a date of birth has a form of its own")
    return BirthDate(int(found[3]), month or None, int(found[1]) if found[1] else None)


def date_of(year: str, month: str, day: str) -> BirthDate:
    """Return a date from its parts; a missing, zero or unreadable month leaves the year, such a day the month."""
    if not (year.isascii() and year.isdigit() and len(year) == 4):
        raise MalformedError("a year has four digits")
    months = int(month) if month.isascii() and month.isdigit() and len(month) <= 2 else 0
    days = int(day) if day.isascii() and day.isdigit() and len(day) <= 2 else 0
    return BirthDate(int(year), months or None, (days or None) if months else None)


def between(first: BirthDate, last: BirthDate) -> Births:
    """Return the years of a range; one date, one whole month or one whole year where both ends say so."""
    if first == last:
        return checked((first,))
    if (first.year, first.month) == (last.year, last.month) and first.month and (first.day, last.day) != (None, None):
        return checked((BirthDate(first.year, first.month),))
    checked((first, last))
    return checked(parse_births(f"{first.year:04}~{last.year:04}"))


def checked(births: Births) -> Births:
    """Return the dates; raise MalformedError for a year, month or day that no listed person can have."""
    for birth in births:
        if not _FIRST_YEAR <= birth.year <= _LAST_YEAR:
            raise MalformedError("a year of birth lies between 1850 and 2100")
        if not 1 <= (birth.month or 1) <= 12 or not 1 <= (birth.day or 1) <= 31:
            raise MalformedError("a date of birth has a month or day that does not exist")
    return births
