"""Answer the questions of the front page for meetings, minutes and decisions: what waits for whom, what is overdue."""

from collections.abc import Iterator
from datetime import UTC, datetime, time

from django.urls import reverse
from django.utils.translation import gettext as _

from comity.concurrence.access import ProposalView
from comity.desk.rail import Answer, Notice, Question, answers
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_joint as joint
from comity.plan import minutes_access
from comity.plan.kinds.group import GROUP
from comity.plan.kinds.meeting import MEETING
from comity.plan.kinds.minutes import DECISION, MINUTES, Written
from comity.plan.kinds.series import SERIES
from comity.plan.meeting_access import waits
from comity.plan.meeting_joint import Found
from comity.plan.meeting_words import said_in
from comity.plan.minutes_access import Filter, Row

SHOWN = 8
NONE = Answer((), 0)
_ROUTES = {MEETING.name: "plan:meeting", SERIES.name: "plan:series", MINUTES.name: "plan:minutes"}


def register() -> None:
    """Let the front page ask about meetings."""
    answers(Question.FROM_US, "meetings", from_us)
    answers(Question.FROM_THEM, "meetings", from_them)


def from_us(seat: Seat) -> Answer:
    """Return what waits for our signature, and decisions that we carry out and that are due."""
    return _answer(seat, ours=True)


def from_them(seat: Seat) -> Answer:
    """Return what waits for the partner's signature, and decisions that they carry out and that are due."""
    return _answer(seat, ours=False)


def _answer(seat: Seat, *, ours: bool) -> Answer:
    if not seat.may(Permission.WRITE_PLAN) or seat.channel is None:
        return NONE
    held = [one for kind in (GROUP, MEETING, SERIES, MINUTES, DECISION) for one in joint.every(seat, kind)]
    found = [notice for one in held for notice in _signatures(seat, one, ours=ours)]
    found += [
        _due(seat, row)
        for row in minutes_access.decisions(seat, Filter(state=minutes_access.UNFINISHED))
        if row.due and (row.decision.lead or "").startswith(joint.own_party(seat) + "/") is ours and row.decision.lead
    ]
    found.sort(key=lambda one: one.when_ms)
    return Answer(tuple(found[:SHOWN]), len(found), reverse("plan:decisions") if len(found) > SHOWN else "")


def _signatures(seat: Seat, found: Found, *, ours: bool) -> Iterator[Notice]:
    for one in waits(found):
        theirs = one.author != seat.node.name
        if theirs is not ours or (ours and not one.awaits(seat.node.name)):
            continue
        due = min((signer.due for signer in one.signers if signer.due), default=None)
        late = due is not None and due < seat.node.clock()
        yield Notice(
            title=_title(seat, found),
            url=_url(seat, found),
            when_ms=due or one.time,
            level=("overdue" if late else "due") if ours else "",
            word="" if due else _("waits for an answer"),
            partner=_partner(seat, one),
            detail=found.view.kind.title.get(seat.language, found.view.kind.name),
        )


def _partner(seat: Seat, one: ProposalView) -> str:
    return next((name for name in seat.partners()), "") if one.author == seat.node.name else one.author


def _url(seat: Seat, found: Found) -> str:
    channel = joint.channel_of(seat).uuid
    if found.view.kind.name == GROUP.name:
        return reverse("plan:group")
    if found.view.kind.name == DECISION.name:
        return reverse("plan:decision", args=[channel, found.uuid, "decision"])
    return reverse(_ROUTES[found.view.kind.name], args=[channel, found.uuid])


def _title(seat: Seat, found: Found) -> str:
    body = found.body
    if isinstance(body, Written):
        return said_in(body.decision.text, seat.language)
    return said_in(getattr(body, "title", {}), seat.language)


def _due(seat: Seat, row: Row) -> Notice:
    day = row.due
    assert day is not None  # noqa: S101  # the caller has looked
    return Notice(
        title=said_in(row.decision.text, seat.language),
        url=reverse("plan:decision", args=[joint.channel_of(seat).uuid, row.document, row.key]),
        when_ms=int(datetime.combine(day, time(23, 59, 59), UTC).timestamp() * 1000),
        level="overdue" if row.overdue else "due",
        detail=row.decision.lead or "",
    )
