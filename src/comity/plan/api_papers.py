"""Let programs list progress reports, and take minutes and reports as papers."""

from collections.abc import Callable
from datetime import date
from functools import partial
from typing import Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header

from comity.desk.api.pages import Page, Shown
from comity.desk.api.router import ApiRouter
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import paper_services, report_services
from comity.plan.meeting_joint import NotHereError
from comity.plan.paper_services import PAPERS

api = ApiRouter("plan")
Form = Literal["pdf", "docx"]
Spoken = Literal["", "en", "de", "ar"]
_BYTES: dict[str, Any] = {
    "responses": {
        200: {"description": "The file", "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
    }
}


class ReportLine(Shown):
    """Show a progress report."""

    report: UUID
    title: dict[str, str]
    first: date
    last: date
    agreed: bool
    ratings: dict[str, str]


@api.get("/reports", Permission.READ_PLAN, gives=Page[ReportLine])
def reports(_request: HttpRequest, seat: Seat) -> Page[ReportLine]:
    """List progress reports, the latest period first, with the rating of each area; one page holds them all."""
    items = [
        ReportLine(
            report=UUID(one.uuid), title=dict(one.body.title), first=one.body.first, last=one.body.last,
            agreed=one.found.agreed, ratings={area: rating.stated.value for area, rating in one.body.ratings.items()},
        )
        for one in report_services.reports(seat)
    ]  # fmt: skip
    return Page[ReportLine](items=items, next=None)


@api.get("/reports/{uuid:report}/paper/{form}", Permission.READ_PLAN, gives=None, extra=_BYTES)
def report_paper(_request: HttpRequest, seat: Seat, report: UUID, form: Form, beside: Spoken = "") -> HttpResponseBase:
    """Hand out a progress report, in the language of the call and another beside it."""
    made = partial(paper_services.report_file, seat, str(report), form, [beside])
    return _file(made, f"report.{form}", form)


@api.get("/minutes/{uuid:minutes}/paper/{form}", Permission.READ_PLAN, gives=None, extra=_BYTES)
def minutes_paper(
    _request: HttpRequest,
    seat: Seat,
    minutes: UUID,
    form: Form,
    leading: Spoken = "",
    beside: Spoken = "",
) -> HttpResponseBase:
    """Hand out minutes; the authentic language leads where none is named."""
    made = partial(paper_services.minutes_file, seat, str(minutes), form, leading, [beside])
    return _file(made, f"minutes.{form}", form)


def _file(make: Callable[[], bytes], name: str, form: str) -> HttpResponse:
    try:
        response = HttpResponse(make(), content_type=PAPERS[form])
    except NotHereError:
        raise Http404 from None
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response
