"""Answer for the pages of those who watch: the access log and its proof, erasures on both sides."""

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.desk import erasure_access, log_access
from comity.desk.accesslog import Look
from comity.desk.dates import day_ms
from comity.desk.erasure_access import State
from comity.desk.frame import page
from comity.desk.lists import page_number, query_of, table
from comity.desk.log_access import Filter
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.watch_words import FAULTS, LOOKS, STATES, purpose_words
from comity.protocol.names import UnixMs, instant


def _filter(request: HttpRequest) -> Filter:
    given = request.GET
    return Filter(
        who=given.get("who", "").strip()[:120],
        case=given.get("case", "").strip()[:36],
        record=given.get("record", "").strip()[:64],
        purpose=given.get("purpose", "")[:40],
        what=given["what"] if given.get("what") in set(Look) else "",
        since_ms=day_ms(given.get("since", "")),
        until_ms=day_ms(given.get("until", ""), end=True),
    )


@require_safe
@for_officers(Permission.READ_ACCESS_LOG)
def log(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show who looked at what, in which case and for which purpose."""
    narrowed, number = _filter(request), page_number(request)
    lines, more = log_access.entries(seat, narrowed, number)
    context = {
        "lines": [(one, LOOKS[Look(one.what)], _purpose(seat, one.purpose)) for one in lines],
        "more": more,
        "number": number,
        "narrowed": narrowed,
        "given": request.GET,
        "query": query_of(request),
        "looks": list(LOOKS.items()),
        "purposes": [(one, _purpose(seat, one)) for one in log_access.purposes(seat)],
    }
    return page(request, seat, "desk/log.html", context)


def _purpose(seat: Seat, purpose: str) -> str:
    return purpose_words(seat.terms, purpose, seat.language)


@require_safe
@for_officers(Permission.READ_ACCESS_LOG)
def log_export(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the access log as a table, as it is narrowed."""
    headings = (
        _("Number"), _("Time"), _("Officer"), _("Pseudonym"), _("Authority"), _("Look"), _("Purpose"), _("Case"),
        _("Records"), _("Reality"),
    )  # fmt: skip
    rows = (
        (
            str(one.index),
            instant(UnixMs(one.time_ms)),
            one.name,
            one.officer,
            one.authority,
            str(LOOKS[Look(one.what)]),
            _purpose(seat, one.purpose),
            one.case,
            " ".join(one.records),
            one.reality,
        )
        for one in log_access.export(seat, _filter(request))
    )
    return table("comity-access-log.csv", headings, rows)


@require_safe
@for_officers(Permission.VERIFY_ACCESS_LOG)
def log_proof(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the newest signed head, and offer to recompute the log."""
    return page(request, seat, "desk/log_proof.html", {"head": log_access.head(seat).decode()})


@require_POST
@for_officers(Permission.VERIFY_ACCESS_LOG)
def log_check(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Recompute the log and name every entry that is not what it was."""
    found = log_access.check(seat, request.POST.get("kept", ""))
    context = {
        "head": found.note.decode(),
        "found": found,
        "faults": [str(FAULTS[one.kind]) % {"index": one.index} for one in found.faults],
        "kept": request.POST.get("kept", ""),
    }
    return page(request, seat, "desk/log_proof.html", context)


@require_safe
@for_officers(Permission.VERIFY_ACCESS_LOG)
def log_head(_request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the newest signed head, for the auditor to keep elsewhere."""
    response = HttpResponse(log_access.head(seat), content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="comity-access-log-head.txt"'
    return response


@require_safe
@for_officers(Permission.READ_ERASURES)
def erasures(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show what is to be erased on either side, and where the partner signed that it did."""
    state, holder = _state(request), request.GET.get("holder", "")[:50]
    number = page_number(request)
    rows, more = erasure_access.erasures(seat, state, holder, number)
    counted = erasure_access.counts(seat)
    context = {
        "rows": rows,
        "more": more,
        "number": number,
        "state": state,
        "holder": holder,
        "holders": (seat.node.name, *seat.partners()),
        "states": [(one, words, counted[one]) for one, words in STATES.items()],
        "query": query_of(request),
        "now": seat.node.clock(),
    }
    return page(request, seat, "desk/erasures.html", context)


@require_safe
@for_officers(Permission.READ_ERASURES)
def erasures_export(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the list of erasures as a table."""
    headings = (
        _("Journal"), _("Number"), _("Held by"), _("Due"), _("Ground"), _("Erased"), _("Signed in its journal at"),
    )  # fmt: skip
    rows = (
        (
            one.journal,
            str(one.index),
            one.holder,
            instant(UnixMs(one.due_ms)),
            one.ground,
            instant(UnixMs(one.done_ms)) if one.done_ms else "",
            "" if one.confirmed_in is None else str(one.confirmed_in),
        )
        for one in erasure_access.export(seat, _state(request), request.GET.get("holder", "")[:50])
    )
    return table("comity-erasures.csv", headings, rows)


def _state(request: HttpRequest) -> State:
    asked = request.GET.get("state", "")
    return State(asked) if asked in set(State) else State.DUE
