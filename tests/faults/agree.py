"""Say when two nodes agree on everything."""

import time
from collections.abc import Mapping, Sequence

from tests.support.processes import Node, Pair

SETTLE_SECONDS = 240.0


def settle(pair: Pair) -> None:
    """Wait until both hold the same journals and each has the receipts of all its records."""
    end = time.monotonic() + SETTLE_SECONDS
    while not _same(pair):
        if time.monotonic() > end:
            raise AssertionError(f"The nodes do not come together: {[node.driver('state') for node in pair]}")
        time.sleep(0.2)


def _same(pair: Pair) -> bool:
    sizes = [node.driver("sizes") for node in pair]
    if sizes[0] != sizes[1]:
        return False
    return all(node.driver("receipts") == sizes[0][node.name] for node in pair)


def assert_whole(pair: Pair, sent: Mapping[str, Sequence[str]]) -> None:
    """Assert that all that was sent arrived and was applied once on either side, and that both can prove it."""
    settle(pair)
    everything = {uid for uids in sent.values() for uid in uids}
    for node in pair:
        times = node.driver("times")
        assert set(times) == everything
        assert set(times.values()) <= {1}
        assert node.driver("verify") == []
        assert node.driver("alarms") == []
        assert node.driver("rebuilt")
    for node, other in (tuple(pair), tuple(pair)[::-1]):
        assert node.driver("accepted", other.name) == len(sent.get(node.name, ()))
    first, second = (node.driver("state") for node in pair)
    assert first == second


def uids(node: Node, count: int, batch: int = 10) -> list[str]:
    """Post requests and return their identifiers."""
    found: list[str] = node.driver("send", count, batch)
    return found
