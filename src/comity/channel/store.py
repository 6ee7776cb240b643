"""Read and write journals in SQL: the one hot module, the same statements on SQLite and PostgreSQL.

Everything here runs inside the caller's transaction.  `lock_channel` is called first by whoever writes: it makes
writers of one channel take turns, on PostgreSQL by a row lock, on SQLite because a write transaction is exclusive.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import msgspec
from django.db import connections

from comity.channel.models import ContentState, RecordState
from comity.channel.rows import insert
from comity.protocol.merkle import HASH_BYTES, Growth
from comity.protocol.sealing import Wrap


@dataclass(slots=True)
class JournalRow:
    """Hold a journal's state while a transaction works on it."""

    id: int
    channel_id: int
    node: str
    size: int
    growth: Growth
    seen_size: int
    must_hear: list[str]


@dataclass(frozen=True, slots=True)
class NewRecord:
    """Hold a record about to get its place in a journal."""

    uid: str | None
    type: str
    time_ms: int
    header: bytes
    leaf: bytes
    state: RecordState
    content: bytes | None = None
    wraps: tuple[Wrap, ...] = ()
    key_at_rest: bytes | None = None
    content_state: ContentState = ContentState.PRESENT
    erase_due_ms: int | None = None
    clause: str = ""


@dataclass(frozen=True, slots=True)
class StoredRecord:
    """Hold a record as it is kept."""

    index: int
    uid: str | None
    type: str
    header: bytes
    leaf: bytes
    state: int
    content: bytes | None
    wraps: tuple[Wrap, ...]
    key_at_rest: bytes | None
    content_state: int


_WRAPS = msgspec.msgpack.Decoder(tuple[Wrap, ...])
_COLUMNS = "id, channel_id, node, size, edge, seen_size, must_hear"
_RECORD = '"index", uid, type, header, leaf, state, content, wraps, key_at_rest, content_state'
_COLUMNS_IN = (
    "channel_id", "journal_id", "index", "uid", "type", "time_ms", "header", "leaf", "content", "wraps", "key_at_rest",
    "state", "content_state", "erase_due_ms", "clause",
)  # fmt: skip


def lock_channel(using: str, channel_id: int) -> int:
    """Take the turn to write to a channel and return its agreement epoch."""
    lock = " FOR UPDATE" if connections[using].vendor == "postgresql" else ""
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT epoch FROM channel_channel WHERE id = %s" + lock, [channel_id])  # noqa: S608  # a constant
        return int(cursor.fetchone()[0])


def load_journal(using: str, channel_id: int, node: str) -> JournalRow:
    """Return the state of a journal; an empty one is made when it does not exist yet."""
    with connections[using].cursor() as cursor:
        query = f"SELECT {_COLUMNS} FROM channel_journal WHERE channel_id = %s AND node = %s"  # noqa: S608  # constant columns
        cursor.execute(query, [channel_id, node])
        row = cursor.fetchone()
        if row is None:
            cursor.execute(
                "INSERT INTO channel_journal (channel_id, node, size, edge, seen_size, seen_ms, grew_ms, must_hear)"
                " VALUES (%s, %s, 0, %s, 0, 0, 0, '[]')",
                [channel_id, node, b""],
            )
            cursor.execute(query, [channel_id, node])
            row = cursor.fetchone()
    edge = bytes(row[4])
    parts = [edge[i : i + HASH_BYTES] for i in range(0, len(edge), HASH_BYTES)]
    must_hear = row[6] if isinstance(row[6], list) else msgspec.json.decode(row[6])
    return JournalRow(row[0], row[1], row[2], row[3], Growth(row[3], parts), row[5], must_hear)


def append(using: str, journal: JournalRow, records: Sequence[NewRecord], now_ms: int) -> int:
    """Give ``records`` their places at the end of ``journal`` and return the index of the first."""
    first = journal.size
    rows = []
    for offset, record in enumerate(records):
        journal.growth.append(record.leaf)
        rows.append((journal.channel_id, journal.id, first + offset, *_values(record)))
    journal.size = journal.growth.size
    tiles = [(journal.id, *tile) for tile in journal.growth.tiles]
    journal.growth.tiles.clear()
    insert(using, "channel_record", _COLUMNS_IN, rows)
    insert(using, "channel_tile", ("journal_id", "level", "index", "hash"), tiles)
    with connections[using].cursor() as cursor:
        cursor.execute(
            "UPDATE channel_journal SET size = %s, edge = %s, grew_ms = %s,"
            " seen_size = CASE WHEN seen_size < %s THEN %s ELSE seen_size END WHERE id = %s",
            [journal.size, b"".join(journal.growth.edge), now_ms, journal.size, journal.size, journal.id],
        )
    return first


def _values(record: NewRecord) -> tuple[str | int | bytes | None, ...]:
    return (
        record.uid,
        record.type,
        record.time_ms,
        record.header,
        record.leaf,
        record.content,
        encode_wraps(record.wraps),
        record.key_at_rest,
        int(record.state),
        int(record.content_state),
        record.erase_due_ms,
        record.clause,
    )


def encode_wraps(wraps: tuple[Wrap, ...]) -> bytes | None:
    """Return wrapped keys as they are kept."""
    return msgspec.msgpack.encode(wraps) if wraps else None


