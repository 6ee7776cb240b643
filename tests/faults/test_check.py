"""The command line against two real nodes: a hit, an opening, and a check that is killed and asks nothing twice."""

import contextlib
import json
import os
import signal
import subprocess
import time
from pathlib import Path
from typing import Any

import pytest

from tests.support.processes import Node, Pair
from tests.support.sizes import reduced, scaled

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(1800)]

LIST = """\
reference;name;alias;birth_date
R-7;سميرة الطنجاوي;Samira Al-Tanjawi;1980-05-01
R-8;Wolfram Kupferbach;;1951-02-03
broken row;;;
"""
HARD = "bdfgklmnrstz"


@pytest.fixture
def listed(running: Pair, tmp_path: Path) -> Pair:
    """Two nodes that run, one of which has published a list."""
    file = tmp_path / "list.csv"
    file.write_text(LIST, encoding="utf-8")
    said = running.doha.say("list", "import", str(file), "--list", "wanted", "--title", "W", "--legal-basis", "Law 1")
    assert "2 added" in said
    assert "1 faults" in said
    assert "1 new versions" in running.doha.say("list", "build", "wanted")
    assert "on their way" in running.doha.say("list", "publish", "wanted")
    assert "up to date" in running.doha.say("list", "publish", "wanted")
    _until(lambda: json.loads(running.berlin.say("list", "show", "--json"))["partners"])
    return running


def _until(found: Any, seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not found():
        assert time.monotonic() < end, "it did not come about"
        time.sleep(0.2)


def _until_it_asks(node: Node, process: "subprocess.Popen[str]") -> None:
    before = node.driver("count", "screening.query/1")
    _until(lambda: node.driver("count", "screening.query/1") > before or process.poll() is not None)


def _passengers(count: int) -> str:
    rows = [f"P-{n};Hannelore {HARD[n % 12]}o{HARD[n // 12 % 12]}o{HARD[n // 144 % 12]}ental;;" for n in range(count)]
    rows[count // 2] = "P-X;TANJAWI, Samira;;1980-05-01"
    return "reference;name;alias;birth_date\n" + "\n".join(rows) + "\n"


@pytest.mark.skipif(reduced(), reason="many commands, each a process: in the full run alone")
def test_one_person_is_checked_from_the_command_line_and_an_auditor_on_either_side_sees_what_was_asked(
    listed: Pair, tmp_path: Path
) -> None:
    berlin, doha = listed.berlin, listed.doha
    (found,) = json.loads(berlin.say("check", "Samira Tanjawi", "--born", "1980-05-01", "--json"))["checks"]
    (hit,) = found["hits"]
    assert (found["state"], hit["verified"], hit["row"]) == ("done", False, 1)
    assert {"rule": "name and birth date", "strength": "strong"} in hit["rules"]
    assert "no hit" in berlin.say("check", "Walburga Holm", "--list", "wanted")
    opening = tmp_path / "opening.json"
    opening.write_text(berlin.say("check", "--open", found["check"]), encoding="utf-8")
    for node in (berlin, doha):
        assert "samira" not in node.say("list", "show").lower()
        assert " bd " in node.say("check", "--examine", str(opening))
    _refuses_with_a_remedy_and_an_exit_code(berlin)


REFUSED = [
    (("check",), 2, "Name a person"),
    (("check", "Samira", "--born", "soon"), 2, "date of birth"),
    (("check", "Samira", "--list", "never-was"), 1, "No partner has published"),
    (("check", "--resume", "nothing"), 1, "no such check"),
    (("check", "Samira", "--purpose", "curiosity"), 1, "does not permit the purpose"),
    (("list", "build", "never-was"), 1, "holds no list"),
    (("list", "publish", "wanted"), 1, "holds no list"),
]


def _refuses_with_a_remedy_and_an_exit_code(node: Node) -> None:
    for arguments, code, says in REFUSED:
        ended, _, error = node.run(*arguments)
        assert (ended, says in error) == (code, True), error
        assert "Samira" not in error
        assert "Traceback" not in error


def test_a_check_of_a_file_that_is_killed_resumes_and_asks_nothing_twice(listed: Pair, tmp_path: Path) -> None:
    count = scaled(2000, 600)
    file = tmp_path / "passengers.csv"
    file.write_text(_passengers(count), encoding="utf-8")
    process = listed.berlin.begin("check", str(file))
    assert process.stderr is not None
    uid = process.stderr.readline().split("check ")[1].split(",")[0]
    for _ in range(3):
        _until_it_asks(listed.berlin, process)
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.communicate()
        process = listed.berlin.begin("check", "--resume", uid, "--json")
    process.communicate()
    (found,) = json.loads(listed.berlin.say("check", "--resume", uid, "--json"))["checks"]
    assert (found["state"], found["done"], found["failed"], len(found["hits"])) == ("done", count, 0, 1)
    batches = listed.berlin.driver("batches", uid)
    assert len(batches) == len(set(batches)) >= count // 100
    for node in listed:
        _until(lambda node=node: node.driver("count", "screening.query/1") == len(batches))
