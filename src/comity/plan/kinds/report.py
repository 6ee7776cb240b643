"""Say what a progress report holds: the period, each side's account, and a rating of every area.

Ratings are proposed by a stated rule and may be set otherwise with a reason; a side that disagrees says so beside it.
The account of a side and its disputes are its own technical updates.  ``filed`` is set when both sides sign the end.
"""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from types import MappingProxyType
from typing import Annotated, Final

from msgspec import Meta

from comity.concurrence.documents import DocumentKind
from comity.plan.kinds import parts
from comity.plan.kinds.parts import label
from comity.plan.kinds.plan import Text
from comity.protocol.canonical import Strict
from comity.protocol.names import Party, Slug


class Light(StrEnum):
    """Rate how an area goes."""

    GREEN = "green"
    AMBER = "amber"
    RED = "red"


class Rating(Strict):
    """Rate an area: what the rule proposed, and what is stated; a reason where the two differ."""

    proposed: Light
    stated: Light
    reason: Text | None = None

    def __post_init__(self) -> None:
        """Raise `ValueError` for a rating that departs from the rule without a reason."""
        if self.stated != self.proposed and not self.reason:
            raise ValueError("a rating that departs from the rule needs a reason")


class Dispute(Strict):
    """Say how a side would rate an area instead, and why."""

    stated: Light
    reason: Text


class Report(Strict):
    """Hold the report of one period."""

    title: Text
    first: date
    last: date
    ratings: Annotated[Mapping[Slug, Rating], Meta(max_length=64)]
    accounts: Annotated[Mapping[Party, Text], Meta(max_length=8)]
    disputes: Annotated[Mapping[Party, Mapping[Slug, Dispute]], Meta(max_length=8)]
    filed: bool = False

    def __post_init__(self) -> None:
        """Raise `ValueError` where it ends before it begins, or disputes what it does not rate."""
        if self.last < self.first:
            raise ValueError("a report ends before it begins")
        if any(not held.keys() <= self.ratings.keys() for held in self.disputes.values()):
            raise ValueError("a dispute is about an area that is not rated")


def proposed(*, late: int, open_: int, missed: int) -> Light:
    """Return what the rule says of an area; the rule is shown beside every rating.

    Red: more than a quarter of the open actions are late, or more than half of the indicators miss their target.
    Amber: any action is late, or any indicator misses its target.  Green: neither.  ``missed`` is in per cent.
    """
    if late * 4 > open_ or missed > 50:
        return Light.RED
    return Light.AMBER if late or missed else Light.GREEN


REPORT: Final = DocumentKind(
    name="plan-report",
    body=Report,
    title=label("Progress report", "Fortschrittsbericht", "تقرير التقدم"),
    technical=("/accounts/@", "/disputes/@"),
    labels=MappingProxyType(
        {
            "/title": parts.TITLE,
            "/first": label("First day", "Erster Tag", "اليوم الأول"),
            "/last": label("Last day", "Letzter Tag", "اليوم الأخير"),
            "/ratings": label("Ratings", "Bewertungen", "التقييمات"),
            "/ratings/*/proposed": label("By the rule", "Nach der Regel", "بحسب القاعدة"),
            "/ratings/*/stated": label("Stated", "Festgestellt", "المقرَّر"),
            "/ratings/*/reason": label("Reason", "Grund", "السبب"),
            "/accounts": label("Accounts of the sides", "Darstellungen der Seiten", "روايتا الطرفين"),
            "/disputes": label("Disputes", "Einsprüche", "الاعتراضات"),
            "/disputes/*/*/stated": label("Rated instead", "Stattdessen", "التقييم البديل"),
            "/disputes/*/*/reason": label("Reason", "Grund", "السبب"),
            "/filed": label("Filed", "Abgeschlossen", "مودَع"),
        }
    ),
)
