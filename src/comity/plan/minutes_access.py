"""Show minutes, what differs between two proposals of them, who signed, and the register of decisions."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final
from zoneinfo import ZoneInfo

import msgspec

from comity.concurrence.access import ProposalView
from comity.concurrence.differences import Difference, differences
from comity.concurrence.stances import SUPPORTS, StanceKind
from comity.desk import drafts
from comity.desk.drafts import Kept
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_joint as joint
from comity.plan.kinds.minutes import (
    DECISION,
    MINUTES,
    Decision,
    FollowUp,
    Minutes,
    Standing,
    Written,
    decided,
    standing,
)
from comity.plan.meeting_joint import Found
from comity.plan.minutes_draft import MinutesDraft
from comity.plan.minutes_services import TYPE
from comity.protocol.canonical import encode
from comity.protocol.names import parse_instant

PAGE: Final = 40
DONE: Final = (Standing.DONE_CONFIRMED,)
UNFINISHED: Final = "unfinished"


@dataclass(frozen=True, slots=True)
class Signed:
    """Show who signed, and when; ``silent``: the time of the agreement ran out without an objection."""

    node: str
    time_ms: int | None
    silent: bool = False


@dataclass(frozen=True, slots=True)
class MinutesPage:
    """Hold minutes as their page shows them."""

    found: Found
    body: Minutes
    adopted: bool
    dead: bool
    opening: ProposalView | None
    signed: tuple[Signed, ...]
    changes: tuple[Difference, ...]
    replaced_by: str
    decisions: tuple["Row", ...]

    @property
    def uuid(self) -> str:
        """Return the identifier of the minutes."""
        return self.found.uuid

    @property
    def signers(self) -> tuple[str, ...]:
        """Return the nodes that sign, whoever proposed first."""
        author = self.found.opened_by
        return (author, *(one for one in self.found.view.signers if one != author))


def every(seat: Seat) -> list[MinutesPage]:
    """Return all minutes, the last changed first."""
    seat.require(Permission.READ_PLAN)
    held = [one for one in joint.every(seat, MINUTES) if isinstance(one.body, Minutes)]
    return [_page(seat, one, held) for one in held]


def of_meeting(seat: Seat, meeting: str) -> list[MinutesPage]:
    """Return the minutes proposed for a meeting, the last changed first."""
    seat.require(Permission.READ_PLAN)
    return [one for one in every(seat) if one.body.meeting == meeting]


def minutes(seat: Seat, uuid: str) -> MinutesPage | None:
    """Return minutes, if there are such."""
    seat.require(Permission.READ_PLAN)
    held = [one for one in joint.every(seat, MINUTES) if isinstance(one.body, Minutes)]
    found = next((one for one in held if one.uuid == uuid), None)
    return None if found is None else _page(seat, found, held)


def _page(seat: Seat, found: Found, held: list[Found]) -> MinutesPage:
    body, opening = found.body, found.opening
    assert isinstance(body, Minutes)  # noqa: S101  # callers look
    before = next((one for one in held if one.uuid == body.replaces), None)
    after = next((one.uuid for one in held if isinstance(one.body, Minutes) and one.body.replaces == found.uuid), "")
    changes = differences(MINUTES, _comparable(before.body), _comparable(body)) if before else ()
    return MinutesPage(
        found=found,
        body=body,
        adopted=found.agreed,
        dead=not found.agreed and (opening is None or opening.status in joint.DEAD),
        opening=opening,
        signed=signatures(found),
        changes=changes,
        replaced_by=after,
        decisions=tuple(_rows(seat, found)),
    )


def _comparable(body: object) -> bytes:
    """Return minutes without what says which proposal they are."""
    assert isinstance(body, Minutes)  # noqa: S101  # callers look
    return encode(msgspec.structs.replace(body, replaces=None, follow={}))


def signatures(found: Found) -> tuple[Signed, ...]:
    """Return who has signed the opening of a document: its author by proposing, the others by concurring or silence."""
    opening = found.opening
    if opening is None:
        return ()
    own = Signed(opening.author, opening.time)
    others = (
        Signed(one.node, one.due if one.stance is StanceKind.DEEMED else one.answered, one.stance is StanceKind.DEEMED)
        for one in opening.signers
        if one.stance in SUPPORTS
    )
    return (own, *others)


def own_drafts(seat: Seat, meeting: str = "") -> list[Kept]:
    """Return the officer's drafts of minutes, of one meeting or of all."""
    seat.require(Permission.WRITE_PLAN)
    if seat.channel is None:
        return []
    kept = drafts.written_by(seat.node, seat.channel.uuid, joint.AREA, seat.officer.pseudonym, 50)
    return [
        one for one in kept if one.type == TYPE and one.reality == seat.reality and (not meeting or one.case == meeting)
    ]


