"""Read what an officer may see of cases.  The only way to read; each page costs a fixed number of queries."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet, Subquery

from comity.cases.clocks import due_ms
from comity.cases.kinds import KIND_OF, Kind
from comity.cases.models import Case, Entry
from comity.cases.records import REQUEST, Refusal, Reply, Request
from comity.cases.written import unpack
from comity.channel import reading
from comity.channel.models import ContentState
from comity.channel.reading import Arrival, Held, Mark, Receipt
from comity.desk import drafts
from comity.desk.access import names_of
from comity.desk.accesslog import Look, note
from comity.desk.drafts import Kept
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import Strict
from comity.protocol.names import parse_instant, party_of

PAGE: Final = 40
THREAD: Final = 100
OPEN_LOOKED_AT: Final = 200
"""Open questions whose due time is reckoned for the front page; the oldest ones."""
EXPORT_ROWS: Final = 10_000
FRONT: Final = 12
"""Notices of one kind on the front page."""


@dataclass(frozen=True, slots=True)
class Filter:
    """Hold what the inbox is narrowed to; empty means all."""

    state: str = ""
    clause: str = ""
    purpose: str = ""


@dataclass(frozen=True, slots=True)
class Row:
    """Show one case in the inbox."""

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
    due_ms: int | None
    mark: Mark | None


def inbox(seat: Seat, narrowed: Filter, page: int, size: int = PAGE) -> tuple[list[Row], bool]:
    """Return one page of cases, the latest change first, and whether there are more."""
    return _page(seat, narrowed, page, size, Look.LIST)


def _page(seat: Seat, narrowed: Filter, page: int, size: int, look: Look) -> tuple[list[Row], bool]:
    seat.require(Permission.READ_CASES)
    if seat.channel is None:
        return [], False
    start = max(0, page - 1) * size
    cases = list(_cases(seat, narrowed).order_by("-changed_ms", "-id")[start : start + size + 1])
    if cases:
        note(seat, look, records=[one.first_uid for one in cases[:size]])
    return _rows(seat, cases[:size]), len(cases) > size


def export(seat: Seat, narrowed: Filter) -> Iterator[Row]:
    """Go through the cases of a filter, a page at a time, at most `EXPORT_ROWS`."""
    for number in range(1, EXPORT_ROWS // reading.AT_ONCE * 2 + 1):
        rows, more = _page(seat, narrowed, number, reading.AT_ONCE // 2, Look.EXPORT)
        yield from rows
        if not more:
            return


def _entries(seat: Seat) -> QuerySet[Entry]:
    channel = seat.channel.uuid if seat.channel else ""
    return Entry.objects.using(seat.node.using).filter(channel=channel, reality=seat.reality)


def _open(*, own: bool) -> Q:
    return Q(type=REQUEST.tag, own=own, answered=False, answers="")


def _cases(seat: Seat, narrowed: Filter) -> QuerySet[Case, Any]:
    mine = _entries(seat).filter(case=OuterRef("pk"))
    first = mine.order_by("time_ms", "id")
    rows = Case.objects.using(seat.node.using).filter(channel=seat.channel.uuid if seat.channel else "")
    wanted = mine
    if narrowed.clause:
        wanted = wanted.filter(clause=narrowed.clause)
    if narrowed.purpose:
        wanted = wanted.filter(purpose=narrowed.purpose)
    rows = rows.filter(Exists(wanted)).annotate(
        first_uid=Subquery(first.values("uid")[:1]),
        last_uid=Subquery(mine.filter(own=True).order_by("-time_ms", "-id").values("uid")[:1]),
        from_us=Exists(mine.filter(_open(own=False))),
        from_them=Exists(mine.filter(_open(own=True))),
    )
    if narrowed.state == "from-us":
        return rows.filter(from_us=True)
    if narrowed.state == "from-them":
        return rows.filter(from_them=True)
    if narrowed.state == "answered":
        return rows.filter(from_us=False, from_them=False)
    return rows


def _rows(seat: Seat, cases: Sequence[Any]) -> list[Row]:
    if seat.channel is None:
        return []
    questions = _entries(seat).filter(_open(own=False) | _open(own=True), case__in=[one.id for one in cases])
    # Of several open questions in a case the last one stays: theirs before ours, the oldest of them.
    waiting = dict(questions.order_by("-own", "-time_ms").values_list("case_id", "uid"))
    uids = [one.first_uid for one in cases] + [one.last_uid for one in cases if one.last_uid] + [*waiting.values()]
    held = reading.held(seat.node, seat.channel, uids)
    marked = {one.last_uid for one in cases} | set(waiting.values())
    receipts = reading.receipts(seat.node, seat.channel, [held[uid] for uid in marked if uid in held])
    return [_row(seat, one, held, receipts, waiting.get(one.id, "")) for one in cases]


def _row(seat: Seat, case: Any, held: Mapping[str, Held], receipts: Mapping[str, Receipt], waiting: str) -> Row:  # noqa: ANN401  # an annotated row
    first = held.get(case.first_uid)
    header = first.header if first else None
    asked = held.get(waiting)
    mark = receipts[case.last_uid].mark if case.last_uid in receipts else None
    state = "from-us" if case.from_us else "from-them" if case.from_them else "answered"
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
        due_ms=due(seat, asked, receipts.get(waiting)) if asked else None,
        mark=mark,
    )


def subject_of(seat: Seat, record: Held) -> str:
    """Return the subject of a request; nothing where it is erased or the record has none."""
    body = reading.opened(seat.node, record)
    return body.subject if isinstance(body, Request) else ""


def due(seat: Seat, record: Held, receipt: Receipt | None) -> int | None:
    """Return by when a request must be answered: from its receipt on, else from when it was written."""
    header = record.header
    compiled = seat.terms.clauses.get(header.clause or "") if seat.terms else None
    clock = compiled.clock(header.type, header.urgency) if compiled else None
    if clock is None or seat.terms is None:
        return None
    received = receipt.verdict.time_ms if receipt and receipt.verdict else parse_instant(header.time)
    return due_ms(seat.terms, clock, received, party_of(header.author), party_of(header.to[0]))


@dataclass(frozen=True, slots=True)
class Asked:
    """Show an open question on the front page."""

    case: str
    subject: str
    due_ms: int
    partner: str
    urgency: str
    clause: str


def open_questions(seat: Seat, *, own: bool) -> tuple[list[Asked], int]:
    """Return the open questions of one side, the most pressing first, and how many there are."""
    seat.require(Permission.READ_CASES)
    if seat.channel is None:
        return [], 0
    rows = _entries(seat).filter(_open(own=own))
    oldest = dict(rows.order_by("time_ms").values_list("uid", "case__uuid")[:OPEN_LOOKED_AT])
    held = reading.held(seat.node, seat.channel, oldest)
    receipts = reading.receipts(seat.node, seat.channel, list(held.values()))
    known = [record for uid, record in held.items() if receipts[uid].mark is not Mark.REFUSED]
    times = {one.header.id: due(seat, one, receipts[one.header.id]) or parse_instant(one.header.time) for one in known}
    known.sort(key=lambda one: times[one.header.id])
    shown = [
        Asked(
            case=oldest[one.header.id],
            subject=subject_of(seat, one),
            due_ms=times[one.header.id],
            partner=one.header.to[0] if own else one.header.author,
            urgency=one.header.urgency or "",
            clause=one.header.clause or "",
        )
        for one in known[:FRONT]
    ]
    if shown:
        note(seat, Look.LIST, records=[one.header.id for one in known[:FRONT]])
    return shown, rows.count() - (len(held) - len(known))


@dataclass(frozen=True, slots=True)
class File:
    """Show an attachment of a record, and how much of it is here."""

    number: int
    described: Attachment
    arrival: Arrival | None


@dataclass(frozen=True, slots=True)
class Item:
    """Show one record of a case on its timeline."""

    record: Held
    kind: Kind
    ours: bool
    body: Strict | None
    erased: bool
    answered: bool
    receipt: Receipt
    due_ms: int | None
    files: tuple[File, ...]
    officer: str
    released_by: str

    @property
    def open(self) -> bool:
        """Say whether this is a question that still waits for its answer."""
        return self.kind is Kind.REQUEST and not self.answered and self.receipt.mark is not Mark.REFUSED


@dataclass(frozen=True, slots=True)
class Thread:
    """Show a case: its records in the order of time, and the officer's drafts in it."""

    uuid: str
    subject: str
    items: tuple[Item, ...]
    earlier: bool
    drafts: tuple[Kept, ...]


