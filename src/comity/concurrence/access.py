"""Show joint documents: the version in force, what is proposed, who must answer by when.  The only way to read.

Whoever asks must already be allowed to see the channel; which officer may see which kind of document is for the area.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q

from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.concurrence.documents import DocumentKind, read
from comity.concurrence.entries import Verdict
from comity.concurrence.evidence import Evidence, gather
from comity.concurrence.models import Act, Document
from comity.concurrence.reckoning import Status, Withdrawal
from comity.concurrence.records import Concurred, Edit, Objected, Withdrawn
from comity.concurrence.stances import Stance, StanceKind, silence_decides
from comity.concurrence.updates import Overlay, Updates, UpdateStatus
from comity.protocol.agreement.model import OnExpiry
from comity.protocol.canonical import Strict
from comity.protocol.names import UnixMs

OPEN = (Status.SENT, Status.LIVE, Status.BLOCKED, UpdateStatus.SENT, UpdateStatus.IN_EFFECT)
"""In these a signer that has not answered yet still may."""
MOVING = (Status.SENT, Status.LIVE, Status.BLOCKED, Status.EARLY, UpdateStatus.SENT, UpdateStatus.EARLY)
"""In these what stands in journals may still decide, without a further act."""
FOR_GOOD: Final = 1 << 62


@dataclass(frozen=True, slots=True)
class SignerView:
    """Show where one signer stands: its answer in its own words, or by when it must answer."""

    node: str
    stance: StanceKind
    verdict: Verdict | None
    words: str | None
    answered: UnixMs | None
    due: UnixMs | None
    on_expiry: OnExpiry | None
    escalated: bool
    """The time has passed in this signer's own journal, and the clause says: escalate."""
    waits_for: tuple[str, ...]
    """Rivals that this signer supported before, and that must be dead before this support counts."""


@dataclass(frozen=True, slots=True)
class ProposalView:
    """Show one proposal: what it would change, why, how it stands, and every word said about it.

    ``edits`` and ``note`` are None once their content has been erased.
    """

    uid: str
    author: str
    time: UnixMs
    technical: bool
    base: str | None
    status: Status | UpdateStatus
    edits: tuple[Edit, ...] | None
    note: str | None
    signers: tuple[SignerView, ...]
    withdrawal: Withdrawal
    withdrawn_because: str | None
    clashes_with: tuple[str, ...] = ()

    @property
    def disagreed(self) -> bool:
        """Say whether somebody's no stands against it, or it clashes, and its author has not taken it back."""
        return self.status in (Status.OBJECTED, UpdateStatus.OBJECTED, UpdateStatus.CLASHING)

    def awaits(self, node: str) -> bool:
        """Say whether an answer of ``node`` is awaited."""
        mine = next((one for one in self.signers if one.node == node), None)
        waiting = mine is not None and mine.stance is StanceKind.WAITING
        return waiting and not self.technical and self.status in OPEN


@dataclass(frozen=True, slots=True)
class DocumentView:
    """Show a joint document: the agreed version, the same with technical updates, and all proposals, newest last.

    ``version`` counts the versions that came into force (0: the document is only proposed yet); ``name`` is what a
    proposal to change it must name.
    """

    uuid: str
    kind: DocumentKind
    signers: tuple[str, ...]
    version: int
    name: str | None
    agreed: bytes | None
    current: bytes | None
    chain: tuple[str, ...]
    proposals: tuple[ProposalView, ...]
    holds_until: int
    """Nothing but a further act upon this document changes what is shown, up to this instant; 0: anything may."""

    @property
    def body(self) -> Strict | None:
        """Return the current document as its kind's type."""
        return None if self.current is None else read(self.kind, self.current)

    @property
    def disagreements(self) -> tuple[ProposalView, ...]:
        """Return what the sides disagree on."""
        return tuple(one for one in self.proposals if one.disagreed)

    def proposal(self, uid: str) -> ProposalView | None:
        """Return one proposal."""
        return next((one for one in self.proposals if one.uid == uid), None)


@dataclass(frozen=True, slots=True)
class Listed:
    """Show one document in a list."""

    uuid: str
    kind: str
    opened_by: str
    opened_ms: int
    changed_ms: int


def documents(node: LocalNode, channel: Channel, kind: str = "", limit: int = 200, reality: str = "") -> list[Listed]:
    """Return the documents of a channel, of one kind (and reality) or of all, the last changed first."""
    rows = Document.objects.using(node.using).filter(channel=channel.uuid)
    rows = rows.filter(kind=kind) if kind else rows
    rows = rows.filter(reality=reality) if reality else rows
    return [
        Listed(row.uuid, row.kind, row.opened_by, row.opened_ms, row.changed_ms)
        for row in rows.order_by("-changed_ms", "uuid")[:limit]
    ]


def find(node: LocalNode, channel: Channel, uuid: str) -> Evidence | None:
    """Return what this node holds about a document, if it knows it.  Raises `UnknownKindError`."""
    row = Document.objects.using(node.using).filter(channel=channel.uuid, uuid=uuid).first()
    return None if row is None else gather(node, channel, row)


