"""Seeds of the simulation, in shares that run side by side; ``comity test simulation --seeds N`` sets how many."""

import os
import subprocess
import sys

import pytest

from tests.support.sizes import seeds
from tools.root import ROOT

SHARE = 25
FIRST = 1


def _shares() -> list[tuple[int, int]]:
    one = os.environ.get("COMITY_TEST_SEED")
    if one:
        return [(int(one), 1)]
    count = seeds()
    return [(FIRST + at, min(SHARE, count - at)) for at in range(0, count, SHARE)]


@pytest.mark.timeout(3600)
@pytest.mark.parametrize(("start", "count"), _shares())
def test_after_healing_nothing_is_lost_or_doubled_and_all_nodes_agree(start: int, count: int) -> None:
    command = [sys.executable, "-m", "tests.simulation", "--keep-going"]
    one = bool(os.environ.get("COMITY_TEST_SEED"))
    command += ["--seed", str(start)] if one else ["--start", str(start), "--seeds", str(count)]
    nodes = os.environ.get("COMITY_TEST_NODES")
    command += ["--nodes", nodes] if nodes else []
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    if one:
        sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout[-20_000:] + done.stderr[-5_000:]


@pytest.mark.timeout(900)
def test_a_seed_can_be_replayed_exactly() -> None:
    command = [sys.executable, "-m", "tests.simulation", "--seed", "3"]
    runs = [subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False) for _ in range(2)]
    logs = [run.stdout.rpartition("\n1 seeds")[0] for run in runs]
    assert logs[0] == logs[1]
    assert "healing" in logs[0]
