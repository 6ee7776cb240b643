"""Gather what verification has seen so far of a pack; bounded by the number of records, not by their contents."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Protocol

from comity.protocol.attachments import Attachment
from comity.protocol.canonical import Strict
from comity.protocol.checkpoints import Checkpoint
from comity.protocol.errors import ComityError
from comity.protocol.keys import PublicKeys
from comity.protocol.names import hex_digest
from comity.protocol.packs.format import Manifest
from comity.protocol.packs.report import ContentState, Finding, ReceiptFact
from comity.protocol.records import ParsedHeader


class Extract(Protocol):
    """Take the verified contents out of a pack; given to `verify_pack` by whoever wants to read them."""

    def content(self, name: str, document: bytes) -> None:
        """Take the document of a record that is proven."""
        ...

    def attachment(self, name: str, announced: Attachment, blocks: Iterator[bytes]) -> None:
        """Take an attachment of a record that is proven, in the clear.

        ``blocks`` raises a `ComityError` where it does not verify; what was taken until then must be thrown away.
        """
        ...


class Trust:
    """Hold the keys that the verifier was given: identities, or fingerprints to compare with identities in the pack."""

    def __init__(self, identities: Iterable[bytes | str]) -> None:
        """Take identity documents (bytes) and fingerprints (``sha256:...``).  Raises what `PublicKeys` raises."""
        self._fingerprints: set[str] = set()
        self.keys: dict[str, list[PublicKeys]] = {}
        for one in identities:
            if isinstance(one, str):
                self._fingerprints.add(one)
            else:
                self._add(PublicKeys(one))

    def accept(self, keys: PublicKeys) -> bool:
        """Take an identity found in a pack if it is one of the trusted, and say whether it is."""
        fingerprint = hex_digest(keys.fingerprint)
        if fingerprint not in self._fingerprints:
            return False
        if all(known.fingerprint != keys.fingerprint for known in self.keys.get(keys.node, ())):
            self._add(keys)
        return True

    def of(self, node: str) -> list[PublicKeys]:
        """Return the trusted keys of a node; several where it was given new ones."""
        return self.keys.get(node, [])

    def _add(self, keys: PublicKeys) -> None:
        self._fingerprints.add(hex_digest(keys.fingerprint))
        self.keys.setdefault(keys.node, []).append(keys)


@dataclass(slots=True)
class Covered:
    """Hold a checkpoint that its owner signed with a trusted key, and who cosigned it."""

    checkpoint: Checkpoint
    receipts: tuple[ReceiptFact, ...]


@dataclass(slots=True)
class SeenRecord:
    """Hold what is known of one record while the pack goes by."""

    node: str
    index: int
    parsed: ParsedHeader | None = None
    covered: Covered | None = None
    content: ContentState = ContentState.ABSENT
    body: Strict | None = None
    announced: dict[str, Attachment] = field(default_factory=dict)


@dataclass(slots=True)
class State:
    """Hold everything seen so far."""

    manifest: Manifest
    trust: Trust
    findings: list[Finding] = field(default_factory=list)
    unproven: list[Finding] = field(default_factory=list)
    left_out: list[str] = field(default_factory=list)
    checkpoints: dict[tuple[str, int], Covered] = field(default_factory=dict)
    agreements: dict[str, bytes] = field(default_factory=dict)
    records: dict[tuple[str, int], SeenRecord] = field(default_factory=dict)
    announcers: dict[str, SeenRecord] = field(default_factory=dict)
    attachments: dict[str, ContentState] = field(default_factory=dict)
    exported: bool = False

    def broken(self, item: str, problem: str | ComityError) -> None:
        """Note that something is wrong with an item."""
        self.findings.append(Finding(item, problem.sentence if isinstance(problem, ComityError) else problem))

    def open(self, item: str, problem: str) -> None:
        """Note that something is not proven, although nothing is wrong with it."""
        self.unproven.append(Finding(item, problem))
