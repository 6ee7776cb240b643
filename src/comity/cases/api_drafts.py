"""Let programs write in cases: begin, fill in, attach, look, hand over, release, send."""

from collections.abc import Iterator
from email.message import Message
from typing import Any, Final
from uuid import UUID

import msgspec
from django.http import Http404, HttpRequest
from django.utils.translation import gettext as _

from comity.cases import api_shapes as s
from comity.cases import draft_access, preflight, services
from comity.cases.kinds import COURSE, KIND_OF
from comity.cases.written import Written, unpack
from comity.channel.uploads import room_for
from comity.desk.api.problems import CallError
from comity.desk.api.router import ApiRouter, version_of
from comity.desk.drafts import Kept
from comity.desk.models import Officer
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol.errors import ErrorKind
from comity.protocol.records import Reality

api = ApiRouter("cases")
BLOCK: Final = 1024 * 1024
_ETAG: Final = {"type": "string", "pattern": '^"[0-9]{1,9}"$'}
_VERSIONED: Final = {"parameters": [{"name": "If-Match", "in": "header", "required": True, "schema": _ETAG}]}
_UPLOAD: Final = {
    "parameters": [{"name": "Content-Disposition", "in": "header", "required": False, "schema": {"type": "string"}}],
    "requestBody": {
        "required": True,
        "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
    },
}


@api.get("/drafts", Permission.WRITE_CASES, gives=s.DraftLines)
def drafts(_request: HttpRequest, seat: Seat) -> s.DraftLines:
    """List your drafts, the latest first."""
    return s.DraftLines(items=[_line(seat, one) for one in draft_access.own_drafts(seat)])


@api.get("/to-release", Permission.RELEASE, gives=s.DraftLines)
def to_release(_request: HttpRequest, seat: Seat) -> s.DraftLines:
    """List what waits for a second person, the oldest first."""
    return s.DraftLines(items=[_line(seat, one) for one in draft_access.to_release(seat)])


@api.post("/drafts", Permission.WRITE_CASES, gives=s.Draft, status=201)
def begin(_request: HttpRequest, seat: Seat, begun: s.Begin) -> s.Draft:
    """Begin a draft: a request or notice, an answer, or what concerns a record or steers a case."""
    case, answers, concerns = (str(one) if one else "" for one in (begun.case, begun.answers, begun.concerns))
    if begun.kind in COURSE and not case:
        raise CallError(
            ErrorKind.MALFORMED, 400, _("It steers a case, and names none."), _("Name the case in the call.")
        )
    kept = services.begin(seat, begun.kind, case=case, answers=answers, concerns=concerns)
    _fill(seat, kept.uid, begun.fields, kept.version)
    return _shown(seat, kept.uid)


@api.get("/drafts/{uuid:draft}", Permission.READ_CASES, gives=s.Draft)
def draft(_request: HttpRequest, seat: Seat, draft: UUID) -> s.Draft:
    """Show a draft of yours, or one that waits for a second person if you may release."""
    return _shown(seat, str(draft))


@api.patch("/drafts/{uuid:draft}", Permission.WRITE_CASES, gives=s.Draft)
def write(request: HttpRequest, seat: Seat, draft: UUID, fields: s.Fields) -> s.Draft:
    """Change what is written in a draft of yours; names the version it read."""
    version = version_of(request)
    _shown(seat, str(draft))
    _fill(seat, str(draft), fields, version)
    return _shown(seat, str(draft))


@api.delete("/drafts/{uuid:draft}", Permission.WRITE_CASES)
def discard(_request: HttpRequest, seat: Seat, draft: UUID) -> None:
    """Delete a draft of yours and its attachments."""
    _kept(seat, str(draft))
    services.discard(seat, str(draft))


@api.post("/drafts/{uuid:draft}/files", Permission.WRITE_CASES, gives=s.Draft, status=201, extra=_UPLOAD, again=False)
def attach(request: HttpRequest, seat: Seat, draft: UUID) -> s.Draft:
    """Attach a file: the body is the file, its name stands in Content-Disposition."""
    _kept(seat, str(draft))
    services.attach(seat, str(draft), _body(request, seat), _file_name(request))
    return _shown(seat, str(draft))


@api.delete("/drafts/{uuid:draft}/files/{int:number}", Permission.WRITE_CASES)
def detach(_request: HttpRequest, seat: Seat, draft: UUID, number: int) -> None:
    """Take an attachment out of a draft of yours and delete it."""
    files = unpack(_kept(seat, str(draft)).content).attachments
    if number >= len(files):
        raise Http404
    services.detach(seat, str(draft), files[number].id)


@api.post("/drafts/{uuid:draft}/send", Permission.WRITE_CASES, gives=s.Sent, extra=_VERSIONED)
def send(request: HttpRequest, seat: Seat, draft: UUID) -> s.Sent:
    """Send a draft of yours, where one person is enough."""
    version = version_of(request)
    _kept(seat, str(draft))
    return s.Sent(case=UUID(services.send(seat, str(draft), version)), record=draft)


@api.post("/drafts/{uuid:draft}/hand-over", Permission.WRITE_CASES, gives=s.Draft, extra=_VERSIONED)
def hand_over(request: HttpRequest, seat: Seat, draft: UUID) -> s.Draft:
    """Let a draft of yours wait for a second person."""
    version = version_of(request)
    _kept(seat, str(draft))
    services.hand_over(seat, str(draft), version)
    return _shown(seat, str(draft))


