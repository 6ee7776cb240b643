"""Pairs of real nodes on the database that the run is about."""

from collections.abc import Iterator

import pytest

from tests.settings import ENGINE
from tests.support.processes import Pair, Pairs
from tools import postgres

QUESTIONS = 10_000_000
"""Budget of blind questions a day: what is tested here is not the budget, and a file of thousands asks many."""


@pytest.fixture(scope="session")
def pairs(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Pairs]:
    folder = tmp_path_factory.mktemp("pairs")
    if ENGINE == "sqlite":
        made = Pairs(folder, None, QUESTIONS)
        yield made
        made.close()
        return
    with postgres.server() as server:
        made = Pairs(folder, server, QUESTIONS)
        yield made
        made.close()


@pytest.fixture
def pair(pairs: Pairs) -> Iterator[Pair]:
    """Two nodes that know each other, not started."""
    made = pairs.new()
    yield made
    made.close()


@pytest.fixture
def running(pair: Pair) -> Pair:
    """Two nodes that run."""
    pair.start()
    return pair
