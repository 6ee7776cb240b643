"""Answer for lists: this node's own with their entries, the rules as measured, and what partners asked."""

from collections.abc import Iterator
from typing import Any, Final

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from comity.desk.access import names_of
from comity.desk.accesslog import Look, note
from comity.desk.frame import page
from comity.desk.lists import page_number, query_of
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.protocol.errors import ComityError
from comity.protocol.names import UnixMs, instant
from comity.screening import access, list_access, list_services
from comity.screening.forms import ListForm
from comity.screening.imports import RowError
from comity.screening.list_access import OwnList
from comity.screening.uploaded import read_upload
from comity.screening.views import FAULTS_KEY, Cell, keep_faults, table

_FAULTS_SHOWN: Final = 50


@require_safe
@for_officers(Permission.READ_SCREENING)
def lists(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the lists of this node and those of partners."""
    context = {
        "own": list_access.own_lists(seat),
        "partners": list_access.partner_lists(seat),
        "to_release": list_access.publications_to_release(seat) if seat.may(Permission.RELEASE) else [],
        "now": seat.node.clock(),
        "tab": "lists",
    }
    return page(request, seat, "screening/lists.html", context)


def _own(seat: Seat, list_id: str) -> OwnList:
    found = next((one for one in list_access.own_lists(seat) if one.list_id == list_id), None)
    if found is None:
        raise Http404
    return found


@require_http_methods(["GET", "HEAD", "POST"])
@for_officers(Permission.READ_SCREENING)
def own_list(request: HttpRequest, seat: Seat, list_id: str) -> HttpResponseBase:
    """Show one list of this node with its index, entries and rules; a reference is sent, and stands in no address."""
    found = _own(seat, list_id)
    number, due = page_number(request), "due" in request.GET
    entries = list_access.entries(seat, list_id, number, due=due)
    note(seat, Look.LIST, records=[f"{list_id}:{one.number}" for one in entries])
    context = {
        "one": found,
        "entries": entries,
        "due": due,
        "more": len(entries) == list_access.PAGE,
        "number": number,
        "query": query_of(request),
        "rules": _rules(seat, list_id),
        "behind": _behind(request, seat, list_id),
        "officer": _publisher(found),
        "now": seat.node.clock(),
    }
    return page(request, seat, "screening/list.html", context)


def _publisher(found: OwnList) -> str:
    pseudonym = found.publication.officer if found.publication else ""
    return names_of([pseudonym]).get(pseudonym, pseudonym)


def _rules(seat: Seat, list_id: str) -> list[Any]:
    if seat.channel is None:
        return []
    measured = access.rules(seat.node, seat.channel.uuid, seat.node.name, list_id)
    return [one for one in measured if one.precision is not None]


def _behind(request: HttpRequest, seat: Seat, list_id: str) -> Any:  # noqa: ANN401  # an entry, a word, or nothing
    """Return the entry behind a reference that a partner's request names, if one was asked for."""
    reference = request.POST.get("reference", "").strip().lower()
    if not reference:
        return None
    found = list_access.behind(seat, list_id, reference[:16])
    if found is not None:
        note(seat, Look.SEARCH, records=[f"{list_id}:{found.number}"])
    return found or "unknown"


@require_safe
@for_officers(Permission.READ_SCREENING)
def publication(request: HttpRequest, seat: Seat, list_id: str) -> HttpResponseBase:
    """Return the part of a list's page that renews itself while it is published."""
    found = _own(seat, list_id)
    if found.publication is None or found.publication.state not in ("running", "waiting"):
        return HttpResponse(status=204, headers={"HX-Refresh": "true"})
    context = {"one": found, "officer": _publisher(found), "seat": seat}
    return render(request, "screening/publication.html", context)


@require_POST
@for_officers(Permission.READ_SCREENING)
def act(request: HttpRequest, seat: Seat, list_id: str) -> HttpResponseBase:
    """Publish a list, release its publication, or review an entry, as the button says; the services ask who may."""
    found = _own(seat, list_id)
    try:
        if "publish" in request.POST or "rotate" in request.POST:
            list_services.publish(seat, found.list_id, rotate="rotate" in request.POST)
        elif "release" in request.POST:
            list_services.release_publication(seat, found.list_id)
        else:
            stays = "stays" in request.POST
            entry = request.POST.get("stays") or request.POST.get("goes") or ""
            if entry.isdecimal() and len(entry) < 16:
                list_services.review_entry(seat, found.list_id, int(entry), stays=stays)
                said = _("The entry stays until its next review.") if stays else _("The entry is removed.")
                messages.success(request, said)
    except ComityError as error:
        messages.error(request, say_error(error))
    return redirect("screening:list", found.list_id)


@for_officers(Permission.KEEP_LISTS)
def take_in(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Begin a list or bring one up to date from a file: first as a trial, if the button says so."""
    posted = request.method == "POST"
    form = ListForm(
        request.POST if posted else None,
        request.FILES if posted else None,
        initial=_initial(request, seat),
        authorities=seat.node.keys.public.identity.authorities,
    )
    context: dict[str, Any] = {"form": form}
    if posted and form.is_valid():
        try:
            done = _trial(form) if "trial" in request.POST else _take_in(seat, form)
        except ComityError as error:
            form.add_error(None, say_error(error))
        else:
            keep_faults(request, list(done["faults"]))
            context |= done | {"faults": done["faults"][:_FAULTS_SHOWN], "more_faults": len(done["faults"])}
    elif not posted:
        request.session.pop(FAULTS_KEY, None)
    return page(request, seat, "screening/take_in.html", context)


def _initial(request: HttpRequest, seat: Seat) -> dict[str, Any]:
    chosen = request.GET.get("list", "")
    found = next((one for one in list_access.own_lists(seat) if one.list_id == chosen), None)
    if found is None:
        return {}
    names = ("list_id", "title", "owner", "legal_basis", "review_days")
    return {name: getattr(found, name) for name in names}


def _trial(form: ListForm) -> dict[str, Any]:
    """Read the file and keep nothing."""
    reading = read_upload(form.cleaned_data["upload"])
    faults = [one for one in reading if isinstance(one, RowError)]
    return {"trial": reading.summary, "faults": faults}


def _take_in(seat: Seat, form: ListForm) -> dict[str, Any]:
    items = read_upload(form.cleaned_data["upload"])
    done = list_services.keep_list(seat, form.terms(), items, whole=form.cleaned_data["whole"])
    return {"taken": done, "list_id": form.cleaned_data["list_id"], "faults": list(done.errors)}


@require_safe
@for_officers(Permission.READ_SCREENING)
def entries_table(request: HttpRequest, seat: Seat, list_id: str) -> HttpResponseBase:  # noqa: ARG001  # as all views
    """Hand out the entries of an own list with their review dates; whom they are about stays here."""
    found = _own(seat, list_id)
    note(seat, Look.EXPORT, records=[found.list_id])

    def lines() -> Iterator[tuple[Cell, ...]]:
        yield (_("Entry"), _("Reference"), _("To be reviewed"), _("Ends"))
        number = 1
        while rows := list_access.entries(seat, list_id, number):
            for one in rows:
                ends = instant(UnixMs(one.expires_ms)) if one.expires_ms else ""
                yield (one.number, one.subject.reference, instant(UnixMs(one.review_ms)), ends)
            number += 1

    return table(lines(), "comity-list.csv")
