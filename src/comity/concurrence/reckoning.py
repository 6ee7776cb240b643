"""Compute from the signers' journals which version of a joint document is in force, and what became of each proposal.

As in ``spec/concurrence.md``.  The result depends on nothing but what stands in the journals.  What a part of them
shows to be in force stays in force whatever else arrives.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from functools import cache

from comity.concurrence.ledger import Ledger, Standing
from comity.concurrence.stances import SUPPORTS, Stance, StanceKind, deems, stance

Fits = Callable[[tuple[str, ...], str], bool]
"""Say whether a proposal's edits fit the version that a chain of proposals leads to; a function of their contents."""


class Status(StrEnum):
    """Say how a proposal stands; the page of the format explains each."""

    SENT = "sent"
    LIVE = "live"
    BLOCKED = "blocked"
    EARLY = "early"
    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    REFUSED = "refused"
    OBJECTED = "objected"
    WITHDRAWN = "withdrawn"
    LAPSED = "lapsed"
    VOID = "void"
    STALE = "stale"


class Withdrawal(StrEnum):
    """Say what became of the author's withdrawal; ``open``: what decides is not known here yet."""

    NONE = "none"
    OPEN = "open"
    EFFECTIVE = "effective"
    LATE = "late"


@dataclass(frozen=True, slots=True)
class Outcome:
    """Show one amendment: its status, where every signer stands, and which rivals it waits for, per signer."""

    uid: str
    author: str
    status: Status
    stances: dict[str, Stance]
    withdrawal: Withdrawal
    blocked_by: dict[str, tuple[str, ...]]


