"""Read and change joint documents of the group in the name of a seat: its agreement, its reality, its clause.

Whoever calls has asked for the permission.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Final

from django.utils.translation import gettext as _

from comity.channel.models import Channel
from comity.concurrence import access, services
from comity.concurrence.access import DocumentView, ProposalView
from comity.concurrence.documents import DocumentKind, apply, read
from comity.concurrence.errors import NotFittingError
from comity.concurrence.reckoning import Status
from comity.concurrence.records import PROPOSAL, TECHNICAL
from comity.concurrence.services import Hand
from comity.concurrence.updates import Updates, UpdateStatus
from comity.desk.seat import Seat
from comity.plan import kept
from comity.plan.kept import Mark
from comity.protocol.agreement.terms import CompiledClause, Terms
from comity.protocol.canonical import Strict
from comity.protocol.errors import ComityError, ErrorKind
from comity.protocol.names import party_of

AREA: Final = "plan"
"""The area under whose name drafts are kept."""
MOST: Final = 200
"""Documents of one kind that are looked through: two centuries of half-yearly meetings, four years of weekly ones."""
DECISION: Final = "decision"
MINUTES: Final = "minutes"


class NotHereError(ComityError):
    """Say that an agreement, or a document in it, is not there for this seat."""

    kind = ErrorKind.WRONG_STATE
    default_remedy = "Go back to the list."


class UnfitError(ComityError):
    """Say what is missing or wrong in what somebody wrote."""

    kind = ErrorKind.MALFORMED
    default_remedy = "Correct it and try again."


@dataclass(frozen=True, slots=True)
class Found:
    """Hold a joint document with its body, as it stands."""

    view: DocumentView
    body: Strict
    pending: frozenset[str]
    """Places that this side has written and the other node has not receipted yet."""
    opened_by: str
    opened_ms: int
    changed_ms: int

    @property
    def uuid(self) -> str:
        """Return its identifier."""
        return self.view.uuid

    @property
    def holds_until(self) -> int:
        """Return until when nothing but a further act upon it changes it."""
        return self.view.holds_until

    @property
    def opening(self) -> ProposalView | None:
        """Return the proposal that opened it."""
        return self.view.proposal(self.view.uuid)

    @property
    def agreed(self) -> bool:
        """Say whether a version is in force."""
        return self.view.version > 0

    @property
    def open_changes(self) -> tuple[ProposalView, ...]:
        """Return the amendments that wait for an answer."""
        return tuple(
            one for one in self.view.proposals
            if not one.technical and one.uid != self.uuid and one.status in access.OPEN
        )  # fmt: skip


def channel_of(seat: Seat) -> Channel:
    """Return the channel of the seat.  Raises `NotHereError`."""
    if seat.channel is None:
        raise NotHereError(_("There is no agreement yet."))
    return seat.channel


def own_party(seat: Seat) -> str:
    """Return the party of this node."""
    return party_of(seat.node.name)


def today(seat: Seat) -> date:
    """Return the day by the node's clock, in UTC: both nodes must call the same things late."""
    return datetime.fromtimestamp(seat.node.clock() / 1000, UTC).date()


def parties(seat: Seat) -> tuple[str, ...]:
    """Return the parties of the seat's agreement, this one first."""
    named = tuple(seat.terms.parties) if seat.terms else ()
    own = own_party(seat)
    return (own, *(one for one in named if one != own))


def new_key(seat: Seat) -> str:
    """Return a fresh key that bears this side's party."""
    return f"{own_party(seat).lower()}-{seat.node.new_id().replace('-', '')}"


def clause_of(terms: Terms | None) -> CompiledClause | None:
    """Return the clause under which joint documents of the group change: that of the working group, else the first."""
    fitting = [one for one in terms.clauses.values() if PROPOSAL.tag in one.clause.types] if terms else []
    return next((one for one in fitting if one.clause.area == "working-group"), fitting[0] if fitting else None)


def hand(seat: Seat, urgency: str = DECISION) -> Hand:
    """Return under what the seat's officer writes.  Raises `NotHereError` where no clause lets a group work."""
    clause = clause_of(seat.terms)
    if clause is None:
        raise NotHereError(_("No clause of the agreement lets a working group change documents together."))
    urgencies = [one.urgency for one in clause.clocks_for(PROPOSAL.tag) if one.urgency != TECHNICAL]
    chosen = urgency if urgency in urgencies else next(iter(urgencies), None)
    return Hand(
        clause=clause.clause.id,
        purpose=clause.clause.purposes[0],
        handling=clause.clause.handling.default,
        urgency=chosen,
        language=seat.language,
        authority=seat.officer.authority,
        officer=seat.officer.pseudonym,
    )


