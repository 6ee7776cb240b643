"""Lay technical updates over the version in force: without signatures, and without one overwriting another unseen.

An update is in effect once every signer's node has accepted it, until one objects in time or its author withdraws it.
An amendment that touches the same place overtakes it.  Of two updates of one place, the one whose author had seen the
other prevails; where neither had, they clash, and neither takes effect until a later update has seen both.
"""

import heapq
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from comity.concurrence.documents import DocumentKind, apply, overlap
from comity.concurrence.errors import NotFittingError
from comity.concurrence.ledger import Ledger, Standing
from comity.concurrence.reckoning import Reckoning
from comity.concurrence.records import Edit
from comity.concurrence.stances import StanceKind

EditsOf = Callable[[str], tuple[Edit, ...] | None]
"""Return the edits of a proposal; None when its content has been erased."""


class UpdateStatus(StrEnum):
    """Say how a technical update stands; the page of the format explains each."""

    SENT = "sent"
    EARLY = "early"
    IN_EFFECT = "in-effect"
    CLASHING = "clashing"
    FOLLOWED = "followed"
    OVERTAKEN = "overtaken"
    REFUSED = "refused"
    OBJECTED = "objected"
    WITHDRAWN = "withdrawn"
    VOID = "void"


@dataclass(frozen=True, slots=True)
class Overlay:
    """Hold the document with its updates, the status of each, and which updates each clashing one clashes with."""

    content: bytes | None
    statuses: Mapping[str, UpdateStatus]
    clashes: Mapping[str, tuple[str, ...]]


class Updates:
    """Lay the technical updates of one document over its version in force."""

    def __init__(self, ledger: Ledger, reckoning: Reckoning, kind: DocumentKind, edits_of: EditsOf) -> None:
        """Prepare; ``edits_of`` opens contents."""
        self._ledger, self._reckoning, self._kind, self._edits_of = ledger, reckoning, kind, edits_of
        self._edits = {uid: edits_of(uid) or () for uid, one in ledger.proposals.items() if one.item.technical}

    def lay(self, content: bytes | None, own: str = "") -> Overlay:
        """Return ``content``, the version in force (None: none yet, or erased), with what is in effect laid over it.

        With what node ``own`` has written but nobody has receipted yet, too, as its own officers see it.
        """
        statuses = {uid: self._status(uid) for uid in self._edits}
        order = self._ordered(
            [
                uid
                for uid, status in statuses.items()
                if status is UpdateStatus.IN_EFFECT or self._is_own(uid, status, own)
            ]
        )
        seen = self._seen(order)
        clashes = self._clashes(order, seen)
        for uid in order:
            if uid in clashes:
                statuses[uid] = UpdateStatus.CLASHING
                continue
            try:
                content = None if content is None else apply(self._kind, content, self._edits[uid])
            except NotFittingError:
                statuses[uid] = UpdateStatus.VOID
        for uid in order:
            if statuses[uid] is UpdateStatus.IN_EFFECT and self._is_followed(uid, order, seen):
                statuses[uid] = UpdateStatus.FOLLOWED
        return Overlay(content, statuses, clashes)

    def _is_own(self, uid: str, status: UpdateStatus, own: str) -> bool:
        return status is UpdateStatus.SENT and self._ledger.proposals[uid].author == own

    def _status(self, uid: str) -> UpdateStatus:
        standing = self._ledger.standing(uid)
        if standing is Standing.REFUSED:
            return UpdateStatus.REFUSED
        if self._is_withdrawn(uid):
            return UpdateStatus.WITHDRAWN
        if any(one.kind is StanceKind.OBJECTED for one in self._reckoning.stances(uid).values()):
            return UpdateStatus.OBJECTED
        version = self._reckoning.version_of(self._ledger.proposals[uid].item.base)
        if version is None or version == 0:
            return UpdateStatus.EARLY if version is None else UpdateStatus.VOID
        author = self._ledger.proposals[uid].author
        if not self._edits[uid] or not all(self._kind.is_technical(one.path, author) for one in self._edits[uid]):
            return UpdateStatus.VOID
        if any(self._meet(uid, self._edits_of(later) or ()) for later in self._reckoning.chain[version:]):
            return UpdateStatus.OVERTAKEN
        return UpdateStatus.SENT if standing is Standing.PENDING else UpdateStatus.IN_EFFECT

    def _is_withdrawn(self, uid: str) -> bool:
        acts = self._ledger.withdrawals.get(uid, ())
        return any(self._ledger.standing(one.item.uid) is Standing.ACCEPTED for one in acts)

    def _meet(self, uid: str, edits: Sequence[Edit]) -> bool:
        return any(overlap(mine.path, other.path) for mine in self._edits[uid] for other in edits)

    def _knew(self, uid: str, earlier: str) -> bool:
        """Say whether the author of ``uid`` had written or accepted ``earlier`` before it, by its own journal."""
        mine, other = self._ledger.proposals[uid], self._ledger.proposals[earlier]
        if mine.author == other.author:
            return other.place < mine.place
        receipt = self._ledger.receipt(mine.author, earlier)
        return receipt is not None and receipt.place < mine.place

    def _ordered(self, uids: Sequence[str]) -> list[str]:
        """Return updates so that whatever one had seen comes before it; the rest by stated time, author, identifier.

        A journal that claims to have seen what was written later could make a ring: then the least key goes first.
        """
        waits = {uid: {one for one in uids if one != uid and self._knew(uid, one)} for uid in uids}
        keys = {uid: (self._ledger.proposals[uid].time, self._ledger.proposals[uid].author, uid) for uid in uids}
        left = set(uids)
        free = [keys[uid] for uid in uids if not waits[uid]]
        heapq.heapify(free)
        result: list[str] = []
        while left:
            uid = heapq.heappop(free)[2] if free else min(left, key=lambda one: keys[one])
            if uid not in left:
                continue
            left.discard(uid)
            result.append(uid)
            for other in left:
                if uid in waits[other]:
                    waits[other].discard(uid)
                    if not waits[other]:
                        heapq.heappush(free, keys[other])
        return result

    def _seen(self, order: Sequence[str]) -> dict[str, set[str]]:
        """Return for each update all those that its author had seen, also through others."""
        seen: dict[str, set[str]] = {}
        for at, uid in enumerate(order):
            direct = [one for one in order[:at] if self._knew(uid, one)]
            seen[uid] = set(direct).union(*(seen[one] for one in direct))
        return seen

    def _clashes(self, order: Sequence[str], seen: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
        found: dict[str, set[str]] = {}
        for at, uid in enumerate(order):
            for other in order[:at]:
                if other in seen[uid] or self._edits[uid] == self._edits[other]:
                    continue
                if not self._meet(uid, self._edits[other]) or self._is_settled(uid, other, order, seen):
                    continue
                found.setdefault(uid, set()).add(other)
                found.setdefault(other, set()).add(uid)
        return {uid: tuple(sorted(others)) for uid, others in sorted(found.items())}

    def _is_settled(self, one: str, other: str, order: Sequence[str], seen: Mapping[str, set[str]]) -> bool:
        """Say whether an update that saw both has been laid over both."""
        return any(
            {one, other} <= seen[later]
            and self._meet(one, self._edits[later])
            and self._meet(other, self._edits[later])
            for later in order
        )

    def _is_followed(self, uid: str, order: Sequence[str], seen: Mapping[str, set[str]]) -> bool:
        """Say whether later updates that saw this one have replaced all that it said."""
        later = [one for one in order if uid in seen[one]]
        return all(
            any(overlap(mine.path, edit.path) for one in later for edit in self._edits[one])
            for mine in self._edits[uid]
        )
