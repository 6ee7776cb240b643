"""Build the index of a list under an agreement: only what changed, on all cores, resumed where it was cut off.

Each turn takes some thousands of entries, makes one change of them, and stores change and places in one transaction:
a crash costs the turn it falls into and nothing else.
"""

import secrets
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from comity.channel import agreements, blobs, uploads
from comity.channel.models import Channel
from comity.channel.rows import insert
from comity.channel.runtime import LocalNode
from comity.desk import vault
from comity.matching import Change, KeyPair, Label, ListName, list_key, make_change
from comity.matching.labels import ADDRESS_BYTES, REFERENCE_BYTES
from comity.matching.segment import Segment
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import decode, encode
from comity.protocol.names import hex_digest
from comity.screening.engine import Engine
from comity.screening.lists import opened, remove_expired
from comity.screening.models import Built, Generation, Listed, Place, Register
from comity.screening.subjects import Subject
from comity.screening.tasks import Entries, Outputs, evaluate

TURN: Final = 16_384
"""Entries of one change: some ten seconds of work, some four megabytes of index."""
PIECE: Final = 64
"""Entries that one core works on at a time."""
MEDIA_TYPE: Final = "application/octet-stream"

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True)
class Pending:
    """Say what the next build has to do."""

    add: int
    remove: int


def current(node: LocalNode, row: Register, channel: Channel) -> Generation | None:
    """Return the generation that a list is being published in under an agreement, if there is one."""
    rows = Generation.objects.using(node.using).filter(register=row, channel=channel.uuid)
    return rows.order_by("-number").first()


def begin(node: LocalNode, row: Register, channel: Channel) -> Generation:
    """Start a generation with a key of its own: the first one, or a rotation of the key.  Raises `NoAgreementError`."""
    terms = agreements.terms_in_force(node, channel)
    with transaction.atomic(using=node.using):
        before = current(node, row, channel)
        number = before.number + 1 if before else 1
        seed = secrets.token_bytes(32)
        name = ListName(bytes.fromhex(terms.digest.removeprefix("sha256:")), row.list_id, number)
        return Generation.objects.using(node.using).create(
            register=row,
            channel=channel.uuid,
            number=number,
            agreement=terms.digest,
            seed=vault.seal(node, _seed_label(row, channel.uuid, number), seed),
            public=list_key(seed, name).public.hex(),
            started_ms=node.clock(),
        )


def _seed_label(row: Register, channel: str, number: int) -> str:
    return f"screening/seed/{row.list_id}/{channel}/{number}"


def key_of(node: LocalNode, row: Register, generation: Generation) -> KeyPair:
    """Return the key of a generation.  Raises `CannotOpenError`."""
    label = _seed_label(row, generation.channel, generation.number)
    seed = vault.unseal(node, label, bytes(generation.seed or b""))
    digest = bytes.fromhex(generation.agreement.removeprefix("sha256:"))
    return list_key(seed, ListName(digest, row.list_id, generation.number))


def pending(node: LocalNode, row: Register, generation: Generation) -> Pending:
    """Return how many entries the next build adds to the index and how many it removes."""
    stale = _stale(node, generation)
    changed = stale.filter(entry__isnull=False).count()
    return Pending(_unplaced(node, row, generation).count() + changed, stale.count())


def _live(node: LocalNode, generation: Generation) -> QuerySet[Place]:
    return Place.objects.using(node.using).filter(generation=generation, gone=False)


def _stale(node: LocalNode, generation: Generation) -> QuerySet[Place]:
    return _live(node, generation).filter(Q(entry__isnull=True) | ~Q(says=F("entry__says")))


def _unplaced(node: LocalNode, row: Register, generation: Generation) -> QuerySet[Listed]:
    placed = _live(node, generation).filter(entry=OuterRef("pk"))
    return Listed.objects.using(node.using).filter(~Exists(placed), register=row)


def build(
    node: LocalNode, row: Register, generation: Generation, engine: Engine, progress: Progress, turn: int = TURN
) -> int:
    """Bring the index up to the list; return how many versions that made.

    ``progress`` is called with the entries done and those there are to do.  Raises `CannotOpenError`.
    """
    remove_expired(node, row)
    total = pending(node, row, generation).add
    done = versions = 0
    while (made := build_turn(node, row, generation, engine, _after(progress, done, total), turn)) is not None:
        done, versions = done + made, versions + 1
    return versions


def _after(progress: Progress, before: int, total: int) -> Callable[[int], None]:
    return lambda done: progress(before + done, max(total, before + done))


