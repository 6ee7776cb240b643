"""Write and read the messages of a bundle: the same as over the network, without an answer to wait for.

What the partner asked for last (attachments, missing contents) is remembered with its queue, so that the next bundle
brings it.
"""

from collections.abc import Iterator
from dataclasses import replace

from comity.channel.compose import Heard, compose
from comity.channel.exchange import open_from, take
from comity.channel.models import Channel, Delivery, Journal
from comity.channel.peers import confirmed, public_keys, transport_key
from comity.channel.runtime import LocalNode
from comity.protocol.message import Message, Part, Want, seal_message

MESSAGES: int = 10_000
"""Messages of one channel in one bundle; at 4 MB each, more than a stick holds."""


def messages_for(node: LocalNode, name: str) -> Iterator[bytes]:
    """Yield sealed messages with all that waits for a partner.  Raises `UnknownPeerError`."""
    peer = confirmed(node, name)
    keys, key = public_keys(bytes(peer.identity)), transport_key(node, peer)
    for channel in Channel.objects.using(node.using).order_by("id"):
        if name not in channel.members:
            continue
        heard = _remembered(node, channel, name)
        for _ in range(MESSAGES):
            message = compose(node, peer, channel, heard).message
            yield seal_message(message, keys, key)
            following = _following(node, channel, heard, message)
            if following is None:
                break
            heard = following


def take_in(node: LocalNode, data: bytes) -> str:
    """Take in one message of a bundle and return who sent it.  Raises what `exchange.receive` raises."""
    peer, message = open_from(node, data)
    channel, heard = take(node, peer, message)
    if channel is not None:
        asked = [[want.id, want.offset] for want in heard.wants]
        rows = Delivery.objects.using(node.using).filter(channel=channel, peer=peer)
        rows.update(asked={"wants": asked, "heads": heard.heads})
    return peer.node


def _remembered(node: LocalNode, channel: Channel, name: str) -> Heard:
    row = Delivery.objects.using(node.using).filter(channel=channel, peer_id=name).first()
    if row is None or not row.asked:
        return Heard()
    wants = tuple(Want(one, offset) for one, offset in row.asked.get("wants", ()))
    heads = {member: size for member, size in row.asked.get("heads", {}).items() if member != node.name}
    return Heard(heads=heads, wants=wants)


def _following(node: LocalNode, channel: Channel, heard: Heard, message: Message) -> Heard | None:
    """Return what the partner will hold once it has read ``message``, or nothing when that is all there is."""
    own = Journal.objects.using(node.using).filter(channel=channel, node=node.name).first()
    size = own.size if own else 0
    ends = [batch.start + len(batch.records) for batch in message.batches if batch.node == node.name]
    reached = max(ends, default=size)
    wants = tuple(_advance(want, message.parts) for want in heard.wants) if message.parts else ()
    if reached >= size and not wants:
        return None
    return replace(heard, heads={node.name: reached}, wants=wants, lacks=())


def _advance(want: Want, parts: tuple[Part, ...]) -> Want:
    sent = sum(len(part.data) for part in parts if part.id == want.id)
    return Want(want.id, want.offset + sent)
