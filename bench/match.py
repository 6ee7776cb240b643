"""Measure the blind search beside OpenMined PSI and the bare cost of its multiplications.

Every figure is the median of interleaved rounds on one core, in microseconds of processor time per key. The peer is
OpenMined PSI 2.0.6 where it is installed (it is not among the locked packages: `uv pip install --group bench`);
the limit is libsodium's scalar multiplication, and for the index the bits that any such index must have.
End to end, through two nodes: `comity bench screening`.
"""

import math
import secrets
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from importlib import import_module
from typing import Any

from bench._table import Row, interleave, parser, report, row
from comity.matching import group, oprf
from comity.matching.labels import LABEL_BYTES, TAG_BYTES, Label
from comity.matching.names.rules import Rule, Strength
from comity.matching.oprf import KeyPair, Mode
from comity.matching.segment import Segment, bucket_bits, build_segment, padded_count
from comity.screening.engine import PROCESSES, Engine, engine

PEER = "openmined-psi 2.0.6"
_CHUNK = 500
_LABEL = Label(b"8 octets", Rule.GIVEN_AND_OTHER, Strength.WEAK)


def _keys(count: int, prefix: bytes) -> list[bytes]:
    return [b"comity/v1/key\0ng\0" + prefix + b"%d\0" % number for number in range(count)]


def _timed(work: Callable[[], object], per: int) -> float:
    start = time.process_time()
    work()
    return (time.process_time() - start) * 1e6 / per


def _walled(work: Callable[[], object], per: int) -> float:
    start = time.perf_counter()
    work()
    return (time.perf_counter() - start) * 1e6 / per


def _index(key: KeyPair, keys: Sequence[bytes]) -> bytes:
    return build_segment([(oprf.evaluate_plain(key, data), _LABEL) for data in keys]).data


@dataclass(frozen=True, slots=True)
class _Piece:
    key: KeyPair
    keys: tuple[bytes, ...]


def _outputs(piece: _Piece) -> list[bytes]:
    return [oprf.evaluate_plain(piece.key, data) for data in piece.keys]


def _index_on_all(cores: Engine, key: KeyPair, keys: Sequence[bytes]) -> bytes:
    pieces = [_Piece(key, tuple(keys[at : at + _CHUNK])) for at in range(0, len(keys), _CHUNK)]
    return build_segment([(output, _LABEL) for part in cores.map(_outputs, pieces) for output in part]).data


def _query(key: KeyPair, keys: Sequence[bytes], segment: Segment) -> int:
    """Run all three steps of a question: blind, answer, verify where there is a proof, unblind, look up."""
    found = 0
    for start in range(0, len(keys), _CHUNK):
        blindings = [oprf.blind(key.mode, data) for data in keys[start : start + _CHUNK]]
        received = [group.parse_element(b.element) for b in blindings]
        answered = oprf.evaluate(key, received)
        checked = oprf.Evaluation(tuple(group.parse_element(e) for e in answered.elements), answered.proof)
        outputs = oprf.finalize(key.mode, blindings, checked, key.public)
        found += sum(bool(segment.find(output)) for output in outputs)
    return found


def _multiplications(count: int) -> None:
    scalar, element = group.random_scalar(), group.multiply_base(group.random_scalar())
    for _ in range(count):
        group.multiply(scalar, element)


class _Peer:
    """Run OpenMined PSI's three steps on the same numbers of keys."""

    def __init__(self) -> None:
        self.psi: Any = import_module("private_set_intersection.python")
        self.setup: Any = None
        self.server: Any = None

    def index(self, keys: Sequence[bytes], queries: int) -> None:
        self.server = self.psi.server.CreateWithNewKey(True)
        names = [key.hex() for key in keys]
        self.setup = self.server.CreateSetupMessage(1e-9, queries, names, self.psi.DataStructure.GCS)

    def query(self, keys: Sequence[bytes]) -> None:
        client = self.psi.client.CreateWithNewKey(True)
        request = client.CreateRequest([key.hex() for key in keys])
        client.GetIntersection(self.setup, self.server.ProcessRequest(request))

    def size(self) -> int:
        return len(self.setup.SerializeToString())


def _peer() -> _Peer | None:
    try:
        return _Peer()
    except ImportError:
        return None


