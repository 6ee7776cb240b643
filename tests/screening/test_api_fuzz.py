"""Whatever a program sends about lists, checks and hits, it is answered as described, and nothing fails inside."""

from typing import Any

import pytest

from comity.channel import service
from comity.desk.api import rates
from comity.desk.api.scopes import Scope
from comity.desk.roles import Role
from tests.screening.test_api import ASKED, HER, HERSELF, caller
from tests.screening.world import ASKER, HOLDER, LIST_ID, Stage, listed
from tests.support.attacks import attack

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)
SCOPES = tuple(Scope(f"screening:{one}") for one in ("check", "keep", "release"))
ROLES = (Role.OFFICER, Role.ANALYST, Role.SUPERVISOR)


@pytest.mark.loopback
@pytest.mark.timeout(600)
@pytest.mark.parametrize("side", [ASKER, HOLDER])
def test_no_call_fails_inside_and_every_answer_is_as_described(
    stage: Stage, live_server: Any, monkeypatch: pytest.MonkeyPatch, side: str
) -> None:
    monkeypatch.setattr(rates, "READS_A_MINUTE", 10**6)
    monkeypatch.setattr(rates, "WRITES_A_MINUTE", 10**6)
    stage.take_in([*listed(10), HERSELF])
    stage.publish()
    asking = caller(stage, ASKER, *SCOPES, Scope.CASES_WRITE, roles=ROLES, name="asking")
    check = asking.post("screening/checks", ASKED | {"persons": [HER]})
    stage.carry()
    (hit,) = asking.get("screening/hits")["items"]
    holding = caller(stage, HOLDER, *SCOPES, Scope.CASES_WRITE, roles=ROLES, name="holding")
    (entry, *_) = holding.get(f"screening/lists/{LIST_ID}/entries")["items"]
    one = asking if side == ASKER else holding
    service.start(stage.world.nodes[side])
    known = {"agreement": stage.uuid, "reality": "actual", "check": check["check"], "hit": hit["hit"]}
    known |= {"entry": entry["entry"], "list_id": LIST_ID, "holder": HOLDER, "purpose": "prevention"}
    attack(live_server.url, one.token, known | {"reference": hit["reference"]}, "screening")
