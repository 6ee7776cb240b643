"""Check that a drawing holds nothing but shapes and words before it goes onto paper."""

from typing import Final
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

from comity.desk.paper.errors import PaperError, PaperTooLargeError

MAX_DRAWING: Final = 8_000_000
"""Characters of one drawing: a timeline of 5,000 actions has about two million."""
_SHAPES: Final = frozenset({
    "svg", "g", "defs", "symbol", "use", "title", "desc", "text", "tspan", "style", "stop",
    "path", "rect", "circle", "ellipse", "line", "polyline", "polygon", "clipPath", "mask", "pattern", "marker",
    "linearGradient", "radialGradient",
})  # fmt: skip


def checked(svg: str) -> str:
    """Return the drawing as it is.

    SECURITY: a drawing cannot read a file or call a host. Holds because only shapes pass, and every reference in them
    leads into the drawing itself. Breaks if an element that loads something is added to the list.

    Raises `PaperError` where it holds anything else, `PaperTooLargeError` where it is too large.
    """
    if len(svg) > MAX_DRAWING:
        raise PaperTooLargeError("A drawing is too large for paper.")
    try:
        root = fromstring(svg, forbid_dtd=True)
    except (ParseError, DefusedXmlException) as problem:
        raise PaperError("A drawing is not well-formed SVG.") from problem
    for element in root.iter():
        name = str(element.tag).rpartition("}")[2]
        if name not in _SHAPES:
            raise PaperError("A drawing holds more than shapes and words.")
        for attribute, value in element.attrib.items():
            link = attribute.rpartition("}")[2] == "href" and not value.startswith("#")
            if link or _leads_out(value):
                raise PaperError("A drawing refers to something outside itself.")
        if name == "style" and _leads_out(element.text or ""):
            raise PaperError("A drawing refers to something outside itself.")
    return svg


def _leads_out(value: str) -> bool:
    lowered = value.replace(" ", "").lower()
    return "@import" in lowered or lowered.count("url(") != sum(
        lowered.count(f"url({quote}#") for quote in ("", '"', "'")
    )
