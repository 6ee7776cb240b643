"""Clean text of lists so that it shows as it is and goes through CSV unchanged; time is linear in its length.

Removed: signs that reverse or hide text, and signs that a spreadsheet takes for a formula. Refused: control signs and
halves of surrogate pairs. Nothing that a name is made of is lost.
"""

from __future__ import annotations

import unicodedata
from typing import Final

_JOINERS: Final = "\u200c\u200d"  # Persian and Indic spelling needs them; all other invisible signs go
_EXECUTED: Final = "=+-@ "  # a spreadsheet runs a cell that begins with one of the first four
_COMMAS: Final = "،,，"


class UncleanError(ValueError):
    """Say in a few words, without the text, why a text cannot be used."""


def clean(text: str, most: int) -> str:
    """Return text in NFC on one line without invisible signs; raise UncleanError above `most` characters."""
    # Composition takes quadratic time on long runs of marks: the bound comes first.
    if len(text) > 4 * most:
        raise UncleanError(f"has more than {most} characters")
    kept: list[str] = []
    for sign in text:
        category = "" if sign.isalnum() else unicodedata.category(sign)
        if sign.isspace() or sign == "|":
            kept.append(" ")
        elif category in ("Cc", "Cs"):
            raise UncleanError("holds control signs or broken characters")
        elif category != "Cf" or sign in _JOINERS:
            kept.append(sign)
    plain = " ".join(unicodedata.normalize("NFC", "".join(kept)).split()).lstrip(_EXECUTED)
    if len(plain) > most:
        raise UncleanError(f"has more than {most} characters")
    return plain


def clean_name(text: str, most: int) -> str:
    """Return a name cleaned, `FAMILY, Given` turned to `Given FAMILY`; empty where a list says `na` or nothing.

    Raise UncleanError if it is too long, or has no letter.
    """
    plain = clean(text, most)
    commas = [place for place, sign in enumerate(plain) if sign in _COMMAS]
    if len(commas) == 1:
        plain = " ".join(f"{plain[commas[0] + 1 :]} {plain[: commas[0]]}".split()).lstrip(_EXECUTED)
    if plain.lower() in ("", "na", "n/a", "unknown"):
        return ""
    if not any(sign.isalpha() for sign in plain):
        raise UncleanError("has no letter")
    return plain
