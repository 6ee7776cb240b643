"""Know the fields of Microsoft Project XML: their types, and what of them a plan does not hold.

Source: "Project XML Data Interchange" (``http://schemas.microsoft.com/project``), as Project 2003 to 2024 write it.
"""

from typing import Final

from comity.plan.imports import simple
from comity.plan.imports.markup import Node
from comity.plan.imports.report import Left, Notes, Why

_BOOLEAN: Final = frozenset({
    "Active", "Manual", "IsNull", "ResumeValid", "EffortDriven", "Recurring", "OverAllocated", "Estimated", "Milestone",
    "Summary", "DisplayAsSummary", "Critical", "IsSubproject", "IsSubprojectReadOnly", "ExternalTask",
    "LevelAssignments", "LevelingCanSplit", "IgnoreResourceCalendar", "HideBar", "Rollup", "IsPublished", "CanLevel",
    "IsGeneric", "IsInactive", "IsEnterprise", "IsCostResource", "IsBudget", "Confirmed", "HasFixedRateUnits",
    "FixedMaterial", "LinkedFields", "Overallocated", "ResponsePending", "UpdateNeeded", "ScheduleFromStart",
    "HonorConstraints", "IsBaseCalendar", "DayWorking", "CrossProject", "EnteredByOccurrences",
})  # fmt: skip
_WHOLE: Final = frozenset({
    "ID", "UID", "OutlineLevel", "Priority", "PercentComplete", "PercentWorkComplete", "ConstraintType", "CalendarUID",
    "StartSlack", "FinishSlack", "FreeSlack", "TotalSlack", "LevelingDelayFormat", "DurationFormat",
    "FixedCostAccrual", "EarnedValueMethod", "PhysicalPercentComplete", "Type", "TaskUID", "ResourceUID",
    "PredecessorUID", "LagFormat", "MinutesPerDay", "MinutesPerWeek", "DaysPerMonth", "DayType", "BaseCalendarUID",
})  # fmt: skip
_DECIMAL: Final = frozenset({
    "Cost", "FixedCost", "OvertimeCost", "ActualCost", "ActualOvertimeCost", "RemainingCost", "RemainingOvertimeCost",
    "WorkVariance", "ACWP", "CV", "BCWS", "BCWP", "SV", "VAC", "Units", "MaxUnits", "PeakUnits", "StartVariance",
    "FinishVariance", "CostVariance", "LinkLag", "LevelingDelay",
})  # fmt: skip
_MOMENT: Final = frozenset({
    "CreateDate", "Start", "Finish", "Stop", "Resume", "EarlyStart", "EarlyFinish", "LateStart", "LateFinish",
    "ActualStart", "ActualFinish", "ConstraintDate", "Deadline", "PreLeveledStart", "PreLeveledFinish", "ManualStart",
    "ManualFinish", "CreationDate", "LastSaved", "StartDate", "FinishDate", "CurrentDate", "StatusDate", "FromDate",
    "ToDate",
})  # fmt: skip
_DURATION: Final = frozenset({
    "Duration", "Work", "ActualDuration", "ActualWork", "RegularWork", "RemainingDuration", "RemainingWork",
    "OvertimeWork", "ActualOvertimeWork", "RemainingOvertimeWork", "ManualDuration",
})  # fmt: skip
# What Project works out from the rest, or keeps for its own screens and scheduler.
_ITS_OWN: Final = frozenset({
    "EarlyStart", "EarlyFinish", "LateStart", "LateFinish", "StartVariance", "FinishVariance", "WorkVariance",
    "CostVariance", "StartSlack", "FinishSlack", "FreeSlack", "TotalSlack", "Critical", "OverAllocated",
    "Overallocated", "ACWP", "CV", "SV", "VAC", "BCWS", "BCWP", "RegularWork", "RemainingDuration", "RemainingWork",
    "RemainingCost", "RemainingOvertimeCost", "RemainingOvertimeWork", "ActualDuration", "PeakUnits", "CreateDate",
    "CreationDate", "LastSaved", "CurrentDate", "ExtendedCreationDate", "SaveVersion", "WBS", "OutlineNumber", "ID",
    "GUID", "Guid", "DurationFormat", "LagFormat", "LevelingDelayFormat", "ResumeValid", "Estimated", "EffortDriven",
    "Type", "FixedCostAccrual", "IsPublished", "CommitmentType", "LevelAssignments", "LevelingCanSplit", "HideBar",
    "Rollup", "EarnedValueMethod", "IgnoreResourceCalendar", "DisplayAsSummary", "PercentWorkComplete",
    "PhysicalPercentComplete", "ManualStart", "ManualFinish", "ManualDuration", "Manual", "Stop", "Resume",
    "PreLeveledStart", "PreLeveledFinish", "Summary", "IsBaselineCalendar", "IsBaseCalendar", "CanLevel",
    "AccrueAt", "StandardRateFormat", "OvertimeRateFormat", "BookingType", "WorkGroup", "CalendarUID", "Initials",
    "WorkContour", "RateTable", "RateScale", "HasFixedRateUnits", "CostRateTable", "FixedMaterial", "Delay",
    "LinkedFields", "Milestone", "ResponsePending", "UpdateNeeded", "Confirmed", "TimephasedData", "Start", "Finish",
    "Work", "UID", "IsGeneric", "IsInactive", "IsEnterprise", "PercentComplete", "MaxUnits",
})  # fmt: skip
_PERSONAL: Final = frozenset({"EmailAddress", "NTAccount", "Phonetics", "Contact", "Author", "Manager", "AssnOwner"})
_ABOUT: Final = frozenset({
    "Subject", "Category", "Company", "Comments", "Keywords", "Template", "CurrencyCode", "StatusDate", "OutlineCodes",
})  # fmt: skip
_NOTHING: Final = frozenset({"", "0", "0.0", "0.00", "false", "-1", "PT0H0M0S"})
_USUAL: Final = {"Priority": "500", "Active": "1", "CurrencyDigits": "2", "RateScale": "2"}


