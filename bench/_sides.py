"""Start two nodes, and give orders to a process in a node's home: one JSON line to its standard input, one back."""

import contextlib
import json
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

from tests.support.processes import Pair, Pairs
from tools import postgres


@contextlib.contextmanager
def running(backend: str) -> Iterator[Pair]:
    """Let two nodes run on a backend, in a folder of their own, under the example agreement."""
    with contextlib.ExitStack() as stack:
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="comity-bench-")))
        server = stack.enter_context(postgres.server(durable=True, private=True)) if backend == "postgresql" else None
        pairs = Pairs(folder, server)
        stack.callback(pairs.close)
        pair = pairs.new()
        stack.callback(pair.close)
        pair.start()
        yield pair


class Side:
    """Be a process of a bench's own module (``python -m MODULE HOME``) in one node's home."""

    def __init__(self, module: str, home: Path) -> None:
        """Start it."""
        command = [sys.executable, "-m", module, str(home)]
        self._process = subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)

    def __call__(self, order: str, **given: object) -> Any:  # noqa: ANN401  # whatever the order answers
        """Give an order and return the answer."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.write(json.dumps({"order": order, "with": given}) + "\n")
        self._process.stdin.flush()
        return json.loads(self._process.stdout.readline())

    def close(self) -> None:
        """Let it end."""
        self._process.communicate(timeout=30)


def obey(orders: Mapping[str, Callable[..., Any]]) -> None:
    """Obey orders by name until the input ends."""
    for line in sys.stdin:
        order = json.loads(line)
        sys.stdout.write(json.dumps(orders[order["order"]](**order["with"])) + "\n")
        sys.stdout.flush()
