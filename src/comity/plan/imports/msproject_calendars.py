"""Read the calendars of Microsoft Project XML: the week, and the days that differ from it."""

from datetime import time
from typing import Final

from comity.plan.exchange import Calendar, ExceptionDays, Hours
from comity.plan.imports import simple
from comity.plan.imports.markup import Node
from comity.plan.imports.msproject_fields import split
from comity.plan.imports.report import Left, Notes, Why

_PLACE: Final = "Calendars/Calendar"
_SUNDAY: Final = 1


def calendar(node: Node, notes: Notes) -> Calendar:
    """Return a calendar; what is missing or wrong in it is noted."""
    taken = frozenset({"UID", "Name", "BaseCalendarUID", "WeekDays", "Exceptions"})
    found = split(node, taken, notes, _PLACE, frozenset())
    if "UID" not in found or not found["UID"].text:
        notes.fault(node.line, f"{_PLACE}/UID", Why.MISSING)
    key = found["UID"].text if "UID" in found else ""
    week: list[Hours | None] = [None] * 7
    exceptions: dict[tuple[str, str], ExceptionDays] = {}
    for one in found["WeekDays"].all("WeekDay") if "WeekDays" in found else ():
        _week_day(one, week, exceptions, notes)
    for one in found["Exceptions"].all("Exception") if "Exceptions" in found else ():
        _exception(one, exceptions, notes)
    base = found["BaseCalendarUID"].text if "BaseCalendarUID" in found else ""
    name = found["Name"].text if "Name" in found else ""
    days = tuple(sorted(exceptions.values(), key=lambda one: one.first))
    return Calendar(key, name, tuple(week), days, base if base not in {"", "-1", "0", key} else None)


def _week_day(
    node: Node, week: list[Hours | None], exceptions: dict[tuple[str, str], ExceptionDays], notes: Notes
) -> None:
    place = f"{_PLACE}/WeekDays/WeekDay"
    kind = node.one("DayType")
    number = simple.whole(kind, notes, f"{place}/DayType", least=0, most=7) if kind else None
    if kind is None:
        notes.fault(node.line, f"{place}/DayType", Why.MISSING)
    if number is None:
        return
    working = simple.boolean(node.get("DayWorking") or "0", node.line, notes, f"{place}/DayWorking")
    times = _hours(node, notes) if working else ()
    if number == 0:
        _keep(node, times, exceptions, notes, place)
    else:
        # Sunday is 1 there, Monday comes first here.
        week[(number - _SUNDAY - 1) % 7] = times


def _exception(node: Node, exceptions: dict[tuple[str, str], ExceptionDays], notes: Notes) -> None:
    place = f"{_PLACE}/Exceptions/Exception"
    kind = node.one("Type")
    recurs = simple.whole(kind, notes, f"{place}/Type", least=1, most=9) if kind and kind.text else 1
    if recurs not in {1, None}:
        notes.loss(node.line, f"{place} (recurring)", Left.SIMPLIFIED)
        return
    working = simple.boolean(node.get("DayWorking") or "0", node.line, notes, f"{place}/DayWorking")
    _keep(node, _hours(node, notes) if working else (), exceptions, notes, place)


def _keep(node: Node, times: Hours, exceptions: dict[tuple[str, str], ExceptionDays], notes: Notes, place: str) -> None:
    """Keep days once, though newer files name each twice; the later entry knows the name."""
    period = node.one("TimePeriod")
    ends = [period.one(name) if period else None for name in ("FromDate", "ToDate")]
    if ends[0] is None or ends[1] is None:
        notes.fault(node.line, f"{place}/TimePeriod", Why.MISSING)
        return
    first, last = (simple.moment(one, notes, f"{place}/TimePeriod") for one in ends if one)
    if first is None or last is None:
        return
    if last < first:
        notes.fault(ends[1].line, f"{place}/TimePeriod", Why.ORDER)
        return
    exceptions[first.date().isoformat(), last.date().isoformat()] = ExceptionDays(
        first.date(), last.date(), node.get("Name"), times
    )


def _hours(node: Node, notes: Notes) -> Hours:
    times = []
    container = node.one("WorkingTimes")
    for one in container.all("WorkingTime") if container else ():
        begin, end = (one.one(name) for name in ("FromTime", "ToTime"))
        if begin is None or end is None:
            continue
        pair = tuple(simple.clock_time(each, notes, f"{_PLACE}/WorkingTime") for each in (begin, end))
        if pair[0] is not None and pair[1] is not None:
            if pair[1] <= pair[0] and pair[1] != time(0):
                notes.fault(end.line, f"{_PLACE}/WorkingTime", Why.ORDER)
            times.append((pair[0], pair[1]))
    return tuple(times)
