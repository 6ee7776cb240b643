"""``comity test`` names its targets, and refuses what it does not know."""

from collections import Counter

import pytest
from click.testing import CliRunner

from comity.node.commands.house import test as command
from tools import postgres, targets


def test_every_target_is_listed_with_its_purpose() -> None:
    output = CliRunner().invoke(command, ["--list"]).output
    for target in targets.TARGETS:
        assert f"{target.name} " in output
        assert target.purpose in output


def test_unknown_target_is_refused_with_the_list_of_known_ones() -> None:
    result = CliRunner().invoke(command, ["everything"])
    assert result.exit_code == 2
    assert "simulation" in result.output


def test_missing_postgresql_is_said_in_one_line_with_the_remedy(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def missing() -> None:
        raise postgres.PostgresMissingError(postgres.HOW_TO_GET)

    monkeypatch.setattr(postgres, "_running", lambda: None)
    monkeypatch.setattr(postgres, "_programs", missing)
    monkeypatch.setattr(targets, "_pytest", lambda *_: targets.Outcome(Counter(passed=3)))
    assert targets.run(targets.EVERYDAY, targets.Options()) == 0
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if line.startswith("not run:") and "apt-get install postgresql" in line]
    assert "3 passed in" in lines[-1]


def test_failure_in_one_run_fails_the_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "_pytest", lambda *_: targets.Outcome(Counter(passed=3, failed=1)))
    assert targets.run("unit", targets.Options()) == 1


def test_run_of_nothing_does_not_pass(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(targets, "_pytest", lambda *_: targets.Outcome(Counter()))
    assert targets.run("unit", targets.Options()) == 1
