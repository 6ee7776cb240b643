"""Read the signed heads that come with a message: receipts for this node's records, and what others saw of others."""

from django.db import connections

from comity.channel import store
from comity.channel.alarms import AlarmKind, raise_alarm
from comity.channel.journals import root
from comity.channel.models import Channel, Checkpoint, Cosignature, Delivery
from comity.channel.peers import UnknownPeerError, keys_of
from comity.channel.runtime import LocalNode
from comity.protocol import checkpoints as cp
from comity.protocol.canonical import encode
from comity.protocol.errors import ComityError, SignatureInvalidError


def take_notes(node: LocalNode, channel: Channel, sender: str, notes: tuple[bytes, ...]) -> None:
    """Take in every note of a message; one that does not hold raises an alarm and stops no other."""
    for note in notes:
        try:
            _, claimed = cp.parse_checkpoint(note)
            if claimed.journal.channel != channel.uuid or claimed.journal.node not in channel.members:
                continue
            if _known(node, channel, sender, claimed, note):
                continue
            if claimed.journal.node == node.name:
                _take_receipt(node, channel, sender, note)
            else:
                _take_head(node, channel, sender, note, claimed.journal.node)
        except UnknownPeerError:
            continue
        except SignatureInvalidError as error:
            _alarm(node, channel, AlarmKind.FORGED_SIGNATURE, sender, error, note)
        except ComityError as error:
            _alarm(node, channel, AlarmKind.TAMPERED_MESSAGE, sender, error, note)


def _known(node: LocalNode, channel: Channel, sender: str, claimed: cp.Checkpoint, note: bytes) -> bool:
    """Say whether a note is one that this node has verified and stored, byte for byte: most of them come again."""
    with connections[node.using].cursor() as cursor:
        cursor.execute(
            "SELECT k.note, s.lines FROM channel_journal j"
            " JOIN channel_checkpoint k ON k.journal_id = j.id AND k.size = %s"
            " LEFT JOIN channel_cosignature s ON s.journal_id = j.id AND s.size = k.size AND s.cosigner = %s"
            " WHERE j.channel_id = %s AND j.node = %s",
            [claimed.size, sender, channel.id, claimed.journal.node],
        )
        row = cursor.fetchone()
    if row is None:
        return False
    head, lines = bytes(row[0]), bytes(row[1] or b"")
    if claimed.journal.node != node.name:
        return note.startswith(head)
    return bool(lines) and note == head.rpartition(b"\n\n")[0] + b"\n\n" + lines


def _take_receipt(node: LocalNode, channel: Channel, sender: str, note: bytes) -> None:
    """Keep a partner's cosignature of this node's journal: the receipt for every record below its size.

    SECURITY: a receipt counts only for what this node really wrote. Holds because the cosigned root is compared with
    this node's own root at that size. Breaks if a receipt is stored before that comparison.
    """
    cosignature = cp.open_cosignature(note, keys_of(node, sender))
    size = cosignature.checkpoint.size
    own = store.load_journal(node.using, channel.id, node.name)
    if size > own.size or root(node, own, size) != cosignature.checkpoint.root:
        # Either this node was set back, which its own signature will show, or the partner errs about our journal.
        return
    if not Checkpoint.objects.using(node.using).filter(journal_id=own.id, size=size).exists():
        return
    Cosignature.objects.using(node.using).get_or_create(
        journal_id=own.id,
        cosigner=sender,
        size=size,
        defaults={"time": cosignature.time, "lines": cosignature.lines},
    )
    Delivery.objects.using(node.using).filter(channel=channel, peer_id=sender, acked__lt=size).update(acked=size)


def _take_head(node: LocalNode, channel: Channel, sender: str, note: bytes, owner: str) -> None:
    """Compare what ``sender`` was shown of a third journal with what this node was shown."""
    signed = cp.open_checkpoint(note, keys_of(node, owner))
    head = signed.checkpoint
    journal = store.load_journal(node.using, channel.id, owner)
    if head.size <= journal.size and root(node, journal, head.size) != head.root:
        held = Checkpoint.objects.using(node.using).filter(journal_id=journal.id).order_by("-size").first()
        raise_alarm(
            node,
            AlarmKind.FORK,
            owner,
            f"{owner} showed {sender} another history of its journal than this node.",
            channel=channel.uuid,
            evidence=encode({"received": note, "held": bytes(held.note) if held else b""}),
        )
    if head.size > journal.seen_size:
        with connections[node.using].cursor() as cursor:
            cursor.execute(
                "UPDATE channel_journal SET seen_size = %s, seen_ms = %s WHERE id = %s",
                [head.size, node.clock(), journal.id],
            )


def look_for_withheld(node: LocalNode) -> None:
    """Raise an alarm for each journal whose signed head has long stood above what its owner sent."""
    border = node.clock() - node.limits.withheld_after_ms
    with connections[node.using].cursor() as cursor:
        cursor.execute(
            "SELECT j.node, c.uuid, j.size, j.seen_size FROM channel_journal j JOIN channel_channel c"
            " ON c.id = j.channel_id WHERE j.seen_size > j.size AND j.seen_ms < %s AND j.node <> %s",
            [border, node.name],
        )
        rows = cursor.fetchall()
    for owner, channel, size, seen in rows:
        detail = f"{owner} signed a journal of {seen} records but has sent this node only {size}."
        raise_alarm(node, AlarmKind.WITHHELD_RECORDS, owner, detail, channel=channel)


def _alarm(node: LocalNode, channel: Channel, kind: AlarmKind, sender: str, error: ComityError, note: bytes) -> None:
    raise_alarm(node, kind, sender, error.sentence, channel=channel.uuid, evidence=note)
