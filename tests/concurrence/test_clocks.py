"""Clocks end where a lawyer with two calendars on the desk would say; the times were worked out by hand."""

from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.concurrence.calendars import WorkCalendar, advance, counted
from comity.concurrence.clocks import HOUR_MS, ClockState, Extension, Pause, RunningClock, Term, duration_ms
from comity.node.example import sample
from comity.protocol.agreement.model import Calendar, Clock, OnExpiry
from comity.protocol.agreement.reader import write_agreement
from comity.protocol.agreement.terms import compile_terms
from comity.protocol.names import UnixMs, instant, parse_instant

DOHA = WorkCalendar("Asia/Qatar", frozenset({7, 1, 2, 3, 4}), frozenset({"2026-12-18"}))
BERLIN = WorkCalendar("Europe/Berlin", frozenset({1, 2, 3, 4, 5}), frozenset({"2026-12-25", "2026-12-26"}))
EVERY_DAY = WorkCalendar("Europe/Berlin", frozenset(range(1, 8)), frozenset())
HALF_PAST = WorkCalendar("Asia/Kolkata", frozenset({1, 2, 3, 4, 5}), frozenset())


def at(text: str) -> UnixMs:
    """Return a minute, written as ``2026-11-26 12:00``, UTC."""
    return parse_instant(text.replace(" ", "T") + ":00.000Z")


def term(duration: str, *calendars: WorkCalendar) -> Term:
    return Term(duration_ms(duration), calendars, OnExpiry.ESCALATE)


@pytest.mark.parametrize(
    ("why", "duration", "calendars", "started", "due"),
    [
        ("hours of all days", "PT8H", (), "2026-11-24 20:00", "2026-11-25 04:00"),
        ("days of all days are 24 hours each", "P7D", (), "2026-11-24 03:09", "2026-12-01 03:09"),
        ("all days do not care for daylight saving", "P1D", (), "2027-03-27 12:00", "2027-03-28 12:00"),
        # Thursday 15:00 in Doha; 9 hours are left of Thursday, then Friday and Saturday, then 15 hours of Sunday.
        ("a weekend of Friday and Saturday", "P1D", (DOHA,), "2026-11-26 12:00", "2026-11-29 12:00"),
        # Friday 15:00 in Berlin; the day goes on on Monday.
        ("a weekend of Saturday and Sunday", "P1D", (BERLIN,), "2026-11-27 14:00", "2026-11-30 14:00"),
        # Both work from Monday 00:00 in Berlin (Sunday 23:00 UTC) to Thursday 24:00 in Doha (Thursday 21:00 UTC).
        ("days on which both work", "P1D", (DOHA, BERLIN), "2026-11-26 12:00", "2026-11-30 14:00"),
        ("four days on which both work", "P4D", (DOHA, BERLIN), "2026-11-30 12:00", "2026-12-07 14:00"),
        # Wednesday 10:00 in Berlin; 14 + 24 hours lead to Christmas, the last 10 are those of Monday.
        ("a deadline that would fall into a holiday", "P2D", (BERLIN,), "2026-12-23 09:00", "2026-12-28 09:00"),
        ("a holiday inside the time", "P3D", (BERLIN,), "2026-12-23 09:00", "2026-12-29 09:00"),
        # Friday is a holiday in Doha and is free anyway.
        ("a holiday on a free day changes nothing", "P1D", (DOHA,), "2026-12-17 12:00", "2026-12-20 12:00"),
        # What is received on a free day begins with the next working day: Sunday 00:00 in Doha.
        ("received on a free day", "PT8H", (DOHA,), "2026-11-27 09:00", "2026-11-29 05:00"),
        ("a time that ends with the day ends there", "PT9H", (DOHA,), "2026-11-26 12:00", "2026-11-26 21:00"),
        # Friday 14:00 before clocks go forward to Tuesday 14:00 after: 10 + 24 + 14 hours that count.
        ("daylight saving begins on a free Sunday", "P2D", (BERLIN,), "2027-03-26 13:00", "2027-03-30 12:00"),
        # Saturday 12:00 to Sunday 13:00 in Berlin: the Sunday on which clocks go forward has 23 hours.
        ("daylight saving begins on a day that counts", "P1D", (EVERY_DAY,), "2027-03-27 11:00", "2027-03-28 11:00"),
        ("daylight saving ends on a free Sunday", "P1D", (BERLIN,), "2026-10-23 13:00", "2026-10-26 14:00"),
        ("a zone of half an hour", "PT1H", (HALF_PAST,), "2026-11-29 12:00", "2026-11-29 19:30"),
    ],
)
def test_clock_ends_when_the_time_that_counts_is_used_up(
    why: str, duration: str, calendars: tuple[WorkCalendar, ...], started: str, due: str
) -> None:
    clock = RunningClock(term(duration, *calendars), at(started))
    assert clock.due is not None
    assert instant(clock.due) == instant(at(due)), why
    assert clock.left(clock.due) == 0
    assert clock.left(at(started)) == duration_ms(duration)


