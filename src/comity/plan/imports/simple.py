"""Read the simple values of XML Schema strictly; what cannot be read is a fault with its line."""

import re
from datetime import date, datetime, time, timedelta
from decimal import Decimal, InvalidOperation
from typing import Final

from comity.plan.imports.markup import Node
from comity.plan.imports.report import Notes, Why

_DURATION: Final = re.compile(
    r"(-)?P(?:(\d{1,6})Y)?(?:(\d{1,6})M)?(?:(\d{1,7})D)?(?:T(?:(\d{1,9})H)?(?:(\d{1,9})M)?(?:(\d{1,9})(?:\.\d+)?S)?)?"
)
_DATE: Final = re.compile(r"(\d{4}-\d{2}-\d{2})(?:Z|[+-]\d{2}:\d{2})?")
_DATE_TIME: Final = re.compile(r"(\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2})(?:\.\d+)?(?:Z|[+-]\d{2}:\d{2})?")
_BOOLEANS: Final = {"0": False, "1": True, "false": False, "true": True}


def moment(node: Node, notes: Notes, place: str) -> datetime | None:
    """Read a date with a time, or a date; a zone is left out, as both formats mean the place's own time."""
    text = node.text
    found = _DATE_TIME.fullmatch(text)
    try:
        if found:
            return datetime.fromisoformat(found[1])
        if plain := _DATE.fullmatch(text):
            return datetime.fromisoformat(plain[1])
    except ValueError:
        pass
    notes.fault(node.line, place, Why.NOT_A_DATE)
    return None


def day(text: str, line: int, notes: Notes, place: str) -> date | None:
    """Read a date."""
    found = _DATE.fullmatch(text.strip())
    try:
        if found:
            return date.fromisoformat(found[1])
    except ValueError:
        pass
    notes.fault(line, place, Why.NOT_A_DATE)
    return None


def clock_time(node: Node, notes: Notes, place: str) -> time | None:
    """Read a time of day."""
    try:
        return time.fromisoformat(node.text)
    except ValueError:
        notes.fault(node.line, place, Why.NOT_A_TIME)
        return None


def boolean(text: str, line: int, notes: Notes, place: str) -> bool:
    """Read yes or no."""
    value = _BOOLEANS.get(text.strip())
    if value is None:
        notes.fault(line, place, Why.NOT_YES_OR_NO)
    return bool(value)


def whole(node: Node, notes: Notes, place: str, *, least: int = -(2**31), most: int = 2**31) -> int | None:
    """Read a whole number within bounds."""
    try:
        value = int(node.text) if re.fullmatch(r"[+-]?\d{1,12}", node.text) else None
    except ValueError:
        value = None
    if value is None or not least <= value <= most:
        notes.fault(node.line, place, Why.NOT_A_NUMBER)
        return None
    return value


def decimal(node: Node, notes: Notes, place: str) -> Decimal | None:
    """Read a finite number."""
    try:
        value = Decimal(node.text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite():
        notes.fault(node.line, place, Why.NOT_A_NUMBER)
        return None
    return value


def minutes(node: Node, notes: Notes, place: str) -> int | None:
    """Read a duration of working time in minutes; months and years, which have no length, are faults."""
    found = _DURATION.fullmatch(node.text)
    if not found or node.text.endswith(("P", "T")) or found[2] or found[3]:
        notes.fault(node.line, place, Why.NOT_A_DURATION)
        return None
    days, hours, mins, seconds = (int(part or 0) for part in found.group(4, 5, 6, 7))
    value = round(timedelta(days=days, hours=hours, minutes=mins, seconds=seconds).total_seconds() / 60)
    return -value if found[1] else value
