"""Pairs of real nodes, as for the tests of faults."""

from tests.faults.conftest import pair, pairs, running

__all__ = ("pair", "pairs", "running")
