"""Reduce the sounds of a part to skeletons: classes of consonants that survive every romanisation.

Vowels, glides and h fall away; what one script cannot tell apart (p/b, t/d, s/z, k/g/q/kh, sh/ch/j) is one class.
Where a spelling leaves a sound open the part has several skeletons. Page: `spec/names.md`, section 3.
"""

# letters of other scripts are the matter of this module
from __future__ import annotations

import re
from typing import Final

CLASSES: Final = {
    **dict.fromkeys("pb", "b"),
    **dict.fromkeys("f", "f"),
    **dict.fromkeys("td", "t"),
    **dict.fromkeys("szc", "s"),
    **dict.fromkeys("SZCJ", "x"),
    **dict.fromkeys("kqgG", "k"),
    **{sign: sign for sign in "mnlr"},
}

OPEN_SOUNDS: Final = {
    "v": ("f", ""),  # a v is written with f, with w, or with u, by the script and the habit
    "V": ("f", ""),
    "W": ("f", ""),
    "B": ("b", "f"),  # Hebrew bet and pe carry no mark of softness
    "P": ("b", "f"),
    "j": ("x", ""),  # j as in John, or as in Jan
    "H": ("x", "k"),  # ch as in Charles, or as in Bach
    "X": ("ks", "k"),
    "Q": ("k", ""),  # kh, or h
    "x": ("k", ""),
    "8": ("x", "k"),  # g before e and i
    "A": ("x", "k"),  # Arabic jim; Egyptian g
    "3": ("k", ""),  # Cyrillic g; Ukrainian and Belarusian h
    "Y": ("k", ""),  # gh; the Turkish soft g is silent
    "7": ("s", "x"),  # c before e and i
    "5": ("x", "s"),  # Hebrew shin and sin; Latin letters whose mark may have been stripped
    "&": ("x", "k"),
    "6": ("x", "s"),  # Polish or Hungarian sz
    "T": ("t", "s"),
    "D": ("t", "s"),
    "0": ("t", "s"),  # dad: d in Arabic, z in Persian
    "1": ("t", "nt"),  # Greek nt: d, or nt
    "2": ("b", "mb"),
    "4": ("k", "nk"),
    "@": ("k", ""),  # Greek g before i
    "%": ("s", "x"),  # Greek has no sh
    "9": ("s", "t"),  # dz; Belarusian soft d
    "!": ("s", "t"),  # ts; Belarusian soft t
}

MERGED: Final = (
    ("z5", "Z"),
    ("dZ", "J"),
    ("d5", "J"),
    ("ts", "c"),
    ("t%", "c"),
    ("tC", "C"),
    ("tS", "C"),
    ("t5", "C"),
    ("tH", "C"),
    ("tc", "c"),
)
"""Clusters that some scripts write as one letter (tsar, Mitchell)."""

MOST_SKELETONS: Final = 4

_VICINITY: Final = (
    (re.compile(r"n[gG43@]$|4$"), "n"),
    (re.compile(r"(?<=..)[oaIwu]*(?:[YG3]l[uwE]a?|oglu)$"), ""),
    (re.compile(r"(?:ov|ev|iv|av|aw|ow|ew|of|ef|au|eu|oW|aW|eW|oV|eV|iV|aV|yv|ou|oiv)a?$"), "ov"),
    (re.compile(r"s[kc](?:i|y|a|o|ai|oi|aia|aya|ay|ey|ei|ii|iy|aja|yi|ij)+$"), "ski"),
)
_SLAVIC: Final = tuple(pattern for pattern, ending in _VICINITY if ending in ("ov", "ski"))
_PATRONYMIC: Final = re.compile(
    r"[oaeiyu][vVwW][iyu](?:C|H|c|S|!|tS|sC)$|[oaeiyu][vVwWu]n[ao]$|[iy][CHS]na$|[lkm][iy][CH]$"
)


def even_ending(spelled: str) -> str:
    """Even the endings that differ by language and gender alone: -ov/-off/-au/-ova, -ski/-skaya, -ng."""
    if len(spelled) <= 4:
        return _VICINITY[0][0].sub("n", spelled)
    for pattern, ending in _VICINITY:
        changed = pattern.sub(ending, spelled)
        if changed != spelled:
            return changed
    return spelled


def ends_like_family(spelled: str) -> bool:
    """Tell a Slavic family or father's name by its ending (-ov, -eva, -ski)."""
    return len(spelled) > 4 and any(pattern.search(spelled) for pattern in _SLAVIC)


def is_patronymic(spelled: str) -> bool:
    """Tell an East Slavic patronymic by its ending (-ovich, -evna, -ich)."""
    return len(spelled) > 5 and _PATRONYMIC.search(spelled) is not None


def skeletons(spelled: str, most: int = MOST_SKELETONS) -> list[str]:
    """Return the skeletons of a spelling, likeliest first, at most `most`; empty ones left out."""
    for spelling, sound in MERGED:
        spelled = spelled.replace(spelling, sound)
    grown = [""]
    for sound in spelled:
        choices = OPEN_SOUNDS.get(sound)
        if choices is None:
            fixed = CLASSES.get(sound)
            if fixed is not None:
                grown = [base + fixed for base in grown]
        elif len(grown) * len(choices) > most:
            grown = [base + choices[0] for base in grown]
        else:
            grown = [base + choice for choice in choices for base in grown]
    return [text for text in dict.fromkeys(map(_single, grown)) if text]


def _single(text: str) -> str:
    return "".join(sign for position, sign in enumerate(text) if position == 0 or text[position - 1] != sign)
