"""A plan goes into a workbook and comes back, indicators into a table and back; nothing in them is ever worked out."""

import contextlib
import csv
import io
import zipfile
from dataclasses import replace
from datetime import UTC, date, datetime

import pytest
from django.utils.translation import override
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import Workbook, load_workbook

from comity.plan import linking
from comity.plan.columns import PLAN, Column
from comity.plan.exchange import Link, LinkKind, Project, Said, Task
from comity.plan.imports.report import ImportRefusedError, Left, Why
from comity.plan.imports.sheets import plan_rows
from comity.plan.imports.tables import indicators
from comity.plan.papers.sheets import plan_workbook
from comity.plan.papers.tables import harmless, indicators_csv
from tests.plan.plans import a_plan, some_results

PERIODS = b"key,title en,period first day,period last day"
MADE = datetime(2027, 7, 1, 8, 0, tzinfo=UTC)
FORMULAS = ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "\t=1", '=HYPERLINK("http://a.example")', "=cmd|' /C calc'!A0"]


def workbook(
    *rows: tuple[str | date | None, ...], heads: tuple[str, ...] = ("Key", "Action", "Start", "Due", "Waits for")
) -> bytes:
    book = Workbook()
    assert book.active is not None
    for row in (heads, *rows):
        book.active.append(row)
    made = io.BytesIO()
    book.save(made)
    return made.getvalue()


def faults_of(data: bytes) -> list[tuple[int, str, Why]]:
    with pytest.raises(ImportRefusedError) as refused:
        plan_rows(data)
    return [(fault.line, fault.place, fault.why) for fault in refused.value.faults]


@pytest.mark.parametrize("language", ["en", "de", "ar"])
def test_plan_comes_back_from_a_workbook_in_any_language(language: str) -> None:
    before = a_plan()
    with override(language):
        data = plan_workbook(before, made=MADE)
    after = plan_rows(data).value
    for one, other in zip(before.tasks, after.tasks, strict=True):
        same = ("key", "name", "level", "start", "finish", "minutes", "milestone", "summary", "percent", "notes")
        for name in (*same, "deadline", "links", "extra"):
            assert getattr(one, name) == getattr(other, name), name
    assert [one.resource for one in after.tasks[1].assignments] == ["DE/BKA", "QA/MOI"]


def test_workbook_in_arabic_runs_from_right_to_left() -> None:
    with override("ar"):
        book = load_workbook(io.BytesIO(plan_workbook(a_plan(), made=MADE)))
    assert book.worksheets[0].sheet_view.rightToLeft


def test_same_plan_is_the_same_workbook() -> None:
    made = plan_workbook(a_plan(), made=MADE)
    assert made == plan_workbook(a_plan(), made=MADE)
    with zipfile.ZipFile(io.BytesIO(made)) as archive:
        assert {info.date_time[0] for info in archive.infolist()} == {1980}
        assert archive.read("docProps/core.xml").count(b"2027-07-01T08:00:00Z") == 2


@pytest.mark.parametrize("text", FORMULAS)
def test_text_that_looks_like_a_formula_goes_out_and_comes_back_as_text(text: str) -> None:
    data = plan_workbook(Project("p", (Task("A", text, notes=text),)), made=MADE)
    cell = load_workbook(io.BytesIO(data)).worksheets[0]["C2"]
    assert cell.data_type == "s"
    assert cell.quotePrefix
    assert plan_rows(data).value.tasks[0].name == text.strip()


def test_formula_in_a_workbook_is_refused_and_never_worked_out() -> None:
    assert faults_of(workbook(("A", "=1+1"))) == [(2, "column 2", Why.FORMULA)]


