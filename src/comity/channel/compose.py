"""Write the next message to a partner: what it has not got, what it asked for, and what we ask of it."""

from collections.abc import Iterable
from dataclasses import dataclass, field

from django.db import transaction

from comity.channel import blobs, recovery, store
from comity.channel.journals import cosigned_note, full_note, signed_head
from comity.channel.models import Channel, Checkpoint, ContentState, Delivery, Journal, Peer, Record
from comity.channel.runtime import LocalNode
from comity.protocol.message import (
    MAX_BATCH,
    Address,
    Batch,
    Head,
    LateContent,
    Message,
    Want,
    WireRecord,
)
from comity.protocol.records import OpenContent, parse_header

RELAY_AFTER_MS = 30_000
"""How long a third journal may be ahead here before this node passes its records on."""
LACKS_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class Heard:
    """Hold what the last message from a partner told: how far it is, and what it wishes."""

    heads: dict[str, int] = field(default_factory=dict)
    lacks: tuple[Address, ...] = ()
    wants: tuple[Want, ...] = ()
    conflict_from: int | None = None
    news: bool = False
    problem: str = ""


@dataclass(frozen=True, slots=True)
class Composed:
    """Hold a message ready to be sealed, and whether it carries anything that the partner waits for."""

    message: Message
    carries: bool


def compose(node: LocalNode, peer: Peer, channel: Channel, heard: Heard | None, answers: bytes = b"") -> Composed:
    """Return the next message to ``peer``; ``heard`` is what its last message told, if there was one just now."""
    heard_or_empty = heard or Heard()
    with transaction.atomic(using=node.using):
        store.lock_channel(node.using, channel.id)
        own = store.load_journal(node.using, channel.id, node.name)
        delivery, _ = Delivery.objects.using(node.using).get_or_create(channel=channel, peer=peer)
        start = heard_or_empty.heads.get(node.name, delivery.acked)
        batches = list(_own_batch(node, channel, own, peer.node, start))
        if heard is not None:
            batches += _returned(node, channel, peer.node, heard)
            batches += _relayed(node, channel, peer.node, heard)
        heads = _heads(node, channel, own, peer.node)
        notes = _notes(node, channel, peer.node)
        late = _late(node, channel, peer.node, heard_or_empty.lacks)
        lacks = _lacks(node, channel)
    parts = blobs.parts(node, channel, peer.node, heard_or_empty.wants)
    wants = blobs.wants(node, channel, peer)
    message = Message(
        v=1,
        channel=channel.uuid,
        sender=node.name,
        recipient=peer.node,
        time=node.clock(),
        answers=answers,
        heads=heads,
        notes=notes,
        batches=tuple(batches),
        lacks=lacks,
        late=late,
        wants=wants,
        parts=parts,
    )
    return Composed(message, bool(batches or late or parts or wants or lacks))


def _own_batch(node: LocalNode, channel: Channel, own: store.JournalRow, peer: str, start: int) -> Iterable[Batch]:
    if own.must_hear or not 0 <= start < own.size:
        return
    end = min(own.size, start + node.limits.batch_records)
    records = _wire(node, own.id, peer, start, end)
    yield Batch(node.name, start, records, signed_head(node, channel, own, start + len(records)))


def _wire(node: LocalNode, journal_id: int, peer: str, start: int, end: int) -> tuple[WireRecord, ...]:
    """Return records ``start`` to ``end`` - 1 as ``peer`` may have them, fewer when they grow too large."""
    room = node.limits.batch_bytes
    result: list[WireRecord] = []
    for record in store.read_records(node.using, journal_id, start, end):
        wire = wire_record(record, peer)
        room -= len(wire.header) + len(wire.content or b"") + sum(len(w.wrapped) for w in wire.wraps)
        if room < 0 and result:
            break
        result.append(wire)
    return tuple(result)


def wire_record(record: store.StoredRecord, peer: str) -> WireRecord:
    """Return a stored record as ``peer`` may have it: content only where it is open, or theirs, or sent to them."""
    if record.content_state == ContentState.ERASED:
        return WireRecord(record.header, erased=True)
    if record.content is None or record.uid is None:
        return WireRecord(record.header)
    header = parse_header(record.header).header
    if isinstance(header.content, OpenContent) or peer in (header.author, *header.to):
        return WireRecord(record.header, record.content, record.wraps)
    return WireRecord(record.header)


