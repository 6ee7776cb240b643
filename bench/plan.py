"""Measure the pages of a plan on a real node: board, timeline and indicators, over a journal of requests.

The plan is agreed between two node processes; each page is opened in a process of its own, its parts in turns, warm:
while nothing else happens, and each time after another request has come (rows with ``after_record``).
The limit beside each figure is the one the house has set. In the same run, both nodes must show the same figures.
"""

import argparse
import contextlib
import time
from typing import Final

from bench._sides import Side, running
from bench._table import Row, parser, percentile, report, row
from tests.support.processes import Pair

GOAL_MS: Final = 300.0
BATCH: Final = 500
ROUND: Final = 5000
SIDE: Final = "bench._plan_side"


def _agree(doha: Side, berlin: Side, kind: str, many: int) -> None:
    asked = {"kind": kind, "version": 1}
    while berlin("sign", **asked) < many or doha("signed", **asked) < many:
        time.sleep(0.2)


def _pages(pair: Pair, doha: Side, berlin: Side, backend: str, sizes: argparse.Namespace) -> list[Row]:
    for side in (doha, berlin):
        side("enlist")
    rounds = max(20, sizes.rounds)
    before = sizes.records - rounds  # the rest comes one by one, between pages
    for first in range(0, before, ROUND):
        pair.doha.driver("timed", min(ROUND, before - first), BATCH, 64)
    _agree(doha, berlin, "plan", doha("fill_plan", actions=sizes.actions))
    _agree(doha, berlin, "indicators", doha("fill_indicators", many=sizes.indicators))
    assert doha("figures") == berlin("figures"), "the nodes show different figures"
    doha("look", rounds=2)
    taken = doha("look", rounds=rounds)
    for _ in range(rounds):
        pair.doha.driver("timed", 1, 1, 64)
        for name, found in doha("look", rounds=1).items():
            taken.setdefault(f"{name}_after_record", []).extend(found)
    return [
        row(f"{name}_p95_ms", percentile(found, 0.95), "ms", backend=backend, versus="goal", versus_value=GOAL_MS)
        for name, found in taken.items()
    ]


def measure(backend: str, sizes: argparse.Namespace) -> list[Row]:
    """Measure everything on one backend."""
    with running(backend) as pair, contextlib.ExitStack() as stack:
        doha, berlin = Side(SIDE, pair.doha.home), Side(SIDE, pair.berlin.home)
        stack.callback(doha.close)
        stack.callback(berlin.close)
        return _pages(pair, doha, berlin, backend, sizes)


def main(arguments: list[str]) -> None:
    """Run the bench from the command line."""
    made = parser("plan", __doc__)
    made.add_argument("--actions", type=int, default=500, help="actions of the plan (%(default)s)")
    made.add_argument("--indicators", type=int, default=50, help="indicators, half of them computed (%(default)s)")
    made.add_argument("--records", type=int, default=1000, help="requests in the journal (%(default)s)")
    made.add_argument("--backend", choices=["sqlite", "postgresql"], default="sqlite", help="(%(default)s)")
    asked = made.parse_args(arguments)
    report("plan", measure(asked.backend, asked), as_json=asked.json)
