"""Keep what figures are counted from: answers, refusals and what reviews found, from the journals of both sides.

A record counts once its recipient has accepted it, on the day on which that recipient's journal says so: both nodes
hold that time, and so come to the same figures.
"""

from collections.abc import Iterator, Sequence
from typing import Final

from comity.channel import reading
from comity.channel.models import Channel
from comity.channel.runtime import AppliedRecord, LocalNode
from comity.protocol.names import party_of
from comity.screening.models import Counted, Sort
from comity.screening.records import ANSWER, OUTCOME, REFUSAL, Finding, Outcome

STEP: Final = 200
"""Rows settled at a time."""
_SORTS: Final = {Finding.SAME: Sort.SAME, Finding.DIFFERENT: Sort.DIFFERENT, Finding.OPEN: Sort.OPEN}


def note(node: LocalNode, record: AppliedRecord) -> None:
    """Note what a record gives to count."""
    header = record.header
    # Who answers, or is told what reviews found, is the side whose list was asked.
    asked = header.author if header.type in (ANSWER.tag, REFUSAL.tag) else header.to[0]
    Counted.objects.using(node.using).bulk_create(
        Counted(
            channel=header.channel,
            uid=header.id,
            sort=sort,
            number=number,
            clause=header.clause or "",
            party=party_of(asked),
            reality=header.reality.value,
        )
        for sort, number in _given(record)
    )


def _given(record: AppliedRecord) -> Iterator[tuple[Sort, int]]:
    if record.header.type == ANSWER.tag:
        yield Sort.ANSWERED, 1
    elif record.header.type == REFUSAL.tag:
        yield Sort.REFUSED, 1
    elif record.header.type == OUTCOME.tag and isinstance(record.body, Outcome):
        for one in record.body.counts:
            yield _SORTS[one.finding], one.count


def settle(node: LocalNode, channel: Channel) -> None:
    """Write the time of acceptance to every row that has none yet and whose record was accepted since."""
    rows = Counted.objects.using(node.using).filter(channel=channel.uuid, accepted_ms=None)
    last = 0
    while some := list(rows.filter(id__gt=last).order_by("id")[:STEP]):
        last = some[-1].pk
        places = reading.places(node, channel, [one.uid for one in some])
        times = reading.accepted(node, channel, places.values())
        settled = []
        for one in some:
            place = places.get(one.uid)
            one.accepted_ms = times.get(place) if place else None
            if one.accepted_ms is not None:
                settled.append(one)
        Counted.objects.using(node.using).bulk_update(settled, ["accepted_ms"])


def tend(node: LocalNode) -> None:
    """Settle what has happened since the last time."""
    for channel in Channel.objects.using(node.using).all():
        settle(node, channel)


def forget(node: LocalNode, uids: Sequence[str]) -> None:
    """No longer count what reviews found once their record is erased; that a question was answered stays true."""
    kept = (Sort.ANSWERED, Sort.REFUSED)
    Counted.objects.using(node.using).filter(uid__in=uids).exclude(sort__in=kept).delete()


def clear(node: LocalNode) -> None:
    """Empty the table: it is made again from the journals."""
    Counted.objects.using(node.using).all().delete()
