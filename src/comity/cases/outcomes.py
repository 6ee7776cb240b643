"""Settle what became of each request, once, from what stands in the journals of both sides.

All times are those that every node of the agreement holds: a request is received when its recipient's journal accepts
it, and answered when the answer says that it was written, once the asker's journal has accepted it.  So both nodes come
to the same figures, to the last digit.  Rows are made from journals alone and can be made again at any time.
"""

from collections.abc import Iterable, Mapping, Sequence

from django.db import transaction

from comity.cases import clocks
from comity.cases.models import Entry, Outcome
from comity.cases.records import REFUSAL, REPLY, REQUEST
from comity.channel import reading
from comity.channel.models import Channel
from comity.channel.reading import Held, Place
from comity.channel.runtime import LocalNode
from comity.desk.seat import terms_of
from comity.protocol.agreement.terms import Terms
from comity.protocol.names import UnixMs, party_of

STEP = 200
"""Requests settled at a time."""


def tend(node: LocalNode) -> None:
    """Settle what has happened since the last time."""
    for channel in Channel.objects.using(node.using).all():
        settle(node, channel)


def settle(node: LocalNode, channel: Channel) -> int:
    """Settle the requests of a channel that are not yet; return how many were."""
    terms = terms_of(node, channel)
    done, last = 0, 0
    while True:
        rows = Entry.objects.using(node.using).filter(channel=channel.uuid, type=REQUEST.tag, settled=False)
        some = list(rows.filter(id__gt=last).order_by("id")[:STEP])
        if not some:
            return done
        last = some[-1].pk
        done += _settle(node, channel, terms, some)


def _settle(node: LocalNode, channel: Channel, terms: Terms | None, some: Sequence[Entry]) -> int:
    uids = [one.uid for one in some]
    held = reading.held(node, channel, uids)
    timed = clocks.run(node, channel, terms, list(held.values()))
    answers = _answers(node, channel, uids)
    places = [Place(one.journal, one.index) for one in (*some, *answers.values())]
    times = reading.accepted(node, channel, places)
    made = []
    for one in some:
        record, received = held.get(one.uid), times.get(Place(one.journal, one.index))
        answer = answers.get(one.uid)
        if record is None or received is None:
            continue
        if answer is not None and (Place(answer.journal, answer.index) not in times or answer.journal == one.journal):
            continue  # its receipt is under way
        made.append(_outcome(channel, terms, one, record, received, answer, timed))
    with transaction.atomic(using=node.using):
        Outcome.objects.using(node.using).bulk_create(made, ignore_conflicts=True)
        settled = Entry.objects.using(node.using).filter(channel=channel.uuid, uid__in=[one.uid for one in made])
        settled.update(settled=True)
    return len(made)


def _answers(node: LocalNode, channel: Channel, uids: Sequence[str]) -> Mapping[str, Entry]:
    """Return the first answer to each request, by the request."""
    rows = Entry.objects.using(node.using).filter(channel=channel.uuid, answers__in=uids)
    found = rows.filter(type__in=(REPLY.tag, REFUSAL.tag)).order_by("-time_ms", "-journal", "-index")
    return {one.answers: one for one in found}


def _outcome(
    channel: Channel,
    terms: Terms | None,
    one: Entry,
    record: Held,
    received: UnixMs,
    answer: Entry | None,
    timed: Mapping[str, clocks.Timed],
) -> Outcome:
    compiled = terms.clauses.get(one.clause) if terms else None
    clock = timed.get(one.uid)
    return Outcome(
        channel=channel.uuid,
        uid=one.uid,
        reality=one.reality,
        area=compiled.clause.area if compiled else "",
        urgency=one.urgency,
        asker=party_of(record.header.author),
        holder=party_of(record.header.to[0]),
        received_ms=received,
        answered_ms=answer.time_ms if answer else None,
        due_ms=clock.due if clock else None,
        refused=answer is not None and answer.type == REFUSAL.tag,
        ground=answer.detail if answer is not None and answer.type == REFUSAL.tag else "",
    )


def forget(node: LocalNode, uids: Iterable[str]) -> None:
    """Settle requests anew: something has happened to them."""
    wanted = list(uids)
    if wanted:
        Outcome.objects.using(node.using).filter(uid__in=wanted).delete()
        Entry.objects.using(node.using).filter(uid__in=wanted, settled=True).update(settled=False)


def forget_grounds(node: LocalNode, uids: Sequence[str]) -> None:
    """Forget what came from the contents of erased refusals."""
    answered = Entry.objects.using(node.using).filter(uid__in=uids, type=REFUSAL.tag).values("answers")
    Outcome.objects.using(node.using).filter(uid__in=answered).update(ground="")


def clear(node: LocalNode) -> None:
    """Empty the table: it is made again from the journals."""
    Outcome.objects.using(node.using).all().delete()
    Entry.objects.using(node.using).filter(settled=True).update(settled=False)
