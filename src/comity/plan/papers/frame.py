"""Hold what every paper of the working group carries, and put texts in several languages into its columns."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final

from django.utils.functional import Promise

from comity.desk.paper.labels import in_each
from comity.desk.paper.values import NEUTRAL, Fact, Reference, Signature, Text, Words
from comity.plan.exchange import Said
from comity.protocol.records import Reality

NOTHING: Final = (Text(NEUTRAL, "\u2013"),)


@dataclass(frozen=True, slots=True)
class Frame:
    """Hold languages (the first leads), time, reality, handling code, references and signatures of a paper."""

    languages: tuple[str, ...]
    made: datetime
    reality: Reality
    handling: Words = ()
    references: tuple[Reference, ...] = ()
    signatures: tuple[Signature, ...] = ()

    def label(self, message: str | Promise) -> Words:
        """Return one of our own words in each language of the paper."""
        return in_each(self.languages, message)

    def words(self, said: Said) -> Words:
        """Return a text in the paper's languages; where it exists in none of them, as it was written."""
        known = dict(said.texts)
        found = tuple(Text(language, known[language]) for language in self.languages if known.get(language))
        if found:
            return found
        language, text = next(iter(known.items()), ("", ""))
        return (Text(language or self.languages[0], text),) if text else NOTHING

    def plain(self, text: str | date | None) -> Words:
        """Return a code, a name or a date, which is the same in every language."""
        said = text.isoformat() if isinstance(text, date) else text
        return (Text(NEUTRAL, said),) if said else NOTHING

    def fact(self, message: str | Promise, value: Words) -> Fact:
        """Return a fact with one of our own labels."""
        return Fact(self.label(message), value)
