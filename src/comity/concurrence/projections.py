"""Turn records into acts upon documents: from headers alone, in the channel's transaction, rebuildable."""

from collections.abc import Sequence
from typing import Protocol, runtime_checkable

from comity.channel.rows import insert
from comity.channel.runtime import AppliedRecord, LocalNode
from comity.concurrence.documents import DocumentKind, Kinds
from comity.concurrence.models import Act, Document
from comity.concurrence.records import PROPOSAL, TYPES, Proposal
from comity.protocol.names import parse_instant
from comity.protocol.records import Header, Relation


@runtime_checkable
class BringsKinds(Protocol):
    """Be an area with kinds of joint documents of its own."""

    @property
    def kinds(self) -> Sequence[DocumentKind]:
        """Return the kinds of document of this area."""


def kinds_of(node: LocalNode) -> Kinds:
    """Return the kinds of document that this node's areas bring."""
    return Kinds([kind for area in node.areas if isinstance(area, BringsKinds) for kind in area.kinds])


class ConcurrenceArea:
    """Be the mechanism of concurrence as the channel sees it."""

    types = TYPES

    def apply(self, node: LocalNode, records: Sequence[AppliedRecord]) -> None:
        """Add the acts; a proposal that refers to no document opens one, which bears its identifier."""
        acts = [_act(record.header) for record in records]
        insert(node.using, "concurrence_act", _ACT, [[getattr(act, name) for name in _ACT] for act in acts])
        opened = [_document(record) for record in records if _opens(record.header)]
        insert(
            node.using,
            "concurrence_document",
            _DOCUMENT,
            [[getattr(one, name) for name in _DOCUMENT] for one in opened],
        )
        self._mark_changed(node, acts)

    def erase(self, node: LocalNode, uids: Sequence[str]) -> None:
        """Note that these records' contents are gone; nothing else of them is kept here."""
        Act.objects.using(node.using).filter(uid__in=uids).update(erased=True)

    def clear(self, node: LocalNode) -> None:
        """Empty the area's tables."""
        Act.objects.using(node.using).all().delete()
        Document.objects.using(node.using).all().delete()

    def _mark_changed(self, node: LocalNode, acts: Sequence[Act]) -> None:
        """Note when documents last changed: the latest time of their acts, in whatever order they come."""
        named = {act.document for act in acts}
        channel = acts[0].channel
        latest: dict[str, int] = {}
        for uuid, time_ms in (
            Act.objects.using(node.using).filter(channel=channel, document__in=named).values_list("document", "time_ms")
        ):
            latest[uuid] = max(time_ms, latest.get(uuid, 0))
        for uuid, time_ms in latest.items():
            rows = Document.objects.using(node.using).filter(channel=channel, uuid=uuid)
            rows.exclude(changed_ms=time_ms).update(changed_ms=time_ms)


_ACT = (
    "channel", "uid", "document", "type", "author", "recipients", "about", "base", "agreement", "clause", "purpose",
    "urgency", "reality", "time_ms", "erased",
)  # fmt: skip
_DOCUMENT = ("channel", "uuid", "kind", "signers", "opened_by", "opened_ms", "changed_ms", "reality")


def _opens(header: Header) -> bool:
    return header.type == PROPOSAL.tag and header.reference(Relation.CASE) is None


def _act(header: Header) -> Act:
    return Act(
        channel=header.channel,
        uid=header.id,
        document=header.reference(Relation.CASE) or header.id,
        type=header.type,
        author=header.author,
        recipients=" ".join(sorted(header.to)),
        about=header.reference(Relation.ANSWERS) or header.reference(Relation.CONCERNS) or "",
        base=header.reference(Relation.FOLLOWS) or "",
        agreement=header.agreement or "",
        clause=header.clause or "",
        purpose=header.purpose or "",
        urgency=header.urgency or "",
        reality=header.reality.value,
        time_ms=parse_instant(header.time),
    )


def _document(record: AppliedRecord) -> Document:
    header, body = record.header, record.body
    time_ms = parse_instant(header.time)
    return Document(
        channel=header.channel,
        uuid=header.id,
        kind=body.kind if isinstance(body, Proposal) else "",
        signers=" ".join(sorted((header.author, *header.to))),
        opened_by=header.author,
        opened_ms=time_ms,
        changed_ms=time_ms,
        reality=header.reality.value,
    )


AREA = ConcurrenceArea()
