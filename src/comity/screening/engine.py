"""Run many pieces of work on all cores: threads here by default, or the same functions on Dask.

libsodium lets go of the interpreter's lock, so that threads use all cores.  Dask is imported only when it is named.
"""

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from typing import Any, Final, Protocol, TypeVar

from comity.protocol.errors import ComityError, ErrorKind

A = TypeVar("A")
B = TypeVar("B")
THREADS: Final = "threads"
EMBEDDED: Final = "dask"
AHEAD: Final = 4
"""Pieces in work for each core: enough to keep it busy, few enough to bound memory."""


class EngineError(ComityError):
    """Say that the engine asked for cannot be had."""

    kind = ErrorKind.WRONG_STATE
    default_remedy = "Install Comity with its extra named cluster, or leave the scheduler out."


class Engine(Protocol):
    """Run a function over items, several at once, and bring the results in the items' order."""

    def map(self, function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Yield the results in order; at most a bounded number of items is in work."""


class Inline:
    """Run one item after the other, in the caller's thread."""

    def map(self, function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Yield the results in order."""
        return map(function, items)


class _Submits:
    """Keep a bounded number of pieces in work on anything that has `submit`."""

    def __init__(self, submit: Callable[..., Any], window: int) -> None:
        self._submit, self._window = submit, window

    def map(self, function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Yield the results in order."""
        left = iter(items)
        waiting: deque[Future[B]] = deque(self._submit(function, one) for one in islice(left, self._window))
        while waiting:
            yield waiting.popleft().result()
            for one in islice(left, 1):
                waiting.append(self._submit(function, one))


@contextmanager
def engine(name: str = THREADS) -> Iterator[Engine]:
    """Open an engine: ``threads``, ``dask`` (embedded), or the address of a Dask scheduler.  Raises `EngineError`.

    SECURITY: names and keys go to the workers. Holds as long as the scheduler and its workers are machines of this
    node, joined by TLS (``tls://``). Breaks if a scheduler is shared with anybody else.
    """
    if name == THREADS:
        cores = os.cpu_count() or 1
        with ThreadPoolExecutor(cores, "comity-screening") as pool:
            yield _Submits(pool.submit, cores * AHEAD)
        return
    try:
        distributed = import_module("distributed")
    except ImportError:
        raise EngineError("Dask is not installed on this node.") from None
    if name == EMBEDDED:
        cluster = {"processes": False, "dashboard_address": None, "n_workers": 1}
        with distributed.Client(**cluster) as client:
            yield _Submits(lambda f, one: client.submit(f, one, pure=False), (os.cpu_count() or 1) * AHEAD)
        return
    try:
        client = distributed.Client(address=name, timeout=10)
    except (OSError, ValueError):
        raise EngineError("The Dask scheduler was not reached.", "Check its address, and that it runs.") from None
    with client:
        cores = sum(client.ncores().values())
        yield _Submits(lambda f, one: client.submit(f, one, pure=False), max(1, cores) * AHEAD)
