"""Measure a search: one name of each entity listed, every other name asked."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from comity.matching.errors import MalformedError
from comity.matching.names.keys import name_keys
from comity.matching.names.rules import Key, Strength

_FIRST_ROLES = ("primary", "original_script", "wikidata_label", "list_variation", "list_alias")


@dataclass(frozen=True, slots=True)
class NameRow:
    """Hold one row of a file of names: whose it is, in which role, and the name."""

    entity: str
    role: str
    name: str


@dataclass(frozen=True, slots=True)
class SearchScore:
    """Count questions: `found` met their own entity, `false` counts others met, `alarmed` questions that met any."""

    questions: int
    found: int
    false: int
    alarmed: int

    @property
    def recall(self) -> float:
        """Return the share of questions that met their own entity."""
        return self.found / self.questions if self.questions else 0.0

    @property
    def false_per_1000(self) -> float:
        """Return how many other entities 1,000 questions meet."""
        return 1000 * self.false / self.questions if self.questions else 0.0

    @property
    def alarmed_per_1000(self) -> float:
        """Return how many of 1,000 questions meet at least one other entity."""
        return 1000 * self.alarmed / self.questions if self.questions else 0.0


@dataclass(frozen=True, slots=True)
class SearchEvaluation:
    """Hold the scores of a search, and how many entities and keys the list has."""

    all: SearchScore
    strong: SearchScore
    listed: int
    keys_per_name: float


def name_row(row: Mapping[str, str]) -> NameRow:
    """Read a row of a file of names; raise MalformedError if a column is missing."""
    try:
        return NameRow(row["entity_id"], row["role"] or "", row["name"] or "")
    except KeyError as error:
        raise MalformedError(f"the file lacks the column {error.args[0]}") from None


def evaluate_search(rows: Iterable[NameRow]) -> SearchEvaluation:
    """List one name per entity, the primary where there is one, and ask every other name."""
    by_entity: dict[str, list[NameRow]] = defaultdict(list)
    for row in rows:
        by_entity[row.entity].append(row)
    index: dict[Key, list[str]] = defaultdict(list)
    questions: list[NameRow] = []
    keys = 0
    for entity, names in by_entity.items():
        listed = min(names, key=_rank)
        for key in name_keys(listed.name):
            index[key].append(entity)
            keys += 1
        questions += [row for row in names if row is not listed]
    return SearchEvaluation(
        _ask(questions, index, Strength.WEAK),
        _ask(questions, index, Strength.STRONG),
        len(by_entity),
        keys / len(by_entity) if by_entity else 0.0,
    )


def _rank(row: NameRow) -> int:
    return _FIRST_ROLES.index(row.role) if row.role in _FIRST_ROLES else len(_FIRST_ROLES)


def _ask(questions: Sequence[NameRow], index: Mapping[Key, list[str]], least: Strength) -> SearchScore:
    found = false = alarmed = 0
    for row in questions:
        met = {e for k in name_keys(row.name) if k.rule.strength >= least for e in index.get(k, ())}
        others = len(met) - (row.entity in met)
        found += row.entity in met
        false += others
        alarmed += others > 0
    return SearchScore(len(questions), found, false, alarmed)
