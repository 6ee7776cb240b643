"""``./comity`` prepares its own environment: once, whole, wherever it lies, and says what is missing.

A stand-in for Python records what it is asked to install, so that nothing is fetched.
"""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.root import ROOT

STAND_IN = """#!/bin/sh
case "$*" in
*_base_executable*) printf '%s\\n' "$0" ;;
*"import ensurepip"*) {ensurepip} ;;
--version) echo Python 3.11.0 ;;
"-m venv "*)
    mkdir -p "$3/bin" "$3/lib/python3.11/site-packages"
    cp "$0" "$3/bin/python"
    printf '#!/bin/sh\\nif [ "$1" = --version ]; then echo uv 9.9.9; exit; fi\\n%s\\n' \\
        'echo "sync $*" >>"{log}"; [ ! -e "{log}.broken" ]; exit' >"$3/bin/uv"
    chmod +x "$3/bin/uv"
    echo venv >>"{log}" ;;
"-m pip "*) echo "pip $*" >>"{log}"; [ ! -e "{log}.broken" ] ;;
"-P -m comity"*) shift 3; printf '<%s>' "$@" ;;
*) exec "{real}" "$@" ;;
esac
"""
NEEDED = ("sh", "cat", "cmp", "head", "sed", "rm", "mv", "mkdir", "cp", "chmod", "readlink", "dirname", "basename")


class House:
    """Be a checkout with a stand-in for Python."""

    def __init__(self, folder: Path, *, ensurepip: str = "true") -> None:
        self.root = folder / "a folder with spaces"
        (self.root / "requirements").mkdir(parents=True)
        shutil.copy(ROOT / "comity", self.root / "comity")
        for name, text in (("bootstrap", "uv==9.9.9 \\\n"), ("run", "a==1\n"), ("all", "a==1\nb==2\n")):
            (self.root / "requirements" / f"{name}.txt").write_text(text)
        self.log = folder / "log"
        self.log.touch()
        self.programs = folder / "programs"
        self.programs.mkdir()
        for name in NEEDED:
            (self.programs / name).symlink_to(shutil.which(name) or name)
        self.python = self.programs / "python3"
        self.python.write_text(STAND_IN.format(log=self.log, real=sys.executable, ensurepip=ensurepip))
        self.python.chmod(0o755)
        self.environment = {"PATH": str(self.programs)}

    def start(self, *arguments: str, command: Path | None = None) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            [command or self.root / "comity", *arguments],
            env=self.environment,
            cwd="/",
            text=True,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )

    def run(self, *arguments: str, command: Path | None = None) -> tuple[int, str, str]:
        process = self.start(*arguments, command=command)
        output, errors = process.communicate(timeout=30)
        return process.returncode, output, errors

    def installed(self) -> list[str]:
        """Return the lists that were installed, in order."""
        lines = [line for line in self.log.read_text().splitlines() if line.startswith("sync")]
        return [line.rpartition("/")[2] for line in lines]


@pytest.fixture
def house(tmp_path: Path) -> House:
    return House(tmp_path)


def test_first_start_installs_the_run_list_and_the_second_nothing(house: House) -> None:
    assert house.run("status", "two words")[:2] == (0, "<status><two words>")
    assert house.run("status")[:2] == (0, "<status>")
    assert house.installed() == ["run.txt"]


def test_packages_are_checked_against_their_hashes(house: House) -> None:
    house.run("status")
    assert all("--require-hashes" in line for line in house.log.read_text().splitlines() if line != "venv")


@pytest.mark.parametrize("arguments", [("test",), ("--home", "x", "lint"), ("bench", "journal")])
def test_developers_command_installs_the_full_list_which_then_serves_all(
    house: House, arguments: tuple[str, ...]
) -> None:
    house.run("status")
    house.run(*arguments)
    house.run("status")
    house.run("--home", "test", "status")
    assert house.installed() == ["run.txt", "all.txt"]


def test_changed_list_is_installed_in_place(house: House) -> None:
    house.run("test")
    (house.root / "requirements" / "all.txt").write_text("a==2\n")
    house.run("status")
    assert house.installed() == ["all.txt", "all.txt"]
    assert house.log.read_text().count("venv\n") == 1


def test_two_starts_at_once_prepare_once(house: House) -> None:
    both = [house.start("status") for _ in range(4)]
    assert [process.communicate(timeout=30)[0] for process in both] == ["<status>"] * 4
    assert house.installed() == ["run.txt"]


def test_preparation_that_was_interrupted_is_done_again(house: House) -> None:
    Path(f"{house.log}.broken").touch()
    code, _, errors = house.run("status")
    assert code != 0
    assert errors
    Path(f"{house.log}.broken").unlink()
    assert house.run("status")[:2] == (0, "<status>")


def test_it_can_be_called_through_a_link(house: House, tmp_path: Path) -> None:
    link = tmp_path / "link"
    link.symlink_to("a folder with spaces/comity")
    assert house.run("status", command=link)[:2] == (0, "<status>")
    assert (house.root / ".venv").is_dir()


def test_folder_of_wheels_replaces_the_network(house: House) -> None:
    house.environment["COMITY_WHEELS"] = "/the/wheels"
    house.run("status")
    installs = [line for line in house.log.read_text().splitlines() if line != "venv"]
    assert all("--no-index --find-links /the/wheels" in line for line in installs)


def test_missing_venv_names_the_package_to_install(tmp_path: Path) -> None:
    code, _, errors = House(tmp_path, ensurepip="false").run("status")
    assert code == 69
    assert "apt-get install python3-venv" in errors


def test_missing_python_is_said_with_what_to_do(house: House) -> None:
    house.python.unlink()
    code, _, errors = house.run("status")
    assert code == 69
    assert "Comity needs Python 3.11 or later" in errors
    assert "COMITY_PYTHON" in errors


def test_help_needs_no_node_and_is_quick() -> None:
    environment = os.environ | {"COMITY_HOME": "/nonexistent"}
    command = [sys.executable, "-X", "importtime", "-m", "comity", "--help"]
    result = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
    assert result.returncode == 0
    assert "Developing Comity" in result.stdout
    loaded = {line.rpartition("|")[2].strip() for line in result.stderr.splitlines()}
    assert "click" in loaded
    assert loaded & {"django", "psycopg", "httpx", "granian", "pytest"} == set()
