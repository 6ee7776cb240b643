"""Answer for what the holder sees: how much was asked of it, and how its rules and the partners' have done."""

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final

from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from comity.desk import words as desk_words
from comity.desk.frame import page
from comity.desk.lists import query_of, table
from comity.desk.roles import Permission
from comity.desk.seat import Seat, for_officers
from comity.protocol.errors import ComityError
from comity.screening import access, list_access, services, words
from comity.screening.access import RuleShown
from comity.screening.list_access import AskedDay
from comity.screening.lists import DAY_MS

DAYS: Final = (7, 31, 92)


@require_safe
@for_officers(Permission.READ_SCREENING)
def asked(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show what partners asked of this node: counts by day, clause and purpose, for there is nothing else."""
    rows = _rows(request, seat)
    clause, purpose = request.GET.get("clause", ""), request.GET.get("purpose", "")
    purposes = seat.terms.agreement.purposes if seat.terms else ()
    context = {
        "rows": rows,
        "days": DAYS,
        "since": _days(request),
        "clause": clause,
        "clauses": sorted({one.clause for one in rows} | ({clause} if clause else set())),
        "purpose": purpose,
        "purposes": [(one.id, seat.terms.words(one.title, seat.language)) for one in purposes] if seat.terms else [],
        "terms": seat.terms,
        "open": list_access.open_questions(seat),
        "query": query_of(request),
        "tab": "asked",
    }
    return page(request, seat, "screening/asked.html", context)


def _days(request: HttpRequest) -> int:
    asked_for = request.GET.get("days", "")
    return next((one for one in DAYS if str(one) == asked_for), DAYS[1])


def _rows(request: HttpRequest, seat: Seat) -> list[AskedDay]:
    since = (seat.node.clock() // DAY_MS - _days(request) + 1) * DAY_MS
    clause, purpose = request.GET.get("clause", "")[:20], request.GET.get("purpose", "")[:40]
    return list_access.asked_by_day(seat, since, clause=clause, purpose=purpose)


@require_safe
@for_officers(Permission.READ_SCREENING)
def asked_table(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out what was asked of this node as a table."""
    headings = (
        _("Day"), _("Partner"), _("Clause"), _("Purpose"), _("Questions"), _("Open"), _("Refused"),
        _("Steps of 16 keys"),
    )  # fmt: skip
    return table("comity-asked-of-us.csv", headings, _asked_cells(request, seat))


def _asked_cells(request: HttpRequest, seat: Seat) -> Iterator[tuple[str, ...]]:
    for one in _rows(request, seat):
        purpose = desk_words.purpose_title(seat.terms, one.purpose) if seat.terms else one.purpose
        day = datetime.fromtimestamp(one.day_ms / 1000, UTC).date().isoformat()
        yield day, one.asker, one.clause, purpose, *map(str, (one.questions, one.open, one.refused, one.steps))


@require_safe
@for_officers(Permission.READ_SCREENING)
def rules(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Show each list's rules with what reviews measured of them, told by whoever asked."""
    return page(request, seat, "screening/rules.html", {"lists": _measured(seat), "tab": "rules"})


def _measured(seat: Seat) -> list[tuple[str, str, str, bool, list[RuleShown]]]:
    if seat.channel is None:
        return []
    own = [(seat.node.name, one.list_id, one.title, True) for one in list_access.own_lists(seat)]
    theirs = [(o.known.holder, o.known.list_id, o.known.title, False) for o in list_access.partner_lists(seat)]
    uuid = seat.channel.uuid
    return [(*one, access.rules(seat.node, uuid, one[0], one[1])) for one in (*own, *theirs)]


@require_safe
@for_officers(Permission.READ_SCREENING)
def rules_table(_request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Hand out the rules with what was measured as a table."""
    headings = (
        _("Partner"), _("List"), _("Rule"), _("Strength"), _("The same person"), _("A different person"), _("Measured"),
    )  # fmt: skip
    rows = (
        (
            holder,
            list_id,
            str(words.RULES[one.rule]),
            _("strong") if one.strong else _("weak"),
            str(one.same),
            str(one.different),
            f"{one.precision:.3f}" if one.precision is not None else "",
        )
        for holder, list_id, _title, _own, found in _measured(seat)
        for one in found
    )
    return table("comity-rules.csv", headings, rows)


@require_POST
@for_officers(Permission.SCREEN)
def tell(request: HttpRequest, seat: Seat) -> HttpResponseBase:
    """Tell the partner what reviews of a list found, as counts by rule."""
    try:
        told = services.tell(seat, request.POST.get("holder", "")[:50], request.POST.get("list", "")[:40])
    except ComityError as error:
        messages.error(request, desk_words.say_error(error))
    else:
        said = _("The partner is told, as counts by rule alone.") if told else _("There is nothing new to tell.")
        messages.info(request, said)
    return redirect("screening:rules")