def test_clock_of_the_shipped_agreement_counts_the_days_that_its_clause_names() -> None:
    terms = compile_terms(write_agreement(sample()))
    clock = terms.clauses["10(1)"].clock("concurrence.proposal/1", "minutes")
    assert clock is not None
    both = Term.of(terms, clock, "QA", "DE")
    assert (both.length_ms, len(both.calendars), both.on_expiry) == (240 * HOUR_MS, 2, OnExpiry.DEEMED_AGREED)
    # From Monday 12:00 UTC, four common days a week lead two and a half weeks on.
    assert instant(both.end(at("2026-11-02 12:00")) or UnixMs(0)) == "2026-11-18T16:00:00.000Z"


@pytest.mark.parametrize(
    ("calendar", "zones"),
    [
        (Calendar.ALL, []),
        (Calendar.RECEIVER, ["Europe/Berlin"]),
        (Calendar.SENDER, ["Asia/Qatar"]),
        (Calendar.BOTH, ["Asia/Qatar", "Europe/Berlin"]),
    ],
)
def test_term_takes_the_calendars_that_the_clause_names(calendar: Calendar, zones: list[str]) -> None:
    terms = compile_terms(write_agreement(sample()))
    clock = Clock(urgency="x", title={"en": "x"}, duration="P1D", on_expiry=OnExpiry.LAPSE, working_days_of=calendar)
    assert [one.zone for one in Term.of(terms, clock, "QA", "DE").calendars] == zones


def test_parties_that_never_work_on_one_day_have_a_clock_that_never_ends() -> None:
    fridays = WorkCalendar("Asia/Qatar", frozenset({5}), frozenset())
    mondays = WorkCalendar("Europe/Berlin", frozenset({1}), frozenset())
    clock = RunningClock(term("PT1H", fridays, mondays), at("2026-11-24 03:00"))
    assert clock.due is None
    assert clock.reminders() == ()
    assert clock.state(at("2036-11-24 03:00")) is ClockState.RUNNING


def test_pause_moves_the_end_by_its_own_length_and_the_time_left_stands_still() -> None:
    clock = RunningClock(
        term("PT8H"), at("2026-11-24 08:00"), pauses=(Pause(at("2026-11-24 10:00"), at("2026-11-24 13:00")),)
    )
    assert clock.due == at("2026-11-24 19:00")
    assert clock.left(at("2026-11-24 11:00")) == clock.left(at("2026-11-24 12:59")) == 6 * HOUR_MS
    assert clock.state(at("2026-11-24 11:00")) is ClockState.PAUSED
    assert clock.state(at("2026-11-24 13:00")) is ClockState.RUNNING


def test_pause_over_a_weekend_costs_nobody_anything() -> None:
    paused = RunningClock(
        term("P1D", DOHA), at("2026-11-26 12:00"), pauses=(Pause(at("2026-11-26 21:00"), at("2026-11-28 21:00")),)
    )
    assert paused.due == at("2026-11-29 12:00")


def test_open_pause_has_no_end_and_overlapping_pauses_count_once() -> None:
    start = at("2026-11-24 08:00")
    still = RunningClock(term("PT8H"), start, pauses=(Pause(at("2026-11-24 10:00")),))
    assert still.due is None
    assert still.left(at("2026-12-24 10:00")) == 6 * HOUR_MS
    two = (Pause(at("2026-11-24 11:00"), at("2026-11-24 14:00")), Pause(at("2026-11-24 10:00"), at("2026-11-24 12:00")))
    assert RunningClock(term("PT8H"), start, pauses=two).due == at("2026-11-24 20:00")


