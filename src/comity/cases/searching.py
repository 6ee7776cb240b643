"""Keep the table of terms behind what records say: a little later than them, and gone with their contents.

Terms are made after the transaction that brought a record, so that the exchange does not wait for them.
"""

from collections.abc import Sequence
from typing import Final

from django.db import transaction

from comity.cases.models import Entry, Term
from comity.cases.search_words import Terms
from comity.channel import reading
from comity.channel.models import Channel
from comity.channel.rows import insert
from comity.channel.runtime import LocalNode

STEP: Final = 50
"""Records in one transaction: none waits long for it."""
A_ROUND: Final = 40
"""Steps of one round; the next round goes on."""


def tend(node: LocalNode) -> None:
    """Make the terms of what has come since the last round."""
    for channel in Channel.objects.using(node.using).all():
        settle(node, channel, A_ROUND)


def settle(node: LocalNode, channel: Channel, steps: int) -> bool:
    """Make the terms of records that have none yet, so many steps at most; say whether all have them."""
    return any(_settle(node, channel) < STEP for _step in range(steps))


def _settle(node: LocalNode, channel: Channel) -> int:
    with transaction.atomic(using=node.using):
        # SECURITY: no word of an erased record is found. Holds because rows are locked before their contents are
        # opened, and erasure takes the same rows. Breaks if contents are opened outside this transaction.
        rows = Entry.objects.using(node.using).select_for_update().filter(channel=channel.uuid, indexed=False)
        some = list(rows.order_by("id")[:STEP])
        held = reading.held(node, channel, [one.uid for one in some if not one.erased])
        known: dict[str, Terms] = {}
        made = []
        for one in some:
            record = held.get(one.uid)
            body = reading.opened(node, record) if record is not None else None
            if body is not None:
                terms = known.setdefault(one.reality, Terms(node, channel.uuid, one.reality))
                made += [[term, one.pk] for term in sorted(terms.of(body))]
        insert(node.using, "cases_term", ("term", "entry"), made, " ON CONFLICT DO NOTHING")
        Entry.objects.using(node.using).filter(pk__in=[one.pk for one in some]).update(indexed=True)
    return len(some)


def forget(node: LocalNode, uids: Sequence[str]) -> None:
    """Forget the terms of erased records."""
    rows = Entry.objects.using(node.using).filter(uid__in=uids)
    Term.objects.using(node.using).filter(entry__in=rows.values("pk")).delete()


def clear(node: LocalNode) -> None:
    """Empty the table: it is made again from the journals."""
    Term.objects.using(node.using).all().delete()
