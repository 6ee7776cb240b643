"""Show meetings: the list, one meeting with its agenda, lines and attendance, and what carries over.

The only way to read them.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from comity.channel import reading
from comity.concurrence.access import ProposalView
from comity.concurrence.reckoning import Status
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_joint as joint
from comity.plan.calendar_days import Clash, begin_of, clashes
from comity.plan.kinds import meeting as k
from comity.plan.kinds.meeting import MEETING, Line, Mark, Meeting, Point, State
from comity.plan.kinds.parts import Present
from comity.plan.kinds.series import SERIES, Series, days
from comity.plan.meeting_joint import Found
from comity.protocol.names import party_of

PAGE: Final = 25


class When(StrEnum):
    """Name what the list of meetings can be narrowed to."""

    COMING = "coming"
    PAST = "past"
    WAITING = "waiting"


@dataclass(frozen=True, slots=True)
class Row:
    """Show one meeting in the list."""

    uuid: str
    body: Meeting
    state: State
    begins: datetime
    ends: datetime
    ours: bool
    awaits_us: bool
    awaits_them: bool
    lines: int


@dataclass(frozen=True, slots=True)
class Entry:
    """Show a point of the agenda with all that both sides wrote on it; ``number`` counts from one."""

    number: int
    party: str
    key: str
    point: Point
    lines: tuple[tuple[str, str, Line], ...]
    marks: tuple[tuple[str, Mark], ...]
    carries: bool


@dataclass(frozen=True, slots=True)
class Room:
    """Hold a meeting as its page shows it."""

    found: Found
    body: Meeting
    state: State
    begins: datetime
    ends: datetime
    entries: tuple[Entry, ...]
    loose: tuple[tuple[str, str, Line], ...]
    attendance: tuple[tuple[str, str, Present], ...]
    word: tuple[str, k.Word] | None
    opening: ProposalView | None
    waiting: tuple[ProposalView, ...]
    clashes: tuple[Clash, ...]

    @property
    def uuid(self) -> str:
        """Return the identifier of the meeting."""
        return self.found.uuid

    @property
    def pending(self) -> frozenset[str]:
        """Return the keys of this side's lines that the other node has not receipted yet."""
        return frozenset(path.rpartition("/")[2] for path in self.found.pending)


def meetings(seat: Seat, when: str = "", number: int = 1) -> tuple[list[Row], bool]:
    """Return a page of meetings, and whether there are more: the coming ones soonest first, all others latest first."""
    seat.require(Permission.READ_PLAN)
    rows = _narrowed(seat, when)
    return rows[(number - 1) * PAGE : number * PAGE], len(rows) > number * PAGE


def every(seat: Seat, when: str = "") -> Iterator[Row]:
    """Go through all meetings of a narrowed list, for its export."""
    seat.require(Permission.READ_PLAN)
    yield from _narrowed(seat, when)


def _narrowed(seat: Seat, when: str) -> list[Row]:
    now = datetime.fromtimestamp(seat.node.clock() / 1000).astimezone()
    rows = [row for row in (_row(seat, one) for one in joint.every(seat, MEETING)) if row is not None]
    alive = (State.INVITED, State.OPEN, State.IN_PROGRESS)
    if when == When.COMING:
        rows = [one for one in rows if one.state in alive and one.ends >= now]
    elif when == When.PAST:
        rows = [one for one in rows if one.state not in alive or one.ends < now]
    elif when == When.WAITING:
        rows = [one for one in rows if one.awaits_us or one.awaits_them]
    return sorted(rows, key=lambda one: one.begins, reverse=when != When.COMING)


def _row(seat: Seat, found: Found) -> Row | None:
    body = found.body
    if not isinstance(body, Meeting):
        return None
    begins = begin_of(body.day, body.begins, body.zone)
    waiting = waits(found)
    return Row(
        uuid=found.uuid,
        body=body,
        state=state_of(found),
        begins=begins,
        ends=begins + timedelta(minutes=body.minutes),
        ours=found.opened_by == seat.node.name,
        awaits_us=any(one.awaits(seat.node.name) for one in waiting),
        awaits_them=any(one.author == seat.node.name for one in waiting),
        lines=sum(len(held) for held in body.lines.values()),
    )


def waits(found: Found) -> tuple[ProposalView, ...]:
    """Return what waits for an answer: the invitation, or changes of an accepted one."""
    opening = found.opening
    if found.agreed or opening is None:
        return found.open_changes
    return (opening,) if opening.status not in joint.DEAD else ()


def state_of(found: Found) -> State:
    """Return the state of a meeting, whatever the other side has said to it."""
    if found.agreed and isinstance(found.body, Meeting):
        return k.state_of(found.body)
    opening = found.opening
    dead = opening is None or opening.status in joint.DEAD or opening.withdrawal != "none"
    return State.NOT_AGREED if dead else State.INVITED


