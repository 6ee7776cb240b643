"""Programs keep lists, check persons and files, bring hits to a person and ask in the case, as officers do."""

from typing import Any

import pytest

from comity.desk.api.scopes import Scope
from comity.desk.models import AccessLine, Grant, Unit
from comity.desk.roles import Role
from comity.protocol.records import Reality
from tests.screening.world import ASKER, HOLDER, LIST_ID, TWO, Stage, entry, listed, make_stage
from tests.support.calls import Program, program
from tests.support.screens import Screens

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

CASE = "01a1ee56-7188-7ff6-bb78-5f040e7a0325"
HERSELF = entry("R-7", "سميرة الطنجاوي", born="1980-05-01")
HER = {"names": ["Samira Al-Tanjawi"], "born": "1980-05-01", "reference": "P-1"}
ZONE = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C36UTO7408122F1204159ZE184226B<<<<<10"
ASKED = {"holder": HOLDER, "list_id": LIST_ID, "purpose": "prevention"}
LIST = {"list_id": LIST_ID, "title": "Wanted persons", "owner": "QA/MOI", "legal_basis": "Law 1 of the example"}
FILE = "reference;name;birth_date\nR-7;سميرة الطنجاوي;1980-05-01\nR-8;Wolfram Kupferbach;1951-02-03\n".encode()
CHECK, KEEP, READ, RELEASE = (Scope(f"screening:{one}") for one in ("check", "keep", "read", "release"))


def caller(stage: Stage, side: str, *scopes: Scope, roles: tuple[Role, ...] = (), name: str = "") -> Program:
    """Return a program of an officer of one side."""
    officer = stage.seat(stage.world.nodes[side], *roles, name=name).officer
    screens = Screens(stage.world, stage.uuid, {"it": officer})
    return program(screens, side, "it", *scopes)


def _published(stage: Stage) -> None:
    stage.take_in([*listed(10), HERSELF])
    stage.publish()


def _begun(stage: Stage, one: Program, **changes: Any) -> Any:
    begun = one.post("screening/checks", ASKED | {"persons": [HER]} | changes)
    stage.carry()
    return one.get(f"screening/checks/{begun['check']}")


def test_list_is_begun_filled_published_and_reviewed_entry_by_entry(stage: Stage) -> None:
    one = caller(stage, HOLDER, KEEP)
    assert one.post("screening/lists", LIST)["entries"] == 0
    place = f"screening/lists/{LIST_ID}"
    tried = one.post(f"{place}/file?trial=true", FILE)
    assert (tried["trial"], tried["read"], tried["added"]) == (True, 2, 0)
    assert one.post(f"{place}/file", FILE + b"broken;;\n") | {"faults": []} == {
        "trial": False, "read": 2, "added": 2, "changed": 0, "same": 0, "removed": 0, "unkeyed": 0, "faulty": 1,
        "faults": [],
    }  # fmt: skip
    assert one.post(f"{place}/file", FILE)["same"] == 2
    assert one.post(f"{place}/publish", {})["publication"]["state"] in ("running", "done")
    stage.publish()
    shown = one.get(place)
    assert (shown["entries"], shown["version"], shown["to_add"], shown["review_due"]) == (2, 1, 0, 0)
    first = one.get(f"{place}/entries?limit=1")
    second = one.get(f"{place}/entries?limit=1&cursor={first['next']}")
    found = [*first["items"], *second["items"]]
    assert {each["person"]["reference"] for each in found} == {"R-7", "R-8"}
    assert found[0]["person"]["born"]
    assert second["next"] is None
    for each, stays in zip(found, (True, False), strict=True):
        assert one.call("POST", f"{place}/entries/{each['entry']}/review", {"stays": stays}).status_code == 204
    assert one.get(place)["entries"] == 1
    assert one.get(f"{place}/entries?due=true")["items"] == []


def test_hit_goes_from_a_question_to_a_request_in_the_same_case_and_is_never_a_finding(stage: Stage) -> None:
    _published(stage)
    one = caller(stage, ASKER, CHECK, Scope.CASES_WRITE)
    (offered,) = one.get("screening/partner-lists")["items"]
    assert (offered["left_today"], offered["purposes"][0]) == (500, "prevention")
    check = _begun(stage, one, case=CASE)
    assert (check["state"], check["case"], check["done"], check["hits"]) == ("done", CASE, 1, 1)
    assert one.get("screening/partner-lists")["items"][0]["left_today"] < 500
    (hit,) = one.get("screening/hits")["items"]
    assert one.get(f"screening/checks/{check['check']}/hits")["items"] == [hit]
    assert (hit["verified"], hit["finding"], hit["row"], hit["strength"]) == (False, None, 1, "strong")
    assert hit["person"]["names"] == HER["names"]
    assert all(each["explanation"] and each["precision"] is None for each in hit["rules"])
    asked = one.post(f"screening/hits/{hit['hit']}/request")
    assert asked["case"] == CASE
    draft = one.get(f"cases/drafts/{asked['draft']}")
    assert hit["reference"] in draft["fields"]["question"]
    assert "Tanjawi" not in str(draft["fields"])
    found = one.post(f"screening/hits/{hit['hit']}/review", {"finding": "same-person", "reason": "Same photograph."})
    assert (found["state"], found["finding"], found["known_by"]) == ("reviewed", "same-person", 0)
    stage.carry()
    rules = one.get(f"screening/rules?holder={HOLDER}&list_id={LIST_ID}")["items"]
    assert any(each["precision"] == 1 for each in rules)
    assert one.post("screening/outcomes", {"holder": HOLDER, "list_id": LIST_ID}) == {"record": None}


