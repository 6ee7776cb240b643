"""What a calendar program shows: meetings at their hour in both places across changes of the clock, and days off."""

import io
import re
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import msgspec
import pytest
from dateutil import tz
from dateutil.rrule import rrulestr
from django.test import Client
from icalendar import Calendar

from comity.plan import calendar_services, meeting_services
from comity.plan.calendar_days import begin_of, weekend
from comity.plan.calendar_ics import _rule, _ruled
from comity.plan.calendar_zone import timezone
from comity.plan.kinds.meeting import Course, Meeting
from comity.plan.kinds.series import Frequency, Series, days
from comity.plan.models import Feed
from tests.plan.meetings import a_meeting, a_series
from tests.plan.secretaries import Secretaries, make_secretaries

database = pytest.mark.django_db(databases=["default", "second"], transaction=True)


@pytest.fixture
def both(tmp_path: Path, transactional_db: None) -> Secretaries:
    return make_secretaries(tmp_path)


def agreed(both: Secretaries, body: Meeting | Series) -> str:
    uuid = meeting_services.call(both.seat("doha"), body)
    both.settle()
    meeting_services.answer(both.seat("berlin"), uuid, uuid, concurs=True, words="")
    both.settle()
    return uuid


def unfolded(data: bytes) -> str:
    return data.decode().replace("\r\n ", "")


def shown(data: bytes, uid: str) -> list[datetime]:
    """Return when a program shows an event: from the file's text alone, with the zone that the file itself brings.

    `dateutil` reads rules and zones; nothing of the library that wrote the file, and no tz database, is asked.
    """
    text = unfolded(data)
    events = text.split("BEGIN:VEVENT")[1:]
    event = next(one for one in events if f"UID:{uid}\r\n" in one and "RECURRENCE-ID" not in one)
    zones = tz.tzical(io.StringIO(text.replace("\r\n", "\n")))
    name = re.findall(r"DTSTART;TZID=([^:]+):", event)[0]
    start = datetime.fromisoformat(re.findall(r"DTSTART;TZID=[^:]+:(\S+)", event)[0])
    lines = [f"RRULE:{rule}" for rule in re.findall(r"RRULE:(\S+)", event)]
    for kind in ("EXDATE", "RDATE"):
        lines += [f"{kind}:{values}" for values in re.findall(kind + r";TZID=[^:]+:(\S+)", event)]
    # The rule runs in local time; its end is an instant and is put into local time first, as RFC 5545 asks.
    zone = zones.get(name)

    def in_local_time(end: re.Match[str]) -> str:
        return "UNTIL=" + datetime.fromisoformat(end[1] + "+00:00").astimezone(zone).strftime("%Y%m%dT%H%M%S")

    local = [re.sub(r"UNTIL=(\w+)Z", in_local_time, line) for line in lines]
    found = list(rrulestr("\n".join(local), dtstart=start, forceset=True)) if lines else [start]
    return [one.replace(tzinfo=zone).astimezone(UTC) for one in found]


@pytest.mark.parametrize(
    "zone", ["Europe/Berlin", "Asia/Qatar", "Africa/Casablanca", "America/New_York", "Asia/Tehran"]
)
def test_zone_of_a_file_is_that_of_the_tz_database_at_every_hour(zone: str) -> None:
    made = timezone(zone, 2026, 2029).to_ical().decode()
    file = f"BEGIN:VCALENDAR\n{made}END:VCALENDAR\n".replace("\r\n", "\n")
    theirs, ours = tz.tzical(io.StringIO(file)).get(zone), ZoneInfo(zone)
    at, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2030, 1, 1, tzinfo=UTC)
    while at < end:
        # Programs ask from local time; the two hours around a change are compared from the side that is not ambiguous.
        local = at.astimezone(ours).replace(tzinfo=None)
        if local.replace(tzinfo=ours).astimezone(UTC) == local.replace(tzinfo=ours, fold=1).astimezone(UTC):
            assert local.replace(tzinfo=theirs).utcoffset() == at.astimezone(ours).utcoffset(), local
        at += timedelta(hours=1)


def test_clocks_of_berlin_are_written_as_rules_that_begin_at_the_hour_shown_before() -> None:
    made = timezone("Europe/Berlin", 2027, 2029).to_ical().decode()
    assert "DTSTART:20260329T020000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=3\r\nTZNAME:CEST" in made
    assert "DTSTART:20261025T030000\r\nRRULE:FREQ=YEARLY;BYDAY=-1SU;BYMONTH=10\r\nTZNAME:CET" in made


@database
def test_weekly_meeting_stays_at_ten_in_berlin_and_moves_in_doha_when_clocks_change(both: Secretaries) -> None:
    series = a_series(date(2027, 3, 9), frequency=Frequency.WEEKLY, until=date(2027, 11, 30))
    series = msgspec.structs.replace(series, without=(date(2027, 5, 18),), also=(date(2027, 5, 20),))
    uuid = agreed(both, series)
    for city in ("doha", "berlin"):
        data = calendar_services.series_file(both.seat(city), uuid)
        found = shown(data, uuid)
        assert found == [begin_of(day, "10:00", "Europe/Berlin").astimezone(UTC) for day in days(series)]
        assert {one.astimezone(ZoneInfo("Europe/Berlin")).hour for one in found} == {10}
        in_doha = {one.date(): one.astimezone(ZoneInfo("Asia/Qatar")).hour for one in found}
        assert (in_doha[date(2027, 3, 23)], in_doha[date(2027, 3, 30)], in_doha[date(2027, 11, 2)]) == (12, 11, 12)
        assert date(2027, 5, 18) not in in_doha
        assert date(2027, 5, 20) in in_doha


