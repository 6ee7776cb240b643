"""Say what the group's things are called, and at which time of each side a meeting is."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from zoneinfo import ZoneInfo

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from comity.desk.seat import Seat
from comity.plan.kinds.meeting import Course, Mark, Said, State
from comity.plan.kinds.minutes import Sort, Stage, Standing
from comity.plan.kinds.series import Frequency

STATES: Final[Mapping[State, Promise]] = {
    State.INVITED: _("invited"),
    State.NOT_AGREED: _("not agreed"),
    State.OPEN: _("open"),
    State.IN_PROGRESS: _("in progress"),
    State.CLOSED: _("closed"),
    State.CALLED_OFF: _("called off"),
}
SAID: Final[Mapping[Said, Promise]] = {
    Said.NOTE: _("note"),
    Said.DECISION: _("decision proposed"),
    Said.ACTION: _("action proposed"),
}
MARKS: Final[Mapping[Mark, Promise]] = {
    Mark.DONE: _("dealt with"),
    Mark.AGAIN: _("next time again"),
}
COURSES: Final[Mapping[Course, Promise]] = {
    Course.BEGUN: _("begun"),
    Course.ENDED: _("ended"),
    Course.CALLED_OFF: _("called off"),
}
SORTS: Final[Mapping[Sort, Promise]] = {Sort.DECISION: _("decision"), Sort.ACTION: _("action")}
STAGES: Final[Mapping[Stage, Promise]] = {
    Stage.UNDER_WAY: _("under way"),
    Stage.HELD_UP: _("held up"),
    Stage.DONE: _("done"),
    Stage.NOT_DONE: _("not done"),
}
STANDINGS: Final[Mapping[Standing, Promise]] = {
    Standing.OPEN: _("open"),
    Standing.UNDER_WAY: _("under way"),
    Standing.HELD_UP: _("held up"),
    Standing.DONE_CLAIMED: _("done, as its lead says"),
    Standing.DONE_CONFIRMED: _("done, confirmed by both"),
    Standing.DISPUTED: _("disputed"),
}
FREQUENCIES: Final[Mapping[Frequency, Promise]] = {
    Frequency.WEEKLY: _("every week"),
    Frequency.MONTH_DAY: _("every month on this day"),
    Frequency.MONTH_WEEKDAY: _("every month on this weekday"),
}
LANGUAGE_NAMES: Final[Mapping[str, Promise]] = {"en": _("English"), "de": _("German"), "ar": _("Arabic")}


def said_in(text: Mapping[str, str], language: str) -> str:
    """Return a text in a language, else in English, else as it was written."""
    return text.get(language) or text.get("en") or next(iter(text.values()), "")


@dataclass(frozen=True, slots=True)
class Local:
    """Show a meeting in the time of one side."""

    party: str
    title: str
    zone: str
    begins: datetime
    ends: datetime

    @property
    def offset(self) -> str:
        """Return the difference to UTC: ``UTC+03:00``."""
        shown = self.begins.strftime("%z")
        return f"UTC{shown[:3]}:{shown[3:5]}"


def times(seat: Seat, begins: datetime, minutes: int) -> list[Local]:
    """Return a meeting in the time of each side, ours first."""
    if seat.terms is None:
        return []
    own = seat.node.name[:2]
    parties = sorted(seat.terms.agreement.parties, key=lambda one: one.id != own)
    ends = begins + timedelta(minutes=minutes)
    return [
        Local(
            one.id, seat.terms.words(one.title, seat.language), one.time_zone,
            begins.astimezone(ZoneInfo(one.time_zone)), ends.astimezone(ZoneInfo(one.time_zone)),
        )
        for one in parties
    ]  # fmt: skip
