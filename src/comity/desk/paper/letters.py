"""Make foreign text fit for paper: what no typeface shows, and what would turn a line round, becomes visible.

Text of a partner may hold any character.  A letter that the typefaces lack stands as its code point, ``[U+738B]``, so
that nothing is lost in silence; so do controls and the overrides of Unicode's bidirectional algorithm, with which a
line can be made to read as what it is not (Unicode TR 36).  Marks and closed isolates, which honest Arabic text holds,
stay.
"""

import re
import struct
from collections.abc import Iterator
from functools import cache
from importlib import resources
from typing import Final

FONTS: Final = resources.files(__package__).joinpath("vendor", "fonts")
_FILES: Final = ("noto-sans-regular.ttf", "noto-sans-arabic-regular.ttf")
_OVERRIDES: Final = frozenset("\u202a\u202b\u202c\u202d\u202e")
_OPENERS: Final = frozenset("\u2066\u2067\u2068")
_CLOSER: Final = "\u2069"
_MARKS: Final = frozenset("\u200b\u200c\u200d\u200e\u200f\u061c\ufeff")
_BREAK: Final = "\u200b"
_ENDLESS: Final = re.compile(rf"[^\s{_BREAK}]{{80}}(?=[^\s{_BREAK}])")
"""A word that no line holds: it may break after every 80 letters, where it would run off the page."""
# Signs that typst's own typefaces add to ours; a test compares each with the compiler.
_SIGNS: Final = (
    (0x2010, 0x2027), (0x2030, 0x205E), (0x2100, 0x2184), (0x2190, 0x23FF), (0x2460, 0x2606), (0x2609, 0x262F),
    (0x2638, 0x268B), (0x2690, 0x269C), (0x2701, 0x2704), (0x2706, 0x2709), (0x270C, 0x2714), (0x2717, 0x2726),
    (0x2794, 0x2794), (0x2798, 0x27AF),
)  # fmt: skip


def fit(text: str) -> str:
    """Return the text with everything visible, and every isolate closed within its paragraph."""
    return "\n".join(_paragraph(line) for line in text.replace("\r\n", "\n").replace("\r", "\n").split("\n"))


def _paragraph(line: str) -> str:
    # SECURITY: a partner's text cannot reorder anything but itself. Holds because overrides and embeddings never reach
    # the page and each isolate is closed in its own paragraph. Breaks if text reaches a template without `fit`.
    written: list[str] = []
    opened = 0
    for char in line:
        if char in _OPENERS:
            opened += 1
        elif char == _CLOSER:
            if not opened:
                continue
            opened -= 1
        written.append(char if char in _OPENERS or char == _CLOSER else _visible(char))
    return _ENDLESS.sub(rf"\g<0>{_BREAK}", "".join(written)) + _CLOSER * opened


def _visible(char: str) -> str:
    if char == "\t":
        return " "
    if char in _MARKS:
        return "" if char == "\ufeff" else char
    if char in _OVERRIDES or ord(char) not in shown():
        return f"[U+{ord(char):04X}]"
    return char


@cache
def shown() -> frozenset[int]:
    """Return the code points that can be set."""
    points = {point for first, last in _SIGNS for point in range(first, last + 1)}
    for name in _FILES:
        points.update(_mapped(FONTS.joinpath(name).read_bytes()))
    return frozenset(points - {ord(one) for one in _OVERRIDES})


def _mapped(font: bytes) -> Iterator[int]:
    """Yield the code points of a typeface: its ``cmap`` in format 12 (OpenType, "cmap")."""
    tables = {
        font[at : at + 4]: struct.unpack_from(">II", font, at + 8)
        for at in range(12, 12 + 16 * int(struct.unpack_from(">H", font, 4)[0]), 16)
    }
    start = tables[b"cmap"][0]
    for index in range(struct.unpack_from(">H", font, start + 2)[0]):
        at = start + int(struct.unpack_from(">I", font, start + 4 + 8 * index + 4)[0])
        if struct.unpack_from(">H", font, at)[0] == 12:
            for group in range(struct.unpack_from(">I", font, at + 12)[0]):
                first, last, _glyph = struct.unpack_from(">III", font, at + 16 + 12 * group)
                yield from range(max(first, 0x20), last + 1)
            return
