"""Answer for progress reports, and for the page that shows the co-chairs who asked, who answered, and how fast."""

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.concurrence import measures
from comity.desk import lists
from comity.desk.frame import page
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.plan import meeting_joint as joint
from comity.plan import paper_services, words
from comity.plan import report_services as services
from comity.plan.kinds.indicators import Period
from comity.plan.kinds.report import Light
from comity.plan.paper_services import PAPERS
from comity.plan.report_services import Given, ReportShown
from comity.plan.views import proposal_shown
from comity.protocol.errors import ComityError


@require_safe
@for_officers(Permission.READ_PLAN)
def reports(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show all reports."""
    context = {"reports": services.reports(seat), "terms": seat.terms, "tab": "reports"}
    return page(request, seat, "plan/reports.html", context)


@for_officers(Permission.WRITE_PLAN)
def new(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Propose a report of a period; the page shows what the rule says."""
    period = _period(request, seat)
    if request.method == "POST":
        title = {one: request.POST.get(f"title_{one}", "").strip()[:300] for one in ("en", "de", "ar")}
        given = {one: text for one, text in title.items() if text}
        made = _try(request, lambda: services.propose(seat, given, period.first, period.last))
        if made:
            return redirect("plan:report", made)
    rated = services.by_rule(seat, period)
    context = {"period": period, "rated": rated.items(), "terms": seat.terms, "tab": "reports"}
    return page(request, seat, "plan/new_report.html", context)


@require_safe
@for_officers(Permission.READ_PLAN)
def report(request: HttpRequest, seat: Seat, uuid: UUID) -> HttpResponseBase:
    """Show one report: ratings with their disputes, the accounts of both sides, and what waits for an answer."""
    shown = _report(seat, uuid)
    own = joint.own_party(seat)
    return page(request, seat, "plan/report.html", {
        "report": shown,
        "ratings": [(area, one, list(shown.disputes(area))) for area, one in shown.body.ratings.items()],
        "accounts": [(party, shown.body.accounts.get(party)) for party in joint.parties(seat)],
        "waiting": [proposal_shown(seat, shown.found, one) for one in shown.waiting],
        "writes": seat.may(Permission.WRITE_PLAN) and shown.found.agreed and not shown.body.filed,
        "lights": words.LIGHTS.items(),
        "account": (shown.body.accounts.get(own) or {}).get(seat.language, ""),
        "own": own,
        "now": seat.node.clock(),
        "terms": seat.terms,
        "tab": "reports",
    })  # fmt: skip


@require_POST
@for_officers(Permission.WRITE_PLAN)
def act(request: HttpRequest, seat: Seat, uuid: UUID) -> HttpResponseBase:
    """Tell our account, dispute or set a rating, or propose to file."""
    given, at = request.POST, (seat, str(uuid))
    text = given.get("words", "").strip()[:4000]
    spoken = {seat.language: text} if text else {}
    light = Light(given["stated"]) if given.get("stated") in set(Light) else None
    if "account" in given:
        kept = {**(_report(seat, uuid).body.accounts.get(joint.own_party(seat)) or {}), **spoken}
        _try(request, lambda: services.account(*at, kept))
    elif "file" in given:
        _try(request, lambda: services.file(*at))
    elif "rate" in given and light is not None:
        _try(request, lambda: services.rate(*at, given.get("area", ""), light, spoken))
    else:
        _try(request, lambda: services.dispute(*at, given.get("area", ""), light, spoken))
    return redirect("plan:report", uuid)


@require_POST
@for_officers(Permission.WRITE_PLAN)
def answer(request: HttpRequest, seat: Seat, uuid: UUID, proposal: UUID) -> HttpResponseBase:
    """Sign a proposal about a report, object to it, or take it back."""
    text = request.POST.get("words", "").strip()[:2000]
    _try(request, lambda: services.answer(seat, str(uuid), str(proposal), request.POST, text))
    return redirect("plan:report", uuid)


@require_safe
@for_officers(Permission.READ_PLAN)
def paper(request: HttpRequest, seat: Seat, uuid: UUID, form: str) -> HttpResponseBase:
    """Hand out the report as PDF or DOCX, in the officer's language and the partner's beside it."""
    shown = _report(seat, uuid)
    if form not in PAPERS:
        raise Http404
    content = paper_services.report_file(seat, str(uuid), form, request.GET.getlist("beside"))
    response = HttpResponse(content, content_type=PAPERS[form])
    name = f"report-{shown.body.first}-{shown.body.last}.{form}"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


@require_safe
@for_officers(Permission.READ_PLAN)
def reciprocity(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show who was asked, who answered, and how fast, by area and side."""
    period = _period(request, seat)
    rows = services.reciprocity(seat, period)
    catalogue = measures.catalogue()
    heads = [catalogue[name] for name in services.MEASURES if name in catalogue]
    context = {"period": period, "rows": rows, "heads": heads, "query": lists.query_of(request)}
    return page(request, seat, "plan/reciprocity.html", context | {"terms": seat.terms, "tab": "reports"})


@require_safe
@for_officers(Permission.READ_PLAN)
def reciprocity_table(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the same."""
    heads = [_("Area"), _("Party that was asked"), *(str(measures.catalogue()[one].title) for one in services.MEASURES)]
    return lists.table(
        "reciprocity.csv", heads, (_cells(one) for one in services.reciprocity(seat, _period(request, seat)))
    )


def _cells(one: Given) -> list[str]:
    return [one.area, one.party, *(str(each.value) if each and each.value is not None else "" for each in one.figures)]


def _period(request: HttpRequest, seat: Seat) -> Period:
    """Return the period an address or a form names; the last ninety days where it names none."""
    today = joint.today(seat)
    given = request.POST if request.method == "POST" else request.GET
    first, last = (_day(given.get(name, "")) for name in ("first", "last"))
    last = last or today
    first = first or last - timedelta(days=90)
    return Period(first=min(first, last), last=last)


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _try(request: HttpRequest, work: Callable[[], Any]) -> str:
    try:
        return str(work() or "done")
    except ComityError as error:
        messages.error(request, say_error(error))
        return ""


def _report(seat: Seat, uuid: UUID) -> ReportShown:
    found = services.report(seat, str(uuid))
    if found is None:
        raise Http404
    return found
