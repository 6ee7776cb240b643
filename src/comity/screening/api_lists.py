"""Let programs keep this node's lists and see the partners': begin, fill, review, publish, and the budget left."""

from datetime import UTC, datetime
from typing import Annotated

from django.http import Http404, HttpRequest
from ninja.params.functions import Query

from comity.desk.accesslog import Look, note
from comity.desk.api.pages import Cursor, Page, Size, read_cursor, write_cursor
from comity.desk.api.router import ApiRouter
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.screening import api_said, list_access, list_services
from comity.screening import api_shapes as s
from comity.screening.imports import Reading, RowError
from comity.screening.list_access import AskedDay, OwnList
from comity.screening.lists import DAY_MS, Imported, ListTerms

api = ApiRouter("screening")


@api.get("/partner-lists", Permission.READ_SCREENING, gives=Page[s.PartnerListLine])
def partner_lists(_request: HttpRequest, seat: Seat) -> Page[s.PartnerListLine]:
    """List the partners' lists that can be asked about, with what the budget still allows; one page holds them all."""
    return Page[s.PartnerListLine](
        items=[api_said.partner_list(one) for one in list_access.partner_lists(seat)], next=None
    )


@api.get("/lists", Permission.READ_SCREENING, gives=Page[s.OwnListLine])
def lists(_request: HttpRequest, seat: Seat) -> Page[s.OwnListLine]:
    """List this node's own lists; one page holds them all."""
    return Page[s.OwnListLine](items=[api_said.own_list(one) for one in list_access.own_lists(seat)], next=None)


@api.get("/lists/to-release", Permission.RELEASE, gives=Page[s.OwnListLine])
def lists_to_release(_request: HttpRequest, seat: Seat) -> Page[s.OwnListLine]:
    """List the lists whose publication waits for a second person; one page holds the first fifty."""
    found = list_access.publications_to_release(seat)
    return Page[s.OwnListLine](items=[api_said.own_list(one) for one in found], next=None)


@api.post("/lists", Permission.KEEP_LISTS, gives=s.OwnListLine, status=201)
def keep_list(_request: HttpRequest, seat: Seat, new: s.NewList) -> s.OwnListLine:
    """Begin a list, or change what one of yours says of itself; its entries stay as they are."""
    terms = ListTerms(
        list_id=new.list_id, title=new.title, owner=new.owner, legal_basis=new.legal_basis,
        review_days=new.review_days, expires_ms=new.expires_ms,
    )  # fmt: skip
    list_services.keep_list(seat, terms, (), whole=False)
    return api_said.own_list(_own(seat, new.list_id))


@api.get("/lists/{list_id}", Permission.READ_SCREENING, gives=s.OwnListLine)
def own_list(_request: HttpRequest, seat: Seat, list_id: s.ListKey) -> s.OwnListLine:
    """Show a list of this node, and how far its publication is."""
    return api_said.own_list(_own(seat, list_id))


@api.post("/lists/{list_id}/file", Permission.KEEP_LISTS, gives=s.TakenIn, extra=api_said.UPLOAD, again=False)
def take_in(
    request: HttpRequest,
    seat: Seat,
    list_id: s.ListKey,
    whole: Annotated[bool, Query(description="The file is the whole list: what it does not name is removed.")] = True,
    trial: Annotated[bool, Query(description="Read the file and keep nothing.")] = False,
) -> s.TakenIn:
    """Bring a list up to date from a file; what cannot be read is named, removes nobody and costs no other row."""
    found, reading = _own(seat, list_id), api_said.file_of(request)
    return _tried(reading) if trial else _taken(reading, _keep(seat, found, reading, whole=whole))


def _keep(seat: Seat, found: OwnList, reading: Reading, *, whole: bool) -> Imported:
    terms = ListTerms(
        list_id=found.list_id, title=found.title, owner=found.owner, legal_basis=found.legal_basis,
        review_days=found.review_days, expires_ms=found.expires_ms,
    )  # fmt: skip
    return list_services.keep_list(seat, terms, reading, whole=whole)


def _tried(reading: Reading) -> s.TakenIn:
    faults = [one for one in reading if isinstance(one, RowError)]
    nothing = Imported(added=0, changed=0, same=0, removed=0, unkeyed=0, errors=tuple(faults))
    return _taken(reading, nothing, trial=True)


