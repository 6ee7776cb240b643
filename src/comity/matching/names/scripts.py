"""Say which script a part of a name is written in, and spells it in one alphabet of sounds.

The alphabet has one ASCII sign per sound. Signs that stand for a sound the spelling leaves open (a Latin `j`, a
Cyrillic `х`, a Hebrew `ב`) are listed in `skeleton.OPEN_SOUNDS`. Tables: `tables.py`. Page: `spec/names.md`.
"""

# letters of other scripts are the matter of this module
from __future__ import annotations

import unicodedata
from enum import Enum
from typing import Final

from comity.matching.names import tables


class Script(Enum):
    """Name the scripts that are read; OTHER is compared letter by letter."""

    LATIN = "L"
    CYRILLIC = "C"
    GREEK = "G"
    HEBREW = "H"
    ARABIC = "A"
    OTHER = "O"


_RANGES: Final = (
    (0x0000, 0x024F, Script.LATIN),
    (0x0250, 0x02FF, Script.LATIN),
    (0x0370, 0x03FF, Script.GREEK),
    (0x0400, 0x052F, Script.CYRILLIC),
    (0x0590, 0x05FF, Script.HEBREW),
    (0x0600, 0x077F, Script.ARABIC),
    (0x08A0, 0x08FF, Script.ARABIC),
    (0x1E00, 0x1EFF, Script.LATIN),
    (0x1F00, 0x1FFF, Script.GREEK),
    (0xFB1D, 0xFB4F, Script.HEBREW),
    (0xFB50, 0xFDFF, Script.ARABIC),
    (0xFE70, 0xFEFF, Script.ARABIC),
)
ABJADS: Final = (Script.ARABIC, Script.HEBREW)


def script_of(text: str) -> Script:
    """Return the script of the first letter of `text` that decides it."""
    for sign in text:
        if not sign.isalpha():
            continue
        code = ord(sign)
        for low, high, script in _RANGES:
            if low <= code <= high:
                return script
        return Script.OTHER
    return Script.OTHER


def without_marks(text: str, keep: dict[str, str]) -> str:
    """Drop accents, vowel points and other marks, except from letters that `keep` lists whole."""
    out: list[str] = []
    for sign in text:
        if sign in keep:
            out.append(sign)
            continue
        out.extend(part for part in unicodedata.normalize("NFD", sign) if not unicodedata.combining(part))
    return "".join(out)


def sounds(text: str, script: Script) -> str:
    """Spell a lower-case part in the alphabet of sounds, longest spelling first; linear in its length."""
    if script is Script.OTHER:
        return ""
    table, longest = tables.TABLES[script.value]
    letters = without_marks(text, table)
    out: list[str] = []
    position, end = 0, len(letters)
    while position < end:
        for length in range(min(longest, end - position), 0, -1):
            sound = table.get(letters[position : position + length])
            if sound is not None:
                out.append(sound)
                position += length
                break
        else:
            position += 1
    return "".join(out)
