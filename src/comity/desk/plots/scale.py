"""Divide an axis so that its marks are round numbers, or days that people count from."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Final

_STEPS: Final = (1, 2, 5, 10)
_MONTHS: Final = (1, 3, 6, 12, 24, 60)


@dataclass(frozen=True, slots=True)
class Scale:
    """Map values from 0 to ``top`` onto ``length`` units; ``marks`` are the values to write beside it."""

    top: Fraction
    length: float
    marks: tuple[Fraction, ...]

    def at(self, value: Fraction) -> float:
        """Return how far from nought a value lies; never beyond the ends."""
        return float(min(max(value, Fraction(0)), self.top) / self.top) * self.length


def scale(highest: Fraction, length: float, wanted: int = 4) -> Scale:
    """Return a scale from 0 to the first round number that is not below ``highest``, in about ``wanted`` steps."""
    highest = max(highest, Fraction(0)) or Fraction(1)
    step = Fraction(10) ** _magnitude(highest / wanted)
    step *= next(one for one in _STEPS if step * one * wanted >= highest)
    count = -(-highest // step)
    return Scale(step * count, length, tuple(step * one for one in range(int(count) + 1)))


def _magnitude(value: Fraction) -> int:
    power = 0
    while Fraction(10) ** (power + 1) <= value:
        power += 1
    while Fraction(10) ** power > value:
        power -= 1
    return power


@dataclass(frozen=True, slots=True)
class Days:
    """Map days onto ``length`` units: ``first`` at nought, the end of ``last`` at the end."""

    first: date
    last: date
    length: float

    def at(self, day: date) -> float:
        """Return how far from the first day the beginning of a day lies; never beyond the ends."""
        whole = (self.last - self.first).days + 1
        return min(max((day - self.first).days, 0), whole) / whole * self.length

    def end(self, day: date) -> float:
        """Return how far from the first day the end of a day lies."""
        return self.at(day + timedelta(days=1))

    def months(self, least: float = 46) -> Iterator[date]:
        """Yield first days of months that lie at least ``least`` units apart, in whole quarters or years if need be."""
        days = (self.last - self.first).days + 1
        step = next((one for one in _MONTHS if one * 30.4 / days * self.length >= least), _MONTHS[-1])
        year, month = self.first.year, 1
        while (day := date(year, month, 1)) <= self.last:
            if day >= self.first:
                yield day
            years, months = divmod(month - 1 + step, 12)
            if year + years > date.max.year:
                return
            year, month = year + years, months + 1