def build_turn(
    node: LocalNode,
    row: Register,
    generation: Generation,
    engine: Engine,
    progress: Callable[[int], None],
    turn: int = TURN,
) -> int | None:
    """Make one version of what is pending; return how many entries it adds, or nothing if nothing was pending."""
    stale = list(_stale(node, generation).order_by("pk").select_related("entry")[:turn])
    entries = [one.entry for one in stale if one.entry is not None]
    entries += list(_unplaced(node, row, generation).order_by("pk")[: turn - len(entries)])
    if not stale and not entries:
        return None
    subjects = [opened(node, row, one) for one in entries]
    outputs: list[Outputs] = []
    for piece in engine.map(evaluate, _tasks(key_of(node, row, generation), subjects)):
        outputs += piece
        progress(len(outputs))
    _finish_turn(node, row, generation, _Turn(stale, entries, outputs))
    return len(entries)


def _tasks(key: KeyPair, subjects: Sequence[Subject]) -> Iterator[Entries]:
    for start in range(0, len(subjects), PIECE):
        yield Entries(key, tuple(subjects[start : start + PIECE]))


@dataclass(frozen=True, slots=True)
class _Turn:
    stale: Sequence[Place]
    entries: Sequence[Listed]
    outputs: Sequence[Outputs]


def _finish_turn(node: LocalNode, row: Register, generation: Generation, turn: _Turn) -> None:
    labels = _labels(node, row, generation, turn)
    added = [
        (output, Label(bytes.fromhex(label), rule, rule.strength))
        for label, outputs in zip(labels, turn.outputs, strict=True)
        for rule, output in outputs
    ]
    removed = [address for one in turn.stale for address in _addresses(bytes(one.addresses))]
    number = generation.latest + 1
    change, addresses = make_change(number, added, removed)
    described = blobs.keep(node, [change.encode()], f"{row.list_id}-{generation.number}-{number}", MEDIA_TYPE)
    try:
        with transaction.atomic(using=node.using):
            _store_turn(node, generation, turn, labels, addresses)
            _store_version(node, generation, change, described)
    except BaseException:
        uploads.let_go(node, described.id)
        raise
    generation.latest = number


def _labels(node: LocalNode, row: Register, generation: Generation, turn: _Turn) -> list[str]:
    """Return each entry's opaque label: the one it has under this agreement, whatever the generation, or a new one.

    A label that stays lets a person who was cleared stay cleared when the key is rotated.
    """
    rows = Place.objects.using(node.using).filter(generation__register=row, generation__channel=generation.channel)
    known: dict[int, str] = {}
    ids = [one.pk for one in turn.entries]
    for at in range(0, len(ids), 500):
        found = rows.filter(entry__in=ids[at : at + 500]).values_list("entry_id", "label")
        known.update((entry, label) for entry, label in found if entry)
    return [known.get(one.pk) or secrets.token_hex(REFERENCE_BYTES) for one in turn.entries]


def _addresses(data: bytes) -> list[int]:
    return [int.from_bytes(data[i : i + ADDRESS_BYTES], "big") for i in range(0, len(data), ADDRESS_BYTES)]


_PLACE: Final = ("generation_id", "entry_id", "label", "says", "addresses", "gone")


def _store_turn(
    node: LocalNode, generation: Generation, turn: _Turn, labels: Sequence[str], addresses: Sequence[int]
) -> None:
    rows: list[list[str | int | bytes | None]] = []
    at = 0
    for entry, label, outputs in zip(turn.entries, labels, turn.outputs, strict=True):
        own = b"".join(one.to_bytes(ADDRESS_BYTES, "big") for one in addresses[at : at + len(outputs)])
        at += len(outputs)
        rows.append([generation.pk, entry.pk, label, entry.says, own, False])
    ids = [one.pk for one in turn.stale]
    for start in range(0, len(ids), 500):
        # The addresses are removed with this version and never needed again; the label may be asked about still.
        Place.objects.using(node.using).filter(pk__in=ids[start : start + 500]).update(gone=True, addresses=b"")
    insert(node.using, "screening_place", _PLACE, rows)


def _store_version(node: LocalNode, generation: Generation, change: Change, described: Attachment) -> None:
    Built.objects.using(node.using).create(
        generation=generation,
        number=change.version,
        digest=hex_digest(change.digest),
        entries=Segment(change.added).count if change.added else 0,
        sealed=vault.seal(node, _change_label(generation, change.version), encode(described)),
        time_ms=node.clock(),
    )
    Generation.objects.using(node.using).filter(pk=generation.pk).update(latest=change.version)


def described(node: LocalNode, built: Built) -> Attachment:
    """Return the attachment that holds a built change.  Raises `CannotOpenError`."""
    plain = vault.unseal(node, _change_label(built.generation, built.number), bytes(built.sealed))
    return decode(plain, Attachment, limit=4096)


def _change_label(generation: Generation, number: int) -> str:
    return f"screening/change/{generation.pk}/{number}"