def thread(seat: Seat, uuid: str, *, everything: bool = False) -> Thread | None:
    """Return a case under the seat's agreement and reality, if there is one."""
    seat.require(Permission.READ_CASES)
    if seat.channel is None:
        return None
    entries = _entries(seat).filter(case__uuid=uuid)
    limit = THREAD * 10 if everything else THREAD
    rows = list(entries.order_by("-time_ms", "-id")[: limit + 1])
    first = entries.order_by("time_ms", "id").values_list("uid", flat=True).first()
    if not rows or first is None:
        return None
    rows, earlier = rows[:limit][::-1], len(rows) > limit
    held = reading.held(seat.node, seat.channel, [first, *(row.uid for row in rows)])
    _note_look(seat, Look.READ, uuid, list(held.values()))
    receipts = reading.receipts(seat.node, seat.channel, list(held.values()))
    bodies = {uid: reading.opened(seat.node, record) for uid, record in held.items()}
    files = [one.id for body in bodies.values() for one in attachments_of(body)]
    arrivals = reading.arrivals(seat.node, files)
    people = [name for one in held.values() for name in (one.header.officer or "", one.header.released_by or "")]
    names = names_of(people)
    items = tuple(
        _item(seat, row, held[row.uid], bodies[row.uid], receipts[row.uid], arrivals, names)
        for row in rows
        if row.uid in held
    )
    mine = drafts.written_by(seat.node, seat.channel.uuid, "cases", seat.officer.pseudonym, 50)
    opening = bodies.get(first)
    return Thread(
        uuid=uuid,
        subject=opening.subject if isinstance(opening, Request) else "",
        items=items,
        earlier=earlier,
        drafts=tuple(one for one in mine if one.case == uuid),
    )


