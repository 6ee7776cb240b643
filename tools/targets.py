"""List what ``comity test`` can run, run it, and say how it ended in one line."""

import contextlib
import json
import os
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Final

from tools import lint, postgres
from tools.root import ROOT

EVERYDAY: Final = "everyday"
_LONG: Final = ("simulation", "browser", "faults", "load")
_QUICK: Final = (*(f"--ignore=tests/{name}" for name in _LONG), "tests")
_SHARE: Final = 8
"""Everyday, one of so many tests that use a database runs on PostgreSQL as well; the target ``postgresql`` runs all."""
_REDUCED_SHARE: Final = 12
"""Of these, ``postgresql --reduced`` runs one in so many."""
_ORDER: Final = ("failed", "error", "passed", "skipped", "xfailed", "xpassed")
_NOTHING_COLLECTED: Final = 5


@dataclass(frozen=True, slots=True)
class Options:
    """Hold what the command line asked for."""

    rest: Sequence[str] = ()
    reduced: bool = False
    seeds: int | None = None
    database: str = "both"
    only_database: bool = False

    def environment(self) -> dict[str, str]:
        """Return the sizes as tests read them (``tests/support/sizes.py``)."""
        found = {"COMITY_TEST_REDUCED": "1" if self.reduced else ""}
        return found | ({"COMITY_TEST_SEEDS": str(self.seeds)} if self.seeds is not None else {})


@dataclass(frozen=True, slots=True)
class Outcome:
    """Hold how a run ended: pytest's counts, and what could not be run, one line each."""

    counts: Counter[str]
    not_run: tuple[str, ...] = ()

    def __add__(self, other: "Outcome") -> "Outcome":
        """Take two runs together."""
        return Outcome(self.counts + other.counts, (*self.not_run, *other.not_run))

    @property
    def ok(self) -> bool:
        """Say whether nothing failed."""
        return not (self.counts["failed"] or self.counts["error"])


@dataclass(frozen=True, slots=True)
class Target:
    """Name something that can be run."""

    name: str
    purpose: str
    run: Callable[[Options], Outcome]


def run(name: str, options: Options) -> int:
    """Run a target, or the tests under a path, print the closing line, and return the exit code."""
    began = time.monotonic()
    found = {target.name: target for target in TARGETS}
    if name in found:
        outcome = found[name].run(options)
    elif name.startswith("-") or (ROOT / name.partition("::")[0]).exists() or Path(name.partition("::")[0]).exists():
        outcome = _on_databases([name], options)
    else:
        print(f"comity: there is no target {name}. There are: {', '.join(found)}; or give a path.", file=sys.stderr)
        return 2
    for line in outcome.not_run:
        print(f"not run: {line}")
    parts = [f"{outcome.counts[kind]} {kind}" for kind in _ORDER if outcome.counts[kind]] or ["nothing ran"]
    closing = f" {', '.join(parts)} in {time.monotonic() - began:.2f}s "
    print(closing.center(80, "="))
    return 0 if outcome.ok and outcome.counts["passed"] else 1


def show() -> None:
    """Print the targets."""
    for target in TARGETS:
        print(f"{target.name:<12} {target.purpose}")


def _everyday(options: Options) -> Outcome:
    return _on_databases(_QUICK, options, share=_SHARE if options.database == "both" else 1)


def _postgresql(options: Options) -> Outcome:
    share = _REDUCED_SHARE if options.reduced else 1
    return _on_databases(_QUICK, replace(options, database="postgresql", only_database=True), share=share)


def _faults(options: Options) -> Outcome:
    """Run all on both; in small sizes, on PostgreSQL only the kills: doors and partners know no database."""
    if not options.reduced or options.database != "both":
        return _on_databases(["tests/faults"], options)
    outcome = _on_databases(["tests/faults"], replace(options, database="sqlite"))
    return outcome + _on_databases(["tests/faults/test_kill.py"], replace(options, database="postgresql"))


def _unit(options: Options) -> Outcome:
    return _pytest(["tests/protocol", "tests/matching"], options)


def _lint(_options: Options) -> Outcome:
    code = lint.run(fix=False)
    return Outcome(Counter({"failed" if code else "passed": 1}))


def _folder(name: str) -> Callable[[Options], Outcome]:
    return lambda options: _on_databases([f"tests/{name}"], options)


def _simulation(options: Options) -> Outcome:
    rest, chosen = _split(options.rest, {"--seed": "COMITY_TEST_SEED", "--nodes": "COMITY_TEST_NODES"})
    shown = ("-s",) if "COMITY_TEST_SEED" in chosen else ()
    return _pytest(["tests/simulation"], replace(options, rest=(*rest, *shown)), chosen)