def room(seat: Seat, uuid: str) -> Room | None:
    """Return a meeting as its page shows it, if there is one."""
    seat.require(Permission.READ_PLAN)
    found = joint.find(seat, uuid, MEETING)
    if found is None or not isinstance(found.body, Meeting):
        return None
    body = found.body
    begins = begin_of(body.day, body.begins, body.zone)
    written = k.written(body)
    carried = {key for _party, key, _point in k.unreached(body)}
    points = k.agenda(body)
    known = {key for _party, key, _point in points}
    return Room(
        found=found,
        body=body,
        state=state_of(found),
        begins=begins,
        ends=begins + timedelta(minutes=body.minutes),
        entries=tuple(
            Entry(
                number=number,
                party=party,
                key=key,
                point=point,
                lines=tuple(one for one in written if one[2].point == key),
                marks=tuple((side, held[key]) for side, held in sorted(body.marks.items()) if key in held),
                carries=key in carried,
            )
            for number, (party, key, point) in enumerate(points, 1)
        ),
        loose=tuple(one for one in written if one[2].point not in known),
        attendance=tuple(
            (party, key, one) for party, held in sorted(body.attendance.items()) for key, one in sorted(held.items())
        ),
        word=k.latest(body),
        opening=found.opening,
        waiting=waits(found),
        clashes=tuple(clashes(seat.terms, begins, body.minutes)) if seat.terms else (),
    )


@dataclass(frozen=True, slots=True)
class Carried:
    """Be a point that was not reached, and the meeting in which it was not."""

    meeting: str
    title: str
    key: str
    party: str
    point: Point


def backlog(seat: Seat) -> list[Carried]:
    """Return the points that closed meetings did not reach and no later agenda has taken up, the oldest first."""
    seat.require(Permission.READ_PLAN)
    rooms = [one for one in joint.every(seat, MEETING) if isinstance(one.body, Meeting)]
    taken: set[tuple[str | None, str | None]] = set()
    left: list[tuple[str, Carried]] = []
    for one in rooms:
        body, state = one.body, state_of(one)
        assert isinstance(body, Meeting)  # noqa: S101  # narrowed above
        if state not in (State.NOT_AGREED, State.CALLED_OFF):
            taken |= {(point.carried, point.carried_key) for _party, _key, point in k.agenda(body)}
        if state is State.CLOSED:
            title = body.title.get(seat.language) or next(iter(body.title.values()))
            left += [
                (f"{body.day} {body.begins}", Carried(one.uuid, title, key, party, point))
                for party, key, point in k.unreached(body)
            ]
    return [one for _when, one in sorted(left, key=lambda pair: pair[0]) if (one.meeting, one.key) not in taken]


@dataclass(frozen=True, slots=True)
class SeriesRow:
    """Show a series of meetings, with the days that are left and the meetings called for some of them."""

    found: Found
    body: Series
    state: State
    coming: tuple[datetime, ...]
    waiting: tuple[ProposalView, ...]


def series(seat: Seat) -> list[SeriesRow]:
    """Return the series of meetings, the last changed first."""
    seat.require(Permission.READ_PLAN)
    return [_series_row(seat, one) for one in joint.every(seat, SERIES) if isinstance(one.body, Series)]


def one_series(seat: Seat, uuid: str) -> SeriesRow | None:
    """Return one series, if there is one."""
    seat.require(Permission.READ_PLAN)
    found = joint.find(seat, uuid, SERIES)
    return _series_row(seat, found) if found is not None and isinstance(found.body, Series) else None


def _series_row(seat: Seat, found: Found) -> SeriesRow:
    body = found.body
    assert isinstance(body, Series)  # noqa: S101  # callers look
    now = datetime.fromtimestamp(seat.node.clock() / 1000).astimezone()
    moments = (begin_of(day, body.begins, body.zone) for day in days(body))
    coming = tuple(one for one in moments if one + timedelta(minutes=body.minutes) >= now)
    opening = found.opening
    dead = not found.agreed and (opening is None or opening.status in joint.DEAD)
    state = State.OPEN if found.agreed else State.NOT_AGREED if dead else State.INVITED
    return SeriesRow(found, body, state, coming[:12], waits(found))


def called_for(seat: Seat, uuid: str) -> dict[str, str]:
    """Return the meetings called for days of a series: their identifiers by day."""
    seat.require(Permission.READ_PLAN)
    found: dict[str, str] = {}
    for one in joint.every(seat, MEETING):
        body = one.body
        if isinstance(body, Meeting) and body.series == uuid and state_of(one) is not State.NOT_AGREED:
            found[str(body.occurrence)] = one.uuid
    return found


def stamp(seat: Seat) -> str:
    """Return a text that changes with everything that a meeting could show anew."""
    seat.require(Permission.READ_PLAN)
    return reading.stamp(seat.node, seat.channel) if seat.channel else ""


def sides(seat: Seat) -> Sequence[str]:
    """Return the parties in the order of the page: theirs first, ours last, as everywhere."""
    seat.require(Permission.READ_PLAN)
    own = party_of(seat.node.name)
    return (*(one for one in joint.parties(seat) if one != own), own)


def is_open(proposal: ProposalView) -> bool:
    """Say whether a proposal still waits for somebody."""
    return proposal.status in (Status.SENT, Status.LIVE, Status.BLOCKED)
