"""Read what officers of this side are writing, and the filters that they keep."""

from dataclasses import dataclass

from comity.cases.models import SavedFilter
from comity.cases.written import unpack
from comity.desk import drafts, vault
from comity.desk.accesslog import Look, note
from comity.desk.drafts import Kept
from comity.desk.roles import Permission
from comity.desk.seat import Seat


@dataclass(frozen=True, slots=True)
class Saved:
    """Show a filter that an officer has kept."""

    uid: str
    name: str
    query: str


def saved_filters(seat: Seat) -> list[Saved]:
    """Return the officer's own filters, by name."""
    seat.require(Permission.READ_CASES)
    rows = SavedFilter.objects.using(seat.node.using).filter(owner=seat.officer.pseudonym)
    found = [Saved(one.uid, vault.unseal(seat.node, one.uid, bytes(one.sealed)).decode(), one.query) for one in rows]
    return sorted(found, key=lambda one: one.name.casefold())


def draft(seat: Seat, uid: str) -> Kept | None:
    """Return a draft that the officer wrote, or may release."""
    if seat.channel is None:
        return None
    kept = drafts.find(seat.node, seat.channel.uuid, "cases", uid)
    if kept is None:
        return None
    if kept.owner == seat.officer.pseudonym and seat.may(Permission.WRITE_CASES):
        return kept
    if kept.state != "waiting" or not seat.may(Permission.RELEASE):
        return None
    note(seat, Look.DRAFT, case=kept.case or kept.uid, purpose=unpack(kept.content).purpose, records=[kept.uid])
    return kept


def own_drafts(seat: Seat) -> list[Kept]:
    """Return the officer's drafts, the latest first."""
    seat.require(Permission.WRITE_CASES)
    return drafts.written_by(seat.node, seat.channel.uuid, "cases", seat.officer.pseudonym, 50) if seat.channel else []


def to_release(seat: Seat) -> list[Kept]:
    """Return what waits for a second person, the oldest first."""
    seat.require(Permission.RELEASE)
    found = drafts.waiting(seat.node, seat.channel.uuid, "cases", 50) if seat.channel else []
    if found:
        note(seat, Look.LIST, records=[one.uid for one in found])
    return found