class Reckoning:
    """Reckon the amendments of one document.

    SECURITY: two proposals that change the same version never both come into force. Holds because every signer must
    support both; in each signer's own journal one comes first, and the second counts only once the first is dead, which
    is final and which what is in force never is. Breaks if a signer could support through two journals, or if death
    could be taken back.
    """

    def __init__(self, ledger: Ledger, fits: Fits) -> None:
        """Reckon from ``ledger``; ``fits`` judges contents."""
        self._ledger, self._fits = ledger, fits
        self._amendments = {uid: one for uid, one in ledger.proposals.items() if not one.item.technical}
        self._stance = cache(lambda uid, signer: stance(ledger, uid, signer))
        self._withdrawal = cache(self._reckon_withdrawal)
        self._names: dict[str | None, int] = {None: 0}
        self.chain: tuple[str, ...] = ()
        self._follow()

    @property
    def head(self) -> str | None:
        """Return the name of the version in force."""
        return self._amendments[self.chain[-1]].item.name if self.chain else None

    def version_of(self, base: str | None) -> int | None:
        """Return the number of a version by its name (0: before the first); None if it never was in force, as yet."""
        return self._names.get(base)

    def outcomes(self) -> dict[str, Outcome]:
        """Return what became of every amendment."""
        return {uid: self._outcome(uid) for uid in self._amendments}

    def stances(self, uid: str) -> dict[str, Stance]:
        """Return where every signer stands on a proposal of either class."""
        return {name: self._stance(uid, name) for name in self._ledger.signers}

    def withdrawal(self, uid: str) -> Withdrawal:
        """Return what became of the withdrawal of a proposal."""
        return self._withdrawal(uid)

    def _follow(self) -> None:
        """Go from version to version; at most one proposal leads on from each."""
        while True:
            rivals = [uid for uid, one in self._amendments.items() if one.item.base == self.head]
            agreed = sorted(uid for uid in rivals if uid not in self.chain and self._is_agreed(uid))
            if not agreed:
                return
            self.chain = (*self.chain, agreed[0])
            self._names[self.head] = len(self.chain)

    def _is_agreed(self, uid: str) -> bool:
        if self._ledger.standing(uid) is not Standing.ACCEPTED or self._is_void(uid):
            return False
        if self._withdrawal(uid) in (Withdrawal.EFFECTIVE, Withdrawal.OPEN):
            return False
        stances = self.stances(uid)
        if any(one.kind not in SUPPORTS or one.reached is None for one in stances.values()):
            return False
        return not any(self._is_behind(uid, name) or self._blockers(uid, name) for name in stances)

    def _is_behind(self, uid: str, signer: str) -> bool:
        """Say whether the signer knew more than this node when it gave its support: then nothing is decided here."""
        order = self._stance(uid, signer).order
        return order is not None and self._ledger.is_behind(signer, order[0])

    def _blockers(self, uid: str, signer: str) -> tuple[str, ...]:
        """Return the rivals that the signer supported, or may have, before this one, and that are not dead."""
        mine = self._stance(uid, signer).order
        if mine is None:
            return ()
        base = self._amendments[uid].item.base
        rivals = (one for one, placed in self._amendments.items() if one != uid and placed.item.base == base)
        found = []
        for rival in rivals:
            order = self._stance(rival, signer).order
            if order is not None and order < mine and not self._is_dead(rival):
                found.append(rival)
        return tuple(sorted(found))

    def _is_dead(self, uid: str) -> bool:
        """Say whether a proposal can never come into force any more; what is once true stays true."""
        if self._ledger.standing(uid) is Standing.REFUSED or self._is_void(uid):
            return True
        if any(one.kind in (StanceKind.OBJECTED, StanceKind.LAPSED) for one in self.stances(uid).values()):
            return True
        return self._withdrawal(uid) is Withdrawal.EFFECTIVE

    def _is_void(self, uid: str) -> bool:
        number = self._names.get(self._amendments[uid].item.base)
        return number is not None and not self._fits(self.chain[:number], uid)

    def _reckon_withdrawal(self, uid: str) -> Withdrawal:
        """Decide, in the author's own journal, whether the withdrawal or the last support came first there."""
        result = Withdrawal.NONE
        for one in self._ledger.withdrawals.get(uid, ()):
            standing = self._ledger.standing(one.item.uid)
            if standing is Standing.REFUSED:
                continue
            reached = self._had_all(uid, one.place)
            if reached is False and standing is Standing.ACCEPTED:
                return Withdrawal.EFFECTIVE
            if result is not Withdrawal.OPEN:
                result = Withdrawal.LATE if reached is True else Withdrawal.OPEN
        return result

    def _had_all(self, uid: str, place: int) -> bool | None:
        """Say whether the author had every support before that place of its journal; None: not known here yet."""
        had = [
            self._had(uid, name, place) for name in self._ledger.signers if name != self._ledger.proposals[uid].author
        ]
        behind = self._ledger.is_behind(self._ledger.proposals[uid].author, place)
        if False in had:
            return None if behind else False
        return None if None in had else True

    def _had(self, uid: str, signer: str, place: int) -> bool | None:
        one = self._stance(uid, signer)
        if one.kind in (StanceKind.SIGNED, StanceKind.DEEMED):
            return one.reached is not None and one.reached < place
        if one.kind is StanceKind.PENDING:
            return None if one.reached is not None and one.reached < place else False
        author = self._ledger.proposals[uid]
        if one.kind is StanceKind.WAITING and one.end is not None and deems(author.item):
            passed = self._ledger.passed(author.author, author.place, one.end)
            return None if passed is not None and passed < place else False
        return False

    def _outcome(self, uid: str) -> Outcome:
        stances = self.stances(uid)
        blocked = {name: found for name in stances if (found := self._blockers(uid, name))}
        status = self._status(uid, stances, blocked)
        return Outcome(uid, self._amendments[uid].author, status, stances, self._withdrawal(uid), blocked)

    def _status(self, uid: str, stances: dict[str, Stance], blocked: dict[str, tuple[str, ...]]) -> Status:
        if uid in self.chain:
            return Status.IN_FORCE if uid == self.chain[-1] else Status.SUPERSEDED
        standing = self._ledger.standing(uid)
        if standing is Standing.REFUSED:
            return Status.REFUSED
        if self._withdrawal(uid) is Withdrawal.EFFECTIVE:
            return Status.WITHDRAWN
        kinds = {one.kind for one in stances.values()}
        if StanceKind.OBJECTED in kinds:
            return Status.OBJECTED
        if StanceKind.LAPSED in kinds:
            return Status.LAPSED
        if self._is_void(uid):
            return Status.VOID
        number = self._names.get(self._amendments[uid].item.base)
        if number is None:
            return Status.EARLY
        if number < len(self.chain):
            return Status.STALE
        if standing is Standing.PENDING:
            return Status.SENT
        return Status.BLOCKED if blocked else Status.LIVE
