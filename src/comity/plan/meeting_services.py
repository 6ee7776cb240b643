"""Call meetings, answer, and write in them: what is joint by proposal, what is this side's own beside the other's.

The only way to write.  Every function asks for the permission and acts in the seat's agreement and reality.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Final

import msgspec
from django.utils.translation import gettext as _

from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_joint as joint
from comity.plan.kinds.meeting import (
    MEETING,
    Course,
    Line,
    Mark,
    Meeting,
    Point,
    Said,
    State,
    Word,
    agenda,
    state_of,
)
from comity.plan.kinds.parts import Present
from comity.plan.kinds.plan import Text
from comity.plan.kinds.series import SERIES, Series
from comity.plan.meeting_joint import Found, NotHereError, UnfitError
from comity.protocol.names import instant

LONGEST_LINE: Final = 4000
_WRITABLE: Final = (State.OPEN, State.IN_PROGRESS)
_AFTER: Final[Mapping[State, tuple[Course, ...]]] = {
    State.OPEN: (Course.BEGUN, Course.CALLED_OFF),
    State.IN_PROGRESS: (Course.ENDED,),
    State.CLOSED: (Course.BEGUN,),
}
"""Which words on the course a side may say in which state; a meeting that ended can be taken up again."""


def call(seat: Seat, body: Meeting | Series, note: str = "") -> str:
    """Invite the other side to a meeting or a series of meetings; return its identifier."""
    seat.require(Permission.WRITE_PLAN)
    return joint.open_document(seat, SERIES if isinstance(body, Series) else MEETING, body, note=note)


def answer(seat: Seat, document: str, proposal: str, *, concurs: bool, words: str) -> None:
    """Accept an invitation or a change of one, or say no with the reason.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    joint.answer(seat, _any(seat, document).uuid, proposal, concurs=concurs, words=words)


def withdraw(seat: Seat, document: str, proposal: str, reason: str) -> None:
    """Take back an own invitation or change.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    joint.withdraw(seat, _any(seat, document).uuid, proposal, reason)


def move(seat: Seat, document: str, changes: Mapping[str, object], note: str = "") -> str:
    """Propose other values of fields of a meeting or a series; return the proposal's identifier.

    Raises `UnfitError`, or what concurrence raises.
    """
    seat.require(Permission.WRITE_PLAN)
    found = _any(seat, document)
    kind = Series if isinstance(found.body, Series) else Meeting
    if found.view.agreed is None:
        raise NotHereError(_("The invitation is not accepted yet."))
    agreed = msgspec.json.decode(found.view.agreed, type=kind)
    try:
        body = msgspec.structs.replace(agreed, **changes)
    except ValueError as error:
        raise UnfitError(_("The first day is not one on which the series meets.")) from error
    return joint.amend(seat, found, body, note=note)


@dataclass(frozen=True, slots=True)
class Typed:
    """Hold a line as an officer typed it."""

    said: Said
    text: str
    point: str = ""
    lead: str = ""
    due: date | None = None


def write(seat: Seat, document: str, typed: Typed) -> str:
    """Write a line for this side; return its key.  Raises `UnfitError`, or what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    text = typed.text.strip()
    if not text or len(text) > LONGEST_LINE:
        raise UnfitError(_("A line has between one and 4,000 characters."))
    body = _meeting(seat, document, (State.IN_PROGRESS,), _("Lines are written while the meeting is in progress."))
    if typed.point and typed.point not in {key for _party, key, _point in agenda(body)}:
        raise UnfitError(_("There is no such point on the agenda."))
    if typed.lead and typed.lead not in authorities(seat):
        raise UnfitError(_("The agreement knows no such authority."))
    line = Line(
        said=typed.said, text=text, language=seat.language, at=instant(seat.node.clock()),
        point=typed.point or None, lead=typed.lead or None, due=typed.due,
    )  # fmt: skip
    key = joint.new_key(seat)
    _put(seat, document, "lines", key, line)
    return key


def correct(seat: Seat, document: str, key: str, text: str) -> None:
    """Give a line of this side other words, or none: then it goes.  What it said stays in the journal."""
    seat.require(Permission.WRITE_PLAN)
    if len(text) > LONGEST_LINE:
        raise UnfitError(_("A line has between one and 4,000 characters."))
    body = _meeting(seat, document, (State.IN_PROGRESS,), _("Lines are written while the meeting is in progress."))
    old = body.lines.get(joint.own_party(seat), {}).get(key)
    if old is None:
        raise NotHereError(_("There is no such line of this side."))
    line = msgspec.structs.replace(old, text=text.strip(), language=seat.language) if text.strip() else None
    _put(seat, document, "lines", key, line)


