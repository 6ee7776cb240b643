"""Answer the questions of the front page for screening."""

from collections.abc import Iterator

from django.urls import reverse
from django.utils.translation import gettext as _

from comity.desk.rail import Answer, Notice, Question, answers
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.screening import access, list_access
from comity.screening.models import CheckState, PublicationState

NONE = Answer((), 0)


def register() -> None:
    """Let the front page ask this area."""
    answers(Question.FROM_US, "screening", from_us)
    answers(Question.TO_RELEASE, "screening", to_release)
    answers(Question.WRONG, "screening", wrong)


def from_us(seat: Seat) -> Answer:
    """Return hits that wait for a person and entries to be reviewed: nothing about whom on the front page."""
    if seat.channel is None:
        return NONE
    notices = [*_hits(seat), *_reviews(seat)]
    return Answer(tuple(notices), len(notices))


def _hits(seat: Seat) -> Iterator[Notice]:
    if not seat.may(Permission.SCREEN):
        return
    count, oldest = access.waiting_hits(seat)
    if count:
        title = _("Hits wait for a person: %(count)s") % {"count": count}
        yield Notice(title, reverse("screening:hits"), oldest, "due", _("not verified"))


def _reviews(seat: Seat) -> Iterator[Notice]:
    if not seat.may(Permission.KEEP_LISTS):
        return
    for one in list_access.own_lists(seat):
        if one.review_due:
            title = _("Entries of %(list)s to be reviewed: %(count)s") % {"list": one.title, "count": one.review_due}
            place = reverse("screening:list", args=[one.list_id]) + "?due"
            yield Notice(title, place, one.next_review_ms or 0, "due", _("review due"))


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
    """Return the checks that stand still or have failed rows, and the publications that failed."""
    if not seat.may(Permission.READ_SCREENING) or seat.channel is None:
        return NONE
    checks = tuple(
        Notice(
            title=_("A check stands still") if one.state is CheckState.PAUSED else _("Rows of a check failed"),
            url=reverse("screening:check", args=[one.uid]),
            when_ms=one.created_ms,
            level="due",
            word=_("waiting"),
            partner=one.holder,
        )
        for one in access.checks_in_trouble(seat)
    )
    lists = tuple(
        Notice(
            title=_("Publication of %(list)s") % {"list": one.title},
            url=reverse("screening:list", args=[one.list_id]),
            when_ms=one.publication.started_ms,
            level="refused",
            word=_("failed"),
        )
        for one in list_access.own_lists(seat)
        if one.publication and one.publication.state is PublicationState.FAILED
    )
    return Answer(checks + lists, len(checks) + len(lists))
