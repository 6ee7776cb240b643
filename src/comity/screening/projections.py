"""Turn records into what this area knows: deterministic, in any order, and rebuildable from the journals.

Answers are made after the transaction that brought the question: see `work`.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial

from django.db import transaction

from comity.channel.alarms import AlarmKind, raise_alarm
from comity.channel.runtime import AppliedRecord, LocalNode
from comity.protocol.names import parse_instant, party_of
from comity.protocol.records import Relation
from comity.screening import counting, indexes, work
from comity.screening.models import Answered, Batch, Question, Tally, Version
from comity.screening.records import ANSWER, INDEX, OUTCOME, QUERY, REFUSAL, TYPES, Index, Outcome, Refusal, steps_of


@dataclass(frozen=True, slots=True)
class ScreeningArea:
    """Be the area of screening as the channel sees it; ``background`` lets large questions wait for a thread."""

    background: bool = True
    types = TYPES

    def apply(self, node: LocalNode, records: Sequence[AppliedRecord]) -> None:
        """Note each record; what a partner asked or answered is worked on once this transaction has ended."""
        for record in records:
            _APPLY[record.header.type](node, record)
            counting.note(node, record)
        if any(not one.own and one.header.type != OUTCOME.tag for one in records):
            call = partial(work.wake, node)
            transaction.on_commit(call, using=node.using, robust=True)

    def tend(self, node: LocalNode) -> None:
        """Go on with what a stopped process left, and with what has arrived; keep the figures ready."""
        work.tend(node)
        counting.tend(node)

    def erase(self, node: LocalNode, uids: Sequence[str]) -> None:
        """Forget indexes, secrets and rows whose records are erased, and no longer count what they counted."""
        versions = Version.objects.using(node.using).filter(uid__in=uids)
        digests = [one for one in versions.values_list("digest", flat=True) if one]
        versions.delete()
        indexes.forget(node, digests)
        Question.objects.using(node.using).filter(uid__in=uids).update(erased=True)
        Tally.objects.using(node.using).filter(uid__in=uids).delete()
        counting.forget(node, uids)
        Batch.objects.using(node.using).filter(question__in=uids).update(rows=None, secret=None)

    def clear(self, node: LocalNode) -> None:
        """Empty what is projected; lists, checks and clearances are this node's own and stay."""
        Version.objects.using(node.using).all().delete()
        Question.objects.using(node.using).all().delete()
        Answered.objects.using(node.using).all().delete()
        Tally.objects.using(node.using).all().delete()
        counting.clear(node)


def _index(node: LocalNode, record: AppliedRecord) -> None:
    header, body = record.header, record.body
    if not isinstance(body, Index):
        return
    same = Version.objects.using(node.using).filter(
        channel=header.channel, holder=header.author, list_id=body.list_id, generation=body.generation
    )
    # SECURITY: a list has one key and one history in a generation. Holds because a record that says otherwise is an
    # alarm and not taken. Breaks if the first record of a generation could be replaced.
    if same.exclude(public=body.public.hex()).exists() or same.filter(number=body.version).exists():
        why = f"Screening: the index of {body.list_id} has two keys or two histories in one generation."
        raise_alarm(node, AlarmKind.TAMPERED_CONTENT, header.author, why, channel=header.channel)
        return
    Version.objects.using(node.using).create(
        channel=header.channel,
        uid=header.id,
        holder=header.author,
        list_id=body.list_id,
        title=body.title,
        generation=body.generation,
        number=body.version,
        public=body.public.hex(),
        digest=body.digest,
        entries=body.entries,
        blob=body.change.id,
        clause=header.clause or "",
        reality=header.reality.value,
        time_ms=parse_instant(header.time),
    )


def _query(node: LocalNode, record: AppliedRecord) -> None:
    header = record.header
    settled = Answered.objects.using(node.using).filter(channel=header.channel, question=header.id, by=header.to[0])
    Question.objects.using(node.using).create(
        channel=header.channel,
        uid=header.id,
        asker=header.author,
        holder=header.to[0],
        steps=steps_of(header.content.size),
        clause=header.clause or "",
        purpose=header.purpose or "",
        reality=header.reality.value,
        time_ms=parse_instant(header.time),
        open=not settled.exists(),
        erased=record.body is None,
    )


def _answer(node: LocalNode, record: AppliedRecord) -> None:
    header, body = record.header, record.body
    question = header.reference(Relation.ANSWERS) or ""
    Answered.objects.using(node.using).create(
        channel=header.channel,
        uid=header.id,
        question=question,
        by=header.author,
        party=party_of(header.to[0]),
        clause=header.clause or "",
        steps=steps_of(header.content.size) if header.type == ANSWER.tag else 0,
        reason=body.reason.value if isinstance(body, Refusal) else "" if header.type == ANSWER.tag else "erased",
        time_ms=parse_instant(header.time),
    )
    # Only the node that was asked settles a question.
    rows = Question.objects.using(node.using).filter(channel=header.channel, uid=question, holder=header.author)
    rows.update(open=False)


def _outcome(node: LocalNode, record: AppliedRecord) -> None:
    header, body = record.header, record.body
    if not isinstance(body, Outcome):
        return
    Tally.objects.using(node.using).bulk_create(
        Tally(
            channel=header.channel,
            uid=header.id,
            author=header.author,
            list_id=body.list_id,
            rule=one.rule,
            finding=one.finding.value,
            count=one.count,
        )
        for one in body.counts
    )


_APPLY = {INDEX.tag: _index, QUERY.tag: _query, ANSWER.tag: _answer, REFUSAL.tag: _answer, OUTCOME.tag: _outcome}

AREA = ScreeningArea()
