"""Say what the indicators of one area hold: what is counted, where it began, what is aimed at, and what came of it.

An indicator with a ``measure`` of the catalogue is computed from the journals on both nodes and takes no figure from
anybody.  For any other, each side writes its own figures, with where they come from, as its technical updates.
"""

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from types import MappingProxyType
from typing import Annotated, Final

import msgspec
from msgspec import Meta

from comity.concurrence.documents import DocumentKind
from comity.plan.kinds import parts
from comity.plan.kinds.parts import label
from comity.plan.kinds.plan import MAX_PARTS, Text
from comity.protocol.canonical import Strict
from comity.protocol.names import AuthorityName, Party, Slug

Number = Annotated[str, Meta(pattern=r"^-?(0|[1-9][0-9]{0,11})(\.[0-9]{1,6})?$(?!\n)")]
"""A decimal number as text: floating numbers would not be the same on two machines."""
MAX_PERIODS: Final = 40


class Period(Strict):
    """Be a period, its last day included."""

    first: date
    last: date

    def __post_init__(self) -> None:
        """Raise `ValueError` where it ends before it begins."""
        if self.last < self.first:
            raise ValueError("a period ends before it begins")


class Actual(Strict):
    """Hold a figure that a side wrote by hand: by which authority, on what day, and where it comes from."""

    value: Number
    by: AuthorityName
    on: date
    evidence: Text


class Indicator(Strict):
    """Describe an indicator; ``rising`` says that more is better, targets and figures stand under keys of periods."""

    title: Text
    unit: Text
    rising: bool
    measure: Slug | None = None
    baseline: Number | None = None
    baseline_on: date | None = None
    verified_by: Text | None = None
    targets: Annotated[Mapping[Slug, Number], Meta(max_length=MAX_PERIODS)] = msgspec.field(default_factory=dict)
    actuals: Annotated[Mapping[Party, Mapping[Slug, Actual]], Meta(max_length=8)] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise `ValueError` where a computed indicator has figures by hand."""
        if self.measure and any(self.actuals.values()):
            raise ValueError("a computed indicator takes no figures by hand")


class AreaIndicators(Strict):
    """Hold the indicators of one area and the periods for which they have targets."""

    area: Slug
    periods: Annotated[Mapping[Slug, Period], Meta(min_length=1, max_length=MAX_PERIODS)]
    indicators: Annotated[Mapping[Slug, Indicator], Meta(max_length=MAX_PARTS)] = msgspec.field(default_factory=dict)

    def __post_init__(self) -> None:
        """Raise `ValueError` for figures of periods that are not there."""
        for one in self.indicators.values():
            named = {*one.targets, *(period for held in one.actuals.values() for period in held)}
            if not named <= self.periods.keys():
                raise ValueError("a figure belongs to a period that is not there")


def number(text: str | None) -> Decimal | None:
    """Return a figure as a number."""
    return None if text is None else Decimal(text)


INDICATORS: Final = DocumentKind(
    name="plan-indicators",
    body=AreaIndicators,
    title=label("Indicators of an area", "Indikatoren eines Bereichs", "مؤشرات مجال"),
    technical=("/indicators/*/actuals/@",),
    labels=MappingProxyType(
        {
            "/area": label("Area", "Bereich", "المجال"),
            "/periods": label("Periods", "Zeiträume", "الفترات"),
            "/periods/*/first": label("First day", "Erster Tag", "اليوم الأول"),
            "/periods/*/last": label("Last day", "Letzter Tag", "اليوم الأخير"),
            "/indicators": label("Indicators", "Indikatoren", "المؤشرات"),
            "/indicators/*/title": parts.TITLE,
            "/indicators/*/unit": label("Unit", "Einheit", "الوحدة"),
            "/indicators/*/rising": label("More is better", "Mehr ist besser", "الأكثر أفضل"),
            "/indicators/*/measure": label("Computed by", "Berechnet durch", "يُحسب بواسطة"),
            "/indicators/*/baseline": label("Baseline", "Ausgangswert", "خط الأساس"),
            "/indicators/*/baseline_on": label("Day of the baseline", "Tag des Ausgangswerts", "يوم خط الأساس"),
            "/indicators/*/verified_by": label("Verified by", "Nachgewiesen durch", "وسيلة التحقق"),
            "/indicators/*/targets": label("Targets", "Zielwerte", "المستهدفات"),
            "/indicators/*/actuals": label("Figures", "Istwerte", "القيم الفعلية"),
            "/indicators/*/actuals/*/*/value": label("Figure", "Wert", "القيمة"),
            "/indicators/*/actuals/*/*/by": parts.AUTHORITY,
            "/indicators/*/actuals/*/*/on": parts.DAY,
            "/indicators/*/actuals/*/*/evidence": label("Evidence", "Nachweis", "الإثبات"),
        }
    ),
)