def test_person_cleared_with_a_reason_stays_cleared_until_the_hit_is_opened_again(stage: Stage) -> None:
    _published(stage)
    one = caller(stage, ASKER, CHECK)
    _begun(stage, one)
    (hit,) = one.get("screening/hits")["items"]
    reviewed = one.post(f"screening/hits/{hit['hit']}/review", {"finding": "different-person", "reason": "Too tall."})
    assert (reviewed["known_by"], reviewed["cleared_why"]) == (1, "Too tall.")
    again = _begun(stage, one)
    assert (again["hits"], again["to_review"]) == (1, 0)
    assert one.post(f"screening/hits/{hit['hit']}/reopen")["state"] == "open"
    assert _begun(stage, one)["to_review"] == 1


def test_file_is_checked_row_by_row_and_what_cannot_be_read_is_named(stage: Stage) -> None:
    _published(stage)
    one = caller(stage, ASKER, CHECK)
    place = f"screening/checks/file?holder={HOLDER}&list_id={LIST_ID}&purpose=prevention"
    rows = b"reference;name;birth_date\nP-1;Walburga Holm;\nP-2;TANJAWI, Samira;1980-05-01\nbroken;;\n"
    begun = one.post(place, rows)
    assert (begun["rows"], begun["faulty"], begun["faults"][0]["loses"]) == (2, 1, "entry")
    stage.carry()
    (hit,) = one.get(f"screening/checks/{begun['check']}/hits")["items"]
    assert (hit["row"], hit["person"]["reference"]) == (2, "P-2")
    assert one.call("POST", place, b"reference;name\n").status_code == 409
    assert one.call("POST", place, b"").status_code == 413
    opened = one.call("GET", f"screening/checks/{begun['check']}/opening")
    assert opened.json()["check"] == begun["check"]
    for act in ("stop", "resume"):
        assert one.call("POST", f"screening/checks/{begun['check']}/{act}").status_code == 409
    assert one.call("DELETE", f"screening/checks/{begun['check']}").status_code == 204
    assert one.get("screening/checks")["items"] == []


def test_check_that_is_asked_twice_under_one_key_is_asked_once(stage: Stage) -> None:
    _published(stage)
    one = caller(stage, ASKER, CHECK)
    body = ASKED | {"persons": [HER]}
    answers = [one.call("POST", "screening/checks", body, Idempotency_Key="once-and-no-more") for _ in range(2)]
    assert answers[0].json() == answers[1].json()
    stage.carry()
    (check,) = one.get("screening/checks?state=done")["items"]
    assert check["hits"] == 1
    assert one.get("screening/checks?state=stopped")["items"] == []
    large = one.call("POST", f"screening/checks/file?holder={HOLDER}&list_id={LIST_ID}&purpose=prevention",
                     b"x" * (3 * 1024 * 1024), Idempotency_Key="one-that-is-large")  # fmt: skip
    assert large.status_code == 413


@pytest.mark.parametrize(
    "wrong",
    [
        {"persons": [{}]},
        {"persons": [{"names": ["  "]}]},
        {"persons": [{"names": ["Samira"], "born": "soon"}]},
        {"persons": [{"names": ["Samira"], "nationalities": ["Qatar"]}]},
        {"persons": [{"mrz": ZONE.replace("L898902C36", "L898902C46")}]},
        {"persons": [{"mrz": "P<D"}]},
        {"persons": []},
        {"persons": [HER], "purpose": ""},
    ],
)
def test_what_cannot_be_asked_about_is_refused_without_being_repeated(stage: Stage, wrong: Any) -> None:
    _published(stage)
    answer = caller(stage, ASKER, CHECK).call("POST", "screening/checks", ASKED | {"persons": [HER]} | wrong)
    assert answer.status_code == 400
    assert answer.json()["remedy"]
    assert b"Samira" not in answer.content


def test_zone_of_a_travel_document_is_a_person_to_ask_about(stage: Stage) -> None:
    _published(stage)
    one = caller(stage, ASKER, CHECK)
    begun = one.post("screening/checks", ASKED | {"persons": [{"mrz": ZONE.replace("UTO", "QAT")}]})
    assert begun["rows"] == 1


