"""The pages of screening say what happens before it does, show each hit with its rule, and name nobody elsewhere."""

import html
from pathlib import Path
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

import comity
from comity.channel import service
from comity.desk.models import AccessLine
from comity.desk.roles import Role
from comity.protocol.names import party_of
from comity.screening import access, marked, services
from comity.screening.models import Batch, Check, CheckState
from tests.screening.test_publishing import HER
from tests.screening.world import ASKER, HOLDER, LIST_ID, Stage, entry, listed, make_stage
from tests.support.screens import text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

CASE = "01a1ee56-7188-7ff6-bb78-5f040e7a0325"
HERSELF = entry("R-7", "سميرة الطنجاوي", born="1980-05-01")
ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
ASKED = {"partner_list": f"{HOLDER}/{LIST_ID}", "purpose": "prevention"}


def _sit(stage: Stage, side: str, *roles: Role, language: str = "en") -> Client:
    node = stage.world.nodes[side]
    officer = stage.seat(node, *roles).officer
    service.start(node)
    client = Client(headers={"Accept-Language": language})
    client.force_login(officer.user)
    return client


def _published(stage: Stage) -> None:
    stage.take_in([*listed(10), HERSELF])
    stage.publish()


def _said(client: Client, path: str, data: dict[str, Any] | None = None) -> str:
    answer = client.get(path) if data is None else client.post(path, data)
    assert answer.status_code == 200, path
    return html.unescape(text(answer))


def test_what_a_question_tells_and_costs_is_said_before_it_is_asked(stage: Stage) -> None:
    _published(stage)
    client = _sit(stage, ASKER)
    written = ASKED | {"latin": "Samira Al-Tanjawi", "born": "1980-05-01"}
    said = _said(client, "/screening/person/look/", written)
    assert "one question was asked under clause" in said
    assert "not about whom" in said
    assert "3(2)" in said
    assert "of the budget" in said
    assert "Tanjawi" not in said
    without_script = _said(client, "/screening/person/", written | {"look": ""})
    assert "not about whom" in without_script
    assert not Check.objects.using(stage.asker.using).exists(), "looking asks nothing"
    asked = client.post("/screening/person/", written | {"case": CASE})
    assert asked.status_code == 302
    (check,) = Check.objects.using(stage.asker.using).all()
    assert (check.case, check.rows) == (CASE, 1)
    assert "Tanjawi" not in asked.headers["Location"]


def test_each_check_digit_of_a_pasted_zone_is_explained_and_a_misread_zone_is_not_asked_about(stage: Stage) -> None:
    _published(stage)
    client = _sit(stage, ASKER)
    good = _said(client, "/screening/person/look/", ASKED | {"mrz": ZONE})
    assert good.count("> holds") == 5
    assert "does not hold" not in good
    assert "not one that ICAO knows" in good, "UTO is the state of the specimens alone"
    bad = ZONE.replace("L898902C36", "L898902C46")
    said = _said(client, "/screening/person/look/", ASKED | {"mrz": bad})
    assert "does not hold" in said
    assert client.post("/screening/person/", ASKED | {"mrz": bad}).status_code == 200
    assert not Check.objects.using(stage.asker.using).exists()
    assert "no machine-readable zone" in _said(client, "/screening/person/look/", ASKED | {"mrz": "P<D"})


def test_a_name_in_its_own_script_and_in_latin_letters_are_asked_about_as_one_person(stage: Stage) -> None:
    _published(stage)
    client = _sit(stage, ASKER)
    client.post("/screening/person/", ASKED | {"name": "سميرة الطنجاوي", "latin": "Samira Tanjaoui", "names": "Sammy"})
    stage.carry()
    check = Check.objects.using(stage.asker.using).get()
    seat = stage.seat(stage.asker)
    (hit,) = access.hits(seat, check.uid)
    assert hit.subject
    assert hit.subject.person.names == ("سميرة الطنجاوي", "Samira Tanjaoui", "Sammy")
    shown = _said(client, f"/screening/hits/{hit.number}/")
    assert "Not verified: a hit is a question, not a finding." in shown
    assert "not measured yet" in shown


def test_the_holder_sees_days_clauses_and_purposes_and_nothing_about_whom(stage: Stage) -> None:
    _published(stage)
    stage.check(HER)
    stage.world.clock.ms += 24 * 3600 * 1000
    stage.check(HER)
    client = _sit(stage, HOLDER)
    said = _said(client, "/screening/asked/")
    assert said.count(f"{ASKER}</bdi>") >= 2, "a line for each day"
    assert "Tanjawi" not in said
    assert f"{ASKER}</bdi></td>" not in _said(client, "/screening/asked/?purpose=criminal-investigation")
    lines = b"".join(client.get("/screening/asked/list.csv")).decode().splitlines()
    assert len(lines) == 3
    assert all("3(2)" in line for line in lines[1:])


