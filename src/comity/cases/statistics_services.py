"""Propose statistics, count what the other side proposes again, sign it.  The only way to write and to read them."""

from dataclasses import dataclass
from datetime import date
from typing import Final

from django.utils.translation import gettext as _

from comity.cases.statistics import STATISTICS, Statistics, count
from comity.channel.models import Channel
from comity.concurrence import access, services
from comity.concurrence.access import DocumentView
from comity.concurrence.differences import Difference, differences
from comity.concurrence.documents import apply, read
from comity.concurrence.errors import NotFittingError
from comity.concurrence.reckoning import Status
from comity.concurrence.records import PROPOSAL, TECHNICAL
from comity.concurrence.services import Hand
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol.agreement.terms import CompiledClause
from comity.protocol.canonical import encode
from comity.protocol.errors import ComityError, ErrorKind

MOST: Final = 100
DEAD: Final = (Status.LAPSED, Status.WITHDRAWN, Status.REFUSED, Status.VOID, Status.STALE)


class StatisticsError(ComityError):
    """Say why statistics cannot be proposed or signed."""

    kind = ErrorKind.WRONG_STATE
    default_remedy = "Count again, or talk to the other side."


@dataclass(frozen=True, slots=True)
class Reported:
    """Show a report: who proposed it, who has signed it, and what this node counts otherwise now."""

    view: DocumentView
    body: Statistics
    changed_ms: int
    otherwise: tuple[Difference, ...] = ()

    @property
    def uuid(self) -> str:
        """Return its identifier."""
        return self.view.uuid

    @property
    def signed(self) -> bool:
        """Say whether both sides have signed it."""
        return self.view.version > 0

    @property
    def author(self) -> str:
        """Return the node that proposed it."""
        return self.view.proposals[0].author

    def awaits(self, node: str) -> bool:
        """Say whether a node is asked to sign it."""
        return self.view.proposals[0].awaits(node)

    @property
    def refused_because(self) -> str:
        """Return why a side objected, if one did."""
        return next((one.words or "" for one in self.view.proposals[0].signers if one.words and not self.signed), "")


def counted(seat: Seat, first: date, last: date) -> Statistics:
    """Return what this node counts.  Raises `StatisticsError`."""
    seat.require(Permission.READ_PLAN)
    if last < first:
        raise StatisticsError(_("The period ends before it begins."), _("Set the days right."))
    return count(seat.node, _channel(seat), seat.reality.value, first, last)


def reports(seat: Seat) -> list[Reported]:
    """Return the reports under the seat's agreement and reality, the last changed first."""
    seat.require(Permission.READ_PLAN)
    if seat.channel is None:
        return []
    rows = access.documents(seat.node, seat.channel, STATISTICS.name, MOST, str(seat.reality))
    found = (_read(seat, one.uuid) for one in rows)
    return [one for one in found if one is not None]


def report(seat: Seat, uuid: str) -> Reported | None:
    """Return one report, with what this node counts otherwise: figure by figure."""
    seat.require(Permission.READ_PLAN)
    found = _read(seat, uuid)
    if found is None:
        return None
    return Reported(found.view, found.body, found.changed_ms, _otherwise(seat, found.body))


def propose(seat: Seat, first: date, last: date) -> str:
    """Propose what this node counts; return the report.  Raises `StatisticsError`, or what `post` raises."""
    seat.require(Permission.WRITE_PLAN)
    body = counted(seat, first, last)
    hand = _hand(seat)
    return services.open_document(
        seat.node, _channel(seat), STATISTICS.name, body, seat.partners(), hand, reality=seat.reality
    )


def sign(seat: Seat, uuid: str) -> None:
    """Sign a report, once this node has counted every figure alike.  Raises `StatisticsError`."""
    seat.require(Permission.WRITE_PLAN)
    found = _get(seat, uuid)
    # SECURITY: nobody signs figures that their own journals do not bear out. Holds because they are counted again in
    # the moment of signing. Breaks if a signature is written by any other way than this.
    if _otherwise(seat, found.body):
        raise StatisticsError(
            _("This node counts otherwise, so that the figures cannot be signed."),
            _("See which figures differ; let both nodes exchange what is under way, and propose them again."),
        )
    services.concur(seat.node, _channel(seat), uuid, uuid, _hand(seat), note="")


def refuse(seat: Seat, uuid: str, reason: str) -> None:
    """Object to a report, with a reason.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    _get(seat, uuid)
    services.object_to(seat.node, _channel(seat), uuid, uuid, _hand(seat), reason=reason)


def withdraw(seat: Seat, uuid: str) -> None:
    """Take an own report back.  Raises what concurrence raises."""
    seat.require(Permission.WRITE_PLAN)
    _get(seat, uuid)
    services.withdraw(seat.node, _channel(seat), uuid, uuid, _hand(seat))


def _otherwise(seat: Seat, body: Statistics) -> tuple[Difference, ...]:
    ours = count(seat.node, _channel(seat), seat.reality.value, body.first, body.last)
    return differences(STATISTICS, encode(body), encode(ours))


def _get(seat: Seat, uuid: str) -> Reported:
    found = _read(seat, uuid)
    if found is None:
        raise StatisticsError(_("There is no such report."), _("Go back to the list."))
    return found


def _read(seat: Seat, uuid: str) -> Reported | None:
    if seat.channel is None:
        return None
    evidence = access.find(seat.node, seat.channel, uuid)
    if evidence is None or evidence.document.kind != STATISTICS.name or evidence.document.reality != seat.reality:
        return None
    view = access.view(evidence)
    first = view.proposals[0] if view.proposals else None
    if first is None or first.edits is None or (not view.version and first.status in DEAD):
        return None
    try:
        body = read(STATISTICS, view.agreed or apply(STATISTICS, None, first.edits))
    except NotFittingError:
        return None
    assert isinstance(body, Statistics)  # noqa: S101  # the kind says so
    return Reported(view, body, evidence.document.changed_ms)


def _channel(seat: Seat) -> Channel:
    if seat.channel is None:
        raise StatisticsError(_("There is no agreement yet."), _("Pair with a partner and sign one."))
    return seat.channel


def _hand(seat: Seat) -> Hand:
    clauses: list[CompiledClause] = list(seat.terms.clauses.values()) if seat.terms else []
    fitting = next((one for one in clauses if PROPOSAL.tag in one.clause.types), None)
    if fitting is None:
        raise StatisticsError(_("No clause of the agreement lets both sides sign figures together."))
    urgencies = [one.urgency for one in fitting.clocks_for(PROPOSAL.tag) if one.urgency != TECHNICAL]
    return Hand(
        clause=fitting.clause.id,
        purpose=fitting.clause.purposes[0],
        handling=fitting.clause.handling.default,
        urgency=next(iter(urgencies), None),
        language=seat.language,
        authority=seat.officer.authority,
        officer=seat.officer.pseudonym,
    )
