"""Hold the acts upon an agreement, and refuse those that contradict their own author."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from types import MappingProxyType
from typing import Final

from comity.protocol import types
from comity.protocol.agreement.errors import WrongStateError
from comity.protocol.agreement.terms import Terms, compile_terms
from comity.protocol.canonical import Strict
from comity.protocol.names import UnixMs, parse_instant

MAX_ACTS: Final = 500
"""Acts of one node under one agreement; decades of amendments, and a bound on what a hostile partner makes us do."""


class ActKind(StrEnum):
    """Name the acts by the type of record that carries them."""

    PROPOSED = "agreement.proposed/1"
    SIGNED = "agreement.signed/1"
    DECLINED = "agreement.declined/1"
    SUSPENDED = "agreement.suspended/1"
    RESUMED = "agreement.resumed/1"
    ENDED = "agreement.ended/1"


@dataclass(frozen=True, slots=True)
class Proposal:
    """Hold of a proposed text what negotiation needs; ``first_nodes`` gives each party's first node in the text."""

    digest: str
    version: int
    previous: str | None
    first_nodes: Mapping[str, str]
    effective: UnixMs

    @classmethod
    def of(cls, terms: Terms) -> "Proposal":
        """Take from a compiled text what negotiation needs."""
        agreement = terms.agreement
        first = {party.id: party.nodes[0].id for party in agreement.parties}
        previous, version = agreement.previous, agreement.version
        return cls(terms.digest, version, previous, MappingProxyType(first), terms.effective)


@dataclass(frozen=True, slots=True)
class Act:
    """Hold one act of ``author``: what it did to which text.

    ``proposal`` comes with a proposed text only, ``effective`` with an end only.  Made by `act_of`.
    """

    author: str
    kind: ActKind
    digest: str
    effective: UnixMs | None = None
    proposal: Proposal | None = None


def act_of(author: str, type_: str, body: Strict) -> Act:
    """Return the act that a record carries.

    Raises `WrongStateError` for a record that is no such act, and for a proposed text what `read_agreement` raises.
    That the text is for the record's own channel is for the caller to check.
    """
    if isinstance(body, types.AgreementProposed):
        proposal = Proposal.of(compile_terms(body.text.encode()))
        return Act(author, ActKind.PROPOSED, proposal.digest, proposal=proposal)
    if isinstance(body, types.AgreementEnded):
        return Act(author, ActKind.ENDED, body.digest, effective=parse_instant(body.effective))
    if isinstance(
        body, types.AgreementSigned | types.AgreementDeclined | types.AgreementSuspended | types.AgreementResumed
    ):
        return Act(author, ActKind(type_), body.digest)
    raise WrongStateError(f"Records of type {type_} are no acts upon an agreement.")


@dataclass(slots=True)
class OwnActs:
    """Hold one node's acts so far and what they add up to, so that each further one is checked in constant time."""

    acts: list[Act] = field(default_factory=list)
    _done: set[tuple[ActKind, str]] = field(default_factory=set)
    _suspended: bool = False
    _ended: bool = False

    def add(self, new: Act) -> None:
        """Take in one more act of this node."""
        self.acts.append(new)
        self._done.add((new.kind, new.digest))
        if new.kind in (ActKind.SUSPENDED, ActKind.RESUMED):
            self._suspended = new.kind is ActKind.SUSPENDED
        self._ended |= new.kind is ActKind.ENDED

    def check(self, new: Act) -> None:
        """Verify that ``new`` does not contradict what is here.  Raises `WrongStateError`.

        SECURITY: every node refuses the same acts. Holds because only the author's own journal, which every node has
        in the same order, is looked at. Breaks if a rule is added here that looks at another journal or at a clock.
        """
        check_count(self.acts)
        if new.kind in (ActKind.PROPOSED, ActKind.SIGNED, ActKind.DECLINED) and (new.kind, new.digest) in self._done:
            word = new.kind.value.removeprefix("agreement.").removesuffix("/1")
            raise WrongStateError(f"This node has already {word} this text.", "Nothing more is needed.")
        if new.kind is ActKind.SIGNED and (ActKind.DECLINED, new.digest) in self._done:
            raise WrongStateError(
                "This node has declined this text; a declined text is dead.", "Propose a changed text."
            )
        if new.kind is ActKind.DECLINED and (ActKind.SIGNED, new.digest) in self._done:
            raise WrongStateError(
                "This node has signed this text; a signature cannot be taken back.",
                "Ask the partner to decline it, or propose an amendment once it is in force.",
            )
        if new.kind is ActKind.SUSPENDED and self._suspended:
            raise WrongStateError("This node's suspension stands already.", "Nothing more is needed.")
        if new.kind is ActKind.RESUMED and not self._suspended:
            raise WrongStateError(
                "This node has not suspended the agreement.", "Only the node that suspended it can lift the suspension."
            )
        if new.kind is ActKind.ENDED and self._ended:
            raise WrongStateError("This node has given notice already.", "Nothing more is needed.")


def check_count(journal: Sequence[Act]) -> None:
    """Verify that a node may act once more.  Raises `WrongStateError`; cheap, so that it can be asked first."""
    if len(journal) >= MAX_ACTS:
        raise WrongStateError("This node has acted upon the agreement too often.", "Pair again for a new agreement.")


def check_own(journal: Sequence[Act], new: Act) -> None:
    """Verify that ``new`` does not contradict its author's own ``journal``.  Raises `WrongStateError`."""
    own = OwnActs()
    for act in journal:
        own.add(act)
    own.check(new)


def suspends(journal: Sequence[Act]) -> bool:
    """Say whether the last word of a journal about suspension is that it suspends."""
    kinds = [one.kind for one in journal if one.kind in (ActKind.SUSPENDED, ActKind.RESUMED)]
    return bool(kinds) and kinds[-1] is ActKind.SUSPENDED
