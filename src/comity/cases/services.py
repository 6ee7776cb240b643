"""Do what an officer may do with cases: write, attach, hand over, release, send, discard.  The only way to write."""

import mimetypes
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Final

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from comity.cases import access, preflight
from comity.cases.kinds import KIND_OF, Kind
from comity.cases.written import Written, fill, missing, pack, too_long, unpack
from comity.channel import blobs, uploads
from comity.channel.models import Channel
from comity.channel.post import post
from comity.desk import drafts
from comity.desk.drafts import Kept
from comity.desk.errors import ChangedError, NotAllowedError
from comity.desk.models import DraftState, Officer
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol.errors import ComityError, ErrorKind
from comity.protocol.records import MAX_ATTACHMENTS, Reality

AREA: Final = "cases"
_HIDDEN: Final = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MEDIA: Final = re.compile(r"^[a-z]+/[a-z0-9.+-]{1,80}$")


class IncompleteError(ComityError):
    """Say that a draft lacks something without which there is no record."""

    kind = ErrorKind.MALFORMED
    default_remedy = "Fill in what is missing."


def begin(seat: Seat, kind: Kind, *, answers: str = "", case: str = "") -> Kept:
    """Begin a draft: a request, or what answers one.  Raises `NotAllowedError`."""
    _require(seat, Permission.WRITE_CASES)
    channel = _channel(seat)
    question = access.question(seat, answers) if answers else None
    if kind is not Kind.REQUEST and question is None:
        raise NotAllowedError("There is no request to answer.", "Open the case and answer its request.")
    written = Written(language=seat.language, to=question.header.author if question else "")
    if question is not None:
        written = msgspec.structs.replace(written, purpose=question.header.purpose or "")
        written = _like_question(seat, kind, written, question.header.clause or "")
    kept = Kept(
        uid=seat.node.new_id(),
        channel=channel.uuid,
        area=AREA,
        type=kind.tag,
        case=case,
        answers=answers,
        reality=str(question.header.reality if question else seat.reality),
        owner=seat.officer.pseudonym,
        state=DraftState.WRITING,
        version=1,
        content=pack(written),
        changed_ms=0,
    )
    written = preflight.defaults(seat, kept, written)
    kept = replace(kept, content=pack(written))
    drafts.begin(seat.node, kept)
    return kept


def _like_question(seat: Seat, kind: Kind, written: Written, clause: str) -> Written:
    """Return ``written`` under the clause of the question, where that clause permits the answer."""
    terms = seat.terms
    compiled = terms.clauses.get(clause) if terms else None
    if compiled is not None and kind.tag in compiled.clause.types:
        return msgspec.structs.replace(written, clause=clause)
    area = compiled.clause.area if compiled else ""
    fitting = [
        one.clause
        for one in (terms.clauses.values() if terms else ())
        if kind.tag in one.clause.types and one.clause.area == area
    ]
    return msgspec.structs.replace(written, clause=fitting[0].id if fitting else "")


def write(seat: Seat, uid: str, given: Mapping[str, str], grounds: Sequence[str]) -> tuple[Kept, Written]:
    """Keep what the officer has written so far.  Raises `ChangedError` or `NotAllowedError`."""

    def change(kept: Kept, written: Written) -> Written:
        return preflight.defaults(seat, kept, fill(written, given, grounds))

    return _change(seat, uid, change)


def attach(seat: Seat, uid: str, blocks: Iterable[bytes], name: str) -> None:
    """Encrypt a file into the node's store and add it to a draft.  Raises `IncompleteError` when there are too many."""
    kept, written = _own(seat, uid)
    if len(written.attachments) >= MAX_ATTACHMENTS:
        raise IncompleteError(_("A record takes no more attachments."), _("Send the others with a second record."))
    shown = _HIDDEN.sub("", name.replace("\\", "/").rpartition("/")[2])[-255:] or "file"
    described = blobs.keep(seat.node, blocks, shown, _media_type(shown))
    try:
        _change(seat, kept.uid, lambda _, one: msgspec.structs.replace(one, attachments=(*one.attachments, described)))
    except ComityError:
        uploads.let_go(seat.node, described.id)
        raise


def detach(seat: Seat, uid: str, blob_id: str) -> None:
    """Take an attachment out of a draft and delete it."""

    def change(_kept: Kept, written: Written) -> Written:
        rest = tuple(one for one in written.attachments if one.id != blob_id)
        return msgspec.structs.replace(written, attachments=rest)

    _, before = _own(seat, uid)
    if any(one.id == blob_id for one in before.attachments):
        _change(seat, uid, change)
        uploads.let_go(seat.node, blob_id)


def discard(seat: Seat, uid: str) -> None:
    """Delete a draft and its attachments.  Raises `ChangedError` or `NotAllowedError`."""
    kept, written = _own(seat, uid)
    drafts.remove(seat.node, kept)
    for one in written.attachments:
        uploads.let_go(seat.node, one.id)


