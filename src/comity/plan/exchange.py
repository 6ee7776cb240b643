"""Say what a plan is to other programs: tasks, links, baselines, calendars, resources and indicators.

Every format is read into these values and written from them; what of them becomes part of a plan is decided by
`comity.plan.services`, never by a format.  Dates are days; durations and lags are minutes of working time.
"""

from dataclasses import dataclass, field
from datetime import date, time
from decimal import Decimal
from enum import StrEnum
from typing import Final

LANGUAGES: Final = ("en", "de", "ar")


@dataclass(frozen=True, slots=True)
class Said:
    """Hold a text by language, in the order in which it was given."""

    texts: tuple[tuple[str, str], ...] = ()

    def in_(self, language: str) -> str:
        """Return the text in a language, else the first there is, else nothing."""
        known = dict(self.texts)
        return known.get(language) or next(iter(known.values()), "")


class LinkKind(StrEnum):
    """Say which end of a task waits for which end of the one before it."""

    FINISH_START = "FS"
    START_START = "SS"
    FINISH_FINISH = "FF"
    START_FINISH = "SF"


@dataclass(frozen=True, slots=True)
class Link:
    """Say that a task waits for another; ``lag`` in minutes of working time, of elapsed time where ``elapsed``."""

    before: str
    kind: LinkKind = LinkKind.FINISH_START
    lag: int = 0
    elapsed: bool = False


@dataclass(frozen=True, slots=True)
class Baseline:
    """Hold what was planned when a version was adopted; ``number`` 0 to 10."""

    number: int
    start: date | None = None
    finish: date | None = None


class Constraint(StrEnum):
    """Bind a task to a date, apart from its links."""

    AS_SOON = "as-soon-as-possible"
    AS_LATE = "as-late-as-possible"
    START_ON = "must-start-on"
    FINISH_ON = "must-finish-on"
    START_FROM = "start-no-earlier-than"
    START_UNTIL = "start-no-later-than"
    FINISH_FROM = "finish-no-earlier-than"
    FINISH_UNTIL = "finish-no-later-than"


@dataclass(frozen=True, slots=True)
class Assignment:
    """Say who works on a task; ``share`` of their time, 1 being all."""

    resource: str
    share: Decimal = Decimal(1)


@dataclass(frozen=True, slots=True)
class Task:
    """Hold an action, a milestone, or a group of them; ``level`` counts from 1, in the order of the plan.

    ``extra`` holds what only Comity knows (state, clause, lead ...), by name; ``titles`` the name in each language of
    the plan, where it has several.
    """

    key: str
    name: str
    level: int = 1
    start: date | None = None
    finish: date | None = None
    minutes: int | None = None
    milestone: bool = False
    summary: bool = False
    percent: int = 0
    notes: str = ""
    deadline: date | None = None
    constraint: Constraint = Constraint.AS_SOON
    constraint_on: date | None = None
    actual_start: date | None = None
    actual_finish: date | None = None
    calendar: str | None = None
    links: tuple[Link, ...] = ()
    baselines: tuple[Baseline, ...] = ()
    assignments: tuple[Assignment, ...] = ()
    extra: tuple[tuple[str, str], ...] = ()
    titles: Said = field(default_factory=Said)


class ResourceKind(StrEnum):
    """Say what a resource is."""

    WORK = "work"
    MATERIAL = "material"
    COST = "cost"


@dataclass(frozen=True, slots=True)
class Resource:
    """Hold a unit, an authority or a thing that works on tasks; never a person's address."""

    key: str
    name: str
    kind: ResourceKind = ResourceKind.WORK
    group: str = ""


Hours = tuple[tuple[time, time], ...]


@dataclass(frozen=True, slots=True)
class ExceptionDays:
    """Hold days that differ from the week: holidays, or days on which work is done all the same."""

    first: date
    last: date
    name: str = ""
    hours: Hours = ()


@dataclass(frozen=True, slots=True)
class Calendar:
    """Hold a working week (Monday first; no hours means no work, ``None`` what the base calendar says)."""

    key: str
    name: str
    week: tuple[Hours | None, ...] = (None,) * 7
    exceptions: tuple[ExceptionDays, ...] = ()
    base: str | None = None


@dataclass(frozen=True, slots=True)
class Project:
    """Hold a whole plan as other programs see it."""

    title: str
    tasks: tuple[Task, ...]
    start: date | None = None
    finish: date | None = None
    resources: tuple[Resource, ...] = ()
    calendars: tuple[Calendar, ...] = ()
    calendar: str | None = None
    minutes_per_day: int = 480


class Measure(StrEnum):
    """Say how an indicator counts (IATI codelist IndicatorMeasure, 2.03)."""

    UNIT = "1"
    PERCENTAGE = "2"
    NOMINAL = "3"
    ORDINAL = "4"
    QUALITATIVE = "5"


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold a value as it was written, with a remark; ``party`` says whose, where it is one side's."""

    value: str
    comment: Said = field(default_factory=Said)
    party: str = ""


@dataclass(frozen=True, slots=True)
class IndicatorBaseline:
    """Hold where an indicator began."""

    year: int
    figure: Figure
    on: date | None = None


@dataclass(frozen=True, slots=True)
class Period:
    """Hold targets and actuals of a period, its last day included."""

    first: date
    last: date
    targets: tuple[Figure, ...] = ()
    actuals: tuple[Figure, ...] = ()


@dataclass(frozen=True, slots=True)
class Indicator:
    """Hold an indicator; ``rising`` says that more is better, ``computed`` names the measure that computes it."""

    key: str
    title: Said
    description: Said = field(default_factory=Said)
    measure: Measure = Measure.UNIT
    rising: bool = True
    baselines: tuple[IndicatorBaseline, ...] = ()
    periods: tuple[Period, ...] = ()
    computed: str = ""


class ResultKind(StrEnum):
    """Say what a result is (IATI codelist ResultType, 2.03)."""

    OUTPUT = "1"
    OUTCOME = "2"
    IMPACT = "3"
    OTHER = "9"


@dataclass(frozen=True, slots=True)
class Result:
    """Hold an objective and the indicators by which it is judged."""

    title: Said
    indicators: tuple[Indicator, ...]
    kind: ResultKind = ResultKind.OUTPUT
    description: Said = field(default_factory=Said)


@dataclass(frozen=True, slots=True)
class Results:
    """Hold the indicators of one activity; ``identifier`` and ``organisation`` name it among IATI's publishers."""

    identifier: str
    title: Said
    results: tuple[Result, ...]
    organisation: str = ""
    description: Said = field(default_factory=Said)
    start: date | None = None
    finish: date | None = None
