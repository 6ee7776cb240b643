"""Read the lines and components of an iCalendar file (RFC 5545, 3.1), each with the line in which it begins."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Final

from comity.plan.imports.report import Fault, ImportRefusedError, Notes, Why

LIMIT: Final = 4 * 1024 * 1024
_NAME: Final = re.compile(r"[A-Za-z0-9-]{1,80}")
_PARAMETER: Final = re.compile(r';([A-Za-z0-9-]{1,80})=((?:"[^"]*"|[^";:,]*)(?:,(?:"[^"]*"|[^";:,]*))*)')
_MOST_DEEP: Final = 8


@dataclass(frozen=True, slots=True)
class Property:
    """Be a content line: its name in capitals, its parameters, its value as written."""

    name: str
    parameters: Mapping[str, str]
    value: str
    line: int


@dataclass(slots=True)
class Part:
    """Be a component with its properties and the components in it."""

    name: str
    line: int
    properties: list[Property] = field(default_factory=list)
    parts: list["Part"] = field(default_factory=list)

    def every(self, name: str) -> list[Property]:
        """Return all properties of a name."""
        return [one for one in self.properties if one.name == name]

    def first(self, name: str) -> Property | None:
        """Return the first property of a name."""
        return next((one for one in self.properties if one.name == name), None)


def calendars(data: bytes, notes: Notes) -> list[Part]:
    """Return the calendars of a file.  Raises `ImportRefusedError` where there is nothing to go on with."""
    if len(data) > LIMIT:
        raise ImportRefusedError(Fault(1, "VCALENDAR", Why.TOO_LARGE))
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ImportRefusedError(Fault(data[: error.start].count(b"\n") + 1, "VCALENDAR", Why.NOT_TEXT)) from None
    found: list[Part] = []
    open_ones: list[Part] = []
    for number, line in _unfolded(text):
        one = _property(number, line, notes)
        if one is None:
            continue
        if one.name == "BEGIN":
            _begin(one, open_ones, found, notes)
        elif one.name == "END":
            if not open_ones or open_ones[-1].name != one.value.strip().upper():
                raise ImportRefusedError(
                    *notes.faults, Fault(number, one.value.strip()[:40] or "END", Why.WRONG_FORMAT)
                )
            open_ones.pop()
        elif open_ones:
            open_ones[-1].properties.append(one)
        else:
            notes.fault(number, one.name, Why.WRONG_FORMAT)
    if open_ones:
        notes.fault(open_ones[-1].line, open_ones[-1].name, Why.MISSING)
    if not found:
        notes.fault(1, "VCALENDAR", Why.WRONG_FORMAT)
    notes.settle()
    return found


def _begin(one: Property, open_ones: list[Part], found: list[Part], notes: Notes) -> None:
    part = Part(one.value.strip().upper()[:40], one.line)
    if not open_ones and part.name != "VCALENDAR":
        notes.fault(one.line, part.name, Why.WRONG_FORMAT)
    if len(open_ones) >= _MOST_DEEP:
        raise ImportRefusedError(Fault(one.line, part.name, Why.HOSTILE))
    (open_ones[-1].parts if open_ones else found).append(part)
    open_ones.append(part)


def _unfolded(text: str) -> Iterator[tuple[int, str]]:
    """Go through the lines as they were before they were folded, each with the number of its first one."""
    held, began = "", 0
    for number, line in enumerate(re.split(r"\r\n|\n|\r", text), 1):
        if line[:1] in (" ", "\t"):
            held += line[1:]
            continue
        if held.strip():
            yield began, held
        held, began = line, number
    if held.strip():
        yield began, held


def _property(number: int, line: str, notes: Notes) -> Property | None:
    name = _NAME.match(line)
    if name is None:
        notes.fault(number, "?", Why.WRONG_FORMAT)
        return None
    at = name.end()
    parameters: dict[str, str] = {}
    while line[at : at + 1] == ";":
        found = _PARAMETER.match(line, at)
        if found is None:
            break
        parameters[found[1].upper()] = found[2].strip('"')
        at = found.end()
    if line[at : at + 1] != ":":
        notes.fault(number, name[0].upper(), Why.WRONG_FORMAT)
        return None
    return Property(name[0].upper(), parameters, line[at + 1 :], number)


def words(value: str) -> str:
    """Return a text without its escapes (RFC 5545, 3.3.11)."""
    return re.sub(r"\\([\\;,nN])", lambda one: "\n" if one[1] in "nN" else one[1], value).strip()
