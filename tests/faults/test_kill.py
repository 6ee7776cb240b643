"""A node may die at any moment: nothing is lost, nothing is doubled, and both sides can prove it."""

import hashlib
import random
import secrets
import time
from pathlib import Path

import pytest

from tests.faults.agree import assert_whole, settle
from tests.support.processes import Pair
from tests.support.sizes import scaled

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(1800)]

SEED = 20261124
MB = 1024 * 1024


def test_every_record_arrives_and_is_applied_once_whichever_node_is_killed_in_mid_batch(running: Pair) -> None:
    kills, records = scaled(50, 8), scaled(5000, 600)
    chance = random.Random(SEED)
    sent: dict[str, list[str]] = {node.name: [] for node in running}
    waiting = 0
    for _ in range(kills):
        for node in running:
            node.driver.begin("send", records // kills // 2, 5)
        time.sleep(chance.random() * 0.5)
        victim = chance.choice(list(running))
        victim.kill()
        for node in running:
            sent[node.name] += node.driver.end()
        waiting += any(node.driver("receipts") < node.driver("sizes")[node.name] for node in running)
        victim.start()
    assert waiting, "no kill met a node with work in hand"
    assert_whole(running, sent)


def test_both_nodes_killed_at_once_come_back_to_the_same_state(running: Pair) -> None:
    sent: dict[str, list[str]] = {node.name: [] for node in running}
    for _ in range(scaled(6, 2)):
        for node in running:
            node.driver.begin("send", 60, 20)
        time.sleep(0.3)
        for node in running:
            node.kill()
        for node in running:
            sent[node.name] += node.driver.end()
        running.start()
    assert_whole(running, sent)


def test_attachment_goes_on_where_it_stopped_after_either_node_was_killed(running: Pair, tmp_path: Path) -> None:
    size = scaled(256, 48) * MB
    source = tmp_path / "source"
    with source.open("wb") as file:
        for _ in range(size // MB):
            file.write(secrets.token_bytes(MB))
    blob, uid = running.doha.driver("attach", str(source))
    for share, victim in ((4, running.berlin), (2, running.doha)):
        running.berlin.driver("wait_for", blob, size // share)
        victim.kill()
        had, complete = running.berlin.driver("have", blob)
        victim.start()
        assert complete or running.berlin.driver("have", blob)[0] >= had >= size // share
    running.berlin.driver("wait_for", blob)
    digest = hashlib.sha256(source.read_bytes()).hexdigest()
    assert [node.driver("opened", uid) for node in running] == [digest, digest]
    settle(running)
    assert [node.driver("alarms") for node in running] == [[], []]
