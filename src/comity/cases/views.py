"""Answer for the inbox, a case, what is printed of it, and its attachments."""

import csv
from collections.abc import Iterator
from itertools import chain
from typing import Any
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase, StreamingHttpResponse
from django.shortcuts import redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comity.cases import access, charge_access, draft_access, files, timeline_access
from comity.cases import vocabulary as v
from comity.cases.access import STATES, Filter, Row
from comity.cases.timeline_access import Thread
from comity.channel import blobs
from comity.desk import words
from comity.desk.frame import page
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers, move_to
from comity.protocol.errors import CannotOpenError
from comity.protocol.names import UnixMs, instant

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _filter(request: HttpRequest, seat: Seat) -> Filter:
    """Return what a request narrows the inbox to; what the agreement does not know narrows nothing."""
    terms = seat.terms
    given = {name: request.GET.get(name, "") for name in Filter.__dataclass_fields__}
    known = {
        "state": set(STATES),
        "clause": set(terms.clauses) if terms else set(),
        "purpose": {one.id for one in terms.agreement.purposes} if terms else set(),
        "area": {one.id for one in terms.agreement.areas} if terms else set(),
        "urgency": {one for one, _title in _urgencies(seat)},
        "owner": {"me", "nobody"},
    }
    return Filter(**{name: value if value in known[name] else "" for name, value in given.items()})