def document(node: LocalNode, channel: Channel, uuid: str) -> DocumentView | None:
    """Return a document as it stands, if this node knows it.  Raises `UnknownKindError`."""
    evidence = find(node, channel, uuid)
    return None if evidence is None else view(evidence)


def version(evidence: Evidence, number: int) -> bytes | None:
    """Return the document as it was agreed in its version of that number; None if its words are erased."""
    return evidence.contents.after(evidence.reckoning.chain[:number])


def view(evidence: Evidence) -> DocumentView:
    """Return a document as it stands, from what was gathered about it."""
    reckoning, contents = evidence.reckoning, evidence.contents
    agreed = contents.after(reckoning.chain)
    updates = Updates(evidence.ledger, reckoning, contents.kind, contents.edits)
    overlay = updates.lay(agreed)
    statuses: dict[str, Status | UpdateStatus] = {uid: one.status for uid, one in reckoning.outcomes().items()}
    statuses.update(overlay.statuses)
    proposals = [_proposal(evidence, uid, statuses[uid], overlay) for uid in evidence.ledger.proposals]
    return DocumentView(
        uuid=evidence.document.uuid,
        kind=contents.kind,
        signers=evidence.ledger.signers,
        version=len(reckoning.chain),
        name=contents.name(reckoning.chain),
        agreed=agreed,
        current=overlay.content,
        chain=reckoning.chain,
        proposals=tuple(sorted(proposals, key=lambda one: (one.time, one.author, one.uid))),
        holds_until=_holds_until(evidence, proposals),
    )


def _holds_until(evidence: Evidence, proposals: Sequence[ProposalView]) -> int:
    """Return until when only a further act changes a document: all acts are receipted, and nothing is undecided."""
    if not evidence.complete or any(one.status in MOVING or one.withdrawal is Withdrawal.OPEN for one in proposals):
        return 0
    ends = [
        signer.due for one in proposals if one.technical for signer in one.signers
        if signer.stance is StanceKind.WAITING and signer.due is not None
    ]  # fmt: skip
    return min(ends, default=FOR_GOOD)


def stamps(node: LocalNode, channel: Channel) -> dict[str, tuple[int, int]]:
    """Return for each document how many acts there are upon it, and of how many the words are gone; one query."""
    rows = Act.objects.using(node.using).filter(channel=channel.uuid).order_by().values_list("document")
    found = rows.annotate(acts=Count("id"), gone=Count("id", filter=Q(erased=True)))
    return {uuid: (acts, gone) for uuid, acts, gone in found}


def _proposal(evidence: Evidence, uid: str, status: Status | UpdateStatus, overlay: Overlay) -> ProposalView:
    placed = evidence.ledger.proposals[uid]
    body = evidence.contents.proposal(uid)
    outcome = evidence.reckoning.outcomes().get(uid)
    blocked: Mapping[str, tuple[str, ...]] = outcome.blocked_by if outcome else {}
    stances = evidence.reckoning.stances(uid)
    taken = evidence.ledger.withdrawals.get(uid, [])
    why = evidence.contents.body(taken[0].item.uid) if taken else None
    return ProposalView(
        uid=uid,
        author=placed.author,
        time=placed.time,
        technical=placed.item.technical,
        base=placed.item.base,
        status=status,
        edits=None if body is None else body.edits,
        note=None if body is None else body.note,
        signers=tuple(
            _signer(evidence, uid, name, one, blocked.get(name, ()))
            for name, one in stances.items()
            if name != placed.author
        ),
        withdrawal=evidence.reckoning.withdrawal(uid),
        withdrawn_because=why.reason if isinstance(why, Withdrawn) else None,
        clashes_with=overlay.clashes.get(uid, ()),
    )


def _signer(evidence: Evidence, uid: str, name: str, one: Stance, waits_for: tuple[str, ...]) -> SignerView:
    item = evidence.ledger.proposals[uid].item
    # What was refused, or came too late, was said all the same: the last words are shown whatever they count for.
    said = evidence.ledger.answers.get((uid, name), [])
    shown = next((act for act in said if act.item.uid == one.answer), said[-1] if said else None)
    words = evidence.contents.body(shown.item.uid) if shown else None
    decided = silence_decides(item)
    return SignerView(
        node=name,
        stance=one.kind,
        verdict=_verdict(words),
        words=words.note if isinstance(words, Concurred) else words.reason if isinstance(words, Objected) else None,
        answered=shown.time if shown else None,
        due=one.end,
        on_expiry=item.timer.on_expiry if item.timer else None,
        escalated=one.escalated and not decided,
        waits_for=waits_for,
    )


def _verdict(words: Strict | None) -> Verdict | None:
    if isinstance(words, Concurred):
        return Verdict.CONCUR
    return Verdict.OBJECT if isinstance(words, Objected) else None