def test_pause_after_the_end_changes_nothing() -> None:
    clock = RunningClock(term("PT8H"), at("2026-11-24 08:00"), pauses=(Pause(at("2026-11-24 17:00")),))
    assert clock.due == at("2026-11-24 16:00")
    assert clock.state(at("2026-11-24 18:00")) is ClockState.EXPIRED


def test_extension_counts_if_it_was_agreed_before_the_end() -> None:
    start = at("2026-11-24 08:00")
    in_time = RunningClock(term("PT8H"), start, extensions=(Extension(at("2026-11-24 16:00"), 4 * HOUR_MS),))
    assert in_time.due == at("2026-11-24 20:00")
    late = RunningClock(term("PT8H"), start, extensions=(Extension(at("2026-11-24 16:01"), 4 * HOUR_MS),))
    assert late.due == at("2026-11-24 16:00")
    chain = (Extension(at("2026-11-24 19:00"), HOUR_MS), Extension(at("2026-11-24 15:00"), 4 * HOUR_MS))
    assert RunningClock(term("PT8H"), start, extensions=chain).due == at("2026-11-24 21:00")


def test_what_is_done_at_the_end_is_done_in_time_and_a_moment_later_is_not() -> None:
    start, due = at("2026-11-24 08:00"), at("2026-11-24 16:00")
    now = at("2026-11-25 08:00")
    assert RunningClock(term("PT8H"), start, done=due).state(now) is ClockState.STOPPED
    assert RunningClock(term("PT8H"), start, done=UnixMs(due + 1)).state(now) is ClockState.EXPIRED
    assert RunningClock(term("PT8H"), start, done=at("2026-11-24 10:00")).left(now) == 6 * HOUR_MS


def test_reminders_come_at_half_a_quarter_a_tenth_and_the_end() -> None:
    clock = RunningClock(term("PT8H"), at("2026-11-24 08:00"))
    assert [instant(one)[11:16] for one in clock.reminders()] == ["12:00", "14:00", "15:12", "16:00"]
    assert clock.next_reminder(at("2026-11-24 12:00")) == at("2026-11-24 14:00")
    assert clock.next_reminder(at("2026-11-24 16:00")) is None
    assert (
        RunningClock(term("PT8H"), at("2026-11-24 08:00"), done=at("2026-11-24 09:00")).next_reminder(
            at("2026-11-24 10:00")
        )
        is None
    )
    assert clock.reminders((Fraction(3, 4),)) == (at("2026-11-24 10:00"),)


ANY = st.integers(at("2026-01-01 00:00"), at("2029-01-01 00:00"))
SETS = st.sampled_from([(), (DOHA,), (BERLIN,), (DOHA, BERLIN), (EVERY_DAY, HALF_PAST)])


@settings(max_examples=150, deadline=None)
@given(start=ANY, length=st.integers(1, 400 * HOUR_MS), calendars=SETS)
def test_counting_back_gives_what_was_counted_forward(
    start: int, length: int, calendars: tuple[WorkCalendar, ...]
) -> None:
    end = advance(UnixMs(start), length, calendars)
    assert end is not None
    assert counted(UnixMs(start), end, calendars) == length
    assert counted(UnixMs(start), UnixMs(end - 1), calendars) == length - 1


@settings(max_examples=100, deadline=None)
@given(start=ANY, hours=st.integers(1, 200), waits=st.lists(st.integers(0, 300 * HOUR_MS), max_size=6), calendars=SETS)
def test_time_left_and_end_always_agree(
    start: int, hours: int, waits: list[int], calendars: tuple[WorkCalendar, ...]
) -> None:
    times = [start + sum(waits[: at + 1]) for at in range(len(waits))]
    pauses = tuple(Pause(UnixMs(one), UnixMs(other)) for one, other in zip(times[::2], times[1::2], strict=False))
    clock = RunningClock(term(f"PT{hours}H", *calendars), UnixMs(start), pauses)
    assert clock.due is not None
    assert clock.left(clock.due) == 0
    assert clock.left(UnixMs(clock.due - 1)) in (0, 1)
    assert clock.state(UnixMs(clock.due + 1)) is ClockState.EXPIRED
