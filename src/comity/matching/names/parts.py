"""Split a name into its parts and says what each part is: given, patronymic, family.

Handles articles, `Abd al-`, kunyas, compounds with -ullah and -din, titles, initials, capitals that mark the
family name, and either order. Never fails: any text has parts, perhaps none. Page: `spec/names.md`, section 2.
"""

# letters of other scripts are the matter of this module
from __future__ import annotations

import re
import unicodedata
from dataclasses import dataclass, replace
from typing import Final

from comity.matching.names import words
from comity.matching.names.families import family_of
from comity.matching.names.scripts import Script, script_of, sounds
from comity.matching.names.skeleton import MOST_SKELETONS, ends_like_family, even_ending, is_patronymic, skeletons

MOST_CODE_POINTS: Final = 512
MOST_PARTS: Final = 8
MOST_LETTERS: Final = 40
BITS_PER_CONSONANT: Final = 3.5
MOST_BITS: Final = 14.0

_APOSTROPHES: Final = str.maketrans(dict.fromkeys("’‘ʼ`´ʻʿʾ′ʹ״׳", "'"))
_BREAKS: Final = re.compile(r"[^\w'\u0300-\u036f\u0591-\u05c7\u064b-\u065f\u0670\u0900-\u0dff]+|_")
_INVISIBLE: Final = re.compile("[\u00ad\u0640\u180e\u200b-\u200f\u202a-\u202e\u2060-\u206f\ufeff\ud800-\udfff]")
_ATTACHED_SERVANT: Final = re.compile(
    r"a[bp]d(?:[uoeai]|ou|oe)?(?:l|([rsznd])(?=\1))?(?:l)?(?=[bcdfghjkmnqrstwzvxyaei]\w{3,})|abd[uoea]+l(?!l)(?=\w{4,})"
)
_NOT_SERVANT: Final = ("abdull", "abdoll", "abdel", "abdal", "abdoul")


@dataclass(frozen=True, slots=True)
class Part:
    """Hold one part of a name; `bits` estimates how much sharing it says, 0 to 14; `sure_bits` takes the lower view."""

    script: Script
    text: str
    sounds: str
    skeletons: tuple[str, ...]
    bits: float
    sure_bits: float
    common: bool
    patronymic: bool
    capitals: bool


@dataclass(frozen=True, slots=True)
class _Word:
    script: Script
    text: str
    capitals: bool


def name_parts(name: str) -> list[Part]:
    """Return the parts of a name in their written order, at most eight."""
    joined = _join(_split(name))
    parts = [part for word in joined if (part := _part(word)) is not None]
    return _with_patronymics(parts[:MOST_PARTS])


def _with_patronymics(parts: list[Part]) -> list[Part]:
    """Keep the first patronymic ending alone: Stankevich after Nikolayevich, or in capitals, is a family name."""
    mixed = any(p.capitals for p in parts) and not all(p.capitals for p in parts)
    if len(parts) == 3 and not any(p.patronymic for p in parts) and all(ends_like_family(p.sounds) for p in parts[1:]):
        # Bulgarian habit: given name, father's name in -ov, family name.
        return [parts[0], replace(parts[1], patronymic=not (mixed and parts[1].capitals)), parts[2]]
    seen = False
    out: list[Part] = []
    for part in parts:
        real = part.patronymic and not seen and not (mixed and part.capitals)
        seen = seen or real
        out.append(replace(part, patronymic=real))
    return out


def given_positions(parts: list[Part]) -> set[int]:
    """Return the positions at which the given name may stand.

    Capitals mark the family name among mixed spelling; a patronymic follows the given name; otherwise the
    first and, for surname-first habits, the last part may be it.
    """
    count = len(parts)
    if count <= 2 and not (count == 2 and parts[0].capitals != parts[1].capitals):
        return set(range(count))
    if any(p.capitals for p in parts) and not all(p.capitals for p in parts):
        free = [i for i, p in enumerate(parts) if not p.capitals and not p.patronymic]
        if free:
            return _with_second(parts, free)
    for position in range(1, count):
        if parts[position].patronymic:
            return {position - 1}
    return _with_second(parts, list(range(count))) | {count - 1}


def _with_second(parts: list[Part], free: list[int]) -> set[int]:
    # Muhammad in front is often left out, so the part after it counts as given too.
    positions = {free[0]}
    if parts[free[0]].skeletons[-1] == "muhammad" and len(free) > 1:
        positions.add(free[1])
    return positions


def _split(name: str) -> list[_Word]:
    # SECURITY: a long name costs no more than a short one. Holds because the text is cut before anything reads
    # it; Unicode normalisation alone is quadratic in a run of combining marks. Breaks if work moves above the cut.
    text = _INVISIBLE.sub(_blank, name[:MOST_CODE_POINTS])
    text = unicodedata.normalize("NFKC", text)[: 2 * MOST_CODE_POINTS].translate(_APOSTROPHES)
    out: list[_Word] = []
    for piece in _BREAKS.split(text):
        cut = piece[: 2 * MOST_LETTERS]
        script = script_of(cut)
        lower = cut.lower().replace("i\u0307", "i").replace("ß", "ss")
        plain = (lower if script is Script.HEBREW else lower.replace("'", ""))[:MOST_LETTERS]
        if script is Script.ARABIC:
            plain = "".join(c for c in plain if not unicodedata.combining(c))
        if plain.strip("'"):
            out.append(_Word(script, plain, len(cut) > 1 and cut.isupper() and cut != lower))
    return out


