"""Officers are let in by command, in processes of their own, as an operator types it."""

import re
import subprocess
import sys
from pathlib import Path


def comity(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-P", "-m", "comity", "--home", str(home), *words]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)  # this program itself


def test_officer_is_added_and_invited_again_and_the_log_is_verified_by_command(tmp_path: Path) -> None:
    home = tmp_path / "node"
    endpoint = "https://node.example:8443/"
    made = comity(home, "node", "init", "--name", "DE.berlin", "--authority", "DE/BKA", "--endpoint", endpoint)
    assert made.returncode == 0, made.stderr
    assert 'second_factor = "required"' in (home / "node.toml").read_text()
    named = ("--display-name", "Greta Beispiel", "--invite")
    added = comity(home, "officer", "add", "greta", *named, "--role", "officer", "--role", "supervisor")
    assert re.fullmatch(r"https://node\.example:8443/welcome/\S+/\n", added.stdout), added.stderr
    again = comity(home, "officer", "invite", "greta")
    assert re.fullmatch(r"https://node\.example:8443/welcome/\S+/\n", again.stdout), again.stderr
    assert again.stdout != added.stdout
    unknown = comity(home, "officer", "add", "x", *named, "--role", "boss")
    assert unknown.returncode == 2
    assert "there is no role boss" in unknown.stderr
    verified = comity(home, "log", "verify")
    assert verified.stdout.startswith("0 entries are what they were"), verified.stderr
    assert "nobody has looked at anything yet" in comity(home, "log", "head").stderr
