"""Answer the questions of the front page for the plan."""

from collections.abc import Iterator
from datetime import UTC, date, datetime, time

from django.urls import reverse
from django.utils.translation import gettext as _

from comity.desk.rail import Answer, Notice, Question, answers
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import access, words
from comity.plan import meeting_joint as joint
from comity.plan.access import AreaShown
from comity.plan.forms import said

NONE = Answer((), 0)
SHOWN = 8


def register() -> None:
    """Let the front page ask this area."""
    answers(Question.FROM_US, "plan", from_us)
    answers(Question.FROM_THEM, "plan", from_them)
    answers(Question.WRONG, "plan", wrong)


def from_us(seat: Seat) -> Answer:
    """Return proposals that wait for our answer, and actions that we lead and that are due."""
    if not seat.may(Permission.WRITE_PLAN) or seat.channel is None:
        return NONE
    shown = access.areas(seat)
    found = [*_proposals(seat, shown, seat.node.name), *_due(seat, shown, (joint.own_party(seat),))]
    return _answer(found)


def from_them(seat: Seat) -> Answer:
    """Return our proposals that wait for a partner, and actions that a partner leads and that are due."""
    if not seat.may(Permission.WRITE_PLAN) or seat.channel is None:
        return NONE
    shown = access.areas(seat)
    theirs = [one for name in seat.partners() for one in _proposals(seat, shown, name)]
    parties = tuple(dict.fromkeys(name.partition(".")[0] for name in seat.partners()))
    return _answer([*theirs, *_due(seat, shown, parties)])


def wrong(seat: Seat) -> Answer:
    """Return what the sides disagree on."""
    if not seat.may(Permission.WRITE_PLAN) or seat.channel is None:
        return NONE
    found = [
        Notice(
            title=_("The sides disagree on the plan: %(area)s") % {"area": _title(seat, one)},
            url=reverse("plan:area", args=[one.uuid]),
            when_ms=max(view.time for view in one.disagreements),
            level="due",
            word=_("objected to"),
        )
        for one in access.areas(seat)
        if one.disagreements
    ]
    return _answer(found)


def _answer(found: list[Notice]) -> Answer:
    found.sort(key=lambda one: one.when_ms)
    return Answer(tuple(found[:SHOWN]), len(found), reverse("plan:board") if len(found) > SHOWN else "")


def _proposals(seat: Seat, shown: list[AreaShown], node: str) -> Iterator[Notice]:
    for one in shown:
        for view in one.waiting:
            signer = next((each for each in view.signers if each.node == node), None)
            if signer is None or not view.awaits(node):
                continue
            ours = view.author == seat.node.name
            yield Notice(
                title=_("Proposal for the plan: %(area)s") % {"area": _title(seat, one)},
                url=reverse("plan:area", args=[one.uuid]),
                when_ms=signer.due or view.time,
                level="" if ours else "overdue" if signer.due and signer.due < seat.node.clock() else "due",
                word="" if signer.due else _("waits for an answer"),
                partner=node if ours else view.author,
            )


def _due(seat: Seat, shown: list[AreaShown], parties: tuple[str, ...]) -> Iterator[Notice]:
    day = joint.today(seat)
    for party in parties:
        for one in access.due_from(shown, party, day):
            yield Notice(
                title=said(one.action.title, seat),
                url=reverse("plan:action", args=[one.document, one.key]),
                when_ms=_end_of(one.action.due),
                level="overdue" if one.late else "due",
                detail=one.action.lead,
            )


def _end_of(day: date) -> int:
    return int(datetime.combine(day, time(23, 59, 59), UTC).timestamp() * 1000)


def _title(seat: Seat, one: AreaShown) -> str:
    return words.area_title(seat.terms, one.body.area, seat.language)