def hand_over(seat: Seat, uid: str, version: int) -> None:
    """Let a draft wait for a second person.  Raises `ChangedError`, `IncompleteError` or `NotPermittedError`."""
    kept, written = _own(seat, uid)
    _same(kept, version)
    _check_whole(kept, written)
    drafts.change(seat.node, kept, pack(msgspec.structs.replace(written, returned="")), DraftState.WAITING)


def take_back(seat: Seat, uid: str) -> None:
    """Take a draft back that waits for a second person."""
    with transaction.atomic(using=seat.node.using):
        kept = drafts.locked(seat.node, _channel(seat).uuid, AREA, uid)
        if kept is None or kept.owner != seat.officer.pseudonym:
            raise NotAllowedError("There is no such draft of yours.")
        if kept.state is DraftState.WAITING:
            drafts.change(seat.node, kept, kept.content, DraftState.WRITING)


def give_back(seat: Seat, uid: str, version: int, note: str) -> None:
    """Return a draft to its writer with a note instead of releasing it."""
    kept, written = _waiting(seat, uid)
    _same(kept, version)
    content = pack(msgspec.structs.replace(written, returned=note.strip()[:1000] or _("Returned without a note.")))
    drafts.change(seat.node, kept, content, DraftState.WRITING)


def send(seat: Seat, uid: str, version: int) -> str:
    """Send a draft as its writer, where one person is enough; return its case.

    Raises `ChangedError`, `IncompleteError` or `NotPermittedError`.
    """
    kept, written = _own(seat, uid)
    _same(kept, version)
    return _post(seat, kept, written, None)


def release(seat: Seat, uid: str, version: int) -> str:
    """Release a draft of a colleague and send it, exactly as it was looked at; return its case.

    SECURITY: what leaves is what the second person saw. Holds because the version they looked at is compared and the
    draft is removed in the transaction that appends the record. Breaks if a draft could change and keep its version.
    """
    kept, written = _waiting(seat, uid)
    _same(kept, version)
    return _post(seat, kept, written, seat.officer.pseudonym)


def _post(seat: Seat, kept: Kept, written: Written, released_by: str | None) -> str:
    _check_whole(kept, written)
    author = Officer.objects.filter(pseudonym=kept.owner).first()
    if author is None or Reality(kept.reality) is not seat.reality:
        raise ChangedError("The draft no longer belongs here.")
    draft = preflight.as_draft(seat, kept, written, author.authority, released_by)
    with transaction.atomic(using=seat.node.using):
        drafts.remove(seat.node, kept)
        post(seat.node, _channel(seat), [draft])
    return kept.case or kept.uid


def _check_whole(kept: Kept, written: Written) -> None:
    kind = KIND_OF[kept.type]
    if missing(kind, written) or too_long(kind, written):
        raise IncompleteError(_("The draft is not complete."))


def _change(seat: Seat, uid: str, change: Callable[[Kept, Written], Written]) -> tuple[Kept, Written]:
    """Change one of the officer's own drafts while nobody else can."""
    _require(seat, Permission.WRITE_CASES)
    with transaction.atomic(using=seat.node.using):
        kept = drafts.locked(seat.node, _channel(seat).uuid, AREA, uid)
        if kept is None or kept.owner != seat.officer.pseudonym:
            raise NotAllowedError("There is no such draft of yours.")
        if kept.state is not DraftState.WRITING:
            raise ChangedError("The draft waits for release.", "Take it back before you change it.")
        written = change(kept, unpack(kept.content))
        # A live check that arrives late must not make what is being looked at a newer version of the same words.
        if pack(written) != kept.content:
            drafts.change(seat.node, kept, pack(written))
    return kept, written


def _own(seat: Seat, uid: str) -> tuple[Kept, Written]:
    _require(seat, Permission.WRITE_CASES)
    kept = drafts.find(seat.node, _channel(seat).uuid, AREA, uid)
    if kept is None or kept.owner != seat.officer.pseudonym:
        raise NotAllowedError("There is no such draft of yours.")
    if kept.state is not DraftState.WRITING:
        raise ChangedError("The draft waits for release.", "Take it back before you change it.")
    return kept, unpack(kept.content)


def _waiting(seat: Seat, uid: str) -> tuple[Kept, Written]:
    _require(seat, Permission.RELEASE)
    kept = drafts.find(seat.node, _channel(seat).uuid, AREA, uid)
    if kept is None or kept.state is not DraftState.WAITING:
        raise ChangedError("The draft no longer waits for release.")
    if kept.owner == seat.officer.pseudonym:
        raise NotAllowedError("Nobody releases what they wrote themselves.", "Ask a colleague who may release.")
    return kept, unpack(kept.content)


def _same(kept: Kept, version: int) -> None:
    if kept.version != version:
        raise ChangedError("The draft was changed after you looked at it.")


def _channel(seat: Seat) -> Channel:
    if seat.channel is None:
        raise NotAllowedError("There is no agreement yet.", "The operator proposes one: comity agreement propose.")
    return seat.channel


def _require(seat: Seat, permission: Permission) -> None:
    if not seat.may(permission):
        raise NotAllowedError("Your role does not allow this.")


def _media_type(name: str) -> str:
    guessed = mimetypes.guess_type(name)[0] or ""
    return guessed if _MEDIA.match(guessed) else "application/octet-stream"
