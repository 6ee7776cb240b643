"""Run pure functions over many pieces of work by Dask: on this machine's cores, or on a cluster; the code is the same.

Dask is imported when work begins, not before: one person is asked about without it.
"""

import os
import threading
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor, ThreadPoolExecutor
from contextlib import contextmanager
from importlib import import_module
from itertools import islice
from multiprocessing import get_context, parent_process
from typing import Any, Final, Protocol, TypeVar

from comity.protocol.errors import ComityError, ErrorKind

A = TypeVar("A")
B = TypeVar("B")
THREADS: Final = "threads"
PROCESSES: Final = "processes"
AHEAD: Final = 8
"""Pieces given out for each core at a time: enough to keep it busy, few enough to bound memory."""


class EngineError(ComityError):
    """Say that the engine asked for cannot be had."""

    kind = ErrorKind.WRONG_STATE
    default_remedy = "Start the scheduler, or leave its address out."


class Engine(Protocol):
    """Run a function over items, several at once, and bring the results in the items' order."""

    def map(self, function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Yield the results in order; at most a bounded number of items is in work."""


class Inline:
    """Run one item after the other, in the caller's thread."""

    def map(self, function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Yield the results in order."""
        return map(function, items)


class _Dask:
    """Give a bounded number of pieces at a time to a scheduler of Dask."""

    def __init__(self, cores: int, **scheduler: Any) -> None:  # noqa: ANN401  # what Dask's compute takes
        self._window, self._scheduler = max(1, cores) * AHEAD, scheduler

    def map(self, function: Callable[[A], B], items: Iterable[A]) -> Iterator[B]:
        """Yield the results in order."""
        left = iter(items)
        while window := list(islice(left, self._window)):
            if len(window) == 1:
                yield function(window[0])
                continue
            bag = import_module("dask.bag")
            yield from bag.from_sequence(window, partition_size=1).map(function).compute(**self._scheduler)


def _end_with_parent() -> None:
    """Let a worker end when the process that started it is killed: it would wait for work for ever."""
    parent = parent_process()

    def watch() -> None:
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=watch, name="comity-parent", daemon=True).start()


def _pool(name: str, cores: int) -> Executor:
    if name == THREADS:
        return ThreadPoolExecutor(cores, "comity-screening")
    # Spawned, not forked: this process has threads and a database, which a copy must not share.
    return ProcessPoolExecutor(cores, get_context("spawn"), initializer=_end_with_parent)


@contextmanager
def engine(name: str = PROCESSES) -> Iterator[Engine]:
    """Open an engine: ``processes`` or ``threads`` of this machine, or the address of a Dask scheduler.

    Raises `EngineError`.

    SECURITY: names and keys go to the workers. Holds as long as the scheduler and its workers are machines of this
    node, joined by TLS (``tls://``). Breaks if a scheduler is shared with anybody else.
    """
    cores = os.cpu_count() or 1
    if name in (THREADS, PROCESSES):
        with _pool(name, cores) as pool:
            yield _Dask(cores, scheduler=name, pool=pool)
        return
    distributed = import_module("distributed")
    try:
        client = distributed.Client(address=name, timeout=10, set_as_default=False)
    except (OSError, ValueError):
        raise EngineError("The Dask scheduler was not reached.", "Check its address, and that it runs.") from None
    with client:
        yield _Dask(sum(client.ncores().values()), scheduler=client)
