"""Read many records, receipts and attachments at once, for screens: the number of queries never grows with the data."""

from bisect import bisect_left
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum

from django.db.models import Q

from comity.channel import sealed, store
from comity.channel.control import Verdict
from comity.channel.models import Blob, Channel, Delivery, Disposition, Erasure, Journal, Record, RecordState, Refusal
from comity.channel.runtime import LocalNode
from comity.protocol.canonical import Strict
from comity.protocol.errors import ComityError
from comity.protocol.message import MAX_BATCH
from comity.protocol.names import UnixMs
from comity.protocol.records import Header, parse_header
from comity.protocol.types import Outcome

AT_ONCE = 200
"""Records in one query: keeps statements well below what either database takes."""
Address = tuple[int, int]
"""Where a record stands: the key of its journal, and its index."""


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
    def address(self) -> Address:
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


def _verdicts(node: LocalNode, addresses: Sequence[Address]) -> dict[tuple[int, int, str], Verdict]:
    """Return what every node last stated about each of ``addresses``."""
    last: dict[tuple[int, int, str], Disposition] = {}
    for address, row in sorted(_stated(node, addresses), key=lambda one: one[1].stated_at):
        last[*address, row.by] = row
    refusals = _refusals(node, last.values(), {index for _, index in addresses})
    return {
        key: refusals.get((row.id, key[1])) or Verdict(Outcome.ACCEPTED, UnixMs(row.time_ms))
        for key, row in last.items()
    }


def _stated(node: LocalNode, addresses: Sequence[Address]) -> Iterator[tuple[Address, Disposition]]:
    """Go through what was stated about records, each with its address."""
    for at in range(0, len(addresses), AT_ONCE):
        asked = addresses[at : at + AT_ONCE]
        places: dict[int, list[int]] = {}
        for journal, index in sorted(set(asked)):
            places.setdefault(journal, []).append(index)
        # A statement about two hundred places is put together by hand: the framework takes longer than the database.
        # No disposition spans more than a batch, which keeps the search to a few rows of the index.
        covering = " OR ".join(['(journal_id = %s AND "start" <= %s AND "end" > %s AND "end" <= %s)'] * len(asked))
        given = [value for journal, index in asked for value in (journal, index, index, index + MAX_BATCH)]
        found = Disposition.objects.using(node.using).raw(
            f"SELECT * FROM channel_disposition WHERE {covering}",  # noqa: S608  # signs of places alone
            given,
        )
        for row in found:
            held = places.get(row.journal_id, [])
            for index in held[bisect_left(held, row.start) : bisect_left(held, row.end)]:
                yield (row.journal_id, index), row


def _refusals(
    node: LocalNode, stated: Iterable[Disposition], indexes: Collection[int]
) -> dict[tuple[int, int], Verdict]:
    times = {row.id: row.time_ms for row in stated}
    found: dict[tuple[int, int], Verdict] = {}
    ids = list(times)
    for at in range(0, len(ids), AT_ONCE):
        rows = Refusal.objects.using(node.using).filter(disposition_id__in=ids[at : at + AT_ONCE])
        for row in rows:
            if row.index in indexes:
                found[row.disposition_id, row.index] = Verdict(
                    Outcome.REFUSED, UnixMs(times[row.disposition_id]), row.reason, row.clause, row.sentence, row.remedy
                )
    return found


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


@dataclass(frozen=True, slots=True)
class Place:
    """Say where a record stands: whose journal, and which index."""

    journal: str
    index: int


def places(node: LocalNode, channel: Channel, uids: Sequence[str]) -> dict[str, Place]:
    """Return where records stand that this node holds under this agreement, by identifier; opens nothing."""
    found: dict[str, Place] = {}
    for at in range(0, len(uids), AT_ONCE):
        rows = Record.objects.using(node.using).filter(channel=channel, uid__in=uids[at : at + AT_ONCE])
        for row in rows.only("uid", "index", "journal__node").select_related("journal"):
            found[row.uid or ""] = Place(row.journal.node, row.index)
    return found


def accepted(node: LocalNode, channel: Channel, places: Iterable[Place]) -> dict[Place, UnixMs]:
    """Return when each record was first accepted by a recipient, as that recipient's journal says.

    Clocks start, stop and go on at these times: they stand in journals that every node of the agreement holds.
    """
    ids = dict(Journal.objects.using(node.using).filter(channel=channel).values_list("node", "id"))
    wanted = {(ids[one.journal], one.index): one for one in places if one.journal in ids}
    stated = sorted(_stated(node, list(wanted)), key=lambda one: (one[1].time_ms, one[1].id))
    refused = _refusals(node, (row for _, row in stated), {index for _, index in wanted})
    found: dict[Place, UnixMs] = {}
    for address, row in stated:
        if (row.id, address[1]) not in refused:
            found.setdefault(wanted[address], UnixMs(row.time_ms))
    return found


@dataclass(frozen=True, slots=True)
class Erased:
    """Say of one holder of a record when it must be erased there, on which ground, and when the holder confirmed it."""

    node: str
    due_ms: int
    ground: str
    ordered: bool
    done_ms: int | None


def erasures(node: LocalNode, records: Sequence[Held]) -> dict[str, tuple[Erased, ...]]:
    """Return what is known of the erasure of records on every node that holds them, by identifier."""
    found: dict[str, tuple[Erased, ...]] = {}
    uids = {record.address: record.header.id for record in records}
    addresses = list(uids)
    for at in range(0, len(addresses), AT_ONCE):
        some = addresses[at : at + AT_ONCE]
        wanted = Q()
        for journal, index in some:
            wanted |= Q(journal_id=journal, index=index)
        for row in Erasure.objects.using(node.using).filter(wanted).order_by("node"):
            uid = uids[row.journal_id, row.index]
            one = Erased(row.node, row.due_ms, row.ground, row.ordered, row.done_ms)
            found[uid] = (*found.get(uid, ()), one)
    return found


def stamp(node: LocalNode, channel: Channel) -> str:
    """Return a text that changes whenever a record, a receipt or an erasure came or went under this agreement.

    Two small queries, whatever the number of records: for pages that ask whether there is anything new.
    """
    sizes = Journal.objects.using(node.using).filter(channel=channel).order_by("node").values_list("size", flat=True)
    acked = Delivery.objects.using(node.using).filter(channel=channel).order_by("peer").values_list("acked", flat=True)
    return ".".join(str(one) for one in (channel.epoch, *sizes, *acked))
