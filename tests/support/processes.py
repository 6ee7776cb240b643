"""Run real nodes: processes on loopback ports, SQLite or PostgreSQL, paired and under the example agreement.

Making keys, pairing and signing take seconds; `Pairs` does it once for each backend and hands out copies.
"""

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import psycopg

from tools.postgres import Server
from tools.root import ROOT

NAMES: Final = ("QA.doha", "DE.berlin")
_AUTHORITIES: Final = {"QA": ("QA/MOI", "QA/NCSA"), "DE": ("DE/BKA", "DE/BMI", "DE/BPOL", "DE/BSI")}
START_SECONDS: Final = 60.0


def free_port() -> int:
    """Return a port that nothing listens on now."""
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Driver:
    """Give orders to a process that works in a node's home (`tests.support.driver`)."""

    def __init__(self, home: Path) -> None:
        command = [sys.executable, "-m", "tests.support.driver", str(home)]
        self._process = subprocess.Popen(
            command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, start_new_session=True
        )

    def __call__(self, order: str, *arguments: object) -> Any:
        """Carry out an order and return its answer.  Raises `RuntimeError` with what went wrong there."""
        self.begin(order, *arguments)
        return self.end()

    def begin(self, order: str, *arguments: object) -> None:
        """Give an order without waiting for its answer."""
        assert self._process.stdin is not None
        self._process.stdin.write(json.dumps({"do": order, "with": arguments}) + "\n")
        self._process.stdin.flush()

    def end(self) -> Any:
        """Wait for the answer to the last order."""
        assert self._process.stdout is not None
        line = self._process.stdout.readline()
        if not line:
            raise RuntimeError("The driver ended.")
        answer = json.loads(line)
        if "error" in answer:
            raise RuntimeError(answer["error"])
        return answer["ok"]

    def close(self) -> None:
        """End the driver."""
        assert self._process.stdin is not None
        assert self._process.stdout is not None
        self._process.stdin.close()
        self._process.wait(timeout=30)
        self._process.stdout.close()


@dataclass
class Node:
    """Be one node: a home, a port, a database, and, while it runs, a group of processes."""

    name: str
    home: Path
    port: int
    database: str = ""
    _process: subprocess.Popen[bytes] | None = None
    _driver: Driver | None = None
    starts: int = 0

    @property
    def endpoint(self) -> str:
        """Return where the node answers."""
        return f"https://127.0.0.1:{self.port}"

    @property
    def driver(self) -> Driver:
        """Return the process that works in this node's home; started when it is first needed."""
        if self._driver is None:
            self._driver = Driver(self.home)
        return self._driver

    def start(self, *, wait: bool = True) -> None:
        """Start the node; return once it answers."""
        self.starts += 1
        with (self.home / "serve.log").open("ab") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-m", "comity", "--home", str(self.home), "serve", "--quiet"],
                cwd=ROOT, stdin=subprocess.DEVNULL, stdout=log, stderr=log, start_new_session=True,
            )  # fmt: skip
        if wait:
            self.wait()

    def wait(self) -> None:
        """Wait until the node answers on its port."""
        end = time.monotonic() + START_SECONDS
        while not self.answers():
            if not self.alive or time.monotonic() > end:
                raise RuntimeError((self.home / "serve.log").read_text()[-2000:] or "The node did not start.")
            time.sleep(0.02)

    def answers(self) -> bool:
        """Say whether something accepts connections on the node's port."""
        with contextlib.suppress(OSError), socket.create_connection(("127.0.0.1", self.port), timeout=1):
            return True
        return False

    @property
    def alive(self) -> bool:
        """Say whether the node's first process lives."""
        return self._process is not None and self._process.poll() is None

    def pids(self) -> list[int]:
        """Return all processes of the running node."""
        if self._process is None:
            return []
        group = str(self._process.pid)
        found = []
        for stat in Path("/proc").glob("[0-9]*/stat"):
            with contextlib.suppress(OSError):
                if stat.read_text().rpartition(")")[2].split()[2] == group:
                    found.append(int(stat.parent.name))
        return found

    def memory(self) -> tuple[int, int]:
        """Return the bytes that all its processes hold together: their share (PSS) and resident (RSS)."""
        share = resident = 0
        for pid in self.pids():
            with contextlib.suppress(OSError):
                for line in Path(f"/proc/{pid}/smaps_rollup").read_text().splitlines():
                    if line.startswith("Pss:"):
                        share += int(line.split()[1]) * 1024
                    elif line.startswith("Rss:"):
                        resident += int(line.split()[1]) * 1024
        return share, resident

    def begin(self, *arguments: str) -> "subprocess.Popen[str]":
        """Begin ``comity`` on this node's home, in a group of processes of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "comity", "--home", str(self.home), *arguments],
            cwd=ROOT, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
            start_new_session=True,
        )  # fmt: skip

    def run(self, *arguments: str) -> tuple[int, str, str]:
        """Run ``comity`` on this node's home; return how it ended and what it said on either stream."""
        with self.begin(*arguments) as process:
            out, err = process.communicate()
            return process.returncode, out, err

    def say(self, *arguments: str) -> str:
        """Run ``comity`` and return what it prints.  Raises `RuntimeError` with what went wrong."""
        code, out, err = self.run(*arguments)
        if code:
            raise RuntimeError(f"{arguments}: {code}: {err[-1500:]}{out[-500:]}")
        return out

    def kill(self) -> None:
        """End the whole group of processes at once, without a chance to tidy up."""
        self._end(signal.SIGKILL)

    def stop(self) -> None:
        """Ask the node to end, and wait for it."""
        self._end(signal.SIGTERM)

    def _end(self, how: signal.Signals) -> None:
        if self._process is None:
            return
        group = self._process.pid
        with contextlib.suppress(ProcessLookupError):
            os.killpg(group, how)
        try:
            self._process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            with contextlib.suppress(ProcessLookupError):
                os.killpg(group, signal.SIGKILL)
            self._process.wait()
        end = time.monotonic() + 10
        while self.pids() and time.monotonic() < end:
            time.sleep(0.005)
        self._process = None

    def close(self) -> None:
        """End the node and its driver."""
        self.kill()
        if self._driver is not None:
            self._driver.close()
            self._driver = None


