"""Tell programs which agreements there are and what each of them lets one send."""

from uuid import UUID

from django.http import Http404, HttpRequest

from comity.channel import agreements
from comity.desk.api.pages import Shown
from comity.desk.api.router import ApiRouter
from comity.desk.roles import Permission
from comity.desk.seat import Seat, move_to, terms_of
from comity.protocol.agreement.terms import CompiledClause, Terms
from comity.protocol.records import Reality

api = ApiRouter("agreements", anywhere=True)


class Titled(Shown):
    """Name something that the agreement names, in the language of the call."""

    id: str
    title: str


class ClauseClock(Shown):
    """Say within which time a type of record must be answered."""

    type: str
    urgency: str
    title: str


class Clause(Shown):
    """Say what a clause permits."""

    id: str
    title: str
    area: str
    types: list[str]
    purposes: list[str]
    handling_allowed: list[str]
    handling_default: str
    persons: int
    retention_days: int
    clocks: list[ClauseClock]


class Line(Shown):
    """Show an agreement in the list."""

    agreement: UUID
    title: str
    members: list[str]
    realities: list[Reality]
    in_force: str | None


class Agreement(Line):
    """Show an agreement as far as a program needs it to write under it."""

    version: int
    areas: list[Titled]
    purposes: list[Titled]
    handling_codes: list[Titled]
    clauses: list[Clause]


class Lines(Shown):
    """Hold the list of agreements: few, so it has no pages."""

    items: list[Line]


@api.get("", Permission.READ_AGREEMENT, gives=Lines)
def every(_request: HttpRequest, seat: Seat) -> Lines:
    """List the agreements of this node."""
    found = ((one, move_to(seat, one.uuid)) for one in seat.channels)
    return Lines(items=[_line(here, one.uuid) for one, here in found if here is not None])


@api.get("/{uuid:agreement}", Permission.READ_AGREEMENT, gives=Agreement)
def one(_request: HttpRequest, seat: Seat, agreement: UUID) -> Agreement:
    """Show an agreement: its clauses, purposes, handling codes and times."""
    here = move_to(seat, str(agreement))
    terms = here.terms if here else None
    if here is None or terms is None:
        raise Http404
    line = _line(here, str(agreement))
    text, lang = terms.agreement, here.language
    return Agreement(
        **dict(line),
        version=text.version,
        areas=[Titled(id=each.id, title=terms.words(each.title, lang)) for each in text.areas],
        purposes=[Titled(id=each.id, title=terms.words(each.title, lang)) for each in text.purposes],
        handling_codes=[Titled(id=each.id, title=terms.words(each.title, lang)) for each in text.handling_codes],
        clauses=[_clause(terms, each, lang) for each in terms.clauses.values()],
    )


def _line(here: Seat, uuid: str) -> Line:
    assert here.channel is not None  # noqa: S101  # the caller has moved there
    terms = here.terms or terms_of(here.node, here.channel)
    return Line(
        agreement=UUID(uuid),
        title=terms.words(terms.agreement.title, here.language) if terms else "",
        members=list(here.channel.members),
        realities=list(terms.agreement.realities) if terms else [Reality.ACTUAL],
        in_force=agreements.digest_in_force(here.node, here.channel),
    )


def _clause(terms: Terms, compiled: CompiledClause, lang: str) -> Clause:
    clause = compiled.clause
    return Clause(
        id=clause.id,
        title=terms.words(clause.title, lang),
        area=clause.area,
        types=list(clause.types),
        purposes=list(clause.purposes),
        handling_allowed=list(clause.handling.allowed),
        handling_default=clause.handling.default,
        persons=clause.release,
        retention_days=clause.retention_days,
        clocks=[
            ClauseClock(type=tag, urgency=clock.urgency, title=terms.words(clock.title, lang))
            for tag in clause.types
            for clock in compiled.clocks_for(tag)
        ],
    )
