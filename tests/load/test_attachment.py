"""An attachment may be of any size; the nodes' memory may not."""

import hashlib
import secrets
import threading
from pathlib import Path

import pytest

from tests.faults.agree import settle
from tests.support.processes import Pair
from tests.support.sizes import scaled

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(1800)]

MB = 1024 * 1024
NODE = 200 * MB
"""What a node may hold while an attachment travels."""
MORE = 96 * MB
"""What both nodes together may hold beyond what they hold at rest, whatever the size of the attachment."""


def _fill(path: Path, size_mb: int) -> str:
    digest, block = hashlib.sha256(), secrets.token_bytes(MB - 8)
    with path.open("wb") as file:
        for number in range(size_mb):
            part = number.to_bytes(8) + block
            digest.update(part)
            file.write(part)
    return digest.hexdigest()


def test_large_attachment_arrives_unchanged_and_each_node_stays_under_200_mb(running: Pair, tmp_path: Path) -> None:
    source = tmp_path / "large"
    digest = _fill(source, scaled(2048, 192))
    idle = sum(node.memory()[0] for node in running)
    peaks: list[list[int]] = []
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.05):
            peaks.append([node.memory()[0] for node in running])

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        blob, uid = running.doha.driver("attach", str(source))
        source.unlink()
        running.berlin.driver("wait_for", blob)
    finally:
        done.set()
        watcher.join()
    assert running.berlin.driver("opened", uid) == digest
    assert max(max(each) for each in peaks) < NODE
    assert max(map(sum, peaks)) < idle + MORE
    settle(running)
    assert [node.driver("alarms") for node in running] == [[], []]