def _blank(match: re.Match[str]) -> str:
    return " " if match.group() == "\u200c" else ""


def _join(given: list[_Word]) -> list[_Word]:
    """Leave out particles and titles, and joins what is one part written as several."""
    out: list[_Word] = []
    many = len(given) > 1
    servant = False
    for position, word in enumerate(given):
        text, last = word.text, position == len(given) - 1
        if many and text in words.TITLES:
            continue
        if text in words.SERVANT and not last:
            servant = True
            continue
        edge = last or not out
        if many and text in words.PARTICLES and not (edge and text in words.FILIATION):
            continue
        if many and text in words.FATHER and not last:
            continue
        if len(text) == 1 and len(given) > 2:
            continue
        if servant and text in words.GOD:
            out.append(_Word(Script.LATIN, "abdullah", word.capitals))
        elif out and (text in words.GOD or text in words.FAITH):
            out[-1] = _compound(out[-1], text)
        else:
            out.append(_Word(word.script, _bare(word), word.capitals))
        servant = False
    return out or given[:2]


def _compound(before: _Word, text: str) -> _Word:
    tail = "ullah" if text in words.GOD else "din"
    if before.script is Script.ARABIC:
        tail = "الله" if text in words.GOD else "دين"
    return _Word(before.script, before.text + tail, before.capitals)


def _bare(word: _Word) -> str:
    """Take attached articles and prefixes off: AlRawi, Abdurrahman, Abubakar, الرحمن, عبدالرحمن."""
    text = word.text
    if word.script is Script.LATIN and len(text) > 6:
        if text.startswith("abu"):
            return text[3:]
        if text.startswith("abou") and len(text) > 7:
            return text[4:]
        found = _ATTACHED_SERVANT.match(text)
        if found and ((len(text) >= 8 and not text.startswith(_NOT_SERVANT)) or found.group()[-1:] == "l"):
            rest = text[found.end() :]
            return text if rest in ("lah", "ah", "la") or rest.startswith(("lah", "ayah")) else rest
    if word.script is Script.CYRILLIC and len(text) > 7 and text.startswith("абду") and text[:6] != "абдулл":
        return text[4:].removeprefix("л") if text[4:6] != "ла" else text
    if word.script is Script.ARABIC:
        return _bare_arabic(text)
    return text


def _bare_arabic(text: str) -> str:
    if text.startswith("ال") and len(text) > 4:
        text = text[2:]
    for prefix in ("ابو", "أبو"):
        if text.startswith(prefix) and len(text) > 6:
            text = text[3:].removeprefix("ال")
    if text.startswith("عبد") and len(text) > 5 and not text[3:].startswith(("الل", "لل", "الا")):
        text = text[3:].removeprefix("ال")
    return text


def _part(word: _Word) -> Part | None:
    if word.script is Script.OTHER:
        code = "=" + word.text
        return Part(
            word.script, word.text, "", (code,), MOST_BITS, MOST_BITS, common=False, patronymic=False, capitals=False
        )
    spelled = sounds(word.text, word.script)
    # Greek leaves more sounds open than others, and has few names to a list.
    found = skeletons(even_ending(spelled), 2 * MOST_SKELETONS if word.script is Script.GREEK else MOST_SKELETONS)
    bare = _without_article(word)
    found += [s for s in (skeletons(even_ending(bare), 2) if bare else []) if s not in found]
    family = family_of(bare or spelled, word.script)
    bits = min(MOST_BITS, BITS_PER_CONSONANT * len(found[0])) if found else 0.0
    sure = bits
    if family is not None:
        # A short skeleton of a common name is shared by too many others; a long one is worth keeping beside.
        keep = 2 if family.extra else int(bool(found) and len(found[0]) > 2)
        found = [*found[:keep], family.code]
        # A short form may be a family name too (Kenny, Robb): it weighs what its consonants weigh, up to two.
        sure = family.bits
        bits = max(family.bits, min(bits, 2 * BITS_PER_CONSONANT)) if family.extra else family.bits
    if not found:
        return None
    patronymic = is_patronymic(spelled)
    return Part(
        word.script, word.text, spelled, tuple(found), bits, sure, family is not None, patronymic, word.capitals
    )


def _without_article(word: _Word) -> str:
    """Return the sounds without an attached article or a Czech feminine ending; empty if there is neither."""
    text = word.text
    if word.script is Script.LATIN and len(text) >= 6 and text[:2] in ("al", "el") and text[2] not in "aeiouyl":
        return sounds(text[2:], Script.LATIN)
    if word.script is Script.LATIN and len(text) >= 7 and text.endswith("ová"):
        return sounds(text[:-3], Script.LATIN)
    return ""
