"""Make the keys of a person: names and aliases, alone and with birth date, sex and nationality.

What is not known makes no key. Page: `spec/names.md`, section 5.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from comity.matching.errors import MalformedError
from comity.matching.names.keys import dated_cores, name_keys
from comity.matching.names.rules import Key, Rule

_DATE: Final = re.compile(r"(\d{4})(?:-(\d{2})(?:-(\d{2}))?)?", re.ASCII)
_RANGE: Final = re.compile(r"(\d{4})~(\d{4})", re.ASCII)
_NATIONALITY: Final = re.compile(r"[A-Z]{2,3}")
MOST_YEARS: Final = 12


class Sex(Enum):
    """Name the entries of a travel document (Doc 9303: X for unspecified)."""

    FEMALE = "F"
    MALE = "M"
    UNSPECIFIED = "X"


@dataclass(frozen=True, slots=True)
class BirthDate:
    """Hold a full or partial date of birth in the Gregorian calendar."""

    year: int
    month: int | None = None
    day: int | None = None

    def __repr__(self) -> str:
        """Show nothing: it is personal data."""
        return "BirthDate(...)"


@dataclass(frozen=True, slots=True)
class Person:
    """Hold what is asked or listed of one person; no field but the names is needed."""

    names: tuple[str, ...]
    births: tuple[BirthDate, ...] = ()
    sex: Sex | None = None
    nationalities: tuple[str, ...] = ()

    def __repr__(self) -> str:
        """Show counts alone: the rest is personal data."""
        return f"Person({len(self.names)} names, {len(self.births)} births)"


def parse_births(text: str) -> tuple[BirthDate, ...]:
    """Read `YYYY-MM-DD`, `YYYY-MM`, `YYYY` or `YYYY~YYYY`, several joined by `|`; a range gives its years.

    Raise MalformedError for any other form, a month or day that does not exist, or a range above twelve years.
    """
    out: list[BirthDate] = []
    for piece in filter(None, text.split("|")):
        span = _RANGE.fullmatch(piece)
        if span:
            first, last = int(span[1]), int(span[2])
            if not 0 <= last - first < MOST_YEARS:
                raise MalformedError("a range of birth years runs forward and over at most twelve years")
            out += [BirthDate(year) for year in range(first, last + 1)]
            continue
        found = _DATE.fullmatch(piece)
        if found is None:
            raise MalformedError("a date of birth is YYYY-MM-DD, YYYY-MM, YYYY or YYYY~YYYY")
        year, month, day = int(found[1]), found[2] and int(found[2]), found[3] and int(found[3])
        if (month and not 1 <= month <= 12) or (day and not 1 <= day <= 31) or month == 0 or day == 0:
            raise MalformedError("a date of birth has a month or day that does not exist")
        out.append(BirthDate(year, month or None, day or None))
    return tuple(out)


def person_keys(person: Person) -> frozenset[Key]:
    """Return the keys of a person: those of each name, and those of each name with each date and nationality.

    Raise MalformedError for a nationality that is not two or three capitals.
    """
    keys: set[Key] = set()
    for nationality in person.nationalities:
        if _NATIONALITY.fullmatch(nationality) is None:
            raise MalformedError("a nationality is an ISO 3166-1 code")
    for name in person.names:
        keys |= name_keys(name)
        keys.update(_composite(name, person))
    return frozenset(keys)


def _composite(name: str, person: Person) -> Iterator[Key]:
    cores = dated_cores(name)
    for birth in person.births:
        for pair in cores.pairs:
            yield Key(Rule.NAME_AND_BIRTH_YEAR, f"{pair}|{birth.year:04}")
        if birth.month is None or birth.day is None:
            continue
        date = f"{birth.year:04}-{birth.month:02}-{birth.day:02}"
        for pair in cores.pairs:
            yield Key(Rule.NAME_AND_BIRTH_DATE, f"{pair}|{date}")
        for part in cores.parts:
            yield Key(Rule.FAMILY_AND_BIRTH_DATE, f"{part}|{date}")
        if person.sex in (Sex.FEMALE, Sex.MALE):
            for given in cores.given:
                yield Key(Rule.GIVEN_SEX_AND_BIRTH_DATE, f"{given}|{person.sex.value}|{date}")
    for nationality in person.nationalities:
        if cores.whole:
            yield Key(Rule.NAME_AND_NATIONALITY, f"{cores.whole}|{nationality}")
