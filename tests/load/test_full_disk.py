"""A full disk stops what needs room and loses nothing; with room again, everything arrives."""

import contextlib
import os
import secrets
import shutil
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.agree import assert_whole, settle
from tests.support.processes import Node, Pair

pytestmark = [
    pytest.mark.loopback,
    pytest.mark.timeout(600),
    pytest.mark.skipif(os.geteuid() != 0 or not shutil.which("mount"), reason="a small disk needs root to mount it"),
]

MB = 1024 * 1024
DISK_MB = 48


@contextlib.contextmanager
def _on_small_disk(node: Node) -> Iterator[None]:
    """Let a node's home lie on a disk of its own."""
    beside = node.home.with_name(node.home.name + "-moved")
    node.home.rename(beside)
    node.home.mkdir(mode=0o700)
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MB}m,mode=700", "tmpfs", str(node.home)], check=True)
    try:
        shutil.copytree(beside, node.home, dirs_exist_ok=True)
        yield
    finally:
        node.close()
        subprocess.run(["umount", "--lazy", str(node.home)], check=True)


def _fill_up(home: Path) -> Path:
    """Take all the room that is left."""
    ballast = home / "ballast"
    with contextlib.suppress(OSError), ballast.open("wb", buffering=0) as file:
        while True:
            file.write(bytes(64 * 1024))
    return ballast


def test_node_with_a_full_disk_loses_nothing_and_goes_on_when_there_is_room(pair: Pair, tmp_path: Path) -> None:
    source = tmp_path / "attachment"
    source.write_bytes(secrets.token_bytes(4 * MB))
    pair.berlin.driver.close()
    pair.berlin._driver = None
    with _on_small_disk(pair.berlin):
        pair.start()
        sent = {node.name: list(node.driver("send", 20, 10)) for node in pair}
        settle(pair)
        ballast = _fill_up(pair.berlin.home)
        sent[pair.doha.name] += pair.doha.driver("send", 300, 50)
        blob, uid = pair.doha.driver("attach", str(source))
        sent[pair.doha.name].append(uid)
        time.sleep(3)
        assert pair.berlin.alive
        assert pair.berlin.driver("have", blob)[1] is False
        ballast.unlink()
        pair.berlin.driver("wait_for", blob)
        assert_whole(pair, sent)
