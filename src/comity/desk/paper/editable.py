"""Write a paper as DOCX, for those who go on working on it.

The same paper gives the same bytes: the times in the archive are the paper's own.
"""

import io
import zipfile
from typing import Final

import docx as library
from docx.document import Document
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Cm, Pt, RGBColor
from docx.table import Table as Grid
from docx.table import _Cell as Cell
from docx.text.paragraph import Paragraph

from comity.desk.paper import labels
from comity.desk.paper.drawings import checked
from comity.desk.paper.letters import fit
from comity.desk.paper.plain import plain
from comity.desk.paper.runs import INK, LATIN_FACE, SOFT, add_field, turn, write, write_line
from comity.desk.paper.typeset import picture
from comity.desk.paper.values import (
    RIGHT_TO_LEFT,
    Block,
    Facts,
    Figure,
    Heading,
    Paper,
    Prose,
    Signature,
    Signatures,
    Table,
    Text,
    Words,
)

_ACCENT: Final = RGBColor(0x1B, 0x57, 0x63)
_WHITE: Final = RGBColor(0xFF, 0xFF, 0xFF)
_BANDS: Final = {"exercise": "54359B", "test": "565B5F"}
_WIDTH: Final = Cm(17)
_SIZES: Final = (16.0, 12.0, 10.5, 9.5)


def docx(paper: Paper) -> bytes:
    """Return the paper as DOCX; raises `PaperError` and `PaperTooLargeError`."""
    plain(paper)  # the bounds of the PDF hold here too
    document = library.Document()
    mirrored = paper.languages[0] in RIGHT_TO_LEFT
    _set_up(document, paper, mirrored=mirrored)
    _head(document, paper)
    _foot(document, paper)
    _title(document, paper.title, 0)
    for text in paper.subtitle:
        write(document.add_paragraph(), text, size=11, colour=SOFT)
    for one in paper.blocks:
        _block(document, one, paper.languages, mirrored=mirrored)
    made = io.BytesIO()
    document.save(made)
    return _same_times(made.getvalue())


def _set_up(document: Document, paper: Paper, *, mirrored: bool) -> None:
    base = document.styles["Normal"]
    base.font.name, base.font.size = LATIN_FACE, Pt(9.5)
    section = document.sections[0]
    section.page_width, section.page_height = Cm(21), Cm(29.7)
    section.left_margin = section.right_margin = Cm(2)
    section.top_margin, section.bottom_margin = Cm(2.6), Cm(2.7)
    if mirrored:
        section._sectPr.append(OxmlElement("w:bidi"))  # noqa: SLF001  # python-docx has no public name for it
    about = document.core_properties
    about.title, about.author, about.comments = fit(paper.title[0].words)[:255], "Comity", ""
    about.language = paper.languages[0]
    about.created = about.modified = paper.made.replace(tzinfo=None)
    about.last_modified_by = ""


def _head(document: Document, paper: Paper) -> None:
    header = document.sections[0].header
    line = header.paragraphs[0]
    for text in labels.band(paper.languages, paper.reality):
        _shade(write(line, text, size=8.5, bold=True, colour=_WHITE), _BANDS[paper.reality.value])
        line.alignment = WD_ALIGN_PARAGRAPH.CENTER
        line = header.add_paragraph()
    if paper.title[0].right_to_left:
        turn(line)
    write_line(line, paper.title[:1], size=8, colour=SOFT)
    if paper.handling:
        write_line(header.add_paragraph(), paper.handling, size=8, bold=True)


def _foot(document: Document, paper: Paper) -> None:
    footer = document.sections[0].footer
    line = footer.paragraphs[0]
    write_line(line, labels.in_each(paper.languages, labels.MADE), size=7, colour=SOFT)
    write_line(line, (Text("en", "  " + paper.made.strftime("%Y-%m-%d %H:%M UTC")),), size=7, colour=SOFT)
    for one in paper.references:
        line = footer.add_paragraph()
        write_line(line, one.label, size=7, colour=SOFT)
        write_line(line, (Text("en", "  " + one.value),), size=7, colour=SOFT)
    for text in labels.in_each(paper.languages, labels.PAGE):
        _numbered(footer.add_paragraph(), text)


def _numbered(line: Paragraph, text: Text) -> None:
    if text.right_to_left:
        turn(line)
    rest = text.words
    for field, code in (("{page}", "PAGE"), ("{pages}", "NUMPAGES")):
        before, _field, rest = rest.partition(field)
        write_line(line, (Text(text.language, before),), size=7, colour=SOFT)
        add_field(line, code, size=7)
    write_line(line, (Text(text.language, rest),), size=7, colour=SOFT)


def _title(document: Document, words: Words, level: int) -> None:
    """Write a heading in the document's own language, and the others under it: Word's outline shows it once."""
    size, colour = _SIZES[level], _ACCENT if level == 1 else INK
    for number, text in enumerate(words):
        line = document.add_paragraph(style=None if number else f"Heading {level + 1}")
        line.paragraph_format.keep_with_next = True
        write(line, text, size=size, bold=True, colour=colour)


