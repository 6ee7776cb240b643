"""Read what an officer may see of lists: this node's own, the partners', and what was asked of this node."""

from dataclasses import dataclass
from typing import Final

from django.db.models import Count, F, Min, Q, QuerySet, Sum

from comity.channel import agreements
from comity.channel.runtime import LocalNode
from comity.desk import keyset
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol.errors import ComityError
from comity.screening import budgets, building, indexes, lists, publications, publishing
from comity.screening.acting import clause_for
from comity.screening.budgets import Left
from comity.screening.errors import ListError
from comity.screening.indexes import Known
from comity.screening.models import Answered, Listed, Place, Publication, PublicationState, Question, Register
from comity.screening.records import QUERY
from comity.screening.subjects import Subject

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class PublicationShown:
    """Show how far the publication of a list is; ``note`` says why it failed."""

    state: PublicationState
    done: int
    total: int
    note: str
    officer: str
    started_ms: int

    @property
    def percent(self) -> int:
        """Return how many of a hundred entries are through."""
        return min(100, self.done * 100 // max(1, self.total))


@dataclass(frozen=True, slots=True)
class OwnList:
    """Show a list of this node, and its index under the seat's agreement."""

    list_id: str
    title: str
    owner: str
    legal_basis: str
    reality: str
    review_days: int
    expires_ms: int | None
    entries: int
    review_due: int
    generation: int
    version: int
    to_add: int
    to_remove: int
    unpublished: int
    next_review_ms: int | None = None
    publication: PublicationShown | None = None


def own_lists(seat: Seat) -> list[OwnList]:
    """Return the lists of this node that belong to the officer's units, in the seat's reality."""
    seat.require(Permission.READ_SCREENING)
    return [own_list(seat.node, row, _channel(seat)) for row in _registers(seat).order_by("list_id")]


def own_list(node: LocalNode, row: Register, channel: str) -> OwnList:
    """Return one list of this node with its counts."""
    entries = Listed.objects.using(node.using).filter(register=row)
    generation = row.generation_set.using(node.using).filter(channel=channel).order_by("-number").first()
    todo = building.pending(node, row, generation) if generation else building.Pending(entries.count(), 0)
    return OwnList(
        list_id=row.list_id,
        title=row.title,
        owner=row.owner,
        legal_basis=row.legal_basis,
        reality=row.reality,
        review_days=row.review_days,
        expires_ms=row.expires_ms,
        entries=entries.count(),
        review_due=entries.filter(review_ms__lte=node.clock()).count(),
        generation=generation.number if generation else 0,
        version=generation.latest if generation else 0,
        to_add=todo.add,
        to_remove=todo.remove,
        unpublished=publishing.unpublished(node, generation) if generation else 0,
        next_review_ms=entries.aggregate(at=Min("review_ms"))["at"],
        publication=_publication(publications.find(node, row, channel)),
    )


def _publication(row: Publication | None) -> PublicationShown | None:
    if row is None:
        return None
    return PublicationShown(PublicationState(row.state), row.done, row.total, row.note, row.officer, row.started_ms)


def publications_to_release(seat: Seat) -> list[OwnList]:
    """Return the lists whose publication waits for a second person."""
    seat.require(Permission.RELEASE)
    rows = Publication.objects.using(seat.node.using).filter(
        channel=_channel(seat), state=PublicationState.WAITING, register__reality=seat.reality.value
    )
    rows = rows.exclude(officer=seat.officer.pseudonym).filter(seat.units(Permission.RELEASE).q("register__unit"))
    found = rows.select_related("register").order_by("started_ms")
    return [own_list(seat.node, one.register, one.channel) for one in found[:PAGE]]


@dataclass(frozen=True, slots=True)
class EntryShown:
    """Show one entry of an own list to whom may see it."""

    number: int
    subject: Subject
    review_ms: int
    expires_ms: int | None


def entries(seat: Seat, list_id: str, page: int = 1, *, due: bool = False) -> list[EntryShown]:
    """Return entries of an own list, those first that are to be reviewed first; with ``due`` those alone."""
    seat.require(Permission.READ_SCREENING)
    row = _register(seat, list_id)
    rows = Listed.objects.using(seat.node.using).filter(register=row)
    if due:
        rows = rows.filter(review_ms__lte=seat.node.clock())
    start = max(0, page - 1) * PAGE
    return [_entry(seat.node, row, one) for one in rows.order_by("review_ms", "pk")[start : start + PAGE]]


def entries_after(
    seat: Seat, list_id: str, after: keyset.Place | None, size: int, *, due: bool = False
) -> tuple[list[EntryShown], keyset.Place | None]:
    """Return entries of an own list after a place, those first that are to be reviewed first."""
    seat.require(Permission.READ_SCREENING)
    row = _register(seat, list_id)
    rows = Listed.objects.using(seat.node.using).filter(register=row)
    if due:
        rows = rows.filter(review_ms__lte=seat.node.clock())
    found, place = keyset.rows_after(rows, ("review_ms", "id"), after, size)
    return [_entry(seat.node, row, one) for one in found], place


def behind(seat: Seat, list_id: str, reference: str) -> EntryShown | None:
    """Return the own entry that a partner's request names by its opaque reference, if it is still listed."""
    seat.require(Permission.READ_SCREENING)
    row = _register(seat, list_id)
    rows = Place.objects.using(seat.node.using).filter(
        generation__register=row, generation__channel=_channel(seat), label=reference, entry__isnull=False
    )
    found = rows.select_related("entry").first()
    return None if found is None or found.entry is None else _entry(seat.node, row, found.entry)


def _channel(seat: Seat) -> str:
    return seat.channel.uuid if seat.channel else ""


def _registers(seat: Seat) -> QuerySet[Register]:
    rows = Register.objects.using(seat.node.using).filter(reality=seat.reality.value)
    return rows.filter(seat.units(Permission.READ_SCREENING).q())


def _register(seat: Seat, list_id: str) -> Register:
    row = _registers(seat).filter(list_id=list_id).first()
    if row is None:
        raise ListError(f"This node holds no list {list_id}.", "Import one: comity list import.")
    return row


def _entry(node: LocalNode, row: Register, entry: Listed) -> EntryShown:
    return EntryShown(entry.pk, lists.opened(node, row, entry), entry.review_ms, entry.expires_ms)


@dataclass(frozen=True, slots=True)
class PartnerList:
    """Show a partner's list that can be asked about, and what the clause still allows."""

    known: Known
    left: Left
    purposes: tuple[str, ...]
    renew_by_ms: int


def partner_lists(seat: Seat) -> list[PartnerList]:
    """Return the partners' lists whose index is here, in the seat's reality."""
    seat.require(Permission.READ_SCREENING)
    channel = seat.channel
    if channel is None or seat.terms is None:
        return []
    try:
        clause = clause_for(seat.terms, QUERY.tag)
    except ComityError:
        return []
    left = budgets.left_to_us(seat.node, channel, clause)
    kept_ms = clause.retention_days * agreements.DAY_MS
    return [
        PartnerList(one, left, clause.purposes, one.since_ms + kept_ms)
        for one in indexes.known(seat.node, channel)
        if one.reality == seat.reality.value
    ]


@dataclass(frozen=True, slots=True)
class AskedDay:
    """Show what one partner asked this node on one UTC day under one clause for one purpose; never about whom."""

    day_ms: int
    asker: str
    clause: str
    purpose: str
    questions: int
    open: int
    refused: int
    steps: int


def asked_by_day(seat: Seat, since_ms: int, *, clause: str = "", purpose: str = "") -> list[AskedDay]:
    """Return what was asked of this node under the seat's agreement and reality, the latest day first."""
    seat.require(Permission.READ_SCREENING)
    refusals = Answered.objects.using(seat.node.using).filter(channel=_channel(seat), by=seat.node.name)
    rows = Question.objects.using(seat.node.using).filter(
        channel=_channel(seat), holder=seat.node.name, reality=seat.reality.value, time_ms__gte=since_ms
    )
    if clause:
        rows = rows.filter(clause=clause)
    if purpose:
        rows = rows.filter(purpose=purpose)
    refused = Q(uid__in=refusals.exclude(reason="").values("question"))
    found = (
        rows.annotate(day=F("time_ms") / lists.DAY_MS)
        .values("day", "asker", "clause", "purpose")
        .annotate(
            n=Count("pk"), left=Count("pk", filter=Q(open=True)), no=Count("pk", filter=refused), size=Sum("steps")
        )
        .order_by("-day", "asker", "clause", "purpose")
    )
    return [
        AskedDay(
            day_ms=int(one["day"]) * lists.DAY_MS,
            asker=one["asker"],
            clause=one["clause"],
            purpose=one["purpose"],
            questions=one["n"],
            open=one["left"],
            refused=one["no"],
            steps=one["size"] or 0,
        )
        for one in found[:1000]
    ]


def open_questions(seat: Seat) -> int:
    """Return how many questions of partners wait for this node's answer."""
    seat.require(Permission.READ_SCREENING)
    rows = Question.objects.using(seat.node.using).filter(holder=seat.node.name, open=True, erased=False)
    return rows.filter(channel=_channel(seat)).count()
