"""Make drafts of the meetings in calendar files of other programs."""

from datetime import date, timedelta

from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_draft_services
from comity.plan import meeting_joint as joint
from comity.plan.imports import ical
from comity.plan.imports.ical import Imported
from comity.plan.imports.report import Loss
from comity.plan.kinds.series import Frequency
from comity.plan.meeting_draft import LONGEST_TITLE, ON_DAYS, MeetingDraft


def take(seat: Seat, data: bytes) -> tuple[list[tuple[str, str]], tuple[Loss, ...]]:
    """Keep a draft for each meeting or series of a file; return drafts with titles, and what was left out.

    Raises `ImportRefusedError`.
    """
    seat.require(Permission.WRITE_PLAN)
    taken = ical.meetings(data)
    made = [(meeting_draft_services.begin_from(seat, _draft(seat, one)), one.title[:80]) for one in taken.value]
    return made, taken.losses


def _draft(seat: Seat, one: Imported) -> MeetingDraft:
    parties = seat.terms.parties if seat.terms else {}
    zones = [parties[name].time_zone for name in joint.parties(seat) if name in parties]
    zone = one.zone if one.zone in zones else zones[0] if zones else "UTC"
    here = ical.in_zone(one, zone)
    # Where the hour at the place falls on another day than in the file, the days of the series move along.
    moved = here.begins.date() - one.begins.date()
    rule = here.rule
    frequency = ON_DAYS if rule is None and here.also else ""
    if rule is not None:
        last = rule.frequency is Frequency.MONTH_WEEKDAY and rule.last_weekday
        frequency = "month-last" if last else str(rule.frequency)
    return MeetingDraft(
        title={seat.language: one.title[:LONGEST_TITLE]} if one.title else {},
        place={seat.language: one.place[:LONGEST_TITLE]} if one.place else {},
        zone=zone,
        day=here.begins.date().isoformat(),
        begins=ical.clock(here).isoformat(timespec="minutes"),
        minutes=str(one.minutes),
        frequency=frequency,
        every=str(rule.every) if rule else "1",
        count=str(rule.count or "") if rule else "",
        leave_out=False,
        without=_moved(one.without, moved),
        also=_moved(one.also, moved),
    )


def _moved(days: tuple[date, ...], by: timedelta) -> list[str]:
    return [(day + by).isoformat() for day in days]
