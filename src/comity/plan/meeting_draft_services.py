"""Keep meetings that are being prepared, and send them.  Drafts stay on this node until they are sent."""

from collections.abc import Iterator
from dataclasses import replace

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from comity.desk import drafts
from comity.desk.drafts import Kept
from comity.desk.errors import ChangedError
from comity.desk.models import DraftState
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_access, meeting_draft, meeting_joint, meeting_services
from comity.plan.kinds.meeting import MEETING, Meeting, agenda
from comity.plan.kinds.series import SERIES, Series
from comity.plan.meeting_draft import MeetingDraft, PointDraft
from comity.plan.meeting_joint import NotHereError
from comity.protocol.canonical import encode

TYPE = "meeting"


def begin(seat: Seat, *, like: str = "", series: str = "", occurrence: str = "") -> str:
    """Begin a meeting: like another one, for a day of a series, or with what waits in the backlog."""
    seat.require(Permission.WRITE_PLAN)
    draft = _like(seat, like) if like else _of_series(seat, series, occurrence) if series else MeetingDraft()
    carried = [
        PointDraft(dict(one.point.title), str(one.point.minutes or ""), one.meeting, one.key)
        for one in meeting_access.backlog(seat)
        if not any(two.carried == one.meeting and two.carried_key == one.key for two in draft.points)
    ]
    zones = {party: terms.time_zone for party, terms in seat.terms.parties.items()} if seat.terms else {}
    zone = draft.zone or zones.get(meeting_joint.own_party(seat), "")
    return _keep(seat, msgspec.structs.replace(draft, zone=zone, points=[*draft.points, *carried]))


def begin_from(seat: Seat, given: MeetingDraft) -> str:
    """Keep a draft that another program's file gave; return its identifier."""
    seat.require(Permission.WRITE_PLAN)
    return _keep(seat, given)


def _keep(seat: Seat, draft: MeetingDraft) -> str:
    uid = seat.node.new_id()
    kept = Kept(
        uid=uid, channel=meeting_joint.channel_of(seat).uuid, area=meeting_joint.AREA, type=TYPE, case="", answers="",
        reality=str(seat.reality), owner=seat.officer.pseudonym, state=DraftState.WRITING, version=1,
        content=encode(draft), changed_ms=seat.node.clock(),
    )  # fmt: skip
    drafts.begin(seat.node, kept)
    return uid


def _like(seat: Seat, uuid: str) -> MeetingDraft:
    body = meeting_joint.get(seat, uuid, MEETING).body
    if not isinstance(body, Meeting):
        raise NotHereError(_("There is no such meeting."))
    points = [
        PointDraft(dict(point.title), str(point.minutes or ""), point.carried or "", point.carried_key or "")
        for _party, _key, point in agenda(body)
    ]
    return MeetingDraft(
        title=dict(body.title), place=dict(body.place), zone=body.zone, day=body.day.isoformat(), begins=body.begins,
        minutes=str(body.minutes), points=points, series=body.series or "",
        occurrence=body.occurrence.isoformat() if body.occurrence else "",
    )  # fmt: skip


def _of_series(seat: Seat, uuid: str, occurrence: str) -> MeetingDraft:
    body = meeting_joint.get(seat, uuid, SERIES).body
    if not isinstance(body, Series):
        raise NotHereError(_("There is no such meeting."))
    return MeetingDraft(
        title=dict(body.title), place=dict(body.place), zone=body.zone, day=occurrence, begins=body.begins,
        minutes=str(body.minutes), series=uuid, occurrence=occurrence,
    )  # fmt: skip


def change(seat: Seat, uid: str, draft: MeetingDraft, version: int) -> None:
    """Keep a draft as it reads now.  Raises `ChangedError` if somebody else has changed it since ``version``."""
    seat.require(Permission.WRITE_PLAN)
    drafts.change(seat.node, replace(_kept(seat, uid), version=version), encode(draft))


def discard(seat: Seat, uid: str, version: int) -> None:
    """Throw a draft away.  Raises `ChangedError`."""
    seat.require(Permission.WRITE_PLAN)
    drafts.remove(seat.node, replace(_kept(seat, uid), version=version))


def send(seat: Seat, uid: str, version: int, note: str = "") -> tuple[str, bool]:
    """Invite the other side; return the document's identifier, and whether it is a series.

    Raises `UnfitError`, `ChangedError`, or what concurrence raises.
    """
    seat.require(Permission.WRITE_PLAN)
    with transaction.atomic(using=seat.node.using):
        kept = drafts.locked(seat.node, meeting_joint.channel_of(seat).uuid, meeting_joint.AREA, uid)
        if kept is None or kept.type != TYPE or kept.version != version or kept.reality != seat.reality:
            raise ChangedError("The draft was changed or sent meanwhile.")
        draft = msgspec.json.decode(kept.content, type=MeetingDraft)
        body = meeting_draft.completed(draft, meeting_joint.parties(seat), _keys(seat), seat.terms)
        document = meeting_services.call(seat, body, note)
        drafts.remove(seat.node, kept)
    return document, isinstance(body, Series)


def call(seat: Seat, given: MeetingDraft, note: str = "") -> str:
    """Invite the other side to what a program wrote, without keeping a draft.  Raises `UnfitError`."""
    seat.require(Permission.WRITE_PLAN)
    body = meeting_draft.completed(given, meeting_joint.parties(seat), _keys(seat), seat.terms)
    return meeting_services.call(seat, body, note)


def draft(seat: Seat, uid: str) -> tuple[Kept, MeetingDraft]:
    """Return a draft of this side.  Raises `NotHereError`."""
    seat.require(Permission.WRITE_PLAN)
    kept = _kept(seat, uid)
    return kept, msgspec.json.decode(kept.content, type=MeetingDraft)


def own(seat: Seat) -> list[tuple[Kept, MeetingDraft]]:
    """Return the officer's drafts of meetings, the last changed first."""
    seat.require(Permission.WRITE_PLAN)
    if seat.channel is None:
        return []
    kept = drafts.written_by(seat.node, seat.channel.uuid, meeting_joint.AREA, seat.officer.pseudonym, 50)
    fitting = [one for one in kept if one.type == TYPE and one.reality == seat.reality]
    return [(one, msgspec.json.decode(one.content, type=MeetingDraft)) for one in fitting]


def _kept(seat: Seat, uid: str) -> Kept:
    kept = drafts.find(seat.node, meeting_joint.channel_of(seat).uuid, meeting_joint.AREA, uid)
    if kept is None or kept.type != TYPE or kept.reality != seat.reality:
        raise NotHereError(_("There is no such draft."))
    return kept


def _keys(seat: Seat) -> Iterator[str]:
    while True:
        yield meeting_joint.new_key(seat)
