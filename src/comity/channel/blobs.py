"""Keep encrypted attachments as files, named by the digest of what they hold, and move them part by part.

A file grows under ``parts/`` and moves to its place once its digest is right.  The database knows how many bytes are
safe; whatever a crash left behind them is cut off before the next part is written.
"""

import hashlib
import os
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Final

from django.db import connections

from comity.channel.alarms import AlarmKind, raise_alarm
from comity.channel.models import Blob, BlobUse, Channel, Peer
from comity.channel.peers import charge
from comity.channel.runtime import LocalNode
from comity.protocol import attachments
from comity.protocol.errors import CannotOpenError
from comity.protocol.message import Part, Want
from comity.protocol.names import hex_digest
from comity.protocol.records import Header, parse_header

BLOCK: Final = 1024 * 1024
WANTED_AT_ONCE: Final = 4
STEP: Final = 2 * 1024 * 1024
"""Bytes of attachments in one message.  Each node holds a message about five times while it is worked on."""

_hashing: dict[tuple[str, str], tuple[int, "hashlib._Hash"]] = {}
"""The running digests of attachments that arrive in this process, so that the end need not read all of them again."""
HASHING_AT_ONCE: Final = 64


def blob_path(node: LocalNode, blob_id: str) -> Path:
    """Return where a complete attachment is kept."""
    name = blob_id.removeprefix("sha256:")
    return node.home / "blobs" / name[:2] / name


def _part_path(node: LocalNode, blob_id: str) -> Path:
    return node.home / "blobs" / "parts" / blob_id.removeprefix("sha256:")


def keep(node: LocalNode, blocks: Iterable[bytes], name: str, media_type: str) -> attachments.Attachment:
    """Encrypt an attachment into this node's store and return its description for the payload.

    Reads ``blocks`` once; memory stays bounded whatever the size.
    """
    key = attachments.new_key()
    size = 0

    def counted() -> Iterator[bytes]:
        nonlocal size
        for block in blocks:
            size += len(block)
            yield block

    folder = node.home / "blobs" / "parts"
    folder.mkdir(parents=True, exist_ok=True)
    draft = folder / f"new-{node.random(12).hex()}"
    running = hashlib.sha256()
    total = 0
    try:
        with draft.open("xb") as file:
            for piece in attachments.encrypt(counted(), key):
                running.update(piece)
                total += file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except BaseException:
        draft.unlink(missing_ok=True)  # a full disk, or an upload that was broken off, leaves nothing behind
        raise
    blob_id = hex_digest(running.digest())
    _into_place(draft, blob_path(node, blob_id))
    Blob.objects.using(node.using).create(id=blob_id, size=total, have=total, complete=True)
    return attachments.Attachment(id=blob_id, key=key, name=name, media_type=media_type, size=size)


def read_blocks(path: Path) -> Iterator[bytes]:
    """Yield the bytes of a file, `BLOCK` at a time."""
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            yield block


def open_attachment(node: LocalNode, described: attachments.Attachment) -> Iterator[bytes]:
    """Yield the plain bytes of an attachment that is completely here.  Raises `CannotOpenError`."""
    path = blob_path(node, described.id)
    if not path.is_file():
        raise CannotOpenError("The attachment has not arrived completely, or was erased.", "Wait, or ask again.")
    return attachments.decrypt(read_blocks(path), described.key)


def announce(node: LocalNode, journal_id: int, headers: Iterable[tuple[int, Header]]) -> None:
    """Expect the attachments that records name, where this node is their author or a recipient."""
    for index, header in headers:
        if not header.attachments or node.name not in (header.author, *header.to):
            continue
        for reference in header.attachments:
            blob, _ = Blob.objects.using(node.using).get_or_create(id=reference.id, defaults={"size": reference.size})
            if blob.erased:
                # Erased with an earlier record, and named by this one, which stands.
                Blob.objects.using(node.using).filter(id=blob.id).update(erased=False, complete=False, have=0)
            BlobUse.objects.using(node.using).get_or_create(blob_id=reference.id, journal_id=journal_id, index=index)


def wants(node: LocalNode, channel: Channel, peer: Peer) -> tuple[Want, ...]:
    """Return which attachments of this channel to ask ``peer`` for, and from where on."""
    with connections[node.using].cursor() as cursor:
        cursor.execute(
            "SELECT DISTINCT b.id, b.size, b.have FROM channel_blob b JOIN channel_blobuse u ON u.blob_id = b.id"
            " JOIN channel_journal j ON j.id = u.journal_id"
            " WHERE j.channel_id = %s AND j.node IN (%s, %s) AND NOT b.complete AND NOT b.erased"
            " ORDER BY b.have DESC, b.id LIMIT %s",
            [channel.id, peer.node, node.name, WANTED_AT_ONCE],
        )
        rows = cursor.fetchall()
    result = []
    for blob_id, size, have in rows:
        if peer.stored_bytes + size - have > peer.quota_bytes:
            raise_alarm(
                node,
                AlarmKind.QUOTA_EXCEEDED,
                peer.node,
                "An attachment is not fetched: the partner's quota on this node is used up.",
                channel=channel.uuid,
            )
            continue
        result.append(Want(blob_id, have))
    return tuple(result)


def parts(node: LocalNode, channel: Channel, peer: str, asked: Iterable[Want]) -> tuple[Part, ...]:
    """Return parts of attachments that ``peer`` asked for and may have, one message's worth."""
    result = []
    room = STEP
    for want in asked:
        if room <= 0 or not _may_have(node, channel, peer, want.id):
            continue
        path = blob_path(node, want.id)
        if not path.is_file():
            continue
        with path.open("rb") as file:
            file.seek(want.offset)
            data = file.read(room)
        if data:
            result.append(Part(want.id, want.offset, data))
            room -= len(data)
    return tuple(result)


