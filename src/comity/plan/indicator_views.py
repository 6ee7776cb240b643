"""Answer for indicators: the list, one with its plot, targets, figures by hand, and the proof of computed ones."""

from collections.abc import Callable
from fractions import Fraction
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import get_language_bidi
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.desk import lists
from comity.desk.frame import page
from comity.desk.lists import page_number
from comity.desk.plots.canvas import Plot
from comity.desk.plots.figures import Figures, Series, Value, line_plot
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.plan import access, indicator_access, indicator_services, words
from comity.plan import meeting_joint as joint
from comity.plan.forms import said
from comity.plan.indicator_access import Counter, IndicatorArea, Shown
from comity.plan.indicator_forms import IndicatorForm
from comity.plan.views import proposal_shown
from comity.protocol.errors import ComityError

PAGE: Final = 50


@require_safe
@for_officers(Permission.READ_PLAN)
def indicators(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the indicators of the present period, page by page."""
    areas, chosen, number = indicator_access.areas(seat), request.GET.get("area", "")[:80], page_number(request)
    every, counter = indicator_access.listed(areas, chosen), Counter(seat)
    part = every[(number - 1) * PAGE : number * PAGE]
    planned = {one.body.area for one in areas}
    return page(request, seat, "plan/indicators.html", {
        "rows": [indicator_access.shown(seat, counter, one, key) for one, key in part],
        "areas": areas,
        "choices": [(one.body.area, words.area_title(seat.terms, one.body.area, seat.language)) for one in areas],
        "by": access.Narrowed(area=chosen),
        "open": [one for one in access.areas(seat) if one.found.agreed and one.body.area not in planned]
        if seat.may(Permission.WRITE_PLAN) else [],
        "waiting": [one for one in areas if one.waiting],
        "number": number,
        "more": len(every) > number * PAGE,
        "query": lists.query_of(request),
        "terms": seat.terms,
        "tab": "indicators",
    })  # fmt: skip


@require_safe
@for_officers(Permission.READ_PLAN)
def table(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out every indicator with every period."""
    counter, chosen = Counter(seat), request.GET.get("area", "")[:80]
    heads = [_("Area"), _("Key"), _("Indicator"), _("Period"), _("Target"), _("Party"), _("Figure"), _("Computed by")]
    rows = (
        [one.area.body.area, one.key, said(one.indicator.title, seat), one.period, str(one.target or ""), party,
         str(figure), one.indicator.measure or ""]
        for area, key in indicator_access.listed(indicator_access.areas(seat), chosen)
        for period in area.body.periods
        for one in [indicator_access.shown(seat, counter, area, key, period)]
        for party, figure in (one.figures.items() or [("", "")])
    )  # fmt: skip
    return lists.table("indicators.csv", heads, rows)


@require_safe
@for_officers(Permission.READ_PLAN)
def area(request: HttpRequest, seat: Seat, uuid: UUID) -> HttpResponseBase:
    """Show what is proposed about the indicators of an area."""
    shown = _area(seat, uuid)
    waiting = [proposal_shown(seat, shown.found, one) for one in (*shown.waiting, *shown.found.view.disagreements)]
    context = {"area": shown, "waiting": waiting, "now": seat.node.clock()}
    return page(request, seat, "plan/indicator_area.html", context | {"terms": seat.terms, "tab": "indicators"})


@require_safe
@for_officers(Permission.READ_PLAN)
def indicator(request: HttpRequest, seat: Seat, uuid: UUID, key: str) -> HttpResponseBase:
    """Show one indicator over all periods, with its plot and where every figure comes from."""
    shown = _area(seat, uuid)
    if key not in shown.body.indicators:
        raise Http404
    counter = Counter(seat)
    periods = sorted(shown.body.periods, key=lambda one: shown.body.periods[one].first)
    rows = [indicator_access.shown(seat, counter, shown, key, one) for one in periods]
    return page(request, seat, "plan/indicator.html", {
        "area": shown,
        "one": rows[0],
        "rows": [(one, shown.body.periods[one.period]) for one in rows],
        "plot": _plot(seat, rows),
        "by_hand": not rows[0].indicator.measure and seat.may(Permission.WRITE_PLAN) and shown.found.agreed,
        "present": shown.period_at(joint.today(seat)),
        "own": joint.own_party(seat),
        "terms": seat.terms,
        "tab": "indicators",
    })  # fmt: skip


def _plot(seat: Seat, rows: list[Shown]) -> Plot:
    """Draw the target, and a line for each side or for the computed figure."""
    parties = sorted({party for one in rows for party in one.figures})
    names = {party: words.party_title(seat.terms, party, seat.language) if party else _("Figure") for party in parties}
    series = [Series(_("Target"), tuple(_value(one.target) for one in rows))]
    series += [Series(names[party], tuple(_value(one.figures.get(party)) for one in rows)) for party in parties]
    figures = Figures(
        said(rows[0].indicator.title, seat),
        _("Period"),
        tuple(f"\u2066{one.period}\u2069" for one in rows),
        tuple(series),
    )
    return line_plot(figures, rtl=get_language_bidi())


def _value(figure: Any) -> Value:  # noqa: ANN401  # a decimal number or nothing
    return Value(None) if figure is None else Value(Fraction(figure), str(figure))


@for_officers(Permission.WRITE_PLAN)
def write(request: HttpRequest, seat: Seat, uuid: UUID, key: str = "") -> HttpResponseBase:
    """Propose an indicator, or to change one."""
    shown = _area(seat, uuid)
    body = indicator_services.proposed_body(seat, shown.found) if shown.found.agreed else shown.body
    if key and key not in body.indicators:
        raise Http404
    given = request.POST if request.method == "POST" else None
    form = IndicatorForm(body, given, initial=IndicatorForm.first(body.indicators[key]) if key else {"rising": True})
    if form.is_valid():
        note = form.cleaned_data["note"]
        made = _try(request, lambda: indicator_services.put(seat, str(uuid), form.part(), key, note=note))
        if made:
            messages.success(request, _("Proposed. It counts when the other side has signed it."))
            return redirect("plan:indicator-area", uuid)
    context = {"area": shown, "form": form, "heading": _("Change an indicator") if key else _("New indicator")}
    return page(request, seat, "plan/indicator_form.html", context | {"terms": seat.terms, "tab": "indicators"})


@require_POST
@for_officers(Permission.WRITE_PLAN)
def begin(request: HttpRequest, seat: Seat, uuid: UUID) -> HttpResponseBase:
    """Propose to keep indicators for an area whose plan is in force, over its half-years."""
    planned = access.area(seat, str(uuid))
    if planned is None:
        raise Http404
    periods = indicator_services.half_years(planned.body.first, planned.body.last)
    made = _try(request, lambda: indicator_services.propose_area(seat, planned.body.area, periods, {}))
    return redirect("plan:indicator-area", made) if made else redirect("plan:indicators")


@require_POST
@for_officers(Permission.WRITE_PLAN)
def tell(request: HttpRequest, seat: Seat, uuid: UUID, key: str) -> HttpResponseBase:
    """Write this side's figure of a period."""
    given = request.POST
    evidence = given.get("evidence", "").strip()[:4000]
    what = (str(uuid), key, given.get("period", ""), given.get("value", "")[:40])
    spoken = {seat.language: evidence} if evidence else {}
    _try(request, lambda: indicator_services.tell(seat, *what, spoken))
    return redirect("plan:indicator", uuid, key)


@require_POST
@for_officers(Permission.WRITE_PLAN)
def answer(request: HttpRequest, seat: Seat, uuid: UUID, proposal: UUID) -> HttpResponseBase:
    """Sign a proposal about indicators, object to it, or take it back."""
    text = request.POST.get("words", "").strip()[:2000]
    _try(request, lambda: indicator_services.answer(seat, str(uuid), str(proposal), request.POST, text))
    return redirect("plan:indicator-area", uuid)


@require_safe
@for_officers(Permission.READ_PLAN)
def proof(_request: HttpRequest, seat: Seat, uuid: UUID, key: str, period: str) -> HttpResponseBase:
    """Hand out the identifiers of the records that a computed figure was counted from."""
    figure = indicator_access.proof(seat, _area(seat, uuid), key, period)
    if figure is None:
        raise Http404
    return lists.table(f"{key}-{period}.csv", [_("Record")], ([one] for one in figure.records))


def _try(request: HttpRequest, work: Callable[[], str | None]) -> str:
    try:
        return work() or "done"
    except ComityError as error:
        messages.error(request, say_error(error))
        return ""


def _area(seat: Seat, uuid: UUID) -> IndicatorArea:
    found = indicator_access.area(seat, str(uuid))
    if found is None:
        raise Http404
    return found
