"""Propose, concur, object, withdraw, remind: what a side may do with a joint document.  The only way to write.

Every function checks, in the transaction that appends its record, that the act can have an effect as far as this node
knows.  An act that crosses another one on the way may still come too late; both nodes then say so alike.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace

from django.db import transaction

from comity.channel import store
from comity.channel.models import Channel
from comity.channel.post import Draft, post
from comity.channel.runtime import LocalNode
from comity.concurrence import access
from comity.concurrence.documents import apply, edits_between
from comity.concurrence.errors import NotFittingError, NotPossibleError
from comity.concurrence.evidence import Evidence
from comity.concurrence.ledger import Placed
from comity.concurrence.projections import kinds_of
from comity.concurrence.reckoning import Status, Withdrawal
from comity.concurrence.records import (
    CONCURRED,
    OBJECTED,
    PROPOSAL,
    REMINDED,
    TECHNICAL,
    WITHDRAWN,
    Concurred,
    Edit,
    Objected,
    Proposal,
    Reminded,
    Withdrawn,
)
from comity.concurrence.stances import StanceKind, silence_decides
from comity.concurrence.updates import Updates
from comity.protocol.canonical import Strict, encode
from comity.protocol.records import Reality, Reference, Relation
from comity.protocol.types import RecordType


@dataclass(frozen=True, slots=True, kw_only=True)
class Hand:
    """Say under which clause, for what purpose and by whom an act is written.

    What is empty is taken from the proposal that the act is about.
    """

    clause: str = ""
    purpose: str = ""
    handling: str | None = None
    urgency: str | None = None
    language: str | None = None
    authority: str | None = None
    officer: str | None = None
    released_by: str | None = None


def open_document(
    node: LocalNode,
    channel: Channel,
    kind: str,
    body: Strict,
    to: Sequence[str],
    hand: Hand,
    *,
    note: str = "",
    reality: Reality = Reality.ACTUAL,
) -> str:
    """Propose a new document, which ``to`` must sign as well, and return its identifier.

    Raises `UnknownKindError`, `NotFittingError`, or what `post` raises.
    """
    content = encode(body)
    edits = edits_between(None, content)
    apply(kinds_of(node)[kind], None, edits)
    uid = node.new_id()
    proposal = Proposal(kind=kind, edits=edits, note=note)
    draft = _draft(PROPOSAL, proposal, hand, tuple(sorted(to)), reality, ())
    post(node, channel, [replace(draft, uid=uid)])
    return uid


def propose(
    node: LocalNode, channel: Channel, document: str, body: Strict, hand: Hand, *, note: str = "", replacing: str = ""
) -> str:
    """Propose to amend the version in force so that it reads as ``body``; return the proposal's identifier.

    ``replacing`` is an own open proposal to withdraw in the same act.  Raises `NotPossibleError` while another own
    proposal is open, `NotFittingError`, or what `post` raises.
    """
    with _looking(node, channel, document) as evidence:
        edits = edits_between(evidence.contents.after(evidence.reckoning.chain), encode(body))
        return _amend(node, channel, evidence, edits, hand, note, replacing)


def propose_again(
    node: LocalNode, channel: Channel, document: str, proposal: str, hand: Hand, *, note: str = ""
) -> str:
    """Propose the edits of an earlier proposal, anybody's, again, against the version in force.

    Raises `NotFittingError` when they no longer fit, and what `propose` raises.
    """
    with _looking(node, channel, document) as evidence:
        placed = _placed(evidence, proposal)
        earlier = evidence.contents.proposal(proposal)
        if earlier is None:
            raise NotFittingError("The words of this proposal have been erased.", "Write the change again.")
        hand = _completed(evidence, proposal, hand)
        if placed.item.technical:
            return _update(node, channel, evidence, earlier.edits, hand, note or earlier.note)
        return _amend(node, channel, evidence, earlier.edits, hand, note or earlier.note, "")


def update(node: LocalNode, channel: Channel, document: str, body: Strict, hand: Hand, *, note: str = "") -> str:
    """Notify a technical update, so that the document reads as ``body``; return its identifier.

    Raises `NotFittingError` when it touches more than the kind lets one side change, or what `post` raises.
    """
    with _looking(node, channel, document) as evidence:
        agreed = evidence.contents.after(evidence.reckoning.chain)
        shown = Updates(evidence.ledger, evidence.reckoning, evidence.contents.kind, evidence.contents.edits).lay(
            agreed
        )
        return _update(node, channel, evidence, edits_between(shown.content, encode(body)), hand, note)


def put(
    node: LocalNode, channel: Channel, document: str, places: Mapping[str, object], hand: Hand, *, note: str = ""
) -> str:
    """Notify a technical update of single places (None: take away what is there); return its identifier.

    Unlike `update`, it touches nothing else, whatever was written since the caller looked: two officers of one side who
    write at once do not undo each other.  Raises `NotFittingError`, or what `post` raises.
    """
    edits = tuple(
        Edit(path=path, value=None if value is None else encode(value).decode())
        for path, value in sorted(places.items())
    )
    with _looking(node, channel, document) as evidence:
        agreed = evidence.contents.after(evidence.reckoning.chain)
        if agreed is not None:
            updates = Updates(evidence.ledger, evidence.reckoning, evidence.contents.kind, evidence.contents.edits)
            apply(evidence.contents.kind, updates.lay(agreed, node.name).content, edits)
        return _update(node, channel, evidence, edits, hand, note)


def concur(
    node: LocalNode, channel: Channel, document: str, proposal: str, hand: Hand, *, note: str = "", giving_up: str = ""
) -> str:
    """Concur with the other side's proposal; ``giving_up`` withdraws an own rival of it in the same act.

    Raises `NotPossibleError`, or what `post` raises.
    """
    with _looking(node, channel, document) as evidence:
        placed = _answerable(node, evidence, proposal)
        drafts = [_withdrawal(node, evidence, giving_up, hand, "")] if giving_up else []
        if not placed.item.technical:
            _check_rivals(node, evidence, placed, giving_up)
        drafts.append(_about(node, evidence, CONCURRED, Concurred(note=note), proposal, hand))
        return post(node, channel, drafts)[-1].uid


def object_to(node: LocalNode, channel: Channel, document: str, proposal: str, hand: Hand, *, reason: str) -> str:
    """Object to the other side's proposal, with the reason.  Raises `NotPossibleError`, or what `post` raises."""
    if not reason.strip():
        raise NotPossibleError("An objection needs a reason.", "Say why.")
    with _looking(node, channel, document) as evidence:
        _answerable(node, evidence, proposal)
        return post(node, channel, [_about(node, evidence, OBJECTED, Objected(reason=reason), proposal, hand)])[0].uid


