"""The plan and its indicators go out to files of other programs and come back as they were."""

import re
from datetime import datetime, timedelta
from io import BytesIO
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from icalendar import Calendar
from openpyxl import load_workbook

from tests.plan.test_monitoring import sign_first, with_indicators
from tests.plan.test_pages import secretary, settle, sign, with_action
from tests.support.screens import Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def bring(client: Client, what: str, content: bytes, **more: str) -> str:
    upload = SimpleUploadedFile(what, content)
    return text(client.post("/plan/files/", {"what": what, "file": upload, **more}))


def content_of(client: Client, path: str) -> bytes:
    answer = client.get(path)
    assert answer.status_code == 200
    found: bytes = answer.content
    return found


@pytest.mark.parametrize("what", ["plan.xlsx", "plan.xml"])
def test_plan_comes_back_unchanged_and_then_nothing_is_proposed(desks: Screens, what: str) -> None:
    with_action(desks)
    client = secretary(desks, "QA.doha")
    said = bring(client, what, content_of(client, f"/plan/files/{what}"))
    assert "0 proposals left for the other side." in said


def test_changed_sheet_becomes_one_proposal_and_keeps_what_sheets_do_not_hold(desks: Screens) -> None:
    address, action = with_action(desks)
    client = secretary(desks, "DE.berlin")
    client.post(action + "tell/", {"progress": "in-progress", "remark": "Under way"})
    settle(desks)
    book = load_workbook(BytesIO(content_of(client, "/plan/files/plan.xlsx")))
    sheet: Any = book.worksheets[0]
    heads = [cell.value for cell in sheet[1]]
    for row in sheet.iter_rows(min_row=2):
        if row[heads.index("Key")].value == action.rstrip("/").rpartition("/")[2]:
            row[heads.index("Due")].value = datetime(2027, 2, 28)  # noqa: DTZ001  # a sheet knows no zones
    saved = BytesIO()
    book.save(saved)
    assert "1 proposal left for the other side." in bring(client, "plan.xlsx", saved.getvalue(), note="New dates")
    settle(desks)
    assert "2027-02-28" in text(secretary(desks, "QA.doha").get(address))
    sign(desks, "QA.doha", address)
    shown = text(secretary(desks, "QA.doha").get(action))
    assert "A list of contacts" in shown
    assert "Under way" in shown


def test_file_with_faults_is_refused_with_lines_and_nothing_leaves(desks: Screens) -> None:
    with_action(desks)
    client = secretary(desks, "QA.doha")
    good = content_of(client, "/plan/files/plan.xml")
    broken = good.replace(b"<UID>1</UID>", b"<UID>one</UID>", 1)
    assert broken != good
    page = bring(client, "plan.xml", broken)
    assert "The file is not taken" in page
    assert "left for the other side" not in page
    page = bring(client, "plan.xlsx", b"no workbook")
    assert "The file is not taken" in page


def test_group_that_is_no_area_is_refused_in_words(desks: Screens) -> None:
    with_action(desks)
    client = secretary(desks, "QA.doha")
    foreign = content_of(client, "/plan/files/plan.xml").replace(b"Security in cyberspace", b"Space travel")
    foreign = foreign.replace(b">cyber<", b">space<")
    page = bring(client, "plan.xml", foreign)
    assert "The agreement has no such area." in page


def test_indicators_come_back_and_a_partner_sees_what_changed(desks: Screens) -> None:
    with_indicators(desks)
    client = secretary(desks, "QA.doha")
    for form in ("csv", "xml"):
        assert b"Joint exercises" in content_of(client, f"/plan/files/indicators.{form}")
    changed = content_of(client, "/plan/files/indicators.csv").replace(b"Joint exercises", b"Joint drills")
    assert "1 proposal left" in bring(client, "indicators.csv", changed)
    settle(desks)
    berlin = secretary(desks, "DE.berlin")
    found = re.search(r'href="(/plan/indicators/[0-9a-f-]{36}/)', text(berlin.get("/plan/indicators/")))
    assert found is not None
    where = found[1]
    assert "Joint drills" in text(berlin.get(where))
    sign_first(desks, "DE.berlin", where)
    assert "Joint drills" in text(secretary(desks, "QA.doha").get("/plan/indicators/"))


@pytest.mark.parametrize(("form", "head"), [("pdf", b"%PDF"), ("docx", b"PK")])
def test_plan_goes_out_as_paper(desks: Screens, form: str, head: bytes) -> None:
    with_action(desks)
    assert content_of(secretary(desks, "DE.berlin"), f"/plan/files/plan.{form}?beside=ar").startswith(head)


def test_who_only_reads_takes_out_and_brings_nothing_in(desks: Screens) -> None:
    with_action(desks)
    client = desks.sit("DE.berlin", "greta")
    assert content_of(client, "/plan/files/plan.xlsx")
    refused = client.post("/plan/files/", {"what": "plan.xlsx", "file": SimpleUploadedFile("x", b"x")})
    assert refused.status_code == 403


def test_days_of_the_plan_go_out_as_a_calendar_that_reminds_of_what_is_open(desks: Screens) -> None:
    _address, action = with_action(desks)
    key = action.rstrip("/").rpartition("/")[2]
    answer = secretary(desks, "QA.doha").get("/plan/files/plan.ics")
    assert answer.headers["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = [one for one in Calendar.from_ical(answer.content).walk("VEVENT") if key in str(one["UID"])]
    page = text(secretary(desks, "QA.doha").get(action))
    assert event.decoded("DTSTART").isoformat() in page
    assert str(event["SUMMARY"]).startswith("Due: ")
    assert event["TRANSP"] == "TRANSPARENT"
    (alarm,) = event.walk("VALARM")
    assert alarm.decoded("TRIGGER") == -timedelta(days=7)


def test_feed_holds_what_this_side_owes_and_not_what_the_other_does(desks: Screens) -> None:
    _address, action = with_action(desks)
    key = action.rstrip("/").rpartition("/")[2]
    fed = {}
    for node in ("QA.doha", "DE.berlin"):
        made = text(secretary(desks, node).post("/plan/calendar/make/", {"label": "Phone"}))
        address = re.search(r"/plan/feed/[^/]+/meetings.ics", made)
        assert address, made
        fed[node] = key.encode() in content_of(Client(), address[0]).replace(b"\r\n ", b"")
    assert sorted(fed.values()) == [False, True]
