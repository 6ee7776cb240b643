"""Show the working group: the version in force, and what is proposed."""

from dataclasses import dataclass

from comity.concurrence.access import ProposalView
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import meeting_joint as joint
from comity.plan.kinds.group import GROUP, Group
from comity.plan.meeting_joint import Found


@dataclass(frozen=True, slots=True)
class GroupPage:
    """Hold the group with what waits for an answer; ``agreed`` is False while it is only proposed."""

    found: Found
    body: Group
    agreed: bool
    waiting: tuple[ProposalView, ...]


def group(seat: Seat) -> GroupPage | None:
    """Return the group of the seat's agreement and reality: the one in force, else the one proposed last."""
    seat.require(Permission.READ_PLAN)
    every = joint.every(seat, GROUP, 20)
    found = next((one for one in every if one.agreed), None) or next(
        (one for one in every if one.opening is not None and one.opening.status not in joint.DEAD), None
    )
    if found is None or not isinstance(found.body, Group):
        return None
    opening = found.opening
    waiting = found.open_changes if found.agreed else ((opening,) if opening else ())
    return GroupPage(found, found.body, found.agreed, waiting)
