"""Another user of the machine reads nothing of a node, and no command deletes what it did not make."""

import os
import stat
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from comity.channel import blobs, courier
from comity.channel.models import Peer
from comity.channel.service import HttpTransport
from comity.node.commands.demo import demo
from tests.support import worlds


def test_nothing_that_a_command_writes_is_readable_by_others(tmp_path: Path) -> None:
    home = tmp_path / "home"
    command = [sys.executable, "-P", "-m", "comity", "--home", str(home)]
    environment = os.environ | {"DJANGO_SETTINGS_MODULE": ""}

    def run(*words: str) -> None:
        subprocess.run(  # a generous umask, as some machines have
            ["sh", "-c", 'umask 000; exec "$@"', "sh", *command, *words], check=True, env=environment, cwd=tmp_path
        )

    run("node", "init", "--name", "DE.berlin", "--authority", "DE/BKA")
    run("pair", "invite", "-o", str(tmp_path / "invitation.json"))
    made = [home, *home.rglob("*"), tmp_path / "invitation.json"]
    assert {"node.toml", "node.sqlite3", "node.key", "tls.key", "django.key"} <= {path.name for path in made}
    assert [path.name for path in made if stat.S_IMODE(path.stat().st_mode) & 0o077] == []


@pytest.mark.parametrize("words", [[], ["--fresh"]])
def test_demonstration_deletes_no_folder_that_it_did_not_make(tmp_path: Path, words: list[str]) -> None:
    letter = tmp_path / "node.toml"
    letter.write_text("a real node")
    result = CliRunner().invoke(demo, [*words, "--folder", str(tmp_path)])
    assert result.exit_code == 1
    assert "Nothing was deleted" in result.output
    assert letter.read_text() == "a real node"


@pytest.mark.django_db
def test_attachment_that_was_broken_off_leaves_nothing_behind(tmp_path: Path) -> None:
    node = worlds.make_node("DE.berlin", "default", tmp_path, worlds.Clock())

    def broken() -> "list[bytes]":
        raise OSError

    with pytest.raises(OSError):
        blobs.keep(node, (one for _ in (1,) for one in broken()), "a", "text/plain")
    assert list((tmp_path / "blobs" / "parts").iterdir()) == []


@pytest.mark.parametrize(
    ("endpoint", "certificate"), [("http://node.example:port", ""), ("https://node.example", "no certificate")]
)
def test_address_or_certificate_that_is_none_is_a_failed_call_and_no_fault(endpoint: str, certificate: str) -> None:
    peer = Peer(node="QA.doha", endpoint=endpoint, certificate=certificate)
    with pytest.raises(courier.TransportError):
        HttpTransport()(peer, b"")
