"""Read from the channel's tables where acts stand in journals, who accepted them, and whose time has passed.

Only this module asks the channel's tables on behalf of `evidence`; what it returns are entries of journals.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Final

from django.db.models import Min, Q

from comity.channel.judge import WITHHELD
from comity.channel.models import Channel, ContentState, Disposition, Journal, Record, RecordState, Refusal
from comity.channel.reading import AT_ONCE
from comity.channel.runtime import LocalNode
from comity.concurrence.entries import Disposed, Entry, Passed
from comity.concurrence.records import ANSWERS, TYPES
from comity.protocol import types
from comity.protocol.message import MAX_BATCH
from comity.protocol.names import UnixMs

MARKS: Final = (types.DISPOSITION.tag, *(kind.tag for kind in TYPES))
"""Records whose dates show that a time has passed: those that every node of this version can read."""


@dataclass(frozen=True, slots=True)
class Shelf:
    """Know a journal as far as it can be relied on: up to the first act whose content is still awaited."""

    id: int
    node: str
    known: int


@dataclass(frozen=True, slots=True)
class Found:
    """Hold the place of a record, its stated time, its leaf hash and its header."""

    uid: str
    journal_id: int
    node: str
    index: int
    time_ms: int
    leaf: bytes
    header: bytes


def shelves(node: LocalNode, channel: Channel, signers: Sequence[str]) -> dict[str, Shelf]:
    """Return the journals of the signers.

    SECURITY: what a partner keeps from this node cannot make it decide otherwise than others. Holds because nothing of
    a journal is looked at behind the first act whose content is missing. Breaks if such a record is passed over.
    """
    journals = list(Journal.objects.using(node.using).filter(channel=channel, node__in=signers))
    lacking = dict(
        Record.objects.using(node.using)
        .filter(
            journal_id__in=[one.id for one in journals],
            content_state=ContentState.LACKING,
            type__in=[kind.tag for kind in TYPES],
        )
        .values_list("journal_id")
        .annotate(first=Min("index"))
    )
    return {one.node: Shelf(one.id, one.node, min(one.size, lacking.get(one.id, one.size))) for one in journals}


def places(node: LocalNode, channel: Channel, shelves_: dict[str, Shelf], uids: Sequence[str]) -> list[Found]:
    """Return where records stand, as far as the journals are relied on, in the order of their places."""
    found = []
    for at in range(0, len(uids), AT_ONCE):
        rows = Record.objects.using(node.using).filter(channel=channel, uid__in=uids[at : at + AT_ONCE])
        found += _found(shelves_, rows)
    return sorted(found, key=lambda one: (one.node, one.index))


def _found(shelves_: dict[str, Shelf], rows: Iterable[Record]) -> list[Found]:
    by_id = {one.id: one for one in shelves_.values()}
    return [
        Found(row.uid or "", row.journal_id, shelf.node, row.index, row.time_ms, bytes(row.leaf), bytes(row.header))
        for row in rows
        if (shelf := by_id.get(row.journal_id)) is not None and row.index < shelf.known
    ]


def words(node: LocalNode, shelves_: dict[str, Shelf], records: Sequence[Found]) -> dict[str, list[Entry]]:
    """Return the first word of every signer about each record, but those that only say that its content is missing."""
    result: dict[str, list[Entry]] = {name: [] for name in shelves_}
    rows: list[Disposition] = []
    for at in range(0, len(records), AT_ONCE):
        wanted = reduce(or_, (_covers(one) for one in records[at : at + AT_ONCE]))
        rows += Disposition.objects.using(node.using).filter(wanted, by__in=list(shelves_))
    indexes = {one.index for one in records}
    refused = {
        (one.disposition_id, one.index): one.reason
        for at in range(0, len(rows), AT_ONCE)
        for one in Refusal.objects.using(node.using).filter(
            disposition_id__in=[row.id for row in rows[at : at + AT_ONCE]], index__in=indexes
        )
    }
    spoken: set[tuple[str, str]] = set()
    for row in sorted({row.id: row for row in rows}.values(), key=lambda one: one.stated_at):
        for one in records:
            if one.journal_id != row.journal_id or not row.start <= one.index < row.end:
                continue
            reason = refused.get((row.id, one.index))
            if reason == WITHHELD or (row.by, one.uid) in spoken or row.stated_at >= shelves_[row.by].known:
                continue
            spoken.add((row.by, one.uid))
            item = Disposed(one.uid, accepted=reason is None)
            result[row.by].append(Entry(row.stated_at, UnixMs(row.time_ms), item))
    return result


def _covers(one: Found) -> Q:
    # No disposition spans more than a batch, which keeps the search to a few rows of the index.
    return Q(journal_id=one.journal_id, start__lte=one.index, end__gt=one.index, end__lte=one.index + MAX_BATCH)


def beyond(node: LocalNode, shelves_: dict[str, Shelf]) -> dict[str, list[Entry]]:
    """Return, for each signer, where it first speaks of records of another signer that are not known here yet."""
    result: dict[str, list[Entry]] = {name: [] for name in shelves_}
    for owner in shelves_.values():
        rows = Disposition.objects.using(node.using).filter(journal_id=owner.id, end__gt=owner.known)
        for row in rows.filter(by__in=list(shelves_)).order_by("stated_at"):
            if row.stated_at < shelves_[row.by].known:
                result[row.by].append(Entry(row.stated_at, UnixMs(row.time_ms), Disposed("", accepted=True)))
    return result


def mark(node: LocalNode, shelf: Shelf, after: int, end: UnixMs) -> Entry | None:
    """Return the first record of a journal behind place ``after`` that is dated later than ``end``."""
    rows = Record.objects.using(node.using).filter(
        journal_id=shelf.id, index__gt=after, index__lt=shelf.known, time_ms__gt=end, type__in=MARKS
    )
    row = rows.order_by("index").values_list("index", "time_ms").first()
    return None if row is None else Entry(row[0], UnixMs(row[1]), Passed())


def refused_answers(node: LocalNode, shelf: Shelf, after: int, before: int) -> list[Found]:
    """Return answers, between two places of a journal, that this node refused: they still end a silence."""
    rows = Record.objects.using(node.using).filter(
        journal_id=shelf.id, index__gt=after, index__lt=before, state=RecordState.REFUSED, type__in=ANSWERS
    )
    return _found({shelf.node: shelf}, rows)
