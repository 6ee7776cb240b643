"""Open the contents of proposals, and follow a document from version to version."""

from collections.abc import Mapping, Sequence
from typing import Final

from comity.channel import reading
from comity.channel.models import Channel
from comity.channel.runtime import LocalNode
from comity.concurrence.documents import DocumentKind, apply
from comity.concurrence.errors import NotFittingError
from comity.concurrence.records import Edit, Proposal
from comity.protocol.canonical import Strict, digest
from comity.protocol.names import hex_digest

VERSION_V: Final = "comity/v1/version"


def version_name(previous: str | None, leaf: bytes) -> str:
    """Return the name of the version that the proposal with that leaf hash makes of ``previous``.

    The leaf covers the header, and the header commits to the content: the name binds every word of every version, and
    can still be computed when the words have been erased.
    """
    return hex_digest(digest(VERSION_V, (previous or "").encode() + b"\n" + leaf))


class Contents:
    """Hold the opened proposals of one document; what is erased or not opened is None."""

    def __init__(self, kind: DocumentKind, bodies: Mapping[str, Strict | None], leaves: Mapping[str, bytes]) -> None:
        """Hold ``bodies`` by identifier, and the leaf hashes of their headers."""
        self.kind, self._bodies, self._leaves = kind, bodies, leaves
        self._after: dict[tuple[str, ...], bytes | None] = {(): None}

    def proposal(self, uid: str) -> Proposal | None:
        """Return what a proposal says; None when its content has been erased."""
        body = self._bodies.get(uid)
        return body if isinstance(body, Proposal) else None

    def body(self, uid: str) -> Strict | None:
        """Return the content of any act."""
        return self._bodies.get(uid)

    def edits(self, uid: str) -> tuple[Edit, ...] | None:
        """Return the edits of a proposal; None when its content has been erased."""
        proposal = self.proposal(uid)
        return None if proposal is None else proposal.edits

    def name(self, chain: Sequence[str]) -> str | None:
        """Return the name of the version that a chain of proposals leads to."""
        name: str | None = None
        for uid in chain:
            name = version_name(name, self._leaves[uid])
        return name

    def after(self, chain: tuple[str, ...]) -> bytes | None:
        """Return the document that a chain of proposals leads to; None before the first, or when words are erased."""
        if chain not in self._after:
            before = self.after(chain[:-1])
            edits = self.edits(chain[-1])
            try:
                whole = edits is not None and (before is not None or edits[0].path == "")
                self._after[chain] = apply(self.kind, before, edits) if whole and edits is not None else None
            except NotFittingError:
                self._after[chain] = None
        return self._after[chain]

    def fits(self, chain: tuple[str, ...], uid: str) -> bool:
        """Say whether a proposal names that version, is of the document's kind, and leads to another such document."""
        proposal = self.proposal(uid)
        if proposal is None:
            return True
        if proposal.base != self.name(chain) or proposal.kind != self.kind.name:
            return False
        before = self.after(chain)
        if chain and before is None:
            return True
        try:
            return apply(self.kind, before, proposal.edits) != before
        except NotFittingError:
            return False


def open_bodies(node: LocalNode, channel: Channel, uids: Sequence[str]) -> dict[str, Strict | None]:
    """Return the contents of records, by identifier; None for those that are erased."""
    return {uid: reading.opened(node, one) for uid, one in reading.held(node, channel, uids).items()}
