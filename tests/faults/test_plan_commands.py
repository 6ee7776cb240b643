"""The plan goes into a node and out of it from the command line, in the name of an officer who may write it."""

from pathlib import Path

import pytest

from tests.support.processes import Node, Pair
from tests.support.sizes import reduced

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(300)]


def comity(node: Node, *words: str) -> str:
    code, out, err = node.run(*words)
    assert code == 0, err
    return out


def test_plan_goes_in_and_out_in_the_name_of_an_officer_and_of_nobody_else(pair: Pair, tmp_path: Path) -> None:
    doha, example, target = pair.doha, tmp_path / "example.xlsx", tmp_path / "results.csv"
    _secretary(doha)
    comity(doha, "plan", "example", str(example))
    taken = comity(doha, "plan", "import", str(example), "--officer", "maha", "--note", "As agreed in Doha")
    assert int(taken.split()[0]) > 0
    assert "proposals left" in taken
    comity(doha, "indicators", "export", str(target), "--format", "iati", "--officer", "maha")
    assert b"iati-activities" in target.read_bytes()
    code, _out, err = doha.run("plan", "export", str(target), "--officer", "nobody")
    assert code == 1
    assert "no officer nobody" in err


@pytest.mark.skipif(reduced(), reason="many commands, each a process: in the full run alone")
def test_everything_goes_out_by_name_and_by_format(pair: Pair, tmp_path: Path) -> None:
    doha = pair.doha
    _secretary(doha)
    for words, name, begins in (
        (("plan", "export", "--language", "ar"), "plan.xlsx", b"PK"),
        (("plan", "export"), "days.ics", b"BEGIN:VCALENDAR"),
        (("meeting", "export"), "meetings.ics", b"BEGIN:VCALENDAR"),
        (("plan", "export", "--format", "msproject"), "plan.mpp", b"<?xml"),
    ):
        comity(doha, *words, "--officer", "maha", str(tmp_path / name))
        assert (tmp_path / name).read_bytes().startswith(begins)
    assert b"http://schemas.microsoft.com/project" in (tmp_path / "plan.mpp").read_bytes()
    assert b"Weekend" in (tmp_path / "meetings.ics").read_bytes()
    for listing in (("meeting", "list"), ("meeting", "minutes"), ("plan", "report")):
        assert comity(doha, *listing, "--officer", "maha") == ""


def _secretary(node: Node) -> None:
    comity(node, "officer", "add", "maha", "--display-name", "Maha", "--role", "secretary", "--invite")