def _returned(node: LocalNode, channel: Channel, peer: str, heard: Heard) -> Iterable[Batch]:
    """Return the partner's own records to it, when it holds fewer of them than this node, or others."""
    claimed = heard.heads.get(peer)
    if heard.conflict_from is not None:
        # At least the last record that it signed, so that it learns from its own signature that it was set back.
        last = store.load_journal(node.using, channel.id, peer).size - 1
        claimed = max(0, min(heard.conflict_from, last, last if claimed is None else claimed))
    if claimed is not None:
        yield from _copy(node, channel, peer, peer, claimed)


def _relayed(node: LocalNode, channel: Channel, peer: str, heard: Heard) -> Iterable[Batch]:
    """Pass on a third node's records that the partner has been missing for a while."""
    for member in channel.members:
        if member in (node.name, peer) or member not in heard.heads:
            continue
        yield from _copy(node, channel, peer, member, heard.heads[member], RELAY_AFTER_MS)


def _copy(node: LocalNode, channel: Channel, peer: str, owner: str, claimed: int, after_ms: int = 0) -> Iterable[Batch]:
    journal = store.load_journal(node.using, channel.id, owner)
    if claimed >= journal.size:
        return
    heads = Checkpoint.objects.using(node.using).filter(journal_id=journal.id)
    if after_ms and not heads.filter(journal__grew_ms__lt=node.clock() - after_ms).exists():
        return
    end = heads.filter(size__gt=claimed, size__lte=claimed + MAX_BATCH).order_by("-size").first()
    if end is None:
        return
    stored = store.read_records(node.using, journal.id, claimed, end.size)
    records = tuple(wire_record(record, peer) for record in stored)
    # Who gets its own records back gets the receipts with them.
    note = full_note(node, journal.id, end.size) if owner == peer else bytes(end.note)
    yield Batch(owner, claimed, records, note)


def _heads(node: LocalNode, channel: Channel, own: store.JournalRow, peer: str) -> tuple[Head, ...]:
    """Say how much of every journal this node holds; of its own, while restoring, only what is surely shared."""
    result = []
    for member in channel.members:
        if member == node.name:
            size = recovery.agreed_size(node, own, peer) if own.must_hear else own.size
        else:
            size = store.load_journal(node.using, channel.id, member).size
        result.append(Head(member, size))
    return tuple(result)


def _notes(node: LocalNode, channel: Channel, peer: str) -> tuple[bytes, ...]:
    """Return this node's cosignature for the partner, and the heads it was shown of third journals."""
    result = []
    for member in channel.members:
        if member == node.name:
            continue
        journal = store.load_journal(node.using, channel.id, member)
        if member == peer:
            note = cosigned_note(node, journal.id, node.name)
        else:
            head = Checkpoint.objects.using(node.using).filter(journal_id=journal.id).order_by("-size").first()
            note = full_note(node, journal.id, head.size) if head else None
        if note is not None:
            result.append(note)
    return tuple(result)


def _lacks(node: LocalNode, channel: Channel) -> tuple[Address, ...]:
    # By journals, as the index of what is missing has them: every message asks, and an agreement has very many records.
    journals = list(Journal.objects.using(node.using).filter(channel=channel).values_list("id", flat=True))
    rows = (
        Record.objects.using(node.using)
        .filter(journal_id__in=journals, content_state=ContentState.LACKING)
        .order_by("journal_id", "index")
        .values_list("journal__node", "index")[:LACKS_AT_ONCE]
    )
    return tuple(Address(owner, index) for owner, index in rows)


def _late(node: LocalNode, channel: Channel, peer: str, lacks: tuple[Address, ...]) -> tuple[LateContent, ...]:
    """Return contents that the partner asks for again, as far as it may have them."""
    result = []
    room = node.limits.batch_bytes
    for address in lacks:
        if address.node not in channel.members:
            continue
        journal = store.load_journal(node.using, channel.id, address.node)
        for record in store.read_records(node.using, journal.id, address.index, address.index + 1):
            wire = wire_record(record, peer)
            if wire.content is not None and room > 0:
                room -= len(wire.content)
                result.append(LateContent(address.node, address.index, wire.content, wire.wraps))
    return tuple(result)
