"""Count how often every record is applied, beside the area of cases that does the work."""

from collections.abc import Sequence

from django.db import connections

from comity.cases.projections import AREA as CASES
from comity.channel.runtime import AppliedRecord, LocalNode

CREATE = (
    "CREATE TABLE IF NOT EXISTS sim_applied (channel varchar(36), uid varchar(36), journal varchar(50), own integer,"
    ' times integer, "index" bigint, erased integer, PRIMARY KEY (channel, uid))'
)


class CountingArea:
    """Be the area of cases, and increment a counter for each record each time it is applied."""

    types = CASES.types

    def apply(self, node: LocalNode, records: Sequence[AppliedRecord]) -> None:
        with connections[node.using].cursor() as cursor:
            for one in records:
                cursor.execute(
                    'INSERT INTO sim_applied (channel, uid, journal, own, times, "index", erased)'
                    " VALUES (%s, %s, %s, %s, 1, %s, 0)"
                    " ON CONFLICT (channel, uid) DO UPDATE SET times = sim_applied.times + 1",
                    [one.header.channel, one.header.id, one.journal, int(one.own), one.index],
                )
        CASES.apply(node, records)

    def erase(self, node: LocalNode, uids: Sequence[str]) -> None:
        with connections[node.using].cursor() as cursor:
            for uid in uids:
                cursor.execute("UPDATE sim_applied SET erased = 1 WHERE uid = %s", [uid])
        CASES.erase(node, uids)

    def clear(self, node: LocalNode) -> None:
        with connections[node.using].cursor() as cursor:
            cursor.execute("DELETE FROM sim_applied")
        CASES.clear(node)


AREA = CountingArea()
