"""Every numbered gate of the security flow has its code and its test; every alarm has its paragraph."""

import re

import pytest
from django.db import connections
from django.test.utils import CaptureQueriesContext

from comity.channel import exchange
from comity.channel.alarms import AlarmKind
from comity.channel.models import Alarm
from comity.protocol.errors import CannotOpenError
from tests.channel.tricks import Scene, message_of, sealed
from tools.root import ROOT

FLOW = (ROOT / "docs" / "security-flow.md").read_text(encoding="utf-8")
GATE = re.compile(
    r"^\| ([MRL]\d+) \|.*\| `([\w/]+\.py)` `(\w+)` \| `(tests/[\w/]+\.py)` `(test_\w+)` \|$", re.MULTILINE
)
GATES = GATE.findall(FLOW)


def test_gates_are_numbered_without_gaps_and_every_row_names_code_and_test() -> None:
    rows = re.findall(r"^\| ([MRL]\d+) \|", FLOW, re.MULTILINE)
    assert [gate[0] for gate in GATES] == rows
    for letter in "MRL":
        mine = [int(row[1:]) for row in rows if row.startswith(letter)]
        assert mine == list(range(1, len(mine) + 1))
        assert mine


@pytest.mark.parametrize(("number", "code", "name", "file", "test"), GATES, ids=[gate[0] for gate in GATES])
def test_gate_names_code_that_exists_and_a_test_that_shows_it(
    number: str, code: str, name: str, file: str, test: str
) -> None:
    source = (ROOT / "src" / "comity" / code).read_text(encoding="utf-8")
    assert re.search(rf"^\s*(def|class) {name}\b", source, re.MULTILINE), f"{number}: {code} has no {name}"
    tests = (ROOT / file).read_text(encoding="utf-8")
    assert re.search(rf"^def {test}\(", tests, re.MULTILINE), f"{number}: {file} has no {test}"


def test_every_kind_of_alarm_has_its_paragraph_with_four_answers() -> None:
    text = (ROOT / "docs" / "alarms.md").read_text(encoding="utf-8")
    parts = re.split(r"^## ([a-z-]+)$", text, flags=re.MULTILINE)
    found = dict(zip(parts[1::2], parts[2::2], strict=True))
    assert list(found) == [kind.value for kind in AlarmKind]
    for kind, paragraph in found.items():
        flat = re.sub(r"\s+", " ", paragraph)
        for question in ("What happened.", "What it proves.", "What the node did.", "What you do."):
            assert f"**{question}**" in flat, f"{kind} does not say: {question}"


@pytest.mark.django_db(databases=["default", "second"])
def test_a_stranger_cannot_make_this_node_write(two: Scene) -> None:
    doha, berlin = two.nodes
    rubbish = sealed(doha, message_of(two, doha, berlin.name))[:-1] + b"x"
    with pytest.raises(CannotOpenError):
        exchange.receive(berlin, rubbish)
    with CaptureQueriesContext(connections[berlin.using]) as queries, pytest.raises(CannotOpenError):
        exchange.receive(berlin, rubbish)
    assert all(one["sql"].startswith("SELECT") for one in queries)
    two.world.clock.ms += exchange.NOTED_EVERY_MS
    with pytest.raises(CannotOpenError):
        exchange.receive(berlin, rubbish)
    assert Alarm.objects.using(berlin.using).get(kind="tampered-message").count == 2