@pytest.mark.parametrize("frequency", list(Frequency))
@pytest.mark.parametrize("day", [date(2027, 1, 29), date(2027, 3, 25), date(2027, 10, 31), date(2028, 2, 29)])
@pytest.mark.parametrize("end", [{"count": 9}, {"until": date(2030, 6, 1)}, {}])
def test_rule_in_a_file_means_the_days_of_the_series(frequency: Frequency, day: date, end: dict[str, object]) -> None:
    for every in (1, 2, 5):
        series = a_series(day, frequency=frequency, every=every, **end)
        rule = _rule(series, _ruled(series)).to_ical().decode()  # type: ignore[no-untyped-call]  # the library  # type: ignore[no-untyped-call]  # of the library
        rule = re.sub(r"UNTIL=(\d{8})T\d{6}Z", r"UNTIL=\1T235959", rule)
        start = datetime.combine(day, time(10))
        found = [one.date() for one in rrulestr(f"RRULE:{rule}", dtstart=start)]
        assert found == days(series), (every, rule)


@database
def test_invitation_keeps_its_uid_and_counts_changes_and_says_when_it_is_called_off(both: Secretaries) -> None:
    uuid = meeting_services.call(both.seat("doha"), a_meeting())
    both.settle()

    def file(city: str) -> tuple[Any, Any]:
        made: Any = Calendar.from_ical(calendar_services.meeting_file(both.seat(city), uuid))
        return made, made.walk("VEVENT")[0]

    made, event = file("berlin")
    assert (made["METHOD"], event["UID"], event["SEQUENCE"], event["STATUS"]) == ("REQUEST", uuid, 0, "TENTATIVE")
    meeting_services.answer(both.seat("berlin"), uuid, uuid, concurs=True, words="")
    both.settle()
    change = meeting_services.move(both.seat("berlin"), uuid, {"day": date(2027, 1, 20)})
    both.settle()
    assert file("doha")[1]["SEQUENCE"] == 0
    meeting_services.answer(both.seat("doha"), uuid, change, concurs=True, words="")
    both.settle()
    made, event = file("doha")
    assert (event["UID"], event["SEQUENCE"], event["STATUS"]) == (uuid, 1, "CONFIRMED")
    assert event.start.astimezone(UTC) == datetime(2027, 1, 20, 6, tzinfo=UTC)
    assert event.end - event.start == timedelta(hours=3)
    meeting_services.say_course(both.seat("doha"), uuid, Course.CALLED_OFF, "Closed.")
    both.settle()
    made, event = file("berlin")
    assert (made["METHOD"], event["UID"], event["SEQUENCE"], event["STATUS"]) == ("CANCEL", uuid, 2, "CANCELLED")


@database
def test_feed_shows_meetings_and_days_off_and_ends_with_its_address(both: Secretaries) -> None:
    series = agreed(both, a_series(date(2027, 3, 9), frequency=Frequency.WEEKLY, count=3))
    moved = msgspec.structs.replace(
        a_meeting(), zone="Europe/Berlin", day=date(2027, 3, 17), series=series, occurrence=date(2027, 3, 16)
    )
    agreed(both, moved)
    agreed(both, a_meeting())
    made = calendar_services.make(both.seat("berlin"), "Desk calendar")
    assert made.secret.encode() not in bytes(Feed.objects.get().digest)
    client = Client()
    address = f"/plan/feed/{made.secret}/meetings.ics"
    answer = client.get(address)
    assert answer.status_code == 200
    assert answer["Content-Type"].startswith("text/calendar")
    calendar: Any = Calendar.from_ical(answer.content)
    events = calendar.walk("VEVENT")
    overrides = [one for one in events if one["UID"] == series and "RECURRENCE-ID" in one]
    assert [one["RECURRENCE-ID"].dt.isoformat() for one in overrides] == ["2027-03-16T09:00:00+01:00"]
    weekends = {str(one["SUMMARY"]): one for one in events if "weekend" in one["UID"]}
    qatar = weekends["Weekend: State of Qatar"]
    assert (qatar.start.weekday(), (qatar.end - qatar.start).days) == (4, 2)
    assert qatar["TRANSP"] == "TRANSPARENT"
    assert weekends["Weekend: Federal Republic of Germany"].start.weekday() == 5
    assert any(one.start == date(2027, 12, 18) and "Holiday" in one["SUMMARY"] for one in events)
    assert all("DTSTAMP" in one for one in events)
    assert len({(one["UID"], str(one.get("RECURRENCE-ID"))) for one in events}) == len(events)
    assert client.get(address, headers={"If-None-Match": answer["ETag"]}).status_code == 304
    assert b"weekend" not in client.get(address + "?rest=no").content
    assert client.get("/plan/feed/wrong/meetings.ics").status_code == 404
    assert calendar_services.end(both.seat("berlin"), made.feed.handle)
    assert client.get(address).status_code == 404


@database
def test_address_of_an_officer_who_left_shows_nothing_any_more(both: Secretaries) -> None:
    seat = both.seat("doha")
    made = calendar_services.make(seat, "Telephone")
    address = f"/plan/feed/{made.secret}/meetings.ics"
    assert Client().get(address).status_code == 200
    seat.officer.user.is_active = False
    seat.officer.user.save()
    assert Client().get(address).status_code == 404
    assert not calendar_services.end(both.seat("berlin"), made.feed.handle)


@database
def test_weekends_are_stretches_of_days_on_which_a_party_does_not_work(both: Secretaries) -> None:
    terms = both.seat("doha").terms
    assert terms is not None
    assert [list(weekend(terms.parties[name])) for name in ("QA", "DE")] == [[(5, 2)], [(6, 2)]]
