"""Narrow every query to what a seat may see: its agreement, its reality, its units.  Only `access` asks here."""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet

from comity.cases.models import Case, Charge, Entry
from comity.cases.records import QUESTIONS
from comity.desk.roles import Permission
from comity.desk.seat import Seat


def entries(seat: Seat) -> QuerySet[Entry]:
    """Return the records of cases that the seat may see.

    SECURITY: what belongs to another agreement, reality or unit is not there. Holds because every list, count, search
    and single object starts from this query. Breaks if a query on `Entry` or `Case` is made elsewhere for a screen.
    """
    return records(seat).filter(_in_units(seat, "case__uuid"))


def records(seat: Seat) -> QuerySet[Entry]:
    """Return the records of the seat's agreement and reality, whatever their unit: only beside `cases`."""
    channel = seat.channel.uuid if seat.channel else ""
    return Entry.objects.using(seat.node.using).filter(channel=channel, reality=seat.reality)


def cases(seat: Seat) -> QuerySet[Case, Any]:
    """Return the cases that the seat may see, whatever their reality; join with `entries` for that."""
    channel = seat.channel.uuid if seat.channel else ""
    return Case.objects.using(seat.node.using).filter(_in_units(seat, "uuid"), channel=channel)


def waiting(*, own: bool) -> Q:
    """Return the condition for questions that wait: ours for the partner's answer, or the partner's for ours."""
    return Q(type__in=QUESTIONS, own=own, answered=False, answers="")


def _in_units(seat: Seat, field: str) -> Q:
    channel = seat.channel.uuid if seat.channel else ""
    charges = Charge.objects.using(seat.node.using).filter(channel=channel, case=OuterRef(field))
    units = seat.units(Permission.READ_CASES)
    mine = Q(Exists(charges.filter(units.q())))
    # What has just arrived belongs to no unit yet: the contact point sees it.
    return mine | ~Q(Exists(charges)) if units.whole else mine
