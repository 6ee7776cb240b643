"""Count questions against the clause: a pure function from what was spent to what is spent.

The holder alone counts, per partner state, agreement and list: not per connection, node key or officer. The caller
stores the ledger in the transaction in which it answers. Page: `spec/blind-search.md`, section 7.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from comity.matching.errors import BudgetError
from comity.matching.group import Element


@dataclass(frozen=True, slots=True)
class Budget:
    """Hold what a clause allows in one period: elements in all, elements per request."""

    elements: int
    elements_per_request: int


@dataclass(frozen=True, slots=True)
class Ledger:
    """Hold what was spent in one period, and the digest of every request that was answered."""

    period: str
    spent: int = 0
    answered: Mapping[str, bytes] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Charge:
    """Say what a request costs: the ledger after it, and whether it is a repetition of one answered before."""

    ledger: Ledger
    repeated: bool


def request_digest(elements: Sequence[Element]) -> bytes:
    """Return the digest by which a repetition is known."""
    return hashlib.sha256(b"comity/v1/request\0" + b"".join(elements)).digest()


def charge(ledger: Ledger, budget: Budget, period: str, request_id: str, elements: Sequence[Element]) -> Charge:
    """Charge one request; a repetition, same identifier and same elements, costs nothing.

    A new `period` starts from nothing spent. Raise BudgetError if the request is empty or too large, if the period's
    budget would be exceeded, or if the identifier was used for other elements.
    """
    current = ledger if ledger.period == period else Ledger(period)
    size, digest = len(elements), request_digest(elements)
    if not 0 < size <= budget.elements_per_request:
        raise BudgetError(f"a request may hold 1 to {budget.elements_per_request} elements")
    known = current.answered.get(request_id)
    if known is not None:
        if known != digest:
            raise BudgetError("the identifier of the request was used for another question")
        return Charge(current, repeated=True)
    # SECURITY: an asker cannot exceed its budget. Holds because every element that is not a repetition is counted,
    # under the partner state. Breaks if the caller stores the ledger in another transaction than the answer.
    if current.spent + size > budget.elements:
        left = budget.elements - current.spent
        raise BudgetError(f"the clause allows {budget.elements} elements in this period; {left} are left")
    return Charge(Ledger(period, current.spent + size, {**current.answered, request_id: digest}), repeated=False)
