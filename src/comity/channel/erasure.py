"""Erase on time, on both sides, and prove it: destroy the key and the content, keep the header and the commitment.

A record falls due by its clause's retention, or by order of its author.  Each node erases its own copy and signs that
it did; what a partner owes and has not confirmed is listed, and raises an alarm.
"""

import contextlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from django.db import connections, transaction

from comity.channel import blobs, peers, store
from comity.channel.alarms import AlarmKind, raise_alarm
from comity.channel.journals import append_open
from comity.channel.models import Channel, ContentState, Erasure, Journal, Record, RecordState
from comity.channel.rows import insert
from comity.channel.runtime import AppliedRecord, LocalNode, apply_to_areas
from comity.protocol import types
from comity.protocol.errors import ComityError, ErrorKind
from comity.protocol.names import instant, parse_instant
from comity.protocol.records import Header, OpenContent, parse_header

BATCH = 500
CONFIRM_WITHIN_MS = 3 * 24 * 3600 * 1000
"""How long after it is due a partner's confirmation may take before it counts as overdue."""
RETENTION = "retention"


class NotAuthorError(ComityError):
    """Say that only the author of a record may order its erasure."""

    kind = ErrorKind.NOT_PERMITTED
    default_remedy = "Ask the author's side to order it."


def run(node: LocalNode) -> int:
    """Erase everything that has fallen due on this node and return how many records that were."""
    total = 0
    for channel in Channel.objects.using(node.using).all():
        while True:
            with transaction.atomic(using=node.using):
                store.lock_channel(node.using, channel.id)
                own = store.load_journal(node.using, channel.id, node.name)
                done = 0 if own.must_hear else _run_channel(node, channel, own)
            total += done
            if done < BATCH:
                break
    return total


def order(node: LocalNode, channel: Channel, addresses: Sequence[types.RecordAddress], ground: str) -> None:
    """Order, as their author, that records be erased on every node, with the ground.  Raises `NotAuthorError`."""
    now = node.clock()
    body = types.ErasureOrdered(records=tuple(addresses), ground=ground, due=instant(now))
    with transaction.atomic(using=node.using):
        store.lock_channel(node.using, channel.id)
        take_order(node, channel, node.name, body)
        own = store.load_journal(node.using, channel.id, node.name)
        append_open(node, channel, own, "erasure.ordered/1", body)


def take_order(node: LocalNode, channel: Channel, author: str, body: types.ErasureOrdered) -> None:
    """Note that ``author`` requires records to be erased.  Raises `NotAuthorError`.

    SECURITY: nobody erases what an agreement rests on, or somebody else's record. Holds because only sealed records of
    the author's own journal, found by identifier, can be ordered. Breaks if an index alone is believed: a restored
    node's records may stand elsewhere than when the order was written.
    """
    if any(address.journal != author for address in body.records):
        raise NotAuthorError("An order to erase names a record of somebody else.")
    places = _places(node, channel, body.records)
    if any(place is None or isinstance(place.header.content, OpenContent) for place in places):
        raise NotAuthorError("An order to erase names no sealed record of its author.", "Correct the order.")
    due = parse_instant(body.due)
    _expect(
        node,
        [
            (place.journal_id, place.index, holder, due, body.ground, True)
            for place in places
            if place is not None
            for holder in (place.header.author, *place.header.to)
        ],
    )


def take_confirmation(node: LocalNode, channel: Channel, author: str, body: types.ErasureDone) -> None:
    """Note that ``author`` confirms having erased records; its own copy of them, whoever wrote them.

    SECURITY: a confirmation of a thousand records costs a few queries. Holds because everything a partner can name is
    looked up and noted many at a time. Breaks if a query is added for each record.
    """
    time_ms = parse_instant(body.time)
    journals = {
        name: store.load_journal(node.using, channel.id, name)
        for name in {address.journal for address in body.records}.intersection(channel.members)
    }
    indexes: dict[str, set[int]] = {}
    for address, place in zip(body.records, _places(node, channel, body.records), strict=True):
        journal = journals.get(address.journal)
        if journal is None or (place is None and address.index < journal.size):
            continue  # nobody's, or another record stands there
        indexes.setdefault(address.journal, set()).add(place.index if place else address.index)
    for name, mine in indexes.items():
        journal_id = journals[name].id
        _expect(node, [(journal_id, index, author, time_ms, body.ground, False) for index in sorted(mine)])
        for some in _some(sorted(mine)):
            rows = Erasure.objects.using(node.using).filter(journal_id=journal_id, index__in=some, node=author)
            rows.filter(done_ms__isnull=True).update(done_ms=time_ms)
            if author == node.name:
                for index in some:
                    _apply_without_content(node, journals[name], index)
                    _destroy(node, journals[name], index)
            elif author == name:
                _never_to_come(node, journals[name], some)


