"""Invented plans and indicators for the tests of formats."""

from datetime import date, time
from decimal import Decimal

from comity.plan.exchange import (
    Assignment,
    Baseline,
    Calendar,
    Constraint,
    ExceptionDays,
    Figure,
    Indicator,
    IndicatorBaseline,
    Link,
    LinkKind,
    Measure,
    Period,
    Project,
    Resource,
    Result,
    ResultKind,
    Results,
    Said,
    Task,
)

HOURS = ((time(8), time(12)), (time(13), time(17)))
DOHA = Calendar(
    "doha",
    "Doha",
    (*[HOURS] * 4, (), (), HOURS),
    (ExceptionDays(date(2027, 12, 18), date(2027, 12, 18), "National Day"),),
)


def a_plan() -> Project:
    return Project(
        "Action plan 2027 - خطة العمل",
        (
            Task("A", "Secure communication", summary=True, start=date(2027, 1, 4), finish=date(2027, 6, 30)),
            Task(
                "A1",
                "Set up the line between both operation centres",
                level=2,
                start=date(2027, 1, 4),
                finish=date(2027, 3, 31),
                minutes=480 * 60,
                percent=40,
                notes="First the wiring,\nthen the exercise.",
                deadline=date(2027, 4, 15),
                baselines=(Baseline(0, date(2027, 1, 4), date(2027, 2, 28)), Baseline(1, None, date(2027, 3, 15))),
                assignments=(Assignment("r1"), Assignment("r2", Decimal("0.5"))),
                extra=(("state", "in-progress"), ("clause", "art-4")),
            ),
            Task(
                "A2",
                "=Test the line",
                level=2,
                start=date(2027, 4, 5),
                finish=date(2027, 6, 30),
                actual_start=date(2027, 4, 6),
                links=(Link("A1", LinkKind.FINISH_START, 960), Link("A1", LinkKind.START_START, -120, True)),
                calendar="doha",
            ),
            Task(
                "A3",
                "Line in service",
                level=2,
                start=date(2027, 6, 30),
                finish=date(2027, 6, 30),
                milestone=True,
                minutes=0,
                links=(Link("A2", LinkKind.FINISH_FINISH),),
                constraint=Constraint.FINISH_UNTIL,
                constraint_on=date(2027, 7, 1),
            ),
        ),
        date(2027, 1, 4),
        date(2028, 12, 31),
        (Resource("r1", "DE/BKA"), Resource("r2", "QA/MOI", group="QA")),
        (DOHA,),
        "doha",
    )


def some_results() -> Results:
    title = Said((("en", "Urgent requests answered in time"), ("ar", "الطلبات العاجلة المجاب عنها في الموعد")))
    quarter = Period(
        date(2027, 1, 1), date(2027, 3, 31), (Figure("80"),), (Figure("76.5", Said((("en", "two late"),))),)
    )
    counted = Indicator(
        "share-in-time",
        title,
        Said((("en", "Share of urgent requests"),)),
        Measure.PERCENTAGE,
        True,
        (IndicatorBaseline(2026, Figure("61"), date(2026, 12, 31)),),
        (quarter, Period(date(2027, 4, 1), date(2027, 6, 30), (Figure("85"),))),
        "answered-in-time",
    )
    told = Indicator("trust", Said((("en", "Trust"),)), measure=Measure.QUALITATIVE, rising=True)
    return Results(
        "XM-DAC-EXAMPLE-plan",
        Said((("en", "Action plan"), ("de", "Aktionsplan"))),
        (Result(Said((("en", "Faster answers"),)), (counted, told), ResultKind.OUTCOME),),
        "XM-DAC-EXAMPLE",
        Said((("en", "What both sides agreed"),)),
        date(2027, 1, 1),
        date(2028, 12, 31),
    )
