"""Give orders to a process in a node's home: one JSON line to its standard input, one back."""

import json
import subprocess
import sys
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any


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
