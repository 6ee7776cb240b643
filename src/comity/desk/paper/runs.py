"""Write words into paragraphs of a DOCX, in runs and paragraphs that know their direction (ECMA-376, 17.3)."""

import re
from collections.abc import Iterator
from copy import deepcopy
from functools import cache
from typing import Any, Final, cast

from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.oxml.xmlchemy import BaseOxmlElement
from docx.shared import Pt, RGBColor
from docx.text.paragraph import Paragraph
from docx.text.run import Run

from comity.desk.paper.letters import fit
from comity.desk.paper.values import NEUTRAL, Text, Words

INK: Final = RGBColor(0x1C, 0x1F, 0x22)
SOFT: Final = RGBColor(0x56, 0x5B, 0x5F)
LATIN_FACE: Final = "Noto Sans"
ARABIC_FACE: Final = "Noto Sans Arabic"
_CULTURES: Final = {"ar": "ar-QA", "de": "de-DE", "en": "en-GB"}
_RTL: Final = "\u0590-\u08ff\ufb1d-\ufdff\ufe70-\ufefc"
_LTR: Final = "A-Za-z\u00c0-\u024f\u0370-\u052f\u1e00-\u1fff"
_RTL_PIECE: Final = re.compile(f"[{_RTL}](?:[^{_LTR}]*[{_RTL}])?")
_LTR_PIECE: Final = re.compile(f"[{_LTR}](?:[^{_RTL}]*[{_LTR}0-9])?")


def pieces(words: str, *, right_to_left: bool) -> Iterator[tuple[str, bool]]:
    """Yield a line as pieces, each with whether it runs from right to left; joined they are the line."""
    turned = _LTR_PIECE if right_to_left else _RTL_PIECE
    at = 0
    for found in turned.finditer(words):
        if found.start() > at:
            yield words[at : found.start()], right_to_left
        yield found.group(), not right_to_left
        at = found.end()
    if at < len(words):
        yield words[at:], right_to_left


def write(
    paragraph: Paragraph, text: Text, *, size: float = 9.5, bold: bool = False, colour: RGBColor = INK
) -> Paragraph:
    """Write the words of one language as a whole paragraph and return it."""
    if text.right_to_left:
        turn(paragraph)
    for number, line in enumerate(fit(text.words).split("\n")):
        if number:
            paragraph.add_run().add_break()
        _write_line(paragraph, line, text, size=size, bold=bold, colour=colour)
    return paragraph


def write_line(
    paragraph: Paragraph, words: Words, *, size: float = 9.5, bold: bool = False, colour: RGBColor = INK
) -> Paragraph:
    """Write the same in several languages, one after the other on a line."""
    for number, text in enumerate(words):
        if number:
            paragraph.add_run("  \u00b7  ").font.size = Pt(size)
        _write_line(paragraph, fit(text.words).replace("\n", " "), text, size=size, bold=bold, colour=colour)
    return paragraph


def turn(paragraph: Paragraph) -> None:
    """Make a paragraph run from right to left: its start is then at the right."""
    properties = paragraph._p.get_or_add_pPr()  # noqa: SLF001  # python-docx has no public name for the direction
    if properties.find(qn("w:bidi")) is None:
        properties.insert_element_before(
            OxmlElement("w:bidi"),
            "w:adjustRightInd", "w:snapToGrid", "w:spacing", "w:ind", "w:contextualSpacing", "w:mirrorIndents",
            "w:suppressOverlap", "w:jc", "w:textDirection", "w:textAlignment", "w:textboxTightWrap", "w:outlineLvl",
            "w:divId", "w:cnfStyle", "w:rPr", "w:sectPr", "w:pPrChange",
        )  # fmt: skip


def add_field(paragraph: Paragraph, code: str, *, size: float) -> None:
    """Add a field that Word fills in, such as PAGE."""
    for kind in ("begin", "code", "end"):
        run = paragraph.add_run()
        run.font.size = Pt(size)
        if kind == "code":
            element = OxmlElement("w:instrText")
            element.text = code
        else:
            element = OxmlElement("w:fldChar")
            element.set(qn("w:fldCharType"), kind)
        run._r.append(element)  # noqa: SLF001  # python-docx has no public way to write a field


def _write_line(paragraph: Paragraph, line: str, text: Text, *, size: float, bold: bool, colour: RGBColor) -> None:
    for piece, turned in pieces(line, right_to_left=text.right_to_left):
        run = paragraph.add_run(piece)
        # Copied, not set anew: a plan has tens of thousands of runs and a dozen looks.
        run._r.insert(0, deepcopy(_look(size, bold, colour, turned, text.language)))  # noqa: SLF001  # no public way


@cache
def _look(size: float, bold: bool, colour: RGBColor, turned: bool, language: str) -> BaseOxmlElement:  # a key
    """Return the properties of a run."""
    element: Any = OxmlElement("w:r")
    run = Run(element, cast(Any, None))
    run.font.size, run.font.bold, run.font.color.rgb = Pt(size), bold, colour
    run.font.name = LATIN_FACE
    run.font.rtl = turned or None
    run.font.cs_bold = (bold and turned) or None
    properties: Any = element.get_or_add_rPr()
    fonts = properties.find(qn("w:rFonts"))
    fonts.set(qn("w:cs"), ARABIC_FACE)
    half_points = OxmlElement("w:szCs")
    half_points.set(qn("w:val"), str(int(size * 2)))
    properties.insert_element_before(half_points, *_AFTER_SIZE)
    properties.insert_element_before(_language(language, turned=turned), "w:eastAsianLayout", "w:specVanish", "w:oMath")
    return cast(BaseOxmlElement, properties)


_AFTER_SIZE: Final = (
    "w:highlight", "w:u", "w:effect", "w:bdr", "w:shd", "w:fitText", "w:vertAlign", "w:rtl", "w:cs", "w:em", "w:lang",
    "w:eastAsianLayout", "w:specVanish", "w:oMath",
)  # fmt: skip


def _language(language: str, *, turned: bool) -> BaseOxmlElement:
    element = OxmlElement("w:lang")
    culture = _CULTURES.get(language, language or NEUTRAL)
    if turned:
        element.set(qn("w:bidi"), culture if language in {"ar", "fa", "he", "ur"} else "ar-QA")
    else:
        element.set(qn("w:val"), culture if language not in {"ar", "fa", "he", "ur"} else "en-GB")
    return element
