"""Read what an officer may see of the action plan: areas, actions, milestones, risks.  The only way to read.

The plan of an area is a joint document (`comity.plan.kinds.plan`); what is shown is the version that both sides signed
with what each lead says about its actions laid over it, and beside it what is proposed.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from comity.channel import reading
from comity.channel.reading import Mark
from comity.concurrence.access import ProposalView
from comity.concurrence.documents import read
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_joint as joint
from comity.plan.kinds.plan import AREA_PLAN, Action, AreaPlan, Risk
from comity.plan.meeting_joint import Found
from comity.plan.states import State

PAGE: Final = 50
ENDED: Final = (State.DONE_CONFIRMED, State.CANCELLED)
SOON_DAYS: Final = 14


@dataclass(frozen=True, slots=True)
class ActionShown:
    """Show an action of one area; ``late`` says that its day has passed and it has not ended."""

    document: str
    area: str
    key: str
    action: Action
    state: State
    late: bool

    @property
    def party(self) -> str:
        """Return the party of its lead."""
        return self.action.lead.partition("/")[0]


@dataclass(frozen=True, slots=True)
class RiskShown:
    """Show a risk of one area."""

    document: str
    area: str
    key: str
    risk: Risk

    @property
    def weight(self) -> int:
        """Return likelihood times impact, 1 to 25."""
        return self.risk.likelihood * self.risk.impact


@dataclass(frozen=True, slots=True)
class AreaShown:
    """Show the plan of one area, adopted or only proposed."""

    found: Found
    body: AreaPlan
    actions: tuple[ActionShown, ...]

    @property
    def uuid(self) -> str:
        """Return the identifier of the document."""
        return self.found.uuid

    @property
    def waiting(self) -> tuple[ProposalView, ...]:
        """Return the proposals that wait for an answer: the opening, or changes of the version in force."""
        if self.found.agreed:
            return self.found.open_changes
        return (self.found.opening,) if self.found.opening else ()

    @property
    def disagreements(self) -> tuple[ProposalView, ...]:
        """Return what the sides disagree on."""
        return self.found.view.disagreements

    def counts(self) -> Mapping[State, int]:
        """Return how many actions are in each state."""
        found = dict.fromkeys(State, 0)
        for one in self.actions:
            found[one.state] += 1
        return found

    @property
    def late(self) -> int:
        """Return how many actions are late."""
        return sum(one.late for one in self.actions)

    @property
    def done(self) -> int:
        """Return how many actions both sides call done."""
        return sum(one.state is State.DONE_CONFIRMED for one in self.actions)


@dataclass(frozen=True, slots=True)
class Narrowed:
    """Hold what a list of actions is narrowed to; what is empty narrows nothing."""

    area: str = ""
    state: str = ""
    party: str = ""
    text: str = ""
    late: bool = False

    def fits(self, one: ActionShown) -> bool:
        """Say whether an action belongs to the list."""
        if self.late and not one.late:
            return False
        if (self.area and one.area != self.area) or (self.state and one.state != self.state):
            return False
        if self.party and one.party != self.party:
            return False
        wanted = self.text.casefold()
        return not wanted or any(wanted in said.casefold() for said in (one.key, *one.action.title.values()))


def areas(seat: Seat) -> list[AreaShown]:
    """Return the plans of all areas, in the order in which the agreement names them."""
    seat.require(Permission.READ_PLAN)
    day = joint.today(seat)
    found = [_area(one, day) for one in joint.every(seat, AREA_PLAN) if _counts(one)]
    order = {one.id: at for at, one in enumerate(seat.terms.agreement.areas)} if seat.terms else {}
    return sorted(found, key=lambda one: (order.get(one.body.area, len(order)), one.found.opened_ms))


def area(seat: Seat, uuid: str) -> AreaShown | None:
    """Return the plan of one area."""
    seat.require(Permission.READ_PLAN)
    found = joint.find(seat, uuid, AREA_PLAN)
    return _area(found, joint.today(seat)) if found else None


def _counts(found: Found) -> bool:
    """Say whether a plan is in force or may come into force: one that came to nothing is reached by its address."""
    opening = found.opening
    return found.agreed or (opening is not None and opening.status not in joint.DEAD)


def _area(found: Found, day: date) -> AreaShown:
    body = found.body
    assert isinstance(body, AreaPlan)  # noqa: S101  # the kind says so
    shown = tuple(_action(found, body, key, one, day) for key, one in body.actions.items())
    return AreaShown(found, body, shown)


def _action(found: Found, body: AreaPlan, key: str, one: Action, day: date) -> ActionShown:
    state = one.state if found.agreed else State.PROPOSED
    late = found.agreed and one.due < day and state not in (*ENDED, State.DONE_CLAIMED)
    return ActionShown(found.uuid, body.area, key, one, state, late)


def narrowed(shown: Sequence[AreaShown], by: Narrowed) -> list[ActionShown]:
    """Return the actions that a list is narrowed to, the first due first."""
    found = [one for each in shown for one in each.actions if by.fits(one)]
    return sorted(found, key=lambda one: (one.action.due, one.area, one.key))


def risks(shown: Sequence[AreaShown]) -> list[RiskShown]:
    """Return all risks, the gravest first."""
    found = [RiskShown(one.uuid, one.body.area, key, risk) for one in shown for key, risk in one.body.risks.items()]
    return sorted(found, key=lambda one: (-one.weight, one.area, one.key))


def history(shown: AreaShown, place: str) -> list[ProposalView]:
    """Return every proposal and update that touches a place of the plan or what lies below it, the latest first."""
    views = reversed(shown.found.view.proposals)
    return [one for one in views if any(_touches(edit.path, place) for edit in one.edits or ())]


def _touches(path: str, place: str) -> bool:
    return path == place or path.startswith(place + "/") or place.startswith(path + "/")


def due_from(shown: Sequence[AreaShown], party: str, day: date) -> Iterator[ActionShown]:
    """Yield the actions that a party leads and that are late, or due within two weeks."""
    for each in shown:
        for one in each.actions:
            open_ = each.found.agreed and one.state not in (*ENDED, State.DONE_CLAIMED)
            if open_ and one.party == party and (one.action.due - day).days <= SOON_DAYS:
                yield one


def mark_of(seat: Seat, view: ProposalView) -> Mark | None:
    """Return the receipt mark of a proposal that this node sent; nothing for the partner's."""
    seat.require(Permission.READ_PLAN)
    if view.author != seat.node.name or seat.channel is None:
        return None
    held = reading.held(seat.node, seat.channel, [view.uid])
    found = reading.receipts(seat.node, seat.channel, list(held.values()))
    return next((one.mark for one in found.values()), None)


def content_of(seat: Seat, shown: AreaShown, number: int) -> bytes | None:
    """Return the plan of an area as both sides signed it in its version of that number; 0 is the empty plan."""
    seat.require(Permission.READ_PLAN)
    return joint.version(seat, shown.uuid, number) if number else None


def version_of(seat: Seat, shown: AreaShown, number: int) -> AreaPlan | None:
    """Return the same as a value."""
    content = content_of(seat, shown, number)
    body = read(AREA_PLAN, content) if content else None
    return body if isinstance(body, AreaPlan) else None
