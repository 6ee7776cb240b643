"""Read lists of cases, and single facts about them.  Each page costs a fixed number of queries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from comity.cases import clocks, scope, use_access
from comity.cases.clocks import Timed
from comity.cases.fingerprints import fingerprints
from comity.cases.kinds import KIND_OF, Kind
from comity.cases.models import Case, Charge, Fingerprint
from comity.cases.records import REQUEST, Notice, Request, Use
from comity.channel import reading
from comity.channel.models import ContentState
from comity.channel.reading import Held, Mark, Receipt
from comity.desk.access import names_of
from comity.desk.accesslog import Look, note
from comity.desk.keyset import Place, rows_after
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol.canonical import Strict
from comity.protocol.names import parse_instant
from comity.protocol.records import Relation

PAGE: Final = 40
OPEN_LOOKED_AT: Final = 200
"""Open questions whose due time is reckoned for the front page; the oldest ones."""
EXPORT_ROWS: Final = 10_000
FRONT: Final = 12
"""Notices of one kind on the front page."""
STATES: Final = ("", "from-us", "from-them", "answered", "closed")
ALIKE_SHOWN: Final = 5
LATEST: Final = ("-changed_ms", "-id")
"""The order of the inbox: the latest change first."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Hold what the inbox is narrowed to; empty means all.  ``owner`` is ``me``, ``nobody`` or empty."""

    state: str = ""
    clause: str = ""
    purpose: str = ""
    area: str = ""
    urgency: str = ""
    owner: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Show one case in the inbox; ``asked`` is the kind of the question that waits in it."""

    uuid: str
    subject: str
    erased: bool
    ours: bool
    opened_ms: int
    changed_ms: int
    type: str
    clause: str
    purpose: str
    urgency: str
    handling: str
    state: str
    asked: Kind | None
    clock: Timed | None
    mark: Mark | None
    owner: str
    unit: str
    first: str
    withheld: bool = False

    @property
    def due_ms(self) -> int | None:
        """Return by when what waits is due; None where no clock runs."""
        return self.clock.due if self.clock else None


def inbox(seat: Seat, narrowed: Filter, page: int, size: int = PAGE) -> tuple[list[Row], bool]:
    """Return one page of cases, the latest change first, and whether there are more."""
    return _page(seat, narrowed, page, size, Look.LIST)


def inbox_after(seat: Seat, narrowed: Filter, after: Place | None, size: int) -> tuple[list[Row], Place | None]:
    """Return the cases after a place (when the last one changed, its number), and the place to go on from."""
    seat.require(Permission.READ_CASES)
    if seat.channel is None:
        return [], None
    found, place = rows_after(_cases(seat, narrowed).only("changed_ms"), LATEST, after, size)
    shown = _shown(seat, [one.pk for one in found])
    if shown:
        note(seat, Look.LIST, records=[one.first_uid for one in shown])
    return _rows(seat, shown), place


def _page(seat: Seat, narrowed: Filter, page: int, size: int, look: Look) -> tuple[list[Row], bool]:
    seat.require(Permission.READ_CASES)
    if seat.channel is None:
        return [], False
    start = max(0, page - 1) * size
    rows = _cases(seat, narrowed).order_by(*LATEST)
    found = list(rows.values_list("pk", flat=True)[start : start + size + 1])
    shown = _shown(seat, found[:size])
    if shown:
        note(seat, look, records=[one.first_uid for one in shown])
    return _rows(seat, shown), len(found) > size


def export(seat: Seat, narrowed: Filter) -> Iterator[Row]:
    """Go through the cases of a filter, a page at a time, at most `EXPORT_ROWS`.

    What a partner's handling code keeps from being exported is left out of its row, and the row says so.
    """
    for number in range(1, EXPORT_ROWS // reading.AT_ONCE * 2 + 1):
        rows, more = _page(seat, narrowed, number, reading.AT_ONCE // 2, Look.EXPORT)
        judged = use_access.judge(seat, [row.first for row in rows], Use.EXPORT)
        for row in rows:
            one = judged.get(row.first)
            free = one is not None and one.verdict.allowed
            yield row if free else replace(row, subject="", withheld=True)
        if not more:
            return


def _cases(seat: Seat, narrowed: Filter) -> QuerySet[Case, Any]:
    """Return the cases of a filter, without what is shown of them: most of a list is only passed over."""
    records = scope.records(seat)
    rows = scope.cases(seat).filter(
        Exists(records.filter(_wanted(seat, narrowed), case=OuterRef("pk"))), merged_into=""
    )
    if narrowed.owner:
        charges = Charge.objects.using(seat.node.using).filter(channel=OuterRef("channel"), case=OuterRef("uuid"))
        if narrowed.owner == "me":
            rows = rows.filter(Exists(charges.filter(owner=seat.officer.pseudonym)))
        else:
            rows = rows.exclude(Exists(charges.exclude(owner="")))
    if narrowed.state in ("from-us", "from-them"):
        waiting = records.filter(scope.waiting(own=narrowed.state == "from-them"))
        return rows.filter(pk__in=waiting.values("case"))
    if narrowed.state == "answered":
        waiting = records.filter(scope.waiting(own=False) | scope.waiting(own=True), case=OuterRef("pk"))
        return rows.filter(~Exists(waiting), closed_ms__isnull=True)
    return rows.filter(closed_ms__isnull=False) if narrowed.state == "closed" else rows


def _shown(seat: Seat, cases: Sequence[int]) -> list[Any]:
    """Return cases with what a list shows of them, the latest change first."""
    mine = scope.records(seat).filter(case=OuterRef("pk"))
    rows = scope.cases(seat).filter(pk__in=cases)
    rows = rows.annotate(
        first_uid=Subquery(mine.order_by("time_ms", "id").values("uid")[:1]),
        last_uid=Subquery(mine.filter(own=True).order_by("-time_ms", "-id").values("uid")[:1]),
        from_us=Exists(mine.filter(scope.waiting(own=False))),
        from_them=Exists(mine.filter(scope.waiting(own=True))),
    )
    return list(rows.order_by(*LATEST))


def _wanted(seat: Seat, narrowed: Filter) -> Q:
    wanted = Q()
    if narrowed.clause:
        wanted &= Q(clause=narrowed.clause)
    if narrowed.area:
        clauses = seat.terms.clauses.values() if seat.terms else ()
        wanted &= Q(clause__in=[one.clause.id for one in clauses if one.clause.area == narrowed.area])
    if narrowed.purpose:
        wanted &= Q(purpose=narrowed.purpose)
    return wanted & Q(urgency=narrowed.urgency) if narrowed.urgency else wanted


def _rows(seat: Seat, cases: Sequence[Any]) -> list[Row]:
    if seat.channel is None:
        return []
    questions = scope.entries(seat).filter(
        scope.waiting(own=False) | scope.waiting(own=True), case__in=[one.id for one in cases]
    )
    # Of several open questions in a case the last one stays: theirs before ours, the oldest of them.
    waiting = dict(questions.order_by("-own", "-time_ms").values_list("case_id", "uid"))
    uids = [one.first_uid for one in cases] + [one.last_uid for one in cases if one.last_uid] + [*waiting.values()]
    held = reading.held(seat.node, seat.channel, uids)
    marked = {one.last_uid for one in cases} | set(waiting.values())
    receipts = reading.receipts(seat.node, seat.channel, [held[uid] for uid in marked if uid in held])
    timed = clocks.clocks(seat, [held[uid] for uid in waiting.values() if uid in held])
    charges = charges_of(seat, [one.uuid for one in cases])
    names = names_of([one.owner for one in charges.values()])
    return [
        _row(seat, one, held, receipts, timed, waiting.get(one.id, ""), charges.get(one.uuid), names) for one in cases
    ]


def _row(
    seat: Seat,
    case: Any,  # noqa: ANN401  # an annotated row
    held: Mapping[str, Held],
    receipts: Mapping[str, Receipt],
    timed: Mapping[str, Timed],
    waiting: str,
    charge: Charge | None,
    names: Mapping[str, str],
) -> Row:
    first = held.get(case.first_uid)
    header = first.header if first else None
    asked = held.get(waiting)
    mark = receipts[case.last_uid].mark if case.last_uid in receipts else None
    state = "from-us" if case.from_us else "from-them" if case.from_them else "answered"
    if state == "answered" and case.closed_ms is not None:
        state = "closed"
    return Row(
        uuid=case.uuid,
        subject=subject_of(seat, first) if first else "",
        erased=first is not None and first.stored.content_state == ContentState.ERASED,
        ours=case.opened_by == seat.node.name,
        opened_ms=case.opened_ms,
        changed_ms=case.changed_ms,
        type=header.type if header else "",
        clause=(header.clause or "") if header else "",
        purpose=(header.purpose or "") if header else "",
        urgency=(asked.header.urgency or "") if asked else (header.urgency or "") if header else "",
        handling=(header.handling or "") if header else "",
        state="refused" if mark is Mark.REFUSED and state == "from-them" else state,
        asked=KIND_OF.get(asked.header.type) if asked else None,
        clock=timed.get(waiting),
        mark=mark,
        owner=names.get(charge.owner, charge.owner) if charge else "",
        unit=charge.unit if charge else "",
        first=case.first_uid,
    )


def subject_of(seat: Seat, record: Held) -> str:
    """Return the subject of a request or a notice; nothing where it is erased or the record has none."""
    body = reading.opened(seat.node, record)
    return body.subject if isinstance(body, Request | Notice) else ""


def case_of(record: Held) -> str:
    """Return the case to which a record says that it belongs."""
    return record.header.reference(Relation.CASE) or record.header.id


def charges_of(seat: Seat, cases: Sequence[str]) -> dict[str, Charge]:
    """Return who works on cases that the seat may see, by case."""
    seat.require(Permission.READ_CASES)
    channel = seat.channel.uuid if seat.channel else ""
    rows = Charge.objects.using(seat.node.using).filter(channel=channel, case__in=cases)
    return {one.case: one for one in rows}


@dataclass(frozen=True, slots=True)
class Asked:
    """Show an open question on the front page; ``when_ms`` orders it: when it is due, else when it was written."""

    case: str
    kind: Kind
    subject: str
    when_ms: int
    clock: Timed | None
    partner: str
    urgency: str
    clause: str
    type: str


def open_questions(seat: Seat, *, own: bool) -> tuple[list[Asked], int]:
    """Return the open questions of one side, the most pressing first, and how many there are."""
    seat.require(Permission.READ_CASES)
    if seat.channel is None:
        return [], 0
    rows = scope.entries(seat).filter(scope.waiting(own=own))
    oldest = {
        uid: (case, KIND_OF[tag])
        for uid, case, tag in rows.order_by("time_ms").values_list("uid", "case__uuid", "type")[:OPEN_LOOKED_AT]
    }
    others = {case for case, kind in oldest.values() if kind is not Kind.REQUEST}
    opening = scope.entries(seat).filter(case__uuid__in=others, type__in=(REQUEST.tag, Kind.NOTICE.tag))
    firsts = dict(opening.order_by("-time_ms").values_list("case__uuid", "uid"))
    held = reading.held(seat.node, seat.channel, [*oldest, *firsts.values()])
    asked = [held[uid] for uid in oldest if uid in held]
    receipts = reading.receipts(seat.node, seat.channel, asked)
    known = [one for one in asked if receipts[one.header.id].mark is not Mark.REFUSED]
    timed = clocks.clocks(seat, known)
    known.sort(key=lambda one: _when(one, timed))
    if known:
        note(seat, Look.LIST, records=[one.header.id for one in known[:FRONT]])
    shown = [_asked(seat, one, oldest[one.header.id], held, firsts, timed, own=own) for one in known[:FRONT]]
    return shown, rows.count() - (len(asked) - len(known))


def _when(record: Held, timed: Mapping[str, Timed]) -> int:
    clock = timed.get(record.header.id)
    return (clock.due if clock else None) or parse_instant(record.header.time)


def _asked(
    seat: Seat,
    record: Held,
    place: tuple[str, Kind],
    held: Mapping[str, Held],
    firsts: Mapping[str, str],
    timed: Mapping[str, Timed],
    *,
    own: bool,
) -> Asked:
    case, kind = place
    first = held.get(firsts.get(case, ""))
    subject = subject_of(seat, record) or (subject_of(seat, first) if first else "")
    return Asked(
        case=case,
        kind=kind,
        subject=subject,
        when_ms=_when(record, timed),
        clock=timed.get(record.header.id),
        partner=record.header.to[0] if own else record.header.author,
        urgency=record.header.urgency or "",
        clause=record.header.clause or "",
        type=record.header.type,
    )


def partner_record(seat: Seat, uid: str, kinds: frozenset[Kind]) -> Held | None:
    """Return a partner's record of one of these kinds under the seat's agreement, if there is one."""
    seat.require(Permission.READ_CASES)
    tags = [kind.tag for kind in kinds]
    if seat.channel is None or not scope.entries(seat).filter(uid=uid, own=False, type__in=tags).exists():
        return None
    return reading.held(seat.node, seat.channel, [uid]).get(uid)


def referred(seat: Seat, uid: str) -> Held | None:
    """Return a record that another one refers to: ours or theirs, if the seat may see its case."""
    seat.require(Permission.READ_CASES)
    if not uid or seat.channel is None or not scope.entries(seat).filter(uid=uid).exists():
        return None
    return reading.held(seat.node, seat.channel, [uid]).get(uid)


def waits_for_us(seat: Seat, case: str) -> bool:
    """Say whether a question of the partner is open in a case."""
    seat.require(Permission.READ_CASES)
    return scope.entries(seat).filter(scope.waiting(own=False), case__uuid=case).exists()


def opening(seat: Seat, case: str) -> Held | None:
    """Return the record with which a case begins, if the seat may see the case."""
    seat.require(Permission.READ_CASES)
    if seat.channel is None:
        return None
    uid = scope.entries(seat).filter(case__uuid=case).order_by("time_ms", "id").values_list("uid", flat=True).first()
    return reading.held(seat.node, seat.channel, [uid]).get(uid) if uid else None


@dataclass(frozen=True, slots=True)
class Alike:
    """Show a case in which the same is asked of the partner already."""

    case: str
    subject: str


def alike(seat: Seat, case: str, body: Strict) -> list[Alike]:
    """Return open cases of ours in which ``body`` is asked already, among those that the seat may see.

    What other units ask stays with them: a warning that hints at it would say more than the officer may know.
    """
    seat.require(Permission.READ_CASES)
    digests = fingerprints(seat.node, body)
    if seat.channel is None or not digests:
        return []
    known = Fingerprint.objects.using(seat.node.using).filter(channel=seat.channel.uuid, digest__in=digests)
    rows = scope.entries(seat).filter(scope.waiting(own=True), uid__in=known.values("uid")).exclude(case__uuid=case)
    found = dict(rows.order_by("-time_ms").values_list("uid", "case__uuid")[:ALIKE_SHOWN])
    held = reading.held(seat.node, seat.channel, found)
    return [Alike(found[uid], subject_of(seat, one)) for uid, one in held.items()]
