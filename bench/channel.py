"""Measure two real node processes exchanging records and one attachment, beside what their cryptography and disk allow.

Records hold a question of 2 KB under the example agreement.  A record counts once it is stored durably on both nodes
and its receipt is back.  The limits are measured in the same rounds: sealing and opening one payload key by HPKE for
each record on all cores; three writes in a row that reach the disk; a payload and its sealed key, and nothing else, on
the wire; `cp` and AES-256-GCM of the same file.
"""

import contextlib
import os
import secrets
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from bench._table import Row, interleave, parser, percentile, report, row
from bench._wire import Meter
from comity.cases.records import Request
from comity.protocol.canonical import encode
from comity.protocol.keys import HPKE_OVERHEAD, NodeKeys, make_identity, new_secret
from tests.support.processes import Pair, Pairs
from tools import postgres

QUESTION: Final = 2048
BATCH: Final = 100
MB: Final = 1024 * 1024
BLOCK: Final = MB
DURABLE_STEPS: Final = 3
"""A receipt needs three writes one after the other: the record here, the record there, the receipt here."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """Hold how much is measured."""

    rounds: int
    records: int
    singles: int
    attachment_mb: int
    attachment_rounds: int


def measure(backend: str, sizes: Sizes) -> list[Row]:
    """Measure everything on one backend."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="comity-bench-")))
        server = stack.enter_context(postgres.server(durable=True, private=True)) if backend == "postgresql" else None
        pairs = Pairs(folder, server)
        stack.callback(pairs.close)
        rows = _running(pairs, lambda pair: _records(pair, backend, folder, sizes))
        rows += _running(pairs, lambda pair: _wire(pair, backend))
        rows += _running(pairs, lambda pair: _attachment(pair, backend, folder, sizes))
        return rows


def _running(pairs: Pairs, work: Callable[[Pair], list[Row]]) -> list[Row]:
    pair = pairs.new()
    try:
        pair.start()
        _meet(pair)
        return work(pair)
    finally:
        pair.close()


def _meet(pair: Pair) -> None:
    """Let the two nodes talk once, so that connections and caches are warm."""
    for node in pair:
        node.driver("timed", 20, 10, QUESTION)


def _records(pair: Pair, backend: str, folder: Path, sizes: Sizes) -> list[Row]:
    waits: list[float] = []

    def singles() -> float:
        found = pair.doha.driver("singles", sizes.singles, QUESTION, 0.02)
        waits.extend(found)
        return float(statistics.median(found))

    found = interleave(
        sizes.rounds,
        {
            "records": lambda: sizes.records / pair.doha.driver("timed", sizes.records, BATCH, QUESTION),
            "hpke": _seal_and_open,
            "single": singles,
            "fsync": lambda: _fsync(folder),
        },
    )
    disk = DURABLE_STEPS * found["fsync"] * 1000
    return [
        row(
            "records_per_s",
            found["records"],
            "1/s",
            backend=backend,
            versus="HPKE seal+open",
            versus_value=found["hpke"],
        ),
        row(
            "receipt_p50_ms", percentile(waits, 0.5) * 1000, "ms", backend=backend, versus="3 fsyncs", versus_value=disk
        ),
        row(
            "receipt_p99_ms",
            percentile(waits, 0.99) * 1000,
            "ms",
            backend=backend,
            versus="3 fsyncs",
            versus_value=disk,
        ),
    ]


def _wire(pair: Pair, backend: str) -> list[Row]:
    """Count every byte between the nodes, TLS included, in both directions, while many records travel."""
    count = 1000
    with contextlib.ExitStack() as stack:
        meters = [stack.enter_context(Meter(node.port)) for node in pair]
        for node, meter in zip(reversed(list(pair)), meters, strict=True):
            node.driver("move", f"https://127.0.0.1:{meter.port}")
        pair.doha.driver("timed", 20, 10, QUESTION)
        before = sum(meter.total for meter in meters)
        pair.doha.driver("timed", count, BATCH, QUESTION)
        found = (sum(meter.total for meter in meters) - before) / count
    least = len(_payload()) + HPKE_OVERHEAD + 32
    return [
        row("wire_bytes_per_record", found, "B", backend=backend, versus="payload + sealed key", versus_value=least)
    ]


def _payload() -> bytes:
    question = "Who has kept the vehicle since May? ".ljust(QUESTION, ".")
    return encode(Request(subject="Request 0", question=question, case_number="ST-0", legal_basis="Section 27 BKAG"))


