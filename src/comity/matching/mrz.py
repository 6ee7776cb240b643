"""Read machine-readable zones of travel documents: ICAO Doc 9303 parts 4 to 7, sizes TD1, TD2, TD3, MRV-A, MRV-B.

Form, check digits and states are three questions, answered apart: a zone of the wrong form is refused; wrong check
digits and unknown states are reported, because a person may still have to act on the document in hand.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from comity.matching.errors import MalformedError
from comity.matching.states import is_known_state

_ALLOWED: Final = re.compile(r"[A-Z0-9<]+")
_WEIGHTS: Final = (7, 3, 1)
_MOST_INPUT: Final = 400


class MrzFormat(Enum):
    """Name the five sizes: lines and characters per line."""

    TD1 = (3, 30)
    TD2 = (2, 36)
    TD3 = (2, 44)
    MRV_A = ("V", 2, 44)
    MRV_B = ("V", 2, 36)


@dataclass(frozen=True, slots=True)
class Check:
    """Say of one check digit what it covers and whether it holds."""

    name: str
    holds: bool


@dataclass(frozen=True, slots=True)
class PartialDate:
    """Hold a date of a zone: two-digit year, month, day, each None where the zone is filled with `<`."""

    year: int | None
    month: int | None
    day: int | None


@dataclass(frozen=True, slots=True)
class Mrz:
    """Hold what a zone says, unverified; `checks` and the two `known` flags say how far it can be trusted."""

    format: MrzFormat
    document_type: str
    issuer: str
    number: str
    surname: str
    given_names: str
    nationality: str
    birth: PartialDate
    sex: str
    expiry: PartialDate
    optional: str
    checks: tuple[Check, ...]
    issuer_known: bool
    nationality_known: bool

    @property
    def checks_hold(self) -> bool:
        """Return whether every check digit holds."""
        return all(check.holds for check in self.checks)

    def __repr__(self) -> str:
        """Show the format and the checks alone: the rest is personal data."""
        return f"Mrz({self.format.name}, checks_hold={self.checks_hold})"


def check_digit(text: str) -> str:
    """Return the check digit of a field (Doc 9303-3, section 4.9): weights 7, 3, 1; A is 10, `<` is 0."""
    total = sum(_value(sign) * _WEIGHTS[place % 3] for place, sign in enumerate(text))
    return str(total % 10)


def _value(sign: str) -> int:
    if sign == "<":
        return 0
    return ord(sign) - 48 if sign.isdigit() else ord(sign) - 55


def read_mrz(text: str) -> Mrz:
    """Read a zone from text of two or three lines; spaces around lines are ignored.

    Raise MalformedError if the lines have no size of Doc 9303 or hold other characters.
    """
    lines = _lines(text)
    size = (len(lines), len(lines[0]))
    visa = lines[0][0] == "V"
    if size == (3, 30):
        return _read_td1(lines)
    if size == (2, 44):
        return _read_two_lines(lines, MrzFormat.MRV_A if visa else MrzFormat.TD3)
    if size == (2, 36):
        return _read_two_lines(lines, MrzFormat.MRV_B if visa else MrzFormat.TD2)
    raise MalformedError("the lines have no size of a machine-readable zone")


def _lines(text: str) -> list[str]:
    if len(text) > _MOST_INPUT:
        raise MalformedError("a machine-readable zone has at most 90 characters")
    lines = [line.strip().upper() for line in text.split("\n") if line.strip()]
    if not lines or any(len(line) != len(lines[0]) for line in lines):
        raise MalformedError("the lines of a machine-readable zone are of one length")
    if any(_ALLOWED.fullmatch(line) is None for line in lines):
        raise MalformedError("a machine-readable zone holds A-Z, 0-9 and < alone")
    return lines


def _read_td1(lines: list[str]) -> Mrz:
    one, two, three = lines
    number, digit, optional = _long_number(one[5:14], one[14], one[15:30])
    checks = (
        Check("number", check_digit(number) == digit),
        Check("birth", check_digit(two[0:6]) == two[6]),
        Check("expiry", check_digit(two[8:14]) == two[14]),
        Check("composite", check_digit(one[5:30] + two[0:7] + two[8:15] + two[18:29]) == two[29]),
    )
    return _assemble(
        MrzFormat.TD1, one[0:2], one[2:5], number, three, two[15:18], two[0:6], two[7], two[8:14],
        _clean(optional + two[18:29]), checks,
    )  # fmt: skip


def _read_two_lines(lines: list[str], form: MrzFormat) -> Mrz:
    one, two = lines
    rest = two[28:]
    number, digit = two[0:9], two[9]
    if form is MrzFormat.TD2:
        number, digit, _ = _long_number(two[0:9], two[9], two[28:35])
    checks = [
        Check("number", check_digit(number) == digit),
        Check("birth", check_digit(two[13:19]) == two[19]),
        Check("expiry", check_digit(two[21:27]) == two[27]),
    ]
    if form is MrzFormat.TD3:
        empty = two[28:42] == "<" * 14
        holds = check_digit(two[28:42]) == two[42] or (empty and two[42] == "<")
        checks += [Check("optional", holds), _composite(two, two[28:43], two[43])]
        rest = two[28:42]
    elif form is MrzFormat.TD2:
        checks.append(_composite(two, two[28:35], two[35]))
        rest = two[28:35]
    return _assemble(
        form, one[0:2], one[2:5], number, one[5:], two[10:13], two[13:19], two[20], two[21:27], _clean(rest),
        tuple(checks),
    )  # fmt: skip


def _composite(two: str, rest: str, digit: str) -> Check:
    return Check("composite", check_digit(two[0:10] + two[13:20] + two[21:28] + rest) == digit)


def _long_number(field: str, digit: str, optional: str) -> tuple[str, str, str]:
    """Join a number longer than nine characters (Doc 9303-5, note j): `<`, then the rest and its check digit."""
    if digit != "<" or optional[0] == "<":
        return field, digit, optional
    head, _, tail = optional.partition("<")
    return field + head[:-1], head[-1], tail


def _assemble(  # one argument per field, in the order of the zone
    form: MrzFormat,
    kind: str,
    issuer: str,
    number: str,
    names: str,
    nationality: str,
    birth: str,
    sex: str,
    expiry: str,
    optional: str,
    checks: tuple[Check, ...],
) -> Mrz:
    surname, _, given = names.strip("<").partition("<<")
    issuer, nationality = issuer.rstrip("<"), nationality.rstrip("<")
    return Mrz(
        form, kind.rstrip("<"), issuer, _clean(number), _clean(surname), _clean(given), nationality, _date(birth),
        "" if sex == "<" else sex, _date(expiry), optional, checks, is_known_state(issuer), is_known_state(nationality),
    )  # fmt: skip


def _clean(text: str) -> str:
    return " ".join(text.replace("<", " ").split())


def _date(text: str) -> PartialDate:
    parts = [text[0:2], text[2:4], text[4:6]]
    if any(not (part.isdigit() or part == "<<") for part in parts):
        raise MalformedError("a date of a machine-readable zone is digits, or < where it is not known")
    year, month, day = (None if part == "<<" else int(part) for part in parts)
    if (month is not None and not 1 <= month <= 12) or (day is not None and not 1 <= day <= 31):
        raise MalformedError("a date of a machine-readable zone has a month or day that does not exist")
    return PartialDate(year, month, day)
