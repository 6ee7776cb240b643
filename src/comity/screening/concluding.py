"""Take answers: verify each under the journaled key, unblind, look up, and leave what was found to a person."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from django.db import transaction
from django.db.models import Exists, OuterRef

from comity.channel import reading
from comity.channel.alarms import AlarmKind, raise_alarm
from comity.channel.models import Channel
from comity.channel.reading import Mark
from comity.channel.runtime import LocalNode
from comity.matching import Hit as Found
from comity.matching import Key, LabelError, ListIndex, MatchingError, look_up
from comity.protocol.errors import ComityError
from comity.screening import asked, checks, clearing, indexes
from comity.screening.asking import pause_for
from comity.screening.engine import Engine
from comity.screening.errors import CheckError
from comity.screening.models import Answered, Batch, BatchState, Check, Hit, HitState
from comity.screening.records import Answer, Query, Reason, Refusal
from comity.screening.subjects import unseal
from comity.screening.tasks import Verified, Work, verify

AT_ONCE: Final = 32


@dataclass(frozen=True, slots=True)
class _Ready:
    batch: Batch
    channel: Channel
    work: Work
    index: ListIndex


def conclude_some(node: LocalNode, engine: Engine, *, check: Check | None = None, most: int = AT_ONCE) -> int:
    """Take the answers that have come, at most so many; return how many batches moved on."""
    rows = Batch.objects.using(node.using).filter(state=BatchState.ASKED)
    rows = rows.filter(check_of=check) if check else rows.filter(check_of__attended=False)
    answers = Answered.objects.using(node.using).filter(question=OuterRef("question"), by=OuterRef("check_of__holder"))
    came = rows.filter(Exists(answers)).select_related("check_of").order_by("pk")[:most]
    moved = 0
    ready: list[_Ready] = []
    for batch in came:
        try:
            found = _take(node, batch)
        except ComityError as error:
            moved += _fail(node, batch, error.sentence)
            continue
        if isinstance(found, _Ready):
            ready.append(found)
        else:
            moved += found
    for one, outputs in zip(ready, engine.map(verify, [one.work for one in ready]), strict=True):
        moved += _conclude(node, one, outputs)
    return moved


def _take(node: LocalNode, batch: Batch) -> "_Ready | int":
    """Return the work that an answer gives, or act on a refusal.  Raises a documented error if neither is possible."""
    check = batch.check_of
    channel = Channel.objects.using(node.using).get(uuid=check.channel)
    rows = Answered.objects.using(node.using).filter(channel=check.channel, question=batch.question, by=check.holder)
    uids = list(rows.order_by("time_ms", "pk").values_list("uid", flat=True)[:1])
    records = reading.held(node, channel, [batch.question, *uids])
    if batch.question not in records or not uids or uids[0] not in records:
        return 0
    body = reading.opened(node, records[batch.question])
    reply = reading.opened(node, records[uids[0]])
    if isinstance(reply, Refusal):
        return _refused(node, batch, reply)
    if not isinstance(reply, Answer) or not isinstance(body, Query):
        raise CheckError("The content of the question or of its answer was erased.")
    place = checks.place(check.uid, batch.first)
    secrets = asked.unseal(node, place, bytes(batch.secret or b""), body.elements, body.commitment)
    known = indexes.find(node, channel, check.holder, check.list_id, body.generation)
    index = indexes.load(node, channel, known)
    return _Ready(batch, channel, Work(secrets, reply.elements, reply.proof, indexes.public_of(known)), index)


def _refused(node: LocalNode, batch: Batch, reply: Refusal) -> int:
    """Act on a refusal: wait for the next period or the next index and ask then, or give the batch up."""
    again = reply.reason in (Reason.DAY_SPENT, Reason.MONTH_SPENT, Reason.OLD_GENERATION)
    if not again:
        return _fail(node, batch, f"The partner refused the question: {reply.reason.value}.")
    rows = Batch.objects.using(node.using).filter(pk=batch.pk, state=BatchState.ASKED)
    moved = rows.update(state=BatchState.NEW, question="", secret=None)
    if reply.reason is Reason.OLD_GENERATION:
        note = "The list has a new key. Resume the check once the new index has arrived."
        checks.pause(node, batch.check_of_id, note, 0)
    else:
        pause_for(node, batch.check_of_id, reply.reason)
    return moved


def _conclude(node: LocalNode, one: _Ready, outputs: Verified) -> int:
    fault = outputs.fault
    hits: list[Hit] = []
    if not fault:
        try:
            hits = _hits(node, one, outputs.by_key)
        except LabelError as error:
            fault = str(error)
        except MatchingError:
            fault = "the index cannot be read"
    if fault:
        # SECURITY: a malicious holder is an alarm, not a hit and not silence. Holds because a batch whose answer or
        # labels do not hold fails as a whole. Breaks if hits are stored before all of a batch were looked up.
        holder = one.batch.check_of.holder
        raise_alarm(node, AlarmKind.TAMPERED_CONTENT, holder, f"Screening: {fault}.", channel=one.channel.uuid)
        return _fail(node, one.batch, f"Not used: {fault}. An alarm stands.")
    with transaction.atomic(using=node.using):
        rows = Batch.objects.using(node.using).filter(pk=one.batch.pk, state=BatchState.ASKED)
        if not rows.update(state=BatchState.DONE, note=""):
            return 0
        Hit.objects.using(node.using).bulk_create(hits)
        checks.finish_if_done(node, one.batch.check_of_id)
    return 1


def _hits(node: LocalNode, one: _Ready, by_key: Mapping[Key, bytes]) -> list[Hit]:
    """Look every row up; a row and a reference make one hit, with all its rules."""
    keys = one.work.asked.question.keys
    found: list[Hit] = []
    for offset, places in enumerate(one.work.asked.owners):
        own = {key: by_key[key] for key in (keys[at] for at in places) if key is not None}
        by_reference: dict[bytes, list[Found]] = {}
        for hit in look_up(one.index, own):
            by_reference.setdefault(hit.reference, []).append(hit)
        found += [_hit(one.batch, offset, reference, rules) for reference, rules in by_reference.items()]
    return _cleared(node, one.batch, found) if found else []


def _hit(batch: Batch, offset: int, reference: bytes, rules: Sequence[Found]) -> Hit:
    return Hit(
        batch=batch,
        row=batch.first + offset,
        reference=reference.hex(),
        rules=",".join(one.rule.value for one in rules),
        strong=any(one.strength for one in rules),
        state=HitState.OPEN,
    )


def _cleared(node: LocalNode, batch: Batch, hits: list[Hit]) -> list[Hit]:
    """Mark the hits of persons who were cleared of that reference before: they are kept, and wait for nobody."""
    subjects = unseal(node, checks.place(batch.check_of.uid, batch.first), bytes(batch.rows or b""))
    for hit in hits:
        if clearing.cleared(node, batch.check_of, hit.reference, subjects[hit.row - batch.first]) is not None:
            hit.state = HitState.CLEARED
    return hits


def _fail(node: LocalNode, batch: Batch, note: str) -> int:
    rows = Batch.objects.using(node.using).filter(pk=batch.pk, state=BatchState.ASKED)
    moved = rows.update(state=BatchState.FAILED, note=note[:500])
    checks.finish_if_done(node, batch.check_of_id)
    return moved


def note_refused(node: LocalNode, check: Check) -> int:
    """Fail the batches whose question the partner's node refused by the agreement; return how many."""
    channel = Channel.objects.using(node.using).get(uuid=check.channel)
    rows = Batch.objects.using(node.using).filter(check_of=check, state=BatchState.ASKED)
    waiting = {one.question: one for one in rows.select_related("check_of")}
    held = reading.held(node, channel, waiting)
    receipts = reading.receipts(node, channel, list(held.values()))
    moved = 0
    for uid, receipt in receipts.items():
        if receipt.mark is Mark.REFUSED and receipt.verdict is not None:
            moved += _fail(node, waiting[uid], f"The partner's node refused the question: {receipt.verdict.sentence}")
    return moved
