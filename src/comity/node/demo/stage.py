"""Set up the two nodes of the demonstration, keep them running, and speak to their sides."""

import json
import os
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

import click

READY: Final = "ready.json"
MARK: Final = "demonstration"
PATIENCE_S: Final = 60.0
"""How long to wait for a node that starts on a slow machine."""


class StageError(click.ClickException):
    """Say that the demonstration cannot go on, and where to look."""


@dataclass(frozen=True, slots=True)
class Actor:
    """Describe one of the two nodes."""

    name: str
    authorities: tuple[str, ...]
    city: str
    officers: tuple[tuple[str, str, tuple[str, ...]], ...]


DOHA: Final = Actor(
    "QA.doha",
    ("QA/MOI", "QA/NCSA"),
    "Doha",
    (
        ("noura", "Noura Al-Example", ("officer",)),
        ("hamad", "Hamad Al-Example", ("officer", "supervisor")),
        ("salma", "Salma Al-Example", ("auditor", "data-protection")),
        ("salim", "Salim Al-Example", ("analyst",)),
        ("maha", "Maha Al-Example", ("secretary",)),
        ("doha-operator", "Operator, Doha", ("operator",)),
    ),
)
BERLIN: Final = Actor(
    "DE.berlin",
    ("DE/BKA", "DE/BMI", "DE/BPOL", "DE/BSI"),
    "Berlin",
    (
        ("greta", "Greta Beispiel", ("officer",)),
        ("jonas", "Jonas Beispiel", ("officer", "supervisor")),
        ("petra", "Petra Beispiel", ("auditor", "data-protection")),
        ("lena", "Lena Beispiel", ("analyst",)),
        ("karl", "Karl Beispiel", ("secretary",)),
        ("berlin-operator", "Betrieb, Berlin", ("operator",)),
    ),
)
ACTORS: Final = (DOHA, BERLIN)