def withdraw(node: LocalNode, channel: Channel, document: str, proposal: str, hand: Hand, *, reason: str = "") -> str:
    """Withdraw one's own proposal.  Raises `NotPossibleError`, or what `post` raises."""
    with _looking(node, channel, document) as evidence:
        return post(node, channel, [_withdrawal(node, evidence, proposal, hand, reason)])[0].uid


def remind(node: LocalNode, channel: Channel, document: str, proposal: str, hand: Hand, *, note: str = "") -> str:
    """Remind the other signers of an own proposal; their receipts show whether their time has passed."""
    with _looking(node, channel, document) as evidence:
        if _placed(evidence, proposal).author != node.name:
            raise NotPossibleError("Only its author reminds of a proposal.")
        return post(node, channel, [_about(node, evidence, REMINDED, Reminded(note=note), proposal, hand)])[0].uid


@contextmanager
def _looking(node: LocalNode, channel: Channel, document: str) -> Iterator[Evidence]:
    """Look at a document while nothing of its channel can change."""
    with transaction.atomic(using=node.using):
        store.lock_channel(node.using, channel.id)
        evidence = access.find(node, channel, document)
        if evidence is None:
            raise NotPossibleError("There is no such document.")
        if node.name not in evidence.ledger.signers:
            raise NotPossibleError("This node is no signer of the document.", "Ask a signer to propose it.")
        yield evidence


def _amend(
    node: LocalNode,
    channel: Channel,
    evidence: Evidence,
    edits: tuple[Edit, ...],
    hand: Hand,
    note: str,
    replacing: str,
) -> str:
    chain = evidence.reckoning.chain
    if not chain:
        raise NotPossibleError("The document is only proposed yet.", "Answer that proposal, or open another document.")
    before = evidence.contents.after(chain)
    if not edits or apply(evidence.contents.kind, before, edits) == before:
        raise NotFittingError("This changes nothing.", "Nothing more is needed.")
    hand = _completed(evidence, chain[-1], hand)
    if hand.urgency == TECHNICAL:
        raise NotPossibleError("The urgency of an amendment is not that of technical updates.")
    open_ones = [uid for uid in _own_open(node, evidence, chain[-1]) if uid != replacing]
    if open_ones:
        raise NotPossibleError("An own proposal to change this version is open.", "Withdraw it first, or replace it.")
    drafts = [_withdrawal(node, evidence, replacing, hand, "")] if replacing else []
    drafts.append(_proposal(node, evidence, edits, hand, note))
    return post(node, channel, drafts)[-1].uid


def _update(
    node: LocalNode, channel: Channel, evidence: Evidence, edits: tuple[Edit, ...], hand: Hand, note: str
) -> str:
    chain = evidence.reckoning.chain
    if not chain or not edits:
        raise NotPossibleError("There is nothing to update.")
    if not all(evidence.contents.kind.is_technical(one.path, node.name) for one in edits):
        raise NotFittingError("This changes more than a technical update may.", "Propose an amendment.")
    hand = replace(_completed(evidence, chain[-1], hand), urgency=TECHNICAL)
    return post(node, channel, [_proposal(node, evidence, edits, hand, note)])[0].uid