def test_outcomes_are_measured_on_the_pages_of_both_sides(stage: Stage) -> None:
    _published(stage)
    check = stage.check(HER)
    client = _sit(stage, ASKER)
    (hit,) = access.hits(stage.seat(stage.asker), check.uid)
    decided = {"decide": "", "finding": "same-person", "reason": "Same photograph."}
    assert client.post(f"/screening/hits/{hit.number}/", decided).status_code == 302
    client.post("/screening/rules/tell/", {"holder": HOLDER, "list": LIST_ID})
    stage.world.settle()
    for side in (ASKER, HOLDER):
        assert "100% of 1 reviewed were the same person" in _said(_sit(stage, side), "/screening/rules/")


def test_a_reference_stands_in_no_address_and_the_look_behind_it_is_noted(stage: Stage) -> None:
    _published(stage)
    (hit,) = stage.hits(stage.check(HER))
    client = _sit(stage, HOLDER)
    place = f"/screening/lists/own/{LIST_ID}/"
    assert "R-7</bdi></dd>" in _said(client, place, {"reference": hit.reference})
    assert "No entry bears this reference" in _said(client, place, {"reference": "00" * 8})
    assert f"{'R-7'}</bdi></dd>" not in _said(client, f"{place}?reference={hit.reference}")
    assert AccessLine.objects.using(stage.holder.using).filter(what="search").count() == 1


def test_rows_that_came_to_nothing_are_named_with_the_reason(stage: Stage) -> None:
    _published(stage)
    begun = stage.begin(HER)
    Batch.objects.using(stage.asker.using).filter(check_of=begun).update(
        state="failed", note="The row has more names than one question holds."
    )
    client = _sit(stage, ASKER, language="de")
    said = _said(client, f"/screening/checks/{begun.uid}/")
    assert "Die Zeile hat mehr Namen, als eine Frage fasst." in said
    assert begun.uid in _said(client, "/"), "the front page says what is wrong"


def test_checks_are_narrowed_by_state_and_by_case(stage: Stage) -> None:
    _published(stage)
    done, stopped = stage.check(HER), stage.begin(HER, case=CASE)
    services.stop(stage.seat(stage.asker), stopped.uid)
    client = _sit(stage, ASKER)
    narrowed = _said(client, f"/screening/?state={CheckState.STOPPED}")
    assert (stopped.uid in narrowed, done.uid in narrowed) == (True, False)
    assert done.uid not in _said(client, f"/screening/?case={CASE}")
    assert "No check is like that." in _said(client, "/screening/?state=waiting")


def test_entries_to_be_reviewed_stand_on_the_front_page_of_whoever_keeps_lists(stage: Stage) -> None:
    _published(stage)
    stage.world.clock.ms += 400 * 24 * 3600 * 1000
    assert "to be reviewed: 11" in _said(_sit(stage, HOLDER, Role.ANALYST), "/")
    assert "to be reviewed" not in _said(_sit(stage, HOLDER, Role.OFFICER), "/")


def test_a_trial_of_a_file_keeps_nothing_and_its_faults_are_saved_without_its_content(stage: Stage) -> None:
    client = _sit(stage, HOLDER)
    content = b"name,birth_date\nSamira Al-Tanjawi,1980-05-01\nKarl Beispiel,1975-13-40\n"
    form = {"list_id": "fresh", "title": "Fresh", "owner": f"{party_of(HOLDER)}/MOI", "legal_basis": "Law 2"}
    form |= {"review_days": "30", "whole": "on"}
    upload = SimpleUploadedFile("list.csv", content)
    said = _said(client, "/screening/lists/new/", form | {"trial": "", "upload": upload})
    assert "Nothing was kept" in said
    assert "fresh" not in _said(client, "/screening/lists/")
    saved = b"".join(client.get("/screening/faults.csv")).decode()
    assert "birth_date" in saved
    assert "Beispiel" not in saved
    assert "1975" not in saved


@pytest.mark.parametrize("language", ["de", "ar"])
def test_every_page_speaks_the_officers_language(stage: Stage, language: str) -> None:
    _published(stage)
    (hit,) = stage.hits(stage.check(HER))
    paths = [
        "",
        "person/",
        "file/",
        f"checks/{hit.batch.check_of.uid}/",
        "hits/",
        f"hits/{hit.pk}/",
        "lists/",
        "asked/",
        "rules/",
    ]
    client = _sit(stage, ASKER, language=language)
    for path in paths:
        shown = _said(client, f"/screening/{path}")
        assert f'lang="{language}"' in shown
        for word in (">Checks<", ">Rules<", "Not verified", "What will happen"):
            assert word not in shown, path


def test_sentences_marked_for_translation_are_those_that_are_raised() -> None:
    folder = Path(comity.__file__).parent / "screening"
    raised = "\n".join(path.read_text() for path in folder.rglob("*.py") if path.name != "marked.py")
    missing = [one for one in (*marked.ERRORS, *marked.NOTES) if one not in raised and "question" not in one]
    assert missing == []


def test_whoever_may_not_see_screening_finds_no_page_of_it(tmp_path: Path) -> None:
    stage = make_stage(tmp_path)
    client = _sit(stage, HOLDER, Role.SECRETARY)
    for path in ("", "person/", "hits/", "lists/", "asked/", "rules/"):
        assert client.get(f"/screening/{path}").status_code == 403, path