def _may_have(node: LocalNode, channel: Channel, peer: str, blob_id: str) -> bool:
    """Say whether ``peer`` may have an attachment: this node sent it to the peer, or the peer sent it to this node.

    SECURITY: nobody gets an attachment of others by naming it in a record of their own. Holds because whoever asks for
    what it says it sent gets nothing once anybody else has sent it, too: an honest attachment has one author, for its
    key is fresh. Breaks if two authors may share an attachment.
    """
    headers = _naming(node, blob_id)
    if any(one.author == node.name and peer in one.to for one in headers if one.channel == channel.uuid):
        return True
    sent = any(one.author == peer and node.name in one.to for one in headers if one.channel == channel.uuid)
    return sent and all(one.author == peer for one in headers)


def _may_bring(node: LocalNode, channel: Channel, peer: str, blob_id: str) -> bool:
    """Say whether an attachment is the peer's to bring: it sent it to this node, or keeps it for this node."""
    shared = [one for one in _naming(node, blob_id) if one.channel == channel.uuid]
    return any(
        (one.author == peer and node.name in one.to) or (one.author == node.name and peer in one.to) for one in shared
    )


def _naming(node: LocalNode, blob_id: str) -> list[Header]:
    """Return the headers of all records that hold an attachment here, under any agreement."""
    with connections[node.using].cursor() as cursor:
        cursor.execute(
            "SELECT r.header FROM channel_blobuse u JOIN channel_record r ON r.journal_id = u.journal_id"
            ' AND r."index" = u."index" WHERE u.blob_id = %s',
            [blob_id],
        )
        rows = cursor.fetchall()
    return [parse_header(bytes(row[0])).header for row in rows]


def take_part(node: LocalNode, channel: Channel, peer: str, part: Part) -> bool:
    """Write a part of an attachment this node waits for; return whether it was of use.

    A part that does not start where the last one ended is left aside: the next message asks from the right place.
    """
    blob = Blob.objects.using(node.using).filter(id=part.id, complete=False, erased=False).first()
    if blob is None or part.offset != blob.have or blob.have + len(part.data) > blob.size or not part.data:
        return False
    if not _may_bring(node, channel, peer, part.id):
        return False
    path = _part_path(node, part.id)
    path.parent.mkdir(parents=True, exist_ok=True)
    held = path.stat().st_size if path.exists() else 0
    if held < blob.have:
        # A crash came between moving the complete file to its place and saying so here; or a backup had less of it.
        whole = blob_path(node, part.id).is_file()
        Blob.objects.using(node.using).filter(id=part.id).update(have=blob.size if whole else 0, complete=whole)
        return True
    with path.open("r+b" if path.exists() else "x+b") as file:
        file.truncate(blob.have)
        file.seek(blob.have)
        file.write(part.data)
        file.flush()
        os.fsync(file.fileno())
    have = blob.have + len(part.data)
    _hash_on(node, part)
    Blob.objects.using(node.using).filter(id=part.id).update(have=have)
    charge(node, peer, len(part.data))
    if have == blob.size:
        _complete(node, peer, blob)
    return True


def _hash_on(node: LocalNode, part: Part) -> None:
    """Continue the digest of an attachment; one that did not begin here, or missed a part, is made at the end."""
    key = (node.using, part.id)
    size, running = _hashing.pop(key, (0, attachments.blob_digest()))
    if size != part.offset:
        return
    running.update(part.data)
    while len(_hashing) >= HASHING_AT_ONCE:
        _hashing.pop(next(iter(_hashing)))
    _hashing[key] = (size + len(part.data), running)


def _complete(node: LocalNode, peer: str, blob: Blob) -> None:
    path = _part_path(node, blob.id)
    size, running = _hashing.pop((node.using, blob.id), (0, attachments.blob_digest()))
    if size != blob.size:
        running = attachments.blob_digest()
        for block in read_blocks(path):
            running.update(block)
    if hex_digest(running.digest()) == blob.id:
        _into_place(path, blob_path(node, blob.id))
        Blob.objects.using(node.using).filter(id=blob.id).update(complete=True)
        return
    path.unlink()
    Blob.objects.using(node.using).filter(id=blob.id).update(have=0)
    charge(node, peer, -blob.size)
    raise_alarm(
        node,
        AlarmKind.TAMPERED_ATTACHMENT,
        peer,
        "An attachment arrived complete but is not the one announced; it is fetched again.",
        evidence=blob.id.encode(),
    )


def _into_place(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    source.replace(target)
    folder = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)


def erase_unused(node: LocalNode, journal_id: int, index: int) -> int:
    """Delete the attachments of an erased record that no other record still holds; return how many bytes that freed."""
    freed = 0
    uses = BlobUse.objects.using(node.using).filter(journal_id=journal_id, index=index)
    for blob_id in list(uses.values_list("blob_id", flat=True)):
        BlobUse.objects.using(node.using).filter(journal_id=journal_id, index=index, blob_id=blob_id).delete()
        if BlobUse.objects.using(node.using).filter(blob_id=blob_id).exists():
            continue
        blob_path(node, blob_id).unlink(missing_ok=True)
        _part_path(node, blob_id).unlink(missing_ok=True)
        rows = Blob.objects.using(node.using).filter(id=blob_id)
        freed += sum(rows.values_list("have", flat=True))
        rows.update(erased=True, complete=False, have=0)
    return freed


def sealed_size(described: attachments.Attachment) -> int:
    """Return how many bytes an attachment has in its encrypted form, as headers announce it."""
    return attachments.sealed_size(described.size)
