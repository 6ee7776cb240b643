"""Bound how many calls a token makes: a bucket each for reads and writes, in the memory of the node's one process."""

import threading
from collections import OrderedDict
from dataclasses import dataclass
from typing import Final

READS_A_MINUTE: Final = 600
WRITES_A_MINUTE: Final = 120
"""What a national system needs at its busiest, and far below what would slow officers down."""
KNOWN: Final = 1024
"""Buckets kept: beyond that the one unused for longest starts full again, which allows one more minute's calls."""


@dataclass(slots=True)
class _Bucket:
    left: float
    at_ms: int


class Rates:
    """Count calls by token; each bucket fills evenly over a minute."""

    def __init__(self) -> None:
        """Begin with every bucket full."""
        self._buckets: OrderedDict[tuple[str, bool], _Bucket] = OrderedDict()
        self._lock = threading.Lock()

    def wait_s(self, token: str, now_ms: int, *, write: bool) -> int:
        """Count one call; return 0 if it may go on, else in how many seconds the next one may."""
        most = WRITES_A_MINUTE if write else READS_A_MINUTE
        with self._lock:
            bucket = self._buckets.pop((token, write), None) or _Bucket(most, now_ms)
            self._buckets[token, write] = bucket
            if len(self._buckets) > KNOWN:
                self._buckets.popitem(last=False)
            bucket.left = min(most, bucket.left + max(0, now_ms - bucket.at_ms) * most / 60_000)
            bucket.at_ms = now_ms
            if bucket.left < 1:
                return max(1, round((1 - bucket.left) * 60 / most))
            bucket.left -= 1
            return 0
