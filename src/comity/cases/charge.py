"""Keep who on this side works on a case: written by services alone, never sent."""

from comity.cases.models import Charge
from comity.desk.seat import Seat


def take_up(seat: Seat, case: str, owner: str, unit: str) -> None:
    """Put a case into somebody's charge, if nobody has it yet."""
    channel = seat.channel.uuid if seat.channel else ""
    made = {"owner": owner, "unit": unit, "changed_ms": seat.node.clock()}
    row, new = Charge.objects.using(seat.node.using).get_or_create(channel=channel, case=case, defaults=made)
    if not new and not row.owner:
        hand(seat, case, owner, row.unit or unit)


def hand(seat: Seat, case: str, owner: str, unit: str) -> None:
    """Put a case into the charge of a unit and, where one is named, an officer."""
    channel = seat.channel.uuid if seat.channel else ""
    given = {"owner": owner, "unit": unit, "changed_ms": seat.node.clock()}
    Charge.objects.using(seat.node.using).update_or_create(channel=channel, case=case, defaults=given)