def add_point(seat: Seat, document: str, title: Text, minutes: int | None = None) -> str:
    """Put a point of this side at the end of the agenda; return its key."""
    seat.require(Permission.WRITE_PLAN)
    if not title:
        raise UnfitError(_("A point of the agenda has a title."))
    body = _meeting(seat, document, _WRITABLE, _("The agenda is closed."))
    last = max((point.order for _party, _key, point in agenda(body)), default=0)
    key = joint.new_key(seat)
    _put(seat, document, "points", key, Point(title=title, order=min(last + 10, 10_000), minutes=minutes))
    return key


def drop_point(seat: Seat, document: str, key: str) -> None:
    """Take away a point of this side on which nobody has written."""
    seat.require(Permission.WRITE_PLAN)
    body = _meeting(seat, document, _WRITABLE, _("The agenda is closed."))
    if key not in body.points.get(joint.own_party(seat), {}):
        raise NotHereError(_("There is no such point of this side."))
    if any(line.point == key for held in body.lines.values() for line in held.values()):
        raise UnfitError(_("Something is written on this point."))
    _put(seat, document, "points", key, None)


def mark(seat: Seat, document: str, key: str, said: Mark | None) -> None:
    """Say for this side that a point is dealt with, or goes on the next agenda; None takes the word back."""
    seat.require(Permission.WRITE_PLAN)
    body = _meeting(seat, document, _WRITABLE, _("The agenda is closed."))
    if key not in {one for _party, one, _point in agenda(body)}:
        raise NotHereError(_("There is no such point on the agenda."))
    if said is None and key not in body.marks.get(joint.own_party(seat), {}):
        return
    _put(seat, document, "marks", key, said)


def attend(seat: Seat, document: str, present: Mapping[str, Present]) -> None:
    """Say who of this side is expected and there.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    body = _meeting(seat, document, _WRITABLE, _("The attendance is closed."))
    own = body.attendance.get(joint.own_party(seat), {})
    changed = {key: one for key, one in present.items() if own.get(key) != one}
    if any(not one.authority.startswith(joint.own_party(seat) + "/") for one in changed.values()):
        raise UnfitError(_("Each side says who of its own is there."))
    if changed:
        base = f"/attendance/{joint.own_party(seat)}"
        joint.put(seat, document, {f"{base}/{key}": one for key, one in changed.items()})


def say_course(seat: Seat, document: str, said: Course, reason: str = "") -> None:
    """Begin, end or call off a meeting, or take it up again.  Raises `UnfitError`, or what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    body = _meeting(seat, document, tuple(_AFTER), _("The meeting has been called off."))
    if said not in _AFTER[state_of(body)]:
        raise UnfitError(_("The meeting stands so that this cannot be said about it."), _("Look at it again."))
    if said is Course.CALLED_OFF and not reason.strip():
        raise UnfitError(_("Say why the meeting is called off."))
    # Clocks of two nodes differ: whoever answers a word gives a later time than it bears, so that the answer counts.
    latest = max((one.at for one in body.course.values()), default="")
    at = max(instant(seat.node.clock()), _after(latest))
    word = Word(said=said, at=at, reason=reason.strip()[:LONGEST_LINE] or None)
    joint.put(seat, document, {f"/course/{joint.own_party(seat)}": word})


def _after(latest: str) -> str:
    from comity.protocol.names import UnixMs, parse_instant

    return instant(UnixMs(parse_instant(latest) + 1)) if latest else ""


def authorities(seat: Seat) -> list[str]:
    """Return the authorities that the agreement names, this side's first."""
    seat.require(Permission.READ_PLAN)
    parties = seat.terms.parties if seat.terms else {}
    named = [one.id for party in joint.parties(seat) if party in parties for one in parties[party].authorities]
    return list(dict.fromkeys(named))


def _any(seat: Seat, document: str) -> Found:
    found = joint.find(seat, document, MEETING) or joint.find(seat, document, SERIES)
    if found is None:
        raise NotHereError(_("There is no such meeting."))
    return found


def _meeting(seat: Seat, document: str, states: tuple[State, ...], otherwise: str) -> Meeting:
    """Return a meeting that is agreed and in one of ``states``; else raise `UnfitError`."""
    found = joint.get(seat, document, MEETING)
    body = found.body
    if not found.agreed or not isinstance(body, Meeting):
        raise UnfitError(_("The invitation is not accepted yet."), _("Wait for the answer of the other side."))
    if state_of(body) not in states:
        raise UnfitError(otherwise, _("Look at it again."))
    return body


def _put(seat: Seat, document: str, part: str, key: str, value: object) -> None:
    joint.put(seat, document, {f"/{part}/{joint.own_party(seat)}/{key}": value})
