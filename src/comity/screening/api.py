"""Let programs check persons: begin, follow, stop, release, open to an auditor.  Hits and lists stand apart."""

from typing import Annotated, Final
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from ninja.params.functions import Query

from comity.desk.accesslog import Look, note
from comity.desk.api.pages import Cursor, Page, Size, read_cursor, write_cursor
from comity.desk.api.router import ApiRouter
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.screening import access, api_said, services
from comity.screening import api_shapes as s
from comity.screening.access import CheckShown
from comity.screening.forms import subjects_of
from comity.screening.imports import RowError
from comity.screening.models import CheckState
from comity.screening.views import attachment

api = ApiRouter("screening")
_OPENING: Final = {
    "responses": {200: {"description": "The opening", "content": {"application/json": {"schema": {"type": "object"}}}}}
}
Holder = Annotated[str, Query(pattern=r"^[A-Z]{2}\.[a-z0-9-]{1,40}$", description="The partner's node.")]
Listed = Annotated[str, Query(pattern=s.LIST_PATTERN, description="The list's short name.")]
Purpose = Annotated[str, Query(min_length=1, max_length=40, description="One that the clause permits.")]


@api.get("/checks", Permission.READ_SCREENING, gives=Page[s.CheckLine])
def checks(
    _request: HttpRequest,
    seat: Seat,
    cursor: Cursor = "",
    limit: Size = 40,
    state: CheckState | None = None,
    case: UUID | None = None,
) -> Page[s.CheckLine]:
    """List checks, the latest first."""
    rows, after = access.checks_after(
        seat, read_cursor(cursor, 2), limit, case=str(case) if case else "", state=state or ""
    )
    return Page[s.CheckLine](items=[api_said.check(one) for one in rows], next=write_cursor(*after) if after else None)


@api.get("/checks/to-release", Permission.RELEASE, gives=Page[s.CheckLine])
def checks_to_release(_request: HttpRequest, seat: Seat) -> Page[s.CheckLine]:
    """List colleagues' checks that wait for a second person, the oldest first; one page holds the first fifty."""
    return Page[s.CheckLine](items=[api_said.check(one) for one in access.checks_to_release(seat)], next=None)


@api.post("/checks", Permission.SCREEN, gives=s.CheckShown, status=201)
def begin_check(_request: HttpRequest, seat: Seat, new: s.NewCheck) -> s.CheckShown:
    """Ask about persons, blind; the partner learns that a question was asked, and not about whom."""
    people = [api_said.subject_given(one) for one in new.persons]
    case = str(new.case) if new.case else ""
    uid = services.check(seat, new.holder, new.list_id, people, purpose=new.purpose, case=case)
    return _shown(seat, uid)


@api.post("/checks/file", Permission.SCREEN, gives=s.CheckBegun, status=201, extra=api_said.UPLOAD)
def begin_check_of_file(
    request: HttpRequest, seat: Seat, holder: Holder, list_id: Listed, purpose: Purpose, case: UUID | None = None
) -> s.CheckBegun:
    """Ask about the rows of a file, such as a passenger list; one that cannot be read is named and not asked about."""
    faults: list[RowError] = []
    people = subjects_of(iter(api_said.file_of(request)), faults)
    uid = services.check(seat, holder, list_id, people, purpose=purpose, case=str(case) if case else "")
    shown = [api_said.fault(one) for one in faults[: s.MOST_FAULTS]]
    return s.CheckBegun(**dict(api_said.check(_found(seat, uid))), faulty=len(faults), faults=shown)


@api.get("/checks/{uuid:check}", Permission.READ_SCREENING, gives=s.CheckShown)
def check(_request: HttpRequest, seat: Seat, check: UUID) -> s.CheckShown:
    """Show how far a check is, and which of its rows came to nothing."""
    return _shown(seat, str(check))


@api.get("/checks/{uuid:check}/hits", Permission.READ_SCREENING, gives=Page[s.HitLine])
def hits_of_check(
    _request: HttpRequest, seat: Seat, check: UUID, cursor: Cursor = "", limit: Size = 40
) -> Page[s.HitLine]:
    """List the hits of a check in the order of its rows; none is verified, and none is a finding."""
    found = _found(seat, str(check))
    rows, after = access.hits_after(seat, found.uid, read_cursor(cursor, 2), limit)
    note(seat, Look.READ, purpose=found.purpose, records=[found.uid])
    return Page[s.HitLine](items=[api_said.hit(one) for one in rows], next=write_cursor(*after) if after else None)


@api.post("/checks/{uuid:check}/stop", Permission.SCREEN, gives=s.CheckShown)
def stop_check(_request: HttpRequest, seat: Seat, check: UUID) -> s.CheckShown:
    """Ask nothing more; what was asked is still looked up when its answer comes."""
    services.stop(seat, _found(seat, str(check)).uid)
    return _shown(seat, str(check))


@api.post("/checks/{uuid:check}/resume", Permission.SCREEN, gives=s.CheckShown)
def resume_check(_request: HttpRequest, seat: Seat, check: UUID) -> s.CheckShown:
    """Go on where a check stopped; nothing is asked twice."""
    services.resume(seat, _found(seat, str(check)).uid)
    return _shown(seat, str(check))


@api.post("/checks/{uuid:check}/release", Permission.RELEASE, gives=None, status=204)
def release_check(_request: HttpRequest, seat: Seat, check: UUID) -> None:
    """Release a colleague's check, where the clause asks for a second person."""
    if str(check) not in {one.uid for one in access.checks_to_release(seat)}:
        raise Http404
    services.release(seat, str(check))


@api.delete("/checks/{uuid:check}", Permission.SCREEN)
def erase_check(_request: HttpRequest, seat: Seat, check: UUID) -> None:
    """Delete a check: whom it was about, its secrets, its hits; its questions stay in the journal, and name nobody."""
    services.erase(seat, _found(seat, str(check)).uid)


@api.get("/checks/{uuid:check}/opening", Permission.SCREEN, gives=None, extra=_OPENING)
def opening(_request: HttpRequest, seat: Seat, check: UUID) -> HttpResponseBase:
    """Hand out what opens the commitments of a check to an auditor; it names whom the check was about."""
    found = _found(seat, str(check))
    data = services.opening(seat, found.uid)
    note(seat, Look.EXPORT, purpose=found.purpose, records=[found.uid])
    return attachment(HttpResponse(data, content_type="application/json"), "comity-opening.json")


def _found(seat: Seat, uid: str) -> CheckShown:
    found = access.check(seat, uid)
    if found is None:
        raise Http404
    return found


def _shown(seat: Seat, uid: str) -> s.CheckShown:
    return api_said.lines_of_check(seat, _found(seat, uid))
