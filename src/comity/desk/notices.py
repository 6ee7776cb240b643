"""Answer the third question of the front page: what is wrong."""

from django.urls import reverse
from django.utils.translation import gettext as _

from comity.desk import access, people_access
from comity.desk.alarm_words import alarm_title
from comity.desk.rail import Answer, Notice, Question, ask
from comity.desk.role_words import role_title
from comity.desk.roles import Permission
from comity.desk.seat import Seat

SHOWN = 12


def roles_to_confirm(seat: Seat) -> Answer:
    """Return the sensitive roles that wait for the seat's officer as the second person."""
    waiting = [one for one in people_access.waiting(seat) if one.may_confirm]
    notices = tuple(
        Notice(
            title=one.grant.officer.display_name,
            url=reverse("desk:people"),
            when_ms=one.grant.granted_ms,
            word=_("role waits"),
            detail=role_title(one.grant.role),
        )
        for one in waiting[:SHOWN]
    )
    return Answer(notices, len(waiting))


def what_is_wrong(seat: Seat) -> Answer:
    """Return open alarms and failing queues, then what the areas report, the gravest kind first."""
    notices = [
        Notice(
            title=alarm_title(one.kind),
            url=reverse("desk:alarms") + f"#alarm-{one.id}",
            when_ms=one.last_ms,
            level="overdue",
            word=_("alarm"),
            partner=one.subject,
        )
        for one in access.open_alarms(seat, SHOWN)
    ]
    count = access.count_open_alarms(seat)
    if seat.may(Permission.READ_STATUS):
        troubled = access.troubled(seat)
        count += len(troubled)
        notices += [
            Notice(
                title=_("The partner is not reached"),
                url=reverse("desk:status"),
                when_ms=one.last_ok_ms,
                level="due",
                word=_("waiting"),
                partner=one.peer_id,
            )
            for one in troubled
        ]
    areas = ask(Question.WRONG, seat)
    return Answer(tuple(notices[:SHOWN]) + areas.notices[:SHOWN], count + areas.count)