def _taken(reading: Reading, done: Imported, *, trial: bool = False) -> s.TakenIn:
    return s.TakenIn(
        trial=trial, read=reading.summary.entries, added=done.added, changed=done.changed, same=done.same,
        removed=done.removed, unkeyed=done.unkeyed, faulty=len(done.errors),
        faults=[api_said.fault(one) for one in done.errors[: s.MOST_FAULTS]],
    )  # fmt: skip


@api.get("/lists/{list_id}/entries", Permission.READ_SCREENING, gives=Page[s.EntryLine])
def entries(
    _request: HttpRequest,
    seat: Seat,
    list_id: s.ListKey,
    cursor: Cursor = "",
    limit: Size = 40,
    due: Annotated[bool, Query(description="Those alone whose review date has come.")] = False,
) -> Page[s.EntryLine]:
    """List the entries of an own list, those first that are to be reviewed first."""
    found = _own(seat, list_id)
    rows, after = list_access.entries_after(seat, found.list_id, read_cursor(cursor, 2), limit, due=due)
    note(seat, Look.LIST, purpose=api_said.stated(seat), records=[f"{list_id}:{one.number}" for one in rows])
    return Page[s.EntryLine](items=[api_said.entry(one) for one in rows], next=write_cursor(*after) if after else None)


@api.post("/lists/{list_id}/entries/{int:entry}/review", Permission.KEEP_LISTS, gives=None, status=204)
def review_entry(_request: HttpRequest, seat: Seat, list_id: s.ListKey, entry: s.Number, said: s.EntryReview) -> None:
    """Say of an entry that is to be reviewed that it stays until the next time, or goes with the next version."""
    list_services.review_entry(seat, _own(seat, list_id).list_id, entry, stays=said.stays)


@api.post("/lists/{list_id}/behind", Permission.READ_SCREENING, gives=s.EntryLine)
def behind(_request: HttpRequest, seat: Seat, list_id: s.ListKey, said: s.Behind) -> s.EntryLine:
    """Show the own entry that a partner's request names by its opaque reference; it stands in no address."""
    found = list_access.behind(seat, _own(seat, list_id).list_id, said.reference)
    if found is None:
        raise Http404
    note(seat, Look.SEARCH, purpose=api_said.stated(seat), records=[f"{list_id}:{found.number}"])
    return api_said.entry(found)


@api.post("/lists/{list_id}/publish", Permission.KEEP_LISTS, gives=s.OwnListLine)
def publish(_request: HttpRequest, seat: Seat, list_id: s.ListKey, new: s.Publish) -> s.OwnListLine:
    """Bring a list's index up to date and publish it; it goes on by itself, and the list shows how far it is."""
    list_services.publish(seat, _own(seat, list_id).list_id, rotate=new.rotate)
    return api_said.own_list(_own(seat, list_id))


@api.post("/lists/{list_id}/release", Permission.RELEASE, gives=None, status=204)
def release_publication(_request: HttpRequest, seat: Seat, list_id: s.ListKey) -> None:
    """Release the publication of a list that a colleague began, where the clause asks for a second person."""
    if list_id not in {one.list_id for one in list_access.publications_to_release(seat)}:
        raise Http404
    list_services.release_publication(seat, list_id)


@api.get("/asked", Permission.READ_SCREENING, gives=Page[s.AskedOfUs])
def asked_of_us(
    _request: HttpRequest, seat: Seat, days: Annotated[int, Query(ge=1, le=366, description="How far back.")] = 31
) -> Page[s.AskedOfUs]:
    """List what partners asked this node, by day, clause and purpose, the latest first; nothing else is to be seen."""
    since = (seat.node.clock() // DAY_MS - days + 1) * DAY_MS
    rows = list_access.asked_by_day(seat, since)
    return Page[s.AskedOfUs](items=[_asked(one) for one in rows], next=None)


def _asked(one: AskedDay) -> s.AskedOfUs:
    day = datetime.fromtimestamp(one.day_ms / 1000, UTC).date()
    return s.AskedOfUs(
        day=day, asker=one.asker, clause=one.clause, purpose=one.purpose, questions=one.questions, open=one.open,
        refused=one.refused, steps=one.steps,
    )  # fmt: skip


def _own(seat: Seat, list_id: str) -> OwnList:
    found = next((one for one in list_access.own_lists(seat) if one.list_id == list_id), None)
    if found is None:
        raise Http404
    return found