def _never_to_come(node: LocalNode, journal: store.JournalRow, indexes: Sequence[int]) -> None:
    """Say of records that had not arrived when their author erased them that this node has none of them, either."""
    lacking = Record.objects.using(node.using).filter(
        journal_id=journal.id, index__in=indexes, content_state=ContentState.LACKING
    )
    for index in list(lacking.values_list("index", flat=True)):
        _apply_without_content(node, journal, index)
    lacking.update(content_state=ContentState.ERASED, erase_due_ms=node.clock())


def _apply_without_content(node: LocalNode, journal: store.JournalRow, index: int) -> None:
    """Let the areas know of a record that counts, and whose content this node lost and will not get back."""
    for record in store.read_records(node.using, journal.id, index, index + 1):
        counts = record.state in (RecordState.OWN, RecordState.ACCEPTED)
        if counts and record.content_state == ContentState.LACKING:
            header = parse_header(record.header).header
            apply_to_areas(node, [AppliedRecord(header, None, journal.node, index, journal.node == node.name)])


@dataclass(frozen=True, slots=True)
class _Place:
    journal_id: int
    index: int
    header: Header


def _places(node: LocalNode, channel: Channel, addresses: Sequence[types.RecordAddress]) -> list[_Place | None]:
    """Return where the records of those identifiers stand in the journals named; nothing for one that does not."""
    rows = (
        Record.objects.using(node.using)
        .filter(channel=channel)
        .values_list("uid", "journal__node", "journal_id", "index", "header")
    )
    by_uid: dict[str, tuple[str, _Place]] = {}
    by_index: dict[tuple[str, int], _Place] = {}
    for some in _some([address.id for address in addresses]):
        for uid, name, journal_id, index, header in rows.filter(uid__in=some):
            by_uid[str(uid)] = (name, _Place(journal_id, index, parse_header(bytes(header)).header))
    for name in channel.members:
        # Records that were refused unread have no identifier here, yet their author may erase them.
        wanted = [address.index for address in addresses if address.journal == name and address.id not in by_uid]
        for places in _some(wanted):
            for _, _, journal_id, index, header in rows.filter(journal__node=name, index__in=places, uid__isnull=True):
                with contextlib.suppress(ComityError):
                    by_index[name, index] = _Place(journal_id, index, parse_header(bytes(header)).header)
    return [_placed(address, by_uid.get(address.id), by_index) for address in addresses]


def _placed(
    address: types.RecordAddress, known: tuple[str, _Place] | None, by_index: Mapping[tuple[str, int], _Place]
) -> _Place | None:
    if known is not None:
        return known[1] if known[0] == address.journal else None
    place = by_index.get((address.journal, address.index))
    header = place.header if place else None
    return place if header and (header.id, header.author) == (address.id, address.journal) else None


T = TypeVar("T")


def _some(values: Sequence[T], size: int = 400) -> Iterator[Sequence[T]]:
    """Divide what is asked of the database, so that no statement grows beyond what it takes."""
    return (values[at : at + size] for at in range(0, len(values), size))


def erased_here(node: LocalNode, journal_id: int, start: int) -> set[int]:
    """Return which records of a journal, from ``start`` on, this node has erased and must not take in again."""
    rows = Erasure.objects.using(node.using).filter(
        journal_id=journal_id, index__gte=start, node=node.name, done_ms__isnull=False
    )
    return set(rows.values_list("index", flat=True))


