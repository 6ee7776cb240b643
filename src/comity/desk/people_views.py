"""Answer for the pages on officers, their roles, and units."""

from collections.abc import Callable
from typing import Final
from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.desk import people_access, people_services
from comity.desk.dates import day_ms
from comity.desk.errors import OfficerError
from comity.desk.frame import page
from comity.desk.lists import page_number, query_of, table
from comity.desk.people_access import Filter
from comity.desk.role_words import ROLES, role_title
from comity.desk.roles import SENSITIVE, Permission, Role
from comity.desk.seat import Seat, for_officers
from comity.desk.words import say_error
from comity.protocol.errors import ComityError
from comity.protocol.names import UnixMs, instant

STATES: Final = ("", "active", "waiting", "ended")
WORDS_LENGTH: Final = 60


def _filter(request: HttpRequest) -> Filter:
    given = request.GET
    return Filter(
        words=given.get("words", "").strip()[:WORDS_LENGTH],
        role=given["role"] if given.get("role") in set(Role) else "",
        unit=given.get("unit", "")[:36],
        state=given["state"] if given.get("state") in STATES else "",
    )


def _roles() -> list[tuple[Role, str, bool]]:
    return [(role, str(title), role in SENSITIVE) for role, title in ROLES.items()]


@require_safe
@for_officers(Permission.READ_PEOPLE)
def people(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the officers, and which sensitive roles wait for a second person."""
    narrowed, number = _filter(request), page_number(request)
    rows, more = people_access.officers(seat, narrowed, number)
    context = {
        "rows": rows,
        "more": more,
        "number": number,
        "narrowed": narrowed,
        "query": query_of(request),
        "roles": _roles(),
        "units": people_access.units(seat),
        "waiting": people_access.waiting(seat),
        "now": seat.node.clock(),
    }
    return page(request, seat, "desk/people.html", context)


@require_safe
@for_officers(Permission.READ_PEOPLE)
def export(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the list of officers as a table, as it is narrowed."""
    headings = (_("Name"), _("Signs in as"), _("Pseudonym"), _("Authority"), _("Roles"), _("Last sign-in"), _("Ended"))
    rows = (
        (
            one.name,
            one.signs_in_as,
            one.pseudonym,
            one.authority,
            "; ".join(f"{role_title(role)} ({unit})" for role, unit in one.roles),
            instant(UnixMs(one.last_ms)) if one.last_ms else "",
            _("yes") if one.ended else "",
        )
        for one in people_access.export(seat, _filter(request))
    )
    return table("comity-officers.csv", headings, rows)


@require_safe
@for_officers(Permission.READ_PEOPLE)
def officer(request: HttpRequest, seat: Seat, pseudonym: str) -> HttpResponseBase:
    """Show one officer and every role they hold or held."""
    found = people_access.officer(seat, pseudonym)
    if found is None:
        raise Http404
    units = [one for one in people_access.units(seat) if one.unit.authority == found.officer.authority]
    context = {"found": found, "roles": _roles(), "units": units, "now": seat.node.clock()}
    return page(request, seat, "desk/officer.html", context)


@require_POST
@for_officers(Permission.MANAGE_PEOPLE)
def invite(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Invite an officer; the link is shown on the answer to this request, and nowhere else."""
    given = request.POST
    roles = [role for role in Role if role in given.getlist("roles")]
    try:
        added, path = people_services.invite(
            seat, given.get("name", ""), given.get("display_name", ""), given.get("unit", ""), roles
        )
    except OfficerError as error:
        return _said(request, error, "desk:people")
    context = {"officer": added, "link": request.build_absolute_uri(path)}
    return page(request, seat, "desk/invited.html", context)


@require_POST
@for_officers(Permission.MANAGE_PEOPLE)
def invite_again(request: HttpRequest, seat: Seat, pseudonym: str) -> HttpResponseBase:
    """Let an officer begin again, with a fresh link."""
    try:
        found, path = people_services.invite_again(seat, pseudonym)
    except OfficerError as error:
        return _said(request, error, "desk:people")
    return page(request, seat, "desk/invited.html", {"officer": found, "link": request.build_absolute_uri(path)})


@require_POST
@for_officers(Permission.MANAGE_PEOPLE)
def end_officer(request: HttpRequest, seat: Seat, pseudonym: str) -> HttpResponseBase:
    """End an officer's service."""
    if request.POST.get("sure") != "1":
        messages.error(request, _("Tick the box to say that you are sure."))
        return redirect("desk:officer", pseudonym)
    return _done(
        request, lambda: people_services.end_officer(seat, pseudonym), _("The officer's service has ended."), pseudonym
    )


@require_POST
@for_officers(Permission.MANAGE_PEOPLE)
def give_role(request: HttpRequest, seat: Seat, pseudonym: str) -> HttpResponseBase:
    """Let an officer hold a role."""
    given = request.POST
    role = next((one for one in Role if one == given.get("role")), Role.OFFICER)
    since, until = day_ms(given.get("since", "")), day_ms(given.get("until", ""), end=True)
    now = seat.node.clock()
    said = _("A second person confirms it now.") if role in SENSITIVE else _("The role counts.")

    def give() -> None:
        begins = max(now, since) if since else now
        people_services.give_role(seat, pseudonym, role, given.get("unit", ""), begins, until)

    return _done(request, give, said, pseudonym)


@require_POST
@for_officers(Permission.CONFIRM_ROLES)
def confirm_role(request: HttpRequest, seat: Seat, grant: int) -> HttpResponseBase:
    """Let a sensitive role count, as the second person."""
    return _done(request, lambda: people_services.confirm_role(seat, grant), _("The role counts."))


@require_POST
@for_officers(Permission.READ_PEOPLE)
def end_role(request: HttpRequest, seat: Seat, grant: int) -> HttpResponseBase:
    """End a role, or turn down one that waits."""
    return _done(request, lambda: people_services.end_role(seat, grant), _("The role has ended."))


@require_safe
@for_officers(Permission.READ_PEOPLE)
def units(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show the units of the authorities as a tree."""
    return page(request, seat, "desk/units.html", {"units": people_access.units(seat)})


@require_POST
@for_officers(Permission.MANAGE_PEOPLE)
def change_unit(request: HttpRequest, seat: Seat, unit: UUID) -> HttpResponseBase:
    """Add a unit below one, call it something else, or close it."""
    name = request.POST.get("name", "")

    def change() -> None:
        if "add" in request.POST:
            people_services.add_unit(seat, str(unit), name)
        elif "close" in request.POST:
            people_services.close_unit(seat, str(unit))
        else:
            people_services.rename_unit(seat, str(unit), name)

    return _done(request, change, _("Done."), route="desk:units")


def _done(
    request: HttpRequest, act: Callable[[], object], said: str, pseudonym: str = "", route: str = "desk:people"
) -> HttpResponseBase:
    try:
        act()
    except ComityError as error:
        return _said(request, error, route, pseudonym)
    messages.success(request, said)
    return redirect("desk:officer", pseudonym) if pseudonym else redirect(route)


def _said(request: HttpRequest, error: ComityError, route: str, pseudonym: str = "") -> HttpResponseBase:
    messages.error(request, say_error(error))
    return redirect("desk:officer", pseudonym) if pseudonym else redirect(route)
