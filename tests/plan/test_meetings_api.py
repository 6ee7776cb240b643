"""Programs call, hold and follow up meetings as secretaries do, and can do no more."""

from pathlib import Path

import pytest

from comity.desk.api.scopes import Scope
from comity.node.api import build
from tests.plan.secretaries import Secretaries, make_secretaries
from tests.support.calls import Program, program

pytestmark = pytest.mark.django_db(databases=["default", "second"], transaction=True)
NEW = {
    "title": {"en": "First meeting"}, "place": {"en": "Doha"}, "zone": "Asia/Qatar", "day": "2027-01-19",
    "begins": "09:00", "minutes": 90, "points": [{"title": {"en": "Opening"}}],
}  # fmt: skip


@pytest.fixture
def both(tmp_path: Path, transactional_db: None) -> Secretaries:
    return make_secretaries(tmp_path)


def caller(both: Secretaries, city: str, scope: Scope = Scope.PLAN_WRITE) -> Program:
    node = {"doha": "QA.doha", "berlin": "DE.berlin"}[city]
    return program(both.screens, node, f"secretary-{city}", scope)


def test_programs_of_both_sides_call_hold_and_end_a_meeting(both: Secretaries) -> None:
    doha, berlin = caller(both, "doha"), caller(both, "berlin")
    assert doha.call("GET", "plan/group").status_code == 404
    made = doha.post("plan/meetings", NEW)
    assert (made["state"], made["ours"], len(made["points"])) == ("invited", True, 1)
    both.settle()
    (row,) = berlin.get("plan/meetings?when=waiting")["items"]
    assert row["awaits_us"]
    where = f"plan/meetings/{row['meeting']}"
    (proposal,) = berlin.get(where)["proposals"]
    berlin.post(f"{where}/answer/{proposal}", {"concurs": True})
    both.settle()
    assert doha.get(where)["state"] == "open"
    assert doha.call("POST", f"{where}/lines", {"text": "Early"}).status_code >= 400
    doha.post(f"{where}/course", {"said": "begun"})
    both.settle()
    line = {
        "text": "Name points",
        "said": "action",
        "lead": "DE/BKA",
        "due": "2027-02-15",
        "point": made["points"][0]["key"],
    }
    key = berlin.post(f"{where}/lines", line)["key"]
    assert key.startswith("de-")
    both.settle()
    shown = doha.get(where)
    assert [(one["party"], one["said"], one["due"]) for one in shown["lines"]] == [("DE", "action", "2027-02-15")]
    assert berlin.post(f"{where}/course", {"said": "ended"})["state"] == "closed"
    both.settle()
    assert doha.get("plan/minutes")["items"] == []
    assert doha.get("plan/decisions")["items"] == []
    calendar = doha.call("GET", "plan/calendar")
    assert calendar["Content-Type"].startswith("text/calendar")
    assert made["meeting"].encode() in calendar.content


def test_program_that_may_read_does_not_write(both: Secretaries) -> None:
    reader = caller(both, "doha", Scope.PLAN_READ)
    assert reader.get("plan/meetings") == {"items": [], "next": None}
    assert reader.call("POST", "plan/meetings", NEW).status_code == 403
    bad = caller(both, "doha").call("POST", "plan/meetings", NEW | {"zone": "Europe/Paris"})
    assert bad.status_code == 400
    assert bad["Content-Type"] == "application/problem+json"


def test_every_call_of_the_area_is_described() -> None:
    paths = build().get_openapi_schema(path_prefix="/api/v1/")["paths"]
    assert len([one for one in paths if "/plan/" in one]) >= 12