def _note_look(seat: Seat, look: Look, case: str, records: Sequence[Held]) -> None:
    """Note a look into a case; whoever wrote or released a record in it has said with it why they look."""
    me = seat.officer.pseudonym
    own = next((one.header.purpose for one in records if me in (one.header.officer, one.header.released_by)), None)
    offered = next((one.header.purpose for one in records if one.header.purpose), None)
    uids = [one.header.id for one in records]
    note(seat, look, case=case, purpose=own or "", suggested=offered or "", records=uids)


def _item(
    seat: Seat,
    row: Entry,
    record: Held,
    body: Strict | None,
    receipt: Receipt,
    arrivals: Mapping[str, Arrival],
    names: Mapping[str, str],
) -> Item:
    header = record.header
    asked = row.type == REQUEST.tag
    return Item(
        record=record,
        kind=KIND_OF[row.type],
        ours=row.own,
        body=body,
        erased=row.erased or record.stored.content_state == ContentState.ERASED,
        answered=row.answered,
        receipt=receipt,
        due_ms=due(seat, record, receipt) if asked else None,
        files=tuple(File(at, one, arrivals.get(one.id)) for at, one in enumerate(attachments_of(body))),
        officer=names.get(header.officer or "", header.officer or ""),
        released_by=names.get(header.released_by or "", header.released_by or ""),
    )


def attachments_of(body: Strict | None) -> tuple[Attachment, ...]:
    """Return the attachments that a content describes."""
    return body.attachments if isinstance(body, Request | Reply) else ()


def question(seat: Seat, uid: str) -> Held | None:
    """Return a partner's request under the seat's agreement, if there is one."""
    seat.require(Permission.READ_CASES)
    if seat.channel is None or not _entries(seat).filter(uid=uid, own=False, type=REQUEST.tag).exists():
        return None
    return reading.held(seat.node, seat.channel, [uid]).get(uid)


def attachment(seat: Seat, uid: str, number: int) -> Attachment | None:
    """Return the description of an attachment of a record, if there is one."""
    seat.require(Permission.READ_CASES)
    entry = _entries(seat).filter(uid=uid).select_related("case").first()
    if seat.channel is None or entry is None:
        return None
    record = reading.held(seat.node, seat.channel, [uid]).get(uid)
    if record is not None:
        _note_look(seat, Look.FILE, entry.case.uuid, [record])
    files = attachments_of(reading.opened(seat.node, record)) if record else ()
    return files[number] if number < len(files) else None


def refusal(item: Item) -> Refusal | None:
    """Return the content of an item that refuses a request."""
    return item.body if isinstance(item.body, Refusal) else None


def draft(seat: Seat, uid: str) -> Kept | None:
    """Return a draft that the officer wrote, or may release."""
    if seat.channel is None:
        return None
    kept = drafts.find(seat.node, seat.channel.uuid, "cases", uid)
    if kept is None:
        return None
    if kept.owner == seat.officer.pseudonym and seat.may(Permission.WRITE_CASES):
        return kept
    if kept.state != "waiting" or not seat.may(Permission.RELEASE):
        return None
    note(seat, Look.DRAFT, case=kept.case or kept.uid, purpose=unpack(kept.content).purpose, records=[kept.uid])
    return kept


def own_drafts(seat: Seat) -> list[Kept]:
    """Return the officer's drafts, the latest first."""
    seat.require(Permission.WRITE_CASES)
    return drafts.written_by(seat.node, seat.channel.uuid, "cases", seat.officer.pseudonym, 50) if seat.channel else []


def to_release(seat: Seat) -> list[Kept]:
    """Return what waits for a second person, the oldest first."""
    seat.require(Permission.RELEASE)
    found = drafts.waiting(seat.node, seat.channel.uuid, "cases", 50) if seat.channel else []
    if found:
        note(seat, Look.LIST, records=[one.uid for one in found])
    return found