@api.post("/drafts/{uuid:draft}/take-back", Permission.WRITE_CASES, gives=s.Draft)
def take_back(_request: HttpRequest, seat: Seat, draft: UUID) -> s.Draft:
    """Take a draft of yours back that waits for a second person."""
    _kept(seat, str(draft))
    services.take_back(seat, str(draft))
    return _shown(seat, str(draft))


@api.post("/drafts/{uuid:draft}/release", Permission.RELEASE, gives=s.Sent, extra=_VERSIONED)
def release(request: HttpRequest, seat: Seat, draft: UUID) -> s.Sent:
    """Release what a colleague wrote, exactly in the version that was read, and send it."""
    version = version_of(request)
    _kept(seat, str(draft))
    return s.Sent(case=UUID(services.release(seat, str(draft), version)), record=draft)


@api.post("/drafts/{uuid:draft}/give-back", Permission.RELEASE, gives=None, status=204, extra=_VERSIONED)
def give_back(request: HttpRequest, seat: Seat, draft: UUID, said: s.GiveBack) -> None:
    """Return a draft to its writer with a note instead of releasing it."""
    version = version_of(request)
    _kept(seat, str(draft))
    services.give_back(seat, str(draft), version, said.note)


def _kept(seat: Seat, uid: str) -> Kept:
    kept = draft_access.draft(seat, uid)
    if kept is None or Reality(kept.reality) is not seat.reality:
        raise Http404
    return kept


def _fill(seat: Seat, uid: str, fields: s.Fields, version: int) -> None:
    """Keep what a call says, by the same way as a form does."""
    said = fields.model_dump(exclude_none=True)
    items = said.pop("items", None)
    grounds = said.pop("grounds", None)
    for_items = said.pop("for_items", None)
    if not (said or items is not None or grounds is not None or for_items is not None):
        return
    given = {name: str(one) for name, one in said.items()}
    if given.get("to") and given["to"] not in seat.partners():
        raise CallError(
            ErrorKind.WRONG_ADDRESS, 400, _("There is no such partner under this agreement."),
            _("Name one of its members."),
        )  # fmt: skip
    given |= {"has_grounds": "1"} if grounds is not None else {}
    if for_items is not None:
        given |= {"has_for_items": "1"} | {f"for-item-{at}": "1" for at in for_items}
    for at, one in enumerate(items or ()):
        given |= {f"item-{at}-{name}": value for name, value in one.items() if name != "kind"}
    kinds = None if items is None else [one["kind"] for one in items]
    services.write(seat, uid, given, grounds or (), items=kinds, version=version)


def _line(seat: Seat, kept: Kept) -> s.DraftLine:
    return s.DraftLine(
        draft=UUID(kept.uid),
        kind=KIND_OF[kept.type],
        case=UUID(kept.case) if kept.case else None,
        reality=Reality(kept.reality),
        state=kept.state.value,
        version=kept.version,
        changed_ms=kept.changed_ms,
        mine=kept.owner == seat.officer.pseudonym,
    )


def _shown(seat: Seat, uid: str) -> s.Draft:
    kept = _kept(seat, uid)
    written = unpack(kept.content)
    files = [
        s.DraftFile(number=at, name=one.name, media_type=one.media_type, size=one.size)
        for at, one in enumerate(written.attachments)
    ]
    return s.Draft(
        **dict(_line(seat, kept)), fields=_fields(written), files=files, preflight=_preflight(seat, kept, written)
    )


def _fields(written: Written) -> dict[str, Any]:
    """Return what is written, without what is empty and without attachments, whose keys stay here."""
    said: dict[str, Any] = msgspec.to_builtins(written, builtin_types=(bytes,))
    said.pop("attachments", None)
    said.pop("origins", None)
    said["items"] = [{name: one for name, one in item.items() if one} for item in said.get("items", ())]
    return {name: one for name, one in said.items() if one}


def _preflight(seat: Seat, kept: Kept, written: Written) -> s.Preflight:
    author = Officer.objects.filter(pseudonym=kept.owner).first()
    look = preflight.look(seat, kept, written, author.authority if author else "")
    return s.Preflight(
        ready=look.ready,
        two_persons=look.two_persons,
        answer_due_ms=look.consequences.answer_ms if look.consequences else None,
        findings=[
            s.Finding(
                reason=str(one.reason), clause=one.clause, field=one.field, detail=one.sentence, remedy=one.remedy
            )
            for one in look.findings
        ],
        same_open_in=[UUID(one.case) for one in look.alike],
    )


def _body(request: HttpRequest, seat: Seat) -> Iterator[bytes]:
    """Return the body block by block, never more than was announced and than there is room for.  Raises `CallError`."""
    length = request.headers.get("Content-Length", "")
    if not (length.isascii() and length.isdecimal() and 0 < len(length) < 13) or int(length) > room_for(seat.node):
        raise CallError(
            ErrorKind.TOO_LARGE, 413, _("A file needs a Content-Length, and room on this node."),
            _("State its size, or send it in smaller parts."),
        )  # fmt: skip
    return _blocks(request, int(length))


def _blocks(request: HttpRequest, left: int) -> Iterator[bytes]:
    while left and (block := request.read(min(BLOCK, left))):
        left -= len(block)
        yield block
    if left:
        raise CallError(ErrorKind.MALFORMED, 400, _("The file ended too early."), _("Send it again."))


def _file_name(request: HttpRequest) -> str:
    """Return the name in ``Content-Disposition`` (RFC 6266); a name in an address would end in logs."""
    header = Message()
    header["Content-Disposition"] = request.headers.get("Content-Disposition", "attachment").replace("\n", " ")
    return header.get_filename("") or "file"
