"""Programs read the plan, move on what their side leads, sign, and bring files in and out, as secretaries do."""

import pytest

from comity.desk.api.scopes import Scope
from tests.plan.test_monitoring import with_indicators
from tests.plan.test_pages import ACTION, secretary, settle, with_action
from tests.support.calls import Program, program
from tests.support.screens import Screens

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def caller(desks: Screens, node: str, scope: Scope = Scope.PLAN_WRITE) -> Program:
    return program(desks, node, f"secretary-{node[3:]}", scope)


def test_program_of_the_leading_side_moves_an_action_and_the_other_signs_a_change(desks: Screens) -> None:
    address, action = with_action(desks)
    key = action.rstrip("/").rpartition("/")[2]
    berlin = caller(desks, "DE.berlin")
    (line,) = berlin.get("plan/actions")["items"]
    assert (line["state"], line["lead"], line["title"]["de"]) == ("agreed", "DE/BKA", "Austausch der Kontaktstellen")
    place = f"plan/areas/{line['plan']}/actions/{key}/progress"
    moved = berlin.post(place, {"progress": "in-progress", "remark": {"en": "Under way"}})
    assert (moved["state"], moved["remark"]) == ("in-progress", {"en": "Under way"})
    settle(desks)
    doha = caller(desks, "QA.doha")
    assert doha.get("plan/actions?state=in-progress")["items"][0]["key"] == key
    assert doha.call("POST", place, {"progress": "delayed"}).status_code in (400, 422)
    secretary(desks, "QA.doha").post(f"{address}actions/{key}/change/", ACTION | {"due": "2027-04-30"})
    settle(desks)
    (area,) = caller(desks, "DE.berlin").get("plan/areas")["items"]
    (proposal,) = area["proposals"]
    assert proposal["awaits_us"]
    berlin = caller(desks, "DE.berlin")
    berlin.post(f"plan/areas/{area['plan']}/proposals/{proposal['proposal']}/answer", {"concurs": True})
    settle(desks)
    (area,) = caller(desks, "QA.doha").get("plan/areas")["items"]
    assert (area["version"], area["proposals"], area["actions"]) == (3, [], {"in-progress": 1})


def test_indicators_risks_and_files_are_read(desks: Screens) -> None:
    with_indicators(desks)
    doha = caller(desks, "QA.doha", Scope.PLAN_READ)
    titles = {one["title"]["en"]: one for one in doha.get("plan/indicators")["items"]}
    assert titles["Share answered in time"]["measure"] == "answered-in-time"
    assert titles["Joint exercises"]["target"] == "2"
    assert doha.get("plan/risks") == {"items": [], "next": None}
    for name, head in (("plan/xlsx", b"PK"), ("plan/xml", b"<?xml"), ("indicators/csv", b"")):
        answer = doha.call("GET", f"plan/files/{name}")
        assert answer.status_code == 200
        assert answer.content.startswith(head)
    assert doha.call("GET", "plan/files/indicators/pdf").status_code == 404
    assert (
        doha.call("POST", "plan/areas/00000000-0000-7000-8000-000000000000/actions/x/progress", {}).status_code == 403
    )
