"""Insert many rows at once, the quickest way that each database has.

Django's own `bulk_create` builds a statement anew for every batch, which costs more than the insertion.
"""

from collections.abc import Sequence

from django.db import connections

Cell = str | int | bytes | None


def insert(
    using: str, table: str, columns: Sequence[str], rows: Sequence[Sequence[Cell]], on_conflict: str = ""
) -> None:
    """Insert ``rows`` into ``table``, whose name and ``columns`` are constants of the program.

    PostgreSQL takes many rows by COPY, unless ``on_conflict`` says what to do with a row that is there already.
    """
    if not rows:
        return
    names = ", ".join(f'"{column}"' for column in columns)
    with connections[using].cursor() as cursor:
        if connections[using].vendor == "postgresql" and not on_conflict and len(rows) > 1:
            with cursor.copy(f"COPY {table} ({names}) FROM STDIN") as copy:
                for row in rows:
                    copy.write_row(row)
            return
        marks = ", ".join(["%s"] * len(columns))
        cursor.executemany(f"INSERT INTO {table} ({names}) VALUES ({marks}){on_conflict}", rows)  # noqa: S608  # constants


def keep_statistics(using: str, sized: int) -> int:
    """Let SQLite look at a sample of its indexes once the tables have doubled; return how large they are.

    Without that it takes any index for as good as any other, and reads a whole agreement to find one case.  PostgreSQL
    does it by itself.
    """
    if connections[using].vendor != "sqlite":
        return sized
    with connections[using].cursor() as cursor:
        cursor.execute("SELECT coalesce(sum(seq), 0) FROM sqlite_sequence")
        size = int(cursor.fetchone()[0])
        if size > 2 * sized:
            cursor.execute("PRAGMA analysis_limit = 400")
            cursor.execute("ANALYZE")
            return size
    return sized
