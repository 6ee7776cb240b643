"""Keep the indexes that partners published: each change verified once against its record, then read in place.

The files hold no names, no references and no rules that open without the holder's help.
"""

import mmap
import os
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from functools import lru_cache
from hashlib import sha256
from pathlib import Path
from typing import Final, cast

from comity.channel import blobs, reading
from comity.channel.alarms import AlarmKind, raise_alarm
from comity.channel.models import Blob, Channel
from comity.channel.runtime import LocalNode
from comity.matching import Change, ListIndex, ListName, MatchingError
from comity.matching.group import Element, parse_element
from comity.matching.segment import Segment
from comity.protocol.errors import ComityError
from comity.protocol.names import hex_digest
from comity.screening.errors import CheckError
from comity.screening.models import Version
from comity.screening.records import Index

_HEAD: Final = len(Change(0, b"", ()).encode())


@dataclass(frozen=True, slots=True)
class Known:
    """Describe a partner's list as far as its index is here: all versions of a generation up to ``version``."""

    holder: str
    list_id: str
    title: str
    generation: int
    version: int
    public: str
    entries: int
    reality: str
    clause: str
    since_ms: int
    digests: tuple[str, ...]
    uids: tuple[str, ...]


def known(node: LocalNode, channel: Channel) -> list[Known]:
    """Return the partners' lists that can be asked about: of each the newest generation that has arrived whole."""
    newest = {(one.holder, one.list_id): one for one in _generations(node, channel)}
    return list(newest.values())


def _generations(node: LocalNode, channel: Channel, **only: str | int) -> Iterator[Known]:
    """Yield every generation of every list as far as its changes are here, the oldest first."""
    rows = Version.objects.using(node.using).filter(channel=channel.uuid, **only).exclude(holder=node.name)
    series: dict[tuple[str, str, int], list[Version]] = {}
    for row in rows.order_by("holder", "list_id", "generation", "number"):
        series.setdefault((row.holder, row.list_id, row.generation), []).append(row)
    blob_ids = [row.blob for rows_of in series.values() for row in rows_of]
    here = {
        blob
        for at in range(0, len(blob_ids), 500)
        for blob in Blob.objects.using(node.using)
        .filter(id__in=blob_ids[at : at + 500], complete=True)
        .values_list("id", flat=True)
    }
    for versions in series.values():
        whole = _whole(versions, here)
        if whole:
            yield _describe(whole)


def _whole(versions: list[Version], here: set[str]) -> list[Version]:
    """Return the versions from the first on that follow one another and whose changes are here."""
    whole: list[Version] = []
    for row in versions:
        if row.number != len(whole) + 1 or row.blob not in here:
            break
        whole.append(row)
    return whole


def _describe(versions: list[Version]) -> Known:
    last = versions[-1]
    return Known(
        holder=last.holder,
        list_id=last.list_id,
        title=last.title,
        generation=last.generation,
        version=last.number,
        public=last.public,
        entries=sum(one.entries for one in versions),
        reality=last.reality,
        clause=last.clause,
        since_ms=versions[0].time_ms,
        digests=tuple(one.digest for one in versions),
        uids=tuple(one.uid for one in versions),
    )


def find(node: LocalNode, channel: Channel, holder: str, list_id: str, generation: int | None = None) -> Known:
    """Return a partner's list: the newest generation that is here, or the one named.  Raises `CheckError`."""
    only: dict[str, str | int] = {"holder": holder, "list_id": list_id}
    if generation is not None:
        only["generation"] = generation
    found = list(_generations(node, channel, **only))
    if not found:
        raise CheckError(f"The index of {list_id} of {holder} is not here, or not in the generation asked under.")
    return found[-1]


