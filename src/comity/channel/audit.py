"""Verify the journals held here from their records, and make the areas' tables again from them."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from comity.channel import sealed, store
from comity.channel.journals import full_note, latest_note
from comity.channel.models import Channel, ContentState, Cosignature, RecordState
from comity.channel.peers import keys_of
from comity.channel.runtime import AppliedRecord, LocalNode, apply_to_areas
from comity.protocol import checkpoints as cp
from comity.protocol.errors import ComityError, ProofInvalidError
from comity.protocol.merkle import Growth, leaf_hash
from comity.protocol.records import parse_header

STEP = 1000


@dataclass(frozen=True, slots=True)
class JournalCheck:
    """Say how the verification of one journal ended."""

    channel: str
    node: str
    size: int
    signed: int
    cosigned: dict[str, int]
    fault: str | None

    def sentence(self) -> str:
        """Return the result as one line."""
        cosigned = ", ".join(f"{name} to {size}" for name, size in self.cosigned.items()) or "nobody yet"
        text = f"{self.node}: {self.size} records, signed to {self.signed}, cosigned by {cosigned}"
        return f"FAULT {text}: {self.fault}" if self.fault else f"verified {text}"


def verify_journals(node: LocalNode) -> Iterator[JournalCheck]:
    """Recompute every journal from its headers, in bounded memory, and compare with its signed and cosigned heads."""
    for channel in Channel.objects.using(node.using).order_by("id"):
        for member in channel.members:
            yield _verify(node, channel, member)


def _verify(node: LocalNode, channel: Channel, member: str) -> JournalCheck:
    journal = store.load_journal(node.using, channel.id, member)
    cosigned: dict[str, int] = {}
    head = latest_note(node, journal.id)
    fault: str | None = None
    try:
        roots = _roots(node, journal)
        if journal.size and roots.get(journal.size) != journal.growth.root():
            raise ProofInvalidError("The stored edge of the tree is not that of the stored records.")
        if head is not None:
            signed = cp.open_checkpoint(head[1], keys_of(node, member))
            if roots.get(head[0]) != signed.checkpoint.root:
                raise ProofInvalidError("The records do not lead to the signed head.")
        cosigned = _cosigned(node, channel, journal, roots)
    except ComityError as error:
        fault = error.sentence
    return JournalCheck(channel.uuid, member, journal.size, head[0] if head else 0, cosigned, fault)


def _heads(journal: store.JournalRow, node: LocalNode) -> set[int]:
    rows = Cosignature.objects.using(node.using).filter(journal_id=journal.id)
    sizes = set(rows.values_list("size", flat=True))
    latest = latest_note(node, journal.id)
    return sizes | {journal.size} | ({latest[0]} if latest else set())


def _roots(node: LocalNode, journal: store.JournalRow) -> dict[int, bytes]:
    """Return the root at every size that somebody signed, recomputed from the headers."""
    wanted = _heads(journal, node)
    growth = Growth()
    roots: dict[int, bytes] = {}
    for header, leaf in store.leaves(node.using, journal.id, journal.size):
        if leaf_hash(header) != leaf:
            raise ProofInvalidError(f"Record {growth.size} is not the one that was appended.")
        growth.append(leaf)
        growth.tiles.clear()
        if growth.size in wanted:
            roots[growth.size] = growth.root()
    if growth.size != journal.size:
        raise ProofInvalidError(f"The journal says {journal.size} records, but {growth.size} are stored.")
    return roots


def _cosigned(node: LocalNode, channel: Channel, journal: store.JournalRow, roots: dict[int, bytes]) -> dict[str, int]:
    result = {}
    for member in channel.members:
        rows = Cosignature.objects.using(node.using).filter(journal_id=journal.id, cosigner=member)
        row = rows.order_by("-size").first()
        if row is None:
            continue
        cosignature = cp.open_cosignature(full_note(node, journal.id, row.size), keys_of(node, member))
        if cosignature.checkpoint.root != roots.get(row.size):
            raise ProofInvalidError(f"The records do not lead to the head that {member} cosigned.")
        result[member] = row.size
    return result


def rebuild_areas(node: LocalNode) -> int:
    """Empty every area's tables and apply all records again; return how many."""
    count = 0
    with transaction.atomic(using=node.using):
        for area in node.areas:
            area.clear(node)
        for channel in Channel.objects.using(node.using).order_by("id"):
            store.lock_channel(node.using, channel.id)
            for member in channel.members:
                journal = store.load_journal(node.using, channel.id, member)
                for start in range(0, journal.size, STEP):
                    count += _apply_again(node, journal, start)
    return count


def _apply_again(node: LocalNode, journal: store.JournalRow, start: int) -> int:
    again = []
    for record in store.read_records(node.using, journal.id, start, start + STEP):
        applied = record.state in (RecordState.OWN, RecordState.ACCEPTED)
        held = record.content_state in (ContentState.PRESENT, ContentState.ERASED)
        if not applied or not held or node.area_of(record.type) is None:
            continue
        body = sealed.body(node, record) if record.content_state == ContentState.PRESENT else None
        header = parse_header(record.header).header
        again.append(AppliedRecord(header, body, journal.node, record.index, journal.node == node.name))
    apply_to_areas(node, again)
    return len(again)
