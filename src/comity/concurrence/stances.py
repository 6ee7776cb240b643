"""Say where each signer stands on a proposal, by its own journal and the others' receipts for what it answered.

SECURITY: every node judges alike whether an answer came in time, however late it arrives. Holds because the time
runs from the signer's own receipt to the first record of the signer's own journal that is dated after the end, and the
answer stands before or behind that record. Breaks if the time of arrival at any node is ever looked at.
"""

from dataclasses import dataclass
from enum import StrEnum

from comity.concurrence.entries import Answered, Proposed, Verdict
from comity.concurrence.ledger import Act, Ledger, Placed, Standing
from comity.protocol.agreement.model import OnExpiry
from comity.protocol.names import UnixMs


class StanceKind(StrEnum):
    """Say how a signer stands: ``pending``, its answer is not accepted by all yet; ``deemed``, its silence agrees."""

    AUTHOR = "author"
    WAITING = "waiting"
    PENDING = "pending"
    SIGNED = "signed"
    DEEMED = "deemed"
    OBJECTED = "objected"
    LAPSED = "lapsed"


SUPPORTS = (StanceKind.AUTHOR, StanceKind.SIGNED, StanceKind.DEEMED)


@dataclass(frozen=True, slots=True)
class Stance:
    """Hold where a signer stands on a proposal.

    ``end`` is when its time ends; None: no clock runs (any more).  ``order`` compares what one signer supported.
    ``reached`` is the place in the *author's* journal from which on the author had this support, None: not yet.
    """

    kind: StanceKind
    end: UnixMs | None = None
    answer: str | None = None
    order: tuple[int, int, int, str] | None = None
    reached: int | None = None
    escalated: bool = False


def stance(ledger: Ledger, uid: str, signer: str) -> Stance:
    """Return where ``signer`` stands on proposal ``uid``; final once it is signed, deemed, objected or lapsed."""
    proposal = ledger.proposals[uid]
    if signer == proposal.author:
        return Stance(StanceKind.AUTHOR, order=(proposal.place, 1, 0, uid), reached=proposal.place)
    end, cut = _time(ledger, proposal, signer)
    cuts = cut is not None and silence_decides(proposal.item)
    attempts = ledger.answers.get((uid, signer), [])
    if attempts and not (cuts and cut is not None and attempts[0].place >= cut):
        return _answered(ledger, proposal, attempts)
    if cut is None or not cuts:
        return Stance(StanceKind.WAITING, end, escalated=cut is not None)
    if deems(proposal.item) and end is not None:
        reached = ledger.passed(proposal.author, proposal.place, end)
        return Stance(StanceKind.DEEMED, end, order=(cut, 0, end, uid), reached=reached)
    return Stance(StanceKind.LAPSED, end)


def silence_decides(item: Proposed) -> bool:
    """Say whether the end of the time decides anything; where it only escalates, a late answer still counts."""
    return item.technical or (item.timer is not None and item.timer.on_expiry is not OnExpiry.ESCALATE)


def deems(item: Proposed) -> bool:
    """Say whether silence until the end agrees."""
    return item.technical or (item.timer is not None and item.timer.on_expiry is OnExpiry.DEEMED_AGREED)


def _time(ledger: Ledger, proposal: Placed, signer: str) -> tuple[UnixMs | None, int | None]:
    """Return when the signer's time ends and from which place of its journal on it has passed."""
    receipt = ledger.receipt(signer, proposal.item.uid)
    if receipt is None or proposal.item.timer is None:
        return None, None
    end = proposal.item.timer.ends(signer, receipt.time)
    return end, None if end is None else ledger.passed(signer, receipt.place, end)


def _answered(ledger: Ledger, proposal: Placed, attempts: list[Act]) -> Stance:
    """Return what the first answer says that was not refused; the first attempt stops the clock, whatever became of it.

    SECURITY: nobody gains by refusing an answer. Holds because a refused answer still ends the silence, and the signer
    may answer again without limit of time. Breaks if only accepted answers stop the clock.
    """
    uid = proposal.item.uid
    for one in attempts:
        standing = ledger.standing(one.item.uid)
        if standing is Standing.REFUSED or not isinstance(one.item, Answered):
            continue
        receipt = ledger.receipt(proposal.author, one.item.uid)
        reached = None if receipt is None else receipt.place
        concurs = one.item.verdict is Verdict.CONCUR
        order = (one.place, 1, 0, uid) if concurs else None
        if standing is Standing.PENDING:
            return Stance(StanceKind.PENDING, answer=one.item.uid, order=order, reached=reached)
        kind = StanceKind.SIGNED if concurs else StanceKind.OBJECTED
        return Stance(kind, answer=one.item.uid, order=order, reached=reached)
    return Stance(StanceKind.WAITING)
