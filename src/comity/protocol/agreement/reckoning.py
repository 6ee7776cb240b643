"""Compute from the acts of all journals which text is in force, who has suspended, and when it ends."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from comity.protocol.agreement.acts import Act, ActKind, Proposal, suspends
from comity.protocol.names import UnixMs, party_of

Journals = Mapping[str, tuple[Act, ...]]


class TextStatus(StrEnum):
    """Say how a proposed text stands; ``stale``: what it would amend is not the last text in force (any more)."""

    LIVE = "live"
    DECLINED = "declined"
    IN_FORCE = "in-force"
    SUPERSEDED = "superseded"
    STALE = "stale"


@dataclass(frozen=True, slots=True)
class TextState:
    """Show one proposed text: its status, who signs for each party, whose signature counts, and who declined."""

    proposal: Proposal
    status: TextStatus
    signers: Mapping[str, str]
    signed_by: tuple[str, ...]
    declined_by: tuple[str, ...]
    blocked: Mapping[str, tuple[str, ...]]
    """Parties that signed, but whose signature does not count while these rivals that they signed before are live."""


@dataclass(frozen=True, slots=True)
class View:
    """Show what all journals together say.

    ``chain`` holds the digests of the texts that came into force, oldest first.  ``texts`` is in the order of version
    and digest.
    """

    chain: tuple[str, ...]
    texts: Mapping[str, TextState]
    suspended_by: tuple[str, ...]
    ended_at: UnixMs | None
    ended_by: tuple[str, ...]

    @property
    def in_force(self) -> str | None:
        """Return the digest of the last text that all parties signed: what an amendment must name."""
        return self.chain[-1] if self.chain else None

    def governing(self, now: UnixMs) -> str | None:
        """Return the digest of the text that governs at ``now``: the last one whose effective date has come.

        Before the first one's date that is the first one, so that a refusal can name its date.
        """
        due = [one for one in self.chain if self.texts[one].proposal.effective <= now]
        return due[-1] if due else self.chain[0] if self.chain else None


class Reckoning:
    """Compute a `View`.

    SECURITY: two rival texts never both come into force. Holds because one node signs for each party, signs rivals in
    an order that its journal fixes, and a later signature counts only once every earlier signed rival is declined,
    which a text in force never is. Breaks if a party could sign through two journals.
    """

    def __init__(self, journals: Journals, proposals: Mapping[str, Proposal]) -> None:
        """Prepare to compute from the acts of ``journals`` upon ``proposals``."""
        self._journals = journals
        self._proposals = proposals
        self._position = {
            (node, one.kind, one.digest): number for node, acts in journals.items() for number, one in enumerate(acts)
        }

    def view(self) -> View:
        """Return what all journals together say."""
        chain = self._chain()
        states = (self._text(one, chain) for one in self._proposals.values())
        texts = {
            one.proposal.digest: one for one in sorted(states, key=lambda t: (t.proposal.version, t.proposal.digest))
        }
        ends = sorted(
            (one.effective, party_of(node))
            for node, acts in self._journals.items()
            for one in acts
            if one.kind is ActKind.ENDED and one.effective is not None and self._is_party(node, one.digest, chain)
        )
        suspended = {
            party_of(node)
            for node, acts in self._journals.items()
            if suspends(acts)
            and any(self._is_party(node, one.digest, chain) for one in acts if one.kind is ActKind.SUSPENDED)
        }
        return View(
            chain=tuple(chain),
            texts=MappingProxyType(texts),
            suspended_by=tuple(sorted(suspended)),
            ended_at=ends[0][0] if ends else None,
            ended_by=tuple(sorted({party for _, party in ends})),
        )

    def _is_party(self, node: str, digest: str, chain: list[str]) -> bool:
        return digest in chain and party_of(node) in self._proposals[digest].first_nodes

    def _chain(self) -> list[str]:
        chain: list[str] = []
        while True:
            previous = chain[-1] if chain else None
            version = self._proposals[previous].version + 1 if previous else 1
            agreed = sorted(
                one.digest
                for one in self._proposals.values()
                if one.previous == previous and one.version == version and self._is_agreed(one)
            )
            if not agreed:
                return chain
            # More than one is possible only for first texts that name different first nodes for every party: then
            # the parties have agreed twice, and the order of the digests decides.
            chain.append(agreed[0])

    def _signers(self, one: Proposal) -> dict[str, str]:
        """Return who signs for each party: its first node in the text being amended, else in this text."""
        before = self._proposals.get(one.previous or "")
        return {**one.first_nodes, **(before.first_nodes if before else {})}

    def _is_agreed(self, one: Proposal) -> bool:
        return all(self._counts(node, one) for node in self._signers(one).values())

    def _is_declined(self, one: Proposal) -> bool:
        return any((node, ActKind.DECLINED, one.digest) in self._position for node in self._signers(one).values())

    def _counts(self, node: str, one: Proposal) -> bool:
        return (node, ActKind.SIGNED, one.digest) in self._position and not self._blockers(node, one)

    def _blockers(self, node: str, one: Proposal) -> tuple[str, ...]:
        """Return the live rivals (and texts not seen yet, which may be rivals) that ``node`` signed before ``one``."""
        until = self._position.get((node, ActKind.SIGNED, one.digest), 0)
        return tuple(
            earlier.digest
            for earlier in self._journals.get(node, ())[:until]
            if earlier.kind is ActKind.SIGNED and self._may_rival(earlier.digest, one)
        )

    def _may_rival(self, digest: str, one: Proposal) -> bool:
        rival = self._proposals.get(digest)
        return rival is None or (rival.previous == one.previous and not self._is_declined(rival))

    def _text(self, one: Proposal, chain: list[str]) -> TextState:
        signers = self._signers(one)
        signed = {
            party: node for party, node in signers.items() if (node, ActKind.SIGNED, one.digest) in self._position
        }
        blocked = {party: blockers for party, node in signed.items() if (blockers := self._blockers(node, one))}
        return TextState(
            proposal=one,
            status=self._status(one, chain),
            signers=MappingProxyType(dict(sorted(signers.items()))),
            signed_by=tuple(sorted(party for party in signed if party not in blocked)),
            declined_by=tuple(
                sorted(
                    party for party, node in signers.items() if (node, ActKind.DECLINED, one.digest) in self._position
                )
            ),
            blocked=MappingProxyType(dict(sorted(blocked.items()))),
        )

    def _status(self, one: Proposal, chain: list[str]) -> TextStatus:
        if one.digest in chain:
            return TextStatus.IN_FORCE if one.digest == chain[-1] else TextStatus.SUPERSEDED
        if self._is_declined(one):
            return TextStatus.DECLINED
        last = chain[-1] if chain else None
        version = self._proposals[last].version + 1 if last else 1
        return TextStatus.LIVE if (one.previous, one.version) == (last, version) else TextStatus.STALE
