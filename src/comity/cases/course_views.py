"""Answer for steering a case: charge, closing, joining, consent, passing on, packs, erasure, filters, many at once."""

from dataclasses import dataclass
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from comity.cases import access, course_services, papers, services, timeline_access, use_access
from comity.cases.access import Filter
from comity.cases.handling import WithheldError
from comity.cases.kinds import Kind
from comity.cases.records import Outcome, Use
from comity.cases.views import seat_in, shown
from comity.desk import paper
from comity.desk.frame import page
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers, move_to, terms_of
from comity.desk.words import say_error
from comity.protocol.errors import ComityError

MOST_AT_ONCE = 200
"""Cases of one bulk action: five pages of the inbox."""


@require_POST
@for_officers(Permission.WRITE_CASES)
def charge(request: HttpRequest, seat: Seat, channel: UUID, case: UUID) -> HttpResponseBase:
    """Take a case into one's own charge, or hand it over."""
    here = seat_in(seat, channel)
    _charged(request, here, [str(case)])
    return redirect("cases:thread", str(channel), str(case))


def _charged(request: HttpRequest, seat: Seat, cases: list[str]) -> None:
    try:
        if "take" in request.POST:
            done = course_services.take(seat, cases)
        else:
            unit, _sign, owner = request.POST.get("taker", "").partition("/")
            done = course_services.assign(seat, cases, unit, owner)
    except ComityError as error:
        messages.error(request, say_error(error))
        return
    said = ngettext("%(count)s case changed hands.", "%(count)s cases changed hands.", done)
    messages.success(request, said % {"count": done})


