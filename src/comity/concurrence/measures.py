"""Name the figures that both nodes compute from their journals: a small catalogue, each with its definition in words.

Areas bring their measures when the application starts.  A measure may use nothing but what stands in journals that
every node of the agreement holds, and no clock: the same journals, the same figure, to the last digit.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Final

from django.utils.functional import Promise

from comity.channel.models import Channel
from comity.channel.runtime import LocalNode

HUNDREDTH: Final = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Window:
    """Say what is counted: days in UTC, both included; one area, one party that was asked, or all where empty."""

    first: date
    last: date
    area: str = ""
    party: str = ""

    @property
    def from_ms(self) -> int:
        """Return the first instant that counts."""
        return _ms(self.first)

    @property
    def until_ms(self) -> int:
        """Return the first instant behind it."""
        return _ms(self.last + timedelta(days=1))


def _ms(day: date) -> int:
    return int(datetime.combine(day, time(), UTC).timestamp()) * 1000


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold a figure and the records that it was counted from: its proof.  No value: there was nothing to count."""

    value: Decimal | None
    records: tuple[str, ...]


Counting = Callable[[Window], Figure]


@dataclass(frozen=True, slots=True)
class Measure:
    """Describe a figure; ``open_at`` reads what it is counted from once, for many windows of one reality."""

    name: str
    title: Promise
    definition: Promise
    unit: Promise
    rising: bool
    open_at: Callable[[LocalNode, Channel, str], Counting]


_measures: dict[str, Measure] = {}


def register(measure: Measure) -> None:
    """Add a measure to the catalogue; called when the application starts."""
    _measures[measure.name] = measure


def catalogue() -> Mapping[str, Measure]:
    """Return all measures by name, in the order in which they were brought."""
    return dict(_measures)


def share(part: int, whole: int) -> Decimal | None:
    """Return a share in per cent with two places."""
    return None if not whole else (Decimal(100 * part) / whole).quantize(HUNDREDTH, ROUND_HALF_EVEN)


def median_hours(lengths_ms: Sequence[int]) -> Decimal | None:
    """Return the median of some lengths in hours with two places; of an even number the mean of the middle two."""
    if not lengths_ms:
        return None
    ordered = sorted(lengths_ms)
    middle = len(ordered) // 2
    twice = 2 * ordered[middle] if len(ordered) % 2 else ordered[middle - 1] + ordered[middle]
    return (Decimal(twice) / 7_200_000).quantize(HUNDREDTH, ROUND_HALF_EVEN)
