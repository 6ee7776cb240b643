"""Publish a list in the background: one piece of work per list and agreement, resumed where a crash cut it off."""

from typing import Final

from django.db.models import F

from comity.channel import agreements
from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.protocol.errors import ComityError
from comity.screening import building, lists, publishing
from comity.screening.acting import Actor, clause_for
from comity.screening.engine import Engine
from comity.screening.errors import ListError
from comity.screening.models import Publication, PublicationState, Register
from comity.screening.records import INDEX

TURN: Final = 4096
"""Entries of one version that a node makes in the background: what a crash may cost."""
_BUSY: Final = (PublicationState.WAITING, PublicationState.RUNNING)


def begin(node: LocalNode, row: Register, channel: Channel, actor: Actor, *, rotate: bool = False) -> Publication:
    """Begin to bring a list's index up to date and publish it, or wait for a second person where the clause asks so.

    Raises `ListError` if it is under way, `CheckError` or `NoAgreementError` if no clause permits it.
    """
    clause = clause_for(agreements.terms_in_force(node, channel), INDEX.tag)
    rows = Publication.objects.using(node.using).filter(register=row, channel=channel.uuid)
    waits = clause.release > 1 and actor.released_by is None
    fields = {
        "state": PublicationState.WAITING if waits else PublicationState.RUNNING,
        "rotate": rotate,
        "done": 0,
        "total": 0,
        "versions": 0,
        "note": "",
        "authority": actor.authority or "",
        "officer": actor.officer or "",
        "released_by": actor.released_by or "",
        "started_ms": node.clock(),
    }
    found, new = rows.get_or_create(register=row, channel=channel.uuid, defaults=fields)
    if not new and not rows.exclude(state__in=_BUSY).update(**fields):
        raise ListError(f"{row.list_id} is being published already.", "Wait until it is done.")
    found.refresh_from_db(using=node.using)
    return found


def find(node: LocalNode, row: Register, channel: str) -> Publication | None:
    """Return the last publication of a list under an agreement, if there was one."""
    return Publication.objects.using(node.using).filter(register=row, channel=channel).first()


def release(node: LocalNode, publication: Publication, pseudonym: str) -> None:
    """Let a publication begin that waits for a second person.  Raises `ListError`."""
    if publication.officer == pseudonym:
        raise ListError("Nobody releases what they asked for themselves.", "Ask a colleague who may release.")
    rows = Publication.objects.using(node.using).filter(pk=publication.pk, state=PublicationState.WAITING)
    if not rows.update(state=PublicationState.RUNNING, released_by=pseudonym):
        raise ListError(f"The publication is {publication.state}.", "Look at it again.")


def advance(node: LocalNode, engine: Engine) -> int:
    """Do one turn of each publication under way; return how many moved."""
    rows = Publication.objects.using(node.using).filter(state=PublicationState.RUNNING)
    moved = 0
    for one in rows.select_related("register").order_by("pk"):
        try:
            _turn(node, one, engine)
        except ComityError as error:
            _note(node, one, state=PublicationState.FAILED, note=f"{error.sentence} {error.remedy}"[:500])
        moved += 1
    return moved


def waiting(node: LocalNode) -> bool:
    """Say whether a publication is under way."""
    return Publication.objects.using(node.using).filter(state=PublicationState.RUNNING).exists()


def _turn(node: LocalNode, one: Publication, engine: Engine) -> None:
    row, channel = one.register, Channel.objects.using(node.using).get(uuid=one.channel)
    generation = building.current(node, row, channel)
    if generation is None or one.rotate:
        generation = building.begin(node, row, channel)
        _note(node, one, rotate=False)
    if not one.total:
        lists.remove_expired(node, row)
        todo = building.pending(node, row, generation)
        _note(node, one, total=max(1, todo.add + todo.remove))

    def progress(done: int) -> None:
        _note(node, one, done=one.done + done)

    made = building.build_turn(node, row, generation, engine, progress, TURN)
    if made is not None:
        _note(node, one, done=one.done + made, versions=F("versions") + 1)
        return
    actor = Actor(one.officer or None, one.authority or None, one.released_by or None)
    publishing.publish(node, row, channel, actor)
    _note(node, one, state=PublicationState.DONE, done=one.total)


def _note(node: LocalNode, one: Publication, **changes: object) -> None:
    Publication.objects.using(node.using).filter(pk=one.pk).update(**changes)
