"""Show a proposal that waits: who made it, what it changes in words, and who must answer by when."""

from dataclasses import dataclass

from comity.concurrence.access import ProposalView
from comity.concurrence.differences import Difference, differences
from comity.concurrence.documents import apply
from comity.concurrence.errors import NotFittingError
from comity.desk.seat import Seat
from comity.plan.meeting_joint import Found


@dataclass(frozen=True, slots=True)
class Waiting:
    """Hold a proposal as a page shows it; ``changes`` is empty for one that opens a document."""

    document: str
    proposal: ProposalView
    ours: bool
    awaits_us: bool
    due_ms: int | None
    changes: tuple[Difference, ...]
    opens: bool


def waiting_of(seat: Seat, found: Found, proposal: ProposalView) -> Waiting:
    """Return a proposal as a page shows it."""
    opens = proposal.uid == found.uuid
    changes: tuple[Difference, ...] = ()
    if not opens and proposal.edits is not None and found.view.agreed is not None:
        try:
            after = apply(found.view.kind, found.view.agreed, proposal.edits)
            changes = differences(found.view.kind, found.view.agreed, after)
        except NotFittingError:
            changes = ()
    dues = [one.due for one in proposal.signers if one.due is not None]
    return Waiting(
        document=found.uuid,
        proposal=proposal,
        ours=proposal.author == seat.node.name,
        awaits_us=proposal.awaits(seat.node.name),
        due_ms=min(dues, default=None),
        changes=changes,
        opens=opens,
    )
