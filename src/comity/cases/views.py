"""Answer for the inbox, a case, and its attachments."""

import csv
from collections.abc import Iterator
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponseBase, StreamingHttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from comity.cases import access
from comity.cases.access import Filter, Row
from comity.channel import blobs
from comity.desk import words
from comity.desk.frame import page
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers, move_to
from comity.protocol.errors import CannotOpenError
from comity.protocol.names import UnixMs, instant

STATES = ("", "from-us", "from-them", "answered")
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def _filter(request: HttpRequest, seat: Seat) -> Filter:
    """Return what a request narrows the inbox to; what the agreement does not know narrows nothing."""
    terms = seat.terms
    state, clause, purpose = (request.GET.get(name, "") for name in ("state", "clause", "purpose"))
    known = {one.id for one in terms.agreement.purposes} if terms else set()
    return Filter(
        state if state in STATES else "",
        clause if terms and clause in terms.clauses else "",
        purpose if purpose in known else "",
    )


@require_safe
@for_officers(Permission.READ_CASES)
def inbox(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the cases of this agreement, the latest change first."""
    narrowed = _filter(request, seat)
    asked = request.GET.get("page", "1")
    number = max(1, int(asked)) if asked.isdecimal() and len(asked) < 7 else 1
    rows, more = access.inbox(seat, narrowed, number)
    query = request.GET.copy()
    query.pop("page", None)
    context = {
        "rows": rows,
        "more": more,
        "number": number,
        "narrowed": narrowed,
        "query": query.urlencode(),
        "terms": seat.terms,
        "clauses": _case_clauses(seat),
        "now": seat.node.clock(),
    }
    return page(request, seat, "cases/inbox.html", context)


def _case_clauses(seat: Seat) -> list[tuple[str, str]]:
    if seat.terms is None:
        return []
    clauses = [one.clause for one in seat.terms.clauses.values()]
    fitting = [one for one in clauses if any(tag.startswith("cases.") for tag in one.types)]
    return [(one.id, seat.terms.words(one.title, seat.language)) for one in fitting]


class _Line:
    """Be a file to `csv.writer` that hands each line on."""

    def write(self, text: str) -> str:
        return text


@require_safe
@for_officers(Permission.READ_CASES)
def export(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the inbox as a table, as it is narrowed."""
    narrowed = _filter(request, seat)
    response = StreamingHttpResponse(_table(seat, narrowed), content_type="text/csv; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="comity-cases.csv"'
    return response


def _table(seat: Seat, narrowed: Filter) -> Iterator[str]:
    writer = csv.writer(_Line())
    headings = (
        _("Case"), _("Subject"), _("Opened by"), _("Opened"), _("Changed"), _("Clause"),
        _("Purpose"), _("Urgency"), _("State"), _("Due"), _("Receipt"),
    )  # fmt: skip
    # A byte order mark, so that office programs read the letters right.
    yield "\ufeff" + str(writer.writerow(headings))
    for row in access.export(seat, narrowed):
        yield str(writer.writerow([_cell(one) for one in _cells(seat, row)]))


def _cells(seat: Seat, row: Row) -> tuple[str, ...]:
    terms = seat.terms
    return (
        row.uuid,
        row.subject,
        seat.node.name if row.ours else ", ".join(seat.partners()),
        instant(UnixMs(row.opened_ms)),
        instant(UnixMs(row.changed_ms)),
        row.clause,
        words.purpose_title(terms, row.purpose) if terms else row.purpose,
        row.urgency,
        row.state,
        instant(UnixMs(row.due_ms)) if row.due_ms else "",
        str(words.MARKS[row.mark]) if row.mark else "",
    )


def _cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula."""
    return "'" + text if text.startswith(_FORMULA) else text


@require_safe
@for_officers(Permission.READ_CASES)
def thread(request: HttpRequest, seat: Seat, channel: UUID, case: UUID) -> HttpResponseBase:
    """Show a case as a timeline: theirs on one side, ours on the other."""
    here = seat_in(seat, channel)
    found = access.thread(here, str(case), everything="all" in request.GET)
    if found is None:
        raise Http404
    context = {"thread": found, "terms": here.terms, "now": here.node.clock(), "channel": here.channel}
    return page(request, here, "cases/thread.html", context)


def seat_in(seat: Seat, channel: UUID) -> Seat:
    """Return the seat in the agreement that an address names; the page looks the same where there is none."""
    moved = move_to(seat, str(channel))
    if moved is None:
        raise Http404
    return moved


@require_safe
@for_officers(Permission.READ_CASES)
def download(_request: HttpRequest, seat: Seat, channel: UUID, uid: UUID, number: int) -> HttpResponseBase:
    """Hand out an attachment, decrypted as it goes, always as a file and never as a page."""
    here = seat_in(seat, channel)
    described = access.attachment(here, str(uid), number)
    if described is None:
        raise Http404
    try:
        blocks = blobs.open_attachment(here.node, described)
    except CannotOpenError:
        raise Http404 from None
    # SECURITY: nothing a partner sent runs in a browser here. Holds because the type is always bytes, the browser is
    # told to save and not to guess, and the policy is a sandbox. Breaks if the partner's media type were passed on.
    response = StreamingHttpResponse(blocks, content_type="application/octet-stream")
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=described.name) or ""
    response["Content-Length"] = str(described.size)
    response["X-Content-Type-Options"] = "nosniff"
    return response