@require_safe
@for_officers(Permission.READ_CASES)
def inbox(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the cases of this agreement, the latest change first."""
    narrowed = _filter(request, seat)
    asked = request.GET.get("page", "1")
    number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1
    stamp = timeline_access.stamp(seat)
    if request.headers.get("HX-Request") and request.GET.get("seen") == stamp:
        return HttpResponse(status=204)
    rows, more = access.inbox(seat, narrowed, number)
    query = request.GET.copy()
    for name in ("page", "seen"):
        query.pop(name, None)
    without_state = query.copy()
    without_state.pop("state", None)
    context = {
        "rows": rows,
        "more": more,
        "number": number,
        "narrowed": narrowed,
        "is_narrowed": any(getattr(narrowed, name) for name in Filter.__dataclass_fields__),
        "query": query.urlencode(),
        "rest": without_state.urlencode(),
        "stamp": stamp,
        "terms": seat.terms,
        "clauses": _case_clauses(seat),
        "urgencies": _urgencies(seat),
        "units": charge_access.unit_names(seat),
        "now": seat.node.clock(),
    }
    if request.headers.get("HX-Request"):
        return render(request, "cases/inbox_list.html", context | {"seat": seat})
    may_write = seat.may(Permission.WRITE_CASES)
    context |= {
        "saved": draft_access.saved_filters(seat),
        "takers": charge_access.takers(seat) if may_write else (),
        "outcomes": v.OUTCOMES.items(),
    }
    return page(request, seat, "cases/inbox.html", context)


def _case_clauses(seat: Seat) -> list[tuple[str, str]]:
    if seat.terms is None:
        return []
    clauses = [one.clause for one in seat.terms.clauses.values()]
    fitting = [one for one in clauses if any(tag.startswith("cases.") for tag in one.types)]
    return [(one.id, seat.terms.words(one.title, seat.language)) for one in fitting]


def _urgencies(seat: Seat) -> list[tuple[str, str]]:
    terms = seat.terms
    found: dict[str, str] = {}
    for compiled in terms.clauses.values() if terms else ():
        for clock in compiled.clocks_for("cases.request/1") if "cases.request/1" in compiled.clause.types else ():
            found.setdefault(clock.urgency, terms.words(clock.title, seat.language) if terms else "")
    return list(found.items())


class _Line:
    """Be a file to `csv.writer` that hands each line on."""

    def write(self, text: str) -> str:
        return text


@require_safe
@for_officers(Permission.READ_CASES)
def export(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the inbox as a table, as it is narrowed; what a handling code withholds is left out and named."""
    narrowed = _filter(request, seat)
    response = StreamingHttpResponse(_table(seat, narrowed), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="comity-cases.csv"'
    return response


def _table(seat: Seat, narrowed: Filter) -> Iterator[str]:
    writer = csv.writer(_Line())
    headings = (
        _("Case"), _("Subject"), _("Opened by"), _("Opened"), _("Changed"), _("Clause"),
        _("Purpose"), _("Urgency"), _("State"), _("Due"), _("Receipt"), _("In charge"),
    )  # fmt: skip
    # A byte order mark, so that office programs read the letters right.
    yield "\ufeff" + str(writer.writerow(headings))
    for row in access.export(seat, narrowed):
        yield str(writer.writerow([_cell(one) for one in _cells(seat, row)]))


def _cells(seat: Seat, row: Row) -> tuple[str, ...]:
    terms = seat.terms
    return (
        row.uuid,
        _("withheld by its handling code; ask for consent to export it") if row.withheld else row.subject,
        seat.node.name if row.ours else ", ".join(seat.partners()),
        instant(UnixMs(row.opened_ms)),
        instant(UnixMs(row.changed_ms)),
        row.clause,
        words.purpose_title(terms, row.purpose) if terms else row.purpose,
        row.urgency,
        row.state,
        instant(UnixMs(row.due_ms)) if row.due_ms else "",
        str(words.MARKS[row.mark]) if row.mark else "",
        row.owner,
    )


def _cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


@require_safe
@for_officers(Permission.READ_CASES)
def thread(request: HttpRequest, seat: Seat, channel: UUID, case: UUID) -> HttpResponseBase:
    """Show a case as a timeline: theirs on one side, ours on the other."""
    here = seat_in(seat, channel)
    root = timeline_access.root_of(here, str(case))
    if root is None:
        raise Http404
    if root != str(case):
        return redirect("cases:thread", str(channel), root)
    everything = "all" in request.GET
    found = timeline_access.thread(here, root, everything=everything)
    if found is None:
        raise Http404
    context = shown(here, found) | {"everything": everything, "stamp": timeline_access.stamp(here)}
    context["takers"] = charge_access.takers(here) if here.may(Permission.WRITE_CASES) else ()
    context["unit"] = charge_access.unit_names(here).get(found.charge.unit, "") if found.charge else ""
    return page(request, here, "cases/thread.html", context)


def shown(seat: Seat, found: Thread) -> dict[str, Any]:
    """Return what every page about a case needs."""
    return {
        "thread": found,
        "terms": seat.terms,
        "now": seat.node.clock(),
        "channel": seat.channel,
        "lang": seat.language,
    }


@require_safe
@for_officers(Permission.READ_CASES)
def live(request: HttpRequest, seat: Seat, channel: UUID, case: UUID) -> HttpResponseBase:
    """Hand out the timeline anew if anything changed since the page was made; else nothing, at two small queries."""
    here = seat_in(seat, channel)
    stamp = timeline_access.stamp(here)
    if request.GET.get("seen") == stamp:
        return HttpResponse(status=204)
    everything = "all" in request.GET
    found = timeline_access.thread(here, str(case), everything=everything)
    if found is None:
        raise Http404
    context = shown(here, found) | {"everything": everything, "stamp": stamp, "seat": here}
    return render(request, "cases/timeline.html", context)


def seat_in(seat: Seat, channel: UUID) -> Seat:
    """Return the seat in the agreement that an address names; the page looks the same where there is none."""
    moved = move_to(seat, str(channel))
    if moved is None:
        raise Http404
    return moved


@require_safe
@for_officers(Permission.READ_CASES)
def download(request: HttpRequest, seat: Seat, channel: UUID, uid: UUID, number: int) -> HttpResponseBase:
    """Hand out an attachment, decrypted as it goes, always as a file and never as a page."""
    here = seat_in(seat, channel)
    described = timeline_access.attachment(here, str(uid), number)
    if described is None:
        raise Http404
    try:
        blocks = iter(blobs.open_attachment(here.node, described))
        first = next(blocks, b"")
    except CannotOpenError:
        raise Http404 from None
    looked = files.look(first[: files.HEAD], described.name)
    if not looked.harmless and "anyway" not in request.GET:
        warning = _("It can do something of its own when it is opened.") if looked.active else _misnamed(looked.media)
        return page(request, here, "cases/download.html", {"described": described, "warning": warning})
    # SECURITY: nothing a partner sent runs in a browser here. Holds because the type is always bytes, the browser is
    # told to save and not to guess, and the policy is a sandbox. Breaks if the partner's media type were passed on.
    response = StreamingHttpResponse(chain((first,), blocks), content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=described.name) or ""
    response["Content-Length"] = str(described.size)
    response["X-Content-Type-Options"] = "nosniff"
    return response


def _misnamed(media: str) -> str:
    return _("Its name says otherwise, but it is of the type %(media)s.") % {"media": media}
