"""Print what a bench measured: as a table for people, as one JSON object for machines.

A bench times itself and its peer in turns (`interleave`), so that a busy machine slows both, and reports medians.
"""

import argparse
import json
import math
import os
import platform
import sqlite3
import statistics
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from importlib.metadata import version
from pathlib import Path
from typing import Final

MIN_ROUNDS: Final = 5


@dataclass(frozen=True, slots=True)
class Row:
    """Hold one figure beside the peer, or the limit, that was measured in the same run.

    ``ratio`` is ``value / versus_value``; ``backend`` is ``sqlite``, ``postgresql`` or empty.
    """

    name: str
    value: float
    unit: str
    backend: str = ""
    versus: str = ""
    versus_value: float | None = None
    ratio: float | None = None


@dataclass(frozen=True, slots=True)
class Machine:
    """Describe where a figure comes from."""

    processor: str
    cores: int
    memory_gb: float
    system: str
    python: str
    sqlite: str
    django: str
    cryptography: str


def row(
    name: str, value: float, unit: str, *, backend: str = "", versus: str = "", versus_value: float | None = None
) -> Row:
    """Make a row, with its ratio."""
    ratio = value / versus_value if versus_value else None
    return Row(name, value, unit, backend, versus, versus_value, ratio)


def interleave(rounds: int, ways: Mapping[str, Callable[[], float]]) -> dict[str, float]:
    """Measure each way once a round, ``rounds`` times (at least five), and return the median of each."""
    if rounds < MIN_ROUNDS:
        raise SystemExit(f"A median needs at least {MIN_ROUNDS} rounds.")
    found: dict[str, list[float]] = {name: [] for name in ways}
    for _ in range(rounds):
        for name, measure in ways.items():
            found[name].append(measure())
    return {name: statistics.median(values) for name, values in found.items()}


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` (0 to 1) of the values do not exceed."""
    ordered = sorted(values)
    return ordered[max(0, min(len(ordered), math.ceil(share * len(ordered))) - 1)]


def parser(name: str, doc: str | None) -> argparse.ArgumentParser:
    """Make the parser that every bench starts from: ``--json`` and ``--rounds``."""
    made = argparse.ArgumentParser(prog=f"comity bench {name}", description=doc)
    made.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    made.add_argument("--rounds", type=int, default=MIN_ROUNDS, help="rounds of each measurement (%(default)s)")
    return made


def machine() -> Machine:
    """Describe this machine."""
    return Machine(
        processor=_processor(),
        cores=len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1,
        memory_gb=round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 1024**3, 1),
        system=f"{platform.system()} {platform.release()}",
        python=platform.python_version(),
        sqlite=sqlite3.sqlite_version,
        django=version("django"),
        cryptography=version("cryptography"),
    )


def report(bench: str, rows: Sequence[Row], *, as_json: bool) -> None:
    """Print the rows."""
    here = machine()
    if as_json:
        print(json.dumps({"bench": bench, "machine": asdict(here), "rows": [asdict(each) for each in rows]}))
        return
    lines = [("", "backend", "value", "unit", "versus", "value", "ratio")]
    lines += [
        (r.name, r.backend, _number(r.value), r.unit, r.versus, _number(r.versus_value), _number(r.ratio)) for r in rows
    ]
    widths = [max(len(line[at]) for line in lines) for at in range(len(lines[0]))]
    numbers = {2, 5, 6}
    print(f"{bench}: {here.processor}, {here.cores} cores, {here.memory_gb} GB, {here.system}, Python {here.python}")
    for line in lines:
        cells = (
            c.rjust(w) if at in numbers else c.ljust(w) for at, (c, w) in enumerate(zip(line, widths, strict=True))
        )
        print("  ".join(cells).rstrip())
    sys.stdout.flush()


def _processor() -> str:
    info = Path("/proc/cpuinfo")
    lines = info.read_text().splitlines() if info.exists() else []
    names = [line.partition(":")[2].strip() for line in lines if line.startswith("model name")]
    return names[0] if names else platform.processor() or platform.machine()


def _number(value: float | None) -> str:
    if value is None:
        return ""
    if abs(value) >= 1000:
        return f"{value:,.0f}"
    return f"{value:.3g}"