def test_purpose_the_clause_does_not_permit_and_a_list_nobody_published_are_refused(stage: Stage) -> None:
    _published(stage)
    one = caller(stage, ASKER, CHECK)
    for wrong in ({"purpose": "curiosity"}, {"list_id": "never-was"}, {"holder": "QA.other"}):
        assert one.call("POST", "screening/checks", ASKED | {"persons": [HER]} | wrong).status_code == 409


def test_second_person_releases_a_check_and_a_publication_and_nobody_their_own(tmp_path: Any) -> None:
    stage = make_stage(tmp_path, release=2)
    stage.take_in([HERSELF])
    keeper = caller(stage, HOLDER, KEEP, roles=(Role.ANALYST, Role.SUPERVISOR), name="keeper")
    assert keeper.post(f"screening/lists/{LIST_ID}/publish", {})["publication"]["state"] == "waiting"
    own = caller(stage, HOLDER, RELEASE, roles=(Role.ANALYST, Role.SUPERVISOR), name="keeper")
    assert own.call("POST", f"screening/lists/{LIST_ID}/release").status_code == 404
    other = caller(stage, HOLDER, RELEASE, roles=(Role.SUPERVISOR,), name="other")
    assert [each["list_id"] for each in other.get("screening/lists/to-release")["items"]] == [LIST_ID]
    assert other.call("POST", f"screening/lists/{LIST_ID}/release").status_code == 204
    assert other.get("screening/lists/to-release")["items"] == []


def test_check_waits_for_a_second_person_where_the_clause_says_so(tmp_path: Any) -> None:
    stage = make_stage(tmp_path, release=2)
    stage.take_in([HERSELF])
    stage.publish(actor=TWO)
    asking = caller(stage, ASKER, CHECK, name="asking")
    begun = asking.post("screening/checks", ASKED | {"persons": [HER]})
    assert begun["state"] == "waiting"
    second = caller(stage, ASKER, RELEASE, roles=(Role.SUPERVISOR,), name="second")
    assert [each["check"] for each in second.get("screening/checks/to-release")["items"]] == [begun["check"]]
    assert second.call("POST", f"screening/checks/{begun['check']}/release").status_code == 204
    stage.carry()
    assert asking.get(f"screening/checks/{begun['check']}")["state"] == "done"


def test_holder_sees_counts_and_the_entry_behind_a_reference_that_a_request_names(stage: Stage) -> None:
    _published(stage)
    check = _begun(stage, caller(stage, ASKER, CHECK))
    (hit,) = caller(stage, ASKER, READ).get(f"screening/checks/{check['check']}/hits")["items"]
    holder = caller(stage, HOLDER, READ)
    (asked,) = holder.get("screening/asked")["items"]
    assert (asked["asker"], asked["purpose"], asked["questions"]) == (ASKER, "prevention", 1)
    behind = holder.post(
        f"screening/lists/{LIST_ID}/behind", {"reference": hit["reference"]}, Comity_Purpose="prevention"
    )
    assert behind["person"]["reference"] == "R-7"
    assert holder.call("POST", f"screening/lists/{LIST_ID}/behind", {"reference": "0" * 16}).status_code == 404
    looks = AccessLine.objects.filter(what="search").values_list("purpose", flat=True)
    assert list(looks) == ["prevention"]


def test_what_belongs_to_another_unit_reality_or_scope_is_not_there(stage: Stage) -> None:
    _published(stage)
    one = caller(stage, ASKER, CHECK)
    check = _begun(stage, one)
    (hit,) = one.get("screening/hits")["items"]
    places = (
        f"screening/checks/{check['check']}",
        f"screening/checks/{check['check']}/hits",
        f"screening/hits/{hit['hit']}",
    )
    elsewhere = _in_another_unit(stage)
    exercise = Program(one.screens, one.node, one.token, Reality.EXERCISE)
    for place in places:
        assert elsewhere.call("GET", place).status_code == 404
        assert exercise.call("GET", place).status_code == 404
        assert caller(stage, ASKER, Scope.CASES_READ).call("GET", place).status_code == 403
    assert elsewhere.get("screening/checks")["items"] == elsewhere.get("screening/hits")["items"] == []
    reading = caller(stage, ASKER, READ)
    assert reading.call("POST", "screening/checks", ASKED | {"persons": [HER]}).status_code == 403
    assert reading.call("POST", f"screening/hits/{hit['hit']}/reopen").status_code == 403
    assert reading.call("POST", "screening/lists", LIST).status_code == 403


def _in_another_unit(stage: Stage) -> Program:
    """Return a program of an officer whose role was given in a unit below, and reaches no other."""
    officer = stage.seat(stage.asker, Role.OFFICER, name="elsewhere").officer
    root = Unit.objects.get(authority=officer.authority, parent=None)
    below = Unit.objects.create(
        authority=officer.authority, uid="01a1ee56-7188-7ff6-bb78-5f040e7a0999", parent=root, created_ms=0
    )
    Grant.objects.filter(officer=officer).update(unit=below)
    return caller(stage, ASKER, CHECK, roles=(Role.OFFICER,), name="elsewhere")
