"""Answer for statistics: what this node counts, and the reports that both sides sign."""

from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from fractions import Fraction
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.dateparse import parse_date
from django.utils.http import content_disposition_header
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.cases import statistics_services as services
from comity.cases.statistics import Line, Statistics, total
from comity.cases.statistics_paper import statistics_paper
from comity.cases.statistics_services import Reported
from comity.cases.vocabulary import REFUSAL_GROUNDS
from comity.desk import lists
from comity.desk import paper as papers
from comity.desk.frame import page
from comity.desk.plots.canvas import Plot
from comity.desk.plots.figures import Figures, Series, Value, bar_plot
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.protocol.errors import ComityError

DAYS: Final = 90


@require_safe
@for_officers(Permission.READ_PLAN)
def statistics(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show what this node counts in a period, and all reports."""
    first, last = _period(request, seat)
    body = services.counted(seat, first, last) if seat.channel else None
    return page(request, seat, "cases/statistics.html", {
        "body": body,
        "rows": _rows(body),
        "plot": _plot(seat, body) if body and body.lines else None,
        "first": first,
        "last": last,
        "query": lists.query_of(request),
        "reports": services.reports(seat),
        "terms": seat.terms,
    })  # fmt: skip


def _rows(body: Statistics | None) -> list[Line]:
    return sorted(body.lines.values(), key=lambda one: (one.area, one.urgency, one.party)) if body else []


def _plot(seat: Seat, body: Statistics) -> Plot:
    parties = [one.id for one in seat.terms.agreement.parties] if seat.terms else []
    sums = {party: total(body.lines.values(), party) for party in parties}
    names = (_("Asked"), _("Answered"), _("In time"), _("Refused"))
    series = tuple(
        Series(name, tuple(Value(Fraction(sums[party][at]), str(sums[party][at])) for party in parties))
        for at, name in enumerate(names)
    )
    labels = (
        tuple(seat.terms.words(one.title, seat.language) for one in seat.terms.agreement.parties) if seat.terms else ()
    )
    return bar_plot(
        Figures(_("Requests by party that was asked"), _("Party that was asked"), labels, series),
        rtl=get_language_bidi(),
    )


@require_safe
@for_officers(Permission.READ_PLAN)
def table(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out what this node counts."""
    first, last = _period(request, seat)
    return _table(services.counted(seat, first, last))


def _table(body: Statistics) -> HttpResponseBase:
    heads = [
        _("Area"),
        _("Urgency"),
        _("Party that was asked"),
        _("Asked"),
        _("Answered"),
        _("In time"),
        _("Refused"),
        _("Refused by ground"),
        _("Median time (hours)"),
    ]
    return lists.table(f"statistics-{body.first}-{body.last}.csv", heads, _cells(body))


def _cells(body: Statistics) -> Iterator[list[str]]:
    for one in _rows(body):
        grounds = "; ".join(
            f"{REFUSAL_GROUNDS.get(name, name)}: {number}" for name, number in sorted(one.refused.items())
        )
        plain = (one.asked, one.answered, one.in_time, sum(one.refused.values()))
        yield [one.area, one.urgency, one.party, *map(str, plain), grounds, one.median or ""]


@require_POST
@for_officers(Permission.WRITE_PLAN)
def propose(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Propose what this node counts."""
    first, last = _period(request, seat)
    made = _try(request, lambda: services.propose(seat, first, last))
    return redirect("cases:statistics-report", made) if made else redirect("cases:statistics")


@require_safe
@for_officers(Permission.READ_PLAN)
def report(request: HttpRequest, seat: Seat, uuid: UUID) -> HttpResponseBase:
    """Show one report, who has signed it, and what this node counts otherwise."""
    found = _report(seat, uuid)
    return page(request, seat, "cases/statistics_report.html", {
        "report": found,
        "rows": _rows(found.body),
        "plot": _plot(seat, found.body) if found.body.lines else None,
        "mine": found.author == seat.node.name,
        "awaits": found.awaits(seat.node.name) and seat.may(Permission.WRITE_PLAN),
        "opening": found.view.proposals[0],
        "terms": seat.terms,
        "now": seat.node.clock(),
    })  # fmt: skip


@require_POST
@for_officers(Permission.WRITE_PLAN)
def act(request: HttpRequest, seat: Seat, uuid: UUID) -> HttpResponseBase:
    """Sign, refuse or take back a report."""
    said = request.POST
    if "sign" in said:
        _try(request, lambda: services.sign(seat, str(uuid)))
    elif "withdraw" in said:
        _try(request, lambda: services.withdraw(seat, str(uuid)))
        return redirect("cases:statistics")
    else:
        _try(request, lambda: services.refuse(seat, str(uuid), said.get("words", "").strip()[:2000]))
    return redirect("cases:statistics-report", uuid)


@require_safe
@for_officers(Permission.READ_PLAN)
def report_file(_request: HttpRequest, seat: Seat, uuid: UUID, form: str) -> HttpResponseBase:
    """Hand out a report as a table or a paper."""
    found = _report(seat, uuid)
    if form == "csv":
        return _table(found.body)
    if form != "pdf":
        raise Http404
    response = HttpResponse(papers.pdf(statistics_paper(seat, found)), content_type="application/pdf")
    name = f"statistics-{found.body.first}-{found.body.last}.pdf"
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name) or ""
    return response


def _period(request: HttpRequest, seat: Seat) -> tuple[date, date]:
    today = datetime.fromtimestamp(seat.node.clock() / 1000, UTC).date()
    given = request.POST if request.method == "POST" else request.GET
    last = _day(given.get("last", "")) or today
    first = _day(given.get("first", "")) or last - timedelta(days=DAYS)
    return min(first, last), last


def _day(text: str) -> date | None:
    try:
        return parse_date(text)
    except ValueError:
        return None


def _try(request: HttpRequest, work: Callable[[], str | None]) -> str:
    try:
        return work() or "done"
    except ComityError as error:
        messages.error(request, say_error(error))
        return ""


def _report(seat: Seat, uuid: UUID) -> Reported:
    found = services.report(seat, str(uuid))
    if found is None:
        raise Http404
    return found
