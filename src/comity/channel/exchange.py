"""Take in a message and answer it: the one way in, whether it came by HTTPS or on a stick.

The gates, in order (``docs/security-flow.md`` numbers them): size, partner known and confirmed, message authentic, turn
free, quota left, channel known; then each part of the message is verified on its own.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from threading import Lock

import msgspec
from django.db import transaction

from comity.channel import agreements, blobs, ingest, late, notes, recovery, store
from comity.channel.alarms import AlarmKind, raise_alarm
from comity.channel.compose import Heard, compose
from comity.channel.models import Alarm, Channel, Delivery, Peer
from comity.channel.peers import charge, confirmed, public_keys, transport_key
from comity.channel.runtime import LocalNode
from comity.protocol.errors import CannotOpenError, ComityError, ErrorKind, WrongAddressError
from comity.protocol.message import (
    MAX_BATCH,
    Batch,
    Head,
    LateContent,
    Message,
    WireRecord,
    message_digest,
    open_message,
    parse_envelope,
    seal_message,
)

SKEW_MS = 5 * 60 * 1000
"""How far two nodes' clocks may differ before an operator should look."""

EXPECT_MS = 2000
"""How long a partner that was given something may take to receipt it before this node calls out itself."""


class _Turn:
    """Hold whether a message of a partner is in work, and whether and until when another is expected."""

    __slots__ = ("expects_ms", "lock")

    def __init__(self) -> None:
        self.lock = Lock()
        self.expects_ms = 0


NOTED_EVERY_MS = 60_000
"""How often messages that do not open are counted against the partner they name."""
RECORDS_AT_ONCE = 2 * MAX_BATCH
"""Records of one message that are worked on: bounds how long one partner keeps others from writing.  The answer says
how far this node came, and the rest comes again."""
ROW_BYTES = 500
"""What a record costs on disk besides its header and content: row, leaf, indexes."""
BATCH_BYTES = 16_000
"""What a batch costs besides its records: this node's disposition and cosignature, and the heads signed over them."""

_turns: dict[tuple[str, str], _Turn] = {}
_turns_guard = Lock()


class BusyError(ComityError):
    """Say that a message of the same partner is being worked on."""

    kind = ErrorKind.BUSY
    default_remedy = "Send it again in a moment."


class QuotaError(ComityError):
    """Say that a partner has used up its room on this node."""

    kind = ErrorKind.QUOTA_EXCEEDED
    default_remedy = "The operator of the receiving node can raise the quota: comity pair quota NODE."


def receive(node: LocalNode, data: bytes) -> bytes:
    """Take in a sealed message and return the sealed answer.

    Raises `MalformedError`, `TooLargeError`, `UnknownPeerError`, `CannotOpenError`, `WrongAddressError`, `BusyError`
    or `QuotaError`; nothing has changed then, except that an alarm may have been raised.
    """
    peer, message = open_from(node, data)
    with _turn(node, peer.node) as turn:
        channel, heard = take(node, peer, message)
        if channel is None:
            answer = _empty(node, message, heard, message_digest(data))
        else:
            composed = compose(node, peer, channel, heard, message_digest(data))
            answer = composed.message
            turn.expects_ms = node.clock() + EXPECT_MS if composed.carries else 0
    return seal_message(answer, public_keys(bytes(peer.identity)), transport_key(node, peer))


def open_from(node: LocalNode, data: bytes) -> tuple[Peer, Message]:
    """Authenticate and open a message.  Raises what `receive` raises before the message is looked at."""
    envelope = parse_envelope(data)
    if envelope.recipient != node.name:
        raise WrongAddressError("The message is for another node.")
    peer = confirmed(node, envelope.sender)
    try:
        return peer, open_message(envelope, node.keys, transport_key(node, peer))
    except CannotOpenError as error:
        _note_tampering(node, peer.node, error)
        raise


def _note_tampering(node: LocalNode, peer: str, error: CannotOpenError) -> None:
    """Raise the alarm, at most once a minute: anybody can send rubbish in a partner's name.

    SECURITY: a stranger cannot make this node write. Holds because after the first alarm the rest of the minute costs
    one read. Breaks if anything is written before a message is authentic.
    """
    open_one = Alarm.objects.using(node.using).filter(
        kind=AlarmKind.TAMPERED_MESSAGE, subject=peer, channel="", handled_ms__isnull=True
    )
    last = open_one.values_list("last_ms", flat=True).first()
    if last is None or not 0 <= node.clock() - last < NOTED_EVERY_MS:
        raise_alarm(node, AlarmKind.TAMPERED_MESSAGE, peer, error.sentence)


def take(node: LocalNode, peer: Peer, message: Message, *, fresh: bool = False) -> tuple[Channel | None, Heard]:
    """Take in everything an authentic message carries and return what it told.

    Everything is applied in one transaction; a part that does not hold raises its alarm and leaves the others alone.
    ``fresh`` says that it answers a message of this moment: others may be old, or come again.  Raises `QuotaError`.
    """
    size = sum(_weight(batch) for batch in message.batches) + sum(len(part.data) for part in message.parts)
    size += sum(_bytes_of(one) for one in message.late)
    if peer.stored_bytes + size > peer.quota_bytes:
        detail = "The partner's quota on this node is used up; its records wait at its own node."
        # Without the channel, which the partner may have invented: its alarms must not fill the disk, either.
        raise_alarm(node, AlarmKind.QUOTA_EXCEEDED, peer.node, detail)
        if not fresh:
            raise QuotaError("The quota for this partner is used up.")
        # It is our own call: the receipts for our records count, though what it sends must wait.
        own = tuple(batch for batch in message.batches if batch.node == node.name)
        message = msgspec.structs.replace(message, batches=own, late=(), parts=())
    with transaction.atomic(using=node.using):
        channel = Channel.objects.using(node.using).filter(uuid=message.channel).first()
        if channel is None:
            try:
                channel = agreements.open_from(node, peer, message)
            except ComityError as error:
                # Whoever has lost all it knew of an agreement begins again with what its partners kept.
                return None, Heard(heads={peer.node: 0, node.name: 0}, problem=error.sentence)
        if peer.node not in channel.members:
            return None, Heard(problem="The agreement does not name this node.")
        store.lock_channel(node.using, channel.id)
        channel.refresh_from_db(using=node.using)
        heard = _take_parts(node, channel, peer, message, fresh=fresh)
    _note_contact(node, channel, peer, message, fresh=fresh)
    return channel, heard


