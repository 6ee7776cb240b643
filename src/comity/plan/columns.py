"""Name the columns in which plans and indicators stand in sheets and tables, in every language of the screens.

A sheet has its heads in the officer's language; one that comes back is understood in any of the three, and by the plain
English names that programs write.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final, TypeVar

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import override

from comity.plan.exchange import LANGUAGES


class Column(StrEnum):
    """Name a column of the plan's sheet."""

    KEY = "key"
    LEVEL = "level"
    NAME = "name"
    START = "start"
    FINISH = "due"
    MILESTONE = "milestone"
    SUMMARY = "group"
    PERCENT = "percent"
    LINKS = "waits for"
    DEADLINE = "deadline"
    MINUTES = "minutes"
    ASSIGNED = "who"
    NOTES = "notes"


PLAN: Final[Mapping[Column, Promise]] = {
    Column.KEY: _("Key"),
    Column.LEVEL: _("Level"),
    Column.NAME: _("Action"),
    Column.START: _("Start"),
    Column.FINISH: _("Due"),
    Column.MILESTONE: _("Milestone"),
    Column.SUMMARY: _("Group"),
    Column.PERCENT: _("Done in per cent"),
    Column.LINKS: _("Waits for"),
    Column.DEADLINE: _("Deadline"),
    Column.MINUTES: _("Working minutes"),
    Column.ASSIGNED: _("Who"),
    Column.NOTES: _("Notes"),
}


class IndicatorColumn(StrEnum):
    """Name a column of the indicators' table."""

    RESULT = "result"
    RESULT_KIND = "result kind"
    KEY = "key"
    TITLE_EN = "title en"
    TITLE_DE = "title de"
    TITLE_AR = "title ar"
    MEASURE = "measure"
    RISING = "rising"
    COMPUTED = "computed by"
    BASELINE_YEAR = "baseline year"
    BASELINE = "baseline"
    FIRST = "period first day"
    LAST = "period last day"
    PARTY = "party"
    TARGET = "target"
    ACTUAL = "actual"
    COMMENT = "remark"


INDICATORS: Final[Mapping[IndicatorColumn, Promise]] = {
    IndicatorColumn.RESULT: _("Objective"),
    IndicatorColumn.RESULT_KIND: _("Kind of objective"),
    IndicatorColumn.KEY: _("Key"),
    IndicatorColumn.TITLE_EN: _("Title in English"),
    IndicatorColumn.TITLE_DE: _("Title in German"),
    IndicatorColumn.TITLE_AR: _("Title in Arabic"),
    IndicatorColumn.MEASURE: _("Measure"),
    IndicatorColumn.RISING: _("More is better"),
    IndicatorColumn.COMPUTED: _("Computed by"),
    IndicatorColumn.BASELINE_YEAR: _("Year of the baseline"),
    IndicatorColumn.BASELINE: _("Baseline"),
    IndicatorColumn.FIRST: _("First day"),
    IndicatorColumn.LAST: _("Last day"),
    IndicatorColumn.PARTY: _("Party"),
    IndicatorColumn.TARGET: _("Target"),
    IndicatorColumn.ACTUAL: _("Actual"),
    IndicatorColumn.COMMENT: _("Remark"),
}

_Column = TypeVar("_Column", bound=StrEnum)
YES: Final = _("yes")
NO: Final = _("no")


@dataclass(frozen=True, slots=True)
class Heads:
    """Know which column of a table holds what; ``extra`` are columns that only this plan has, by their name."""

    known: Mapping[str, int]
    extra: Mapping[str, int]


def understood(heads: Iterable[str], titles: Mapping[_Column, Promise]) -> Heads:
    """Return where each column stands, whatever language its head is in."""
    names: dict[str, str] = {str(column): str(column) for column in titles}
    for language in LANGUAGES:
        with override(language):
            names.update({str(title).casefold(): str(column) for column, title in titles.items()})
    known: dict[str, int] = {}
    extra: dict[str, int] = {}
    for index, head in enumerate(heads):
        plain = " ".join(head.split())
        if column := names.get(plain.casefold()):
            known.setdefault(column, index)
        elif plain:
            extra.setdefault(plain, index)
    return Heads(known, extra)


def yes_or_no(text: str) -> bool | None:
    """Return what a word for yes or no in any language means; nothing for any other word."""
    plain = text.strip().casefold()
    for language in LANGUAGES:
        with override(language):
            if plain == str(YES).casefold():
                return True
            if plain == str(NO).casefold():
                return False
    return {"1": True, "true": True, "x": True, "0": False, "false": False, "": False}.get(plain)
