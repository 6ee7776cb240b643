"""Do what an officer may do with cases: write, attach, hand over, release, send, discard.  The only way to write."""

import mimetypes
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from comity.cases import access, charge, handling, preflight
from comity.cases.items import MAX_ITEMS
from comity.cases.kinds import ANSWERS, CONCERNS, COURSE, INFORMING, KIND_OF, OPENING, Kind
from comity.cases.vocabulary import ITEM_FIELDS
from comity.cases.written import Written, WrittenItem, fill, missing, pack, too_long, unpack
from comity.channel import blobs, uploads
from comity.channel.models import Channel
from comity.channel.post import post
from comity.channel.reading import Held
from comity.desk import drafts
from comity.desk.drafts import Kept
from comity.desk.errors import ChangedError, NotAllowedError
from comity.desk.models import DraftState, Officer
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol.errors import ComityError, ErrorKind
from comity.protocol.records import MAX_ATTACHMENTS, Header, Reality

AREA: Final = "cases"
_HIDDEN: Final = re.compile(r"[\x00-\x1f\x7f\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_MEDIA: Final = re.compile(r"^[a-z]+/[a-z0-9.+-]{1,80}$")


class IncompleteError(ComityError):
    """Say that a draft lacks something without which there is no record."""

    kind = ErrorKind.MALFORMED
    default_remedy = "Fill in what is missing."


@dataclass(frozen=True, slots=True)
class About:
    """Say what a draft belongs to: the case, what it answers, what it concerns; empty where it does not."""

    case: str = ""
    answers: str = ""
    concerns: str = ""


def begin(
    seat: Seat, kind: Kind, *, answers: str = "", case: str = "", concerns: str = "", start: Written | None = None
) -> Kept:
    """Begin a draft: what opens a case or goes on in one, answers a question, or concerns a record.

    ``start`` is what stands in it already.  Raises `NotAllowedError`.
    """
    _require(seat, Permission.WRITE_CASES)
    channel = _channel(seat)
    refers = _referred(seat, kind, About(case, answers, concerns))
    written = start or Written(language=seat.language)
    if not written.to:
        written = msgspec.structs.replace(written, to=_recipient(seat, refers))
    if kind in CONCERNS or kind in COURSE:
        written = msgspec.structs.replace(written, concerns=concerns)
    if refers is not None:
        written = _like(seat, kind, written, refers.header)
    kept = Kept(
        uid=seat.node.new_id(),
        channel=channel.uuid,
        area=AREA,
        type=kind.tag,
        case=case if refers is None or kind in OPENING or kind in COURSE else access.case_of(refers),
        answers=answers,
        reality=str(refers.header.reality if refers else seat.reality),
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


def _referred(seat: Seat, kind: Kind, about: About) -> Held | None:
    """Return the record that a draft of this kind refers to.  Raises `NotAllowedError` if it has to and cannot."""
    found: Held | None = None
    if kind in ANSWERS:
        found = access.partner_record(seat, about.answers, frozenset({ANSWERS[kind]}))
    elif kind in CONCERNS:
        wanted = INFORMING if kind is Kind.CONSENT_ASKED else frozenset({Kind.REQUEST})
        found = access.partner_record(seat, about.concerns, wanted)
    elif about.case or kind in COURSE:
        found = access.opening(seat, about.case)
    else:
        return None
    if found is None:
        raise NotAllowedError(
            "There is nothing that this could answer or go on with.", "Open the case and begin there."
        )
    return found


def _recipient(seat: Seat, refers: Held | None) -> str:
    if refers is None:
        return ""
    return refers.header.to[0] if refers.journal == seat.node.name else refers.header.author


def _like(seat: Seat, kind: Kind, written: Written, header: Header) -> Written:
    """Return ``written`` under the clause, for the purpose and with the code of what it refers to, where they fit."""
    terms = seat.terms
    compiled = terms.clauses.get(header.clause or "") if terms else None
    area = compiled.clause.area if compiled else ""
    clauses = [one.clause for one in (terms.clauses.values() if terms else ()) if kind.tag in one.clause.types]
    same = [one for one in clauses if one.id == header.clause]
    fitting = same or [one for one in clauses if one.area == area]
    return msgspec.structs.replace(
        written,
        clause=written.clause or (fitting[0].id if fitting else ""),
        purpose=written.purpose or header.purpose or "",
        handling=written.handling or (header.handling or "" if same else ""),
    )


def write(
    seat: Seat,
    uid: str,
    given: Mapping[str, str],
    grounds: Sequence[str],
    *,
    items: Sequence[str] | None = None,
    version: int | None = None,
) -> tuple[Kept, Written]:
    """Keep what the officer has written so far.  Raises `ChangedError` or `NotAllowedError`.

    ``items`` are the kinds of the items that replace those of the draft; ``given`` fills them in.  With a ``version``
    only the draft that was read is changed.
    """

    def change(kept: Kept, written: Written) -> Written:
        if version is not None:
            _same(kept, version)
        if items is not None:
            written = msgspec.structs.replace(written, items=tuple(WrittenItem(kind=one) for one in items))
        return preflight.defaults(seat, kept, fill(written, given, grounds))

    return _change(seat, uid, change)


def add_item(seat: Seat, uid: str, kind: str) -> None:
    """Add an empty item to a draft, to be filled in.  Raises `IncompleteError` when there are too many."""

    def change(_kept: Kept, written: Written) -> Written:
        if kind not in ITEM_FIELDS or len(written.items) >= MAX_ITEMS:
            raise IncompleteError(_("A record takes no more of these."), _("Send the others with a second record."))
        return msgspec.structs.replace(written, items=(*written.items, WrittenItem(kind=kind)))

    _change(seat, uid, change)


def drop_item(seat: Seat, uid: str, number: int) -> None:
    """Take an item out of a draft."""

    def change(_kept: Kept, written: Written) -> Written:
        return msgspec.structs.replace(written, items=written.items[:number] + written.items[number + 1 :])

    _change(seat, uid, change)


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
    _check_course(seat, kept, written)
    author = Officer.objects.filter(pseudonym=kept.owner).first()
    if author is None or Reality(kept.reality) is not seat.reality:
        raise ChangedError("The draft no longer belongs here.")
    draft = preflight.as_draft(seat, kept, written, author.authority, released_by)
    with transaction.atomic(using=seat.node.using):
        drafts.remove(seat.node, kept)
        post(seat.node, _channel(seat), [draft])
        case = kept.case or kept.uid
        charge.take_up(seat, case, kept.owner, author.units(Permission.WRITE_CASES).first)
    return case


def _check_course(seat: Seat, kept: Kept, written: Written) -> None:
    """Refuse what handling codes forbid, and to close over the partner's open question.

    SECURITY: what leaves by taking something over is judged once more when it leaves. Holds because the places it comes
    from stay in the draft until it is sent. Breaks if they could be taken out of a draft.
    """
    held = list(handling.taken_over(seat, written))
    if held:
        raise handling.WithheldError(held)
    if kept.type == Kind.CLOSING.tag and access.waits_for_us(seat, kept.case):
        raise IncompleteError(
            _("A question of the partner is still open in this case."), _("Answer or refuse it; then close the case.")
        )


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