def load(node: LocalNode, channel: Channel, one: Known) -> ListIndex:
    """Return the index of a list, ready for look-ups; the first time its changes are opened and verified.

    Raises `CheckError`, and raises an alarm, if a change is not the one that the journal names.
    """
    folder = node.home / "screening"
    for digest, uid in zip(one.digests, one.uids, strict=True):
        if not _is_here(node, digest):
            _fetch(node, channel, uid, folder)
    try:
        return _open(folder, one.digests, one.list_id, one.generation, one.public)
    except MatchingError as error:
        raise _fault(node, channel, one.holder, AlarmKind.TAMPERED_CONTENT, str(error)) from None


def missing(node: LocalNode) -> list[tuple[Channel, Known]]:
    """Return the partners' lists of which something has arrived that was not opened and verified yet."""
    return [
        (channel, one)
        for channel in Channel.objects.using(node.using).all()
        for one in known(node, channel)
        if not all(_is_here(node, digest) for digest in one.digests)
    ]


def prepare(node: LocalNode) -> None:
    """Open and verify what has arrived of partners' indexes, so that no question waits for it."""
    for channel, one in missing(node):
        with suppress(ComityError):  # an alarm stands, and the next check says why
            load(node, channel, one)


def _is_here(node: LocalNode, digest: str) -> bool:
    return (node.home / "screening" / digest.removeprefix("sha256:")).is_file()


def public_of(one: Known) -> Element:
    """Return the list's public key as the journal names it."""
    return parse_element(bytes.fromhex(one.public))


def _fetch(node: LocalNode, channel: Channel, uid: str, folder: Path) -> None:
    record = reading.held(node, channel, [uid]).get(uid)
    body = reading.opened(node, record) if record else None
    if record is None or not isinstance(body, Index):
        raise CheckError("The record of an index was erased.", "Ask the partner to publish the list again.")
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    half = folder / f"new-{node.random(12).hex()}"
    running = sha256()
    try:
        with half.open("xb") as file:
            half.chmod(0o600)
            for block in blobs.open_attachment(node, body.change):
                running.update(block)
                file.write(block)
            file.flush()
            os.fsync(file.fileno())
        # SECURITY: a holder that swaps labels or the index after it was journaled is detected. Holds because the
        # bytes are compared with the digest in the cosigned journal before anything is looked up in them. Breaks if
        # a file of the folder is written by anything but this function.
        if hex_digest(running.digest()) != body.digest:
            why = "the change of an index is not the one that its record names"
            raise _fault(node, channel, record.header.author, AlarmKind.TAMPERED_ATTACHMENT, why)
        half.rename(folder / body.digest.removeprefix("sha256:"))
    finally:
        half.unlink(missing_ok=True)


def _fault(node: LocalNode, channel: Channel, holder: str, kind: AlarmKind, why: str) -> ComityError:
    raise_alarm(node, kind, holder, f"Screening: {why}.", channel=channel.uuid)
    return CheckError(f"The partner's index cannot be used: {why}.", "An alarm stands; tell the partner.")


@lru_cache(maxsize=16)
def _open(folder: Path, digests: tuple[str, ...], list_id: str, generation: int, public: str) -> ListIndex:
    """Map the changes of an index into memory; what is not looked at is not read from disk."""
    name = ListName(b"", list_id, generation)
    index = ListIndex(name, parse_element(bytes.fromhex(public)))
    for digest in digests:
        with (folder / digest.removeprefix("sha256:")).open("rb") as file:
            view = memoryview(mmap.mmap(file.fileno(), 0, access=mmap.ACCESS_READ))
        end = _HEAD + 8 * int.from_bytes(view[_HEAD - 4 : _HEAD], "big")
        change = Change.parse(bytes(view[:end]))
        if change.version != index.version + 1:
            raise MatchingError("a change is not the next version of the index")
        if view[end:]:
            # A view reads like bytes wherever a segment reads it, and copies nothing.
            index.segments.append(Segment(cast("bytes", view[end:])))
        index.removed.update(change.removed)
        index.version = change.version
    return index


def forget(node: LocalNode, digests: Iterable[str]) -> None:
    """Delete the files of changes whose records were erased."""
    for digest in digests:
        (node.home / "screening" / digest.removeprefix("sha256:")).unlink(missing_ok=True)
    _open.cache_clear()
