"""Let programs read plan, indicators and risks, move actions on, answer proposals, and bring files in and out."""

from datetime import date
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.utils.http import content_disposition_header
from ninja.params.functions import Path, Query
from pydantic import Field

from comity.desk.api.pages import Cursor, Given, Page, Shown, Size, read_cursor, write_cursor
from comity.desk.api.router import ApiRouter
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.plan import access, file_services, indicator_access, services
from comity.plan.access import ActionShown, AreaShown, Narrowed
from comity.plan.file_services import INDICATORS, PLANS
from comity.plan.indicator_access import Counter
from comity.plan.meeting_joint import UnfitError
from comity.plan.states import Progress, State

api = ApiRouter("plan")
MOST_BYTES = 20 * 1024 * 1024
_BYTES: dict[str, Any] = {
    "responses": {
        200: {"description": "The file", "content": {"application/octet-stream": {"schema": {"type": "string"}}}}
    }
}
Words = dict[str, str]
PartKey = Annotated[str, Path(pattern=r"^[a-z0-9-]{1,40}$")]


class ProposalLine(Shown):
    """Show a proposal about the plan of an area that waits, or that the sides disagree on."""

    proposal: UUID
    author: str
    status: str
    note: str | None
    awaits_us: bool


class AreaLine(Shown):
    """Show the plan of one area."""

    plan: UUID
    area: str
    agreed: bool
    version: int
    first: date
    last: date
    actions: dict[str, int]
    late: int
    proposals: list[ProposalLine]


class ActionLine(Shown):
    """Show an action."""

    plan: UUID
    area: str
    key: str
    title: Words
    lead: str
    start: date
    due: date
    clause: str
    state: State
    late: bool
    waits_for: list[str]
    remark: Words | None


class RiskLine(Shown):
    """Show a risk."""

    plan: UUID
    area: str
    key: str
    title: Words
    likelihood: int
    impact: int
    owner: str
    answer: Words
    now: Words | None


class IndicatorLine(Shown):
    """Show an indicator in its present period; figures are decimal numbers by party, a computed one under ""."""

    document: UUID
    area: str
    key: str
    title: Words
    measure: str | None
    period: str
    target: str | None
    figures: Words
    met: bool | None


class NewProgress(Given):
    """Say how far an action is, for the side that leads it."""

    progress: Progress | None = None
    remark: dict[str, Annotated[str, Field(min_length=1, max_length=4000)]] | None = None


class PlanAnswer(Given):
    """Sign a proposal, or object to it with a reason."""

    concurs: bool
    words: Annotated[str, Field(max_length=2000)] = ""


class FileTaken(Shown):
    """Say how many proposals a file made, and what of it was left out."""

    proposals: int
    left_out: list[str]


@api.get("/areas", Permission.READ_PLAN, gives=Page[AreaLine])
def areas(_request: HttpRequest, seat: Seat) -> Page[AreaLine]:
    """List the plans of all areas, in the agreement's order, with what waits for an answer; one page holds them all."""
    return Page[AreaLine](items=[_area(seat, one) for one in access.areas(seat)], next=None)


def _area(seat: Seat, one: AreaShown) -> AreaLine:
    return AreaLine(
        plan=UUID(one.uuid), area=one.body.area, agreed=one.found.agreed, version=one.found.view.version,
        first=one.body.first, last=one.body.last,
        actions={state.value: number for state, number in one.counts().items() if number}, late=one.late,
        proposals=[
            ProposalLine(
                proposal=UUID(each.uid), author=each.author, status=each.status.value, note=each.note,
                awaits_us=each.awaits(seat.node.name),
            )
            for each in {view.uid: view for view in (*one.waiting, *one.disagreements)}.values()
        ],
    )  # fmt: skip


@api.get("/actions", Permission.READ_PLAN, gives=Page[ActionLine])
def actions(
    _request: HttpRequest,
    seat: Seat,
    cursor: Cursor = "",
    limit: Size = 40,
    area: Annotated[str, Query(max_length=80)] = "",
    state: State | None = None,
    late: bool = False,  # a parameter of an address has a name
) -> Page[ActionLine]:
    """List actions, the first due first."""
    found = access.narrowed(access.areas(seat), Narrowed(area=area, state=state or "", late=late))
    place = read_cursor(cursor, 1)
    start = place[0] if place else 0
    more = len(found) > start + limit
    items = [_action(one) for one in found[start : start + limit]]
    return Page[ActionLine](items=items, next=write_cursor(start + limit) if more else None)


