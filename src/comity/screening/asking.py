"""Ask: blind the rows of a batch, post one question for all, and keep its secrets in the same transaction.

Whatever a crash cuts off, a batch was either asked, and its secrets are kept, or it was not: nothing is asked twice.
"""

from typing import Final

from django.db import transaction

from comity.channel import agreements, store
from comity.channel.models import Channel
from comity.channel.post import NotPermittedError, post
from comity.channel.runtime import LocalNode
from comity.protocol.errors import ComityError
from comity.protocol.records import Reality
from comity.screening import asked, budgets, checks, indexes
from comity.screening.acting import clause_for, draft, under
from comity.screening.engine import Engine
from comity.screening.indexes import Known
from comity.screening.models import Batch, BatchState, Check, CheckState
from comity.screening.records import QUERY, STEP_BYTES, Query, Reason
from comity.screening.subjects import Subject, seal, unseal
from comity.screening.tasks import Blinded, blind

WINDOW: Final = 24
"""Questions of one check that may wait for their answer at a time."""


def ask_some(node: LocalNode, engine: Engine, check: Check) -> int:
    """Ask some batches of a running check; return how many left, or were found to have nothing to ask.

    Pauses the check when its budget is spent or its list is not here.
    """
    channel = Channel.objects.using(node.using).get(uuid=check.channel)
    rows = Batch.objects.using(node.using).filter(check_of=check)
    room = WINDOW - rows.filter(state=BatchState.ASKED).count()
    todo = list(rows.filter(state=BatchState.NEW).order_by("first")[: max(0, room)])
    if not todo:
        return 0
    try:
        known = indexes.find(node, channel, check.holder, check.list_id)
        taken = [unseal(node, checks.place(check.uid, one.first), bytes(one.rows or b"")) for one in todo]
    except ComityError as error:
        checks.pause(node, check.pk, error.sentence, 0)
        return 0
    done = 0
    for batch, subjects, blinded in zip(todo, taken, engine.map(blind, taken), strict=True):
        if blinded.question is None:
            done += _without_question(node, check, batch, subjects, blinded)
        elif _post(node, channel, check, batch, known, blinded):
            done += 1
        else:
            break
    return done


def _without_question(
    node: LocalNode, check: Check, batch: Batch, subjects: tuple[Subject, ...], blinded: Blinded
) -> int:
    rows = Batch.objects.using(node.using).filter(pk=batch.pk, state=BatchState.NEW)
    if not blinded.too_many:
        changed = rows.update(state=BatchState.DONE, note="No row has a name or a document that makes a key.")
    elif len(subjects) == 1:
        changed = rows.update(state=BatchState.FAILED, note="The row has more names than one question holds.")
    else:
        return _cut(node, check, batch, subjects)
    checks.finish_if_done(node, check.pk)
    return changed


def _cut(node: LocalNode, check: Check, batch: Batch, subjects: tuple[Subject, ...]) -> int:
    half = len(subjects) // 2
    with transaction.atomic(using=node.using):
        rows = Batch.objects.using(node.using).filter(pk=batch.pk, state=BatchState.NEW, count=batch.count)
        sealed = seal(node, checks.place(check.uid, batch.first), subjects[:half])
        if not rows.update(count=half, rows=sealed):
            return 0
        at = batch.first + half
        Batch.objects.using(node.using).create(
            check_of=check,
            first=at,
            count=len(subjects) - half,
            rows=seal(node, checks.place(check.uid, at), subjects[half:]),
        )
    return 1


def _post(node: LocalNode, channel: Channel, check: Check, batch: Batch, known: Known, blinded: Blinded) -> bool:
    """Post the question of a batch and keep its secrets, in one transaction; return whether the check may go on."""
    question = blinded.question
    assert question is not None  # noqa: S101  # the caller looked; for the type checker
    place = checks.place(check.uid, batch.first)
    secret = asked.seal(node, place, asked.Asked(question, blinded.owners))
    body = Query(
        list_id=known.list_id,
        generation=known.generation,
        version=known.version,
        elements=b"".join(question.elements),
        commitment=question.commitment,
    )
    steps = len(body.elements) // STEP_BYTES
    try:
        where = under(node, channel, QUERY, Reality(check.reality), clause=check.clause, purpose=check.purpose)
        clause = clause_for(agreements.terms_in_force(node, channel), QUERY.tag, check.clause)
        with transaction.atomic(using=node.using):
            store.lock_channel(node.using, channel.id)
            if not _still_wanted(node, check, batch):
                return True
            spent = budgets.left_to_us(node, channel, clause).stops(steps)
            if spent is not None:
                pause_for(node, check.pk, spent)
                return False
            (placed,) = post(node, channel, [draft(QUERY, body, (check.holder,), where, checks.actor_of(check))])
            Batch.objects.using(node.using).filter(pk=batch.pk).update(
                state=BatchState.ASKED, question=placed.uid, secret=secret, note=""
            )
    except NotPermittedError as error:
        checks.pause(node, check.pk, f"{error.sentence} {error.remedy}", 0)
        return False
    return True


def _still_wanted(node: LocalNode, check: Check, batch: Batch) -> bool:
    rows = Batch.objects.using(node.using).filter(pk=batch.pk, check_of=check, check_of__state=CheckState.RUNNING)
    return rows.filter(state=BatchState.NEW, count=batch.count).exists()


def pause_for(node: LocalNode, check_id: int, spent: Reason) -> None:
    """Let a check wait until the period whose budget is spent has ended."""
    period = "month" if spent is Reason.MONTH_SPENT else "day"
    note = f"The clause allows no more questions this {period} (UTC). The check goes on when the next has begun."
    checks.pause(node, check_id, note, budgets.next_start(node.clock(), spent))
