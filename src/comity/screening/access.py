"""Read what an officer may see of checks, hits and measured rules.  The only way to read; lists: `list_access`."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db.models import Count, Min, Q, QuerySet, Sum

from comity.channel.runtime import LocalNode
from comity.desk.keyset import Place, rows_after
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.matching import EXPLANATIONS, Rule
from comity.protocol.errors import ComityError
from comity.screening import clearing, reviewing
from comity.screening.models import Batch, BatchState, Check, CheckState, Hit, HitState, Tally
from comity.screening.records import Finding
from comity.screening.subjects import Subject

PAGE: Final = 50


@dataclass(frozen=True, slots=True)
class CheckShown:
    """Show a check: how far it is, and how many hits wait for a person."""

    uid: str
    holder: str
    list_id: str
    clause: str
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


def checks_of(seat: Seat, page: int = 1, *, case: str = "", state: str = "") -> list[CheckShown]:
    """Return the checks under the seat's agreement and reality, the latest first."""
    seat.require(Permission.READ_SCREENING)
    rows = _narrowed(seat, case, state)
    start = max(0, page - 1) * PAGE
    return show(seat.node, list(rows.order_by("-created_ms", "-pk")[start : start + PAGE]))


def checks_after(
    seat: Seat, after: Place | None, size: int, *, case: str = "", state: str = ""
) -> tuple[list[CheckShown], Place | None]:
    """Return the checks after a place, the latest first, and the place to go on from."""
    seat.require(Permission.READ_SCREENING)
    found, place = rows_after(_narrowed(seat, case, state), ("-created_ms", "-id"), after, size)
    return show(seat.node, found), place


def _narrowed(seat: Seat, case: str, state: str) -> QuerySet[Check]:
    rows = _checks(seat)
    rows = rows.filter(case=case) if case else rows
    return rows.filter(state=state) if state else rows


def check(seat: Seat, uid: str) -> CheckShown | None:
    """Return one check."""
    seat.require(Permission.READ_SCREENING)
    found = show(seat.node, list(_checks(seat).filter(uid=uid)))
    return found[0] if found else None


def _checks(seat: Seat) -> QuerySet[Check]:
    channel = seat.channel.uuid if seat.channel else ""
    rows = Check.objects.using(seat.node.using).filter(channel=channel, reality=seat.reality.value)
    return rows.filter(seat.units(Permission.READ_SCREENING).q())


def checks_to_release(seat: Seat) -> list[CheckShown]:
    """Return the checks of colleagues that wait for a second person, the oldest first."""
    seat.require(Permission.RELEASE)
    rows = _checks(seat).filter(seat.units(Permission.RELEASE).q(), state=CheckState.WAITING)
    rows = rows.exclude(officer=seat.officer.pseudonym)
    return show(seat.node, list(rows.order_by("created_ms", "pk")[:PAGE]))


def checks_in_trouble(seat: Seat) -> list[CheckShown]:
    """Return the checks that stand still for another reason than a spent budget, or have rows that failed."""
    seat.require(Permission.READ_SCREENING)
    stands = Q(state=CheckState.PAUSED, retry_ms=0)
    rows = _checks(seat).filter(stands | Q(batches__state=BatchState.FAILED)).distinct()
    return show(seat.node, list(rows.order_by("-created_ms", "-pk")[:PAGE]))


@dataclass(frozen=True, slots=True)
class Unanswered:
    """Show rows of a check, counted from 1, that came to nothing, and why."""

    first: int
    count: int
    note: str

    @property
    def last(self) -> int:
        """Return the last of the rows."""
        return self.first + self.count - 1


def unanswered(seat: Seat, uid: str) -> list[Unanswered]:
    """Return the rows of a check that were not asked about or not answered, in their order."""
    seat.require(Permission.READ_SCREENING)
    rows = Batch.objects.using(seat.node.using).filter(check_of__in=_checks(seat).filter(uid=uid)).exclude(note="")
    return [Unanswered(one.first + 1, one.count, one.note) for one in rows.order_by("first")[: 10 * PAGE]]


def hits_to_review(seat: Seat, page: int = 1) -> list["HitShown"]:
    """Return the hits that wait for a person, over all checks, the oldest check first."""
    seat.require(Permission.READ_SCREENING)
    rows = Hit.objects.using(seat.node.using).filter(batch__check_of__in=_checks(seat), state=HitState.OPEN)
    return _page(seat, rows.order_by("batch__check_of__created_ms", "batch__check_of", "row", "reference"), page)


def open_hits_after(seat: Seat, after: Place | None, size: int) -> tuple[list["HitShown"], Place | None]:
    """Return the hits that wait for a person, in the order in which they were found, and the place to go on from."""
    seat.require(Permission.READ_SCREENING)
    rows = Hit.objects.using(seat.node.using).filter(batch__check_of__in=_checks(seat), state=HitState.OPEN)
    found, place = rows_after(rows.select_related("batch__check_of"), ("id",), after, size)
    return _shown_hits(seat, found), place


def waiting_hits(seat: Seat) -> tuple[int, int]:
    """Return how many hits wait for a person, and since when the oldest of their checks does."""
    seat.require(Permission.READ_SCREENING)
    rows = Hit.objects.using(seat.node.using).filter(batch__check_of__in=_checks(seat), state=HitState.OPEN)
    found = rows.aggregate(count=Count("pk"), oldest=Min("batch__check_of__created_ms"))
    return found["count"], found["oldest"] or 0


def hit(seat: Seat, number: int) -> "HitShown | None":
    """Return one hit."""
    seat.require(Permission.READ_SCREENING)
    found = _page(seat, Hit.objects.using(seat.node.using).filter(batch__check_of__in=_checks(seat), pk=number), 1)
    return found[0] if found else None


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
        clause=row.clause,
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
    check: str
    purpose: str
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
    seat.require(Permission.READ_SCREENING)
    rows = Hit.objects.using(seat.node.using).filter(batch__check_of__in=_checks(seat).filter(uid=uid))
    return _page(seat, rows.order_by("row", "reference"), page)


def hits_after(seat: Seat, uid: str, after: Place | None, size: int) -> tuple[list[HitShown], Place | None]:
    """Return a check's hits after a place, in the order of its rows, and the place to go on from."""
    seat.require(Permission.READ_SCREENING)
    rows = Hit.objects.using(seat.node.using).filter(batch__check_of__in=_checks(seat).filter(uid=uid))
    found, place = rows_after(rows.select_related("batch__check_of"), ("row", "id"), after, size)
    return _shown_hits(seat, found), place


def _page(seat: Seat, rows: QuerySet[Hit], page: int) -> list[HitShown]:
    start = max(0, page - 1) * PAGE
    return _shown_hits(seat, list(rows.select_related("batch__check_of")[start : start + PAGE]))


def _shown_hits(seat: Seat, chosen: list[Hit]) -> list[HitShown]:
    keys = [(one.channel, one.holder, one.list_id) for one in (hit.batch.check_of for hit in chosen)]
    measured = {key: {one.rule: one for one in rules(seat.node, *key)} for key in set(keys)}
    return [_hit(seat.node, one, measured[key]) for one, key in zip(chosen, keys, strict=True)]


def _hit(node: LocalNode, hit: Hit, measured: dict[Rule, RuleShown]) -> HitShown:
    held = hit.batch.check_of
    try:
        subject = reviewing.subject(node, hit)
    except ComityError:
        subject = None
    clearance = clearing.cleared(node, held, hit.reference, subject) if subject else None
    return HitShown(
        number=hit.pk,
        check=held.uid,
        purpose=held.purpose,
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
