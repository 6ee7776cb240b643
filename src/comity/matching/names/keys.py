"""Make the keys of one name: sets of skeletons of its parts, under the rules of `rules.py`.

Two names hit when they share a key. No key holds a part as it was written. Page: `spec/names.md`, section 4.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations, islice, product
from typing import Final

from comity.matching.names.parts import Part, given_positions, name_parts
from comity.matching.names.rules import Key, Rule
from comity.matching.names.skeleton import even_ending, is_patronymic, skeletons

HEAVY_NAME_BITS: Final = 12.0
HEAVY_PAIR_BITS: Final = 20.0
COARSE_PAIR_BITS: Final = 18.0
LEAST_PAIR_BITS: Final = 9.0
NEAR_PAIR_BITS: Final = 16.0
MOST_COMBINATIONS: Final = 6
SAME_ROOT: Final = frozenset({"muhammad", "ahmad", "mahmud", "hamid", "hammad"})
MOST_KEYS: Final = 64
MOST_CORE_PAIRS: Final = 12

_ROUGHER: Final = str.maketrans({"x": "s", "f": "b", "n": "m", "r": "l"})
_OPEN_VOWELS: Final = frozenset("aeoE")
_GLIDES: Final = frozenset("iuyIw")


def name_keys(name: str) -> frozenset[Key]:
    """Return the keys of a name, at most 64; empty for a text without letters. Never raises."""
    parts = name_parts(name)
    if not parts:
        return frozenset()
    return frozenset(islice(_all_keys(parts), MOST_KEYS))


def _all_keys(parts: list[Part]) -> Iterator[Key]:
    yield from _whole(parts)
    yield from _run_together(parts)
    pairs = list(_pairs(parts))
    yield from _given_and_other(pairs)
    for given, other in pairs:
        yield from _near(given, other)
    for given, other in pairs:
        yield from _coarse(given, other)


def _key(rule: Rule, *codes: str) -> Key:
    return Key(rule, "|".join(codes))


def _rest(parts: list[Part]) -> list[Part]:
    """Leave the patronymic out of a name of three or more parts."""
    return [p for p in parts if not p.patronymic] if len(parts) > 2 else parts


def _whole(parts: list[Part]) -> Iterator[Key]:
    bits = sum(p.sure_bits for p in parts)
    short = all(not p.common and len(p.skeletons[0]) < 3 for p in parts)
    if len(parts) > 1 and bits >= HEAVY_NAME_BITS and not short:
        for codes in _combinations(parts):
            yield _key(Rule.WHOLE_NAME, *codes)
    else:
        yield _key(Rule.WHOLE_NAME_LIGHT, *sorted(p.skeletons[0] for p in parts))
    rest = _rest(parts)
    # A father's name by habit alone, as in Bulgarian, is too much of the name to do without.
    by_habit = any(p.patronymic and not is_patronymic(p.sounds) for p in parts)
    if len(rest) > 1 and not by_habit and sum(p.sure_bits for p in rest) >= HEAVY_PAIR_BITS:
        for codes in _combinations(rest):
            yield _key(Rule.NAME_WITHOUT_PATRONYMIC, *codes)


def _combinations(parts: list[Part]) -> list[list[str]]:
    choices = [_with_start(p) for p in parts]
    return [sorted(codes) for codes in islice(product(*choices), MOST_COMBINATIONS)]


def _with_start(part: Part) -> list[str]:
    """Mark skeletons of parts that start with a vowel: strong rules tell Amir from Maher."""
    codes = list(part.skeletons[:2])
    if part.common or len(part.skeletons[0]) > 4 or not part.sounds:
        return codes
    if part.sounds[0] in _OPEN_VOWELS:
        return ["^" + code for code in codes]
    if part.sounds[0] in _GLIDES:
        return codes + ["^" + code for code in codes]
    return codes


def _run_together(parts: list[Part]) -> Iterator[Key]:
    rest = [p for p in _rest(parts) if p.sounds]
    if len(rest) > 1:
        first = [found[0] for p in rest if (found := _for_run(p))]
        yield _key(Rule.RUN_TOGETHER, "".join(first))


def _for_run(part: Part) -> list[str]:
    # Names of the root h-m-d have one coarse skeleton; run together they would all be one.
    if part.skeletons[-1] in SAME_ROOT:
        return [part.skeletons[-1]]
    return skeletons(even_ending(part.sounds), 1)


def _pairs(parts: list[Part]) -> Iterator[tuple[Part, Part]]:
    """Pair each part that may be the given name with each other part that weighs enough."""
    rest = _rest(parts)
    if len(rest) > 2 and all(not p.common and len(p.skeletons[0]) < 3 for p in rest):
        return  # three short syllables: two of them say nothing (Kim Yong Chol, Kim Yong Nam)
    given = given_positions(parts)
    for position in sorted(given):
        for other in rest:
            part = parts[position]
            fit = other is not part and not (part.patronymic and len(parts) > 2)
            if fit and part.bits + other.bits >= LEAST_PAIR_BITS:
                yield part, other


def _given_and_other(pairs: list[tuple[Part, Part]]) -> Iterator[Key]:
    for given, other in pairs:
        for one, two in product(given.skeletons, other.skeletons):
            if one != two:
                yield _key(Rule.GIVEN_AND_OTHER, one, two)


def _near(given: Part, other: Part) -> Iterator[Key]:
    """Leave one consonant out in turn, never the first: meets one that is wrong, missing or in excess."""
    if given.bits + other.bits < NEAR_PAIR_BITS:
        return
    for kept, changed in ((given, other), (other, given)):
        code = changed.skeletons[0]
        if changed.common or len(code) < 3:
            continue
        shorter = [code[:i] + code[i + 1 :] for i in range(1, len(code))] if len(code) > 3 else []
        for text in dict.fromkeys([code, *shorter]):
            yield _key(Rule.GIVEN_AND_NEAR, kept.skeletons[0], text)


def _coarse(given: Part, other: Part) -> Iterator[Key]:
    if given.bits + other.bits >= COARSE_PAIR_BITS:
        for one, two in product(_rough(given), _rough(other)):
            yield _key(Rule.GIVEN_AND_FAMILY_COARSE, one, two)


def _rough(part: Part) -> list[str]:
    if part.common:
        return [part.skeletons[-1]]
    return list(dict.fromkeys(code.translate(_ROUGHER) for code in part.skeletons[:2]))


@dataclass(frozen=True, slots=True)
class Cores:
    """Hold what of a name is joined with a birth date or a nationality."""

    pairs: tuple[str, ...] = ()
    parts: tuple[str, ...] = ()
    given: tuple[str, ...] = ()
    whole: str = ""


def dated_cores(name: str) -> Cores:
    """Return the pairs, parts and whole of a name that composite keys are made of."""
    parts = name_parts(name)
    if not parts:
        return Cores()
    rest = _rest(parts)
    pairs: dict[str, None] = {}
    for one, two in combinations(rest, 2):
        for first, second in product(_codes(one), _codes(two)):
            if first != second:
                pairs["|".join(sorted((first, second)))] = None
    given = [parts[i] for i in sorted(given_positions(parts))]
    return Cores(
        tuple(islice(pairs, MOST_CORE_PAIRS)),
        tuple(dict.fromkeys(code for p in rest if not p.common and len(p.skeletons[0]) > 1 for code in _codes(p))),
        tuple(dict.fromkeys(p.skeletons[-1] if p.common else p.skeletons[0] for p in given)),
        "|".join(sorted(p.skeletons[-1] if p.common else p.skeletons[0] for p in rest)),
    )


def _codes(part: Part) -> tuple[str, ...]:
    return (part.skeletons[-1],) if part.common else part.skeletons[:2]
