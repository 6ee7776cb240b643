"""Order what the signers' journals say of a document: who did what, who accepted it, whose time has passed."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from comity.concurrence.entries import Answered, Disposed, Entry, Journals, Proposed, Reminded, Taken
from comity.protocol.names import UnixMs


class Standing(StrEnum):
    """Say whether an act counts: every other signer's node has accepted it, one has refused it, or some are silent."""

    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Placed:
    """Hold a proposal in its author's journal."""

    author: str
    place: int
    time: UnixMs
    item: Proposed


@dataclass(frozen=True, slots=True)
class Act:
    """Hold an answer or a withdrawal in its author's journal."""

    place: int
    time: UnixMs
    item: Answered | Taken


class Ledger:
    """Look up what stands in the journals.  Acts of anybody but the signers are not there."""

    def __init__(self, signers: Sequence[str], journals: Journals) -> None:
        """Index ``journals``; of two acts or words about one thing, the first in a journal counts."""
        self.signers = tuple(sorted(signers))
        self.journals = {name: tuple(journals.get(name, ())) for name in self.signers}
        self.proposals: dict[str, Placed] = {}
        self.answers: defaultdict[tuple[str, str], list[Act]] = defaultdict(list)
        self.withdrawals: defaultdict[str, list[Act]] = defaultdict(list)
        self._authors: dict[str, str] = {}
        self._receipts: dict[tuple[str, str], Entry] = {}
        for name, entries in self.journals.items():
            for entry in entries:
                self._add(name, entry)
        for proposal, acts in list(self.withdrawals.items()):
            author = self.proposals[proposal].author if proposal in self.proposals else ""
            self.withdrawals[proposal] = [one for one in acts if self._authors[one.item.uid] == author]

    def _add(self, name: str, entry: Entry) -> None:
        item = entry.item
        if isinstance(item, Disposed):
            self._receipts.setdefault((name, item.uid), entry)
        elif isinstance(item, Proposed):
            self._authors[item.uid] = name
            self.proposals.setdefault(item.uid, Placed(name, entry.place, entry.time, item))
        elif isinstance(item, Answered):
            self._authors[item.uid] = name
            self.answers[item.proposal, name].append(Act(entry.place, entry.time, item))
        elif isinstance(item, Taken):
            self._authors[item.uid] = name
            self.withdrawals[item.proposal].append(Act(entry.place, entry.time, item))
        elif isinstance(item, Reminded):
            self._authors[item.uid] = name

    def receipt(self, signer: str, uid: str) -> Entry | None:
        """Return where ``signer`` accepted an act of another; None if it has not, or has refused it."""
        entry = self._receipts.get((signer, uid))
        return entry if entry is not None and isinstance(entry.item, Disposed) and entry.item.accepted else None

    def standing(self, uid: str) -> Standing:
        """Say whether every other signer has accepted an act; one refusal is enough, and final."""
        author = self._authors[uid]
        words = [self._receipts.get((name, uid)) for name in self.signers if name != author]
        if any(word is not None and isinstance(word.item, Disposed) and not word.item.accepted for word in words):
            return Standing.REFUSED
        return Standing.PENDING if None in words else Standing.ACCEPTED

    def passed(self, signer: str, after: int, end: UnixMs) -> int | None:
        """Return the place of the first entry of ``signer`` behind place ``after`` that is dated later than ``end``."""
        return next((one.place for one in self.journals[signer] if one.place > after and one.time > end), None)

    def is_behind(self, signer: str, place: int) -> bool:
        """Say whether ``signer`` knew, before that place of its journal, of an act that is not known here yet."""
        return any(
            (isinstance(one.item, Disposed) and one.item.accepted and one.item.uid not in self._authors)
            or (isinstance(one.item, Answered) and one.item.proposal not in self.proposals)
            for one in self.journals[signer]
            if one.place < place
        )
