"""Hold what a joint document is reckoned from: of each signer's journal, what concerns the document, in its places.

Journals of different nodes have no common order; each has its own.  An entry says at which place of its author's
journal it stands and what time its author gave it.  Nothing here says when anything arrived anywhere.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from comity.concurrence.clocks import Term
from comity.protocol.agreement.model import OnExpiry
from comity.protocol.names import UnixMs


class Verdict(StrEnum):
    """Say what a party answered to a proposal."""

    CONCUR = "concur"
    OBJECT = "object"


@dataclass(frozen=True, slots=True)
class Timer:
    """Say how long each signer has to answer a proposal, from its own receipt on, and what silence then means."""

    on_expiry: OnExpiry
    terms: Mapping[str, Term]

    def ends(self, signer: str, started: UnixMs) -> UnixMs | None:
        """Return when the time of ``signer`` ends that began at ``started``; None if it never does."""
        term = self.terms.get(signer)
        return None if term is None else term.end(started)


@dataclass(frozen=True, slots=True)
class Proposed:
    """A proposal: names of the version that it changes (None: it opens the document) and of the one it would make.

    ``technical`` marks an update, which needs no signature and makes no version.
    """

    uid: str
    base: str | None
    name: str
    technical: bool = False
    timer: Timer | None = None


@dataclass(frozen=True, slots=True)
class Answered:
    """An answer to a proposal."""

    uid: str
    proposal: str
    verdict: Verdict


@dataclass(frozen=True, slots=True)
class Taken:
    """A withdrawal of one's own proposal."""

    uid: str
    proposal: str


@dataclass(frozen=True, slots=True)
class Reminded:
    """A reminder: it changes nothing, but its receipts show what time it is in the journals of the others."""

    uid: str


@dataclass(frozen=True, slots=True)
class Disposed:
    """The author's node's first word about another signer's act: accepted, or refused for good.

    That it lacks the content is no such word: it asks for it and speaks again.
    """

    uid: str
    accepted: bool


@dataclass(frozen=True, slots=True)
class Passed:
    """Any other record: it only shows what time it was in its author's journal."""


Item = Proposed | Answered | Taken | Reminded | Disposed | Passed


@dataclass(frozen=True, slots=True)
class Entry:
    """An item in its place in its author's journal, with the time that its author gave it."""

    place: int
    time: UnixMs
    item: Item


Journals = Mapping[str, Sequence[Entry]]
