"""The pages of the group: what secretaries click, from the invitation to the register, and what readers see."""

import re
from pathlib import Path

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from comity.plan.kinds.meeting import Course
from tests.plan.secretaries import CITIES, Secretaries, make_secretaries
from tests.support.screens import OfficerClient, text

pytestmark = pytest.mark.django_db(databases=["default", "second"], transaction=True)


@pytest.fixture
def both(tmp_path: Path, transactional_db: None) -> Secretaries:
    return make_secretaries(tmp_path)


def sit(both: Secretaries, city: str, name: str = "", language: str = "en") -> Client:
    both.screens.at(CITIES[city])
    client = OfficerClient(headers={"Accept-Language": language})
    client.force_login(both.screens.officers[name or f"secretary-{city}"].user)
    return client


def fill(**more: str) -> dict[str, str]:
    given = {
        "version": "1", "title-en": "First meeting", "title-ar": "الاجتماع الأول", "place-en": "Doha",
        "zone": "Asia/Qatar", "day": "2027-01-19", "begins": "09:00", "minutes": "180",
        "point-0-en": "Opening", "point-1-en": "Plan", "point-1-minutes": "45",
    }  # fmt: skip
    return given | more


def invite(both: Secretaries, **more: str) -> str:
    """Let Doha write a draft and send it; return the meeting's address."""
    doha = sit(both, "doha")
    draft = str(doha.post("/plan/meetings/new/").headers["Location"])
    sent = doha.post(draft, fill(**more) | {"send": "1"})
    both.settle()
    return str(sent.headers["Location"])


def accepted(both: Secretaries, address: str) -> None:
    berlin = sit(both, "berlin")
    action = re.findall(r'action="([^"]+/answer/)"', text(berlin.get(address)))[0]
    berlin.post(action, {"concur": "1", "words": ""})
    both.settle()


def test_meeting_is_called_accepted_held_minuted_and_its_decision_stands_in_both_registers(both: Secretaries) -> None:
    address = invite(both)
    accepted(both, address)
    for city in ("doha", "berlin"):
        sit(both, city).post(address + "course/", {"said": Course.BEGUN} if city == "doha" else {"said": "x"})
        both.settle()
    shown = text(sit(both, "berlin").get(address))
    assert "in progress" in shown
    point = re.findall(r'<option value="(qa-[0-9a-f]+)"', shown)[0]
    berlin = sit(both, "berlin")
    part = berlin.post(
        address + "write/", {"line": "> DE/BKA 2027-02-15 Name points", "point": point}, HTTP_HX_REQUEST="true"
    )
    assert part.status_code == 200
    assert 'id="live"' in text(part)
    refused = berlin.post(address + "write/", {"line": "  "}, HTTP_HX_REQUEST="true")
    assert refused.status_code == 422
    both.settle()
    doha = sit(both, "doha")
    stamp = re.findall(r"seen=([^\"&]+)", text(doha.get(address)))[0]
    assert doha.get(address + f"live/?seen={stamp}").status_code == 204
    doha.post(address + "write/", {"line": "We opened.", "point": point})
    assert doha.get(address + f"live/?seen={stamp}").status_code == 200
    doha.post(address + "course/", {"said": "ended"})
    draft = str(doha.post(address + "minutes/").headers["Location"])
    form = text(doha.get(draft))
    assert "Name points" in form
    fields = {
        "version": "1", "authentic": "en", "title-en": "First meeting", "title-0-en": "Opening",
        "said-0-en": "We opened.",
        "d-0-0-en": "Berlin names contact points.", "d-0-0-de": "Berlin benennt Kontaktstellen.",
        "d-0-0-number": "1/1", "d-0-0-sort": "action", "d-0-0-lead": "DE/BKA", "d-0-0-due": "2027-02-15",
    }  # fmt: skip
    answer = doha.post(draft, fields | {"propose": "1"})
    assert answer.status_code == 302, re.findall("message-error.*", text(answer))
    minutes = str(answer.headers["Location"])
    both.settle()
    berlin = sit(both, "berlin")
    assert "proposed" in text(berlin.get(minutes))
    berlin.post(minutes + "answer/", {"concur": "1", "words": ""})
    both.settle()
    for city in ("doha", "berlin"):
        desk = sit(both, city)
        assert 'id="adopted"' in text(desk.get(minutes))
        register = text(desk.get("/plan/decisions/?state=unfinished&party=DE&words=contact"))
        assert "Berlin names contact points." in register
        assert "No decision is like that." in text(desk.get("/plan/decisions/?party=QA"))
        assert "1/1" in desk.get("/plan/decisions/list.csv").getvalue().decode()
        assert desk.get(minutes + "minutes.pdf?beside=de").content.startswith(b"%PDF")
        assert desk.get(minutes + "minutes.docx").content.startswith(b"PK")
    doha = sit(both, "doha")
    decision = re.findall(r'href="(/plan/[^"]+/decisions/[^"]+/)"', text(doha.get("/plan/decisions/")))[0]
    doha.post(decision + "follow/", {"stage": "not-done", "remark": "Not yet here."})
    both.settle()
    assert "Not yet here." in text(sit(both, "berlin").get(decision))


