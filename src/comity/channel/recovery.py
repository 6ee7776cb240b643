"""Come back from an older state: notice it, say so, and take one's own records back from a partner's copies.

A node may be set back without knowing: a backup was restored, a disk was swapped.  It learns so from its own
signature on a head that is larger than, or different from, what it holds.  Nothing but that signature is believed.
"""

import contextlib
from dataclasses import dataclass

from django.db import transaction

from comity.channel import agreements, audit, blobs, sealed, store
from comity.channel.alarms import AlarmKind, raise_alarm
from comity.channel.control import Control, apply_control
from comity.channel.journals import append_open, bump_epoch, root
from comity.channel.models import (
    Channel,
    Checkpoint,
    ContentState,
    Cosignature,
    Delivery,
    Disposition,
    Journal,
    RecordState,
)
from comity.channel.peers import keys_of
from comity.channel.runtime import AppliedRecord, LocalNode, apply_to_areas
from comity.protocol import checkpoints as cp
from comity.protocol import types
from comity.protocol.canonical import Strict
from comity.protocol.errors import ComityError, ProofInvalidError
from comity.protocol.merkle import Growth, leaf_hash
from comity.protocol.message import Batch, WireRecord
from comity.protocol.names import parse_instant
from comity.protocol.notes import Note, parse_note
from comity.protocol.records import Header, parse_header


def declare_restored(node: LocalNode) -> None:
    """Mark every own journal as restored: nothing is signed before each partner has been heard."""
    with transaction.atomic(using=node.using):
        for channel in Channel.objects.using(node.using).all():
            others = [name for name in channel.members if name != node.name]
            Journal.objects.using(node.using).filter(channel=channel, node=node.name).update(must_hear=others)
        Delivery.objects.using(node.using).update(next_ms=0, failures=0)


def stop_waiting_for(node: LocalNode, name: str) -> None:
    """Go on without a partner that cannot be reached; the operator's decision, with its risk."""
    with transaction.atomic(using=node.using):
        for journal in Journal.objects.using(node.using).filter(node=node.name):
            journal.must_hear = [one for one in journal.must_hear if one != name]
            journal.save(using=node.using, update_fields=["must_hear"])


def heard(node: LocalNode, own: store.JournalRow, peer: str, claimed: int) -> None:
    """Note that ``peer`` says now that it holds no more of this node's journal than this node does itself.

    SECURITY: a restored node does not sign on the word of an old message. Holds because only what answers a message
    that this node has just sealed is passed here. Breaks if a message that may be replayed is.
    """
    if peer in own.must_hear and claimed <= own.size:
        own.must_hear.remove(peer)
        Journal.objects.using(node.using).filter(id=own.id).update(must_hear=own.must_hear)


def agreed_size(node: LocalNode, own: store.JournalRow, peer: str) -> int:
    """Return the size up to which ``peer`` is known to hold what this node holds of its own journal."""
    row = (
        Cosignature.objects.using(node.using)
        .filter(journal_id=own.id, cosigner=peer, size__lte=own.size)
        .order_by("-size")
        .values_list("size", flat=True)
        .first()
    )
    return row or 0


class _SetBackError(ProofInvalidError):
    """Say that this node's own signature shows a history that this node does not hold."""


class _ForkedError(ProofInvalidError):
    """Say that partners have cosigned different histories, both signed by this node."""


def take_own(node: LocalNode, channel: Channel, peer: str, batch: Batch) -> bool:
    """Take back records of this node's own journal that ``peer`` kept; return whether that told anything new."""
    try:
        with transaction.atomic(using=node.using):
            return _take_own(node, channel, peer, batch)
    except _ForkedError as error:
        raise_alarm(node, AlarmKind.FORK, node.name, error.sentence, channel=channel.uuid, evidence=batch.note)
    except _SetBackError as error:
        own = store.load_journal(node.using, channel.id, node.name)
        if not own.must_hear:
            _wait_for_partners(node, channel, own)
            raise_alarm(node, AlarmKind.ROLLED_BACK, node.name, error.sentence, channel=channel.uuid)
            return True
        if batch.start <= agreed_size(node, own, peer):
            _blame(node, channel, peer, batch, error)
    except ComityError as error:
        _blame(node, channel, peer, batch, error)
    return False


def _blame(node: LocalNode, channel: Channel, peer: str, batch: Batch, error: ComityError) -> None:
    raise_alarm(node, AlarmKind.TAMPERED_BATCH, peer, error.sentence, channel=channel.uuid, evidence=batch.note)


