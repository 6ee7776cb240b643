"""Read a table from a place in its order on, so that a list may grow while a program pages through it."""

from collections.abc import Sequence
from typing import TypeAlias, TypeVar

from django.db.models import Model, Q, QuerySet

Place: TypeAlias = tuple[int, ...]
Row = TypeVar("Row", bound=Model)


def rows_after(
    rows: QuerySet[Row], order: Sequence[str], after: Place | None, size: int
) -> tuple[list[Row], Place | None]:
    """Return the rows after a place, and the place of the last one if there are more.

    ``order`` names columns of whole numbers, the last of them unique; those that begin with a dash run downwards.
    """
    if after is not None:
        rows = rows.filter(_beyond(order, after))
    found = list(rows.order_by(*order)[: size + 1])
    if len(found) <= size:
        return found, None
    last = found[size - 1]
    return found[:size], tuple(int(getattr(last, name.removeprefix("-"))) for name in order)


def _beyond(order: Sequence[str], after: Place) -> Q:
    """Return the condition that a row comes later: the first column that differs decides."""
    found = Q(pk__in=())
    same = Q()
    for name, value in zip(order, after, strict=True):
        field = name.removeprefix("-")
        found |= same & Q(**{f"{field}__{'lt' if name.startswith('-') else 'gt'}": value})
        same &= Q(**{field: value})
    return found