def truncate(using: str, journal: JournalRow, size: int) -> None:
    """Take the records from ``size`` on out of this node's *own* journal; only recovery does this.

    What was there is given back its place, after the records that a partner already cosigned.
    """
    growth = Growth.read(size, reader(using, journal.id))
    with connections[using].cursor() as cursor:
        for table in ("record", "blobuse", "erasure"):
            cursor.execute(
                f'DELETE FROM channel_{table} WHERE journal_id = %s AND "index" >= %s',  # noqa: S608  # constant names
                [journal.id, size],
            )
        cursor.execute(
            'DELETE FROM channel_tile WHERE journal_id = %s AND ("index" + 1) * (CASE level WHEN 8 THEN 256'
            " WHEN 16 THEN 65536 WHEN 24 THEN 16777216 ELSE 4294967296 END) > %s",
            [journal.id, size],
        )
        for table in ("checkpoint", "cosignature"):
            cursor.execute(
                f"DELETE FROM channel_{table} WHERE journal_id = %s AND size > %s",  # noqa: S608  # constant names
                [journal.id, size],
            )
        cursor.execute(
            "UPDATE channel_journal SET size = %s, edge = %s WHERE id = %s",
            [size, b"".join(growth.edge), journal.id],
        )
    journal.size, journal.growth = size, growth


def reader(using: str, journal_id: int) -> "TreeReader":
    """Return the stored hashes of a journal's tree, in the form that proofs are made from."""
    return TreeReader(using, journal_id)


class TreeReader:
    """Read leaf hashes and tile roots by range."""

    def __init__(self, using: str, journal_id: int) -> None:
        """Read from one journal."""
        self._using, self._journal_id = using, journal_id

    def __call__(self, level: int, start: int, end: int) -> list[bytes]:
        """Return the hashes ``start`` to ``end`` - 1 of ``level``."""
        with connections[self._using].cursor() as cursor:
            if level == 0:
                query = (
                    'SELECT leaf FROM channel_record WHERE journal_id = %s AND "index" >= %s AND "index" < %s'
                    ' ORDER BY "index"'
                )
                cursor.execute(query, [self._journal_id, start, end])
            else:
                query = (
                    'SELECT hash FROM channel_tile WHERE journal_id = %s AND level = %s AND "index" >= %s'
                    ' AND "index" < %s ORDER BY "index"'
                )
                cursor.execute(query, [self._journal_id, level, start, end])
            return [bytes(row[0]) for row in cursor.fetchall()]


def read_records(using: str, journal_id: int, start: int, end: int) -> list[StoredRecord]:
    """Return the records ``start`` to ``end`` - 1 of a journal, in order."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            f'SELECT {_RECORD} FROM channel_record WHERE journal_id = %s AND "index" >= %s AND "index" < %s'  # noqa: S608  # constant columns
            ' ORDER BY "index"',
            [journal_id, start, end],
        )
        return [_stored(row) for row in cursor.fetchall()]


def find_record(using: str, channel_id: int, uid: str) -> tuple[int, StoredRecord] | None:
    """Return a record of a channel by its identifier, with the id of its journal."""
    with connections[using].cursor() as cursor:
        cursor.execute(
            f"SELECT journal_id, {_RECORD} FROM channel_record WHERE channel_id = %s AND uid = %s",  # noqa: S608  # constant columns
            [channel_id, uid],
        )
        row = cursor.fetchone()
    return (row[0], _stored(row[1:])) if row else None


def known_uids(using: str, channel_id: int, uids: Iterable[str]) -> set[str]:
    """Return which of ``uids`` the channel already holds."""
    wanted = list(uids)
    found: set[str] = set()
    with connections[using].cursor() as cursor:
        for at in range(0, len(wanted), 500):
            chunk = wanted[at : at + 500]
            marks = ", ".join(["%s"] * len(chunk))
            cursor.execute(
                f"SELECT uid FROM channel_record WHERE channel_id = %s AND uid IN ({marks})",  # noqa: S608  # marks only
                [channel_id, *chunk],
            )
            found.update(row[0] for row in cursor.fetchall())
    return found


def leaves(using: str, journal_id: int, size: int, step: int = 4096) -> Iterator[tuple[bytes, bytes]]:
    """Go through headers and stored leaf hashes of a journal, a bounded number at a time."""
    for start in range(0, size, step):
        with connections[using].cursor() as cursor:
            cursor.execute(
                'SELECT header, leaf FROM channel_record WHERE journal_id = %s AND "index" >= %s AND "index" < %s'
                ' ORDER BY "index"',
                [journal_id, start, min(size, start + step)],
            )
            rows = cursor.fetchall()
        for header, leaf in rows:
            yield bytes(header), bytes(leaf)


def _bytes(value: object) -> bytes | None:
    return None if value is None else bytes(value)  # type: ignore[call-overload]  # bytes or memoryview, by database


def _stored(row: Sequence[object]) -> StoredRecord:
    wraps = _bytes(row[7])
    return StoredRecord(
        index=row[0],  # type: ignore[arg-type]  # a column of that type
        uid=row[1],  # type: ignore[arg-type]  # a column of that type
        type=row[2],  # type: ignore[arg-type]  # a column of that type
        header=_bytes(row[3]) or b"",
        leaf=_bytes(row[4]) or b"",
        state=row[5],  # type: ignore[arg-type]  # a column of that type
        content=_bytes(row[6]),
        wraps=_WRAPS.decode(wraps) if wraps else (),
        key_at_rest=_bytes(row[8]),
        content_state=row[9],  # type: ignore[arg-type]  # a column of that type
    )
