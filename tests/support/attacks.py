"""Attack calls of the REST interface with whatever their description allows, and more, and check every answer."""

from collections.abc import Callable, Mapping
from typing import Any

import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis.checks import not_a_server_error
from schemathesis.core.result import Ok
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from comity.node.api import build
from tests.support import sizes

CHECKS = [not_a_server_error, status_code_conformance, content_type_conformance, response_schema_conformance]
ALWAYS = ("agreement", "reality")


def attack(base: str, token: str, known: Mapping[str, Any], area: str = "", but: str = "") -> int:
    """Attack all calls, those of an area, or all ``but`` those of one that has an attack of its own.

    ``known`` is what there is, by parameter.  Return how many were made.
    """
    schema = schemathesis.openapi.from_dict(build().get_openapi_schema(path_prefix="/api/v1/"))
    headers = {"Authorization": f"Bearer {token}", "Host": "localhost"}
    made = operations = 0
    for found in schema.get_all_operations():
        assert isinstance(found, Ok)
        operation = found.ok()
        named = operation.path.split("/")
        if (area and area not in named) or (but and but in named):
            continue
        counted: list[int] = []
        _attack(operation, _caller(base, headers, known, counted))
        assert counted, operation.label
        made, operations = made + len(counted), operations + 1
    assert operations
    assert made >= operations * 3
    return made


def _caller(base: str, headers: dict[str, str], known: Mapping[str, Any], counted: list[int]) -> Callable[[Any], None]:
    def call(case: Any) -> None:
        # What is there is found every other time, so that calls get past the door.
        for part in (case.path_parameters, case.query, case.body):
            for name in set(part) & set(known) if isinstance(part, dict) else ():
                if name in ALWAYS or len(counted) % 2:
                    part[name] = known[name]
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
