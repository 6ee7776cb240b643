"""Hold a list of any size in a node's home, and check one person: orders of `tests.support.driver`."""

import secrets
import time

from comity.channel import blobs
from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.matching import Label, Person, Rule, make_change, parse_births, person_keys
from comity.screening import asking, building, checks, indexes, lists, publishing
from comity.screening.acting import Actor
from comity.screening.checks import Wanted
from comity.screening.engine import Inline
from comity.screening.imports.values import Entry
from comity.screening.lists import ListTerms
from comity.screening.models import Batch, BatchState, Hit
from comity.screening.subjects import Subject

HER = Person(("Samira Al-Tanjawi",), parse_births("1980-05-01"))
RULE = Rule.GIVEN_AND_OTHER
PATIENCE_S = 60.0


def fill(node: LocalNode, channel: Channel, persons: int) -> int:
    """Publish a list as large as one of so many persons; one of them is real, the others are random entries.

    An index entry is uniform bytes to whoever lacks the holder's key, so that random entries cost what real ones do.
    Return how many keys were published.
    """
    authority = node.keys.public.identity.authorities[0]
    row = lists.keep(node, ListTerms(list_id="wanted", title="Wanted", owner=authority, legal_basis="Law 1"))
    lists.take_in(node, row, [Entry("R-7", HER)])
    generation = building.begin(node, row, channel)
    building.build(node, row, generation, Inline(), lambda *_: None)
    each, keys = len(person_keys(HER)), 0
    while keys < persons * each:
        count = min(building.TURN, persons - keys // each) * each
        added = [(secrets.token_bytes(64), Label(secrets.token_bytes(8), RULE, RULE.strength)) for _ in range(count)]
        generation.refresh_from_db(using=node.using)
        change, _ = make_change(generation.latest + 1, added)
        kept = blobs.keep(node, [change.encode()], f"{row.list_id}-{change.version}", building.MEDIA_TYPE)
        building._store_version(node, generation, change, kept)
        keys += count
    publishing.publish(node, row, channel, Actor())
    return keys


def ready(node: LocalNode, channel: Channel) -> int:
    """Return how many entries of partners' lists can be asked about, files opened."""
    missing = {one.list_id for _, one in indexes.missing(node)}
    return sum(one.entries for one in indexes.known(node, channel) if one.list_id not in missing)


def check_one(node: LocalNode, channel: Channel, name: str, born: str) -> tuple[float, int]:
    """Check one person as the desk does and wait for the end; return milliseconds and hits."""
    start = time.perf_counter()
    (known,) = indexes.known(node, channel)
    subject = Subject(Person((name,), parse_births(born)))
    begun = checks.begin(node, channel, Wanted(known=known, actor=Actor()), [subject])
    asking.ask_some(node, Inline(), begun)
    while True:
        batch = Batch.objects.using(node.using).get(check_of=begun)
        if batch.state in (BatchState.DONE, BatchState.FAILED):
            break
        if time.perf_counter() - start > PATIENCE_S:
            raise RuntimeError(f"The check did not end: {batch.state} {batch.note}")
        time.sleep(0.001)
    taken = (time.perf_counter() - start) * 1000
    if batch.state == BatchState.FAILED:
        raise RuntimeError(batch.note)
    return taken, Hit.objects.using(node.using).filter(batch=batch).count()
