"""Minutes, plan and report go onto paper in two languages, with both sides' words and signatures."""

import io
from datetime import UTC, datetime

import docx
import pytest
from pypdf import PdfReader

from comity.desk import paper
from comity.desk.paper.values import Figure, Paper, Reference, Signature, Table, Text
from comity.node.example import sample
from comity.node.example import working_group as shipped
from comity.plan.exchange import Said
from comity.plan.imports.iati import results as read_results
from comity.plan.imports.msproject import project as read_project
from comity.plan.imports.report import Left
from comity.plan.imports.sheets import plan_rows
from comity.plan.papers.frame import Frame
from comity.plan.papers.iati import results_xml
from comity.plan.papers.minutes import minutes_paper
from comity.plan.papers.msproject import project_xml
from comity.plan.papers.plan import plan_paper
from comity.plan.papers.report import Rating, report_paper
from comity.plan.papers.sheets import plan_workbook
from comity.plan.papers.timeline import ROWS
from comity.protocol.records import Reality

MADE = datetime(2027, 4, 21, 6, 40, tzinfo=UTC)
SIGNED = (
    Signature((Text("en", "Germany"), Text("ar", "ألمانيا")), "DE-7f3a", "2027-04-20 08:12 UTC", "DE.berlin/57"),
    Signature((Text("en", "Qatar"), Text("ar", "قطر")), "QA-11b0", "2027-04-21 06:40 UTC", "QA.doha/61"),
)


def frame(*languages: str) -> Frame:
    return Frame(
        languages,
        MADE,
        Reality.EXERCISE,
        (Text("en", "H0: no condition"),),
        (Reference((Text("en", "Record"),), "DE.berlin/57"),),
        SIGNED,
    )


def the_papers(*languages: str) -> dict[str, Paper]:
    example = shipped.working_group()
    held = frame(*languages)
    return {
        "plan": plan_paper(
            shipped.plan(example),
            held,
            title=example.title.said(),
            introduction=example.introduction.said(),
            results=shipped.results(example),
        ),
        "minutes": minutes_paper(shipped.minutes(example)[1], held),
        "report": report_paper(shipped.report(example), held),
    }


def words_of(made: Paper) -> str:
    return " ".join("".join(page.extract_text() for page in PdfReader(io.BytesIO(paper.pdf(made))).pages).split())


@pytest.mark.parametrize("languages", [("en", "ar"), ("ar", "de"), ("de", "en")])
@pytest.mark.parametrize("kind", ["plan", "minutes", "report"])
def test_paper_is_made_as_pdf_and_docx_in_each_pair_of_languages(kind: str, languages: tuple[str, ...]) -> None:
    made = the_papers(*languages)[kind]
    assert paper.pdf(made)[:5] == b"%PDF-"
    assert docx.Document(io.BytesIO(paper.docx(made))).tables


def test_minutes_show_both_times_the_authentic_language_and_who_signed() -> None:
    said = words_of(the_papers("en", "de")["minutes"])
    assert "2027-04-14 10:00 \u2013 15:00 (UTC+02:00)" in said
    assert "2027-04-14 11:00 \u2013 16:00 (UTC+03:00)" in said
    assert "Authentic language Maßgebliche Sprache English Englisch" in said
    assert "Decision 2/1: The dates of CY-2, CY-3 and SC-2 are changed" in said
    assert "Beschluss 2/1: Die Termine von CY-2" in said
    assert "DE.berlin/57" in said
    assert "QA.doha/61" in said


def test_plan_shows_what_was_planned_before_only_where_it_changed() -> None:
    made = the_papers("en", "de")["plan"]
    tables = [block for block in made.blocks if isinstance(block, Table) and len(block.columns) == 7]
    before = {row[0][0].words: row[5][0].words for table in tables for row in table.rows}
    assert {key for key, day in before.items() if day != "\u2013"} == {"CY-2", "CY-3", "SC-2"}
    assert before["CY-2"] == "2027-05-31"


def test_plan_is_drawn_as_timelines_in_the_leading_language_of_the_paper() -> None:
    english, arabic = (the_papers(*pair)["plan"] for pair in (("en", "ar"), ("ar", "en")))
    drawn = [[block for block in one.blocks if isinstance(block, Figure)] for one in (english, arabic)]
    dated = [one for one in shipped.plan(shipped.working_group()).tasks if one.finish and not one.summary]
    assert len(drawn[0]) == len(drawn[1]) == -(-len(dated) // ROWS)
    assert sum(one.svg.count('class="plot-before"') for one in drawn[0]) == 3
    assert all(one.alternative.words.startswith("الجدول الزمني") for one in drawn[1])
    assert [one.alternative.language for one in drawn[1]] == ["ar"] * len(drawn[1])


def test_report_shows_the_rule_the_stated_rating_and_the_dispute() -> None:
    said = words_of(the_papers("en", "de")["report"])
    assert "Red where an action is more than 30 days late" in said
    assert "QA: amber: needs attention" in said
    assert "Without the annex no spotter can be sent." in said


def test_text_that_exists_in_no_language_of_the_paper_is_shown_as_it_was_written() -> None:
    assert frame("en", "ar").words(Said((("de", "Nur auf Deutsch"),))) == (Text("de", "Nur auf Deutsch"),)


def test_shipped_example_covers_every_area_and_has_all_its_words_in_three_languages() -> None:
    example = shipped.working_group()
    areas = shipped.areas()
    assert {one.area for one in example.actions} == set(areas)
    assert len(example.meetings) == 2
    assert [one[0] for one in example.report.ratings if one[5]] == ["events"]
    assert Rating.AMBER in {one[5] for one in example.report.ratings}
    clauses = {one.id: one.area for one in sample().clauses}
    for action in example.actions:
        assert clauses[action.clause] == action.area, action.key
    actions, indicators = ([one.title.said() for one in group] for group in (example.actions, example.indicators))
    for title in (*areas.values(), *actions, *indicators):
        assert [language for language, words in title.texts if words] == ["en", "de", "ar"]


def test_shipped_example_survives_every_format() -> None:
    example = shipped.working_group()
    plan = shipped.plan(example)
    through_project = read_project(project_xml(plan))
    assert [loss for loss in through_project.losses if loss.left is not Left.CALCULATED] == []
    through_sheet = plan_rows(plan_workbook(plan, made=MADE)).value
    for one, other, third in zip(plan.tasks, through_project.value.tasks, through_sheet.tasks, strict=True):
        for name in ("name", "level", "start", "finish", "milestone", "percent", "extra"):
            assert getattr(one, name) == getattr(other, name) == getattr(third, name)
    (back,) = read_results(results_xml(shipped.results(example), made=MADE)).value
    assert [len(result.indicators) for result in back.results] == [
        len(result.indicators) for result in shipped.results(example).results
    ]
