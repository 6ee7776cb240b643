"""Let programs bring hits to a person and note what came of them: review, request in the case, outcomes, rules."""

from typing import Annotated
from uuid import UUID

from django.http import Http404, HttpRequest
from ninja.params.functions import Query

from comity.desk.accesslog import Look, note
from comity.desk.api.pages import Cursor, Page, Size, read_cursor, write_cursor
from comity.desk.api.router import ApiRouter
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.screening import access, api_said, list_access, services
from comity.screening import api_shapes as s
from comity.screening.access import HitShown
from comity.screening.records import Finding

api = ApiRouter("screening")


@api.get("/hits", Permission.READ_SCREENING, gives=Page[s.HitLine])
def hits(_request: HttpRequest, seat: Seat, cursor: Cursor = "", limit: Size = 40) -> Page[s.HitLine]:
    """List the hits that wait for a person, in the order in which they were found; nothing is ranked."""
    rows, after = access.open_hits_after(seat, read_cursor(cursor, 1), limit)
    note(seat, Look.LIST, purpose=api_said.stated(seat), records=[f"hit:{one.number}" for one in rows])
    return Page[s.HitLine](items=[api_said.hit(one) for one in rows], next=write_cursor(*after) if after else None)


@api.get("/hits/{int:hit}", Permission.READ_SCREENING, gives=s.HitLine)
def hit(_request: HttpRequest, seat: Seat, hit: s.Number) -> s.HitLine:
    """Show a hit with everything it rests on."""
    return api_said.hit(_looked_at(seat, hit))


@api.post("/hits/{int:hit}/review", Permission.SCREEN, gives=s.HitReviewed)
def review(_request: HttpRequest, seat: Seat, hit: s.Number, new: s.NewReview) -> s.HitReviewed:
    """Note what a person found who compared; a different person stays cleared of the reference."""
    _looked_at(seat, hit)
    marks = services.decide(seat, hit, Finding(new.finding), new.reason)
    return s.HitReviewed(**dict(api_said.hit(_looked_at(seat, hit))), known_by=marks)


@api.post("/hits/{int:hit}/reopen", Permission.SCREEN, gives=s.HitLine)
def reopen(_request: HttpRequest, seat: Seat, hit: s.Number) -> s.HitLine:
    """Let a hit wait for a person again, and end the clearance that covered it."""
    _looked_at(seat, hit)
    services.reopen(seat, hit)
    return api_said.hit(_looked_at(seat, hit))


@api.post("/hits/{int:hit}/request", Permission.WRITE_CASES, gives=s.RequestBegun, status=201)
def request(_request: HttpRequest, seat: Seat, hit: s.Number) -> s.RequestBegun:
    """Begin a request about a hit in the case of its check; it names list, reference and rules, and not the person.

    Needs a scope that reads hits beside the one that writes cases.
    """
    _looked_at(seat, hit)
    kept = services.request(seat, hit)
    return s.RequestBegun(draft=UUID(kept.uid), case=UUID(kept.case or kept.uid))


@api.get("/rules", Permission.READ_SCREENING, gives=Page[s.HitRule])
def rules(
    _request: HttpRequest,
    seat: Seat,
    holder: Annotated[str, Query(pattern=r"^[A-Z]{2}\.[a-z0-9-]{1,40}$", description="Who holds the list.")],
    list_id: Annotated[str, Query(pattern=s.LIST_PATTERN, description="The list's short name.")],
) -> Page[s.HitRule]:
    """List the rules with what reviews of hits in one list measured, whoever told it; one page holds them all."""
    known = {(seat.node.name, one.list_id) for one in list_access.own_lists(seat)}
    known |= {(one.known.holder, one.known.list_id) for one in list_access.partner_lists(seat)}
    if seat.channel is None or (holder, list_id) not in known:
        raise Http404
    found = access.rules(seat.node, seat.channel.uuid, holder, list_id)
    return Page[s.HitRule](items=[api_said.rule(one) for one in found], next=None)


@api.post("/outcomes", Permission.SCREEN, gives=s.OutcomeTold)
def tell(_request: HttpRequest, seat: Seat, new: s.NewOutcome) -> s.OutcomeTold:
    """Tell the partner what reviews of its list found since the last time, as counts by rule alone."""
    told = services.tell(seat, new.holder, new.list_id)
    return s.OutcomeTold(record=UUID(told) if told else None)


def _looked_at(seat: Seat, number: int) -> HitShown:
    """Return a hit whose person is shown, and note the look: for the purpose stated, else that of its check."""
    found = access.hit(seat, number)
    if found is None:
        raise Http404
    note(seat, Look.READ, purpose=api_said.stated(seat) or found.purpose, records=[f"hit:{number}"])
    return found