def _attachment(pair: Pair, backend: str, folder: Path, sizes: Sizes) -> list[Row]:
    if not sizes.attachment_mb:
        return []
    time.sleep(1)
    idle = sum(node.memory()[0] for node in pair)
    peaks: list[int] = []
    speeds: list[float] = []
    limits: list[float] = []
    for _ in range(sizes.attachment_rounds):
        source = folder / "attachment"
        _fill(source, sizes.attachment_mb)
        with _watched(pair, peaks):
            speeds.append(sizes.attachment_mb / _transfer(pair, source))
        limits.append(sizes.attachment_mb / _copy_and_encrypt(source))
        source.unlink()
    speed, limit, peak = statistics.median(speeds), statistics.median(limits), max(peaks) / MB
    return [
        row("attachment_mb_per_s", speed, "MB/s", backend=backend, versus="cp + AES-256-GCM", versus_value=limit),
        row("attachment_peak_mb", peak, "MB", backend=backend, versus="both nodes idle", versus_value=idle / MB),
    ]


def _transfer(pair: Pair, source: Path) -> float:
    began = time.perf_counter()
    blob, _ = pair.doha.driver("attach", str(source))
    pair.berlin.driver("wait_for", blob)
    return time.perf_counter() - began


@contextlib.contextmanager
def _watched(pair: Pair, peaks: list[int]) -> Iterator[None]:
    """Note how much memory both nodes' processes hold together at most (their proportional share, PSS)."""
    done = threading.Event()

    def look() -> None:
        while not done.wait(0.02):
            peaks.append(sum(node.memory()[0] for node in pair))

    watcher = threading.Thread(target=look)
    watcher.start()
    try:
        yield
    finally:
        done.set()
        watcher.join()


def _fill(path: Path, size_mb: int) -> None:
    block = secrets.token_bytes(BLOCK)
    with path.open("wb") as file:
        for number in range(size_mb):
            file.write(number.to_bytes(8) + block[8:])
        file.flush()
        os.fsync(file.fileno())


def _copy_and_encrypt(source: Path) -> float:
    """Copy a file durably, encrypting each block on the way; return the seconds."""
    target, cipher = source.with_name("copy"), AESGCM(secrets.token_bytes(32))
    began = time.perf_counter()
    with source.open("rb") as incoming, target.open("wb") as outgoing:
        number = 0
        while block := incoming.read(BLOCK):
            outgoing.write(cipher.encrypt(number.to_bytes(12), block, None))
            number += 1
        outgoing.flush()
        os.fsync(outgoing.fileno())
    took = time.perf_counter() - began
    target.unlink()
    return took


def _seal_and_open(count: int = 400) -> float:
    """Return how many payload keys a second all cores together seal and open."""
    secret = new_secret()
    keys = NodeKeys(secret, make_identity(secret, "DE.bench", ("DE/BKA",), "2026-01-01T00:00:00.000Z"))
    key, info = secrets.token_bytes(32), b"bench"

    def work(_: int) -> None:
        for _ in range(count):
            keys.open(keys.public.seal(key, info), info)

    cores = len(os.sched_getaffinity(0))
    began = time.perf_counter()
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(work, range(cores)))
    return cores * count / (time.perf_counter() - began)


def _fsync(folder: Path, count: int = 20) -> float:
    """Return the seconds that one small durable write takes."""
    took = []
    with (folder / "fsync").open("wb") as file:
        for _ in range(count):
            began = time.perf_counter()
            file.write(bytes(4096))
            file.flush()
            os.fsync(file.fileno())
            took.append(time.perf_counter() - began)
    return statistics.median(took)


def main(arguments: list[str]) -> None:
    """Run the bench from the command line."""
    made = parser("channel", __doc__)
    made.add_argument("--records", type=int, default=1000, help="records of each round (%(default)s)")
    made.add_argument("--singles", type=int, default=40, help="single records of each round (%(default)s)")
    made.add_argument("--backend", choices=["sqlite", "postgresql", "both"], default="both", help="(%(default)s)")
    made.add_argument("--attachment-mb", type=int, default=256, help="size of the attachment; 0: none (%(default)s)")
    made.add_argument("--attachment-rounds", type=int, default=5, help="how often it is sent (%(default)s)")
    asked = made.parse_args(arguments)
    sizes = Sizes(asked.rounds, asked.records, asked.singles, asked.attachment_mb, asked.attachment_rounds)
    rows: list[Row] = []
    for backend in ("sqlite", "postgresql") if asked.backend == "both" else (asked.backend,):
        try:
            rows += measure(backend, sizes)
        except postgres.PostgresMissingError as error:
            print(f"not run: postgresql; {error}", file=sys.stderr)
    report("channel", rows, as_json=asked.json)
