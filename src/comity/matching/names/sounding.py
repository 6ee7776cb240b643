"""Return how a single word sounds, whatever script it is written in: for searching in texts, where no name is whole."""

from functools import lru_cache
from typing import Final

from comity.matching.names.parts import name_parts
from comity.matching.names.words import PARTICLES

TELLING_BITS: Final = 7.0
"""A sound that says less than this, and is not a common name, is that of too many words to look for."""
LONGEST: Final = 40


@lru_cache(maxsize=20_000)
def sounds_of(word: str) -> tuple[str, ...]:
    """Return the sounds of a word, likeliest first: words of different scripts that share one may be the same name.

    Particles, single letters, digits and sounds that say little give none.
    """
    parts = name_parts(word[:LONGEST]) if word.isalpha() else []
    return tuple(
        dict.fromkeys(
            sound for part in parts if part.common or part.bits >= TELLING_BITS for sound in part.skeletons
        )
    )  # fmt: skip


def is_particle(word: str) -> bool:
    """Say whether a word is a particle of names, such as *al* or *bin*, which some spellings have and others not."""
    return word.casefold() in PARTICLES
