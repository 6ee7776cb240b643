"""Say what stands on a paper: a typed value that is typeset (PDF) and written for editing (DOCX) alike.

A paper is in one language or in several, side by side.  Whatever is said in the paper's languages is a tuple of `Text`,
one each, in the paper's order; what exists in one language alone is a tuple of one and takes the whole width.
"""

from dataclasses import dataclass
from datetime import datetime
from typing import Final

from comity.protocol.records import Reality

NEUTRAL: Final = "zxx"
"""The language of what is in none (ISO 639-2): codes, dates, names of authorities; it stands where a line begins."""
RIGHT_TO_LEFT: Final = frozenset({"ar", "fa", "he", "ur"})


@dataclass(frozen=True, slots=True)
class Text:
    """Hold words in one language (BCP 47, without a region); a line break begins a new paragraph."""

    language: str
    words: str

    @property
    def right_to_left(self) -> bool:
        """Say whether the language is written from right to left."""
        return self.language in RIGHT_TO_LEFT


Words = tuple[Text, ...]


@dataclass(frozen=True, slots=True)
class Heading:
    """Begin a section; level 1 to 3."""

    words: Words
    level: int = 1


@dataclass(frozen=True, slots=True)
class Prose:
    """Hold running text; several languages stand in columns beside each other."""

    words: Words
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Fact:
    """Hold a label and what is so."""

    label: Words
    value: Words


@dataclass(frozen=True, slots=True)
class Facts:
    """Hold facts as a list of labels and values."""

    facts: tuple[Fact, ...]


@dataclass(frozen=True, slots=True)
class Column:
    """Head a column; ``share`` is its part of the width, ``number`` sets its cells at the end of the line."""

    words: Words
    share: int = 1
    number: bool = False


@dataclass(frozen=True, slots=True)
class Table:
    """Hold rows under columns; its header stands again on each page.  ``caption`` says what it shows."""

    caption: Words
    columns: tuple[Column, ...]
    rows: tuple[tuple[Words, ...], ...]


@dataclass(frozen=True, slots=True)
class Figure:
    """Hold a drawing (SVG without anything outside itself); ``alternative`` says in words what it shows."""

    svg: str
    alternative: Text
    caption: Words = ()


@dataclass(frozen=True, slots=True)
class Signature:
    """Say who signed for whom, when, and by which record; ``at`` is empty where a signature is still missing."""

    party: Words
    signer: str
    at: str
    record: str


@dataclass(frozen=True, slots=True)
class Signatures:
    """Hold the signatures under a paper, side by side."""

    signatures: tuple[Signature, ...]


Block = Heading | Prose | Facts | Table | Figure | Signatures


@dataclass(frozen=True, slots=True)
class Reference:
    """Name what a paper was made from: a record, a version, a digest.  It stands in the footer of each page."""

    label: Words
    value: str


@dataclass(frozen=True, slots=True)
class Paper:
    """Hold a whole paper.

    ``languages`` gives the columns' order; the first is the document's own and sets its direction.  ``handling`` is
    the handling code in words, ``made`` the instant at which the paper was drawn up (aware).
    """

    languages: tuple[str, ...]
    title: Words
    blocks: tuple[Block, ...]
    made: datetime
    reality: Reality
    handling: Words = ()
    subtitle: Words = ()
    references: tuple[Reference, ...] = ()

    def __post_init__(self) -> None:
        """Refuse a paper without language, title or aware time."""
        if not self.languages or not self.title or self.made.tzinfo is None:
            raise ValueError("A paper has a language, a title and an aware time.")
