"""Look before asking: what a check would tell the partner, what it costs, and how far a machine-readable zone holds."""

import io
from dataclasses import dataclass

from comity.channel import agreements
from comity.desk.seat import Seat
from comity.matching import MatchingError, Mrz, read_mrz
from comity.matching.query import KEYS_STEP
from comity.screening.acting import clause_for
from comity.screening.budgets import Left
from comity.screening.imports import Entry, ListFormat, RowError, read_list
from comity.screening.imports.mrz_list import LINES_OF_WIDTH
from comity.screening.list_access import PartnerList
from comity.screening.records import QUERY
from comity.screening.subjects import Subject, keys_of


@dataclass(frozen=True, slots=True)
class Before:
    """Say what happens if the officer asks: of whom, under which clause, at what cost, and who must release it."""

    target: PartnerList
    purpose: str
    left: Left
    steps: int
    two_persons: bool

    @property
    def enough(self) -> bool:
        """Say whether the budget of today lasts."""
        return self.steps <= self.left.steps


def before(seat: Seat, target: PartnerList, purpose: str, subject: Subject) -> Before:
    """Return what asking about one person would mean.

    Raises `CheckError` or `NoAgreementError`.
    """
    assert seat.channel is not None  # noqa: S101  # a partner's list has come over a channel; for the type checker
    clause = clause_for(agreements.terms_in_force(seat.node, seat.channel), QUERY.tag)
    steps = -(-len(keys_of(subject)) // KEYS_STEP)
    return Before(target, purpose, target.left, steps, clause.release > 1)


@dataclass(frozen=True, slots=True)
class Zone:
    """Show what a machine-readable zone says and which of its check digits hold; no zone where the form is wrong."""

    first: str
    read: Mrz | None


def zones(text: str) -> list[Zone]:
    """Return each zone of a pasted text, in order."""
    lines = [line.strip().upper() for line in text.splitlines() if line.strip()]
    found: list[Zone] = []
    while lines and len(found) < 10:
        size = LINES_OF_WIDTH.get(len(lines[0]), 1)
        piece, lines = lines[:size], lines[size:]
        try:
            found.append(Zone(piece[0][:5], read_mrz("\n".join(piece))))
        except MatchingError:
            found.append(Zone(piece[0][:5], None))
    return found


def person_of(text: str) -> Entry | RowError | None:
    """Return whom the first machine-readable zone of a text names, or what is wrong with it; nothing if it has none."""
    return next(iter(read_list(io.BytesIO(text.encode("utf-8", "replace")), ListFormat.MRZ)), None)
