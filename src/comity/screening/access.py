"""Read what an officer may see of screening: lists, checks, hits, measured rules.  The only way to read."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Q, QuerySet, Sum

from comity.channel import agreements
from comity.channel.runtime import LocalNode
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.matching import EXPLANATIONS, Rule
from comity.protocol.errors import ComityError
from comity.screening import budgets, building, clearing, indexes, lists, publishing, reviewing
from comity.screening.acting import clause_for
from comity.screening.budgets import Left
from comity.screening.errors import ListError
from comity.screening.indexes import Known
from comity.screening.models import (
    Answered,
    Batch,
    BatchState,
    Check,
    CheckState,
    Hit,
    HitState,
    Listed,
    Place,
    Question,
    Register,
    Tally,
)
from comity.screening.records import QUERY, Finding
from comity.screening.subjects import Subject

PAGE: Final = 50


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


def own_lists(seat: Seat) -> list[OwnList]:
    """Return the lists of this node in the seat's reality."""
    seat.require(Permission.READ_CASES)
    rows = Register.objects.using(seat.node.using).filter(reality=seat.reality.value)
    return [own_list(seat.node, row, seat.channel.uuid if seat.channel else "") for row in rows.order_by("list_id")]


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
    )


@dataclass(frozen=True, slots=True)
class EntryShown:
    """Show one entry of an own list to whom may see it."""

    number: int
    subject: Subject
    review_ms: int
    expires_ms: int | None


def entries_to_review(seat: Seat, list_id: str, page: int = 1) -> list[EntryShown]:
    """Return entries whose review date has come, the oldest first."""
    seat.require(Permission.READ_CASES)
    row = _register(seat, list_id)
    rows = Listed.objects.using(seat.node.using).filter(register=row, review_ms__lte=seat.node.clock())
    start = max(0, page - 1) * PAGE
    return [_entry(seat.node, row, one) for one in rows.order_by("review_ms", "pk")[start : start + PAGE]]


def behind(seat: Seat, list_id: str, reference: str) -> EntryShown | None:
    """Return the own entry that a partner's request names by its opaque reference, if it is still listed."""
    seat.require(Permission.READ_CASES)
    row = _register(seat, list_id)
    rows = Place.objects.using(seat.node.using).filter(
        generation__register=row,
        generation__channel=seat.channel.uuid if seat.channel else "",
        label=reference,
        entry__isnull=False,
    )
    found = rows.select_related("entry").first()
    return None if found is None or found.entry is None else _entry(seat.node, row, found.entry)


def _register(seat: Seat, list_id: str) -> Register:
    row = lists.register(seat.node, list_id)
    if row.reality != seat.reality.value:
        raise ListError(f"This node holds no list {list_id}.")
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
    seat.require(Permission.READ_CASES)
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
class CheckShown:
    """Show a check: how far it is, and how many hits wait for a person."""

    uid: str
    holder: str
    list_id: str
    purpose: str
    case: str
    officer: str
    state: CheckState
    note: str
    retry_ms: int
    created_ms: int
    rows: int
    done: int
    asked: int
    failed: int
    hits: int
    to_review: int

    @property
    def percent(self) -> int:
        """Return how many of a hundred rows are through."""
        return (self.done + self.failed) * 100 // max(1, self.rows)


def checks_of(seat: Seat, page: int = 1, *, case: str = "") -> list[CheckShown]:
    """Return the checks under the seat's agreement and reality, the latest first."""
    seat.require(Permission.READ_CASES)
    rows = _checks(seat)
    if case:
        rows = rows.filter(case=case)
    start = max(0, page - 1) * PAGE
    return show(seat.node, list(rows.order_by("-created_ms", "-pk")[start : start + PAGE]))


def check(seat: Seat, uid: str) -> CheckShown | None:
    """Return one check."""
    seat.require(Permission.READ_CASES)
    found = show(seat.node, list(_checks(seat).filter(uid=uid)))
    return found[0] if found else None


def _checks(seat: Seat) -> QuerySet[Check]:
    channel = seat.channel.uuid if seat.channel else ""
    return Check.objects.using(seat.node.using).filter(channel=channel, reality=seat.reality.value)


def show(node: LocalNode, rows: Sequence[Check]) -> list[CheckShown]:
    """Return checks with their counts; the number of queries does not depend on how many there are."""
    ids = [one.pk for one in rows]
    batches = (
        Batch.objects.using(node.using)
        .filter(check_of__in=ids)
        .values("check_of")
        .annotate(
            done=Sum("count", filter=Q(state=BatchState.DONE)),
            asked=Sum("count", filter=Q(state=BatchState.ASKED)),
            failed=Sum("count", filter=Q(state=BatchState.FAILED)),
        )
    )
    counts = {one["check_of"]: _Counts(one["done"] or 0, one["asked"] or 0, one["failed"] or 0) for one in batches}
    waiting = Count("pk", filter=Q(state__in=(HitState.OPEN, HitState.REQUESTED)))
    found = Hit.objects.using(node.using).filter(batch__check_of__in=ids).values("batch__check_of")
    totals = found.annotate(hits=Count("pk"), waiting=waiting)
    hits = {one["batch__check_of"]: (int(one["hits"]), int(one["waiting"])) for one in totals}
    return [_shown(one, counts.get(one.pk, _Counts()), hits.get(one.pk, (0, 0))) for one in rows]