def _block(document: Document, one: Block, languages: tuple[str, ...], *, mirrored: bool) -> None:
    match one:
        case Heading():
            _title(document, one.words, one.level)
        case Prose():
            _prose(document, one, mirrored=mirrored)
        case Facts():
            grid = _grid(document, len(one.facts), (1, 2), mirrored=mirrored, ruled=True)
            for row, fact in zip(grid.rows, one.facts, strict=True):
                _stack(row.cells[0], fact.label, colour=SOFT)
                _stack(row.cells[1], fact.value)
            document.add_paragraph()
        case Table():
            _table(document, one, mirrored=mirrored)
        case Figure():
            _figure(document, one)
        case Signatures():
            grid = _grid(document, 1, (1,) * len(one.signatures), mirrored=mirrored, ruled=True)
            for cell, signature in zip(grid.rows[0].cells, one.signatures, strict=True):
                _signature(cell, signature, languages)


def _prose(document: Document, prose: Prose, *, mirrored: bool) -> None:
    colour = SOFT if prose.quiet else INK
    if len(prose.words) == 1:
        for line in prose.words[0].words.split("\n"):
            write(document.add_paragraph(), Text(prose.words[0].language, line), colour=colour)
        return
    grid = _grid(document, 1, (1,) * len(prose.words), mirrored=mirrored, ruled=False)
    for cell, text in zip(grid.rows[0].cells, prose.words, strict=True):
        _stack(cell, tuple(Text(text.language, line) for line in text.words.split("\n")), colour=colour)
    document.add_paragraph()


def _table(document: Document, table: Table, *, mirrored: bool) -> None:
    for text in table.caption:
        line = write(document.add_paragraph(), text, bold=True)
        line.paragraph_format.keep_with_next = True
    shares = tuple(one.share for one in table.columns)
    grid = _grid(document, 1 + len(table.rows), shares, mirrored=mirrored, ruled=True)
    rows = list(grid.rows)
    repeated = OxmlElement("w:tblHeader")
    rows[0]._tr.get_or_add_trPr().append(repeated)  # noqa: SLF001  # python-docx has no public name for it
    for cell, column in zip(rows[0].cells, table.columns, strict=True):
        _stack(cell, column.words, size=8, bold=True)
        for line in cell.paragraphs:
            _shade(line, "F2EFE7")
    for row, cells in zip(rows[1:], table.rows, strict=True):
        for cell, words, column in zip(row.cells, cells, table.columns, strict=True):
            _stack(cell, words, size=8.5)
            if column.number:
                for line in cell.paragraphs:
                    line.alignment = WD_ALIGN_PARAGRAPH.RIGHT
    document.add_paragraph()


def _figure(document: Document, figure: Figure) -> None:
    shape = document.add_picture(io.BytesIO(picture(checked(figure.svg))), width=_WIDTH)
    about = shape._inline.docPr  # noqa: SLF001  # python-docx has no public name for the alternative text
    about.set("descr", fit(figure.alternative.words))
    for text in figure.caption:
        write(document.add_paragraph(), text, size=8.5, colour=SOFT)


def _signature(cell: Cell, one: Signature, languages: tuple[str, ...]) -> None:
    _stack(cell, one.party, bold=True)
    state = labels.in_each(languages, labels.SIGNED if one.at else labels.NOT_SIGNED)
    write_line(cell.add_paragraph(), state, bold=True)
    if one.at:
        for said in (one.at, one.signer):
            write(cell.add_paragraph(), Text("en", said))
        line = write_line(cell.add_paragraph(), labels.in_each(languages, labels.RECORD), size=7, colour=SOFT)
        write_line(line, (Text("en", "  " + one.record),), size=7, colour=SOFT)


def _grid(document: Document, rows: int, shares: tuple[int, ...], *, mirrored: bool, ruled: bool) -> Grid:
    grid: Grid = document.add_table(rows=rows, cols=len(shares), style="Table Grid" if ruled else None)
    grid.autofit = False
    if mirrored:
        grid._tblPr.append(OxmlElement("w:bidiVisual"))  # noqa: SLF001  # python-docx has no public name for it
    widths = [Cm(int(_WIDTH * share / sum(shares)) / 360_000) for share in shares]
    for column, width in zip(grid.columns, widths, strict=True):
        column.width = width
    for row in grid.rows:
        for cell, width in zip(row.cells, widths, strict=True):
            cell.width = width
    return grid


def _stack(cell: Cell, words: Words, *, size: float = 9.5, bold: bool = False, colour: RGBColor = INK) -> None:
    line = cell.paragraphs[0]
    for number, text in enumerate(words):
        write(cell.add_paragraph() if number else line, text, size=size, bold=bold, colour=colour)


def _shade(paragraph: Paragraph, fill: str) -> None:
    shade = OxmlElement("w:shd")
    for name, value in (("val", "clear"), ("color", "auto"), ("fill", fill)):
        shade.set(qn(f"w:{name}"), value)
    paragraph._p.get_or_add_pPr().insert_element_before(  # noqa: SLF001  # python-docx has no public name for it
        shade, "w:tabs", "w:suppressAutoHyphens", "w:bidi", "w:spacing", "w:ind", "w:jc", "w:rPr", "w:sectPr"
    )


def _same_times(archive: bytes) -> bytes:
    """Return the archive with one fixed time in it, so that equal papers are equal files."""
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(archive)) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for info in old.infolist():
            new.writestr(zipfile.ZipInfo(info.filename, (1980, 1, 1, 0, 0, 0)), old.read(info), zipfile.ZIP_DEFLATED)
    return made.getvalue()