def _take_parts(node: LocalNode, channel: Channel, peer: Peer, message: Message, *, fresh: bool) -> Heard:
    heads = {head.node: head.size for head in message.heads}
    heard = Heard(heads, message.lacks, message.wants, problem=_shown(message.problem))
    own = store.load_journal(node.using, channel.id, node.name)
    news = False
    for batch in message.batches:
        if batch.node == node.name:
            news |= recovery.take_own(node, channel, peer.node, batch)
    own = store.load_journal(node.using, channel.id, node.name)
    if fresh and node.name in heads:
        recovery.heard(node, own, peer.node, heads[node.name])
    notes.take_notes(node, channel, peer.node, message.notes)
    if not own.must_hear:
        found = _take_journals(node, channel, peer, message)
        news |= found.news
        heard = replace(heard, conflict_from=found.conflict_from)
    for part in message.parts:
        news |= blobs.take_part(node, channel, peer.node, part)
    return replace(heard, news=news)


def _take_journals(node: LocalNode, channel: Channel, peer: Peer, message: Message) -> Heard:
    """Take in records of others, and contents that come late; return whether that was news, and any conflict."""
    found = Heard()
    work = 0
    for batch in message.batches:
        if batch.node == node.name or batch.node not in channel.members:
            continue
        work += len(batch.records)
        if work > RECORDS_AT_ONCE:
            break
        taken = ingest.take_batch(node, channel, peer.node, batch)
        if taken.news:
            # Whoever wrote it pays for it, not who passes it on.
            charge(node, batch.node, _weight(batch))
            found = replace(found, news=True)
        if taken.conflict and batch.node == peer.node:
            found = replace(found, conflict_from=batch.start)
    for one in message.late:
        if late.take_late(node, channel, peer.node, one):
            charge(node, one.node, _bytes_of(one))
            found = replace(found, news=True)
    return found


def _weight(batch: Batch) -> int:
    """Return what a batch costs on disk: its records, and what is signed and stated because of it."""
    return BATCH_BYTES + len(batch.note) + sum(_bytes_of(one, ROW_BYTES + len(one.header)) for one in batch.records)


def _bytes_of(one: WireRecord | LateContent, more: int = 0) -> int:
    return more + len(one.content or b"") + sum(len(wrap.wrapped) for wrap in one.wraps)


def _shown(text: str) -> str:
    """Return a partner's words without what could move the cursor or turn the writing of an operator's screen."""
    return "".join(one if one.isprintable() else "\ufffd" for one in text)


def _note_contact(node: LocalNode, channel: Channel, peer: Peer, message: Message, *, fresh: bool) -> None:
    """Note that the partner was heard, and how its clock differs: a message that is not fresh may just be old."""
    now = node.clock()
    skew = message.time - now
    if not fresh:
        skew = max(0, skew)
    Delivery.objects.using(node.using).update_or_create(
        channel=channel, peer=peer, defaults={"last_ok_ms": now, "skew_ms": skew, "last_error": _shown(message.problem)}
    )
    if abs(skew) > SKEW_MS:
        detail = f"The clock of {peer.node} differs from ours by {abs(skew) // 1000} seconds."
        raise_alarm(node, AlarmKind.CLOCK_SKEW, peer.node, detail, channel=channel.uuid)


def _empty(node: LocalNode, message: Message, heard: Heard, answers: bytes) -> Message:
    return Message(
        v=1,
        channel=message.channel,
        sender=node.name,
        recipient=message.sender,
        time=node.clock(),
        answers=answers,
        heads=tuple(Head(name, size) for name, size in heard.heads.items()),
        problem=heard.problem[:200],
    )


def speaking(node: LocalNode, peer: str) -> bool:
    """Say whether a partner is calling this node: what waits for it goes with the answers, and not a second time."""
    turn = _turn_of(node, peer)
    # The upper bound is for clocks that are set back.
    return turn.lock.locked() or 0 < turn.expects_ms - node.clock() <= EXPECT_MS


def _turn_of(node: LocalNode, peer: str) -> _Turn:
    with _turns_guard:
        return _turns.setdefault((node.using, peer), _Turn())


@contextmanager
def _turn(node: LocalNode, peer: str) -> Iterator[_Turn]:
    """Let one message of a partner in at a time.

    SECURITY: a partner that sends many messages at once holds up only itself. Holds because a second one is turned
    away at once instead of waiting. Breaks if a lock is ever shared between partners.
    """
    turn = _turn_of(node, peer)
    if not turn.lock.acquire(blocking=False):
        raise BusyError("Another message of this partner is being worked on.")
    try:
        yield turn
    finally:
        turn.lock.release()
