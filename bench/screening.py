"""Measure blind checks through two real node processes: one person, and the rows of a file.

The list is as large as one of `--persons` persons; all but one are random entries, which cost what real ones do. Cold
is the first check after the asker's node has started, warm a later one; both from the order to the stored hit.
Beside them, in the same run, the cryptography of the same question alone, on one core; on the wire, the elements,
proof and commitment alone. The asker's budget is widened for the run. With `--kills`, the check of the file is ended
by SIGKILL so many times, in turn with the asker's and the holder's node, and goes on; no question may leave twice.
"""

import contextlib
import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench._table import Row, parser, percentile, report, row
from bench._wire import Meter
from comity.matching import ListName, Person, answer, ask, finish, list_key, parse_births, person_keys
from tests.support.processes import Node, Pair, Pairs
from tools import postgres

HER = Person(("Samira Al-Tanjawi",), parse_births("1980-05-01"))
"""Who is on the list that `tests.support.blind` makes."""
HARD = "bdfgklmnrstz"
QUESTIONS = 10_000_000


def _crypto_ms() -> float:
    """Return how long the cryptography of one question takes, all three steps on one core."""
    key = list_key(bytes(32), ListName(bytes(32), "bench", 1))
    start = time.perf_counter()
    question = ask(person_keys(HER))
    finish(question, answer(key, question.elements), key.public)
    return (time.perf_counter() - start) * 1000