def test_each_row_that_is_wrong_is_named_with_its_column() -> None:
    data = workbook(
        ("A", "Action", "2027-01-04", "2027-01-03", ""),
        ("", "Action", "soon", None, ""),
        ("A", "", date(2027, 1, 1), None, "A FS +x"),
        ("B", "Action", None, None, "Z"),
    )
    assert faults_of(data) == [
        (2, "Due", Why.ORDER),
        (3, "Start", Why.NOT_A_DATE),
        (3, "Key", Why.EMPTY),
        (4, "Action", Why.EMPTY),
        (4, "Waits for", Why.NOT_ON_LIST),
        (4, "Key", Why.TWICE),
        (5, "link", Why.UNKNOWN_REFERENCE),
    ]


def test_sheet_without_the_needed_columns_is_refused() -> None:
    assert faults_of(workbook(heads=("Something", "else"))) == [(1, "Key", Why.COLUMN), (1, "Action", Why.COLUMN)]


def test_archive_that_would_unpack_to_too_much_is_refused_before_it_is_unpacked() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as archive:
        for number in range(30):
            archive.writestr(f"xl/{number}.xml", b"\0" * 10_000_000)
    assert len(made.getvalue()) < 1_000_000
    assert faults_of(made.getvalue()) == [(1, "workbook", Why.TOO_LARGE)]


def entity_bomb() -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(workbook())) as old, zipfile.ZipFile(made, "w") as new:
        for info in old.infolist():
            body = old.read(info)
            if info.filename == "xl/worksheets/sheet1.xml":
                body = b'<!DOCTYPE a [<!ENTITY b "c">]>' + body
            new.writestr(info.filename, body)
    return made.getvalue()


@pytest.mark.parametrize("data", [b"", b"PK\x03\x04 not a zip", b"a,b,c", entity_bomb()])
def test_what_is_no_workbook_is_refused(data: bytes) -> None:
    assert faults_of(data) == [(1, "workbook", Why.WRONG_FORMAT)]


@given(
    st.lists(
        st.builds(
            Link,
            st.from_regex(r"[A-Za-z0-9-]{1,12}", fullmatch=True).filter(lambda key: key not in set(LinkKind)),
            st.sampled_from(LinkKind),
            st.integers(-10_000, 10_000),
            st.booleans(),
        ).map(lambda link: link if link.lag else replace(link, elapsed=False)),
        max_size=4,
    ),
    st.sampled_from([420, 480, 1440]),
)
def test_links_in_a_cell_are_read_as_they_were_written(links: list[Link], minutes_per_day: int) -> None:
    assert linking.links(linking.written(tuple(links), minutes_per_day), minutes_per_day) == tuple(links)


@settings(max_examples=40, deadline=None)
@given(st.text(min_size=1, max_size=60).filter(lambda text: text.strip()))
def test_any_name_of_an_action_survives_the_workbook(name: str) -> None:
    data = plan_workbook(Project("p", (Task("A", name),)), made=MADE)
    back = plan_rows(data).value.tasks[0].name
    kept = "".join(char for char in name if char.isprintable() and not char.isspace())
    assert all(char in back for char in kept)


def test_indicators_come_back_from_a_table() -> None:
    before = some_results()
    taken = indicators(indicators_csv(before))
    (after,) = taken.value.results
    assert taken.losses == ()
    for one, other in zip(before.results[0].indicators, after.indicators, strict=True):
        for name in ("key", "title", "measure", "rising", "computed"):
            assert getattr(one, name) == getattr(other, name)
        assert [(each.first, each.last) for each in one.periods] == [(each.first, each.last) for each in other.periods]
        assert [each.targets for each in one.periods] == [each.targets for each in other.periods]
    assert after.indicators[0].periods[0].actuals[0].value == "76.5"
    assert after.indicators[0].baselines[0].figure.value == "61"


def test_table_with_semicolons_may_have_decimal_commas() -> None:
    data = b"key;title en;period first day;period last day;target\r\na;A;2027-01-01;2027-03-31;1,5\r\n"
    assert indicators(data).value.results[0].indicators[0].periods[0].targets[0].value == "1.5"


def test_column_that_is_not_known_is_reported() -> None:
    (loss,) = indicators(b"key,title en,odd\na,A,1\n").losses
    assert (loss.place, loss.left) == ("odd", Left.UNKNOWN)


