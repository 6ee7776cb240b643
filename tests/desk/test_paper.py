"""A paper says the same as PDF and as DOCX, in both directions, and foreign text on it stays text."""

import hashlib
import io
import json
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import docx
import pytest
import typst
from docx.oxml.ns import qn
from hypothesis import given, settings
from hypothesis import strategies as st
from pypdf import PdfReader

from comity.desk import paper
from comity.desk.paper import letters
from comity.desk.paper.drawings import checked
from comity.desk.paper.errors import PaperError, PaperTooLargeError
from comity.desk.paper.plain import MAX_LETTERS
from comity.desk.paper.runs import pieces
from comity.desk.paper.values import (
    Block,
    Column,
    Fact,
    Facts,
    Figure,
    Heading,
    Paper,
    Prose,
    Reference,
    Signature,
    Signatures,
    Table,
    Text,
    Words,
)
from comity.protocol.records import Reality

MADE = datetime(2027, 4, 14, 9, 30, tzinfo=UTC)
BAR = '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 40 8"><rect width="20" height="8" fill="#1b5763"/></svg>'
DIGEST = "sha256:" + "ab" * 32


def both(english: str, arabic: str) -> Words:
    return (Text("en", english), Text("ar", arabic))


def a_paper(*blocks: Block, reality: Reality = Reality.ACTUAL, languages: tuple[str, ...] = ("en", "ar")) -> Paper:
    title = both("Minutes of the first meeting", "محضر الاجتماع الأول")
    return Paper(
        languages=languages,
        title=title if languages[0] == "en" else title[::-1],
        blocks=blocks,
        made=MADE,
        reality=reality,
        handling=both("H1: not as evidence", "لا يُستخدم كدليل"),
        references=(Reference(both("Record", "السجل"), DIGEST),),
    )


def full() -> tuple[Block, ...]:
    rows = tuple((both(f"Measure {number}", f"التدبير {number}"), (Text("en", "2027-06-30"),)) for number in range(40))
    return (
        Heading(both("Opening", "الافتتاح")),
        Prose(both("The co-chairs opened the meeting.\nThey agreed.", "افتتح الرئيسان الاجتماع.\nواتفقا.")),
        Facts((Fact(both("Place", "المكان"), both("Doha", "الدوحة")),)),
        Table(
            both("Decisions", "القرارات"),
            (Column(both("What", "ماذا"), 3), Column(both("Due", "الموعد"), 1, True)),
            rows,
        ),
        Figure(BAR, Text("en", "A bar from January to March"), both("Timeline", "الجدول الزمني")),
        Signatures(
            (
                Signature(both("Germany", "ألمانيا"), "officer-7f3a", "2027-04-20 08:12 UTC", "DE.berlin/57"),
                Signature(both("Qatar", "قطر"), "", "", ""),
            )
        ),
    )


def words_of(pdf: bytes) -> list[str]:
    return [page.extract_text() for page in PdfReader(io.BytesIO(pdf)).pages]


def document_of(made: bytes) -> str:
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        return "".join(
            archive.read(name).decode()
            for name in archive.namelist()
            if name.startswith("word/") and name.endswith(".xml")
        )


def test_each_page_names_reality_handling_record_and_number() -> None:
    pages = words_of(paper.pdf(a_paper(*full(), reality=Reality.EXERCISE)))
    assert len(pages) > 1
    for number, page in enumerate(pages, 1):
        flat = " ".join(page.split())
        assert "EXERCISE" in flat
        assert "H1: not as evidence" in flat
        assert DIGEST in flat.replace(" ", "")
        assert f"Page {number} of {len(pages)}" in flat


def test_paper_about_the_real_world_wears_no_band() -> None:
    assert "EXERCISE" not in words_of(paper.pdf(a_paper(*full())))[0]
    assert "Nothing on this page" not in document_of(paper.docx(a_paper(*full())))


def test_pdf_is_tagged_titled_and_claims_its_standards() -> None:
    reader = PdfReader(io.BytesIO(paper.pdf(a_paper(*full()))))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == "en"
    assert reader.metadata is not None
    assert reader.metadata.title == "Minutes of the first meeting"
    described = root["/Metadata"].get_data().decode()
    assert "pdfuaid" in described
    assert "pdfaid" in described


def test_same_paper_is_the_same_bytes() -> None:
    assert paper.pdf(a_paper(*full())) == paper.pdf(a_paper(*full()))
    assert paper.docx(a_paper(*full())) == paper.docx(a_paper(*full()))


HOSTILE = [
    '#panic("markup ran")',
    "$x^2$ *bold* _under_ `code` ```raw```",
    '#read("/etc/passwd") #include "paper.typ" @label <label>',
    "]] }} ) \\ // /* */ = heading\n- item\n+ item",
    '{"lang": "en"} \\u0000 \x00\x01\x1b[31m',
    "invoice \u202egnp.exe\u202c end",
    "\u2069\u2069 stray \u2066 open \u2067 open",
    "王 😀 \U000e0041 \ufffe \ud800",
    "a" * 20_000,
    "\u0645" * 5_000,
    "w:p </w:t><w:r>&amp;",
]


