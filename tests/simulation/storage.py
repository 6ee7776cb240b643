"""Copy a node's whole state and set it back: for fresh starts between seeds, and for restored backups within one."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from django.db import connections

from comity.channel import agreements, exchange


@dataclass(frozen=True)
class Snapshot:
    """Hold a database and the files beside it."""

    database: bytes | dict[str, tuple[list[str], list[tuple[object, ...]]]]
    files: dict[str, bytes]


def take(alias: str, home: Path) -> Snapshot:
    """Return a node's state as it is on disk."""
    return Snapshot(_database(alias), _files(home))


def put(alias: str, home: Path, snapshot: Snapshot) -> None:
    """Set a node back to ``snapshot`` and start its process anew."""
    _put_database(alias, snapshot.database)
    kept = _files(home)
    for name in kept.keys() - snapshot.files.keys():
        (home / name).unlink()
    for name, data in snapshot.files.items():
        if kept.get(name) != data:
            (home / name).parent.mkdir(parents=True, exist_ok=True)
            (home / name).write_bytes(data)
    forget(alias)


def forget(alias: str) -> None:
    """Drop what a process remembers."""
    for key in [key for key in exchange._turns if key[0] == alias]:
        del exchange._turns[key]
    agreements._negotiation.cache_clear()
    agreements._text.cache_clear()


def _files(home: Path) -> dict[str, bytes]:
    return {
        str(path.relative_to(home)): path.read_bytes() for path in sorted((home / "blobs").rglob("*")) if path.is_file()
    }


def _tables(alias: str) -> list[str]:
    names = connections[alias].introspection.table_names()
    return [name for name in names if name.startswith(("channel_", "cases_", "sim_"))]


def _database(alias: str) -> bytes | dict[str, tuple[list[str], list[tuple[object, ...]]]]:
    connection = connections[alias]
    connection.ensure_connection()
    if connection.vendor == "sqlite":
        return bytes(connection.connection.serialize())
    result = {}
    with connection.cursor() as cursor:
        for table in _tables(alias):
            cursor.execute(f'SELECT * FROM "{table}"')
            result[table] = ([column[0] for column in cursor.description], list(cursor.fetchall()))
    return result


def _put_database(alias: str, state: bytes | dict[str, tuple[list[str], list[tuple[object, ...]]]]) -> None:
    connection = connections[alias]
    connection.ensure_connection()
    if isinstance(state, bytes):
        connection.connection.deserialize(state)
        return
    from psycopg.types.json import Jsonb

    with connection.cursor() as cursor:
        cursor.execute(f"TRUNCATE {', '.join(state)} CASCADE")
        cursor.execute("SET session_replication_role = replica")
        for table, (columns, rows) in state.items():
            if rows:
                names = ", ".join(f'"{name}"' for name in columns)
                marks = ", ".join(["%s"] * len(columns))
                values: list[Any] = [tuple(Jsonb(v) if isinstance(v, list | dict) else v for v in row) for row in rows]
                cursor.executemany(f'INSERT INTO "{table}" ({names}) VALUES ({marks})', values)
        cursor.execute("SET session_replication_role = origin")
        for table, (columns, _) in state.items():
            if "id" in columns:
                cursor.execute(
                    f"SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT max(id) + 1 FROM {table}))"
                    f" WHERE pg_get_serial_sequence('{table}', 'id') IS NOT NULL"
                )
