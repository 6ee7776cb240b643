"""Write minutes, propose and sign them, propose them anew, and follow up what they decide.  The only way to write."""

from dataclasses import replace
from datetime import date

import msgspec
from django.db import transaction
from django.utils.translation import gettext as _

from comity.desk import drafts
from comity.desk.drafts import Kept
from comity.desk.errors import ChangedError
from comity.desk.models import DraftState
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_joint as joint
from comity.plan import minutes_draft
from comity.plan.calendar_days import begin_of
from comity.plan.kinds.meeting import MEETING, Meeting, State
from comity.plan.kinds.minutes import DECISION, MINUTES, Decision, FollowUp, Minutes, Sort, Stage, Written, decided
from comity.plan.kinds.plan import Text
from comity.plan.meeting_access import state_of
from comity.plan.meeting_joint import NotHereError, UnfitError
from comity.plan.minutes_draft import MinutesDraft
from comity.protocol.canonical import encode
from comity.protocol.names import UnixMs, instant

TYPE = "minutes"


def begin(seat: Seat, meeting: str) -> str:
    """Draft minutes from what was written in a meeting; return the draft's identifier.  Raises `UnfitError`."""
    seat.require(Permission.WRITE_PLAN)
    found = joint.get(seat, meeting, MEETING)
    body = found.body
    if not isinstance(body, Meeting) or state_of(found) is not State.CLOSED:
        raise UnfitError(_("Minutes are drafted when the meeting is closed."), _("Close the meeting first."))
    start = begin_of(body.day, body.begins, body.zone)
    begins = UnixMs(int(start.timestamp()) * 1000)
    times = minutes_draft.hours(body, instant(begins), instant(UnixMs(begins + body.minutes * 60_000)))
    others = {one.body.meeting for one in joint.every(seat, MINUTES) if isinstance(one.body, Minutes)} - {meeting}
    language = minutes_draft.most_written(body, seat.language)
    draft = minutes_draft.draft_of(meeting, body, len(others) + 1, language, *times)
    return _keep(seat, meeting, draft)


def begin_again(seat: Seat, document: str) -> str:
    """Draft minutes that replace ones that were not adopted; return the draft's identifier."""
    seat.require(Permission.WRITE_PLAN)
    found = joint.get(seat, document, MINUTES)
    if found.agreed or not isinstance(found.body, Minutes):
        raise UnfitError(_("These minutes are adopted."), _("Correct them in the next meeting."))
    return _keep(seat, found.body.meeting, minutes_draft.again(document, found.body))


def _keep(seat: Seat, meeting: str, draft: MinutesDraft) -> str:
    uid = seat.node.new_id()
    kept = Kept(
        uid=uid, channel=joint.channel_of(seat).uuid, area=joint.AREA, type=TYPE, case=meeting, answers="",
        reality=str(seat.reality), owner=seat.officer.pseudonym, state=DraftState.WRITING, version=1,
        content=encode(draft), changed_ms=seat.node.clock(),
    )  # fmt: skip
    drafts.begin(seat.node, kept)
    return uid


def change(seat: Seat, uid: str, draft: MinutesDraft, version: int) -> None:
    """Keep a draft as it reads now.  Raises `ChangedError` if somebody else has changed it since ``version``."""
    seat.require(Permission.WRITE_PLAN)
    kept = _kept(seat, uid)
    drafts.change(seat.node, replace(kept, version=version), encode(draft))


def discard(seat: Seat, uid: str, version: int) -> None:
    """Throw a draft away.  Raises `ChangedError`."""
    seat.require(Permission.WRITE_PLAN)
    drafts.remove(seat.node, replace(_kept(seat, uid), version=version))


def propose(seat: Seat, uid: str, version: int, note: str = "") -> str:
    """Propose the minutes that a draft says, which signs them for this side; return the document's identifier.

    Raises `UnfitError`, `ChangedError`, or what concurrence raises.
    """
    seat.require(Permission.WRITE_PLAN)
    with transaction.atomic(using=seat.node.using):
        kept = drafts.locked(seat.node, joint.channel_of(seat).uuid, joint.AREA, uid)
        if kept is None or kept.type != TYPE or kept.version != version:
            raise ChangedError("The draft was changed or sent meanwhile.")
        body = minutes_draft.completed(msgspec.json.decode(kept.content, type=MinutesDraft), joint.parties(seat))
        if body.replaces is not None:
            _take_back(seat, body.replaces)
        document = joint.open_document(seat, MINUTES, body, urgency=joint.MINUTES, note=note)
        drafts.remove(seat.node, kept)
    return document


def _take_back(seat: Seat, document: str) -> None:
    """Withdraw own minutes that still wait, before others take their place: nobody signs two texts of one meeting."""
    found = joint.get(seat, document, MINUTES)
    if found.agreed:
        raise UnfitError(_("These minutes are adopted."), _("Correct them in the next meeting."))
    opening = found.opening
    if opening is not None and opening.author == seat.node.name and opening.status not in joint.DEAD:
        joint.withdraw(seat, document, document, "")


def answer(seat: Seat, document: str, *, concurs: bool, words: str) -> None:
    """Sign minutes, which adopts them, or object with a reason.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    joint.get(seat, document, MINUTES)
    joint.answer(seat, document, document, concurs=concurs, words=words)


def withdraw(seat: Seat, document: str, reason: str) -> None:
    """Take back own minutes that nobody has signed yet.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    joint.get(seat, document, MINUTES)
    joint.withdraw(seat, document, document, reason)


def _kept(seat: Seat, uid: str) -> Kept:
    kept = drafts.find(seat.node, joint.channel_of(seat).uuid, joint.AREA, uid)
    if kept is None or kept.type != TYPE or kept.reality != seat.reality:
        raise NotHereError(_("There is no such draft."))
    return kept


def decide(seat: Seat, *, number: str, text: Text, authentic: str, lead: str, due: date | None, reason: Text) -> str:
    """Propose a decision in writing, between meetings; return the document's identifier."""
    seat.require(Permission.WRITE_PLAN)
    sort = Sort.ACTION if lead else Sort.DECISION
    try:
        decision = Decision(number=number, sort=sort, text=text, lead=lead or None, due=due)
        body = Written(
            decision=decision, authentic=authentic, reason=reason or None,
            follow={party: {} for party in joint.parties(seat)},
        )  # fmt: skip
    except ValueError as error:
        raise UnfitError(_("The text is missing in the authentic language."), _("Fill in what is missing.")) from error
    return joint.open_document(seat, DECISION, body)


def answer_decision(seat: Seat, document: str, *, concurs: bool, words: str) -> None:
    """Sign a written decision, or object with a reason.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    joint.get(seat, document, DECISION)
    joint.answer(seat, document, document, concurs=concurs, words=words)


def follow_up(seat: Seat, document: str, key: str, stage: Stage, *, due: date | None = None, remark: str = "") -> None:
    """Say for this side how far a decision is carried out.  Raises `UnfitError`, or what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    found = joint.find(seat, document, MINUTES) or joint.find(seat, document, DECISION)
    if found is None or not found.agreed:
        raise NotHereError(_("There is no such decision."))
    keys = {name for name, _decision in decided(found.body)} if isinstance(found.body, Minutes) else {"decision"}
    if key not in keys:
        raise NotHereError(_("There is no such decision."))
    said = FollowUp(stage=stage, at=instant(seat.node.clock()), due=due, remark=remark.strip()[:4000] or None)
    joint.put(seat, document, {f"/follow/{joint.own_party(seat)}/{key}": said})
