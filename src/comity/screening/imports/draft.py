"""Gather one record field by field; a field that cannot be read costs itself, not the person."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Final

from comity.matching import BirthDate, DocumentKind, MalformedError, Person, Sex
from comity.screening.imports import bounds
from comity.screening.imports.births import Births
from comity.screening.imports.cleaning import UncleanError, clean, clean_name
from comity.screening.imports.countries import is_stated, state_code
from comity.screening.imports.values import Document, Entry, LeftOut, Loss, RowError, Skipped

CORRECT: Final = "Correct it in the list and import it again; the entry was read without it."
CORRECT_ENTRY: Final = "Correct it in the list and import it again."
_SEXES: Final = {
    "f": Sex.FEMALE, "female": Sex.FEMALE, "m": Sex.MALE, "male": Sex.MALE,
    "x": Sex.UNSPECIFIED, "other": Sex.UNSPECIFIED,
}  # fmt: skip
_NO_SEX: Final = frozenset({"", "unknown", "unspecified", "na", "n/a"})
_KINDS: Final = (
    (re.compile(r"passport|travel document", re.IGNORECASE), DocumentKind.PASSPORT),
    (re.compile(r"\bvisa\b", re.IGNORECASE), DocumentKind.VISA),
    (re.compile(r"\bplate\b", re.IGNORECASE), DocumentKind.PLATE),
    (
        re.compile(r"identity|identification (?:card|n)|national id|\bid card|c[ée]dula|^id$", re.IGNORECASE),
        DocumentKind.IDENTITY_CARD,
    ),
)


@dataclass(frozen=True, slots=True)
class Found:
    """Bring an entry with the number of its row."""

    row: int
    entry: Entry


Item = Found | RowError | Skipped | LeftOut
"""What a reader of a format brings; `reading` counts the last two and passes on the others."""


def kind_of(words: str) -> DocumentKind | None:
    """Return what a list's words for a document mean, or None for a kind that is not asked about."""
    return next((kind for pattern, kind in _KINDS if pattern.search(words[:100])), None)


@dataclass(slots=True)
class Draft:
    """Collect the fields of one record, then `finish`."""

    row: int
    reference: str = ""
    review_on: date | None = None
    expires_on: date | None = None
    _strong: dict[str, None] = field(default_factory=dict)
    _weak: dict[str, None] = field(default_factory=dict)
    _births: dict[BirthDate, None] = field(default_factory=dict)
    _sexes: set[Sex] = field(default_factory=set)
    _states: dict[str, None] = field(default_factory=dict)
    _documents: dict[Document, None] = field(default_factory=dict)
    _problems: dict[tuple[str, str], RowError] = field(default_factory=dict)
    _left_out: Counter[LeftOut] = field(default_factory=Counter)
    _refused: bool = False

    def problem(self, place: str, problem: str, *, loses: Loss = Loss.FIELD, remedy: str = "") -> None:
        """Note a fault, once for each place and kind."""
        self._refused |= loses is not Loss.FIELD
        remedy = remedy or (CORRECT if loses is Loss.FIELD else CORRECT_ENTRY)
        self._problems.setdefault((place, problem), RowError(self.row, place, problem, remedy, loses))

    def leave_out(self, what: LeftOut) -> None:
        """Count a detail that is in order and not part of an entry."""
        self._left_out[what] += 1

    def refer(self, text: str, place: str) -> None:
        """Take the record's own number."""
        try:
            self.reference = clean(text, bounds.MOST_REFERENCE)
        except UncleanError as error:
            self.problem(place, f"The reference {error}.", loses=Loss.ENTRY)
        if not self.reference:
            self.problem(place, "The record has no reference.", loses=Loss.ENTRY)

    def name(self, text: str, place: str, *, weak: bool = False) -> None:
        """Take a name; a name that is listed as strong and as weak is strong."""
        try:
            plain = clean_name(text, bounds.MOST_NAME)
        except UncleanError as error:
            self.problem(place, f"A name {error}.")
            return
        if not plain or plain in self._strong:
            return
        if not weak:
            self._weak.pop(plain, None)
        if self._is_full(len(self._strong) + len(self._weak), bounds.MOST_NAMES, place, "names"):
            return
        (self._weak if weak else self._strong).setdefault(plain)

    def births(self, read: Callable[[], Births], place: str) -> None:
        """Take the dates of birth that `read` returns."""
        try:
            found = read()
        except MalformedError as error:
            self.problem(place, f"{str(error).capitalize()}.")
            return
        for birth in found:
            if not self._is_full(len(self._births), bounds.MOST_BIRTHS, place, "dates of birth"):
                self._births.setdefault(birth)

    def sex(self, text: str, place: str) -> None:
        """Take the sex; where a list says two, none is taken."""
        plain = text.strip().lower()
        if plain in _SEXES:
            self._sexes.add(_SEXES[plain])
            if len(self._sexes) > 1:
                self.problem(place, "The record gives different sexes.")
        elif plain not in _NO_SEX:
            self.problem(place, "The sex is none of F, M and X.")

    def nationality(self, text: str, place: str) -> None:
        """Take a nationality by code or English name."""
        state = self._state(text, place)
        if state and not self._is_full(len(self._states), bounds.MOST_STATES, place, "nationalities"):
            self._states.setdefault(state)

    def document(self, kind: DocumentKind | None, number: str, state: str, place: str) -> None:
        """Take a document; a kind that is not asked about is counted."""
        if kind is None:
            self.leave_out(LeftOut.DOCUMENT_KIND)
            return
        try:
            plain = clean(number, bounds.MOST_NUMBER)
        except UncleanError as error:
            self.problem(place, f"A document number {error}.")
            return
        if not any(sign.isalnum() for sign in plain):
            if plain:
                self.problem(place, "A document number has neither letter nor digit.")
            return
        if not self._is_full(len(self._documents), bounds.MOST_DOCUMENTS, place, "documents"):
            self._documents.setdefault(Document(kind, plain, self._state(state, place)))

    def finish(self) -> Iterator[Item]:
        """Yield the faults and, if nothing forbids it, the entry; a record needs a name or a document."""
        documents = self._own_documents()
        if not self._strong and not self._weak and not documents:
            self.problem("name", "The record has neither a name nor a document that can be read.", loses=Loss.ENTRY)
        yield from self._problems.values()
        for what, count in self._left_out.items():
            yield from [what] * count
        if self._refused:
            return
        sex = next(iter(self._sexes)) if len(self._sexes) == 1 else None
        names = (*self._strong, *self._weak)
        person = Person(names, tuple(self._births), sex, tuple(self._states))
        entry = Entry(self.reference, person, tuple(self._weak), documents, self.review_on, self.expires_on)
        yield Found(self.row, entry)

    def _own_documents(self) -> tuple[Document, ...]:
        stated = {(each.kind, each.number) for each in self._documents if each.state}
        return tuple(each for each in self._documents if each.state or (each.kind, each.number) not in stated)

    def _state(self, text: str, place: str) -> str:
        if not is_stated(text):
            return ""
        found = state_code(text)
        if found is None:
            self.problem(place, "A state is neither an ISO 3166-1 code nor a known English name.")
        return found or ""

    def _is_full(self, held: int, most: int, place: str, what: str) -> bool:
        if held < most:
            return False
        self.problem(place, f"The record has more than {most} {what}.", remedy="Read the rest by hand.")
        return True
