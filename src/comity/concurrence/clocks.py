"""Run the clocks of an agreement: when they end, how much is left, when to remind; the same on every node.

As in ``spec/clocks.md``.  A clock starts at the receipt, pauses while a clarification is open, and grows by extensions
that both sides agreed to.  All of these times stand in journals that every node of the agreement holds, so that every
node comes to the same end.  Values only: whoever asks says what time it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from typing import Final

from comity.concurrence.calendars import WorkCalendar, advance, counted
from comity.protocol.agreement.model import Calendar, Clock, OnExpiry
from comity.protocol.agreement.terms import Terms
from comity.protocol.names import UnixMs

HOUR_MS: Final = 3_600_000
REMIND_AT: Final = (Fraction(1, 2), Fraction(1, 4), Fraction(1, 10), Fraction(0))
"""Shares of the time that are left when people are reminded: half, a quarter, a tenth, nothing."""


class ClockState(StrEnum):
    """Say how a clock stands; ``stopped``: what it waited for was done in time."""

    RUNNING = "running"
    PAUSED = "paused"
    STOPPED = "stopped"
    EXPIRED = "expired"


@dataclass(frozen=True, slots=True)
class Term:
    """Say how long a clock of a clause runs between two parties, in counted milliseconds, and what its end means."""

    length_ms: int
    calendars: tuple[WorkCalendar, ...]
    on_expiry: OnExpiry

    @classmethod
    def of(cls, terms: Terms, clock: Clock, sender: str, receiver: str) -> "Term":
        """Return what ``clock`` means for a record of party ``sender`` to party ``receiver``."""
        named = {
            Calendar.ALL: (),
            Calendar.RECEIVER: (receiver,),
            Calendar.SENDER: (sender,),
            Calendar.BOTH: (sender, receiver),
        }[clock.working_days_of]
        parties = [terms.parties[name] for name in dict.fromkeys(named) if name in terms.parties]
        calendars = tuple(WorkCalendar.of(one) for one in parties)
        return cls(duration_ms(clock.duration), calendars, clock.on_expiry)

    def end(self, started: UnixMs) -> UnixMs | None:
        """Return when a clock that nothing pauses or extends ends; None if the parties never work on one day."""
        return advance(started, self.length_ms, self.calendars)


@dataclass(frozen=True, slots=True)
class Pause:
    """Stop a clock from ``start``, when a clarification was received, to ``end``, when its answer was; None: open."""

    start: UnixMs
    end: UnixMs | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """Lengthen a clock by counted time; ``agreed`` is when the consent to the request for it was received."""

    agreed: UnixMs
    length_ms: int


@dataclass(frozen=True, slots=True)
class RunningClock:
    """Hold a clock that has started, and what happened to it: enough to say everything about it at any time."""

    term: Term
    started: UnixMs
    pauses: tuple[Pause, ...] = ()
    extensions: tuple[Extension, ...] = ()
    done: UnixMs | None = None

    @property
    def due(self) -> UnixMs | None:
        """Return when the clock ends; None while it is paused without an end, or if it never ends."""
        return self._reach(self._total())

    def left(self, now: UnixMs) -> int:
        """Return the counted milliseconds left at ``now``; 0 when the clock has expired, whatever day it is."""
        until = now if self.done is None else min(now, self.done)
        return max(0, self._total() - self._used(until))

    def state(self, now: UnixMs) -> ClockState:
        """Return how the clock stands at ``now``; what is done exactly at the end is done in time."""
        due = self.due
        if self.done is not None and self.done <= now and (due is None or self.done <= due):
            return ClockState.STOPPED
        if due is not None and now > due:
            return ClockState.EXPIRED
        if any(one.start <= now and (one.end is None or now < one.end) for one in self._pauses()):
            return ClockState.PAUSED
        return ClockState.RUNNING

    def reminders(self, shares: Sequence[Fraction] = REMIND_AT) -> tuple[UnixMs, ...]:
        """Return when only these shares of the whole time are left, in order of time."""
        total = self._total()
        times = (self._reach(total - int(total * share)) for share in shares)
        return tuple(sorted({one for one in times if one is not None}))

    def next_reminder(self, now: UnixMs, shares: Sequence[Fraction] = REMIND_AT) -> UnixMs | None:
        """Return the first time to remind after ``now``; None when there is no more."""
        if self.done is not None and self.done <= now:
            return None
        return next((one for one in self.reminders(shares) if one > now), None)

    def _total(self) -> int:
        """Return the counted time allowed.  An extension agreed after the end came too late and adds nothing."""
        total = self.term.length_ms
        for one in sorted(self.extensions, key=lambda each: (each.agreed, each.length_ms)):
            due = self._reach(total)
            if due is None or one.agreed <= due:
                total += one.length_ms
        return total

    def _pauses(self) -> list[Pause]:
        """Return the pauses in order, without overlaps, none before the start."""
        merged: list[Pause] = []
        for one in sorted(self.pauses, key=lambda each: (each.start, each.end is None, each.end or 0)):
            start = UnixMs(max(one.start, self.started))
            if one.end is not None and one.end <= start:
                continue
            last = merged[-1] if merged else None
            if last is None or (last.end is not None and last.end < start):
                merged.append(Pause(start, one.end))
            elif last.end is not None:
                merged[-1] = Pause(last.start, None if one.end is None else UnixMs(max(last.end, one.end)))
        return merged

    def _stretches(self) -> list[tuple[UnixMs, UnixMs | None]]:
        """Return the times between the pauses; the last one is open unless a pause is."""
        result: list[tuple[UnixMs, UnixMs | None]] = []
        at = self.started
        for pause in self._pauses():
            result.append((at, pause.start))
            if pause.end is None:
                return result
            at = pause.end
        return [*result, (at, None)]

    def _reach(self, length_ms: int) -> UnixMs | None:
        """Return when ``length_ms`` of counted time are used up."""
        left = length_ms
        for start, end in self._stretches():
            reached = advance(start, left, self.term.calendars)
            if reached is not None and (end is None or reached <= end):
                return reached
            if end is not None:
                left -= counted(start, end, self.term.calendars)
        return None

    def _used(self, until: UnixMs) -> int:
        calendars = self.term.calendars
        return sum(
            counted(start, until if end is None else UnixMs(min(end, until)), calendars)
            for start, end in self._stretches()
        )


def duration_ms(text: str) -> int:
    """Return a duration of an agreement (``PT8H``, ``P3D``) in counted milliseconds; a day is 24 hours of them."""
    if text.startswith("PT"):
        return int(text[2:-1]) * HOUR_MS
    return int(text[1:-1]) * 24 * HOUR_MS
