"""Answer for checks: the list, a new one of a person or of a file, how far it is, and its hits as a table."""

from collections.abc import Iterable, Iterator
from typing import Any, Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.desk import lists
from comity.desk import words as desk_words
from comity.desk.access import names_of
from comity.desk.accesslog import Look, note
from comity.desk.frame import page
from comity.desk.lists import page_number
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.protocol.errors import ComityError
from comity.protocol.names import UnixMs, instant
from comity.screening import access, list_access, looking, services, words
from comity.screening.access import CheckShown, HitShown
from comity.screening.forms import AskForm, FileAskForm, PersonForm, subjects_of
from comity.screening.imports import RowError
from comity.screening.list_access import PartnerList
from comity.screening.models import CheckState
from comity.screening.subjects import Subject
from comity.screening.uploaded import read_upload

FAULTS_KEY: Final = "screening-faults"
FAULTS_KEPT: Final = 1000
"""Faults of the last file that the session keeps for saving; they name places, and repeat nothing of the content."""
Cell = str | Promise | int


@require_safe
@for_officers(Permission.READ_SCREENING)
def checks(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the checks of this agreement, and what can be asked about."""
    number, state = page_number(request), _state(request)
    rows = access.checks_of(seat, number, state=state, case=_initial(request)["case"])
    context = {
        "rows": [(one, title_of(seat, one.list_id)) for one in rows],
        "more": len(rows) == access.PAGE,
        "number": number,
        "query": lists.query_of(request),
        "state": state,
        "states": words.CHECKS.items(),
        "names": names_of([one.officer for one in rows]),
        "lists": list_access.partner_lists(seat),
        "to_release": access.checks_to_release(seat) if seat.may(Permission.RELEASE) else [],
        "terms": seat.terms,
        "now": seat.node.clock(),
        "tab": "checks",
    }
    return page(request, seat, "screening/checks.html", context)


def _state(request: HttpRequest) -> str:
    chosen = request.GET.get("state", "")
    return chosen if chosen in set(CheckState) else ""


def title_of(seat: Seat, list_id: str) -> str:
    """Return what a partner calls its list."""
    found = (one.known.title for one in list_access.partner_lists(seat) if one.known.list_id == list_id)
    return next(found, list_id)


@for_officers(Permission.SCREEN)
def person(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Ask about one person."""
    offered = list_access.partner_lists(seat)
    given = request.POST if request.method == "POST" else None
    asking = AskForm(given, initial=_initial(request), **_choices(seat, offered))
    who = PersonForm(given)
    if given is not None and "look" not in given and asking.is_valid() and who.is_valid():
        done = _begin(seat, asking, [who.subject()])
        if done is not None:
            return done
    context = {"asking": asking, "who": who, "lists": offered, "terms": seat.terms}
    return page(request, seat, "screening/person.html", context | _look(seat, offered, asking, who))


@require_POST
@for_officers(Permission.SCREEN)
def look(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Return what asking would mean, as the officer writes."""
    offered = list_access.partner_lists(seat)
    asking, who = AskForm(request.POST, **_choices(seat, offered)), PersonForm(request.POST)
    context = {"lists": offered, "terms": seat.terms, "seat": seat} | _look(seat, offered, asking, who)
    return render(request, "screening/consequences.html", context)


def _look(seat: Seat, offered: list[PartnerList], asking: AskForm, who: PersonForm) -> dict[str, Any]:
    """Return what a machine-readable zone says and what asking would cost, as far as the form is filled in."""
    if not who.is_bound:
        return {}
    zones = looking.zones(str(who.data.get("mrz", "")))
    if not (asking.is_valid() and who.is_valid()):
        return {"zones": zones}
    chosen, purpose = asking.cleaned_data["partner_list"], asking.cleaned_data["purpose"]
    target = next(one for one in offered if f"{one.known.holder}/{one.known.list_id}" == chosen)
    try:
        return {"zones": zones, "before": looking.before(seat, target, purpose, who.subject())}
    except ComityError:
        return {"zones": zones}


@for_officers(Permission.SCREEN)
def file(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Ask about the persons of a file, such as a passenger list."""
    offered = list_access.partner_lists(seat)
    posted = request.method == "POST"
    asking = FileAskForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial=_initial(request),
        **_choices(seat, offered),
    )
    if posted and asking.is_valid():
        faults: list[RowError] = []
        done = _begin_file(seat, asking, faults)
        keep_faults(request, faults)
        if done is not None:
            if faults:
                messages.warning(request, _("%(count)s rows have faults.") % {"count": len(faults)})
            return done
    context = {"asking": asking, "lists": offered, "terms": seat.terms, "faults": request.session.get(FAULTS_KEY, [])}
    return page(request, seat, "screening/file.html", context)


def _begin_file(seat: Seat, asking: FileAskForm, faults: list[RowError]) -> HttpResponseBase | None:
    try:
        people = subjects_of(read_upload(asking.cleaned_data["upload"]), faults)
        return _begin(seat, asking, people)
    except ComityError as error:
        asking.add_error("upload", say_error(error))
        return None


def _initial(request: HttpRequest) -> dict[str, str]:
    return {"case": request.GET.get("case", "")[:36]}


def _choices(seat: Seat, lists: Iterable[PartnerList]) -> dict[str, list[tuple[str, str]]]:
    offered = list(lists)
    purposes = dict.fromkeys(purpose for one in offered for purpose in one.purposes)
    terms = seat.terms
    return {
        "lists": [
            (
                f"{one.known.holder}/{one.known.list_id}",
                f"\u2068{one.known.title}\u2069 (\u2066{one.known.holder}\u2069)",
            )
            for one in offered
        ],
        "purposes": [(one, desk_words.purpose_title(terms, one) if terms else one) for one in purposes],
    }


def _begin(seat: Seat, asking: AskForm, people: Iterable[Subject]) -> HttpResponseBase | None:
    given = asking.cleaned_data
    holder, _slash, list_id = given["partner_list"].partition("/")
    case = str(given["case"]) if given["case"] else ""
    try:
        uid = services.check(seat, holder, list_id, people, purpose=given["purpose"], case=case)
    except ComityError as error:
        asking.add_error(None, say_error(error))
        return None
    return redirect("screening:check", uid)


@require_safe
@for_officers(Permission.READ_SCREENING)
def check(request: HttpRequest, seat: Seat, uid: UUID) -> HttpResponseBase:
    """Show how far a check is, and its hits."""
    found = _check(seat, uid)
    number = page_number(request)
    hits = access.hits(seat, found.uid, number)
    note(seat, Look.READ, purpose=found.purpose, records=[found.uid])
    context = _progress(seat, found) | {
        "hits": hits,
        "more": len(hits) == access.PAGE,
        "number": number,
        "query": lists.query_of(request),
        "unanswered": access.unanswered(seat, found.uid),
    }
    return page(request, seat, "screening/check.html", context)


@require_safe
@for_officers(Permission.READ_SCREENING)
def progress(request: HttpRequest, seat: Seat, uid: UUID) -> HttpResponseBase:
    """Return the part of a check's page that renews itself; once it is done, the whole page is loaded again."""
    found = _check(seat, uid)
    if found.state not in ("running", "waiting"):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    return render(request, "screening/progress.html", _progress(seat, found) | {"seat": seat})


def _progress(seat: Seat, found: CheckShown) -> dict[str, Any]:
    return {
        "check": found,
        "title": title_of(seat, found.list_id),
        "officer": names_of([found.officer]).get(found.officer, found.officer),
        "terms": seat.terms,
        "now": seat.node.clock(),
    }


@require_POST
@for_officers(Permission.READ_SCREENING)
def act(request: HttpRequest, seat: Seat, uid: UUID) -> HttpResponseBase:
    """Release, stop, resume or delete a check, as the button says; the services ask who may."""
    found = _check(seat, uid)
    try:
        if "release" in request.POST:
            services.release(seat, found.uid)
        elif "stop" in request.POST:
            services.stop(seat, found.uid)
        elif "resume" in request.POST:
            services.resume(seat, found.uid)
        elif "erase" in request.POST:
            services.erase(seat, found.uid)
            messages.success(request, _("The check is deleted: whom it was about, its secrets and its hits."))
            return redirect("screening:checks")
    except ComityError as error:
        messages.error(request, say_error(error))
    return redirect("screening:check", found.uid)


@require_POST
@for_officers(Permission.SCREEN)
def opening(request: HttpRequest, seat: Seat, uid: UUID) -> HttpResponseBase:
    """Hand out what opens the commitments of a check to an auditor."""
    found = _check(seat, uid)
    try:
        data = services.opening(seat, found.uid)
    except ComityError as error:
        messages.error(request, say_error(error))
        return redirect("screening:check", found.uid)
    note(seat, Look.EXPORT, purpose=found.purpose, records=[found.uid])
    return attachment(HttpResponse(data, content_type="application/json"), "comity-opening.json")


@require_safe
@for_officers(Permission.READ_SCREENING)
def export(request: HttpRequest, seat: Seat, uid: UUID) -> HttpResponseBase:  # noqa: ARG001  # as all views
    """Hand out the hits of a check as a table; every line says what a hit is not."""
    found = _check(seat, uid)
    note(seat, Look.EXPORT, purpose=found.purpose, records=[found.uid])
    return table(_hit_lines(seat, found), "comity-hits.csv")


def _hit_lines(seat: Seat, found: CheckShown) -> Iterator[tuple[Cell, ...]]:
    yield (
        _("Row"), _("Reference in the file"), _("Names"), _("Partner's list"), _("Partner's reference"), _("Rules"),
        _("Strength"), _("State"), _("Found"), _("Verified"),
    )  # fmt: skip
    number = 1
    while rows := access.hits(seat, found.uid, number):
        yield from (_hit_line(one) for one in rows)
        number += 1


def _hit_line(one: HitShown) -> tuple[Cell, ...]:
    return (
        one.row + 1,
        one.subject.reference if one.subject else "",
        " / ".join(one.subject.person.names) if one.subject else _("erased"),
        f"{one.holder} {one.list_id}",
        one.reference,
        " / ".join(str(words.RULES[rule.rule]) for rule in one.rules),
        _("strong") if one.strong else _("weak"),
        words.HITS[one.state],
        words.FINDINGS[one.finding] if one.finding else "",
        words.NOT_VERIFIED,
    )


def keep_faults(request: HttpRequest, faults: list[RowError]) -> None:
    """Let the session keep what was wrong with the last file."""
    rows = [(one.row, one.place, one.problem, one.remedy, one.loses.value) for one in faults[:FAULTS_KEPT]]
    request.session[FAULTS_KEY] = rows


@require_safe
@for_officers(Permission.READ_SCREENING)
def faults(request: HttpRequest, seat: Seat) -> HttpResponseBase:  # noqa: ARG001  # every view gets the seat
    """Hand out the faults of the last file as a table."""
    rows: list[tuple[Cell, ...]] = [(_("Row"), _("Place"), _("What is wrong"), _("What to do"), _("What it cost"))]
    rows += [tuple(one) for one in request.session.get(FAULTS_KEY, [])]
    return table(rows, "comity-faults.csv")


def table(rows: Iterable[tuple[Cell, ...]], name: str) -> HttpResponseBase:
    """Return rows as a table, the headings first."""
    texts = ([str(one) for one in row] for row in rows)
    return lists.table(name, next(texts), texts)


def attachment(response: HttpResponseBase, name: str) -> HttpResponseBase:
    """Let the browser save a response instead of showing it."""
    response["Content-Disposition"] = f'attachment; filename="{name}"'
    return response


@require_safe
@for_officers(Permission.READ_SCREENING)
def checks_table(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the list of checks as a table."""

    def lines() -> Iterator[tuple[Cell, ...]]:
        yield (
            _("Identifier"),
            _("Partner"),
            _("List"),
            _("Purpose"),
            _("Begun"),
            _("State"),
            _("Rows"),
            _("Through"),
            _("Hits"),
        )
        number = 1
        while rows := access.checks_of(seat, number, state=_state(request)):
            for one in rows:
                begun = instant(UnixMs(one.created_ms))
                state = words.CHECKS[one.state]
                yield (one.uid, one.holder, one.list_id, one.purpose, begun, state, one.rows, one.done, one.hits)
            number += 1

    return table(lines(), "comity-checks.csv")


def _check(seat: Seat, uid: UUID) -> CheckShown:
    found = access.check(seat, str(uid))
    if found is None:
        raise Http404
    return found