def _action(one: ActionShown) -> ActionLine:
    action = one.action
    return ActionLine(
        plan=UUID(one.document), area=one.area, key=one.key, title=dict(action.title), lead=action.lead,
        start=action.start, due=action.due, clause=action.clause, state=one.state, late=one.late,
        waits_for=list(action.waits_for), remark=dict(action.remark) if action.remark else None,
    )  # fmt: skip


@api.post("/areas/{uuid:plan}/actions/{key}/progress", Permission.WRITE_PLAN, gives=ActionLine)
def progress(_request: HttpRequest, seat: Seat, plan: UUID, key: PartKey, new: NewProgress) -> ActionLine:
    """Say how far an action is that our side leads."""
    services.tell(seat, str(plan), key, new.progress, new.remark)
    shown = access.area(seat, str(plan))
    found = next((one for one in shown.actions if one.key == key), None) if shown else None
    if found is None:
        raise Http404
    return _action(found)


@api.post("/areas/{uuid:plan}/proposals/{uuid:proposal}/answer", Permission.WRITE_PLAN, gives=AreaLine)
def answer(_request: HttpRequest, seat: Seat, plan: UUID, proposal: UUID, new: PlanAnswer) -> AreaLine:
    """Sign a proposal about a plan, or object to it."""
    services.answer(seat, str(plan), str(proposal), concurs=new.concurs, words=new.words)
    shown = access.area(seat, str(plan))
    if shown is None:
        raise Http404
    return _area(seat, shown)


@api.get("/risks", Permission.READ_PLAN, gives=Page[RiskLine])
def risks(_request: HttpRequest, seat: Seat) -> Page[RiskLine]:
    """List the risks of all areas, the gravest first; one page holds them all."""
    items = [
        RiskLine(
            plan=UUID(one.document), area=one.area, key=one.key, title=dict(one.risk.title),
            likelihood=one.risk.likelihood, impact=one.risk.impact, owner=one.risk.owner, answer=dict(one.risk.answer),
            now=dict(one.risk.now) if one.risk.now else None,
        )
        for one in access.risks(access.areas(seat))
    ]  # fmt: skip
    return Page[RiskLine](items=items, next=None)


@api.get("/indicators", Permission.READ_PLAN, gives=Page[IndicatorLine])
def indicators(_request: HttpRequest, seat: Seat, cursor: Cursor = "", limit: Size = 40) -> Page[IndicatorLine]:
    """List indicators in their present period."""
    counter, every = Counter(seat), indicator_access.listed(indicator_access.areas(seat))
    place = read_cursor(cursor, 1)
    start = place[0] if place else 0
    items = []
    for area, key in every[start : start + limit]:
        one = indicator_access.shown(seat, counter, area, key)
        items.append(
            IndicatorLine(
                document=UUID(area.uuid), area=area.body.area, key=key, title=dict(one.indicator.title),
                measure=one.indicator.measure, period=one.period,
                target=None if one.target is None else str(one.target),
                figures={party: str(value) for party, value in one.figures.items()}, met=one.met,
            )
        )  # fmt: skip
    return Page[IndicatorLine](items=items, next=write_cursor(start + limit) if len(every) > start + limit else None)


@api.get("/files/{what}/{form}", Permission.READ_PLAN, gives=None, extra=_BYTES)
def file(
    _request: HttpRequest,
    seat: Seat,
    what: Literal["plan", "indicators"],
    form: Literal["xlsx", "xml", "pdf", "docx", "ics", "csv"],
) -> HttpResponseBase:
    """Hand out the plan (xlsx, xml of Microsoft Project, pdf, docx, ics) or the indicators (csv, xml of IATI)."""
    kinds = PLANS if what == "plan" else INDICATORS
    if form not in kinds:
        raise Http404
    content = file_services.plan_file(seat, form) if what == "plan" else file_services.indicators_file(seat, form)
    response = HttpResponse(content, content_type=kinds[form])
    name = f"{what}.{form}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


@api.post("/files/{what}/{form}", Permission.WRITE_PLAN, gives=FileTaken)
def bring(
    request: HttpRequest, seat: Seat, what: Literal["plan", "indicators"], form: Literal["xlsx", "xml", "csv"]
) -> FileTaken:
    """Propose what a file holds; the body is the file. Nothing is taken if anything of it is wrong."""
    if int(request.headers.get("Content-Length") or 0) > MOST_BYTES:
        raise UnfitError("The file is larger than a plan can be.", "Divide it.")
    data = request.read(MOST_BYTES)
    done = (
        file_services.bring_plan(seat, data, form)
        if what == "plan"
        else file_services.bring_indicators(seat, data, form)
    )
    return FileTaken(proposals=done.proposals, left_out=list(done.left)[:500])
