"""Read lists of machine-readable zones: the two or three lines of each document, one document after another."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import BinaryIO, Final

from comity.matching import BirthDate, DocumentKind, MalformedError, Mrz, read_mrz
from comity.screening.imports.births import Births, checked
from comity.screening.imports.bounds import MOST_LINE
from comity.screening.imports.draft import Draft, Item
from comity.screening.imports.lines import Line, decoded_lines
from comity.screening.imports.values import Loss, RowError, Skipped

LINES_OF_WIDTH: Final = {30: 3, 36: 2, 44: 2}
_KINDS: Final = {"P": DocumentKind.PASSPORT, "V": DocumentKind.VISA}
_READ_AGAIN: Final = "Read the zone again from the document."
_OLDEST: Final = 110
"""Years between birth and the end of a document: a hundred of age and ten of validity."""


def read(stream: BinaryIO) -> Iterator[Item]:
    """Yield an entry for each zone, and a fault where lines make no zone or check digits do not hold."""
    held: list[Line] = []
    for line in decoded_lines(stream, MOST_LINE):
        if not isinstance(line, Line):
            yield from _broken(held)
            yield line
        elif line.text.startswith("#"):
            yield Skipped.COMMENT
        elif not line.text.strip():
            yield from _broken(held)
        else:
            # One lost line costs one document, not all that follow.
            if held and (_begins(line) or len(line.text.strip()) != len(held[0].text.strip())):
                yield from _broken(held)
            held.append(line)
            if not _begins(held[0]):
                yield from _broken(held)
            elif len(held) == LINES_OF_WIDTH[len(held[0].text.strip())]:
                yield from _zone(held)
                held.clear()
    yield from _broken(held)


def _begins(line: Line) -> bool:
    """Return whether a line is the first of a zone: of two lines the one without digits, of three with a number."""
    text = line.text.strip()
    digits = any(sign.isdigit() for sign in text)
    if LINES_OF_WIDTH.get(len(text)) == 3:
        return digits and text[0].isalpha()
    return len(text) in LINES_OF_WIDTH and not digits


def _broken(held: list[Line]) -> Iterator[Item]:
    if held:
        yield RowError(held[0].number, "zone", "The zone has too few lines, or lines of different width.", _READ_AGAIN)
        held.clear()


def _zone(lines: list[Line]) -> Iterator[Item]:
    first = lines[0].number
    try:
        zone = read_mrz("\n".join(line.text.strip() for line in lines))
    except MalformedError as error:
        yield RowError(first, "zone", f"{str(error).capitalize()}.", _READ_AGAIN)
        return
    failing = [check.name for check in zone.checks if not check.holds]
    if failing:
        problem = f"Check digits do not hold: {', '.join(failing)}."
        yield RowError(first, "check digits", problem, _READ_AGAIN, Loss.ENTRY)
        return
    yield from _draft(first, zone).finish()


def _draft(row: int, zone: Mrz) -> Draft:
    draft = Draft(row, f"line {row}")
    draft.name(f"{zone.given_names} {zone.surname}", "name")
    draft.births(partial(_births, zone), "birth")
    draft.sex(zone.sex, "sex")
    draft.nationality(zone.nationality, "nationality")
    kind = _KINDS.get(zone.document_type[:1], DocumentKind.IDENTITY_CARD)
    draft.document(kind, zone.number, zone.issuer, "document")
    return draft


def _births(zone: Mrz) -> Births:
    """Give the two digits of the year their century: born before the document ends and at most 110 years earlier.

    Where both centuries remain, both dates are taken: a question too many is better than a person overlooked.
    """
    if zone.birth.year is None:
        return ()
    ends = None if zone.expiry.year is None else zone.expiry.year + (2000 if zone.expiry.year < 80 else 1900)
    years = [1900 + zone.birth.year, 2000 + zone.birth.year]
    if ends is not None:
        years = [year for year in years if 0 <= ends - year <= _OLDEST]
    if not years:
        raise MalformedError("a date of birth lies after the end of the document")
    day = zone.birth.day if zone.birth.month else None
    return checked(tuple(BirthDate(year, zone.birth.month, day) for year in years))
