"""Say what travels when a joint document changes: the types, their versions and their fields.

As in ``spec/concurrence.md``.  Who did what to which proposal stands in the headers: the type says what was done, the
references say to what.  What is in force is therefore computed from headers and dispositions alone, and an auditor who
holds no key comes to the same result, even after the contents have been erased.  The contents hold the words.
"""

from typing import Annotated, Final

from msgspec import Meta

from comity.protocol.canonical import Strict
from comity.protocol.names import Digest, Slug
from comity.protocol.types import RecordType

MAX_EDITS: Final = 10_000
TECHNICAL: Final = "technical"
"""The urgency that marks a technical update; a clause without a clock of this name permits amendments only."""

Words = Annotated[str, Meta(max_length=10_000)]
Reason = Annotated[str, Meta(min_length=1, max_length=10_000)]
Path = Annotated[str, Meta(pattern=r"^(/[A-Za-z0-9_.:-]{1,80}){0,16}$(?!\n)", max_length=600)]
"""A place in a document: the names on the way to it, each after a slash; empty means the whole document."""


class Edit(Strict):
    """Put a value, as canonical JSON text, in one place of a document; without a value, remove what is there."""

    path: Path
    value: Annotated[str, Meta(min_length=1, max_length=1024 * 1024)] | None = None


class Proposal(Strict):
    """Propose to change a document, or to open one: its kind, the version it changes, the edits, and why.

    ``base`` is the name of the version in force that is changed; a proposal without it opens a document.
    """

    kind: Slug
    edits: Annotated[tuple[Edit, ...], Meta(min_length=1, max_length=MAX_EDITS)]
    base: Digest | None = None
    note: Words = ""


class Concurred(Strict):
    """Concur with a proposal, with a remark if there is one."""

    note: Words = ""


class Objected(Strict):
    """Object to a proposal, with the reason."""

    reason: Reason


class Withdrawn(Strict):
    """Withdraw one's own proposal, with the reason."""

    reason: Words = ""


class Reminded(Strict):
    """Remind the other side of a proposal; its receipt shows in that side's journal what time it is there."""

    note: Words = ""


PROPOSAL: Final = RecordType("concurrence.proposal/1", Proposal)
CONCURRED: Final = RecordType("concurrence.concurred/1", Concurred)
OBJECTED: Final = RecordType("concurrence.objected/1", Objected)
WITHDRAWN: Final = RecordType("concurrence.withdrawn/1", Withdrawn)
REMINDED: Final = RecordType("concurrence.reminded/1", Reminded)
TYPES: Final = (PROPOSAL, CONCURRED, OBJECTED, WITHDRAWN, REMINDED)
ANSWERS: Final = (CONCURRED.tag, OBJECTED.tag)
