"""Read one case: the records of both sides on one timeline, with receipts, clocks, consents and erasures."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from comity.cases import clocks, scope, use_access
from comity.cases.access import charges_of
from comity.cases.clocks import Timed
from comity.cases.items import Item as Named
from comity.cases.kinds import INFORMING, KIND_OF, Kind
from comity.cases.models import Case, Charge, Entry
from comity.cases.policy import Verdict
from comity.cases.records import QUESTIONS, Clarified, Notice, Reply, Request, Use
from comity.cases.use_access import Given
from comity.channel import reading
from comity.channel.models import ContentState
from comity.channel.reading import Arrival, Erased, Held, Mark, Receipt
from comity.desk import drafts
from comity.desk.access import names_of
from comity.desk.accesslog import Look, note
from comity.desk.drafts import Kept
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol.attachments import Attachment
from comity.protocol.canonical import Strict

THREAD: Final = 100
MERGED_LEVELS: Final = 8
"""How deep merged cases are followed; each level costs one small query."""


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
    clock: Timed | None
    files: tuple[File, ...]
    named: tuple[Named, ...]
    consents: tuple[Given, ...]
    verdicts: Mapping[Use, Verdict]
    erasures: tuple[Erased, ...]
    officer: str
    released_by: str
    concerns: str
    answers: str
    case: str

    @property
    def open(self) -> bool:
        """Say whether this is a question that still waits for its answer."""
        return self.kind.tag in QUESTIONS and not self.answered and self.receipt.mark is not Mark.REFUSED

    @property
    def is_question(self) -> bool:
        """Say whether it asks something of the other side."""
        return self.kind.tag in QUESTIONS

    @property
    def due_ms(self) -> int | None:
        """Return by when it must be answered; None where no clock runs."""
        return self.clock.due if self.clock else None

    @property
    def informing(self) -> bool:
        """Say whether it holds information whose use the handling code bounds."""
        return self.kind in INFORMING and self.body is not None


@dataclass(frozen=True, slots=True)
class Thread:
    """Show a case: its records in the order of time, who works on it, and the officer's drafts in it."""

    uuid: str
    case: Case
    subject: str
    items: tuple[Item, ...]
    earlier: bool
    drafts: tuple[Kept, ...]
    charge: Charge | None
    owner: str
    merged: tuple[str, ...]
    linked: tuple[str, ...]

    @property
    def closed(self) -> bool:
        """Say whether the last word on the case is a closing."""
        return self.case.closed_ms is not None


def root_of(seat: Seat, uuid: str) -> str | None:
    """Return the case in which a case continues, itself if it was not merged; nothing if the seat may not see it."""
    seat.require(Permission.READ_CASES)
    rows = scope.cases(seat)
    at = uuid
    for _level in range(MERGED_LEVELS):
        case = rows.filter(uuid=at).first()
        if case is None:
            return None if at == uuid else at
        if not case.merged_into:
            return at
        at = case.merged_into
    return at


def thread(seat: Seat, uuid: str, *, everything: bool = False) -> Thread | None:
    """Return a case under the seat's agreement and reality, if there is one; with what was merged into it."""
    seat.require(Permission.READ_CASES)
    case = scope.cases(seat).filter(uuid=uuid).first() if seat.channel else None
    if seat.channel is None or case is None:
        return None
    merged = _merged(seat, uuid)
    entries = scope.entries(seat).filter(case__uuid__in=[uuid, *merged]).select_related("case")
    limit = THREAD * 10 if everything else THREAD
    rows = list(entries.order_by("-time_ms", "-id")[: limit + 1])
    first = entries.order_by("time_ms", "id").values_list("uid", flat=True).first()
    if not rows or first is None:
        return None
    rows, earlier = rows[:limit][::-1], len(rows) > limit
    gathered = _gather(seat, rows, first)
    note_look(seat, Look.READ, uuid, list(gathered.held.values()))
    mine = drafts.written_by(seat.node, seat.channel.uuid, "cases", seat.officer.pseudonym, 50)
    opening = gathered.bodies.get(first)
    charge = charges_of(seat, [uuid]).get(uuid)
    return Thread(
        uuid=uuid,
        case=case,
        subject=opening.subject if isinstance(opening, Request | Notice) else "",
        items=tuple(gathered.item(row) for row in rows if row.uid in gathered.held),
        earlier=earlier,
        drafts=tuple(one for one in mine if one.case in (uuid, *merged)),
        charge=charge,
        owner=gathered.names.get(charge.owner, charge.owner) if charge else "",
        merged=merged,
        linked=_linked(seat, uuid),
    )


def item(seat: Seat, uid: str) -> Item | None:
    """Return one record of a case that the seat may see."""
    seat.require(Permission.READ_CASES)
    entry = scope.entries(seat).filter(uid=uid).select_related("case").first()
    if seat.channel is None or entry is None:
        return None
    gathered = _gather(seat, [entry], uid)
    if uid not in gathered.held:
        return None
    note_look(seat, Look.READ, root_of(seat, entry.case.uuid) or entry.case.uuid, [gathered.held[uid]])
    return gathered.item(entry)


def receipt(seat: Seat, uid: str) -> Receipt | None:
    """Return how far a record has come, of a case that the seat may see; opens nothing."""
    seat.require(Permission.READ_CASES)
    if seat.channel is None or not scope.entries(seat).filter(uid=uid).exists():
        return None
    held = reading.held(seat.node, seat.channel, [uid])
    return reading.receipts(seat.node, seat.channel, list(held.values())).get(uid)


