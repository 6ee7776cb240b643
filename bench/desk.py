"""Measure the pages of the case desk on a node that holds many cases: inbox, case and search, with their records.

Two node processes exchange all of it first: of each case a question, clarifications and their answers, and for most of
them a reply.  Pages are opened in a process of its own, through everything that a browser's request goes through, other
filters, cases and words each time.  The limit beside each figure is the one the house has set.
"""

import argparse
import sys
import time
from typing import Final

from bench._sides import Side, running
from bench._table import Row, parser, percentile, report, row
from tests.support.processes import Pair

GOAL_MS: Final = 200.0
BATCH: Final = 500
SIDE: Final = "bench._desk_side"


def _settled(pair: Pair) -> None:
    for node in pair:
        node.driver("wait")


def _fill(pair: Pair, doha: Side, berlin: Side, sizes: argparse.Namespace) -> None:
    """Let both sides write until there are so many records; say how far it is."""
    began = time.monotonic()
    for first in range(0, sizes.cases, BATCH):
        doha("ask", first=first, count=min(BATCH, sizes.cases - first))
        _settled(pair)
        _say("cases", first + BATCH, sizes.cases, began)
    replies = sizes.cases * 7 // 10
    while (held := doha("count")) < sizes.records - replies:
        berlin("follow", kind="clarification", count=BATCH)
        _settled(pair)
        doha("follow", kind="clarified", count=BATCH)
        _settled(pair)
        _say("records", held, sizes.records, began)
    for _ in range(0, replies, BATCH):
        berlin("follow", kind="reply", count=BATCH)
        _settled(pair)


def _say(what: str, done: int, whole: int, began: float) -> None:
    print(f"\r{what}: {done} of {whole}, {time.monotonic() - began:.0f} s ", end="", file=sys.stderr, flush=True)


def _pages(pair: Pair, backend: str, sizes: argparse.Namespace) -> list[Row]:
    doha, berlin = Side(SIDE, pair.doha.home), Side(SIDE, pair.berlin.home)
    try:
        for side in (doha, berlin):
            side("enlist")
        _fill(pair, doha, berlin, sizes)
        print(f"\nwords of {doha('index')} of {doha('count')} records are searched", file=sys.stderr)
        doha("look", rounds=8)
        taken = doha("look", rounds=max(40, sizes.rounds))
    finally:
        doha.close()
        berlin.close()
    return [
        row(f"{name}_p95_ms", percentile(found, 0.95), "ms", backend=backend, versus="goal", versus_value=GOAL_MS)
        for name, found in taken.items()
    ]


def measure(backend: str, sizes: argparse.Namespace) -> list[Row]:
    """Measure everything on one backend."""
    with running(backend) as pair:
        return _pages(pair, backend, sizes)


def main(arguments: list[str]) -> None:
    """Run the bench from the command line."""
    made = parser("desk", __doc__)
    made.add_argument("--cases", type=int, default=2000, help="cases; the goal is set for 100000 (%(default)s)")
    made.add_argument("--records", type=int, default=20_000, help="records; the goal is for 1000000 (%(default)s)")
    made.add_argument("--backend", choices=["sqlite", "postgresql"], default="sqlite", help="(%(default)s)")
    asked = made.parse_args(arguments)
    report("desk", measure(asked.backend, asked), as_json=asked.json)