@require_POST
@for_officers(Permission.WRITE_CASES)
def bulk(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Do one thing with several cases of the inbox."""
    cases = request.POST.getlist("case")[:MOST_AT_ONCE]
    back = redirect(f"{reverse('cases:inbox')}?{request.POST.get('query', '')[:500]}")
    if not cases:
        messages.info(request, _("No case is chosen."))
        return back
    if "close" not in request.POST:
        _charged(request, seat, cases)
        return back
    outcome = request.POST.get("outcome", "")
    if outcome not in {one.value for one in Outcome}:
        messages.error(request, _("Choose how the cases end."))
        return back
    done, left = course_services.close_many(seat, cases, outcome)
    if done:
        said = ngettext("%(count)s case is closed.", "%(count)s cases are closed.", done)
        messages.success(request, said % {"count": done})
    if left:
        said = ngettext(
            "%(count)s case stays open: a question waits in it, or its clause asks for two persons.",
            "%(count)s cases stay open: a question waits in them, or their clause asks for two persons.",
            left,
        )
        messages.error(request, said % {"count": left})
    return back


@require_POST
@for_officers(Permission.WRITE_CASES)
def course(request: HttpRequest, seat: Seat, channel: UUID, case: UUID) -> HttpResponseBase:
    """Begin the closing or the reopening of a case."""
    here = seat_in(seat, channel)
    kind = Kind.REOPENING if request.POST.get("kind") == Kind.REOPENING else Kind.CLOSING
    try:
        kept = services.begin(here, kind, case=str(case))
    except ComityError:
        raise Http404 from None
    return redirect("cases:write", kept.channel, kept.uid)


@for_officers(Permission.WRITE_CASES)
def join(request: HttpRequest, seat: Seat, channel: UUID, case: UUID) -> HttpResponseBase:
    """Choose another case to link or to merge with."""
    here = seat_in(seat, channel)
    if access.opening(here, str(case)) is None:
        raise Http404
    if request.method == "POST":
        kind = Kind.MERGED if request.POST.get("kind") == Kind.MERGED else Kind.LINKED
        try:
            kept = course_services.join(here, kind, str(case), request.POST.get("other", ""))
        except ComityError as error:
            messages.error(request, say_error(error))
            return redirect("cases:join", str(channel), str(case))
        return redirect("cases:write", kept.channel, kept.uid)
    rows, _more = access.inbox(here, Filter(), 1, 100)
    others = [row for row in rows if row.uuid != str(case)]
    return page(request, here, "cases/join.html", {"others": others, "case": case, "channel": here.channel})


@require_POST
@for_officers(Permission.WRITE_CASES)
def consent(request: HttpRequest, seat: Seat, channel: UUID, uid: UUID, use: str) -> HttpResponseBase:
    """Begin a request for consent, as far filled in as what was refused can say."""
    here = seat_in(seat, channel)
    if use not in {one.value for one in Use}:
        raise Http404
    items = [int(one) for one in request.POST.getlist("items")[:50] if one.isdecimal() and len(one) < 3]
    recipient = request.POST.get("recipient", "")[:200]
    try:
        kept = course_services.ask_consent(here, str(uid), Use(use), recipient, items)
    except ComityError:
        raise Http404 from None
    return redirect("cases:write", kept.channel, kept.uid)


@dataclass(frozen=True, slots=True)
class _Place:
    value: str
    to: str
    title: str


@for_officers(Permission.WRITE_CASES)
def pass_on(request: HttpRequest, seat: Seat, channel: UUID, uid: UUID) -> HttpResponseBase:
    """Choose where information goes on to; refuse with the clause, and the way to consent, what may not."""
    here = seat_in(seat, channel)
    judged = use_access.judge(here, [str(uid)], Use.ONWARD).get(str(uid))
    if judged is None:
        raise Http404
    header = judged.record.header
    case = timeline_access.root_of(here, access.case_of(judged.record)) or ""
    back = reverse("cases:thread", args=[str(channel), case])
    if request.method == "POST":
        there, _sign, to = request.POST.get("place", "").partition("/")
        items = [int(one) for one in request.POST.getlist("items")[:50] if one.isdecimal() and len(one) < 3]
        try:
            kept = course_services.pass_on(here, str(uid), there, to, items)
        except WithheldError as error:
            return withheld(request, here, error, back)
        except ComityError as error:
            messages.error(request, say_error(error))
            return redirect("cases:pass-on", str(channel), str(uid))
        return redirect("cases:write", kept.channel, kept.uid)
    places = [one for one in _places(here) if not (one.value.startswith(str(channel)) and one.to == header.author)]
    context = {"places": places, "back": back, "named": getattr(judged.body, "items", ())}
    return page(request, here, "cases/pass_on.html", context)


def _places(seat: Seat) -> list[_Place]:
    found = []
    for channel in seat.channels:
        there = move_to(seat, channel.uuid)
        terms = terms_of(seat.node, channel)
        title = terms.words(terms.agreement.title, seat.language) if terms else ""
        found += [_Place(f"{channel.uuid}/{to}", to, title) for to in (there.partners() if there else ())]
    return found


def withheld(request: HttpRequest, seat: Seat, error: WithheldError, back: str = "") -> HttpResponseBase:
    """Say what a handling code or a clause forbids, record by record, and lead to the request for consent."""
    return page(request, seat, "cases/withheld.html", {"withheld": error.withheld, "back": back}, status=403)


@require_POST
@for_officers(Permission.READ_CASES)
def pack(request: HttpRequest, seat: Seat, channel: UUID, case: UUID) -> HttpResponseBase:
    """Hand out the case as a pack that a court verifies, if everything in it may be used as evidence."""
    here = seat_in(seat, channel)
    back = reverse("cases:thread", args=[str(channel), str(case)])
    try:
        made = course_services.evidence_pack(here, str(case))
    except WithheldError as error:
        return withheld(request, here, error, back)
    except ComityError as error:
        messages.error(request, say_error(error))
        return redirect(back)
    response = StreamingHttpResponse(made.blocks(), content_type="application/octet-stream")
    response["Content-Disposition"] = f'attachment; filename="comity-case-{str(case)[:13]}.pack"'
    return response


@require_safe
@for_officers(Permission.READ_CASES)
def print_case(request: HttpRequest, seat: Seat, channel: UUID, case: UUID) -> HttpResponseBase:
    """Show a case as it is printed, if everything in it may be; what may not is named, with the way to consent."""
    here = seat_in(seat, channel)
    try:
        found = course_services.printable(here, str(case))
    except WithheldError as error:
        return withheld(request, here, error, reverse("cases:thread", args=[str(channel), str(case)]))
    return page(request, here, "cases/print.html", shown(here, found))


@require_safe
@for_officers(Permission.READ_CASES)
def pdf(request: HttpRequest, seat: Seat, channel: UUID, case: UUID) -> HttpResponseBase:
    """Hand out a case as a PDF, under the same rule as its print."""
    here = seat_in(seat, channel)
    try:
        found = course_services.printable(here, str(case))
    except WithheldError as error:
        return withheld(request, here, error, reverse("cases:thread", args=[str(channel), str(case)]))
    response = HttpResponse(paper.pdf(papers.case_paper(here, found)), content_type="application/pdf")
    response["Content-Disposition"] = f'attachment; filename="comity-case-{str(case)[:13]}.pdf"'
    return response


@require_POST
@for_officers(Permission.RELEASE)
def erase(request: HttpRequest, seat: Seat, channel: UUID, case: UUID, uid: UUID) -> HttpResponseBase:
    """Order that a record of this side be erased on both."""
    here = seat_in(seat, channel)
    try:
        course_services.order_erasure(here, str(uid), request.POST.get("ground", ""))
    except ComityError as error:
        messages.error(request, say_error(error))
    else:
        messages.success(request, _("Its erasure is ordered. Both nodes erase it and sign that they did."))
    return redirect("cases:thread", str(channel), str(case))


@require_POST
@for_officers(Permission.READ_CASES)
def filters(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Keep the present filter under a name, or delete one."""
    query = request.POST.get("query", "")[:500]
    try:
        if "drop" in request.POST:
            course_services.drop_filter(seat, request.POST["drop"])
        else:
            course_services.save_filter(seat, request.POST.get("name", ""), query)
    except ComityError as error:
        messages.error(request, say_error(error))
    return redirect(f"{reverse('cases:inbox')}?{query}")