def test_form_says_what_is_missing_and_warns_of_days_off(both: Secretaries) -> None:
    doha = sit(both, "doha")
    draft = str(doha.post("/plan/meetings/new/").headers["Location"])
    assert "Give it a title" in text(doha.get(draft))
    doha.post(draft, fill(day="2027-03-26"))
    shown = text(doha.get(draft))
    assert "State of Qatar: Fri 26 Mar 2027 is no working day." in shown
    assert "Federal Republic of Germany: Fri 26 Mar 2027 is a holiday." in shown
    late = doha.post(draft, fill(version="1", send="1"))
    assert late.status_code == 200
    assert "was changed" in text(late)


def test_series_leaves_out_days_off_and_its_days_become_meetings(both: Secretaries) -> None:
    address = invite(both, day="2027-03-09", frequency="weekly", count="4", leave_out="1")
    assert "/series/" in address
    accepted(both, address)
    doha = sit(both, "doha")
    shown = text(doha.get(address))
    assert "every week, 4 times" in shown
    draft = str(
        doha.post("/plan/meetings/new/", {"series": address.split("/")[-2], "occurrence": "2027-03-16"}).headers[
            "Location"
        ]
    )
    assert 'value="2027-03-16"' in text(doha.get(draft))


def test_group_is_proposed_signed_and_members_are_named(both: Secretaries) -> None:
    doha = sit(both, "doha")
    assert "No working group yet." in text(doha.get("/plan/group/"))
    form = {
        "title-en": "Joint group", "mandate-en": "Steer it", "first": "2027-01-01", "chair-QA": "QA/MOI",
        "chair-QA-en": "Co-chair", "chair-DE": "DE/BMI", "chair-DE-en": "Co-chair",
    }  # fmt: skip
    doha.post("/plan/group/propose/", form)
    both.settle()
    berlin = sit(both, "berlin")
    action = re.findall(r'action="([^"]+/answer/)"', text(berlin.get("/plan/group/")))[0]
    berlin.post(action, {"concur": "1"})
    both.settle()
    member = re.findall(r'action="([^"]+/member/)"', text(berlin.get("/plan/group/")))[0]
    berlin.post(member, {"function": "Cyber security", "authority": "DE/BSI", "contact": "1"})
    both.settle()
    assert "DE/BSI" in text(sit(both, "doha").get("/plan/group/"))


def test_reader_sees_everything_and_finds_no_way_to_write(both: Secretaries) -> None:
    address = invite(both)
    accepted(both, address)
    reader = sit(both, "doha", "noura", "ar")
    for path in ("/plan/group/", "/plan/meetings/", "/plan/minutes/", "/plan/decisions/", "/plan/calendar/", address):
        shown = text(reader.get(path))
        assert 'dir="rtl"' in shown, path
        assert "course/" not in shown
    assert reader.post(address + "course/", {"said": "begun"}).status_code == 403
    assert reader.post("/plan/meetings/new/").status_code == 403


def test_meeting_of_another_agreement_or_reality_is_not_there(both: Secretaries) -> None:
    address = invite(both)
    other = address.replace(address.split("/")[2], "0199a000-0000-7000-8000-000000000001")
    reader = sit(both, "doha")
    assert reader.get(other).status_code == 404
    reader.post("/choose/", {"reality": "exercise"})
    assert reader.get(address).status_code == 404
    assert "No meetings yet." in text(reader.get("/plan/meetings/"))


def test_file_of_another_program_becomes_drafts_with_a_report_and_a_broken_one_is_refused(both: Secretaries) -> None:
    doha = sit(both, "doha")
    event = (
        "BEGIN:VEVENT\nUID:1\nDTSTAMP:20270101T000000Z\nDTSTART;TZID=Europe/Berlin:20270330T100000\n"
        "DURATION:PT90M\nSUMMARY:Weekly call\nLOCATION:Video\nRRULE:FREQ=WEEKLY;BYDAY=TU,TH;COUNT=4\n"
        "ATTENDEE:mailto:a@example.com\nEND:VEVENT\n"
    )
    made = f"BEGIN:VCALENDAR\nVERSION:2.0\nPRODID:x\n{event}END:VCALENDAR\n".encode()
    shown = text(doha.post("/plan/calendar/take/", {"file": SimpleUploadedFile("a.ics", made)}))
    assert "1 draft was made." in shown
    assert "ATTENDEE" in shown
    draft = re.findall(r'href="(/plan/meetings/drafts/[^"]+)"', shown)[0]
    form = text(doha.get(draft))
    assert 'value="Weekly call"' in form
    assert "2027-04-08" in form
    fields = fill(day="2027-03-30", zone="Europe/Berlin", frequency="days")
    sent = doha.post(draft, fields | {"send": "1"})
    both.settle()
    page = text(sit(both, "berlin").get(sent.headers["Location"]))
    assert page.count('class="line') >= 4
    doha = sit(both, "doha")
    bad = SimpleUploadedFile("a.ics", made.replace(b"DURATION:PT", b"DURATION:"))
    broken = doha.post("/plan/calendar/take/", {"file": bad})
    assert broken.status_code == 422
    assert "This is not a duration." in text(broken)
    reader = sit(both, "doha", "noura")
    assert reader.post("/plan/calendar/take/", {"file": SimpleUploadedFile("a.ics", made)}).status_code == 403