@dataclass(frozen=True, slots=True)
class _Counts:
    done: int = 0
    asked: int = 0
    failed: int = 0


def _shown(row: Check, counts: _Counts, hits: tuple[int, int]) -> CheckShown:
    return CheckShown(
        uid=row.uid,
        holder=row.holder,
        list_id=row.list_id,
        purpose=row.purpose,
        case=row.case,
        officer=row.officer,
        state=CheckState(row.state),
        note=row.note,
        retry_ms=row.retry_ms,
        created_ms=row.created_ms,
        rows=row.rows,
        done=counts.done,
        asked=counts.asked,
        failed=counts.failed,
        hits=hits[0],
        to_review=hits[1],
    )


@dataclass(frozen=True, slots=True)
class RuleShown:
    """Show why a hit is one: the rule in words, and what reviews measured of it so far."""

    rule: Rule
    strong: bool
    explanation: str
    same: int
    different: int

    @property
    def precision(self) -> float | None:
        """Return the share of reviewed hits of this rule that were the same person; nothing while none was."""
        return self.same / (self.same + self.different) if self.same + self.different else None


@dataclass(frozen=True, slots=True)
class HitShown:
    """Show a hit for review.  It is not verified, and it is never a finding."""

    number: int
    row: int
    subject: Subject | None
    holder: str
    list_id: str
    reference: str
    strong: bool
    rules: tuple[RuleShown, ...]
    state: HitState
    case: str
    finding: Finding | None
    officer: str
    decided_ms: int | None
    cleared_ms: int | None
    cleared_why: str
    verified: bool = False


def hits(seat: Seat, uid: str, page: int = 1) -> list[HitShown]:
    """Return a check's hits in the order of its rows: neither persons nor hits are ranked."""
    seat.require(Permission.READ_CASES)
    rows = Hit.objects.using(seat.node.using).filter(batch__check_of__in=_checks(seat).filter(uid=uid))
    start = max(0, page - 1) * PAGE
    chosen = list(rows.select_related("batch__check_of").order_by("row", "reference")[start : start + PAGE])
    if not chosen:
        return []
    held = chosen[0].batch.check_of
    measured = {one.rule: one for one in rules(seat.node, held.channel, held.holder, held.list_id)}
    return [_hit(seat.node, one, measured) for one in chosen]


def _hit(node: LocalNode, hit: Hit, measured: dict[Rule, RuleShown]) -> HitShown:
    held = hit.batch.check_of
    try:
        subject = reviewing.subject(node, hit)
    except ComityError:
        subject = None
    clearance = clearing.cleared(node, held, hit.reference, subject) if subject else None
    return HitShown(
        number=hit.pk,
        row=hit.row,
        subject=subject,
        holder=held.holder,
        list_id=held.list_id,
        reference=hit.reference,
        strong=hit.strong,
        rules=tuple(measured[rule] for rule in reviewing.rules_of(hit)),
        state=HitState(hit.state),
        case=hit.case,
        finding=Finding(hit.finding) if hit.finding else None,
        officer=hit.officer,
        decided_ms=hit.decided_ms,
        cleared_ms=clearance.time_ms if clearance else None,
        cleared_why=clearing.reason_of(node, held, clearance) if clearance else "",
    )


def rules(node: LocalNode, channel: str, holder: str, list_id: str) -> list[RuleShown]:
    """Return every rule with what reviews of hits in one list found, whichever side told it."""
    rows = Tally.objects.using(node.using).filter(channel=channel, list_id=list_id)
    # The asker tells outcomes: of a partner's list this node did, of an own list the partners did.
    rows = rows.exclude(author=node.name) if holder == node.name else rows.filter(author=node.name)
    totals = rows.values_list("rule", "finding").annotate(n=Sum("count"))
    counts = {(rule, finding): n for rule, finding, n in totals}
    return [
        RuleShown(
            rule=one,
            strong=bool(one.strength),
            explanation=EXPLANATIONS[one],
            same=counts.get((one.value, Finding.SAME.value), 0),
            different=counts.get((one.value, Finding.DIFFERENT.value), 0),
        )
        for one in Rule
    ]


@dataclass(frozen=True, slots=True)
class Asked:
    """Show what partners asked this node in a period: counts alone, for there is nothing else."""

    party: str
    clause: str
    questions: int
    refused: int
    steps: int


def asked_of_us(seat: Seat, since_ms: int) -> list[Asked]:
    """Return what was asked of this node under the seat's agreement, by party and clause."""
    seat.require(Permission.READ_CASES)
    node, channel = seat.node, seat.channel.uuid if seat.channel else ""
    rows = Answered.objects.using(node.using).filter(channel=channel, by=node.name, time_ms__gte=since_ms)
    found = rows.values("party", "clause").annotate(
        questions=Count("pk"), refused=Count("pk", filter=~Q(reason="")), steps=Sum("steps")
    )
    return [Asked(one["party"], one["clause"], one["questions"], one["refused"], one["steps"] or 0) for one in found]


def open_questions(seat: Seat) -> int:
    """Return how many questions of partners wait for this node's answer."""
    rows = Question.objects.using(seat.node.using).filter(holder=seat.node.name, open=True, erased=False)
    return rows.filter(channel=seat.channel.uuid if seat.channel else "").count()
