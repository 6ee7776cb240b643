"""Name every rule by which two names may meet, and says how strong it is.

A hit names its rule, so that a person who reviews it knows why it is one. STRONG: names alone, at least 99 in 100 such
hits are the same person on the evaluation set; WEAK: worth a question only together with something else.
Figures: `comity match evaluate`. Page: `spec/names.md`, section 4.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum, IntEnum


class Strength(IntEnum):
    """Order rules: of two rules that hit, the stronger speaks."""

    WEAK = 0
    STRONG = 1


class Rule(Enum):
    """List the rules; a value is a tag on the wire, so it is never reused or changed."""

    WHOLE_NAME = "nw"
    NAME_WITHOUT_PATRONYMIC = "np"
    WHOLE_NAME_LIGHT = "nl"
    RUN_TOGETHER = "nr"
    GIVEN_AND_OTHER = "ng"
    GIVEN_AND_NEAR = "nn"
    GIVEN_AND_FAMILY_COARSE = "nc"
    NAME_AND_BIRTH_YEAR = "by"
    NAME_AND_BIRTH_DATE = "bd"
    FAMILY_AND_BIRTH_DATE = "fd"
    GIVEN_SEX_AND_BIRTH_DATE = "gd"
    NAME_AND_NATIONALITY = "nt"
    DOCUMENT = "dn"
    PLATE = "dp"

    @property
    def title(self) -> str:
        """Return the rule's name as people read it: `given and other`."""
        return self.name.lower().replace("_", " ")

    @property
    def strength(self) -> Strength:
        """Return whether the rule may speak alone."""
        return Strength.STRONG if self in _STRONG else Strength.WEAK


RULE_NUMBERS = {
    Rule.WHOLE_NAME: 1,
    Rule.NAME_WITHOUT_PATRONYMIC: 2,
    Rule.WHOLE_NAME_LIGHT: 3,
    Rule.RUN_TOGETHER: 4,
    Rule.GIVEN_AND_OTHER: 5,
    Rule.GIVEN_AND_NEAR: 6,
    Rule.GIVEN_AND_FAMILY_COARSE: 7,
    Rule.NAME_AND_BIRTH_YEAR: 8,
    Rule.NAME_AND_BIRTH_DATE: 9,
    Rule.FAMILY_AND_BIRTH_DATE: 10,
    Rule.GIVEN_SEX_AND_BIRTH_DATE: 11,
    Rule.NAME_AND_NATIONALITY: 12,
    Rule.DOCUMENT: 13,
    Rule.PLATE: 14,
}
"""Numbers of the rules in labels; grows at the end alone."""

_STRONG = frozenset(
    {
        Rule.WHOLE_NAME,
        Rule.NAME_WITHOUT_PATRONYMIC,
        Rule.NAME_AND_BIRTH_DATE,
        Rule.DOCUMENT,
        Rule.PLATE,
    }
)

EXPLANATIONS = {
    Rule.WHOLE_NAME: "every part of both names sounds alike, and the name is not a very common one",
    Rule.NAME_WITHOUT_PATRONYMIC: "every part but the patronymic sounds alike, and the name is rare",
    Rule.WHOLE_NAME_LIGHT: "every part of both names sounds alike, but the name is short or common",
    Rule.RUN_TOGETHER: "the names sound alike once written as one word",
    Rule.GIVEN_AND_OTHER: "the given name and one other part sound alike",
    Rule.GIVEN_AND_NEAR: "one of the given name and one other part sounds alike, the other nearly so",
    Rule.GIVEN_AND_FAMILY_COARSE: "the given name and one other long part are alike in their rough sounds",
    Rule.NAME_AND_BIRTH_YEAR: "two parts of the name sound alike and the year of birth is the same",
    Rule.NAME_AND_BIRTH_DATE: "two parts of the name sound alike and the date of birth is the same",
    Rule.FAMILY_AND_BIRTH_DATE: "one part of the name sounds alike and the date of birth is the same",
    Rule.GIVEN_SEX_AND_BIRTH_DATE: "the given name, the sex and the date of birth are the same",
    Rule.NAME_AND_NATIONALITY: "every part sounds alike and the nationality is the same",
    Rule.DOCUMENT: "the document's type, issuing state and number are the same",
    Rule.PLATE: "the state and number of the plate are the same",
}


@dataclass(frozen=True, slots=True)
class Key:
    """Hold one composite key: its rule and the text that both sides must share."""

    rule: Rule
    text: str

    def encode(self) -> bytes:
        """Return the bytes that enter the blind search: namespace, tag and text, each ended by a zero byte."""
        body = self.text.encode("utf-8", "replace").replace(b"\0", b"?")
        return b"comity/v1/key\0" + self.rule.value.encode() + b"\0" + body + b"\0"

    def __repr__(self) -> str:
        """Show the rule alone: the text comes from a person's name."""
        return f"Key({self.rule.title})"