def _wait_for_partners(node: LocalNode, channel: Channel, own: store.JournalRow) -> None:
    """Sign nothing more before every partner was heard: this node has just learnt that it was set back."""
    own.must_hear = [name for name in channel.members if name != node.name]
    Journal.objects.using(node.using).filter(id=own.id).update(must_hear=own.must_hear)


def _take_own(node: LocalNode, channel: Channel, peer: str, batch: Batch) -> bool:
    signed = cp.open_checkpoint(batch.note, node.keys.public)
    head = signed.checkpoint
    if head.journal != cp.JournalName(channel.uuid, node.name):
        raise ProofInvalidError("The records offered back are of another journal.")
    if head.size != batch.start + len(batch.records):
        raise ProofInvalidError("The records offered back do not end at their signed head.")
    own = store.load_journal(node.using, channel.id, node.name)
    if head.size <= own.size and root(node, own, head.size) == head.root:
        return False
    if batch.start > own.size:
        raise _SetBackError("This node has signed more records than it holds: it was set back.")
    border = _divergence(node, own, batch)
    _check_root(node, own, border, batch, head)
    _check_others(node, own, peer, border)
    receipt = cp.open_cosignature(batch.note, keys_of(node, peer))
    displaced = store.read_records(node.using, own.id, border, own.size)
    was = own.size
    if not own.must_hear:
        _wait_for_partners(node, channel, own)
    if displaced:
        _withdraw(node, own, border)
    moved = any(node.area_of(record.type) for record in displaced)
    _adopt(node, channel, own, batch, border, apply=not moved)
    _keep_receipt(node, own, peer, signed, receipt)
    again = _append_again(node, channel, own, displaced)
    if moved:
        # Records that the areas have seen stand elsewhere now.
        audit.rebuild_areas(node)
    _tell(node, channel, own, peer, _Story(was, head.size, again))
    return True


def _keep_receipt(
    node: LocalNode, own: store.JournalRow, peer: str, signed: cp.SignedCheckpoint, receipt: cp.Cosignature
) -> None:
    """Keep the head up to which ``peer`` returned records, and its receipt: from there on it is asked for more."""
    size = signed.checkpoint.size
    note = parse_note(signed.note)
    mine = tuple(one for one in note.signatures if one.name == node.name)
    Checkpoint.objects.using(node.using).get_or_create(
        journal_id=own.id, size=size, defaults={"note": Note(note.text, mine).encode()}
    )
    Cosignature.objects.using(node.using).get_or_create(
        journal_id=own.id, cosigner=peer, size=size, defaults={"time": receipt.time, "lines": receipt.lines}
    )


def _check_others(node: LocalNode, own: store.JournalRow, peer: str, border: int) -> None:
    """Verify that taking back what ``peer`` holds contradicts no other partner's receipts.  Raises `ProofInvalidError`.

    SECURITY: two partners that hold two histories cannot make this node swing between them. Holds because nothing
    that another one has cosigned is given up. Breaks if cosignatures are dropped before this is asked.
    """
    others = Cosignature.objects.using(node.using).filter(journal_id=own.id, size__gt=border).exclude(cosigner=peer)
    if others.exists():
        raise _ForkedError("Partners hold different histories of this node's journal, signed by this node.")


def _divergence(node: LocalNode, own: store.JournalRow, batch: Batch) -> int:
    """Return the first index at which this node's records differ from those offered back."""
    held = store.read_records(node.using, own.id, batch.start, min(own.size, batch.start + len(batch.records)))
    for record, wire in zip(held, batch.records, strict=False):
        if record.leaf != leaf_hash(wire.header):
            return record.index
    return batch.start + len(held)


def _check_root(node: LocalNode, own: store.JournalRow, border: int, batch: Batch, head: cp.Checkpoint) -> None:
    growth = Growth.read(border, store.reader(node.using, own.id))
    for wire in batch.records[border - batch.start :]:
        growth.append(leaf_hash(wire.header))
    if growth.root() != head.root:
        raise _SetBackError("This node has signed another history of its journal than it holds: it was set back.")


def _withdraw(node: LocalNode, own: store.JournalRow, border: int) -> None:
    """Take back what was written after the set-back; it gets its place again behind what partners hold."""
    Disposition.objects.using(node.using).filter(by=node.name, stated_at__gte=border).filter(
        journal_id__in=Journal.objects.using(node.using).filter(channel_id=own.channel_id).values_list("id", flat=True)
    ).delete()
    store.truncate(node.using, own, border)


