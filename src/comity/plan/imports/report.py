"""Say what an import left out, and why a file is refused: with line, place and reason, never with the data itself."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, Generic, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.protocol.errors import ComityError, ErrorKind

MOST_FAULTS: Final = 200
"""Faults that are listed; a file with more is the wrong file, and the list would be read by nobody."""

Taken_ = TypeVar("Taken_")


class Why(StrEnum):
    """Name a reason for which a file, a row or a value is refused."""

    NOT_XML = "not-xml"
    HOSTILE = "hostile"
    TOO_LARGE = "too-large"
    WRONG_FORMAT = "wrong-format"
    MISSING = "missing"
    TWICE = "twice"
    EMPTY = "empty"
    NOT_A_DATE = "not-a-date"
    NOT_A_NUMBER = "not-a-number"
    NOT_YES_OR_NO = "not-yes-or-no"
    NOT_A_DURATION = "not-a-duration"
    NOT_A_TIME = "not-a-time"
    NOT_ON_LIST = "not-on-list"
    UNKNOWN_REFERENCE = "unknown-reference"
    CIRCLE = "circle"
    ORDER = "order"
    FORMULA = "formula"
    COLUMN = "column"
    OUTLINE = "outline"
    NOT_TEXT = "not-text"
    AREA = "area"


WHY: Final[Mapping[Why, Promise]] = {
    Why.NOT_XML: _("The XML is broken here."),
    Why.HOSTILE: _("The file declares a document type or entities, which could hide other content."),
    Why.TOO_LARGE: _("The file is larger than a plan can be."),
    Why.WRONG_FORMAT: _("The file is not in this format."),
    Why.MISSING: _("Something that must be there is missing."),
    Why.TWICE: _("What may stand once stands twice."),
    Why.EMPTY: _("There is no text where one must be."),
    Why.NOT_A_DATE: _("This is not a date."),
    Why.NOT_A_NUMBER: _("This is not a number that can stand here."),
    Why.NOT_YES_OR_NO: _("This is neither yes nor no."),
    Why.NOT_A_DURATION: _("This is not a duration."),
    Why.NOT_A_TIME: _("This is not a time of day."),
    Why.NOT_ON_LIST: _("This is none of the values that can stand here."),
    Why.UNKNOWN_REFERENCE: _("This refers to something that is not in the file."),
    Why.CIRCLE: _("Tasks wait for each other in a circle."),
    Why.ORDER: _("The end is before the beginning."),
    Why.FORMULA: _("This is a formula; formulas are never worked out."),
    Why.COLUMN: _("A column is missing."),
    Why.OUTLINE: _("The outline skips a level."),
    Why.NOT_TEXT: _("The file is not text in UTF-8."),
    Why.AREA: _("The agreement has no such area."),
}


class Left(StrEnum):
    """Name a reason for which something valid is not taken."""

    NOT_HELD = "not-held"
    CALCULATED = "calculated"
    UNKNOWN = "unknown"
    PERSONAL = "personal"
    SIMPLIFIED = "simplified"
    RULE = "rule"


LEFT: Final[Mapping[Left, Promise]] = {
    Left.NOT_HELD: _("A plan of Comity does not hold this."),
    Left.CALCULATED: _("The other program calculates this, or sets it for itself."),
    Left.UNKNOWN: _("This is not part of the format as Comity knows it."),
    Left.PERSONAL: _("Personal data, which has no place in a plan."),
    Left.SIMPLIFIED: _("Only the part that a plan can hold was taken."),
    Left.RULE: _("Taken as it stands, though the standard's rules advise otherwise."),
}


@dataclass(frozen=True, slots=True)
class Fault:
    """Say that something is wrong: in which line (of text) or row (of a sheet), at which element or column, and why."""

    line: int
    place: str
    why: Why

    @property
    def words(self) -> str:
        """Return the reason in the officer's language."""
        return str(WHY[self.why])

    def __str__(self) -> str:
        """Write it on one line."""
        return f"{self.line}: {self.place}: {self.words}"


@dataclass(frozen=True, slots=True)
class Loss:
    """Say that something was left out: where, how often, from which line on, and why."""

    place: str
    count: int
    line: int
    left: Left

    @property
    def words(self) -> str:
        """Return the reason in the officer's language."""
        return str(LEFT[self.left])

    def __str__(self) -> str:
        """Write it on one line."""
        return f"{self.place} ({self.count}, first in line {self.line}): {self.words}"


@dataclass(frozen=True, slots=True)
class Taken(Generic[Taken_]):
    """Hold what was read, and the report of what was not taken."""

    value: Taken_
    losses: tuple[Loss, ...] = ()
    lines: Mapping[str, int] = field(default_factory=dict)
    """Where each task stands in the file, by its key."""


class ImportRefusedError(ComityError):
    """Say why a file is not imported: every fault with its line; nothing of it was taken."""

    kind = ErrorKind.MALFORMED
    default_remedy = "Correct it and import it again; nothing was changed."

    def __init__(self, *faults: Fault) -> None:
        """Keep the faults, the first of them in the sentence."""
        self.faults = faults[:MOST_FAULTS]
        more = f" ({len(faults) - 1} more)" if len(faults) > 1 else ""
        super().__init__(f"The file is not imported. Line {self.faults[0]}{more}")


@dataclass(slots=True)
class Notes:
    """Gather faults and losses while a file is read."""

    faults: list[Fault] = field(default_factory=list)
    language: str = ""
    """What texts are in that say nothing else, where a format has such a rule."""
    _counts: Counter[tuple[str, Left]] = field(default_factory=Counter)
    _lines: dict[tuple[str, Left], int] = field(default_factory=dict)

    def fault(self, line: int, place: str, why: Why) -> None:
        """Note a fault, once; a file with too many is refused at once."""
        found = Fault(line, place, why)
        if found not in self.faults:
            self.faults.append(found)
        if len(self.faults) >= MOST_FAULTS:
            raise ImportRefusedError(*self.faults)

    def loss(self, line: int, place: str, left: Left = Left.NOT_HELD) -> None:
        """Count something that is not taken."""
        self._counts[place, left] += 1
        self._lines.setdefault((place, left), line)

    def losses(self) -> tuple[Loss, ...]:
        """Return what was left out, in the order of the file."""
        found = (Loss(place, count, self._lines[place, left], left) for (place, left), count in self._counts.items())
        return tuple(sorted(found, key=lambda one: (one.line, one.place)))

    def settle(self) -> None:
        """Raise `ImportRefusedError` if there was a fault."""
        if self.faults:
            raise ImportRefusedError(*sorted(self.faults, key=lambda one: one.line))
