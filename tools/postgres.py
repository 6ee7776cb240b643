"""Find a PostgreSQL to test against, or start a private one from the system's packages.

A private cluster lives in a temporary folder, listens on a Unix socket in that folder and on nothing else, and ends
with the process that asked for it, however that process ends.
"""

import contextlib
import os
import pwd
import shutil
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Final

import psycopg
from psycopg.conninfo import make_conninfo

HOW_TO_GET: Final = (
    "apt-get install postgresql (its server need not run), or set PGHOST, PGUSER ... to one that answers"
)
START_SECONDS: Final = 60
_ROLE: Final = "comity"
# The shell waits for the end of our pipe: when we go, in whatever way, the server and its files go too.
_KEEPER: Final = 'folder=$1; shift; "$@" & server=$!; read -r _; kill -INT $server; wait $server; rm -rf "$folder"'


class PostgresMissingError(Exception):
    """Say that there is no PostgreSQL to use; the text is one line that says how to get one."""


@dataclass(frozen=True, slots=True)
class Server:
    """Say how to reach a server on which databases may be made."""

    host: str
    port: int
    user: str
    password: str
    private: bool

    def environment(self) -> dict[str, str]:
        """Return libpq's variables for this server."""
        found = {"PGHOST": self.host, "PGPORT": str(self.port), "PGUSER": self.user}
        return found | ({"PGPASSWORD": self.password} if self.password else {})

    @contextlib.contextmanager
    def database(self, name: str) -> Iterator[str]:
        """Make an empty database of that name, and drop it afterwards."""
        self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')
        self._execute(f"CREATE DATABASE \"{name}\" ENCODING 'UTF8' TEMPLATE template0")
        try:
            yield name
        finally:
            self._execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)')

    def _execute(self, statement: str) -> None:
        with psycopg.connect(self.conninfo(), autocommit=True) as connection:
            connection.execute(statement.encode())

    def conninfo(self, database: str = "postgres") -> str:
        """Return libpq's connection string for a database of this server."""
        password = self.password or None
        return make_conninfo(host=self.host, port=self.port, user=self.user, password=password, dbname=database)


@contextlib.contextmanager
def server(*, durable: bool = False, private: bool = False) -> Iterator[Server]:
    """Give a server that may make databases: the one that PGHOST names, one of our own, or else one that answers.

    One of our own comes first because it does not wait for the disk (unless ``durable``) and tests are quicker so; with
    ``private`` nothing else will do.  Raises `PostgresMissingError`.
    """
    running = _running() if "PGHOST" in os.environ and not private else None
    if running is None:
        try:
            with _private(durable=durable) as own:
                yield own
                return
        except PostgresMissingError:
            running = None if private else _running()
            if running is None:
                raise
    yield running


def _running() -> Server | None:
    """Return the server that libpq finds by itself (PGHOST ... or the usual socket), if we may make databases there."""
    try:
        with psycopg.connect(dbname=os.environ.get("PGDATABASE", "postgres"), connect_timeout=3) as connection:
            row = connection.execute(
                "SELECT rolcreatedb OR rolsuper FROM pg_roles WHERE rolname = current_user"
            ).fetchone()
            info = connection.info
            if row and row[0]:
                return Server(info.host, info.port, info.user, info.password, private=False)
    except psycopg.Error:
        pass
    return None


def _programs() -> Path:
    """Return the folder of the newest installed server programs."""
    found = [path.parent for path in Path("/usr/lib/postgresql").glob("*/bin/initdb")]
    if found:
        return max(found, key=lambda path: float(path.parent.name))
    on_path = shutil.which("initdb")
    if on_path:
        return Path(on_path).resolve().parent
    raise PostgresMissingError(HOW_TO_GET)


def _account() -> pwd.struct_passwd | None:
    """Return whom the server runs as: ourselves (None), or, because it refuses root, somebody without rights."""
    if os.geteuid() != 0:
        return None
    for name in ("postgres", "nobody"):
        with contextlib.suppress(KeyError):
            return pwd.getpwnam(name)
    raise PostgresMissingError(
        "PostgreSQL does not run as root, and there is no user postgres or nobody; use another user"
    )


@contextlib.contextmanager
def _private(*, durable: bool) -> Iterator[Server]:
    programs, account = _programs(), _account()
    folder = Path(tempfile.mkdtemp(prefix="comity-pg-", dir="/tmp"))  # sockets need a short path; mkdtemp makes it 0700
    if account:
        os.chown(folder, account.pw_uid, account.pw_gid)
    start = partial(
        subprocess.Popen,
        text=True,
        cwd="/",
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        start_new_session=True,
        user=account.pw_uid if account else None,
        group=account.pw_gid if account else None,
        extra_groups=[] if account else None,
    )
    _make_cluster(start, programs, folder)
    options = [
        "-k",
        str(folder),
        "-c",
        "listen_addresses=",
        "-c",
        "max_connections=100",
        "-c",
        "log_min_messages=fatal",
    ]
    if not durable:
        options += ["-c", "fsync=off", "-c", "full_page_writes=off"]
    program = [str(programs / "postgres"), "-D", str(folder / "data"), *options]
    keeper = start(["sh", "-c", _KEEPER, "sh", str(folder), *program], stderr=subprocess.DEVNULL)
    try:
        own = Server(str(folder), 5432, _ROLE, "", private=True)
        _wait_for(own, keeper)
        yield own
    finally:
        assert keeper.stdin is not None
        keeper.stdin.close()
        keeper.wait()


def _make_cluster(start: "partial[subprocess.Popen[str]]", programs: Path, folder: Path) -> None:
    make = [str(programs / "initdb"), "-D", str(folder / "data"), "-U", _ROLE, "-A", "trust"]
    process = start([*make, "-E", "UTF8", "--locale=C", "--no-sync"])
    _, words = process.communicate()
    if process.returncode:
        shutil.rmtree(folder)
        reason = (words.strip().splitlines() or ["no reason given"])[-1]
        raise PostgresMissingError(f"initdb failed: {reason}")


def _wait_for(own: Server, keeper: "subprocess.Popen[str]") -> None:
    end = time.monotonic() + START_SECONDS
    while True:
        try:
            psycopg.connect(own.conninfo()).close()
        except psycopg.OperationalError:
            if time.monotonic() > end or keeper.poll() is not None:
                raise PostgresMissingError("a private PostgreSQL was made, but did not start") from None
            time.sleep(0.05)
        else:
            return
