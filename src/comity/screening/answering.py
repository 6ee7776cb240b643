"""Answer questions: count them against the clause, multiply, prove, and post the answer in one transaction."""

from collections.abc import Iterator
from dataclasses import dataclass

from django.db import transaction

from comity.channel import agreements, reading, store
from comity.channel.models import Channel
from comity.channel.post import NotPermittedError, post
from comity.channel.reading import Held
from comity.channel.runtime import LocalNode
from comity.matching import KeyPair, MatchingError, parse_elements
from comity.protocol.agreement.model import Clause
from comity.protocol.canonical import Strict
from comity.protocol.errors import ComityError
from comity.protocol.names import party_of
from comity.protocol.records import Reference, Relation
from comity.protocol.types import RecordType
from comity.screening import budgets, building
from comity.screening.acting import Actor, Under, clause_for, draft
from comity.screening.engine import Engine
from comity.screening.models import Built, Generation, Question, Register
from comity.screening.publishing import OVERLAP_MS
from comity.screening.records import ANSWER, QUERY, REFUSAL, STEP_BYTES, Answer, Query, Reason, Refusal
from comity.screening.tasks import Job, compute

AT_ONCE = 16


@dataclass(frozen=True, slots=True)
class _Asked:
    row: Question
    channel: Channel
    record: Held
    clause: Clause
    steps: int


def answer_some(node: LocalNode, engine: Engine, most: int = AT_ONCE) -> int:
    """Answer the oldest open questions, at most so many; return how many were answered or refused."""
    rows = Question.objects.using(node.using).filter(holder=node.name, open=True, erased=False)
    # Of each agreement the oldest: one that is suspended must not hold up the others.
    channels = rows.order_by().values_list("channel", flat=True).distinct()
    oldest = [row for one in channels for row in rows.filter(channel=one).order_by("time_ms", "pk")[:most]]
    asked = [one for row in oldest for one in _asked(node, row)]
    ready: list[tuple[_Asked, Job]] = []
    settled = 0
    for one in asked:
        found = _judge(node, one)
        if isinstance(found, Refusal):
            settled += _settle(node, one, REFUSAL, found)
        else:
            ready.append((one, found))
    for (one, _), made in zip(ready, engine.map(compute, [job for _, job in ready]), strict=True):
        settled += _settle(node, one, ANSWER, made)
    return settled


def _asked(node: LocalNode, row: Question) -> Iterator[_Asked]:
    """Yield the question with its record, unless no clause in force permits an answer: then it stays open."""
    channel = Channel.objects.using(node.using).get(uuid=row.channel)
    record = reading.held(node, channel, [row.uid]).get(row.uid)
    if record is None:
        return
    try:
        clause = clause_for(agreements.terms_in_force(node, channel), QUERY.tag, row.clause)
    except ComityError:
        return
    yield _Asked(row, channel, record, clause, row.steps)


def _judge(node: LocalNode, asked: _Asked) -> Job | Refusal:
    body = reading.opened(node, asked.record)
    if not isinstance(body, Query):
        return Refusal(reason=Reason.MALFORMED)
    left = budgets.left_to(node, asked.channel, asked.clause, party_of(asked.row.asker))
    # The size in the header is what is counted, so that a question cannot hold more than it is charged for.
    if len(body.elements) % STEP_BYTES or len(body.elements) // STEP_BYTES != asked.steps:
        return Refusal(reason=Reason.MALFORMED)
    stopped = left.stops(asked.steps)
    if stopped is not None:
        return Refusal(reason=stopped, left=left.month if stopped is Reason.MONTH_SPENT else left.day)
    key = _key(node, asked, body)
    if isinstance(key, Reason):
        return Refusal(reason=key)
    try:
        return Job(key, parse_elements(body.elements))
    except MatchingError:
        return Refusal(reason=Reason.MALFORMED)


def _key(node: LocalNode, asked: _Asked, body: Query) -> KeyPair | Reason:
    row = Register.objects.using(node.using).filter(list_id=body.list_id, reality=asked.row.reality).first()
    generations = Generation.objects.using(node.using).filter(register=row, channel=asked.row.channel)
    found = generations.filter(number=body.generation).first() if row else None
    # SECURITY: nobody learns which lists exist beside those published. Holds because one that is not published under
    # this agreement and reality is refused as one that does not exist. Breaks if the two refusals ever differ.
    if row is None or found is None or not _published(node, found):
        return Reason.UNKNOWN_LIST
    if found.seed is None or (found.ended_ms is not None and found.ended_ms + OVERLAP_MS <= node.clock()):
        return Reason.OLD_GENERATION
    return building.key_of(node, row, found)


def _published(node: LocalNode, generation: Generation) -> bool:
    return Built.objects.using(node.using).filter(generation=generation).exclude(uid="").exists()


def _settle(node: LocalNode, asked: _Asked, kind: RecordType, body: Strict) -> int:
    """Post the answer unless the question was settled meanwhile, or its budget was spent; return 1 if it was."""
    # SECURITY: a malicious asker cannot exceed its budget by replay parallelism or re-pairing. Holds because the
    # budget is counted again, and the question is still open, in the transaction that posts the answer, while nobody
    # else writes to the channel. Breaks if an answer is posted outside that transaction.
    with transaction.atomic(using=node.using):
        store.lock_channel(node.using, asked.channel.id)
        if not Question.objects.using(node.using).filter(pk=asked.row.pk, open=True, erased=False).exists():
            return 0
        if isinstance(body, Answer):
            left = budgets.left_to(node, asked.channel, asked.clause, party_of(asked.row.asker))
            stopped = left.stops(asked.steps)
            if stopped is not None:
                kind, body = REFUSAL, Refusal(reason=stopped, left=left.steps)
        header = asked.record.header
        where = Under(asked.clause.id, header.purpose or "", header.reality, asked.clause.handling.default)
        refs = (Reference(rel=Relation.ANSWERS, id=header.id),)
        actor = _publisher(node, asked.channel)
        try:
            post(node, asked.channel, [draft(kind, body, (header.author,), where, actor, refs=refs)])
        except NotPermittedError:
            return 0
    return 1


def _publisher(node: LocalNode, channel: Channel) -> Actor:
    """Return who stands for answers under an agreement: whoever published an index under it last."""
    rows = Generation.objects.using(node.using).filter(channel=channel.uuid).exclude(officer="")
    last = rows.order_by("-started_ms", "-pk").first()
    return Actor(last.officer, last.authority or None, last.released_by or None) if last else Actor()