def _proposal(node: LocalNode, evidence: Evidence, edits: tuple[Edit, ...], hand: Hand, note: str) -> Draft:
    chain = evidence.reckoning.chain
    body = Proposal(kind=evidence.contents.kind.name, edits=edits, base=evidence.contents.name(chain), note=note)
    refs = (
        Reference(rel=Relation.CASE, id=evidence.document.uuid),
        Reference(rel=Relation.FOLLOWS, id=chain[-1]),
    )
    return _draft(PROPOSAL, body, hand, _others(node, evidence), Reality(evidence.document.reality), refs)


def _others(node: LocalNode, evidence: Evidence) -> tuple[str, ...]:
    return tuple(name for name in evidence.ledger.signers if name != node.name)


def _about(node: LocalNode, evidence: Evidence, type_: RecordType, body: Strict, proposal: str, hand: Hand) -> Draft:
    answers = type_ in (CONCURRED, OBJECTED)
    refs = (
        Reference(rel=Relation.CASE, id=evidence.document.uuid),
        Reference(rel=Relation.ANSWERS if answers else Relation.CONCERNS, id=proposal),
    )
    hand = replace(_completed(evidence, proposal, hand), urgency=None)
    return _draft(type_, body, hand, _others(node, evidence), Reality(evidence.document.reality), refs)


def _withdrawal(node: LocalNode, evidence: Evidence, proposal: str, hand: Hand, reason: str) -> Draft:
    placed = _placed(evidence, proposal)
    if placed.author != node.name:
        raise NotPossibleError("Only its author withdraws a proposal.", "Object to it.")
    if proposal in evidence.reckoning.chain:
        raise NotPossibleError("The proposal has come into force.", "Propose an amendment.")
    if evidence.ledger.withdrawals.get(proposal) and evidence.reckoning.withdrawal(proposal) is not Withdrawal.NONE:
        raise NotPossibleError("The proposal has been withdrawn already.", "Nothing more is needed.")
    return _about(node, evidence, WITHDRAWN, Withdrawn(reason=reason), proposal, hand)


def _answerable(node: LocalNode, evidence: Evidence, proposal: str) -> Placed:
    placed = _placed(evidence, proposal)
    if placed.author == node.name:
        raise NotPossibleError("Its author has signed a proposal by making it.", "Withdraw it, or wait.")
    status = access.view(evidence).proposal(proposal)
    mine = evidence.reckoning.stances(proposal)[node.name]
    if status is None or status.status not in access.OPEN or mine.kind is not StanceKind.WAITING:
        raise NotPossibleError("The proposal no longer waits for an answer of this node.")
    end = mine.end
    if end is not None and node.clock() > end and not mine.escalated and silence_decides(placed.item):
        raise NotPossibleError("The time to answer has passed.", "Propose a change of your own.")
    return placed


def _check_rivals(node: LocalNode, evidence: Evidence, placed: Placed, giving_up: str) -> None:
    """Verify that this node has not signed a rival that is still open: its yes would not count."""
    outcomes = evidence.reckoning.outcomes()
    for uid, outcome in outcomes.items():
        rival = evidence.ledger.proposals[uid]
        if uid in (placed.item.uid, giving_up) or rival.item.base != placed.item.base:
            continue
        if outcome.stances[node.name].order is not None and outcome.status in access.OPEN:
            raise NotPossibleError(
                "This node has signed another proposal to change the same version, and it is still open.",
                "Withdraw it if it is yours, or ask its author to.",
            )


def _own_open(node: LocalNode, evidence: Evidence, base: str) -> list[str]:
    return [
        uid
        for uid, outcome in evidence.reckoning.outcomes().items()
        if outcome.author == node.name
        and evidence.ledger.proposals[uid].item.base == base
        and outcome.status in (Status.SENT, Status.LIVE, Status.BLOCKED)
        and outcome.withdrawal is Withdrawal.NONE
    ]


def _placed(evidence: Evidence, proposal: str) -> Placed:
    placed = evidence.ledger.proposals.get(proposal)
    if placed is None:
        raise NotPossibleError("There is no such proposal.")
    return placed


def _completed(evidence: Evidence, proposal: str, hand: Hand) -> Hand:
    act = evidence.acts[proposal]
    return replace(
        hand,
        clause=hand.clause or act.clause,
        purpose=hand.purpose or act.purpose,
        urgency=hand.urgency or (act.urgency if act.urgency != TECHNICAL else None) or None,
    )


def _draft(
    type_: RecordType, body: Strict, hand: Hand, to: Sequence[str], reality: Reality, refs: tuple[Reference, ...]
) -> Draft:
    return Draft(
        type=type_.tag,
        body=body,
        to=tuple(to),
        clause=hand.clause,
        purpose=hand.purpose,
        handling=hand.handling,
        urgency=hand.urgency,
        language=hand.language,
        authority=hand.authority,
        officer=hand.officer,
        released_by=hand.released_by,
        reality=reality,
        refs=refs,
    )
