"""Append to this node's own journals, sign their heads, and cosign those of partners."""

from dataclasses import dataclass

from django.db import connections

from comity.channel import store
from comity.channel.models import Channel, Checkpoint, Cosignature, RecordState
from comity.channel.runtime import LocalNode
from comity.protocol import checkpoints as cp
from comity.protocol.agreement.errors import WrongStateError
from comity.protocol.canonical import Strict, encode
from comity.protocol.merkle import root_at
from comity.protocol.names import instant
from comity.protocol.records import RECORD_V, Header, encode_header, open_content, parse_header


@dataclass(frozen=True, slots=True)
class Placed:
    """Say where a record of this node's own journal stands."""

    uid: str
    index: int


_COSIGNED = (
    "SELECT h.note, c.lines FROM channel_cosignature c JOIN channel_checkpoint h"
    " ON h.journal_id = c.journal_id AND h.size = c.size"
    " WHERE c.journal_id = %s AND c.cosigner = %s ORDER BY c.size DESC LIMIT 1"
)


def root(node: LocalNode, journal: store.JournalRow, size: int) -> bytes:
    """Return the root of the first ``size`` records of a journal held here."""
    if size == journal.size:
        return journal.growth.root()
    return root_at(size, store.reader(node.using, journal.id))


def append_open(
    node: LocalNode, channel: Channel, journal: store.JournalRow, tag: str, body: Strict, uid: str = ""
) -> tuple[Header, Placed]:
    """Append a record that needs no clause, with an open content, for all other members of the channel."""
    content = encode(body)
    now = node.clock()
    header = Header(
        v=RECORD_V,
        id=uid or node.new_id(),
        channel=channel.uuid,
        type=tag,
        author=node.name,
        authority=node.keys.public.identity.authorities[0],
        to=tuple(name for name in channel.members if name != node.name),
        time=instant(now),
        content=open_content(content),
    )
    raw = encode_header(header)
    record = store.NewRecord(
        uid=header.id,
        type=tag,
        time_ms=now,
        header=raw,
        leaf=parse_header(raw).leaf,
        state=RecordState.OWN,
        content=content,
    )
    index = store.append(node.using, journal, [record], now)
    return header, Placed(header.id, index)


def signed_head(node: LocalNode, channel: Channel, journal: store.JournalRow, size: int) -> bytes:
    """Return the note of this node's own journal at ``size``, signing it the first time.

    Raises `WrongStateError` while a restored node has not heard from its partners.

    SECURITY: a node never signs two histories. Holds because a restored node waits for its partners' copies, and
    because the head is stored in the transaction before it leaves. Breaks if the database is set back without
    ``comity node restored`` and the partner is reached first by what was written after.
    """
    if journal.must_hear:
        raise WrongStateError(
            f"This node was restored and waits to hear from {', '.join(journal.must_hear)} before it signs.",
            "Wait for the partner, or use comity node restored --without NODE if it cannot be reached.",
        )
    existing = Checkpoint.objects.using(node.using).filter(journal_id=journal.id, size=size).first()
    if existing:
        return bytes(existing.note)
    head = cp.Checkpoint(cp.JournalName(channel.uuid, node.name), size, root(node, journal, size))
    signed = cp.sign_checkpoint(head, node.keys)
    Checkpoint.objects.using(node.using).create(journal_id=journal.id, size=size, note=signed.note)
    return signed.note


def latest_note(node: LocalNode, journal_id: int) -> tuple[int, bytes] | None:
    """Return size and note of the largest signed head held of a journal."""
    row = (
        Checkpoint.objects.using(node.using)
        .filter(journal_id=journal_id)
        .order_by("-size")
        .values_list("size", "note")
        .first()
    )
    return (row[0], bytes(row[1])) if row else None


def cosign_head(node: LocalNode, journal: store.JournalRow, signed: cp.SignedCheckpoint) -> None:
    """Store a partner's head and this node's cosignature on it; the caller has checked that it continues ours."""
    size = signed.checkpoint.size
    _, created = Checkpoint.objects.using(node.using).get_or_create(
        journal_id=journal.id, size=size, defaults={"note": signed.note}
    )
    held = Cosignature.objects.using(node.using).filter(journal_id=journal.id, cosigner=node.name, size=size)
    if not created and held.exists():
        return
    cosignature = cp.cosign(signed, node.keys, node.clock() // 1000)
    Cosignature.objects.using(node.using).create(
        journal_id=journal.id,
        cosigner=node.name,
        size=size,
        time=cosignature.time,
        lines=cosignature.lines,
    )


def cosigned_note(node: LocalNode, journal_id: int, cosigner: str) -> bytes | None:
    """Return the largest head that ``cosigner`` cosigned, as a note with its two lines only."""
    with connections[node.using].cursor() as cursor:
        cursor.execute(_COSIGNED, [journal_id, cosigner])
        row = cursor.fetchone()
    if row is None:
        return None
    text, _, _ = bytes(row[0]).rpartition(b"\n\n")
    return text + b"\n\n" + bytes(row[1])


def full_note(node: LocalNode, journal_id: int, size: int) -> bytes:
    """Return a stored head with its owner's signatures and every cosignature held for it."""
    note = bytes(Checkpoint.objects.using(node.using).get(journal_id=journal_id, size=size).note)
    rows = Cosignature.objects.using(node.using).filter(journal_id=journal_id, size=size).order_by("cosigner")
    return note + b"".join(bytes(row.lines) for row in rows)


def bump_epoch(node: LocalNode, channel: Channel) -> None:
    """Note that something about the agreement itself changed, so that nobody works with an old reading of it.

    The epoch is random, not counted: one that was rolled back must never come again for something else.
    """
    channel.epoch = int.from_bytes(node.random(8)) >> 1
    Channel.objects.using(node.using).filter(id=channel.id).update(epoch=channel.epoch)
