"""Say how the node is doing: what the status page and ``comity status`` show."""

import shutil
from dataclasses import asdict, dataclass

from django.db.models import Max

from comity.channel.alarms import open_alarms
from comity.channel.models import Blob, Channel, Cosignature, Delivery, Journal, Peer
from comity.channel.runtime import LocalNode
from comity.protocol.names import UnixMs, instant


@dataclass(frozen=True, slots=True)
class PeerStatus:
    """Say of a partner: how far the pairing is, and how much of its quota (bytes) it has used."""

    node: str
    state: str
    endpoint: str
    stored_bytes: int
    quota_bytes: int


@dataclass(frozen=True, slots=True)
class QueueStatus:
    """Say of a queue: how many records wait for a receipt, when it last spoke, what went wrong (milliseconds)."""

    channel: str
    peer: str
    waiting: int
    last_ok_ms: int
    next_ms: int
    failures: int
    last_error: str
    skew_ms: int


@dataclass(frozen=True, slots=True)
class JournalStatus:
    """Say of a journal: its size, how much of it its cosigners have receipted, and whom a restored one waits for."""

    channel: str
    node: str
    size: int
    cosigned: dict[str, int]
    waits_for: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class AlarmStatus:
    """Name an open alarm."""

    id: int
    kind: str
    subject: str
    detail: str
    count: int
    last_ms: int


@dataclass(frozen=True, slots=True)
class Overview:
    """Hold everything at a glance."""

    node: str
    time: str
    peers: tuple[PeerStatus, ...]
    queues: tuple[QueueStatus, ...]
    journals: tuple[JournalStatus, ...]
    alarms: tuple[AlarmStatus, ...]
    attachments_incoming: int
    disk_free_bytes: int

    def as_json(self) -> dict[str, object]:
        """Return it as plain data."""
        return asdict(self)

    def lines(self) -> list[str]:
        """Return it as lines of text."""
        out = [f"{self.node} at {self.time}; {self.disk_free_bytes // 1024**2} MB of disk free"]
        out += [f"ALARM {a.id} {a.kind} {a.subject}: {a.detail} ({a.count} times)" for a in self.alarms]
        for peer in self.peers:
            used = f"{peer.stored_bytes // 1024**2} of {peer.quota_bytes // 1024**2} MB"
            out.append(f"partner {peer.node}: {peer.state}, {peer.endpoint or 'calls us'}, uses {used}")
        for queue in self.queues:
            last = instant(UnixMs(queue.last_ok_ms)) if queue.last_ok_ms else "never"
            trouble = f"; failed {queue.failures} times: {queue.last_error}" if queue.failures else ""
            out.append(f"queue to {queue.peer}: {queue.waiting} waiting, last contact {last}{trouble}")
        for journal in self.journals:
            cosigned = ", ".join(f"{name} to {size}" for name, size in journal.cosigned.items()) or "nobody"
            waits = f"; waits to hear from {', '.join(journal.waits_for)}" if journal.waits_for else ""
            out.append(f"journal {journal.node}: {journal.size} records, cosigned by {cosigned}{waits}")
        if self.attachments_incoming:
            out.append(f"{self.attachments_incoming} attachments are on their way")
        return out


def overview(node: LocalNode) -> Overview:
    """Return how the node is doing; a fixed number of queries."""
    cosigned: dict[int, dict[str, int]] = {}
    rows = Cosignature.objects.using(node.using).values_list("journal_id", "cosigner").annotate(Max("size"))
    for journal_id, cosigner, size in rows:
        cosigned.setdefault(journal_id, {})[cosigner] = size
    channels = {row.id: row.uuid for row in Channel.objects.using(node.using).all()}
    journals = list(Journal.objects.using(node.using).order_by("channel_id", "node"))
    own = {row.channel_id: row.size for row in journals if row.node == node.name}
    peers = Peer.objects.using(node.using).order_by("node")
    return Overview(
        node=node.name,
        time=instant(node.clock()),
        peers=tuple(PeerStatus(p.node, p.state, p.endpoint, p.stored_bytes, p.quota_bytes) for p in peers),
        queues=tuple(
            _queue(row, channels, own) for row in Delivery.objects.using(node.using).order_by("channel_id", "peer_id")
        ),
        journals=tuple(
            JournalStatus(channels[j.channel_id], j.node, j.size, cosigned.get(j.id, {}), tuple(j.must_hear))
            for j in journals
        ),
        alarms=tuple(AlarmStatus(a.id, a.kind, a.subject, a.detail, a.count, a.last_ms) for a in open_alarms(node)),
        attachments_incoming=Blob.objects.using(node.using).filter(complete=False, erased=False).count(),
        disk_free_bytes=shutil.disk_usage(node.home).free,
    )


def _queue(row: Delivery, channels: dict[int, str], own: dict[int, int]) -> QueueStatus:
    return QueueStatus(
        channel=channels[row.channel_id],
        peer=row.peer_id,
        waiting=max(0, own.get(row.channel_id, 0) - row.acked),
        last_ok_ms=row.last_ok_ms,
        next_ms=row.next_ms,
        failures=row.failures,
        last_error=row.last_error,
        skew_ms=row.skew_ms,
    )
