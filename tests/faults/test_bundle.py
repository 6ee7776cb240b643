"""Bundles carried by hand lead to the state that the network leads to."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.faults.agree import assert_whole, settle, uids
from tests.support.processes import Node, Pair, Pairs
from tests.support.sizes import reduced
from tools.root import ROOT

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(600)]


def _comity(node: Node, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "comity", "--home", str(node.home), *words]
    return subprocess.run(command, cwd=ROOT, check=False, capture_output=True, text=True)


def _carry(sender: Node, reader: Node, file: Path) -> None:
    file.unlink(missing_ok=True)
    for done in (
        _comity(sender, "bundle", "export", reader.name, str(file)),
        _comity(reader, "bundle", "import", str(file)),
    ):
        assert done.returncode == 0, done.stderr


def _shape(pair: Pair) -> object:
    """Return what must not depend on how messages travelled: neither identifiers nor times nor their grouping."""
    found = []
    for node in pair:
        state = node.driver("state")
        entries = sorted((one[0], *one[3:4], *one[5:9]) for one in state["entries"])
        found.append((entries, state["refusals"], node.driver("accepted", _other(pair, node).name)))
    return found


def _other(pair: Pair, node: Node) -> Node:
    return pair.berlin if node is pair.doha else pair.doha


def test_bundles_yield_the_same_state_as_the_network(pairs: Pairs, tmp_path: Path) -> None:
    by_hand, by_wire = pairs.new(), pairs.new()
    try:
        by_wire.start()
        sent = [{node.name: uids(node, 30) for node in pair} for pair in (by_hand, by_wire)]
        settle(by_wire)
        for _ in range(2):
            _carry(by_hand.doha, by_hand.berlin, tmp_path / "bundle")
            _carry(by_hand.berlin, by_hand.doha, tmp_path / "bundle")
        _carry(by_hand.doha, by_hand.berlin, tmp_path / "bundle")
        assert_whole(by_hand, sent[0])
        assert_whole(by_wire, sent[1])
        assert _shape(by_hand) == _shape(by_wire)
    finally:
        by_hand.close()
        by_wire.close()


@pytest.mark.skipif(reduced(), reason="many commands, each a process: in the full run alone")
def test_bundle_read_twice_or_cut_short_changes_nothing_that_was_right(pair: Pair, tmp_path: Path) -> None:
    file, cut = tmp_path / "bundle", tmp_path / "cut"
    sent = uids(pair.doha, 20)
    _carry(pair.doha, pair.berlin, file)
    before = pair.berlin.driver("state")
    assert _comity(pair.berlin, "bundle", "import", str(file)).returncode == 0
    assert pair.berlin.driver("state") == before
    cut.write_bytes(file.read_bytes()[:-200])
    found = _comity(pair.berlin, "bundle", "import", str(cut))
    assert found.returncode == 0
    assert "cut off" in found.stderr
    assert pair.berlin.driver("state") == before
    for _ in range(2):
        _carry(pair.berlin, pair.doha, tmp_path / "back")
        _carry(pair.doha, pair.berlin, tmp_path / "back")
    assert_whole(pair, {pair.doha.name: sent})
