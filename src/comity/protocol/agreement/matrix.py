"""Render an agreement as a matrix: one row per clause and type, who may send what to whom, on what terms."""

from dataclasses import dataclass
from typing import Final

from comity.protocol.agreement.model import Clause
from comity.protocol.agreement.phrases import PHRASES, type_name
from comity.protocol.agreement.reading import Reader
from comity.protocol.agreement.terms import CompiledClause, Terms

COLUMNS: Final = (
    "area",
    "clause",
    "records",
    "who",
    "purposes",
    "handling",
    "release",
    "kept",
    "answered",
    "onward",
)


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """Hold what one clause says of one type of record, in words; the fields are the columns in their order."""

    area: str
    clause: str
    records: str
    who: str
    purposes: str
    handling: str
    release: str
    kept: str
    answered: str
    onward: str

    def cells(self) -> tuple[str, ...]:
        """Return the cells in the order of `COLUMNS`."""
        return tuple(getattr(self, column) for column in COLUMNS)


@dataclass(frozen=True, slots=True)
class Matrix:
    """Hold the headings and rows; ``direction`` is ``ltr`` or ``rtl``."""

    language: str
    direction: str
    headings: tuple[str, ...]
    rows: tuple[MatrixRow, ...]


def matrix(terms: Terms, language: str) -> Matrix:
    """Return the matrix of an agreement in ``language``."""
    reader = Reader(terms, language)
    return Matrix(
        reader.language,
        PHRASES[reader.language]["direction"],
        tuple(reader.say(f"col_{column}") for column in COLUMNS),
        tuple(_row(reader, one, tag) for one in terms.clauses.values() for tag in one.clause.types),
    )


def _row(reader: Reader, compiled: CompiledClause, tag: str) -> MatrixRow:
    clause = compiled.clause
    codes = [clause.handling.default, *(one for one in clause.handling.allowed if one != clause.handling.default)]
    clocks = (f"{reader.text(one.title)}: {reader.duration(one)}" for one in compiled.clocks_for(tag))
    return MatrixRow(
        area=reader.named("areas", clause.area),
        clause=clause.id,
        records=type_name(tag, reader.language),
        who=_who(reader, clause),
        purposes=_joined(reader, [reader.named("purposes", one) for one in clause.purposes]),
        handling=_joined(reader, [code.upper() for code in codes]),
        release=reader.say(f"cell_release_{clause.release}"),
        kept=reader.kept(clause.retention_days),
        answered=_joined(reader, list(clocks)) or reader.say("cell_none"),
        onward=reader.say(f"cell_{clause.onward.value}"),
    )


def _who(reader: Reader, clause: Clause) -> str:
    if not clause.directions:
        return reader.say("cell_both" if len(reader.agreement.parties) == 2 else "cell_all")
    return _joined(reader, [f"{one.sender} \u2192 {one.receiver}" for one in clause.directions])


def _joined(reader: Reader, words: list[str]) -> str:
    return PHRASES[reader.language]["comma"].join(words)
