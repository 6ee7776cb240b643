"""Turn what records say, and what an officer looks for, into keyed terms: whole words, their sounds, whole numbers.

A word stands for itself without capitals, marks and forms of letters, and for how it sounds, so that one spelling finds
another, also in another script.  A number, plate or case number stands also without the signs between its parts.
"""

import hmac
import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Final

import msgspec

from comity.channel.runtime import LocalNode
from comity.matching import is_particle, sounds_of
from comity.protocol.canonical import Strict

MOST_TERMS: Final = 4000
"""Terms kept of one record; what a longer text says after that is not found."""
MOST_WORDS: Final = 8
LONGEST: Final = 200
"""Letters of what is looked for."""
_WORD_LETTERS: Final = 40
_WORD: Final = re.compile(r"[^\W_]+")
_ARABIC: Final = str.maketrans(
    {"أ": "ا", "إ": "ا", "آ": "ا", "ٱ": "ا", "ى": "ي", "ی": "ي", "ک": "ك", "ة": "ه", "ـ": ""}
)
_NUMBERS: Final = frozenset({"number", "plate", "latin", "chassis", "device", "case_number"})
_UNSAID: Final = frozenset(
    {"kind", "handling", "source", "information", "ground", "grounds", "outcome", "use", "country", "nationality",
     "issuer", "id", "digest", "media_type", "key", "size", "until", "hours", "coordinates"}
)  # fmt: skip
"""Fields that hold codes, not words."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Hold what is looked for: of each word the terms that stand for it, and all of it as one number."""

    words: tuple[tuple[int, ...], ...]
    number: int | None


class Terms:
    """Make the terms of one agreement and reality.

    SECURITY: the table of terms says nothing to whoever steals it. Holds because each term is a digest under a secret
    that never leaves this node, made anew for each agreement and reality, so that guesses cannot be tried elsewhere
    and two agreements cannot be compared. What stays visible is how many terms two records share. Breaks if the
    storage key is lost with the table.
    """

    def __init__(self, node: LocalNode, channel: str, reality: str) -> None:
        """Derive the secret."""
        label = f"comity/v1/cases-search\n{channel}\n{reality}".encode()
        self._key = hmac.digest(node.keys.storage_key, label, "sha256")

    def of(self, body: Strict) -> frozenset[int]:
        """Return the terms of a record's content."""
        return frozenset(islice(dict.fromkeys(self._all(body)), MOST_TERMS))

    def _all(self, body: Strict) -> Iterator[int]:
        for field, text in _said(msgspec.to_builtins(body)):
            if field in _NUMBERS:
                yield self._term("n", _run(text))
            for word in _words(text):
                yield self._term("w", _fold(word))
                if not word[0].islower():
                    yield from (self._term("s", one) for one in sounds_of(word))

    def wanted(self, text: str, *, alike: bool) -> Wanted:
        """Return what to look for; ``alike``: also what sounds like it.  Particles count only where all are such."""
        words = list(_words(text[:LONGEST]))[:MOST_WORDS]
        if alike:
            words = [one for one in words if not is_particle(one)] or words
        groups = []
        for word in words:
            sounds = sounds_of(word) if alike else ()
            groups.append((self._term("w", _fold(word)), *(self._term("s", one) for one in sounds)))
        whole = _run(text[:LONGEST])
        number = self._term("n", whole) if any(one.isdigit() for one in whole) else None
        return Wanted(tuple(groups), number)

    def _term(self, kind: str, text: str) -> int:
        digest = hmac.digest(self._key, f"{kind}|{text}".encode("utf-8", "replace"), "sha256")
        return int.from_bytes(digest[:8], signed=True)


def _said(value: object, field: str = "") -> Iterator[tuple[str, str]]:
    if isinstance(value, Mapping):
        for name, one in value.items():
            if name not in _UNSAID:
                yield from _said(one, name)
    elif isinstance(value, list | tuple):
        for one in value:
            yield from _said(one, field)
    elif isinstance(value, str):
        yield field, value


def _even(text: str) -> str:
    """Return a text without marks that are not seen and in one form of each letter and digit."""
    even = unicodedata.normalize("NFKC", text)
    return "".join(
        str(unicodedata.digit(one)) if one.isdigit() else one for one in even if unicodedata.category(one) != "Cf"
    )


def _words(text: str) -> Iterator[str]:
    for match in _WORD.finditer(_even(text)):
        yield match[0][:_WORD_LETTERS]


def _fold(word: str) -> str:
    bare = unicodedata.normalize("NFKD", word.casefold())
    return "".join(one for one in bare if not unicodedata.combining(one)).translate(_ARABIC)


def _run(text: str) -> str:
    """Return a number without what stands between its parts."""
    return "".join(_fold(word) for word in _WORD.findall(_even(text)))
