"""Crash a node at a chosen write: before or after any SQL write, before or after a commit, within and between files."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random
from typing import Any

from django.db import connections

WRITES = ("INSERT", "UPDATE", "DELETE", "REPLAC")


class Crash(BaseException):
    """End a node's process: nothing in the code under test may catch this."""

    def __init__(self, alias: str, where: str) -> None:
        super().__init__(f"{alias} at {where}")
        self.alias = alias
        self.where = where


@dataclass
class Crasher:
    """Count the writes of an armed node and crash it at one of them.

    ``acting`` tells whose code runs, for files; SQL tells by its connection.
    """

    rng: Random
    acting: list[str] = field(default_factory=list)
    armed: dict[str, int] = field(default_factory=dict)
    writes: int = 0
    synced: dict[int, int] = field(default_factory=dict)

    def arm(self, alias: str, countdown: int) -> None:
        """Crash the node at its ``countdown``-th point from here."""
        self.armed[alias] = countdown

    def disarm(self) -> None:
        """Let everybody live."""
        self.armed.clear()

    def point(self, alias: str, where: str, before: Callable[[], object] | None = None) -> None:
        """Be one place at which the node may crash; ``before`` does what the crash destroys."""
        self.writes += 1
        left = self.armed.get(alias)
        if left is None:
            return
        if left > 1:
            self.armed[alias] = left - 1
            return
        del self.armed[alias]
        if before is not None:
            before()
        raise Crash(alias, where)

    def execute(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: dict[str, Any]) -> Any:
        """Stand around every SQL statement."""
        word = sql.lstrip()[:6].upper()
        if word not in WRITES:
            return execute(sql, params, many, context)
        alias = context["connection"].alias
        self.point(alias, f"before {sql[:60]}")
        result = execute(sql, params, many, context)
        self.point(alias, f"after {sql[:60]}")
        return result


class Hooks:
    """Install a crasher under the databases and the file system, once per process."""

    def __init__(self, root: Path) -> None:
        self.root = str(root)
        self.crasher = Crasher(Random(0))

    def install(self, aliases: list[str]) -> None:
        """Hook every connection of ``aliases`` and the file operations that blobs are made of."""
        for alias in aliases:
            connection = connections[alias]
            connection.ensure_connection()
            connection.execute_wrappers.append(self._execute)
            self._hook_commit(connection)
        self._hook_files()

    def _execute(self, *args: Any) -> Any:
        return self.crasher.execute(*args)

    def _hook_commit(self, connection: Any) -> None:
        commit = connection._commit

        def crashing() -> None:
            # Leaving the block would commit what the crash must undo: it is rolled back before the crash is raised.
            self.crasher.point(connection.alias, "before commit", connection._rollback)
            commit()
            self.crasher.point(connection.alias, "after commit")

        connection._commit = crashing

    def _hook_files(self) -> None:
        replace, unlink = Path.replace, Path.unlink

        def hooked_replace(path: Path, target: Any) -> Path:
            self._file(path, "before moving a file")
            result = replace(path, target)
            self._file(path, "after moving a file")
            return result

        def hooked_unlink(path: Path, missing_ok: bool = False) -> None:
            self._file(path, "before deleting a file")
            if path.exists():
                self.crasher.synced.pop(path.stat().st_ino, None)  # the number may be given to another file
            unlink(path, missing_ok)
            self._file(path, "after deleting a file")

        Path.replace = hooked_replace  # type: ignore[method-assign,assignment]  # the simulated file system
        Path.unlink = hooked_unlink  # type: ignore[method-assign,assignment]  # the simulated file system
        os.fsync = self._fsync  # type: ignore[assignment]  # the simulated disk

    def _file(self, path: Path, where: str) -> None:
        if str(path).startswith(self.root) and self.crasher.acting:
            self.crasher.point(self.crasher.acting[-1], where)

    def _fsync(self, descriptor: int) -> None:
        """Be the disk: what was not yet synced may be cut off by a crash."""
        if not self.crasher.acting:
            return
        state = os.fstat(descriptor)
        safe = min(self.crasher.synced.get(state.st_ino, 0), state.st_size)

        def tear() -> None:
            if os.fstat(descriptor).st_mode & 0o100000:
                os.ftruncate(descriptor, self.crasher.rng.randint(safe, state.st_size))

        self.crasher.point(self.crasher.acting[-1], "before a sync", tear)
        self.crasher.synced[state.st_ino] = state.st_size
        self.crasher.point(self.crasher.acting[-1], "after a sync")


@contextmanager
def acting(crasher: Crasher, alias: str) -> Iterator[None]:
    """Say whose code runs."""
    crasher.acting.append(alias)
    try:
        yield
    finally:
        crasher.acting.pop()