@pytest.mark.parametrize(
    ("table", "fault"),
    [
        (b"title en\nA\n", (1, "Key", Why.COLUMN)),
        (b"key,title en\n,A\n", (2, "Key", Why.EMPTY)),
        (b"key,title en\na,\n", (2, "Title in English", Why.EMPTY)),
        (b"key,title en,measure\na,A,weight\n", (2, "Measure", Why.NOT_ON_LIST)),
        (PERIODS + b",target\na,A,2027-01-01,2027-03-31,many\n", (2, "Target", Why.NOT_A_NUMBER)),
        (PERIODS + b"\na,A,2027-03-01,2027-01-31\n", (2, "Last day", Why.ORDER)),
        (b"key,title en,target\na,A,3\n", (2, "First day", Why.MISSING)),
        (b"key,title en,baseline\na,A,3\n", (2, "Year of the baseline", Why.MISSING)),
        (b'key,title en\na,"A\n', (2, "table", Why.WRONG_FORMAT)),
        (b"key,title en\na,\xff\n", (2, "table", Why.NOT_TEXT)),
    ],
)  # fmt: skip
def test_table_that_is_wrong_is_refused_with_line_and_column(table: bytes, fault: tuple[int, str, Why]) -> None:
    with pytest.raises(ImportRefusedError) as refused:
        indicators(table)
    assert fault in [(one.line, one.place, one.why) for one in refused.value.faults]


@pytest.mark.parametrize("text", FORMULAS)
def test_table_holds_no_cell_that_a_spreadsheet_would_run(text: str) -> None:
    results = some_results()
    indicator = replace(results.results[0].indicators[0], title=Said((("en", text),)))
    changed = replace(results, results=(replace(results.results[0], indicators=(indicator,)),))
    data = indicators_csv(changed)
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert rows[0]["title en"].startswith("'")
    assert indicators(data).value.results[0].indicators[0].title.in_("en").strip() == text.strip()


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")  # it warns of what it then cannot read
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_damaged_workbook_or_table_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    for whole in (bytearray(plan_workbook(a_plan(), made=MADE)), bytearray(indicators_csv(some_results()))):
        at = data.draw(st.integers(0, len(whole) - 1))
        whole[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=6))
        with contextlib.suppress(ImportRefusedError):
            (plan_rows if whole.startswith(b"PK") else indicators)(bytes(whole))


@pytest.mark.filterwarnings("ignore::UserWarning:openpyxl")  # it warns of what it then cannot read
@settings(max_examples=60, deadline=None)
@given(st.data())
def test_sheet_damaged_within_its_archive_is_read_or_refused_and_nothing_else(data: st.DataObject) -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plan_workbook(a_plan(), made=MADE))) as old, zipfile.ZipFile(made, "w") as new:
        part = data.draw(st.sampled_from(old.namelist()))
        for name in old.namelist():
            body = bytearray(old.read(name))
            if name == part:
                at = data.draw(st.integers(0, len(body) - 1))
                body[at : at + data.draw(st.integers(0, 30))] = data.draw(st.binary(max_size=6))
            new.writestr(name, bytes(body))
    with contextlib.suppress(ImportRefusedError):
        plan_rows(made.getvalue())


def test_workbook_that_does_not_say_where_a_sheet_is_is_refused_and_not_read_without_it() -> None:
    made = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(plan_workbook(a_plan(), made=MADE))) as old, zipfile.ZipFile(made, "w") as new:
        for name in old.namelist():
            new.writestr(
                name, old.read(name).replace(b" r:id=", b" r:ix=") if name.endswith("workbook.xml") else old.read(name)
            )
    with pytest.raises(ImportRefusedError):
        plan_rows(made.getvalue())


def test_negative_number_stays_a_number() -> None:
    assert harmless("-3.5") == "-3.5"


def test_every_column_of_the_sheet_has_a_title_of_its_own_in_each_language() -> None:
    for language in ("en", "de", "ar"):
        with override(language):
            assert len({str(title) for title in PLAN.values()}) == len(Column)
