"""Write the days of the plan for calendar programs (RFC 5545): whole days on which actions are due, and milestones.

A day keeps its UID for good; SEQUENCE counts the versions that both sides have signed.  An action that has not ended
reminds a week ahead.
"""

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from typing import Final

from django.utils.translation import gettext as _
from icalendar import Alarm, Event

from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import access, words
from comity.plan import meeting_joint as joint
from comity.plan.access import ENDED, ActionShown, AreaShown
from comity.plan.calendar_ics import Method, Part, calendar
from comity.plan.forms import said
from comity.plan.states import STATES, State

AHEAD: Final = timedelta(days=7)


def plan_file(seat: Seat) -> bytes:
    """Return the due days of all actions and milestones that both sides have signed."""
    seat.require(Permission.READ_PLAN)
    return calendar(list(parts(seat)), Method.PUBLISH, _("Action plan"))


def parts(seat: Seat, *, ours: bool = False) -> Iterator[Part]:
    """Go through the days of the plan in force; ``ours``: of actions, those that this side leads and has not ended."""
    own = joint.own_party(seat)
    for area in access.areas(seat):
        if not area.found.agreed:
            continue
        for one in area.actions:
            if not ours or (one.party == own and one.state not in ENDED):
                yield _action(seat, area, one)
        for key, milestone in area.body.milestones.items():
            title = _("Milestone: %(title)s") % {"title": said(milestone.title, seat)}
            event = _day(seat, area, key, milestone.due, title)
            event.add("STATUS", "CONFIRMED")
            yield Part(event, "", milestone.due.year, milestone.due.year)


def _action(seat: Seat, area: AreaShown, one: ActionShown) -> Part:
    title = _("Due: %(title)s") % {"title": said(one.action.title, seat)}
    event = _day(seat, area, one.key, one.action.due, title)
    event.add("STATUS", "CANCELLED" if one.state is State.CANCELLED else "CONFIRMED")
    lines = [
        f"{_('Lead')}: {one.action.lead}",
        f"{_('State')}: {STATES[one.state]}",
        f"{_('Start')}: {one.action.start.isoformat()}",
        f"{_('Clause')}: {one.action.clause}",
        *(f"{_('Deliverables')}: {said(text, seat)}" for text in one.action.deliverables.values()),
    ]
    event.add("DESCRIPTION", "\n".join(lines))
    if one.state not in ENDED:
        alarm = Alarm()
        alarm.add("ACTION", "DISPLAY")
        alarm.add("DESCRIPTION", title)
        alarm.add("TRIGGER", -AHEAD)
        event.add_component(alarm)
    return Part(event, "", one.action.due.year, one.action.due.year)


def _day(seat: Seat, area: AreaShown, key: str, day: date, title: str) -> Event:
    changed = datetime.fromtimestamp(area.found.changed_ms // 1000, UTC)
    event = Event()
    event.add("UID", f"{area.uuid}-{key}")
    event.add("DTSTAMP", changed)
    event.add("LAST-MODIFIED", changed)
    event.add("SEQUENCE", max(0, area.found.view.version - 1))
    event.add("DTSTART", day)
    event.add("DTEND", day + timedelta(days=1))
    event.add("SUMMARY", title)
    event.add("CATEGORIES", [words.area_title(seat.terms, area.body.area, seat.language)])
    event.add("TRANSP", "TRANSPARENT")
    event.add("CLASS", "PRIVATE")
    return event
