"""Plans and indicators are checked and converted on the command line, without a node."""

import contextlib
import os
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from comity.node.cli import cli
from tools.root import ROOT


def comity(*words: str, folder: Path) -> Result:
    """Run the command here, in ``folder``; one test below runs it as a program of its own."""
    with contextlib.chdir(folder):
        return CliRunner().invoke(cli, ["--home", str(folder / "none"), *words])


def test_shipped_plan_goes_through_every_format_and_keeps_its_actions(tmp_path: Path) -> None:
    for words in (
        ("example", "a.xlsx", "--language", "ar"),
        ("convert", "a.xlsx", "b.xml"),
        ("convert", "b.xml", "c.xlsx"),
    ):
        done = comity("plan", *words, folder=tmp_path)
        assert done.exit_code == 0, done.stderr
    last = comity("plan", "check", "c.xlsx", folder=tmp_path)
    assert last.stdout == "31 tasks, 14 links, 0 calendars, 6 resources\n"


@pytest.mark.parametrize(("name", "begin"), [("p.pdf", b"%PDF-"), ("p.docx", b"PK")])
def test_shipped_plan_is_put_on_paper_in_two_languages(tmp_path: Path, name: str, begin: bytes) -> None:
    done = comity("plan", "example", name, "--language", "ar", "--beside", "de", folder=tmp_path)
    assert done.exit_code == 0, done.stderr
    assert (tmp_path / name).read_bytes().startswith(begin)


def test_command_needs_no_node_and_writes_files_that_others_cannot_read(tmp_path: Path) -> None:
    command = [sys.executable, "-m", "comity", "--home", str(tmp_path / "none"), "plan", "example", "p.pdf"]
    place = os.environ | {"PYTHONPATH": str(ROOT / "src")}
    place.pop("DJANGO_SETTINGS_MODULE", None)
    subprocess.run(command, cwd=tmp_path, env=place, check=True, capture_output=True)
    assert (tmp_path / "p.pdf").stat().st_mode & 0o077 == 0
    assert not (tmp_path / "none").exists()


def test_indicators_go_from_a_table_to_iati_and_back(tmp_path: Path) -> None:
    for words in (("example", "i.csv"), ("convert", "i.csv", "i.xml"), ("convert", "i.xml", "j.csv")):
        done = comity("indicators", *words, folder=tmp_path)
        assert done.exit_code == 0, done.stderr
    assert comity("indicators", "check", "j.csv", folder=tmp_path).stdout == "11 indicators, 44 periods\n"


def test_file_with_faults_is_refused_with_each_line_and_a_code(tmp_path: Path) -> None:
    (tmp_path / "bad.csv").write_text("key,title en,target\na,,3\n")
    done = comity("indicators", "check", "bad.csv", folder=tmp_path)
    assert done.exit_code == 1
    assert "line 2: Title in English: There is no text where one must be." in done.stderr
    assert "line 2: First day: Something that must be there is missing." in done.stderr
    assert "Traceback" not in done.stderr


def test_format_that_is_not_known_is_said_in_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "plan.mpp").write_bytes(b"x")
    done = comity("plan", "check", "plan.mpp", folder=tmp_path)
    assert done.exit_code == 1
    assert "A plan is read from .xlsx or from .xml of Microsoft Project." in done.stderr