def note_look(seat: Seat, look: Look, case: str, records: Sequence[Held]) -> None:
    """Note a look into a case; whoever wrote or released a record in it has said with it why they look."""
    me = seat.officer.pseudonym
    own = next((one.header.purpose for one in records if me in (one.header.officer, one.header.released_by)), None)
    offered = next((one.header.purpose for one in records if one.header.purpose), None)
    uids = [one.header.id for one in records]
    note(seat, look, case=case, purpose=own or "", suggested=offered or "", records=uids)


def _merged(seat: Seat, uuid: str) -> tuple[str, ...]:
    found: list[str] = []
    level = [uuid]
    for _level in range(MERGED_LEVELS):
        level = list(scope.cases(seat).filter(merged_into__in=level).values_list("uuid", flat=True))
        if not level:
            break
        found += level
    return tuple(found)


def _linked(seat: Seat, uuid: str) -> tuple[str, ...]:
    rows = scope.entries(seat).filter(type=Kind.LINKED.tag)
    there = list(rows.filter(case__uuid=uuid).values_list("concerns", flat=True)[:THREAD])
    back = list(rows.filter(concerns=uuid).exclude(concerns="").values_list("case__uuid", flat=True)[:THREAD])
    known = scope.cases(seat).filter(uuid__in=[*there, *back])
    return tuple(known.order_by("opened_ms").values_list("uuid", flat=True))


@dataclass(frozen=True, slots=True)
class _Gathered:
    seat: Seat
    held: Mapping[str, Held]
    bodies: Mapping[str, Strict | None]
    receipts: Mapping[str, Receipt]
    arrivals: Mapping[str, Arrival]
    timed: Mapping[str, Timed]
    consents: Mapping[str, tuple[Given, ...]]
    erasures: Mapping[str, tuple[Erased, ...]]
    names: Mapping[str, str]

    def item(self, row: Entry) -> Item:
        record, body = self.held[row.uid], self.bodies[row.uid]
        header = record.header
        given = self.consents.get(row.uid, ())
        what = use_access.information(self.seat, record, body, given)
        restricted = use_access.informing(body) and not row.own
        return Item(
            record=record,
            kind=KIND_OF[row.type],
            ours=row.own,
            body=body,
            erased=row.erased or record.stored.content_state == ContentState.ERASED,
            answered=row.answered,
            receipt=self.receipts[row.uid],
            clock=self.timed.get(row.uid),
            files=tuple(File(at, one, self.arrivals.get(one.id)) for at, one in enumerate(attachments_of(body))),
            named=body.items if isinstance(body, Request | Reply | Notice | Clarified) else (),
            consents=given,
            verdicts=use_access.verdicts(what, self.seat.node.clock()) if restricted else {},
            erasures=self.erasures.get(row.uid, ()),
            officer=self.names.get(header.officer or "", header.officer or ""),
            released_by=self.names.get(header.released_by or "", header.released_by or ""),
            concerns=row.concerns,
            answers=row.answers,
            case=row.case.uuid,
        )


def _gather(seat: Seat, rows: Sequence[Entry], first: str) -> _Gathered:
    assert seat.channel is not None  # noqa: S101  # the caller has looked
    held = reading.held(seat.node, seat.channel, [first, *(row.uid for row in rows)])
    bodies = {uid: reading.opened(seat.node, record) for uid, record in held.items()}
    files = [one.id for body in bodies.values() for one in attachments_of(body)]
    people = [name for one in held.values() for name in (one.header.officer or "", one.header.released_by or "")]
    charges = charges_of(seat, [row.case.uuid for row in rows])
    people += [one.owner for one in charges.values()]
    return _Gathered(
        seat=seat,
        held=held,
        bodies=bodies,
        receipts=reading.receipts(seat.node, seat.channel, list(held.values())),
        arrivals=reading.arrivals(seat.node, files),
        timed=clocks.clocks(seat, [one for one in held.values() if one.header.type in QUESTIONS]),
        consents=use_access.consents(seat, [row.uid for row in rows if not row.own]),
        erasures=reading.erasures(seat.node, list(held.values())),
        names=names_of(people),
    )


def attachments_of(body: Strict | None) -> tuple[Attachment, ...]:
    """Return the attachments that a content describes."""
    return body.attachments if isinstance(body, Request | Reply | Notice | Clarified) else ()


def attachment(seat: Seat, uid: str, number: int) -> Attachment | None:
    """Return the description of an attachment of a record, if there is one."""
    seat.require(Permission.READ_CASES)
    entry = scope.entries(seat).filter(uid=uid).select_related("case").first()
    if seat.channel is None or entry is None:
        return None
    record = reading.held(seat.node, seat.channel, [uid]).get(uid)
    if record is not None:
        note_look(seat, Look.FILE, root_of(seat, entry.case.uuid) or entry.case.uuid, [record])
    files = attachments_of(reading.opened(seat.node, record)) if record else ()
    return files[number] if number < len(files) else None


def stamp(seat: Seat) -> str:
    """Return a text that changes with everything that a case or the inbox could show anew."""
    seat.require(Permission.READ_CASES)
    return reading.stamp(seat.node, seat.channel) if seat.channel else ""


def ours(seat: Seat, uid: str) -> bool:
    """Say whether a record was written by this side, in a case that the seat may see."""
    seat.require(Permission.READ_CASES)
    return scope.entries(seat).filter(uid=uid, own=True).exists()
