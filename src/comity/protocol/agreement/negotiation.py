"""Say which text is in force, as a function of what stands in the parties' journals and of nothing else.

As in ``spec/agreement.md``, part "Negotiation".  Journals of different nodes have no common order, so nothing here may
depend on one: acts are kept per journal, in that journal's order, and `View` is computed from all of them.  What
`check` refuses it refuses by the author's own journal alone, and therefore alike on every node.  `check_new` is
stricter: it is what a node asks before it writes an act of its own.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cached_property
from types import MappingProxyType

from comity.protocol.agreement.acts import Act, ActKind, OwnActs, Proposal, act_of, check_count, check_own
from comity.protocol.agreement.errors import WrongStateError
from comity.protocol.agreement.permits import Standing
from comity.protocol.agreement.reckoning import Reckoning, TextState, TextStatus, View
from comity.protocol.names import UnixMs, party_of

__all__ = ["Act", "ActKind", "Negotiation", "Proposal", "TextState", "TextStatus", "View", "act_of"]


@dataclass(frozen=True)
class Negotiation:
    """Hold the acts of every journal of one channel, and the texts proposed in them."""

    journals: Mapping[str, tuple[Act, ...]] = field(default_factory=dict)
    proposals: Mapping[str, Proposal] = field(default_factory=dict)

    @classmethod
    def replay(cls, acts: Iterable[Act]) -> "Negotiation":
        """Return the state after ``acts``, each journal's in its own order, interleaved in any way.

        An act that contradicts its own journal has no effect, here as on every node.
        """
        journals: dict[str, OwnActs] = {}
        proposals: dict[str, Proposal] = {}
        for act in acts:
            journal = journals.setdefault(act.author, OwnActs())
            try:
                journal.check(act)
            except WrongStateError:
                continue
            journal.add(act)
            if act.proposal is not None:
                proposals[act.digest] = act.proposal
        frozen = {author: tuple(journal.acts) for author, journal in journals.items()}
        return cls(MappingProxyType(frozen), MappingProxyType(proposals))

    def take(self, act: Act) -> "Negotiation":
        """Return the state after one more act.  Raises what `check` raises."""
        self.check(act)
        journals = {**self.journals, act.author: (*self.journals.get(act.author, ()), act)}
        proposals = self.proposals if act.proposal is None else {**self.proposals, act.digest: act.proposal}
        return Negotiation(MappingProxyType(journals), MappingProxyType(dict(proposals)))

    def check(self, act: Act) -> None:
        """Verify that ``act``, ours or a partner's, does not contradict its author's earlier ones.

        Raises `WrongStateError`, on every node for the same acts.
        """
        check_own(self.journals.get(act.author, ()), act)

    def check_room(self, author: str) -> None:
        """Verify that ``author`` may act once more; to be asked before its act is even read.

        Raises `WrongStateError`.
        """
        check_count(self.journals.get(author, ()))

    def check_new(self, act: Act, *, now: UnixMs) -> None:
        """Verify that this node may write ``act`` now, as far as it knows.

        Raises `WrongStateError` with what to do instead.
        """
        self.check(act)
        view = self.view
        if view.ended_at is not None and now >= view.ended_at:
            raise WrongStateError("The agreement has ended.", "Propose a new agreement on a channel of its own.")
        if act.proposal is not None:
            _check_proposal(view, act.author, act.proposal)
        elif act.kind in (ActKind.SIGNED, ActKind.DECLINED):
            self._check_answer(act)
        elif view.in_force is None:
            raise WrongStateError("No agreement is in force yet.", "Decline the proposal instead.")
        elif act.digest != view.in_force:
            raise WrongStateError("This names a text that is not in force.", "Name the text in force.")
        elif party_of(act.author) not in view.texts[view.in_force].proposal.first_nodes:
            raise WrongStateError("Only a party to the agreement may do this.", "Ask a contact point of a party.")

    @cached_property
    def view(self) -> View:
        """Return what these journals together say; computed once."""
        return Reckoning(self.journals, self.proposals).view()

    @property
    def in_force(self) -> str | None:
        """Return the digest of the last text that all parties signed: what an amendment must name."""
        return self.view.in_force

    @property
    def suspended_by(self) -> tuple[str, ...]:
        """Return the parties whose suspension stands."""
        return self.view.suspended_by

    @property
    def ended_at(self) -> UnixMs | None:
        """Return when the earliest notice of end takes effect."""
        return self.view.ended_at

    def successor(self, digest: str) -> str | None:
        """Return the text that amended ``digest``, if one has come into force."""
        chain = self.view.chain
        place = chain.index(digest) + 1 if digest in chain else len(chain)
        return chain[place] if place < len(chain) else None

    def standing(self, now: UnixMs, accepted: frozenset[str] = frozenset()) -> Standing:
        """Return what `permits` needs; ``accepted`` are superseded digests that the author may still use."""
        view = self.view
        return Standing(view.governing(now), accepted & set(view.chain), view.suspended_by, view.ended_at)

    def _check_answer(self, new: Act) -> None:
        """Verify that a text can be signed or declined by this node now."""
        text = self.view.texts.get(new.digest)
        if text is None:
            raise WrongStateError("This node has not seen that text.", "Wait until the proposal has arrived.")
        if text.status is TextStatus.DECLINED:
            raise WrongStateError("The text has been declined; a declined text is dead.", "Propose a changed text.")
        if text.status in (TextStatus.IN_FORCE, TextStatus.SUPERSEDED):
            raise WrongStateError("The text has come into force.", "Propose an amendment, suspend, or give notice.")
        if text.status is TextStatus.STALE:
            raise WrongStateError(
                "What the text amends is not in force (any more).",
                "Propose it again as an amendment of the text in force.",
            )
        signer = text.signers.get(party_of(new.author))
        if signer != new.author:
            whom = f"Only {signer} acts" if signer else "No node acts"
            raise WrongStateError(
                f"{whom} for {party_of(new.author)} on this text.", "Act on the node that the text names first."
            )
        if new.kind is ActKind.DECLINED:
            return
        for one in self.journals.get(new.author, ()):
            rival = self.view.texts.get(one.digest)
            if one.kind is ActKind.SIGNED and rival is not None and rival.status is TextStatus.LIVE:
                raise WrongStateError(
                    "This node has signed another text that is still live and amends the same one.",
                    "Ask the partner to decline that text first, or decline this one.",
                )


def _check_proposal(view: View, author: str, proposal: Proposal) -> None:
    if proposal.digest in view.texts:
        raise WrongStateError("This text has been proposed already.", "Sign it, or decline it.")
    if party_of(author) not in proposal.first_nodes:
        raise WrongStateError("The text does not name the party that proposes it.", "Name it among the parties.")
    if proposal.previous != view.in_force:
        if view.in_force is None:
            raise WrongStateError(
                "There is no text in force to amend.", "Propose a first text: version 1, no previous."
            )
        raise WrongStateError(
            "The text does not amend the one in force.", "Name the digest of the text in force as previous."
        )
    last = view.texts[view.in_force].proposal.version if view.in_force else 0
    if proposal.version != last + 1:
        raise WrongStateError(f"The text must be version {last + 1}.", "Correct the version and propose it again.")