def _split(rest: Sequence[str], names: dict[str, str]) -> tuple[tuple[str, ...], dict[str, str]]:
    """Take the options in ``names`` out of ``rest``; return what is left, and their values by variable."""
    left: list[str] = []
    found: dict[str, str] = {}
    words = iter(rest)
    for word in words:
        option, equals, value = word.partition("=")
        if option in names:
            found[names[option]] = value if equals else next(words, "")
        else:
            left.append(word)
    return tuple(left), found


def _browser(options: Options) -> Outcome:
    return _pytest(["tests/browser", "--numprocesses=2", "--dist=loadfile"], options)


def _several(options: Options, leave_out: Sequence[str]) -> Outcome:
    outcome = Outcome(Counter())
    for target in TARGETS:
        if target.name not in ("unit", "rest", "all", *leave_out):
            print(f"\n== {target.name}: {target.purpose}", flush=True)
            outcome += target.run(options)
    return outcome


TARGETS: Final = (
    Target("unit", "The pure parts, without a database: seconds.", _unit),
    Target(EVERYDAY, "Everything quick on SQLite, then a share of it on PostgreSQL (the default).", _everyday),
    Target("postgresql", "All of everyday that uses a database, on PostgreSQL.", _postgresql),
    Target("lint", "Format, style, types, imports, house rules.", _lint),
    Target("simulation", "Two and three nodes under faults (--seeds N, --seed N, --nodes 2|3).", _simulation),
    Target("faults", "Real processes, real sockets, SIGKILL in mid-batch, on both databases.", _faults),
    Target("browser", "The exchange on screen, in a real browser.", _browser),
    Target("load", "Large journals, large attachments, full disks, on both databases.", _folder("load")),
    Target("rest", "What everyday leaves out; --reduced takes small sizes.", lambda o: _several(o, [EVERYDAY])),
    Target("all", "Everything; --reduced takes small sizes.", lambda o: _several(o, [])),
)


def _on_databases(arguments: Sequence[str], options: Options, share: int = 1) -> Outcome:
    outcome = Outcome(Counter())
    if options.database != "postgresql":
        print("-- on SQLite", flush=True)
        outcome += _pytest(arguments, options)
    if options.database != "sqlite":
        try:
            with postgres.server() as server:
                print(
                    f"-- on PostgreSQL ({'a private one' if server.private else 'the one that runs here'})", flush=True
                )
                only = _only_database(options, share)
                more = {"COMITY_TEST_DB": "postgresql", "COMITY_TEST_RUN": str(os.getpid()), **only}
                outcome += _pytest(arguments, options, server.environment() | more)
        except postgres.PostgresMissingError as error:
            outcome += Outcome(Counter(), (f"the tests on PostgreSQL; {error}",))
    return outcome


def _only_database(options: Options, share: int) -> dict[str, str]:
    if options.database != "both" and not options.only_database:
        return {}
    return {"COMITY_TEST_ONLY": "database", "COMITY_TEST_SHARE": str(share)}


def _pytest(arguments: Sequence[str], options: Options, more: dict[str, str] | None = None) -> Outcome:
    missing = [
        word for word in arguments if word.startswith("tests/") and not (ROOT / word.partition("::")[0]).exists()
    ]
    if missing:
        return Outcome(Counter(), (f"{' '.join(missing)}: there are no such tests",))
    with _tally() as tally:
        environment = os.environ | options.environment() | (more or {}) | {"COMITY_TEST_TALLY": str(tally)}
        command = [sys.executable, "-m", "pytest", *_workers(arguments, options), *arguments, *options.rest]
        code = subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode
        text = tally.read_text()
    counts = Counter({kind: n for kind, n in json.loads(text or "{}").items() if kind in _ORDER})
    if code not in (0, _NOTHING_COLLECTED) and not (counts["failed"] or counts["error"]):
        counts["error"] += 1
    return Outcome(counts)


def _workers(arguments: Sequence[str], options: Options) -> list[str]:
    """Use the cores, unless somebody wants to see a single process."""
    words = [*arguments, *options.rest]
    chosen = any(word.startswith(("-n", "--numprocesses", "--pdb", "-s")) or "::" in word for word in words)
    return [] if chosen else ["--numprocesses=auto", "--dist=worksteal"]


@contextlib.contextmanager
def _tally() -> Iterator[Path]:
    with tempfile.NamedTemporaryFile(prefix="comity-tally-") as file:
        yield Path(file.name)