def _passengers(count: int) -> str:
    names = [
        f"Hannelore {HARD[n % 12]}o{HARD[n // 12 % 12]}o{HARD[n // 144 % 12]}e{HARD[n // 1728 % 12]}al"
        for n in range(count)
    ]
    names[count // 2] = HER.names[0]
    return "reference;name\n" + "".join(f"P-{at};{name}\n" for at, name in enumerate(names))


def _until_ready(pair: Pair, keys: int) -> None:
    while pair.berlin.driver("ready") < keys:
        time.sleep(0.5)


def _one_person(pair: Pair, backend: str, rounds: int) -> list[Row]:
    cold, warm, bare = [], [], []
    for _ in range(rounds):
        pair.berlin.stop()
        pair.berlin.start()
        time.sleep(1.0)  # its queues have looked once for what there is
        taken, hits = pair.berlin.driver("check_one", HER.names[0], "1980-05-01")
        assert hits == 1
        cold.append(taken)
        for number in range(5):
            taken, hits = pair.berlin.driver("check_one", f"Hannelore Buchsbaum{HARD[number]}", "")
            assert hits == 0
            warm.append(taken)
        bare.append(_crypto_ms())
    alone = statistics.median(bare)
    return [
        row(
            "person_cold_ms",
            statistics.median(cold),
            "ms",
            backend=backend,
            versus="its cryptography",
            versus_value=alone,
        ),
        row(
            "person_warm_ms",
            statistics.median(warm),
            "ms",
            backend=backend,
            versus="its cryptography",
            versus_value=alone,
        ),
        row("person_warm_p95_ms", percentile(warm, 0.95), "ms", backend=backend),
    ]


def _wire(pair: Pair, backend: str, count: int) -> list[Row]:
    with contextlib.ExitStack() as stack:
        meters = [stack.enter_context(Meter(node.port)) for node in pair]
        for node, meter in zip(reversed(list(pair)), meters, strict=True):
            node.driver("move", f"https://127.0.0.1:{meter.port}")
        pair.berlin.driver("check_one", "Walburga Holm", "")
        time.sleep(1.0)
        before = sum(meter.total for meter in meters)
        for _ in range(count):
            pair.berlin.driver("check_one", "Walburga Holm", "")
        time.sleep(1.0)
        found = (sum(meter.total for meter in meters) - before) / count
        for node, other in zip(reversed(list(pair)), pair, strict=True):
            node.driver("move", other.endpoint)
    least = 2 * 16 * 32 + 64 + 32
    return [
        row("wire_bytes_per_question", found, "B", backend=backend, versus="elements and proof", versus_value=least)
    ]


@dataclass
class _Run:
    """Be the command that checks a file, through every end that it is given."""

    node: Node
    process: "subprocess.Popen[str]"
    uid: str = ""

    def ended(self, seconds: float) -> bool:
        """Wait so long at most, and say whether the command has ended."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.communicate(timeout=seconds)
        return self.process.poll() is not None

    def kill(self) -> None:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.communicate()

    def resume(self) -> None:
        self.process = self.node.begin("check", "--resume", self.uid, "--json", "--wait", "600")


def _begun(node: Node, file: Path) -> _Run:
    process = node.begin("check", str(file), "--json", "--wait", "600")
    assert process.stderr is not None
    return _Run(node, process, process.stderr.readline().split("check ")[1].split(",")[0])


def _kill(pair: Pair, run: _Run, number: int) -> None:
    """End the command, the asker's node or the holder's at once, in turn, and let it begin again."""
    if number % 3 == 0:
        run.kill()
        run.resume()
        return
    node = pair.berlin if number % 3 == 1 else pair.doha
    node.kill()
    node.start()


def _file(pair: Pair, backend: str, folder: Path, rows: int, kills: int) -> list[Row]:
    file = folder / "passengers.csv"
    file.write_text(_passengers(rows), encoding="utf-8")
    before = pair.berlin.driver("count", "screening.query/1")
    start, killed = time.perf_counter(), 0
    run = _begun(pair.berlin, file)
    while not run.ended(1.0):
        asked = len(pair.berlin.driver("batches", run.uid))
        print(f"\r{asked * 100} of {rows} rows asked about, {killed} kills", end="", file=sys.stderr, flush=True)
        if killed < kills and asked * 100 * (kills + 1) >= rows * (killed + 1):
            _kill(pair, run, killed)
            killed += 1
    taken = time.perf_counter() - start
    print(file=sys.stderr)
    return _file_rows(pair, backend, run.uid, rows, taken, before)


def _file_rows(pair: Pair, backend: str, uid: str, rows: int, taken: float, before: int) -> list[Row]:
    (found,) = json.loads(pair.berlin.say("check", "--resume", uid, "--json", "--wait", "600"))["checks"]
    assert (found["done"], found["failed"], len(found["hits"])) == (rows, 0, 1), (found["done"], found["note"])
    batches = set(pair.berlin.driver("batches", uid))
    twice = [node.driver("count", "screening.query/1") - before - len(batches) for node in pair]
    alone = 1000 / statistics.median(_crypto_ms() for _ in range(20))
    return [
        row(
            "file_rows_per_second",
            rows / taken,
            "1/s",
            backend=backend,
            versus="one core's cryptography",
            versus_value=alone,
        ),
        row("file_seconds", taken, "s", backend=backend),
        row("file_questions", len(batches), "", backend=backend),
        row("file_questions_asked_twice", max(twice), "", backend=backend),
    ]


def measure(backend: str, persons: int, rows: int, rounds: int, kills: int = 0) -> list[Row]:
    """Measure everything on one backend."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="comity-bench-")))
        server = stack.enter_context(postgres.server(durable=True, private=True)) if backend == "postgresql" else None
        pairs = Pairs(folder, server, QUESTIONS)
        stack.callback(pairs.close)
        pair = pairs.new()
        stack.callback(pair.close)
        pair.start()
        keys = pair.doha.driver("fill", persons)
        _until_ready(pair, keys)
        found = _one_person(pair, backend, rounds)
        found += _wire(pair, backend, 20)
        return found + (_file(pair, backend, folder, rows, kills) if rows else [])


def main(arguments: list[str]) -> None:
    """Run the bench from the command line."""
    made = parser("screening", __doc__)
    made.add_argument("--persons", type=int, default=20_000, help="persons on the list (%(default)s)")
    made.add_argument("--rows", type=int, default=1000, help="rows of the file; 0 leaves it out (%(default)s)")
    made.add_argument("--kills", type=int, default=0, help="ends by SIGKILL while the file is checked (%(default)s)")
    made.add_argument("--backend", choices=["sqlite", "postgresql"], default="sqlite", help="(%(default)s)")
    asked = made.parse_args(arguments)
    found = measure(asked.backend, asked.persons, asked.rows, asked.rounds, asked.kills)
    report("screening", found, as_json=asked.json)