def overdue(node: LocalNode) -> list[Erasure]:
    """Return what is due and unconfirmed beyond its time, on either side; raise an alarm for each node concerned."""
    late = list(
        Erasure.objects.using(node.using)
        .filter(done_ms__isnull=True, due_ms__lt=node.clock() - CONFIRM_WITHIN_MS)
        .select_related("journal__channel")[:1000]
    )
    for holder, channel in sorted({(row.node, row.journal.channel.uuid) for row in late}):
        count = sum(1 for row in late if (row.node, row.journal.channel.uuid) == (holder, channel))
        detail = f"{count} erasures are due and not confirmed by {holder}."
        raise_alarm(node, AlarmKind.ERASURE_OVERDUE, holder, detail, channel=channel)
    return late


def _run_channel(node: LocalNode, channel: Channel, own: store.JournalRow) -> int:
    due = _due(node, channel)
    if not due:
        return 0
    names = dict(Journal.objects.using(node.using).filter(channel=channel).values_list("id", "node"))
    by_ground: dict[str, list[types.RecordAddress]] = {}
    for journal_id, index, header_raw, state, due_ms, ground in due:
        header = parse_header(header_raw).header
        # Who refused a record erases it early, and expects that of nobody else.
        holders = (header.author, *header.to) if ground != RETENTION or state != RecordState.REFUSED else (node.name,)
        _expect(node, [(journal_id, index, holder, due_ms, ground, ground != RETENTION) for holder in holders])
        address = types.RecordAddress(journal=names[journal_id], index=index, id=header.id)
        by_ground.setdefault(ground, []).append(address)
    for ground, addresses in by_ground.items():
        body = types.ErasureDone(records=tuple(addresses), ground=ground, time=instant(node.clock()))
        append_open(node, channel, own, "erasure.done/1", body)
        take_confirmation(node, channel, node.name, body)
    return len(due)


def _due(node: LocalNode, channel: Channel) -> list[tuple[int, int, bytes, int, int, str]]:
    """Return journal, index, header, state, due time and ground of records this node must erase now."""
    columns = 'r.journal_id, r."index", r.header, r.state'
    with connections[node.using].cursor() as cursor:
        cursor.execute(
            f"SELECT {columns}, e.due_ms, e.ground FROM channel_erasure e JOIN channel_record r"  # noqa: S608  # constant columns
            ' ON r.journal_id = e.journal_id AND r."index" = e."index" WHERE e.node = %s AND e.done_ms IS NULL'
            " AND e.due_ms <= %s AND r.channel_id = %s LIMIT %s",
            [node.name, node.clock(), channel.id, BATCH],
        )
        rows = cursor.fetchall()
        cursor.execute(
            f"SELECT {columns}, r.erase_due_ms FROM channel_record r WHERE r.erase_due_ms <= %s"  # noqa: S608  # constant columns
            " AND r.channel_id = %s LIMIT %s",
            [node.clock(), channel.id, BATCH],
        )
        rows += [(*row, RETENTION) for row in cursor.fetchall()]
    unique = {(row[0], row[1]): (row[0], row[1], bytes(row[2]), row[3], row[4], row[5]) for row in rows[::-1]}
    return list(unique.values())[:BATCH]


_Expected = tuple[int, int, str, int, str, bool]


def _expect(node: LocalNode, rows: Sequence[_Expected]) -> None:
    """Note what is expected of whom: journal, index, holder, due time, ground, ordered; what stands already stays."""
    columns = ("journal_id", "index", "node", "due_ms", "ground", "ordered")
    insert(node.using, "channel_erasure", columns, rows, " ON CONFLICT DO NOTHING")


def _destroy(node: LocalNode, journal: store.JournalRow, index: int) -> None:
    """Destroy key, wraps and content of one record here; its header, leaf and commitment stay."""
    freed = 0
    for record in store.read_records(node.using, journal.id, index, index + 1):
        freed += len(record.content or b"") + sum(len(wrap.wrapped) for wrap in record.wraps)
        area = node.area_of(record.type)
        if area is not None and record.uid is not None:
            area.erase(node, [record.uid])
    with connections[node.using].cursor() as cursor:
        cursor.execute(
            "UPDATE channel_record SET content = NULL, wraps = NULL, key_at_rest = NULL, content_state = 1,"
            ' erase_due_ms = NULL WHERE journal_id = %s AND "index" = %s',
            [journal.id, index],
        )
    freed += blobs.erase_unused(node, journal.id, index)
    peers.charge(node, journal.node, -freed)
