"""Append, prove and verify a large journal in a node's own store, beside plain SHA-256 over the same leaves.

Append stores records with headers of the usual size in batches of a thousand, each in one transaction; the proof is
made and checked for places spread over the journal; verify recomputes everything from the stored headers, as
``comity node verify`` does.  Memory is this process's at its peak.
"""

import contextlib
import hashlib
import os
import resource
import secrets
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from bench._table import Row, parser, report, row
from comity.protocol.merkle import inclusion_proof, leaf_hash, verify_inclusion
from comity.protocol.names import UnixMs, uuid7
from tools import postgres

BATCH: Final = 1000
HEADER: Final = (
    b'{"agreement":"sha256:%(x)s","author":"QA.doha","authority":"QA/MOI","channel":"01900000-0000-7000-8000-000000000000"'
    b',"clause":"4(2)","content":{"commitment":"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=","kind":"sealed","size":2200},'
    b'"handling":"h1","id":"%(id)s","officer":"officer0001","purpose":"investigation","reality":"actual",'
    b'"time":"2026-11-24T03:09:00.000Z","to":["DE.berlin"],"type":"cases.request/1","urgency":"normal","v":"comity/v1/record"}'
)
MB: Final = 1024 * 1024


@contextlib.contextmanager
def _database(backend: str, folder: Path) -> Iterator[None]:
    """Start the framework on an empty database of one backend."""
    from comity.node.config import Config, Database
    from comity.node.framework import build

    with contextlib.ExitStack() as stack:
        wanted = Database()
        if backend == "postgresql":
            server = stack.enter_context(postgres.server(durable=True, private=True))
            name = stack.enter_context(server.database(f"comity_bench_{os.getpid()}"))
            wanted = Database(
                engine="postgresql", name=name, host=server.host, port=server.port, user=server.user, pool=False
            )
        import django
        from django.conf import settings
        from django.core.management import call_command
        from django.db import connections

        settings.configure(**build(Config(name="DE.bench", party="DE", database=wanted), folder))
        django.setup()
        call_command("migrate", verbosity=0)
        yield
        connections.close_all()


def _headers(count: int) -> Iterator[tuple[str, bytes]]:
    digest = b"0" * 64
    for number in range(count):
        uid = uuid7(UnixMs(1_795_000_000_000 + number), number.to_bytes(10))
        yield uid, HEADER % {b"x": digest, b"id": uid.encode()}


def _append(count: int) -> int:
    """Store ``count`` records and return the journal's identifier."""
    from django.db import transaction

    from comity.channel import store
    from comity.channel.models import Channel, RecordState

    channel = Channel.objects.create(uuid=uuid7(UnixMs(1), bytes(10)), opened_by="QA.doha", created_ms=1)
    headers = _headers(count)
    journal = store.load_journal("default", channel.id, "QA.doha")
    for start in range(0, count, BATCH):
        with transaction.atomic():
            store.lock_channel("default", channel.id)
            journal = store.load_journal("default", channel.id, "QA.doha")
            batch = [
                store.NewRecord(uid, "cases.request/1", 1, header, leaf_hash(header), RecordState.NOTED)
                for uid, header in (next(headers) for _ in range(min(BATCH, count - start)))
            ]
            store.append("default", journal, batch, 1)
    return journal.id


def _prove(journal_id: int, count: int, proofs: int) -> list[float]:
    """Make and check proofs for places all over the journal and return the seconds that each took."""
    from comity.channel import store
    from comity.protocol.merkle import root_at

    read = store.reader("default", journal_id)
    root = root_at(count, read)
    took = []
    for _ in range(proofs):
        index = secrets.randbelow(count)
        began = time.perf_counter()
        proof = inclusion_proof(index, count, read)
        took.append(time.perf_counter() - began)
        (leaf,) = read(0, index, index + 1)
        verify_inclusion(leaf, index, count, proof, root)
    return took


def _verify(journal_id: int, count: int) -> float:
    """Recompute the journal from its headers, as the node's own check does; return the seconds."""
    from comity.channel import store
    from comity.channel.models import Journal
    from comity.protocol.merkle import Growth

    began = time.perf_counter()
    growth = Growth()
    for header, leaf in store.leaves("default", journal_id, count):
        if leaf_hash(header) != leaf:
            raise SystemExit("A record is not the one that was appended.")
        growth.append(leaf)
        growth.tiles.clear()
    if b"".join(growth.edge) != bytes(Journal.objects.get(id=journal_id).edge):
        raise SystemExit("The journal does not verify.")
    return time.perf_counter() - began


def _plain(count: int) -> float:
    """Return the seconds that SHA-256 over the leaves and over every inner node takes, and nothing else."""
    began = time.perf_counter()
    sha256 = hashlib.sha256
    node = bytes(65)
    for _, header in _headers(count):
        sha256(header).digest()
        sha256(node).digest()
    return time.perf_counter() - began


def measure(backend: str, count: int, proofs: int) -> list[Row]:
    """Measure one journal of ``count`` records."""
    with tempfile.TemporaryDirectory(prefix="comity-bench-") as name, _database(backend, Path(name)):
        before = _peak()
        began = time.perf_counter()
        journal = _append(count)
        append = time.perf_counter() - began
        proof = statistics.median(_prove(journal, count, proofs)) * 1000
        verify = _verify(journal, count)
        limit = _plain(count)
        sha = "SHA-256 of leaves and nodes"
        return [
            row("append_s", append, "s", backend=backend, versus=sha, versus_value=limit),
            row("inclusion_proof_ms", proof, "ms", backend=backend),
            row("verify_s", verify, "s", backend=backend, versus=sha, versus_value=limit),
            row("peak_mb", _peak(), "MB", backend=backend, versus="before", versus_value=before),
        ]


def _peak() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / MB


def main(arguments: list[str]) -> None:
    """Run the bench from the command line."""
    made = parser("journal", __doc__)
    made.add_argument("--records", type=int, default=100_000, help="records in the journal (%(default)s)")
    made.add_argument("--proofs", type=int, default=200, help="inclusion proofs (%(default)s)")
    made.add_argument("--backend", choices=["sqlite", "postgresql"], default="sqlite", help="(%(default)s)")
    asked = made.parse_args(arguments)
    try:
        rows = measure(asked.backend, asked.records, asked.proofs)
    except postgres.PostgresMissingError as error:
        print(f"not run: postgresql; {error}", file=sys.stderr)
        return
    report("journal", rows, as_json=asked.json)
