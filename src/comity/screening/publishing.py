"""Publish what was built: one record for each version, its change as an attachment."""

from django.db import transaction

from comity.channel import store
from comity.channel.models import Channel
from comity.channel.post import post
from comity.channel.runtime import LocalNode
from comity.protocol.records import Reality
from comity.screening import building
from comity.screening.acting import Actor, draft, under
from comity.screening.errors import ListError
from comity.screening.models import Built, Generation, Register
from comity.screening.records import INDEX, Index

AT_ONCE = 32
OVERLAP_MS = 7 * 24 * 3600 * 1000
"""How long questions under the key before are answered once a new generation is published."""


def unpublished(node: LocalNode, generation: Generation) -> int:
    """Return how many versions were built and not published."""
    return Built.objects.using(node.using).filter(generation=generation, uid="").count()


def publish(node: LocalNode, row: Register, channel: Channel, actor: Actor, purpose: str = "") -> list[str]:
    """Post every version that was built and not published; return the identifiers of the records.

    Raises `ListError`, `CheckError` or `NotPermittedError`.
    """
    generation = building.current(node, row, channel)
    if generation is None or not generation.latest:
        raise ListError(f"There is no index of {row.list_id} yet.", "Build it: comity list build.")
    posted: list[str] = []
    while True:
        with transaction.atomic(using=node.using):
            store.lock_channel(node.using, channel.id)
            rows = Built.objects.using(node.using).filter(generation=generation, uid="").order_by("number")
            chunk = list(rows.select_related("generation")[:AT_ONCE])
            if not chunk:
                return posted
            posted += _post(node, row, channel, chunk, actor, purpose)


def _post(
    node: LocalNode, row: Register, channel: Channel, chunk: list[Built], actor: Actor, purpose: str
) -> list[str]:
    where = under(node, channel, INDEX, Reality(row.reality), purpose=purpose)
    to = tuple(name for name in channel.members if name != node.name)
    drafts = []
    for one in chunk:
        change = building.described(node, one)
        body = Index(
            list_id=row.list_id,
            title=row.title,
            generation=one.generation.number,
            version=one.number,
            public=bytes.fromhex(one.generation.public),
            digest=one.digest,
            entries=one.entries,
            change=change,
        )
        drafts.append(draft(INDEX, body, to, where, actor, attachments=(change,)))
    placed = post(node, channel, drafts)
    # SECURITY: where a clause asks for two persons, no answer leaves that two persons did not stand for. Holds because
    # answers bear the names of those who published the index they are given under. Breaks if a list is published by
    # other means.
    Generation.objects.using(node.using).filter(pk=chunk[0].generation_id).update(
        authority=actor.authority or "", officer=actor.officer or "", released_by=actor.released_by or ""
    )
    for one, place in zip(chunk, placed, strict=True):
        Built.objects.using(node.using).filter(pk=one.pk).update(uid=place.uid)
    if chunk[0].number == 1:
        _end_earlier(node, chunk[0].generation)
    return [one.uid for one in placed]


def _end_earlier(node: LocalNode, generation: Generation) -> None:
    """Let the generations before this one end, and destroy the seeds of those that nobody may ask under any more."""
    earlier = Generation.objects.using(node.using).filter(
        register=generation.register, channel=generation.channel, number__lt=generation.number
    )
    earlier.filter(ended_ms__isnull=True).update(ended_ms=node.clock())
    earlier.filter(ended_ms__lt=node.clock() - OVERLAP_MS).update(seed=None)
