"""Begin, release, stop and resume checks: of one person, or of the rows of a file."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Final

from django.db import transaction

from comity.channel import agreements
from comity.channel.models import Channel
from comity.channel.rows import Cell, insert
from comity.channel.runtime import LocalNode
from comity.protocol.agreement.model import Clause
from comity.protocol.records import Reality
from comity.screening.acting import Actor, Under, clause_for, under
from comity.screening.errors import CheckError
from comity.screening.indexes import Known
from comity.screening.models import Batch, BatchState, Check, CheckState
from comity.screening.records import QUERY
from comity.screening.subjects import Subject, seal

BATCH_ROWS: Final = 100
"""Rows of one question; with more than 4,096 keys it is cut in two when it is asked."""
_BATCH: Final = ("check_of_id", "first", "count", "rows", "question", "state", "note")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Hold which list is asked, for which purpose, in which case, by whom."""

    known: Known
    actor: Actor
    clause: str = ""
    purpose: str = ""
    unit: str = ""
    case: str = ""
    attended: bool = False


def begin(node: LocalNode, channel: Channel, wanted: Wanted, subjects: Iterable[Subject]) -> Check:
    """Keep whom to ask about, sealed, and start asking, or wait for a second person where the clause asks for one.

    Raises `CheckError` or `NoAgreementError`.
    """
    where = under(node, channel, QUERY, Reality(wanted.known.reality), clause=wanted.clause, purpose=wanted.purpose)
    clause = _permitting(node, channel, where)
    uid = node.new_id()
    batches = list(_batches(node, uid, subjects))
    rows = sum(one[1] for one in batches)
    if not rows:
        raise CheckError("There is nobody to ask about.", "Give a name or a document.")
    waits = clause.release > 1 and wanted.actor.released_by is None
    with transaction.atomic(using=node.using):
        check = Check.objects.using(node.using).create(
            uid=uid,
            channel=channel.uuid,
            holder=wanted.known.holder,
            list_id=wanted.known.list_id,
            clause=where.clause,
            purpose=where.purpose,
            reality=where.reality.value,
            authority=wanted.actor.authority or "",
            officer=wanted.actor.officer or "",
            released_by=wanted.actor.released_by or "",
            unit=wanted.unit,
            case=wanted.case,
            state=CheckState.WAITING if waits else CheckState.RUNNING,
            attended=wanted.attended,
            rows=rows,
            created_ms=node.clock(),
        )
        rows_in: list[list[Cell]] = [
            [check.pk, first, count, sealed, "", "new", ""] for first, count, sealed in batches
        ]
        insert(node.using, "screening_batch", _BATCH, rows_in)
    return check


def _permitting(node: LocalNode, channel: Channel, where: Under) -> Clause:
    clause = clause_for(agreements.terms_in_force(node, channel), QUERY.tag, where.clause)
    if where.purpose not in clause.purposes:
        allowed = ", ".join(clause.purposes)
        why = f"Clause {clause.id} does not permit the purpose {where.purpose}."
        raise CheckError(why, f"Choose one of: {allowed}.")
    return clause


def _batches(node: LocalNode, uid: str, subjects: Iterable[Subject]) -> Iterator[tuple[int, int, bytes]]:
    left = iter(subjects)
    first = 0
    while chunk := list(islice(left, BATCH_ROWS)):
        yield first, len(chunk), seal(node, place(uid, first), chunk)
        first += len(chunk)


def place(check: str, first: int) -> str:
    """Return the label that a batch's sealed columns are bound to."""
    return f"check/{check}/{first}"


def actor_of(check: Check) -> Actor:
    """Return in whose name a check asks."""
    return Actor(check.officer or None, check.authority or None, check.released_by or None)


def find(node: LocalNode, uid: str) -> Check:
    """Return a check.  Raises `CheckError`."""
    check = Check.objects.using(node.using).filter(uid=uid).first()
    if check is None:
        raise CheckError("There is no such check.")
    return check


def release(node: LocalNode, check: Check, pseudonym: str) -> None:
    """Let a check that waits for a second person begin.  Raises `CheckError`."""
    if check.officer == pseudonym:
        raise CheckError("Nobody releases what they asked for themselves.", "Ask a colleague who may release.")
    _move(node, check, (CheckState.WAITING,), CheckState.RUNNING, released_by=pseudonym)


def stop(node: LocalNode, check: Check) -> None:
    """Ask nothing more; what was asked is still looked up when it is answered.  Raises `CheckError`."""
    _move(node, check, (CheckState.WAITING, CheckState.RUNNING, CheckState.PAUSED), CheckState.STOPPED)


def resume(node: LocalNode, check: Check, *, attended: bool = False) -> None:
    """Go on where a check stopped; rows that were asked are not asked again.  Raises `CheckError`."""
    states = (CheckState.RUNNING, CheckState.PAUSED, CheckState.STOPPED)
    _move(node, check, states, CheckState.RUNNING, attended=attended, note="", retry_ms=0)


def _move(node: LocalNode, check: Check, before: Sequence[CheckState], after: CheckState, **changes: object) -> None:
    rows = Check.objects.using(node.using).filter(pk=check.pk, state__in=before)
    if not rows.update(state=after, **changes):
        raise CheckError(f"The check is {check.state}.", "Look at it again.")
    check.refresh_from_db(using=node.using)


def erase(node: LocalNode, check: Check) -> None:
    """Delete a check with its rows, secrets and hits; the questions stay in the journal, and name nobody."""
    check.delete(using=node.using)


def pause(node: LocalNode, check_id: int, note: str, retry_ms: int) -> None:
    """Ask no more until ``retry_ms``."""
    rows = Check.objects.using(node.using).filter(pk=check_id, state=CheckState.RUNNING)
    rows.update(state=CheckState.PAUSED, note=note[:500], retry_ms=retry_ms)


def wake_paused(node: LocalNode) -> None:
    """Let checks go on whose period has begun."""
    rows = Check.objects.using(node.using).filter(state=CheckState.PAUSED, retry_ms__gt=0, retry_ms__lte=node.clock())
    rows.update(state=CheckState.RUNNING, note="", retry_ms=0)


def finish_if_done(node: LocalNode, check_id: int) -> None:
    """Mark a check as done once no batch of it waits."""
    left = Batch.objects.using(node.using).filter(check_of=check_id, state__in=(BatchState.NEW, BatchState.ASKED))
    if not left.exists():
        rows = Check.objects.using(node.using).filter(pk=check_id, state__in=(CheckState.RUNNING, CheckState.PAUSED))
        rows.update(state=CheckState.DONE, note="")
