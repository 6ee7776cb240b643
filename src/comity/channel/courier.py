"""Carry messages to partners: one queue each, retried with growing pauses, none waiting for another."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from django.db import connections
from django.db.models import F

from comity.channel.compose import RELAY_AFTER_MS, Composed, Heard, compose
from comity.channel.exchange import open_from, take
from comity.channel.models import Channel, Delivery, Journal, Peer, PeerState
from comity.channel.peers import public_keys, transport_key
from comity.channel.runtime import LocalNode
from comity.protocol.errors import ComityError
from comity.protocol.message import message_digest, seal_message

Transport = Callable[[Peer, bytes], bytes]
"""Carry a sealed message to a partner and bring the sealed answer.  Raises `TransportError`."""

FIRST_PAUSE_MS: Final = 500
LONGEST_PAUSE_MS: Final = 5 * 60 * 1000
ROUNDS: Final = 64
"""Messages in one go to one partner under one agreement, before its other agreements get their turn."""


class TransportError(Exception):
    """Say that a partner could not be reached or did not answer as it should; never shows an address."""


@dataclass(frozen=True, slots=True)
class Pace:
    """Say how often a node calls out when it has nothing to send: to hear from partners that cannot call it.

    ``gives_way`` says whether a partner's own call is going on; of two that call each other one stops, for both would
    carry the same.
    """

    idle_ms: int = 2000
    gives_way: Callable[[str], bool] = lambda _: False


_DUE = (
    "SELECT c.id FROM channel_delivery d JOIN channel_channel c ON c.id = d.channel_id"
    " JOIN channel_peer p ON p.node = d.peer_id"
    " LEFT JOIN channel_journal j ON j.channel_id = c.id AND j.node = %s"
    " WHERE d.peer_id = %s AND p.state = 'confirmed' AND p.endpoint <> ''"
    " AND (d.next_ms <= %s OR d.next_ms > %s OR (d.failures = 0 AND j.size > d.acked AND j.must_hear = '[]'))"
)


def due(node: LocalNode, name: str) -> list[Channel]:
    """Return the agreements about which it is time to call a partner; one small query, for it is asked all the time."""
    with connections[node.using].cursor() as cursor:
        now = node.clock()
        # A clock that was ahead for a while must not silence a queue until that time has come.
        cursor.execute(_DUE, [node.name, name, now, now + 2 * LONGEST_PAUSE_MS])
        found = [row[0] for row in cursor.fetchall()]
    return list(Channel.objects.using(node.using).filter(id__in=found).order_by("id")) if found else []


def _pending(node: LocalNode, channel: Channel, delivery: Delivery) -> bool:
    return (
        Journal.objects.using(node.using)
        .filter(channel=channel, node=node.name, size__gt=delivery.acked, must_hear=[])
        .exists()
    )


def call(node: LocalNode, peer: Peer, channel: Channel, transport: Transport, pace: Pace = Pace()) -> bool:
    """Exchange messages with ``peer`` until both have what they want; return whether it could be reached."""
    heard: Heard | None = None
    pause = 0
    try:
        for _ in range(ROUNDS):
            composed = compose(node, peer, channel, heard)
            before, heard = heard, _exchange(node, peer, channel, transport, composed)
            peer.refresh_from_db(using=node.using)
            if not _more(node, peer, channel, before, heard):
                pause = pace.idle_ms
                break
            if node.name > peer.node and pace.gives_way(peer.node):
                break
    except (TransportError, ComityError) as error:
        _failed(node, peer, channel, error)
        return False
    Delivery.objects.using(node.using).filter(channel=channel, peer=peer).update(
        failures=0, next_ms=node.clock() + pause
    )
    return True


def _exchange(node: LocalNode, peer: Peer, channel: Channel, transport: Transport, composed: Composed) -> Heard:
    sealed = seal_message(composed.message, public_keys(bytes(peer.identity)), transport_key(node, peer))
    answer = transport(peer, sealed)
    sender, message = open_from(node, answer)
    if sender.node != peer.node or message.channel != channel.uuid:
        raise TransportError("The answer came from another node or concerns another agreement.")
    # SECURITY: an answer of the past is never taken for today's. Holds because it names the digest of the message it
    # answers, which was sealed afresh. Breaks if answers are taken in without that comparison.
    if message.answers != message_digest(sealed):
        raise TransportError("The answer is to another message.")
    _, heard = take(node, sender, message, fresh=True)
    return heard


def _more(node: LocalNode, peer: Peer, channel: Channel, before: Heard | None, heard: Heard) -> bool:
    """Say whether another message is due at once: news to receipt, records left, or attachments on their way.

    A partner that tells the same as one message ago took nothing from it: what it wishes is not to be had here, and
    asking again would only repeat that.
    """
    if heard.news:
        return True
    if before is not None and (before.heads, before.lacks, before.wants) == (heard.heads, heard.lacks, heard.wants):
        return False
    if heard.wants or heard.lacks or heard.conflict_from is not None:
        return True
    return _behind(node, peer, channel, heard) or _pending(
        node, channel, Delivery.objects.using(node.using).get(channel=channel, peer=peer)
    )


def _behind(node: LocalNode, peer: Peer, channel: Channel, heard: Heard) -> bool:
    """Say whether the partner holds fewer records than this node: it may have lost them, or waits for a third's."""
    late = node.clock() - RELAY_AFTER_MS
    rows = Journal.objects.using(node.using).filter(channel=channel, must_hear=[])
    return any(
        row.size > heard.heads.get(row.node, row.size)
        for row in rows
        if row.node in (node.name, peer.node) or row.grew_ms < late
    )


def _failed(node: LocalNode, peer: Peer, channel: Channel, error: Exception) -> None:
    """Wait twice as long after each failure, up to five minutes, give or take a quarter."""
    rows = Delivery.objects.using(node.using).filter(channel=channel, peer=peer)
    rows.update(failures=F("failures") + 1, last_error=str(error)[:300])
    failures = rows.values_list("failures", flat=True).first() or 1
    pause = min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS << min(failures - 1, 20))
    jitter = pause * (int.from_bytes(node.random(2)) - 32768) // 131072
    rows.update(next_ms=node.clock() + pause + jitter)


def reachable(node: LocalNode) -> list[str]:
    """Return every confirmed partner that has an address."""
    peers = Peer.objects.using(node.using).filter(state=PeerState.CONFIRMED).exclude(endpoint="")
    return list(peers.order_by("node").values_list("node", flat=True))
