"""The rules of the house find what they must, leave alone what is right, and hold for the repository itself."""

import pytest

from tools import house
from tools.root import ROOT

LONG_FUNCTION = "def walk() -> None:\n" + "    step()\n" * 40
REGISTRY = "see https://" + "py" + "pi.org/simple"
MACHINE = "open /ro" + "ot/thing"


@pytest.mark.parametrize(
    ("rule", "path", "text"),
    [
        ("file-length", "src/comity/desk/a.py", "x = 1\n" * 401),
        ("function-length", "src/comity/desk/a.py", LONG_FUNCTION),
        ("pure-core", "src/comity/protocol/a.py", "open('x')"),
        ("pure-core", "src/comity/protocol/a.py", "datetime.now(UTC)"),
        ("pure-core", "src/comity/matching/a.py", "datetime.datetime.now()"),
        ("pure-core", "src/comity/matching/a.py", "time.monotonic()"),
        ("test-name", "tests/a/test_a.py", "def test_records(): ..."),
        ("reason", "src/comity/desk/a.py", "x = f()  # no" + "qa: S608"),
        ("reason", "src/comity/desk/a.py", "x = f()  # no" + "qa  # it is fine"),
        ("reason", "src/comity/desk/a.py", "x = f()  # type: " + "ignore[misc]"),
        ("own-soil", "docs/a.md", REGISTRY),
        ("own-soil", "docs/a.md", MACHINE),
    ],
)
def test_rule_finds_what_it_forbids_and_says_what_to_do(rule: str, path: str, text: str) -> None:
    (finding,) = house.check(path, text)
    assert finding.rule == rule
    assert len(finding.message.split()) > 4


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("src/comity/desk/a.py", "x = 1\n" * 400),
        ("src/comity/channel/a.py", "datetime.now(UTC)\nopen('x')"),
        ("src/comity/protocol/a.py", "record.time\nrecord.open()\nstate.now()"),
        ("tests/a/test_a.py", "def test_replayed_batch_is_not_stored_twice(): ..."),
        ("src/comity/desk/a.py", "x = f()  # no" + "qa: S608  # constant columns"),
        ("docs/a.md", "write to /srv/comity or to ~/.comity; https://node.example/homes/"),
    ],
)
def test_rule_leaves_alone_what_is_right(path: str, text: str) -> None:
    assert list(house.check(path, text)) == []


def test_every_exception_from_the_rules_has_a_reason_and_a_place() -> None:
    for (place, rule), reason in house.ALLOWED.items():
        assert (ROOT / place).exists(), f"{place} is gone; remove its exception"
        assert rule in {each.__name__.replace("_", "-") for each in house.RULES}
        assert len(reason.split()) > 4
