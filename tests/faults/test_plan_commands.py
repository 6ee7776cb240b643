"""The plan goes into a node and out of it from the command line, in the name of an officer who may write it."""

from pathlib import Path

import pytest

from tests.support.processes import Node, Pair

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(300)]


def comity(node: Node, *words: str) -> str:
    code, out, err = node.run(*words)
    assert code == 0, err
    return out


def test_plan_indicators_and_meetings_go_in_and_out_by_name_and_format(pair: Pair, tmp_path: Path) -> None:
    doha = pair.doha
    comity(doha, "officer", "add", "maha", "--display-name", "Maha", "--role", "secretary", "--invite")
    files = {name: tmp_path / name for name in ("plan.xlsx", "plan.mpp", "days.ics", "meetings.ics", "results.csv")}
    example = tmp_path / "example.xlsx"
    comity(doha, "plan", "example", str(example))
    taken = comity(doha, "plan", "import", str(example), "--officer", "maha", "--note", "As agreed in Doha")
    assert int(taken.split()[0]) > 0
    assert "proposals left" in taken

    comity(doha, "plan", "export", str(files["plan.xlsx"]), "--officer", "maha", "--language", "ar")
    assert files["plan.xlsx"].read_bytes().startswith(b"PK")
    comity(doha, "plan", "export", str(files["plan.mpp"]), "--format", "msproject", "--officer", "maha")
    assert b"http://schemas.microsoft.com/project" in files["plan.mpp"].read_bytes()
    comity(doha, "plan", "export", str(files["days.ics"]), "--officer", "maha")
    assert files["days.ics"].read_bytes().startswith(b"BEGIN:VCALENDAR")
    comity(doha, "indicators", "export", str(files["results.csv"]), "--format", "iati", "--officer", "maha")
    assert b"iati-activities" in files["results.csv"].read_bytes()
    for listing in (("meeting", "list"), ("meeting", "minutes"), ("plan", "report")):
        assert comity(doha, *listing, "--officer", "maha") == ""
    comity(doha, "meeting", "export", str(files["meetings.ics"]), "--officer", "maha")
    assert b"Weekend" in files["meetings.ics"].read_bytes()

    code, _out, err = doha.run("plan", "export", str(files["plan.xlsx"]), "--officer", "nobody")
    assert code == 1
    assert "no officer nobody" in err