def _adopt(node: LocalNode, channel: Channel, own: store.JournalRow, batch: Batch, border: int, *, apply: bool) -> None:
    for index, wire in enumerate(batch.records[border - batch.start :], border):
        header = parse_header(wire.header).header
        body = _returned_body(node, wire)
        row = _own_row(node, channel, wire if body is not None else WireRecord(wire.header, erased=wire.erased))
        store.append(node.using, own, [row], node.clock())
        blobs.announce(node, own.id, [(index, header)])
        if row.content_state == ContentState.LACKING:
            continue  # another partner may have it; `late` takes it in then
        if body is not None and not node.catalogue[header.type].needs_clause:
            with contextlib.suppress(ComityError), transaction.atomic(using=node.using):
                apply_control(node, channel, Control(header, body, own, index, settled=True))
        elif apply:
            apply_to_areas(node, [AppliedRecord(header, body, node.name, index, own=True)])
    bump_epoch(node, channel)


def _returned_body(node: LocalNode, wire: WireRecord) -> Strict | None:
    """Return the content of an own record as a partner kept it; nothing if it has none, or not the right one."""
    try:
        return sealed.read_own(node, wire.header, wire.content, wire.wraps)
    except ComityError:
        return None


def _own_row(node: LocalNode, channel: Channel, wire: WireRecord) -> store.NewRecord:
    parsed = parse_header(wire.header)
    time_ms = parse_instant(parsed.header.time)
    return store.NewRecord(
        uid=parsed.header.id,
        type=parsed.header.type,
        time_ms=time_ms,
        header=wire.header,
        leaf=parsed.leaf,
        state=RecordState.OWN,
        content=wire.content,
        wraps=wire.wraps,
        key_at_rest=next((w.wrapped for w in wire.wraps if w.node == node.name), None),
        content_state=_content_state(wire),
        erase_due_ms=agreements.erase_due_of(node, channel, parsed.header, time_ms),
        clause=parsed.header.clause or "",
    )


def _content_state(wire: WireRecord) -> ContentState:
    if wire.content is not None:
        return ContentState.PRESENT
    return ContentState.ERASED if wire.erased else ContentState.LACKING


def _append_again(node: LocalNode, channel: Channel, own: store.JournalRow, displaced: list[store.StoredRecord]) -> int:
    """Give records that were written after the set-back, and that no partner holds, their place at the end.

    Dispositions among them are said again, too: they tell what this node did with what it received meanwhile.
    """
    held = store.known_uids(node.using, channel.id, [r.uid for r in displaced if r.uid])
    again = [r for r in displaced if r.uid not in held and r.type != "channel.restored/1"]
    for record in again:
        header = parse_header(record.header).header
        _act_again(node, channel, own, header, record)
        row = store.NewRecord(
            uid=record.uid,
            type=record.type,
            time_ms=parse_instant(header.time),
            header=record.header,
            leaf=record.leaf,
            state=RecordState.OWN,
            content=record.content,
            wraps=record.wraps,
            key_at_rest=record.key_at_rest,
            content_state=ContentState(record.content_state),
            erase_due_ms=agreements.erase_due_of(node, channel, header, parse_instant(header.time)),
            clause=header.clause or "",
        )
        index = store.append(node.using, own, [row], node.clock())
        blobs.announce(node, own.id, [(index, header)])
    bump_epoch(node, channel)
    return len(again)


def _act_again(
    node: LocalNode, channel: Channel, own: store.JournalRow, header: Header, record: store.StoredRecord
) -> None:
    """Let a control record that gets a new place take effect, unless what a partner returned makes it void.

    It keeps its place all the same: the partner refuses it, with the same reason, and both journals show it.
    """
    if node.catalogue[header.type].needs_clause or record.content is None:
        return
    body = node.catalogue.read(header.type, record.content)
    with contextlib.suppress(ComityError), transaction.atomic(using=node.using):
        apply_control(node, channel, Control(header, body, own, own.size))


@dataclass(frozen=True, slots=True)
class _Story:
    was: int
    size: int
    again: int


def _tell(node: LocalNode, channel: Channel, own: store.JournalRow, peer: str, story: _Story) -> None:
    """Raise the alarm here, and admit the restoration in this node's journal, where the partner reads it."""
    raise_alarm(
        node,
        AlarmKind.ROLLED_BACK,
        node.name,
        f"This node was set back to size {story.was}; {peer} returned its records up to size {story.size}.",
        channel=channel.uuid,
    )
    body = types.JournalRestored(from_size=story.was, to_size=story.size, source=peer, reappended=story.again)
    append_open(node, channel, own, "channel.restored/1", body)
