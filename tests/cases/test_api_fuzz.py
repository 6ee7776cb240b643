"""Whatever a program sends, the interface answers as its description says and never fails inside."""

from collections.abc import Callable
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from comity.desk.api import rates
from comity.desk.api.scopes import Scope
from comity.desk.roles import Role
from comity.node.api import build
from tests.support import sizes
from tests.support.calls import FIELDS, program
from tests.support.screens import Screens

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]


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
    schema = schemathesis.openapi.from_dict(build().get_openapi_schema(path_prefix="/api/v1/"))
    headers = {"Authorization": f"Bearer {one.token}", "Host": "localhost"}
    tried = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        counted: list[int] = []
        _attack(operation, _caller(live_server.url, headers, known, counted))
        assert counted, operation.label
        tried += len(counted)
    assert tried >= len(list(schema.get_all_operations())) * 3


def _caller(base: str, headers: dict[str, str], known: dict[str, str], counted: list[int]) -> Callable[[Any], None]:
    def call(case: Any) -> None:
        # What is there is found every other time, so that calls get past the door.
        for name in set(case.path_parameters or {}) & set(known):
            if name in ("agreement", "reality") or len(counted) % 2:
                case.path_parameters[name] = known[name]
        counted.append(1)
        case.call_and_validate(base_url=base, headers=headers, checks=CHECKS)

    return call


def _attack(operation: Any, call: Callable[[Any], None]) -> None:
    @given(case=operation.as_strategy())
    @settings(
        max_examples=sizes.scaled(12, 6),
        deadline=None,
        database=None,
        phases=[Phase.explicit, Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    def run(case: Any) -> None:
        call(case)

    run()
