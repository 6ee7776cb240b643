"""Typeset a paper as PDF: tagged for screen readers (PDF/UA-1), fit to be kept for decades (PDF/A-2a).

The same paper gives the same bytes on every machine: typefaces are our own, the time is the paper's.
"""

from importlib import resources
from typing import Final

import msgspec
import typst

from comity.desk.paper.errors import PaperError
from comity.desk.paper.letters import FONTS
from comity.desk.paper.plain import plain
from comity.desk.paper.values import Paper

_TEMPLATES: Final = resources.files(__package__).joinpath("typst")
_FIGURE_DOTS: Final = 200.0


def pdf(paper: Paper) -> bytes:
    """Return the paper as PDF; raises `PaperError` and `PaperTooLargeError`."""
    # SECURITY: no text of a paper is ever markup. Holds because it reaches the template as strings of a JSON document,
    # which typst sets letter by letter, and the template evaluates nothing. Breaks if a template calls `eval`.
    try:
        return typst.compile(
            str(_TEMPLATES.joinpath("paper.typ")),
            root=str(_TEMPLATES),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"paper": msgspec.json.encode(plain(paper)).decode()},
            pdf_standards=["a-2a", "ua-1"],
            timestamp=int(paper.made.timestamp()),
        )
    except typst.TypstError as problem:
        # What typst says may quote the paper, so it does not go on.
        raise PaperError("The paper could not be typeset.") from problem


def picture(svg: str) -> bytes:
    """Return a checked drawing as PNG, for formats that know no SVG; raises `PaperError`."""
    try:
        return typst.compile(
            str(_TEMPLATES.joinpath("figure.typ")),
            root=str(_TEMPLATES),
            font_paths=[str(FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"svg": svg},
            format="png",
            ppi=_FIGURE_DOTS,
        )
    except typst.TypstError as problem:
        raise PaperError("A drawing could not be set.") from problem