@dataclass
class Pair:
    """Be two nodes that have signed the example agreement, each with a home and a database of its own."""

    doha: Node
    berlin: Node
    cleanup: contextlib.ExitStack = field(default_factory=contextlib.ExitStack)

    def __iter__(self) -> Iterator[Node]:
        """Go through both."""
        return iter((self.doha, self.berlin))

    def start(self) -> None:
        """Start both."""
        for node in self:
            node.start(wait=False)
        for node in self:
            node.wait()

    def close(self) -> None:
        """End both, and drop what was made for them."""
        for node in self:
            node.close()
        self.cleanup.close()


class Pairs:
    """Make a pair of nodes once and hand out copies of it, for one backend."""

    def __init__(self, folder: Path, server: Server | None = None, questions_a_day: int = 0) -> None:
        """Work in ``folder``; on PostgreSQL if there is a ``server``; with that budget of blind questions, if given."""
        self._folder, self._server, self._questions = folder, server, questions_a_day
        self._model: Pair | None = None
        self._stack = contextlib.ExitStack()
        self._count = 0

    def close(self) -> None:
        """Drop the model."""
        self._stack.close()

    def new(self) -> Pair:
        """Return a fresh copy, not started."""
        if self._model is None:
            self._model = self._make()
        self._count += 1
        copies = contextlib.ExitStack()
        ports = [free_port(), free_port()]
        nodes = [
            self._copy(node, self._folder / f"pair{self._count}" / node.name, port, copies)
            for node, port in zip(self._model, ports, strict=True)
        ]
        for node, other in zip(nodes, reversed(nodes), strict=True):
            node.driver.begin("move", other.endpoint)
        for node in nodes:
            node.driver.end()
        return Pair(nodes[0], nodes[1], copies)

    def _copy(self, node: Node, home: Path, port: int, copies: contextlib.ExitStack) -> Node:
        shutil.copytree(node.home, home)
        copies.callback(shutil.rmtree, home, ignore_errors=True)
        settings = (home / "node.toml").read_text().replace(str(node.port), str(port))
        database = ""
        if self._server is not None:
            database = f"{node.database}_{self._count}"
            copies.callback(_drop, self._server, database)
            _statement(self._server, f'CREATE DATABASE "{database}" TEMPLATE "{node.database}"')
            settings = settings.replace(f'"{node.database}"', f'"{database}"')
        (home / "node.toml").write_text(settings)
        return Node(node.name, home, port, database)

    def _make(self) -> Pair:
        with ThreadPoolExecutor(2) as pool:
            doha, berlin = pool.map(self._init, NAMES)
        first, second = doha.driver, berlin.driver
        answer = second("accept", first("invite"))
        first("complete", answer)
        first("propose", berlin.name, self._questions)
        second("take", first("messages", berlin.name))
        second("sign")
        for _ in range(2):
            first("take", second("messages", doha.name))
            second("take", first("messages", berlin.name))
        for node in (doha, berlin):
            node.close()
        return Pair(doha, berlin)

    def _init(self, name: str) -> Node:
        home, port, database = self._folder / "model" / name, free_port(), ""
        command = [sys.executable, "-m", "comity", "--home", str(home), "node", "init", "--name", name]
        command += [f"--authority={one}" for one in _AUTHORITIES[name[:2]]]
        command += [f"--endpoint=https://127.0.0.1:{port}", "--port", str(port)]
        if self._server is not None:
            database = f"comity_{os.getpid()}_{name.lower().replace('.', '_')}"
            _statement(self._server, f"CREATE DATABASE \"{database}\" ENCODING 'UTF8' TEMPLATE template0")
            self._stack.callback(_drop, self._server, database)
            command += ["--engine", "postgresql", "--db-name", database, "--db-host", self._server.host]
            command += ["--db-user", self._server.user, "--db-port", str(self._server.port)]
        subprocess.run(command, cwd=ROOT, check=True, stdout=subprocess.DEVNULL)
        return Node(name, home, port, database)


def _statement(server: Server, text: str) -> None:
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute(text.encode())


def _drop(server: Server, database: str) -> None:
    _statement(server, f'DROP DATABASE IF EXISTS "{database}" WITH (FORCE)')
