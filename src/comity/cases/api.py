"""Let programs read cases: list, case, record, receipt, attachment.  `api_drafts` lets them write."""

from itertools import chain
from typing import Any, Literal
from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from ninja.params.functions import Query

from comity.cases import access, search_access, timeline_access
from comity.cases import api_shapes as s
from comity.cases.access import Filter
from comity.cases.clocks import Timed
from comity.cases.timeline_access import Item
from comity.channel import blobs, reading
from comity.desk.api.pages import Cursor, Page, Size, read_cursor, write_cursor
from comity.desk.api.problems import CallError
from comity.desk.api.router import ApiRouter
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol.canonical import Strict
from comity.protocol.errors import CannotOpenError, ErrorKind

api = ApiRouter("cases")
State = Literal["", "from-us", "from-them", "answered", "closed"]
Owner = Literal["", "me", "nobody"]
_BYTES = {"schema": {"type": "string", "format": "binary"}}
_FILE = {"responses": {200: {"description": "The file", "content": {"application/octet-stream": _BYTES}}}}


@api.get("", Permission.READ_CASES, gives=Page[s.Row])
def every(
    _request: HttpRequest,
    seat: Seat,
    cursor: Cursor = "",
    limit: Size = 40,
    state: State = "",
    owner: Owner = "",
    clause: str = Query("", max_length=20),
    purpose: str = Query("", max_length=40),
    area: str = Query("", max_length=40),
    urgency: str = Query("", max_length=40),
) -> Page[s.Row]:
    """List cases, the latest change first."""
    narrowed = Filter(state, clause, purpose, area, urgency, owner)
    place = read_cursor(cursor, 2)
    rows, after = access.inbox_after(seat, narrowed, place, limit)
    return Page[s.Row](items=[_row(seat, row) for row in rows], next=write_cursor(*after) if after else None)


@api.post("/search", Permission.READ_CASES, gives=s.Hits, again=False)
def search(_request: HttpRequest, seat: Seat, wanted: s.Search, cursor: Cursor = "", limit: Size = 40) -> s.Hits:
    """Find records by every word they say; the look is noted with its purpose, and without the words."""
    if not any(one.id == wanted.purpose for one in (seat.terms.agreement.purposes if seat.terms else ())):
        raise CallError(
            ErrorKind.MALFORMED, 400, _("The agreement knows no such purpose."), _("Name one of its purposes.")
        )
    found = search_access.search(
        seat, wanted.words, purpose=wanted.purpose, alike=wanted.alike, after=read_cursor(cursor, 2), size=limit
    )
    items = [
        s.Hit(
            case=UUID(one.case), record=UUID(one.uid), kind=one.kind, subject=one.subject, ours=one.ours,
            author=one.author, time_ms=one.time_ms, clause=one.clause,
        )
        for one in found.hits
    ]  # fmt: skip
    return s.Hits(
        items=items, next=write_cursor(*found.after) if found.after else None, cut=found.cut, behind=found.behind
    )


@api.get("/{uuid:case}", Permission.READ_CASES, gives=s.Case)
def case(_request: HttpRequest, seat: Seat, case: UUID, everything: bool = False) -> s.Case:
    """Show a case with its records; a merged one is found under the case in which it goes on."""
    root = timeline_access.root_of(seat, str(case))
    found = timeline_access.thread(seat, root, everything=everything) if root else None
    if found is None:
        raise Http404
    return s.Case(
        case=UUID(found.uuid),
        subject=found.subject,
        opened_by=found.case.opened_by,
        opened_ms=found.case.opened_ms,
        changed_ms=found.case.changed_ms,
        closed=found.closed,
        owner=found.owner,
        merged=[UUID(one) for one in found.merged],
        linked=[UUID(one) for one in found.linked],
        earlier=found.earlier,
        records=[_record(seat, one) for one in found.items],
    )


@api.get("/records/{uuid:record}", Permission.READ_CASES, gives=s.Record)
def record(_request: HttpRequest, seat: Seat, record: UUID) -> s.Record:
    """Show one record of a case."""
    found = timeline_access.item(seat, str(record))
    if found is None:
        raise Http404
    return _record(seat, found)


