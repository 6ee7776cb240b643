"""Calendar files of others come in without silent loss, or are refused with line and reason."""

import contextlib
from datetime import date, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from comity.plan.imports.ical import Imported, clock, in_zone, meetings
from comity.plan.imports.report import ImportRefusedError, Left, Why
from comity.plan.kinds.series import Frequency, Rule

HEAD = "BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:-//Example//EN\n"
BASE = "UID:1@example\nDTSTAMP:20270101T000000Z\n"
ZONE = """BEGIN:VTIMEZONE
TZID:Somewhere Standard Time
BEGIN:STANDARD
DTSTART:16010101T030000
TZOFFSETFROM:+0200
TZOFFSETTO:+0100
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10
END:STANDARD
BEGIN:DAYLIGHT
DTSTART:16010101T020000
TZOFFSETFROM:+0100
TZOFFSETTO:+0200
RRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3
END:DAYLIGHT
END:VTIMEZONE
"""


def file(*events: str, more: str = "") -> bytes:
    made = "".join(f"BEGIN:VEVENT\n{BASE}{one}END:VEVENT\n" for one in events)
    return f"{HEAD}{more}{made}END:VCALENDAR\n".encode()


def one(text: str, more: str = "") -> Imported:
    (found,) = meetings(file(text, more=more)).value
    return found


def faults(data: bytes) -> list[tuple[int, str, Why]]:
    with pytest.raises(ImportRefusedError) as refused:
        meetings(data)
    return [(fault.line, fault.place, fault.why) for fault in refused.value.faults]


def test_meeting_comes_in_with_its_time_place_and_length_and_the_rest_is_reported() -> None:
    text = (
        "DTSTART;TZID=Europe/Berlin:20270330T100000\r\nDTEND;TZID=Europe/Berlin:20270330T113000\r\n"
        "SUMMARY:Steering\\, second\r\n  part\r\nLOCATION:Room 5\\; Doha\r\n"
        'ATTENDEE;CN="A: B; C":mailto:x@example.com\r\n'
        "DESCRIPTION:Long\r\nX-OTHER;A=B:1\r\nBEGIN:VALARM\r\nACTION:DISPLAY\r\nEND:VALARM\r\n"
    )
    taken = meetings(file(text))
    (found,) = taken.value
    assert (found.title, found.place, found.minutes, found.zone) == (
        "Steering, second part", "Room 5; Doha", 90, "Europe/Berlin",
    )  # fmt: skip
    assert clock(in_zone(found, "Asia/Qatar")).isoformat() == "11:00:00"
    lost = {loss.place: loss.left for loss in taken.losses}
    assert lost["ATTENDEE"] is Left.PERSONAL
    assert lost["VTIMEZONE"] is Left.RULE
    assert {"DESCRIPTION", "X-OTHER", "VALARM", "DTSTAMP"} <= lost.keys()
    assert "x@example.com" not in " ".join(str(loss) for loss in taken.losses)


def test_zone_of_another_program_is_taken_by_the_rules_that_the_file_brings() -> None:
    summer, winter = (one(f"DTSTART;TZID=Somewhere Standard Time:2027{day}T100000\n", ZONE) for day in ("0701", "1201"))
    assert clock(in_zone(summer, "Asia/Qatar")).isoformat() == "11:00:00"
    assert clock(in_zone(winter, "Asia/Qatar")).isoformat() == "12:00:00"


@pytest.mark.parametrize(
    ("rule", "expected"),
    [
        ("FREQ=WEEKLY;COUNT=4", Rule(frequency=Frequency.WEEKLY, count=4)),
        ("FREQ=WEEKLY;INTERVAL=2;BYDAY=TU;UNTIL=20270430T080000Z", Rule(frequency=Frequency.WEEKLY, every=2, count=3)),
        ("FREQ=MONTHLY;COUNT=3", Rule(frequency=Frequency.MONTH_DAY, count=3)),
        ("FREQ=MONTHLY;BYDAY=-1TU;COUNT=3", Rule(frequency=Frequency.MONTH_WEEKDAY, count=3, last_weekday=True)),
        ("FREQ=MONTHLY;BYDAY=5TU;COUNT=3", Rule(frequency=Frequency.MONTH_WEEKDAY, count=3)),
    ],
)
def test_rule_that_a_series_holds_stays_a_rule(rule: str, expected: Rule) -> None:
    assert one(f"DTSTART;TZID=Europe/Berlin:20270330T100000\nRRULE:{rule}\n").rule == expected


def test_rule_that_a_series_cannot_hold_is_taken_as_its_days_and_said_so() -> None:
    taken = meetings(file("DTSTART:20270330T080000Z\nRRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4\n"))
    (found,) = taken.value
    assert found.rule is None
    assert found.also == (date(2027, 4, 1), date(2027, 4, 6), date(2027, 4, 8))
    assert ("RRULE", Left.SIMPLIFIED) in [(loss.place, loss.left) for loss in taken.losses]


