"""Shows that the journals of the vectors give the result of the vectors, in any interleaving."""

import json
import random
from pathlib import Path
from typing import Any

import msgspec
import pytest

from comity.protocol.agreement.acts import Act, act_of
from comity.protocol.agreement.negotiation import Negotiation
from comity.protocol.names import instant
from comity.protocol.types import CONTROL_TYPES

CASES = json.loads((Path(__file__).parents[3] / "spec" / "vectors" / "agreement" / "negotiation.json").read_text())[
    "cases"
]
BODIES = {kind.tag: kind.body for kind in CONTROL_TYPES}


@pytest.mark.parametrize("seed", range(3))
@pytest.mark.parametrize("case", CASES, ids=[case["name"] for case in CASES])
def test_journals_give_the_result_of_the_vector(case: dict[str, Any], seed: int) -> None:
    chance = random.Random(seed)
    rest = {
        node: [act_of(node, one["type"], msgspec.convert(one["body"], BODIES[one["type"]])) for one in journal]
        for node, journal in case["journals"].items()
    }
    merged: list[Act] = []
    while any(rest.values()):
        merged.append(rest[chance.choice([node for node, acts in rest.items() if acts])].pop(0))
    view = Negotiation.replay(merged).view
    assert list(view.chain) == case["chain"]
    assert list(view.suspended_by) == case["suspended_by"]
    assert (None if view.ended_at is None else instant(view.ended_at)) == case["ended_at"]
    assert {digest: text.status.value for digest, text in view.texts.items()} == case["texts"]
