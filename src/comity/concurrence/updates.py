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
        near = self._near(order)
        for uid in order:
            if statuses[uid] is UpdateStatus.IN_EFFECT and self._is_followed(uid, near[uid], seen):
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

    def _ordered(self, uids: Sequence[str]) -> list[str]:
        """Return updates so that whatever one had seen comes before it; the rest by stated time, author, identifier.

        A journal that claims to have seen what was written later could make a ring: then the least key goes first.
        """
        waits = self._waits(uids)
        keys = {uid: (self._ledger.proposals[uid].time, self._ledger.proposals[uid].author, uid) for uid in uids}
        followers: dict[str, list[str]] = {uid: [] for uid in uids}
        for uid, held in waits.items():
            for one in held:
                followers[one].append(uid)
        left = dict.fromkeys(uids)
        counts = {uid: len(held) for uid, held in waits.items()}
        free = [keys[uid] for uid in uids if not counts[uid]]
        heapq.heapify(free)
        result: list[str] = []
        while left:
            uid = heapq.heappop(free)[2] if free else min(left, key=lambda one: keys[one])
            if uid not in left:
                continue
            del left[uid]
            result.append(uid)
            for other in followers[uid]:
                counts[other] -= 1
                if not counts[other] and other in left:
                    heapq.heappush(free, keys[other])
        return result

    def _waits(self, uids: Sequence[str]) -> dict[str, frozenset[str]]:
        """Return for each update those that its author had written or accepted before it, in one walk."""
        found: dict[str, frozenset[str]] = {}
        placed = self._ledger.proposals
        for author in {placed[uid].author for uid in uids}:
            own = [(placed[uid].place, 0, uid) for uid in uids if placed[uid].author == author]
            others = [
                (receipt.place, 1, uid)
                for uid in uids
                if placed[uid].author != author and (receipt := self._ledger.receipt(author, uid)) is not None
            ]
            known: set[str] = set()
            for _place, other, uid in sorted(own + others):
                if not other:
                    found[uid] = frozenset(known)
                known.add(uid)
        return found

    def _seen(self, order: Sequence[str]) -> dict[str, set[str]]:
        """Return for each update all those that its author had seen, also through others."""
        waits = self._waits(order)
        places = {uid: self._ledger.proposals[uid] for uid in order}
        seen: dict[str, set[str]] = {}
        latest: dict[str, int] = {}
        straight = True
        for uid in order:
            direct = waits[uid] & seen.keys()
            # Whoever wrote two updates had seen the first when writing the second: the last of each author says all.
            # In a ring that had to be broken an author's own order may be lost; then every one is asked.
            straight = straight and latest.get(places[uid].author, -1) < places[uid].place
            latest[places[uid].author] = places[uid].place
            asked = direct
            if straight:
                last: dict[str, str] = {}
                for one in direct:
                    held = last.get(places[one].author)
                    if held is None or places[held].place < places[one].place:
                        last[places[one].author] = one
                asked = frozenset(last.values())
            seen[uid] = set(direct).union(*(seen[one] for one in asked))
        return seen

    def _near(self, order: Sequence[str]) -> dict[str, list[str]]:
        """Return for each update, in order, those that touch a place of it, or one above or below."""
        at: dict[str, set[str]] = {}
        for uid in order:
            for edit in self._edits[uid]:
                at.setdefault(edit.path, set()).add(uid)
        near: dict[str, set[str]] = {uid: set() for uid in order}
        for uid in order:
            for edit in self._edits[uid]:
                for path in _with_those_above(edit.path):
                    for other in at.get(path, ()):
                        near[uid].add(other)
                        near[other].add(uid)
        ranks = {uid: rank for rank, uid in enumerate(order)}
        return {uid: sorted(held - {uid}, key=ranks.__getitem__) for uid, held in near.items()}

    def _clashes(self, order: Sequence[str], seen: Mapping[str, set[str]]) -> dict[str, tuple[str, ...]]:
        found: dict[str, set[str]] = {}
        ranks = {uid: rank for rank, uid in enumerate(order)}
        for uid, held in self._near(order).items():
            for other in held:
                if ranks[other] > ranks[uid] or other in seen[uid] or self._edits[uid] == self._edits[other]:
                    continue
                if self._is_settled(uid, other, order, seen):
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

    def _is_followed(self, uid: str, near: Sequence[str], seen: Mapping[str, set[str]]) -> bool:
        """Say whether later updates that saw this one have replaced all that it said."""
        later = [one for one in near if uid in seen[one]]
        return all(
            any(overlap(mine.path, edit.path) for one in later for edit in self._edits[one])
            for mine in self._edits[uid]
        )


def _with_those_above(path: str) -> list[str]:
    """Return a place and all those in which it lies, the document itself among them."""
    return [path, *(path[:at] for at, char in enumerate(path) if char == "/")]