@api.get("/records/{uuid:record}/receipt", Permission.READ_CASES, gives=s.Receipt)
def receipt(_request: HttpRequest, seat: Seat, record: UUID) -> s.Receipt:
    """Show how far a record has come: queued, delivered, accepted or refused with the clause."""
    found = timeline_access.receipt(seat, str(record))
    if found is None:
        raise Http404
    return _receipt(str(record), found)


@api.get("/records/{uuid:record}/files/{int:number}", Permission.READ_CASES, gives=None, extra=_FILE)
def file(_request: HttpRequest, seat: Seat, record: UUID, number: int) -> HttpResponseBase:
    """Hand out an attachment of a record, decrypted as it goes."""
    described = timeline_access.attachment(seat, str(record), number)
    if described is None:
        raise Http404
    try:
        blocks = iter(blobs.open_attachment(seat.node, described))
        first = next(blocks, b"")
    except CannotOpenError:
        raise Http404 from None
    response = StreamingHttpResponse(chain((first,), blocks), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=described.name) or ""
    response["Content-Length"] = str(described.size)
    return response


def _row(seat: Seat, row: access.Row) -> s.Row:
    return s.Row(
        case=UUID(row.uuid),
        subject=row.subject,
        erased=row.erased,
        ours=row.ours,
        opened_ms=row.opened_ms,
        changed_ms=row.changed_ms,
        type=row.type,
        clause=row.clause,
        purpose=row.purpose,
        urgency=row.urgency,
        handling=row.handling,
        state=row.state,
        clock=_clock(seat, row.clock),
        receipt=row.mark,
        owner=row.owner,
    )


def _clock(seat: Seat, timed: Timed | None) -> s.Clock | None:
    if timed is None:
        return None
    now = seat.node.clock()
    return s.Clock(
        due_ms=timed.due,
        received_ms=timed.received,
        left_ms=timed.left(now),
        state=str(timed.state(now)),
        on_expiry=str(timed.on_expiry),
    )


def _receipt(uid: str, found: reading.Receipt) -> s.Receipt:
    verdict = found.verdict
    return s.Receipt(
        record=UUID(uid),
        mark=found.mark,
        time_ms=verdict.time_ms if verdict else None,
        reason=(verdict.reason or "") if verdict else "",
        clause=(verdict.clause or "") if verdict else "",
        sentence=(verdict.sentence or "") if verdict else "",
        remedy=(verdict.remedy or "") if verdict else "",
    )


def _record(seat: Seat, item: Item) -> s.Record:
    header = item.record.header
    return s.Record(
        record=UUID(header.id),
        case=UUID(item.case),
        kind=item.kind,
        ours=item.ours,
        author=header.author,
        to=list(header.to),
        time=header.time,
        journal=item.record.journal,
        index=item.record.stored.index,
        clause=header.clause or "",
        purpose=header.purpose or "",
        urgency=header.urgency or "",
        handling=header.handling or "",
        language=header.language or "",
        answers=UUID(item.answers) if item.answers else None,
        concerns=UUID(item.concerns) if item.concerns else None,
        officer=item.officer,
        released_by=item.released_by,
        body=body_of(item.body),
        erased=item.erased,
        answered=item.answered,
        receipt=_receipt(header.id, item.receipt),
        clock=_clock(seat, item.clock),
        files=_files(item),
        erasures=[
            s.Erasure(node=one.node, due_ms=one.due_ms, ground=one.ground, ordered=one.ordered, done_ms=one.done_ms)
            for one in item.erasures
        ],
    )


def _files(item: Item) -> list[s.File]:
    return [
        s.File(
            number=one.number,
            name=one.described.name,
            media_type=one.described.media_type,
            size=one.described.size,
            complete=one.arrival is not None and one.arrival.complete,
            erased=one.arrival is not None and one.arrival.erased,
        )
        for one in item.files
    ]


def body_of(body: Strict | None) -> dict[str, Any] | None:
    """Return a content as its schema says, without attachments: these stand apart, and their keys stay here."""
    if body is None:
        return None
    found: dict[str, Any] = msgspec.to_builtins(body, builtin_types=(bytes,))
    found.pop("attachments", None)
    return found
