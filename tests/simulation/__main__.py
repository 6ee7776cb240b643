"""Run seeds outside pytest: ``python -m tests.simulation --seeds N [--start S] [--jobs J] [--nodes 2|3]``."""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
import time
import warnings
from collections import Counter
from pathlib import Path

WORKER = "--worker"


def _say(line: str, end: str = "\n") -> None:
    sys.stdout.write(line + end)
    sys.stdout.flush()


def main() -> int:
    """Run what the command line asks for."""
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=200, help="how many seeds")
    parser.add_argument("--start", type=int, default=1, help="the first seed")
    parser.add_argument("--seed", type=int, help="one seed, with its log")
    parser.add_argument("--jobs", type=int, default=1, help="how many processes")
    parser.add_argument("--nodes", type=int, choices=[2, 3], help="only scenarios of so many nodes")
    parser.add_argument("--real-signatures", action="store_true", help="sign with ML-DSA itself")
    parser.add_argument("--keep-going", action="store_true", help="go on after a failure")
    parser.add_argument(WORKER, action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.seed is not None:
        options.start, options.seeds, options.jobs = options.seed, 1, 1
    if os.environ.get("PYTHONHASHSEED") != "0":
        # The order of sets must be the same in every replay, and Python fixes it when it starts.
        environment = os.environ | {"PYTHONHASHSEED": "0"}
        return subprocess.run(
            [sys.executable, "-m", "tests.simulation", *sys.argv[1:]], env=environment, check=False
        ).returncode
    return _many(options) if options.jobs > 1 else _run(options)


def _many(options: argparse.Namespace) -> int:
    share = -(-options.seeds // options.jobs)
    workers = []
    for job in range(options.jobs):
        start = options.start + job * share
        count = min(share, options.start + options.seeds - start)
        if count > 0:
            command = [sys.executable, "-m", "tests.simulation", "--seeds", str(count), "--start", str(start), WORKER]
            command += ["--nodes", str(options.nodes)] if options.nodes else []
            command += ["--real-signatures"] if options.real_signatures else []
            command += ["--keep-going"] if options.keep_going else []
            workers.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
    total = _Total()
    for worker in workers:
        assert worker.stdout is not None
        for line in worker.stdout:
            if line.startswith('{"tally"'):
                total.add(json.loads(line)["tally"])
            else:
                _say(line, end="")
        total.failed |= worker.wait() != 0
    _say(total.line())
    return 1 if total.failed else 0


class _Total:
    """Add up what the scenarios did."""

    def __init__(self) -> None:
        self.began = time.monotonic()
        self.counts: dict[str, Counter[str]] = {"of": Counter(), "faults": Counter(), "alarms": Counter()}
        self.failed = False

    def add(self, tally: dict[str, dict[str, int]]) -> None:
        for name, counts in tally.items():
            self.counts[name].update(counts)

    def line(self) -> str:
        def listed(name: str) -> str:
            return ", ".join(f"{kind} {count}" for kind, count in sorted(self.counts[name].items())) or "none"

        of, spent = self.counts["of"], time.monotonic() - self.began
        return (
            f"{of['seeds']} seeds, {of['failed']} failed, {of['posted']} records posted, {of['records']} held"
            f" in {spent:.0f} s ({of['seeds'] / spent:.1f} seeds/s); faults: {listed('faults')};"
            f" alarms: {listed('alarms')}"
        )


def _run(options: argparse.Namespace) -> int:
    os.environ["DJANGO_SETTINGS_MODULE"] = "tests.simulation.settings"
    warnings.simplefilter("ignore")
    import django

    django.setup()
    from tests.simulation import pool, scenario, sim, swift
    from tests.simulation.crashes import Hooks

    if not options.real_signatures:
        swift.install()
    total = _Total()
    root = Path(tempfile.mkdtemp(prefix="comity-simulation-"))
    try:
        pool.prepare()
        hooks = Hooks(root)
        sim.shrink_bounds()
        worlds = pool.Pool(root)
        hooks.install(list(pool.ALIASES))
        for seed in range(options.start, options.start + options.seeds):
            result = scenario.play(seed, worlds, hooks, options.nodes)
            one = {"seeds": 1, "failed": int(bool(result.failure)), "posted": result.posted, "records": result.records}
            total.add({"of": one, "faults": result.faults, "alarms": result.alarms})
            if result.failure or options.seed is not None:
                _show(result, options)
            if result.failure:
                total.failed = True
                if not options.keep_going:
                    break
    finally:
        shutil.rmtree(root, ignore_errors=True)
    _say(json.dumps({"tally": total.counts}) if options.worker else total.line())
    return 1 if total.failed else 0


def _show(result: object, options: argparse.Namespace) -> None:
    from tests.simulation.scenario import Result

    assert isinstance(result, Result)
    _say(f"seed {result.seed} ({result.title})")
    _say("\n".join(result.log))
    if result.failure:
        nodes = f" --nodes {options.nodes}" if options.nodes else ""
        _say(f"FAILED seed {result.seed}: {result.failure}")
        _say(f"replay: ./comity test simulation --seed {result.seed}{nodes}")


if __name__ == "__main__":
    sys.exit(main())
