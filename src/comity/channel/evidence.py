"""Export a case as a pack for a court: its records, what became of them, and the proofs, from either side's node."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from django.db import transaction

from comity.channel import agreements, blobs, sealed, store
from comity.channel.journals import append_open, full_note, latest_note, signed_head
from comity.channel.models import Blob, Channel, Cosignature, Disposition, Journal, Record
from comity.channel.peers import keys_of
from comity.channel.runtime import LocalNode
from comity.protocol import packs, types
from comity.protocol.agreement.errors import WrongStateError
from comity.protocol.agreement.model import agreement_digest
from comity.protocol.canonical import encode
from comity.protocol.errors import CannotOpenError
from comity.protocol.merkle import inclusion_proof
from comity.protocol.names import instant
from comity.protocol.records import Header, encode_header, parse_header

Place = tuple[int, int]
"""A journal's row and an index in it."""


@dataclass(frozen=True, slots=True)
class ExportedPack:
    """Hold a pack ready to be written: `packs.write_pack` yields its bytes."""

    plan: packs.PackPlan
    export: packs.PackExport

    def blocks(self) -> Iterator[bytes]:
        """Yield the bytes of the pack."""
        return packs.write_pack(self.plan, self.export)


def export_pack(node: LocalNode, channel: Channel, case: str, uids: Sequence[str]) -> ExportedPack:
    """Put the records ``uids`` of ``case`` into a pack, and record the export in this node's journal.

    Raises `WrongStateError` when there is nothing to export, and `TooLargeError`.
    """
    with transaction.atomic(using=node.using):
        store.lock_channel(node.using, channel.id)
        collector = _Collector(node, channel)
        collector.take_case(uids)
        if not collector.places:
            raise WrongStateError("This case has no records on this node.", "Check the number of the case.")
        plan = packs.plan_pack(collector.contents(case))
        own = store.load_journal(node.using, channel.id, node.name)
        body = types.PackExported(case=case, manifest=plan.digest)
        header, placed = append_open(node, channel, own, "pack.exported/1", body)
        proof = inclusion_proof(placed.index, own.size, store.reader(node.using, own.id))
        export = packs.PackExport(
            index=placed.index,
            header=encode_header(header),
            content=encode(body),
            proof=tuple(proof),
            note=signed_head(node, channel, own, own.size),
        )
    return ExportedPack(plan, export)


class _Collector:
    """Gather the records that a pack needs, each once, and the heads that prove them."""

    def __init__(self, node: LocalNode, channel: Channel) -> None:
        """Start with nothing."""
        self._node, self._channel = node, channel
        rows = Journal.objects.using(node.using).filter(channel=channel)
        self._names = {row.id: row.node for row in rows}
        self._texts: set[str] = set()
        self._blobs: set[str] = set()
        self._trees: set[tuple[int, int]] = set()
        self.places: set[Place] = set()

    def take_case(self, uids: Sequence[str]) -> None:
        """Take the records of the case, and every record that says something about them."""
        rows = Record.objects.using(self._node.using).filter(channel=self._channel)
        mine: set[Place] = set()
        for at in range(0, len(uids), 500):
            for row in rows.filter(uid__in=list(uids[at : at + 500])):
                header = parse_header(bytes(row.header)).header
                mine.add((row.journal_id, row.index))
                self._texts |= {header.agreement} if header.agreement else set()
                self._blobs |= {one.id for one in header.attachments}
                self._take_dispositions(row.journal_id, row.index, header)
        self.places |= mine
        self._take_erasures(mine)
        self._take_agreement()

    def contents(self, case: str) -> packs.PackContents:
        """Return everything gathered, with proofs."""
        records = [self._record(journal_id, index) for journal_id, index in sorted(self.places)]
        texts = [agreements.text_of(self._node, self._channel, digest) for digest in sorted(self._texts)]
        return packs.PackContents(
            case=case,
            channel=self._channel.uuid,
            exporter=self._node.name,
            time=instant(self._node.clock()),
            identities=[keys_of(self._node, name).document for name in self._channel.members],
            agreements=[text for text in texts if text is not None],
            notes=[full_note(self._node, journal_id, size) for journal_id, size in sorted(self._trees)],
            records=[record for record in records if record is not None],
            attachments=list(self._attachments()),
        )

    def _take_dispositions(self, journal_id: int, index: int, header: Header) -> None:
        rows = Disposition.objects.using(self._node.using).filter(
            journal_id=journal_id, start__lte=index, end__gt=index, by__in=list(header.to)
        )
        ids = {name: one for one, name in self._names.items()}
        self.places |= {(ids[row.by], row.stated_at) for row in rows}

    def _take_erasures(self, mine: set[Place]) -> None:
        wanted = {(self._names[journal_id], index) for journal_id, index in mine}
        for row in self._open_records("erasure."):
            body = self._node.catalogue.read(row.type, bytes(row.content or b""))
            named = getattr(body, "records", ())
            if any((one.journal, one.index) in wanted for one in named):
                self.places.add((row.journal_id, row.index))

    def _take_agreement(self) -> None:
        """Take the records that proposed and signed the texts in question: the proof that they were in force."""
        for row in self._open_records("agreement."):
            body = self._node.catalogue.read(row.type, bytes(row.content or b""))
            if isinstance(body, types.AgreementProposed):
                concerns = agreement_digest(body.text.encode())
            else:
                concerns = getattr(body, "digest", "")
            if concerns in self._texts:
                self.places.add((row.journal_id, row.index))

    def _open_records(self, prefix: str) -> Iterator[Record]:
        rows = Record.objects.using(self._node.using).filter(
            channel=self._channel, type__startswith=prefix, content__isnull=False
        )
        yield from rows.iterator()

    def _record(self, journal_id: int, index: int) -> packs.PackRecord | None:
        tree = self._tree(journal_id, index)
        stored = store.read_records(self._node.using, journal_id, index, index + 1)
        if tree is None or not stored:
            return None
        try:
            _, salt, payload = sealed.payload(self._node, stored[0])
            content: bytes | None = salt + payload
        except CannotOpenError:
            content = None
        return packs.PackRecord(
            node=self._names[journal_id],
            index=index,
            header=stored[0].header,
            proof=tuple(inclusion_proof(index, tree, store.reader(self._node.using, journal_id))),
            tree=tree,
            content=content,
        )

    def _tree(self, journal_id: int, index: int) -> int | None:
        """Return the size of the earliest cosigned head over a record, else of the latest signed one."""
        rows = Cosignature.objects.using(self._node.using).filter(journal_id=journal_id, size__gt=index)
        size = rows.order_by("size").values_list("size", flat=True).first()
        if size is None:
            head = self._latest(journal_id)
            size = head if head is not None and head > index else None
        if size is not None:
            self._trees.add((journal_id, size))
        return size

    def _latest(self, journal_id: int) -> int | None:
        if self._names[journal_id] == self._node.name:
            own = store.load_journal(self._node.using, self._channel.id, self._node.name)
            signed_head(self._node, self._channel, own, own.size)
            return own.size
        head = latest_note(self._node, journal_id)
        return head[0] if head else None

    def _attachments(self) -> Iterator[packs.PackAttachment]:
        rows = Blob.objects.using(self._node.using).filter(id__in=sorted(self._blobs), complete=True)
        for row in rows:
            path = blobs.blob_path(self._node, row.id)
            yield packs.PackAttachment(id=row.id, size=row.size, blocks=partial(blobs.read_blocks, path))
