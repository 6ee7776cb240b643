"""Decide what may be done with information that came from a partner: pure, one table, denied by default.

The handling code says what its giver allows, the clause says whether it may go on at all, and a consent lifts what the
code withholds.  Codes as police cooperation uses them (H0 to H3) and TLP 2.0; a code that is not in the table allows
nothing without consent.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from enum import IntEnum
from types import MappingProxyType
from typing import Final

from comity.cases.records import Use
from comity.protocol.agreement.model import Onward
from comity.protocol.names import UnixMs


class Rule(IntEnum):
    """Say what a code or a clause makes of a use; of several, the strictest counts."""

    FREE = 0
    CONSENT = 1
    NEVER = 2


F, C, N = Rule.FREE, Rule.CONSENT, Rule.NEVER
_ORDER: Final = (Use.EVIDENCE, Use.ONWARD, Use.OTHER_AGREEMENT, Use.EXPORT, Use.PRINT)
_ROWS: Final[Mapping[str, tuple[Rule, ...]]] = {
    # code        evidence onward other export print
    "h0":        (F,       F,     F,    F,     F),
    "h1":        (C,       F,     F,    F,     F),
    "h2":        (F,       C,     C,    C,     F),
    "h3":        (C,       C,     C,    C,     C),
    "tlp-clear": (F,       F,     F,    F,     F),
    "tlp-green": (C,       F,     C,    F,     F),
    "tlp-amber": (C,       C,     C,    C,     F),
    "tlp-red":   (C,       C,     C,    C,     C),
}  # fmt: skip
TABLE: Final[Mapping[str, Mapping[Use, Rule]]] = MappingProxyType(
    {code: MappingProxyType(dict(zip(_ORDER, row, strict=True))) for code, row in _ROWS.items()}
)
"""What each handling code makes of each use."""

LEAVING: Final = frozenset({Use.ONWARD, Use.OTHER_AGREEMENT})
"""Uses by which information goes on to others: the clause speaks here too."""
_ONWARD: Final[Mapping[Onward, Rule]] = {Onward.FREE: F, Onward.BY_CONSENT: C, Onward.NEVER: N}


@dataclass(frozen=True, slots=True)
class Consent:
    """Hold a consent as its giver signed it: the record that gives it, the use, for whom, for which items, until when.

    ``recipient`` empty: whoever; ``items`` empty: the whole record; ``until_ms`` None: without end.
    """

    uid: str
    use: Use
    recipient: str = ""
    items: tuple[int, ...] = ()
    until_ms: UnixMs | None = None

    def covers(self, use: Use, recipient: str, item: int | None, now: UnixMs) -> bool:
        """Say whether it permits this use now; one for some items says nothing about the rest of the record."""
        return (
            use is self.use
            and (not self.recipient or self.recipient == recipient)
            and (not self.items or item in self.items)
            and (self.until_ms is None or now <= self.until_ms)
        )


@dataclass(frozen=True, slots=True)
class Information:
    """Describe a record that somebody wants to use: whose, under which clause, its code and those of its items."""

    own: bool
    clause: str
    onward: Onward
    handling: str
    items: tuple[str, ...] = ()
    consents: tuple[Consent, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """Say whether a use is allowed, and what decided: the code, or the clause; ``consents`` are those relied on.

    ``items`` are the items for which it is withheld; empty: the record as a whole.
    """

    rule: Rule
    code: str
    by_clause: bool = False
    items: tuple[int, ...] = ()
    consents: tuple[str, ...] = ()

    @property
    def allowed(self) -> bool:
        """Say whether the use is allowed."""
        return self.rule is Rule.FREE

    @property
    def askable(self) -> bool:
        """Say whether consent would help."""
        return self.rule is Rule.CONSENT


def decide(
    what: Information, use: Use, *, now: UnixMs, recipient: str = "", items: Sequence[int] | None = None
) -> Verdict:
    """Return whether ``what`` may be put to ``use``: all of it, or those of its items alone.

    SECURITY: what a partner restricted is not used against it. Holds because every part must be free or consented to,
    an unknown code allows nothing, and only the record's own author can have signed a consent. Breaks if a caller
    leaves an item's code or passes a consent of somebody else.
    """
    if what.own:
        return Verdict(Rule.FREE, what.handling)
    places: list[int | None] = [None, *range(len(what.items))] if items is None else [*items]
    parts = [(at, _part(what, at, use, recipient, now)) for at in places]
    worst = strictest(one for _, one in parts)
    if worst is None:
        relied = tuple(dict.fromkeys(uid for _, one in parts for uid in one.consents))
        return Verdict(Rule.FREE, what.handling, consents=relied)
    held = tuple(at for at, one in parts if at is not None and not one.allowed)
    text_held = any(at is None and not one.allowed for at, one in parts)
    return Verdict(worst.rule, worst.code, worst.by_clause, () if text_held else held)


def _part(what: Information, item: int | None, use: Use, recipient: str, now: UnixMs) -> Verdict:
    own_code = what.items[item] if item is not None else ""
    code = own_code or what.handling
    by_code = TABLE.get(code, {}).get(use, Rule.CONSENT)
    by_clause = _ONWARD[what.onward] if use in LEAVING else Rule.FREE
    rule = max(by_code, by_clause)
    if rule is Rule.CONSENT:
        given = tuple(one.uid for one in what.consents if one.covers(use, recipient, item, now))
        if given:
            return Verdict(Rule.FREE, code, consents=given)
    return Verdict(rule, code, by_clause > by_code)


def strictest(verdicts: Iterable[Verdict]) -> Verdict | None:
    """Return the verdict that withholds most, if one withholds anything."""
    held: Sequence[Verdict] = [one for one in verdicts if not one.allowed]
    return max(held, key=lambda one: one.rule) if held else None
