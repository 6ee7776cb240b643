"""Whatever a program sends, the interface answers as its description says and never fails inside."""

from typing import Any

import pytest

from comity.desk.api import rates
from comity.desk.api.scopes import Scope
from comity.desk.roles import Role
from tests.support.attacks import attack
from tests.support.calls import FIELDS, program
from tests.support.screens import Screens

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


@pytest.mark.loopback
@pytest.mark.timeout(600)
def test_no_call_fails_inside_and_every_answer_is_as_described(
    screens: Screens, live_server: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rates, "READS_A_MINUTE", 10**6)
    monkeypatch.setattr(rates, "WRITES_A_MINUTE", 10**6)
    screens.give("noura", Role.SUPERVISOR)
    one = program(
        screens, "QA.doha", "noura", *(Scope(each) for each in ("agreements:read", "cases:write", "cases:release"))
    )
    sent = one.ask()
    draft = one.post("cases/drafts", {"kind": "request", "fields": FIELDS})
    known = {"case": sent["case"], "record": sent["record"], "draft": draft["draft"]}
    known |= {"agreement": screens.channel, "reality": "actual"}
    attack(live_server.url, one.token, known, but="screening")  # tests/screening attacks those from either side