def _limit_bytes(count: int) -> float:
    """Return the bytes an entry must have at our rate of false hits: address bits, tag and label.

    A set of `count` addresses among 2^b needs b - log2(count) + log2(e) bits for each; b is what a look-up compares.
    """
    compared = bucket_bits(padded_count(count)) + 32
    return (compared - math.log2(count) + math.log2(math.e)) / 8 + LABEL_BYTES + TAG_BYTES


def measure(listed: int, queries: int, rounds: int) -> list[Row]:
    """Measure every way in interleaved rounds; figures of the peer stay empty where it is not installed."""
    key = oprf.derive_key(Mode.VOPRF, secrets.token_bytes(32), b"bench")
    plain = oprf.key_from_secret(Mode.OPRF, key.secret)
    keys, asked, peer = _keys(listed, b"l"), _keys(queries, b"q"), _peer()
    segment, proved = Segment(_index(plain, keys)), Segment(_index(key, keys))
    with engine(PROCESSES) as cores:
        _index_on_all(cores, key, keys[:_CHUNK])  # the processes start before the clock does
        found = interleave(rounds, _ways(key, plain, keys, asked, (segment, proved), peer, cores))
    return _rows(found, segment, listed, peer)


def _ways(
    key: KeyPair,
    plain: KeyPair,
    keys: Sequence[bytes],
    asked: Sequence[bytes],
    segments: tuple[Segment, Segment],
    peer: "_Peer | None",
    cores: Engine,
) -> dict[str, Callable[[], float]]:
    listed, queries = len(keys), len(asked)
    ways: dict[str, Callable[[], float]] = {
        "multiplication": lambda: _timed(lambda: _multiplications(2000), 2000),
        "index": lambda: _timed(lambda: _index(key, keys), listed),
        "one core": lambda: _walled(lambda: _index(key, keys), listed),
        "all cores": lambda: _walled(lambda: _index_on_all(cores, key, keys), listed),
        "query": lambda: _timed(lambda: _query(plain, asked, segments[0]), queries),
        "proof": lambda: _timed(lambda: _query(key, asked, segments[1]), queries),
    }
    if peer is not None:
        ways["peer index"] = lambda: _timed(lambda: peer.index(keys, queries), listed)
        ways["peer query"] = lambda: _timed(lambda: peer.query(asked), queries)
    return ways


def _rows(found: dict[str, float], segment: Segment, listed: int, peer: _Peer | None) -> list[Row]:
    one, stored = found["multiplication"], segment.size / listed
    index, query, proof = found["index"], found["query"], found["proof"]
    name = PEER if peer is not None else ""
    peer_index, peer_query = found.get("peer index"), found.get("peer query")
    rows = [
        row("index_us_per_key", index, "us", versus=name, versus_value=peer_index),
        row("query_us_per_key", query, "us", versus=name, versus_value=peer_query),
        row("query_with_proof_us_per_key", proof, "us", versus=name and name + ", no proof", versus_value=peer_query),
        row("index_bytes_per_key", stored, "B", versus="information limit", versus_value=_limit_bytes(listed)),
        row("index_us_per_key_limit", index, "us", versus="1 multiplication", versus_value=one),
        row("query_us_per_key_limit", query, "us", versus="3 multiplications", versus_value=3 * one),
        row("query_with_proof_us_per_key_limit", proof, "us", versus="6 multiplications", versus_value=6 * one),
        row(
            "index_us_per_key_all_cores",
            found["all cores"],
            "us",
            versus="one core, wall clock",
            versus_value=found["one core"],
        ),
    ]
    if peer is not None:
        theirs = peer.size() / listed
        rows.append(row("index_bytes_per_key_peer", stored, "B", versus=name + ", no label", versus_value=theirs))
    return rows


def main(arguments: list[str]) -> None:
    """Run the bench from the command line."""
    made = parser("match", __doc__)
    made.add_argument("--list", type=int, default=2000, help="keys in the list (%(default)s)")
    made.add_argument("--queries", type=int, default=500, help="keys asked (%(default)s)")
    asked = made.parse_args(arguments)
    report("match", measure(asked.list, asked.queries, asked.rounds), as_json=asked.json)
