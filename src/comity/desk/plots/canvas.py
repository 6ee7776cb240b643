"""Write SVG piece by piece: every text escaped, every place counted from the inline start.

Shapes carry a class, which the sheets of the desk colour in light and dark, and the light colour as an attribute, so
that a drawing reads the same on paper and in a file.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

INK: Final = "#1c1f22"
SOFT: Final = "#565b5f"
LINE: Final = "#dcd6c8"
ACCENT: Final = "#1b5763"
SIZE: Final = 11
"""Height of letters, in units of the drawing."""
_MIRRORED: Final = {"start": "end", "middle": "middle", "end": "start"}


@dataclass(frozen=True, slots=True)
class Table:
    """Say a drawing again in words: what stands beside it for whoever does not see it, and in exports."""

    caption: str
    heads: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]


@dataclass(frozen=True, slots=True)
class Plot:
    """Hold a drawing and the same as a table."""

    svg: SafeString
    table: Table


class Canvas:
    """Collect the shapes of one drawing, ``width`` by ``height`` units; ``rtl`` mirrors every place, never a letter."""

    def __init__(self, width: int, height: int, *, rtl: bool) -> None:
        """Begin an empty drawing."""
        self.width, self.height, self.rtl = width, height, rtl
        self._parts: list[str] = []

    def x(self, start: float) -> float:
        """Return where a place that lies ``start`` units from the inline start stands."""
        return self.width - start if self.rtl else start

    def line(self, one: tuple[float, float], other: tuple[float, float], name: str, colour: str = LINE) -> None:
        """Draw a straight line."""
        (x1, y1), (x2, y2) = one, other
        self._parts.append(
            f'<line class="plot-{name}" x1="{_n(self.x(x1))}" y1="{_n(y1)}" x2="{_n(self.x(x2))}" y2="{_n(y2)}" '
            f'stroke="{colour}"/>'
        )

    def path(
        self,
        points: Sequence[tuple[float, float]],
        name: str,
        colour: str = ACCENT,
        *,
        width: float = 1.6,
        dash: str = "",
    ) -> None:
        """Draw a line through points."""
        places = " ".join(f"{_n(self.x(x))},{_n(y)}" for x, y in points)
        dashed = f' stroke-dasharray="{dash}"' if dash else ""
        self._parts.append(
            f'<polyline class="plot-{name}" points="{places}" fill="none" stroke="{colour}" '
            f'stroke-width="{_n(width)}"{dashed}/>'
        )

    def rect(
        self, start: float, top: float, size: tuple[float, float], name: str, colour: str = ACCENT, *, title: str = ""
    ) -> None:
        """Draw a bar that begins ``start`` units from the inline start; ``title`` is what it says when pointed at."""
        width, height = size
        left = self.width - start - width if self.rtl else start
        self._parts.append(
            f'<rect class="plot-{name}" x="{_n(left)}" y="{_n(top)}" width="{_n(width)}" height="{_n(height)}" '
            f'fill="{colour}">{_title(title)}</rect>'
        )

    def mark(self, start: float, middle: float, name: str, colour: str = INK, *, title: str = "") -> None:
        """Draw a diamond."""
        x, r = self.x(start), 5
        places = f"{_n(x)},{_n(middle - r)} {_n(x + r)},{_n(middle)} {_n(x)},{_n(middle + r)} {_n(x - r)},{_n(middle)}"
        self._parts.append(f'<polygon class="plot-{name}" points="{places}" fill="{colour}">{_title(title)}</polygon>')

    def dot(self, start: float, middle: float, name: str, colour: str = ACCENT, *, title: str = "") -> None:
        """Draw a point."""
        self._parts.append(
            f'<circle class="plot-{name}" cx="{_n(self.x(start))}" cy="{_n(middle)}" r="2.6" fill="{colour}">'
            f"{_title(title)}</circle>"
        )

    def text(self, start: float, base: float, words: str, *, anchor: str = "start", colour: str = SOFT) -> None:
        """Write words; ``anchor`` start, middle or end, as the language runs.

        Browsers and paper differ on what ``direction`` does to an anchor.  So anchors are of the page, and what makes
        words run from right to left stands in the text itself.
        """
        if self.rtl:
            anchor, words = _MIRRORED[anchor], f"\u2067{words}\u2069"
        self._parts.append(
            f'<text class="plot-text" x="{_n(self.x(start))}" y="{_n(base)}" text-anchor="{anchor}" '
            f'font-size="{SIZE}" fill="{colour}">{escape(words)}</text>'
        )

    def done(self, title: str) -> SafeString:
        """Return the drawing; ``title`` says in one sentence what it shows.

        SECURITY: no word of a plan becomes markup. Holds because names, numbers and colours come from this package, and
        every text passes `escape`. Breaks if a caller's text is added without it.
        """
        head = (
            f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" viewBox="0 0 {self.width} {self.height}" '
            f'width="{self.width}" height="{self.height}" direction="ltr" '
            'font-family="Comity Sans, Noto Sans, Noto Sans Arabic, sans-serif">'
        )
        return mark_safe(head + _title(title) + "".join(self._parts) + "</svg>")  # noqa: S308  # argued above


def _title(words: str) -> str:
    return f"<title>{escape(words)}</title>" if words else ""


def _n(value: float) -> str:
    """Return a coordinate, short, the same everywhere."""
    return f"{value:.1f}".removesuffix(".0")