def find(seat: Seat, uuid: str, kind: DocumentKind, mark: Mark | None = None) -> Found | None:
    """Return a document of a kind under the seat's agreement and in its reality, if it can be read.

    ``mark`` is `kept.mark_of` the agreement, for whoever looks at many documents at once.
    """
    if seat.channel is None:
        return None
    now = mark or kept.mark_of(seat.node, seat.channel)
    return kept.lasting(seat.node, seat.channel, uuid, (kind.name, seat.reality), now, lambda: _find(seat, uuid, kind))


@dataclass(frozen=True, slots=True)
class Version:
    """Hold a document as both sides signed it."""

    content: bytes | None
    holds_until: int


def version(seat: Seat, uuid: str, number: int) -> bytes | None:
    """Return a document as both sides signed it in its version of that number."""
    if seat.channel is None:
        return None
    node, channel = seat.node, seat.channel

    def make() -> Version | None:
        evidence = access.find(node, channel, uuid)
        return Version(access.version(evidence, number), access.view(evidence).holds_until) if evidence else None

    found = kept.lasting(node, channel, uuid, number, kept.mark_of(node, channel), make)
    return found.content if found else None


def _find(seat: Seat, uuid: str, kind: DocumentKind) -> Found | None:
    if seat.channel is None:
        return None
    evidence = access.find(seat.node, seat.channel, uuid)
    if evidence is None or evidence.document.kind != kind.name or evidence.document.reality != seat.reality:
        return None
    view = access.view(evidence)
    pending = frozenset(
        edit.path for one in view.proposals if one.status is UpdateStatus.SENT and one.author == seat.node.name
        for edit in one.edits or ()
    )  # fmt: skip
    content = view.current
    if pending:
        updates = Updates(evidence.ledger, evidence.reckoning, kind, evidence.contents.edits)
        content = updates.lay(view.agreed, seat.node.name).content
    body = read(kind, content) if content is not None else first_words(view)
    row = evidence.document
    return None if body is None else Found(view, body, pending, row.opened_by, row.opened_ms, row.changed_ms)


def first_words(view: DocumentView) -> Strict | None:
    """Return what an opening proposes, while no version is in force; None where its words are gone or unfit."""
    opening = view.proposal(view.uuid)
    if opening is None or opening.edits is None:
        return None
    try:
        return read(view.kind, apply(view.kind, None, opening.edits))
    except NotFittingError:
        return None


def get(seat: Seat, uuid: str, kind: DocumentKind) -> Found:
    """Return a document, or raise `NotHereError`."""
    found = find(seat, uuid, kind)
    if found is None:
        raise NotHereError(_("There is no such document."))
    return found


def every(seat: Seat, kind: DocumentKind, limit: int = MOST) -> list[Found]:
    """Return the documents of a kind under the seat's agreement and in its reality, the last changed first."""
    if seat.channel is None:
        return []
    rows = access.documents(seat.node, seat.channel, kind.name, limit, str(seat.reality))
    mark = kept.mark_of(seat.node, seat.channel)
    found = (find(seat, row.uuid, kind, mark) for row in rows)
    return [one for one in found if one is not None]


def open_document(seat: Seat, kind: DocumentKind, body: Strict, *, urgency: str = DECISION, note: str = "") -> str:
    """Propose a new document to every partner; return its identifier."""
    return services.open_document(
        seat.node, channel_of(seat), kind.name, body, seat.partners(), hand(seat, urgency), note=note,
        reality=seat.reality,
    )  # fmt: skip


def amend(seat: Seat, found: Found, body: Strict, *, note: str = "", urgency: str = DECISION) -> str:
    """Propose that the version in force reads as ``body``; an own open proposal to change it is replaced."""
    mine = [one.uid for one in found.open_changes if one.author == seat.node.name]
    return services.propose(
        seat.node, channel_of(seat), found.uuid, body, hand(seat, urgency), note=note,
        replacing=mine[0] if mine else "",
    )  # fmt: skip


def put(seat: Seat, uuid: str, places: Mapping[str, object]) -> None:
    """Write in this side's own places of a document."""
    services.put(seat.node, channel_of(seat), uuid, places, hand(seat))


def answer(seat: Seat, uuid: str, proposal: str, *, concurs: bool, words: str) -> None:
    """Sign a proposal, or object to it with a reason."""
    at = (seat.node, channel_of(seat), uuid, proposal, hand(seat))
    if concurs:
        services.concur(*at, note=words)
    else:
        services.object_to(*at, reason=words)


def withdraw(seat: Seat, uuid: str, proposal: str, reason: str) -> None:
    """Take back an own proposal."""
    services.withdraw(seat.node, channel_of(seat), uuid, proposal, hand(seat), reason=reason)


DEAD: Final[Sequence[Status]] = (
    Status.OBJECTED, Status.LAPSED, Status.WITHDRAWN, Status.REFUSED, Status.VOID, Status.STALE,
)  # fmt: skip
"""In these an opening comes to nothing."""