def check(node: Node, notes: Notes, place: str) -> None:
    """Note a fault where a field is not of its type."""
    if node.name not in _TYPED or not node.text:
        return
    if node.name in _BOOLEAN:
        simple.boolean(node.text, node.line, notes, place)
    elif node.name in _WHOLE:
        simple.whole(node, notes, place)
    elif node.name in _DECIMAL:
        simple.decimal(node, notes, place)
    elif node.name in _MOMENT:
        simple.moment(node, notes, place)
    else:
        simple.minutes(node, notes, place)


_TYPED: Final = _BOOLEAN | _WHOLE | _DECIMAL | _MOMENT | _DURATION


def leave(node: Node, notes: Notes, place: str) -> None:
    """Check a field that is not taken, and note it as left out where it says anything."""
    where = f"{place}/{node.name}"
    check(node, notes, where)
    if not node.nodes and (node.text in _NOTHING or node.text == _USUAL.get(node.name)):
        return
    if node.name in _PERSONAL:
        notes.loss(node.line, where, Left.PERSONAL)
    elif node.name in _ITS_OWN or (place == "Project" and node.name not in _ABOUT):
        notes.loss(node.line, where, Left.CALCULATED)
    else:
        notes.loss(node.line, where)


def split(node: Node, taken: frozenset[str], notes: Notes, place: str, several: frozenset[str]) -> dict[str, Node]:
    """Return the fields to take, checked, and leave the others; a field that stands twice is a fault."""
    found: dict[str, Node] = {}
    for one in node.nodes:
        if one.name not in taken:
            leave(one, notes, place)
        elif one.name not in several:
            if one.name in found:
                notes.fault(one.line, f"{place}/{one.name}", Why.TWICE)
            check(one, notes, f"{place}/{one.name}")
            found[one.name] = one
    return found