@pytest.mark.parametrize("text", HOSTILE, ids=range(len(HOSTILE)))
def test_hostile_text_is_set_as_text_and_never_run(text: str) -> None:
    blocks = (
        Prose((Text("en", text), Text("ar", text))),
        Table((Text("en", text),), (Column((Text("en", text),)),), (((Text("ar", text),),),)),
        Signatures((Signature((Text("en", text),), text, text, text),)),
    )
    made = a_paper(*blocks)
    pdf = paper.pdf(made)
    if text.isascii() and len(text) < 1000:
        assert text.split(maxsplit=1)[0] in "".join("".join(words_of(pdf)).split())
    written = docx.Document(io.BytesIO(paper.docx(made)))
    assert letters.fit(text).split("\n")[0] in written.tables[0].rows[0].cells[0].text


def test_override_becomes_visible_and_isolates_are_closed_in_their_paragraph() -> None:
    assert letters.fit("invoice \u202egnp.exe") == "invoice [U+202E]gnp.exe"
    assert letters.fit("\u2069a\u2068b\nc\u2069") == "a\u2068b\u2069\nc"
    assert letters.fit("محمد\u200f (Mohammed)") == "محمد\u200f (Mohammed)"
    assert letters.fit("王") == "[U+738B]"


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=80), st.text(max_size=80))
def test_any_text_at_all_can_be_put_on_paper(one: str, other: str) -> None:
    assert paper.pdf(a_paper(Prose((Text("en", one), Text("ar", other)))))[:5] == b"%PDF-"


def test_every_sign_that_counts_as_shown_is_in_a_typeface(tmp_path: Path) -> None:
    signs = [chr(point) for first, last in letters._SIGNS for point in range(first, last + 1)]
    source = tmp_path / "signs.typ"
    source.write_text('#set document(title: "t")\n#set text(font: ("Noto Sans", "Noto Sans Arabic"))\n#sys.inputs.t')
    for start in range(0, len(signs), 1000):
        made = typst.compile(
            str(source),
            font_paths=[str(letters.FONTS)],
            ignore_system_fonts=True,
            sys_inputs={"t": " ".join(signs[start : start + 1000])},
            pdf_standards=["ua-1"],
            timestamp=0,
        )
        assert made[:5] == b"%PDF-"


@pytest.mark.parametrize(
    "svg",
    [
        '<svg xmlns="http://www.w3.org/2000/svg"><image href="file:///etc/passwd"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><foreignObject/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg" xmlns:x="http://www.w3.org/1999/xlink"><use x:href="http://a.example/#b"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><rect fill="url( http://a.example/#b)"/></svg>',
        '<svg xmlns="http://www.w3.org/2000/svg"><style>@import "http://a.example"</style></svg>',
        '<!DOCTYPE svg [<!ENTITY a "b">]><svg xmlns="http://www.w3.org/2000/svg"><text>&a;</text></svg>',
        "<svg",
    ],
)
def test_drawing_that_reaches_outside_itself_is_refused(svg: str) -> None:
    with pytest.raises(PaperError):
        checked(svg)


def test_paper_with_too_much_text_is_refused_before_it_is_set() -> None:
    with pytest.raises(PaperTooLargeError):
        paper.pdf(a_paper(Prose((Text("en", "a" * (MAX_LETTERS + 1)),))))


def test_docx_turns_arabic_paragraphs_and_runs_and_leaves_latin_ones() -> None:
    words = both("The group met with محمد there.", "اجتمع الفريق مع BKA هناك.")
    written = docx.Document(io.BytesIO(paper.docx(a_paper(Prose(words)))))
    english, arabic = (cell.paragraphs[0] for cell in written.tables[0].rows[0].cells)
    assert english._p.pPr is None or english._p.pPr.find(qn("w:bidi")) is None
    assert arabic._p.pPr.find(qn("w:bidi")) is not None
    assert [(run.text, bool(run.font.rtl)) for run in english.runs] == [
        ("The group met with ", False),
        ("محمد", True),
        (" there.", False),
    ]
    assert [(run.text, bool(run.font.rtl)) for run in arabic.runs] == [
        ("اجتمع الفريق مع ", True),
        ("BKA", False),
        (" هناك.", True),
    ]


def test_docx_led_by_arabic_mirrors_its_section_and_tables() -> None:
    blocks = (Prose((Text("ar", "مرحبا"), Text("en", "Welcome"))),)
    made = document_of(paper.docx(a_paper(*blocks, languages=("ar", "en"))))
    assert "<w:bidiVisual/>" in made
    assert "<w:bidi/></w:sectPr>" in made


@given(st.text(), st.booleans())
def test_pieces_of_a_line_are_the_line(words: str, right_to_left: bool) -> None:
    assert "".join(piece for piece, _turned in pieces(words, right_to_left=right_to_left)) == words


def test_docx_says_in_words_what_a_drawing_shows_and_repeats_table_heads() -> None:
    made = document_of(paper.docx(a_paper(*full())))
    assert 'descr="A bar from January to March"' in made
    assert "<w:tblHeader/>" in made


def test_typefaces_are_the_ones_the_manifest_names() -> None:
    folder = Path(str(letters.FONTS)).parent
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    assert {row["file"] for row in manifest} == {f"fonts/{path.name}" for path in (folder / "fonts").glob("*.ttf")}
    for row in manifest:
        assert hashlib.sha256((folder / row["file"]).read_bytes()).hexdigest() == row["sha256"]
        assert (folder / row["licence_file"]).exists()
