"""Read what either side is to erase, has erased, and owes a confirmation of.  The only way to read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from django.db.models import F, QuerySet

from comity.channel.erasure import CONFIRM_WITHIN_MS
from comity.channel.models import Erasure, Record
from comity.desk.roles import Permission
from comity.desk.seat import Seat
from comity.protocol.canonical import decode
from comity.protocol.errors import ComityError
from comity.protocol.records import PAYLOAD_LIMIT
from comity.protocol.types import ErasureDone

PAGE: Final = 40
SOON_MS: Final = 30 * 24 * 3600 * 1000
DONE_TAG: Final = "erasure.done/1"
_NEAR_MS: Final = 60_000
"""A confirmation is written in the minute of the erasure that it states."""


class State(StrEnum):
    """Name how far an erasure is."""

    SOON = "soon"
    DUE = "due"
    OVERDUE = "overdue"
    DONE = "done"


@dataclass(frozen=True, slots=True)
class Row:
    """Show what one node is to erase: which record, by when, on which ground; and where it signed that it did."""

    journal: str
    index: int
    holder: str
    ours: bool
    due_ms: int
    ground: str
    ordered: bool
    done_ms: int | None
    state: State
    confirmed_in: int | None


def counts(seat: Seat) -> dict[str, int]:
    """Return how many erasures there are in each state."""
    seat.require(Permission.READ_ERASURES)
    return {state.value: (_soon(seat) if state is State.SOON else _rows(seat, state)).count() for state in State}


def erasures(seat: Seat, state: State, holder: str, page: int, size: int = PAGE) -> tuple[list[Row], bool]:
    """Return one page of erasures, the earliest due first, those done with the latest first."""
    seat.require(Permission.READ_ERASURES)
    start = max(0, page - 1) * size
    if state is State.SOON:
        coming = list(_soon(seat).order_by("erase_due_ms")[start : start + size + 1])
        return [_coming(seat, one) for one in coming[:size]], len(coming) > size
    rows = _rows(seat, state, holder).select_related("journal")
    order = F("done_ms").desc() if state is State.DONE else F("due_ms").asc()
    found = list(rows.order_by(order, "id")[start : start + size + 1])
    proofs = _proofs(seat, found[:size])
    return [_row(seat, one, state, proofs) for one in found[:size]], len(found) > size


def export(seat: Seat, state: State, holder: str) -> Iterator[Row]:
    """Go through all erasures of a state, a page at a time."""
    seat.require(Permission.READ_ERASURES)
    return _export(seat, state, holder)


def _export(seat: Seat, state: State, holder: str) -> Iterator[Row]:
    for number in range(1, 1000):
        rows, more = erasures(seat, state, holder, number, 500)
        yield from rows
        if not more:
            return


def _soon(seat: Seat) -> QuerySet[Record]:
    """Return the records whose retention ends within a month; each holder erases its own copy then."""
    rows = Record.objects.using(seat.node.using).filter(channel=seat.channel, erase_due_ms__isnull=False)
    return rows.filter(erase_due_ms__lte=seat.node.clock() + SOON_MS).select_related("journal")


def _rows(seat: Seat, state: State, holder: str = "") -> QuerySet[Erasure]:
    rows = Erasure.objects.using(seat.node.using).filter(journal__channel=seat.channel)
    late = seat.node.clock() - CONFIRM_WITHIN_MS
    if holder:
        rows = rows.filter(node=holder)
    if state is State.DONE:
        return rows.filter(done_ms__isnull=False)
    rows = rows.filter(done_ms__isnull=True)
    return rows.filter(due_ms__lt=late) if state is State.OVERDUE else rows.filter(due_ms__gte=late)


def _coming(seat: Seat, one: Record) -> Row:
    name = one.journal.node
    due = one.erase_due_ms or 0
    return Row(name, one.index, seat.node.name, True, due, "retention", False, None, State.SOON, None)


def _row(seat: Seat, one: Erasure, state: State, proofs: dict[tuple[str, str, int], int]) -> Row:
    return Row(
        journal=one.journal.node,
        index=one.index,
        holder=one.node,
        ours=one.node == seat.node.name,
        due_ms=one.due_ms,
        ground=one.ground,
        ordered=one.ordered,
        done_ms=one.done_ms,
        state=state,
        confirmed_in=proofs.get((one.node, one.journal.node, one.index)),
    )


def _proofs(seat: Seat, rows: Sequence[Erasure]) -> dict[tuple[str, str, int], int]:
    """Return, by holder, journal and index, at which place of its own journal the holder signed that it erased."""
    times = [one.done_ms for one in rows if one.done_ms is not None]
    if not times:
        return {}
    said = Record.objects.using(seat.node.using).filter(channel=seat.channel, type=DONE_TAG, content__isnull=False)
    near = said.filter(time_ms__gte=min(times) - _NEAR_MS, time_ms__lte=max(times) + _NEAR_MS)
    found: dict[tuple[str, str, int], int] = {}
    for node, index, content in near.values_list("journal__node", "index", "content").iterator():
        try:
            body = decode(bytes(content or b""), ErasureDone, limit=PAYLOAD_LIMIT)
        except ComityError:
            continue
        found |= {(node, one.journal, one.index): index for one in body.records}
    return found
