"""Measure how well keys find the same person and keep others apart: precision, recall, F1, by category and by rule.

Pure: rows come in, figures go out. A hit is at least one shared key. Columns as in the evaluation set's own page.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from comity.matching.errors import MalformedError
from comity.matching.names.keys import name_keys
from comity.matching.names.rules import Key, Rule, Strength
from comity.matching.person import Person, parse_births, person_keys

PAIR_COLUMNS = ("label", "use", "category", "name1", "name2", "dob1", "dob2")


@dataclass(frozen=True, slots=True)
class PairRow:
    """Hold one row of a file of pairs; `same` says whether both names are one person's."""

    same: bool
    use: str
    category: str
    names: tuple[str, str]
    births: tuple[str, str] = ("", "")


@dataclass(frozen=True, slots=True)
class Score:
    """Count hits on pairs of the same person and of different persons."""

    found: int
    missed: int
    false: int
    refused: int
    keys_per_name: float | None = None

    @property
    def precision(self) -> float | None:
        """Return the share of hits that are right; None without hits."""
        hits = self.found + self.false
        return self.found / hits if hits else None

    @property
    def recall(self) -> float | None:
        """Return the share of right pairs that hit; None without right pairs."""
        right = self.found + self.missed
        return self.found / right if right else None

    @property
    def f1(self) -> float | None:
        """Return the harmonic mean of precision and recall; None without right pairs or hits."""
        total = 2 * self.found + self.false + self.missed
        return 2 * self.found / total if total else None


@dataclass(frozen=True, slots=True)
class Evaluation:
    """Hold the scores of a set of pairs; names alone, but for `dated` and `homonyms`."""

    all: Score
    strong: Score
    categories: Mapping[str, Score]
    strong_categories: Mapping[str, Score]
    rules: Mapping[Rule, Score]
    dated: Mapping[Rule, Score]
    homonyms: int
    homonyms_told_apart: int


def pair_row(row: Mapping[str, str]) -> PairRow:
    """Read a row of a file of pairs; raise MalformedError if a column is missing or the label is not 0 or 1."""
    try:
        label, use, category, name1, name2, dob1, dob2 = (row[column] or "" for column in PAIR_COLUMNS)
    except KeyError as error:
        raise MalformedError(f"the file lacks the column {error.args[0]}") from None
    if label not in ("0", "1"):
        raise MalformedError("a label is 0 or 1")
    return PairRow(label == "1", use, category, (name1, name2), (dob1, dob2))


@dataclass(slots=True)
class _Tally:
    found: int = 0
    missed: int = 0
    false: int = 0
    refused: int = 0
    keys: int = 0
    names: int = 0

    def add(self, same: bool, hit: bool) -> None:
        self.found += same and hit
        self.missed += same and not hit
        self.false += hit and not same
        self.refused += not hit and not same

    def score(self) -> Score:
        mean = self.keys / self.names if self.names else None
        return Score(self.found, self.missed, self.false, self.refused, mean)


@dataclass(slots=True)
class _Tallies:
    all: _Tally = field(default_factory=_Tally)
    strong: _Tally = field(default_factory=_Tally)
    categories: dict[str, _Tally] = field(default_factory=dict)
    strong_categories: dict[str, _Tally] = field(default_factory=dict)
    rules: dict[Rule, _Tally] = field(default_factory=lambda: {rule: _Tally() for rule in Rule})


def evaluate_pairs(rows: Iterable[PairRow]) -> Evaluation:
    """Score names alone on the rows of use `main`, and birth dates on those that have them and on homonyms."""
    tallies = _Tallies()
    known: dict[str, frozenset[Key]] = {}
    kept: list[PairRow] = []
    for row in rows:
        if row.use in ("main", "homonym") and all(row.births):
            kept.append(row)
        if row.use == "main":
            keys = [known[n] if n in known else known.setdefault(n, name_keys(n)) for n in row.names]
            _count(tallies, row, keys[0], keys[1])
    dated, homonyms, apart = _evaluate_dates(kept)
    return Evaluation(
        tallies.all.score(),
        tallies.strong.score(),
        {name: tally.score() for name, tally in sorted(tallies.categories.items())},
        {name: tally.score() for name, tally in sorted(tallies.strong_categories.items())},
        {rule: tally.score() for rule, tally in tallies.rules.items() if tally.keys},
        dated,
        homonyms,
        apart,
    )


def _count(tallies: _Tallies, row: PairRow, left: frozenset[Key], right: frozenset[Key]) -> None:
    shared = {key.rule for key in left & right}
    strong = any(rule.strength is Strength.STRONG for rule in shared)
    weighed = Counter(key.rule for keys in (left, right) for key in keys)
    total = sum(weighed.values())
    heavy = sum(count for rule, count in weighed.items() if rule.strength is Strength.STRONG)
    for tally, hit, keys in (
        (tallies.all, bool(shared), total),
        (tallies.strong, strong, heavy),
        (tallies.categories.setdefault(row.category, _Tally()), bool(shared), total),
        (tallies.strong_categories.setdefault(row.category, _Tally()), strong, heavy),
    ):
        tally.add(row.same, hit)
        tally.keys += keys
        tally.names += 2
    for rule, tally in tallies.rules.items():
        tally.add(row.same, rule in shared)
        tally.keys += weighed[rule]
        tally.names += 2


_DATED = (Rule.NAME_AND_BIRTH_YEAR, Rule.NAME_AND_BIRTH_DATE, Rule.FAMILY_AND_BIRTH_DATE)


def _evaluate_dates(rows: Sequence[PairRow]) -> tuple[dict[Rule, Score], int, int]:
    """Score the rules with dates; a homonym is told apart if it hits by name and by no rule with a date."""
    tallies = {rule: _Tally() for rule in _DATED}
    homonyms = apart = 0
    for row in rows:
        left, right = (
            person_keys(Person((name,), parse_births(births)))
            for name, births in zip(row.names, row.births, strict=True)
        )
        shared = {key.rule for key in left & right}
        if row.use == "main":
            for rule, tally in tallies.items():
                tally.add(row.same, rule in shared)
                tally.keys += sum(key.rule is rule for keys in (left, right) for key in keys)
                tally.names += 2
        else:
            homonyms += 1
            apart += not shared.intersection(_DATED)
    return {rule: tally.score() for rule, tally in tallies.items()}, homonyms, apart
