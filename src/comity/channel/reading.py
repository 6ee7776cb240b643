"""Read many records, receipts and attachments at once, for screens: the number of queries never grows with the data."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from comity.channel import sealed, store
from comity.channel.control import Verdict
from comity.channel.models import Blob, Channel, Delivery, Disposition, Record, RecordState, Refusal
from comity.channel.runtime import LocalNode
from comity.protocol.canonical import Strict
from comity.protocol.errors import ComityError
from comity.protocol.message import MAX_BATCH
from comity.protocol.records import Header, parse_header
from comity.protocol.types import Outcome

AT_ONCE = 200
"""Records in one query: keeps statements well below what either database takes."""


class Mark(StrEnum):
    """Say how far a record has come."""

    QUEUED = "queued"
    DELIVERED = "delivered"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Held:
    """Hold a record as it is kept here; `opened` gives its content."""

    journal: str
    journal_id: int
    header: Header
    stored: store.StoredRecord

    @property
    def address(self) -> tuple[int, int]:
        """Return where the record stands: the journal's id and the index."""
        return self.journal_id, self.stored.index


@dataclass(frozen=True, slots=True)
class Receipt:
    """Hold the receipt mark of a record and, once a recipient has stated one, its verdict (a refusal goes first)."""

    mark: Mark
    verdict: Verdict | None = None


def held(node: LocalNode, channel: Channel, uids: Iterable[str]) -> dict[str, Held]:
    """Return those of the records that this node holds under this agreement, by identifier."""
    found: dict[str, Held] = {}
    wanted = list(dict.fromkeys(uids))
    for at in range(0, len(wanted), AT_ONCE):
        rows = Record.objects.using(node.using).filter(channel=channel, uid__in=wanted[at : at + AT_ONCE])
        for row in rows.select_related("journal"):
            stored = store.StoredRecord(
                index=row.index,
                uid=row.uid,
                type=row.type,
                header=bytes(row.header),
                leaf=bytes(row.leaf),
                state=row.state,
                content=None if row.content is None else bytes(row.content),
                wraps=(),
                key_at_rest=None if row.key_at_rest is None else bytes(row.key_at_rest),
                content_state=row.content_state,
            )
            header = parse_header(stored.header).header
            found[header.id] = Held(row.journal.node, row.journal_id, header, stored)
    return found


def opened(node: LocalNode, record: Held) -> Strict | None:
    """Return the content of a record; nothing when it is erased or was not for this node."""
    try:
        return sealed.body(node, record.stored)
    except ComityError:
        return None


def receipts(node: LocalNode, channel: Channel, records: Sequence[Held]) -> dict[str, Receipt]:
    """Return the receipt marks of records, by identifier."""
    verdicts = _verdicts(node, [record.address for record in records])
    acked = dict(Delivery.objects.using(node.using).filter(channel=channel).values_list("peer_id", "acked"))
    result = {}
    for record in records:
        stated = [verdicts.get((*record.address, to)) for to in record.header.to]
        if record.journal == node.name:
            reached = all(record.stored.index < acked.get(to, 0) for to in record.header.to)
        else:
            reached = True
        result[record.header.id] = _receipt(stated, reached=reached)
    return result


def _receipt(stated: Sequence[Verdict | None], *, reached: bool) -> Receipt:
    known = [verdict for verdict in stated if verdict is not None]
    refused = next((verdict for verdict in known if verdict.outcome is Outcome.REFUSED), None)
    if refused is not None:
        return Receipt(Mark.REFUSED, refused)
    if known and len(known) == len(stated):
        return Receipt(Mark.ACCEPTED, max(known, key=lambda verdict: verdict.time_ms))
    return Receipt(Mark.DELIVERED if reached or known else Mark.QUEUED, known[0] if known else None)


def _verdicts(node: LocalNode, addresses: Sequence[tuple[int, int]]) -> dict[tuple[int, int, str], Verdict]:
    """Return what every node last stated about each of ``addresses``."""
    last: dict[tuple[int, int, str], Disposition] = {}
    for at in range(0, len(addresses), AT_ONCE):
        asked = addresses[at : at + AT_ONCE]
        wanted = Q()
        for journal, index in asked:
            # No disposition spans more than a batch, which keeps the search to a few rows of the index.
            wanted |= Q(journal_id=journal, start__lte=index, end__gt=index, end__lte=index + MAX_BATCH)
        rows = Disposition.objects.using(node.using).filter(wanted).order_by("stated_at") if asked else []
        for row in rows:
            for journal, index in asked:
                if row.journal_id == journal and row.start <= index < row.end:
                    last[journal, index, row.by] = row
    refusals = _refusals(node, last)
    return {key: refusals.get((row.id, key[1])) or Verdict(Outcome.ACCEPTED, row.time_ms) for key, row in last.items()}


def _refusals(node: LocalNode, last: dict[tuple[int, int, str], Disposition]) -> dict[tuple[int, int], Verdict]:
    times = {row.id: row.time_ms for row in last.values()}
    indexes = {index for _, index, _ in last}
    rows = Refusal.objects.using(node.using).filter(disposition_id__in=list(times), index__in=list(indexes))
    return {
        (row.disposition_id, row.index): Verdict(
            Outcome.REFUSED, times[row.disposition_id], row.reason, row.clause, row.sentence, row.remedy
        )
        for row in rows
    }


@dataclass(frozen=True, slots=True)
class Arrival:
    """Say how much of an attachment's encrypted form is here."""

    size: int
    have: int
    complete: bool
    erased: bool

    @property
    def percent(self) -> int:
        """Return how much is here, of a hundred."""
        return 100 if self.complete else self.have * 100 // max(1, self.size)


def arrivals(node: LocalNode, ids: Iterable[str]) -> dict[str, Arrival]:
    """Return how far attachments have arrived, by identifier."""
    rows = Blob.objects.using(node.using).filter(id__in=list(ids))
    return {row.id: Arrival(row.size, row.have, row.complete, row.erased) for row in rows}


def refused_own(node: LocalNode, channel: Channel, limit: int) -> list[tuple[str, Verdict]]:
    """Return this node's latest refused records that some recipient's last word refuses, newest first."""
    rows = (
        Refusal.objects.using(node.using)
        .filter(disposition__journal__channel=channel, disposition__journal__node=node.name)
        .order_by("-id")
        .values_list("disposition__journal_id", "index")[:limit]
    )
    places = list(dict.fromkeys(rows))
    verdicts = {key[:2]: one for key, one in _verdicts(node, places).items() if one.outcome is Outcome.REFUSED}
    if not verdicts:
        return []
    indexes = [index for _, index in verdicts]
    named = Record.objects.using(node.using).filter(
        channel=channel, journal__node=node.name, index__in=indexes, state=RecordState.OWN
    )
    uids = {(journal, index): uid for journal, index, uid in named.values_list("journal_id", "index", "uid")}
    return [(uids[place] or "", verdicts[place]) for place in places if place in verdicts and place in uids]
