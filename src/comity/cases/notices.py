"""Answer the questions of the front page for cases."""

from dataclasses import replace

from django.urls import reverse
from django.utils.translation import gettext as _

from comity.cases import access, draft_access
from comity.cases.access import Asked
from comity.cases.kinds import KIND_OF, NAMES, Kind
from comity.cases.models import Entry
from comity.cases.written import unpack
from comity.channel import reading
from comity.concurrence.clocks import ClockState
from comity.desk import words
from comity.desk.rail import Answer, Notice, Question, answers
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol.agreement.model import OnExpiry
from comity.protocol.names import UnixMs

SOON_MS = 24 * 3600 * 1000
NONE = Answer((), 0)


def register() -> None:
    """Let the front page ask this area."""
    answers(Question.FROM_US, "cases", from_us)
    answers(Question.FROM_THEM, "cases", from_them)
    answers(Question.TO_RELEASE, "cases", to_release)
    answers(Question.WRONG, "cases", wrong)


def from_us(seat: Seat) -> Answer:
    """Return the partner's questions that wait for us."""
    return _open(seat, own=False)


def from_them(seat: Seat) -> Answer:
    """Return our questions that wait for the partner."""
    return _open(seat, own=True)


def _open(seat: Seat, *, own: bool) -> Answer:
    if not seat.may(Permission.READ_CASES) or seat.channel is None or seat.terms is None:
        return NONE
    asked, count = access.open_questions(seat, own=own)
    now = seat.node.clock()
    notices = tuple(_notice(seat, one, now) for one in asked)
    more = reverse("cases:inbox") + f"?state={'from-them' if own else 'from-us'}" if count > len(notices) else ""
    return Answer(notices, count, more)


def _escalated(seat: Seat) -> tuple[Notice, ...]:
    """Return, for supervisors, what this side has let pass and the clause passes on to them."""
    if not seat.may(Permission.RELEASE):
        return ()
    now = seat.node.clock()
    asked, _count = access.open_questions(seat, own=False)
    late = [one for one in asked if one.clock and one.clock.state(now) is ClockState.EXPIRED]
    passed = [one for one in late if one.clock and one.clock.on_expiry is OnExpiry.ESCALATE]
    return tuple(replace(_notice(seat, one, now), word=_("passed on to you")) for one in passed)


def _notice(seat: Seat, one: Asked, now: UnixMs) -> Notice:
    state = one.clock.state(now) if one.clock else ClockState.RUNNING
    level = ""
    if one.clock is not None and one.clock.due is not None:
        level = "overdue" if state is ClockState.EXPIRED else "due" if one.clock.due - now < SOON_MS else ""
    details = [] if one.kind is Kind.REQUEST else [str(NAMES[one.kind])]
    if one.urgency and seat.terms is not None and one.kind is Kind.REQUEST:
        details.append(words.urgency_title(seat.terms, one.clause, one.type, one.urgency))
    if state is ClockState.PAUSED:
        details.append(_("stands still"))
    return Notice(
        title=one.subject or _("Content erased"),
        url=reverse("cases:thread", args=[seat.channel.uuid if seat.channel else "", one.case]),
        when_ms=one.when_ms,
        level=level,
        partner=one.partner,
        detail=" · ".join(details),
    )


def to_release(seat: Seat) -> Answer:
    """Return the drafts of colleagues that wait for a second person."""
    if not seat.may(Permission.RELEASE) or seat.channel is None:
        return NONE
    waiting = [one for one in draft_access.to_release(seat) if one.owner != seat.officer.pseudonym]
    notices = tuple(
        Notice(
            title=unpack(one.content).subject or str(NAMES[KIND_OF[one.type]]),
            url=reverse("cases:review", args=[one.channel, one.uid]),
            when_ms=one.changed_ms,
            level="due",
            word=_("to release"),
            detail=NAMES[KIND_OF[one.type]],
        )
        for one in waiting
    )
    return Answer(notices, len(notices))


def wrong(seat: Seat) -> Answer:
    """Return our records that the partner's node refused."""
    if not seat.may(Permission.READ_CASES) or seat.channel is None:
        return NONE
    refused = {uid: verdict for uid, verdict in reading.refused_own(seat.node, seat.channel, access.FRONT) if uid}
    rows = Entry.objects.using(seat.node.using).filter(channel=seat.channel.uuid, uid__in=refused)
    places = rows.filter(reality=seat.reality, own=True).values_list("uid", "case__uuid", "type")
    notices = _escalated(seat) + tuple(
        Notice(
            title=str(NAMES[KIND_OF[tag]]),
            url=reverse("cases:thread", args=[seat.channel.uuid, case]) + f"#record-{uid}",
            when_ms=refused[uid].time_ms,
            level="refused",
            word=_("refused"),
            detail=_("clause %(clause)s") % {"clause": refused[uid].clause} if refused[uid].clause else "",
        )
        for uid, case, tag in places
        if tag in KIND_OF
    )
    return Answer(notices, len(notices))