def draft(seat: Seat, uid: str) -> tuple[Kept, MinutesDraft] | None:
    """Return a draft of minutes: whoever writes for this side may go on with a colleague's."""
    seat.require(Permission.WRITE_PLAN)
    kept = drafts.find(seat.node, seat.channel.uuid, joint.AREA, uid) if seat.channel else None
    if kept is None or kept.type != TYPE or kept.reality != seat.reality:
        return None
    return kept, msgspec.json.decode(kept.content, type=MinutesDraft)


@dataclass(frozen=True, slots=True)
class Row:
    """Show one decision in the register, with what each side says about it."""

    document: str
    key: str
    decision: Decision
    authentic: str
    on: date
    meeting: str
    adopted: bool
    standing: Standing
    said: tuple[tuple[str, FollowUp], ...]
    overdue: bool
    view: ProposalView | None = None

    @property
    def due(self) -> date | None:
        """Return by when it is due, as both signed."""
        return self.decision.due


@dataclass(frozen=True, slots=True)
class Filter:
    """Narrow the register: to a standing (or `UNFINISHED`, ``overdue``), to a party that leads, to words."""

    state: str = ""
    party: str = ""
    words: str = ""


def register(seat: Seat, narrowed: Filter, number: int = 1) -> tuple[list[Row], bool]:
    """Return a page of the register, what is due first; and whether there is more."""
    seat.require(Permission.READ_PLAN)
    rows = list(decisions(seat, narrowed))
    return rows[(number - 1) * PAGE : number * PAGE], len(rows) > number * PAGE


def decisions(seat: Seat, narrowed: Filter) -> Iterator[Row]:
    """Go through all decisions that both sides have signed, as far as they are narrowed; what is due first."""
    seat.require(Permission.READ_PLAN)
    rows = [row for one in joint.every(seat, MINUTES) if one.agreed for row in _rows(seat, one)]
    rows += [row for one in joint.every(seat, DECISION) if one.agreed for row in _rows(seat, one)]
    fitting = [row for row in rows if _fits(row, narrowed)]
    yield from sorted(fitting, key=lambda one: (one.standing in DONE, one.due or date.max, one.decision.number))


def decision(seat: Seat, document: str, key: str) -> Row | None:
    """Return one decision, also one that is only proposed."""
    seat.require(Permission.READ_PLAN)
    found = joint.find(seat, document, MINUTES) or joint.find(seat, document, DECISION)
    return None if found is None else next((one for one in _rows(seat, found) if one.key == key), None)


def proposed_decisions(seat: Seat) -> list[Row]:
    """Return the written decisions that wait for a signature."""
    seat.require(Permission.READ_PLAN)
    waiting = (one for one in joint.every(seat, DECISION) if not one.agreed)
    return [row for one in waiting if one.opening and one.opening.status not in joint.DEAD for row in _rows(seat, one)]


def _fits(row: Row, narrowed: Filter) -> bool:
    if narrowed.state == UNFINISHED and row.standing in DONE:
        return False
    if narrowed.state == "overdue" and not row.overdue:
        return False
    if narrowed.state in set(Standing) and row.standing != narrowed.state:
        return False
    if narrowed.party and (row.decision.lead or "")[:2] != narrowed.party:
        return False
    wanted = narrowed.words.casefold()
    said = (row.decision.number, row.decision.lead or "", *row.decision.text.values())
    return not wanted or any(wanted in one.casefold() for one in said)


def _rows(seat: Seat, found: Found) -> Iterator[Row]:
    body = found.body
    parties = frozenset(joint.parties(seat))
    today = datetime.fromtimestamp(seat.node.clock() / 1000, UTC).date()
    if isinstance(body, Minutes):
        on = datetime.fromtimestamp(parse_instant(body.began) / 1000, ZoneInfo(body.zone)).date()
        made, authentic, meeting, follow = list(decided(body)), body.authentic, body.meeting, body.follow
    elif isinstance(body, Written):
        on = datetime.fromtimestamp(found.opened_ms / 1000, UTC).date()
        made, authentic, meeting, follow = [("decision", body.decision)], body.authentic, "", body.follow
    else:
        return
    for key, one in made:
        state = standing(key, one.lead, follow, parties)
        yield Row(
            document=found.uuid,
            key=key,
            decision=one,
            authentic=authentic,
            on=on,
            meeting=meeting,
            adopted=found.agreed,
            standing=state,
            said=tuple((party, held[key]) for party, held in sorted(follow.items()) if key in held),
            overdue=one.due is not None and one.due < today and state not in DONE,
            view=found.opening,
        )