class SideProcess:
    """Give orders to one node's side."""

    def __init__(self, home: Path) -> None:
        """Start the side of the node in ``home``."""
        self._process = subprocess.Popen(  # noqa: S603  # this program itself
            [sys.executable, "-P", "-m", "comity.node.demo.side", str(home)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def __call__(self, order: str, **keywords: object) -> Any:  # noqa: ANN401  # whatever the order answers
        """Give an order and return the answer.  Raises `StageError`."""
        pipe_in, pipe_out = self._process.stdin, self._process.stdout
        if pipe_in is None or pipe_out is None:
            raise StageError("The side of a node has no ears.")
        pipe_in.write(json.dumps({"order": order, "with": keywords}) + "\n")
        pipe_in.flush()
        answer = json.loads(pipe_out.readline() or '{"error": "the process ended"}')
        if "error" in answer:
            raise StageError(f"{order}: {answer['error']}")
        return answer["value"]

    def close(self) -> None:
        """Let the side end."""
        if self._process.stdin is not None:
            self._process.stdin.close()
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process.wait(timeout=10)


@dataclass
class Stage:
    """Hold the demonstration's folder and, while it runs, its processes."""

    folder: Path
    ports: dict[str, int]
    passwords: dict[str, str] = field(default_factory=dict)
    servers: dict[str, subprocess.Popen[bytes]] = field(default_factory=dict)

    def home(self, actor: Actor) -> Path:
        """Return the home folder of a node."""
        return self.folder / actor.city.lower()

    def address(self, actor: Actor) -> str:
        """Return where a node answers."""
        return f"http://127.0.0.1:{self.ports[actor.name]}/"

    @contextmanager
    def sides(self) -> Iterator[tuple[SideProcess, SideProcess]]:
        """Start both sides and end them again."""
        doha, berlin = SideProcess(self.home(DOHA)), SideProcess(self.home(BERLIN))
        try:
            yield doha, berlin
        finally:
            doha.close()
            berlin.close()

    def serve(self) -> None:
        """Start both nodes and wait until they answer.  Raises `StageError` with the node's own last words."""
        for actor in ACTORS:
            _check_free(self.ports[actor.name], actor)
            with (self.home(actor) / "serve.log").open("ab") as log:
                self.servers[actor.name] = subprocess.Popen(  # noqa: S603  # this program itself
                    [sys.executable, "-P", "-m", "comity", "--home", str(self.home(actor)), "serve", "--quiet"],
                    stdout=log,
                    stderr=log,
                    start_new_session=True,
                )
        for actor in ACTORS:
            self._await_answer(actor)

    def stop(self) -> None:
        """Stop both nodes."""
        for process in self.servers.values():
            if process.poll() is None:
                os.killpg(process.pid, signal.SIGTERM)
        for process in self.servers.values():
            try:
                process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                os.killpg(process.pid, signal.SIGKILL)
        self.servers.clear()

    def _await_answer(self, actor: Actor) -> None:
        def answers() -> bool:
            if self.servers[actor.name].poll() is not None:
                words = (self.home(actor) / "serve.log").read_text(errors="replace").strip().splitlines()[-5:]
                raise StageError(f"The node in {actor.city} did not start:\n" + "\n".join(words))
            try:
                with socket.create_connection(("127.0.0.1", self.ports[actor.name]), timeout=1) as wire:
                    wire.sendall(b"HEAD / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n")
                    return wire.recv(5) == b"HTTP/"
            except OSError:
                return False

        until(answers, f"the node in {actor.city} answers", step_s=0.05)


def until(condition: Callable[[], object], what: str, *, step_s: float = 0.1) -> None:
    """Wait until ``condition`` holds.  Raises `StageError` when it does not come."""
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise StageError(f"Waited {PATIENCE_S:.0f} seconds for this: {what}.")
        time.sleep(step_s)


def open_stage(folder: Path, ports: Sequence[int]) -> tuple[Stage, bool]:
    """Return the stage in ``folder`` and whether it had to be made; what is half made is made again."""
    ready = folder / READY
    if ready.exists():
        kept = json.loads(ready.read_text())
        return Stage(folder, kept["ports"], kept["passwords"]), False
    clear(folder)
    folder.mkdir(mode=0o700, parents=True)
    (folder / MARK).touch()
    stage = Stage(folder, dict(zip((actor.name for actor in ACTORS), ports, strict=True)))
    _make_homes(stage)
    return stage, True


def clear(folder: Path) -> None:
    """Forget a stage.  Raises `StageError` for a folder that no demonstration made, and leaves it alone."""
    ours = not folder.exists() or not any(folder.iterdir()) or (folder / MARK).exists() or (folder / READY).exists()
    if not ours:
        raise StageError(
            f"{folder} holds something else than a demonstration. Nothing was deleted; name another: --folder"
        )
    shutil.rmtree(folder, ignore_errors=True)


def finish(stage: Stage) -> None:
    """Remember that the stage is complete."""
    ready = stage.folder / READY
    draft = ready.with_suffix(".part")
    draft.write_text(json.dumps({"ports": stage.ports, "passwords": stage.passwords}))
    draft.chmod(0o600)
    draft.rename(ready)


def introduce(doha: SideProcess, berlin: SideProcess) -> list[str]:
    """Pair both nodes and return the words that were compared."""
    doha("complete", acceptance=berlin("accept", invitation=doha("invite")))
    words = doha("words", peer=BERLIN.name)
    if words != berlin("words", peer=DOHA.name):
        raise StageError("The two sides see different words.")
    doha("confirm", peer=BERLIN.name)
    berlin("confirm", peer=DOHA.name)
    found: list[str] = words
    return found


def enlist(stage: Stage, doha: SideProcess, berlin: SideProcess) -> None:
    """Add the example officers, with passwords made for this stage."""
    for actor, side in ((DOHA, doha), (BERLIN, berlin)):
        for name, display_name, roles in actor.officers:
            password = stage.passwords[name] = secrets.token_urlsafe(9)
            side("add_officer", name=name, display_name=display_name, password=password, roles=roles)


def agree(doha: SideProcess, berlin: SideProcess) -> str:
    """Let Doha propose the example agreement and both sign it; return its digest."""
    doha("propose", partner=BERLIN.name)
    doha("sign")
    until(lambda: berlin("proposed"), "the proposal arrives in Berlin")
    berlin("sign")
    until(lambda: doha("in_force") and berlin("in_force"), "the agreement is in force on both nodes")
    digest: str = doha("in_force")
    return digest


def free_ports() -> tuple[int, int]:
    """Return two ports that nobody uses now."""
    with socket.socket() as one, socket.socket() as other:
        one.bind(("127.0.0.1", 0))
        other.bind(("127.0.0.1", 0))
        return one.getsockname()[1], other.getsockname()[1]


def _make_homes(stage: Stage) -> None:
    made = [
        subprocess.Popen(  # noqa: S603  # this program itself
            [sys.executable, "-P", "-m", "comity", "--home", str(stage.home(actor)), "node", "init"]
            + ["--name", actor.name, "--endpoint", stage.address(actor), "--tls", "none"]
            + ["--second-factor", "optional"]
            + ["--port", str(stage.ports[actor.name])]
            + [word for authority in actor.authorities for word in ("--authority", authority)],
            stdout=subprocess.DEVNULL,
        )
        for actor in ACTORS
    ]
    if any(process.wait() for process in made):
        raise StageError("A node of the demonstration could not be made.")


def _check_free(port: int, actor: Actor) -> None:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("127.0.0.1", port))
        except OSError:
            raise StageError(
                f"Port {port}, where the node in {actor.city} answers, is in use. Is the demonstration running"
                " already? Stop it, or start anew on other ports: comity demo --fresh --port N"
            ) from None
