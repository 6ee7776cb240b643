"""Say which units an officer's permission reaches, so that what belongs to other units stays invisible."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.db.models import Q


@dataclass(frozen=True, slots=True)
class Units:
    """Hold the units that a permission reaches: those in which it was given, and all below them.

    ``whole`` says that it reaches a whole authority; only then what belongs to no unit yet is seen, which is how the
    contact point sees what has just arrived.
    """

    own: tuple[str, ...]
    all: frozenset[str]
    whole: bool

    @property
    def first(self) -> str:
        """Return the unit to which belongs what the officer begins; empty if the permission reaches none."""
        return self.own[0] if self.own else ""

    def covers(self, unit: str) -> bool:
        """Say whether something that belongs to ``unit`` (empty: to none yet) may be seen."""
        return unit in self.all if unit else self.whole

    def q(self, field: str = "unit") -> Q:
        """Return the condition that narrows a query to these units, by the field that holds a unit's ``uid``."""
        shown = sorted(self.all) + ([""] if self.whole else [])
        return Q(**{f"{field}__in": shown})


def below(roots: Iterable[str], parents: Mapping[str, str]) -> frozenset[str]:
    """Return the units in ``roots`` and all units below them; ``parents`` names the parent of each unit."""
    children: dict[str, list[str]] = {}
    for unit, parent in parents.items():
        children.setdefault(parent, []).append(unit)
    found: set[str] = set()
    todo = list(roots)
    while todo:
        unit = todo.pop()
        if unit not in found:
            found.add(unit)
            todo += children.get(unit, ())
    return frozenset(found)
