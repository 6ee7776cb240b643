"""Answer the questions of the front page for screening."""

from django.urls import reverse
from django.utils.translation import gettext as _

from comity.desk.rail import Answer, Notice, Question, answers
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.screening import access, list_access
from comity.screening.models import CheckState

NONE = Answer((), 0)
_RECENT = 12


def register() -> None:
    """Let the front page ask this area."""
    answers(Question.FROM_US, "screening", from_us)
    answers(Question.TO_RELEASE, "screening", to_release)
    answers(Question.WRONG, "screening", wrong)


def from_us(seat: Seat) -> Answer:
    """Return the hits that wait for a person, as one line: nothing about whom on the front page."""
    if not seat.may(Permission.SCREEN) or seat.channel is None:
        return NONE
    count, oldest = access.waiting_hits(seat)
    if not count:
        return NONE
    title = _("Hits wait for a person: %(count)s") % {"count": count}
    return Answer((Notice(title, reverse("screening:hits"), oldest, "due", _("not verified")),), 1)


def to_release(seat: Seat) -> Answer:
    """Return checks and publications of colleagues that wait for a second person."""
    if not seat.may(Permission.RELEASE) or seat.channel is None:
        return NONE
    checks = tuple(
        Notice(
            title=_("Check against %(list)s") % {"list": one.list_id},
            url=reverse("screening:check", args=[one.uid]),
            when_ms=one.created_ms,
            level="due",
            word=_("to release"),
            partner=one.holder,
        )
        for one in access.checks_to_release(seat)
    )
    lists = tuple(
        Notice(
            title=_("Publication of %(list)s") % {"list": one.title},
            url=reverse("screening:list", args=[one.list_id]),
            when_ms=one.publication.started_ms if one.publication else 0,
            level="due",
            word=_("to release"),
        )
        for one in list_access.publications_to_release(seat)
    )
    return Answer(checks + lists, len(checks) + len(lists))


def wrong(seat: Seat) -> Answer:
    """Return the checks that stand still, and why."""
    if not seat.may(Permission.READ_SCREENING) or seat.channel is None:
        return NONE
    rows = [one for one in access.checks_of(seat)[:_RECENT] if one.state is CheckState.PAUSED or one.failed]
    notices = tuple(
        Notice(
            title=_("A check stands still") if one.state is CheckState.PAUSED else _("Rows of a check failed"),
            url=reverse("screening:check", args=[one.uid]),
            when_ms=one.created_ms,
            level="due",
            word=_("waiting"),
            partner=one.holder,
        )
        for one in rows
    )
    return Answer(notices, len(notices))