def test_exceptions_leave_the_series_and_moved_meetings_stand_beside_it() -> None:
    taken = meetings(
        file(
            "DTSTART;TZID=Europe/Berlin:20270330T100000\nRRULE:FREQ=WEEKLY;COUNT=5\n"
            "EXDATE;TZID=Europe/Berlin:20270406T100000\nRDATE;TZID=Europe/Berlin:20270408T100000\n",
            "RECURRENCE-ID;TZID=Europe/Berlin:20270413T100000\nDTSTART;TZID=Europe/Berlin:20270414T150000\n",
            "RECURRENCE-ID;TZID=Europe/Berlin:20270420T100000\nDTSTART;TZID=Europe/Berlin:20270420T100000\n"
            "STATUS:CANCELLED\n",
        )
    )
    series, moved = taken.value
    assert series.without == (date(2027, 4, 6), date(2027, 4, 13), date(2027, 4, 20))
    assert series.also == (date(2027, 4, 8),)
    assert (moved.begins.day, moved.replaces) == (14, date(2027, 4, 13))


def test_rule_without_an_end_or_without_a_day_is_bounded() -> None:
    endless = one("DTSTART:20270330T080000Z\nRRULE:FREQ=WEEKLY\n")
    assert endless.rule is not None
    assert endless.rule.count == 500
    assert one("DTSTART:20270330T080000Z\nRRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30\n").also == ()
    assert one("DTSTART:20270330T080000Z\nRRULE:FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30\n").also == ()


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("DTSTART:20270330T080000Z\nDTEND:20270330T070000Z\n", (8, "DTEND", Why.ORDER)),
        ("DTSTART:20270230T080000Z\n", (7, "DTSTART", Why.NOT_A_DATE)),
        ("DTSTART:30.03.2027\n", (7, "DTSTART", Why.NOT_A_DATE)),
        ("DTSTART;TZID=Nowhere:20270330T080000\n", (7, "DTSTART", Why.UNKNOWN_REFERENCE)),
        ("DTSTART:20270330T080000Z\nRRULE:FREQ=SOMETIMES\n", (8, "RRULE", Why.WRONG_FORMAT)),
        ("DTSTART:20270330T080000Z\nDURATION:one hour\n", (8, "DURATION", Why.NOT_A_DURATION)),
        ("DTSTART:20270330T080000Z\nDTEND:20270330T090000Z\nDURATION:PT1H\n", (9, "DURATION", Why.TWICE)),
        ("DTSTART:20270330T080000Z\nSUMMARY:a\nSUMMARY:b\n", (9, "SUMMARY", Why.TWICE)),
        ("SUMMARY:a\n", (4, "DTSTART", Why.MISSING)),
        ("DTSTART:20270330T080000Z\nno colon here\n", (8, "NO", Why.WRONG_FORMAT)),
    ],
)
def test_fault_is_named_with_its_line(text: str, expected: tuple[int, str, Why]) -> None:
    assert expected in faults(file(text))


@pytest.mark.parametrize(
    ("data", "expected"),
    [
        (b"", (1, "VCALENDAR", Why.WRONG_FORMAT)),
        (b"<html></html>", (1, "?", Why.WRONG_FORMAT)),
        (b"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n", (1, "VCALENDAR", Why.MISSING)),
        (b"BEGIN:VCALENDAR\nVERSION:1.0\nPRODID:x\nEND:VCALENDAR\n", (2, "VERSION", Why.WRONG_FORMAT)),
        (b"BEGIN:VCALENDAR\nVERSION:2.0\nEND:VCALENDAR\n", (1, "PRODID", Why.MISSING)),
        (b"BEGIN:VCALENDAR\nEND:VEVENT\n", (2, "VEVENT", Why.WRONG_FORMAT)),
        (b"BEGIN:VCALENDAR\nSUMMARY:\xff\nEND:VCALENDAR\n", (2, "VCALENDAR", Why.NOT_TEXT)),
    ],
)
def test_file_that_is_no_calendar_is_refused(data: bytes, expected: tuple[int, str, Why]) -> None:
    assert expected in faults(data)


PIECES = (
    "BEGIN:VCALENDAR", "END:VCALENDAR", "BEGIN:VEVENT", "END:VEVENT", "VERSION:2.0", "PRODID:x", "UID:1", "DTSTAMP:x",
    "DTSTART:20270330T080000Z", "DTSTART;VALUE=DATE:20270330", "DTEND:20270330", "RRULE:FREQ=DAILY", "RRULE:",
    "EXDATE:,", "RDATE:20270401T080000Z", "DURATION:P1D", "SUMMARY:\\", ";:;", "BEGIN:", "BEGIN:VTIMEZONE", "TZID:x",
    "END:VTIMEZONE", "RRULE:FREQ=WEEKLY;COUNT=x", "RRULE:FREQ=DAILY;INTERVAL=0",
)  # fmt: skip


@settings(deadline=timedelta(seconds=5))
@given(st.lists(st.sampled_from(PIECES), max_size=16))
def test_nothing_but_a_refusal_comes_of_a_broken_file(lines: list[str]) -> None:
    for data in ("\n".join(lines).encode(), file("\n".join(lines) + "\n")):
        with contextlib.suppress(ImportRefusedError):
            assert isinstance(meetings(data).value, tuple)
