"""Plan and indicators as files on a node: what went out comes back as it went, and what does not fit is named."""

import csv
import io
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from openpyxl import load_workbook

from comity.node.example import working_group as shipped
from comity.plan.papers.msproject import project_xml
from tests.plan.test_monitoring import sign_first, with_indicators
from tests.plan.test_pages import secretary, settle, sign, with_action
from tests.support.screens import Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)


def take(screens: Screens, node: str, name: str, data: bytes, **said: str) -> str:
    given = {"what": name, "file": SimpleUploadedFile(name, data), "note": "From the ministry", **said}
    return text(secretary(screens, node).post("/plan/files/", given))


def saved(screens: Screens, node: str, place: str) -> bytes:
    response = secretary(screens, node).get(f"/plan/files/{place}")
    assert response.status_code == 200
    content: bytes = response.content
    return content


def edited(data: bytes, change: Any) -> bytes:
    book = load_workbook(io.BytesIO(data))
    change(book.worksheets[0])
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def test_sheet_comes_back_as_it_went_and_what_was_changed_in_it_is_proposed(desks: Screens) -> None:
    address, action = with_action(desks)
    sheet = saved(desks, "QA.doha", "plan.xlsx")
    assert "0 proposals left for the other side." in take(desks, "QA.doha", "plan.xlsx", sheet)

    def later(rows: Any) -> None:
        heads = [one.value for one in rows[1]]
        rows.cell(3, heads.index("Due") + 1).value = "2027-09-30"

    said = take(desks, "QA.doha", "plan.xlsx", edited(sheet, later))
    assert "1 proposal left for the other side." in said
    settle(desks)
    assert "From the ministry" in text(secretary(desks, "DE.berlin").get(address))
    sign(desks, "DE.berlin", address)
    for node in ("QA.doha", "DE.berlin"):
        page = text(secretary(desks, node).get(action))
        assert "2027-09-30" in page
        assert "A list of contacts" in page
        assert "Austausch der Kontaktstellen" in text(secretary(desks, node).get(address + "versions/?one=0&other=3"))


def test_every_row_that_does_not_fit_is_named_and_nothing_is_taken(desks: Screens) -> None:
    address, _ = with_action(desks)

    def wrong(rows: Any) -> None:
        heads = [one.value for one in rows[1]]
        rows.cell(3, heads.index("clause") + 1).value = "99"
        rows.append(["k-2", 1, "Belongs nowhere", None, "2027-01-01"])

    said = take(desks, "QA.doha", "plan.xlsx", edited(saved(desks, "QA.doha", "plan.xlsx"), wrong))
    assert "The file is not taken" in said
    assert "This is none of the values that can stand here." in said
    assert "k-2: area" in said
    assert 'class="sheet proposal"' not in text(secretary(desks, "QA.doha").get(address)).partition('id="proposals"')[0]


def test_what_both_have_said_about_an_action_outlives_a_sheet(desks: Screens) -> None:
    address, action = with_action(desks)
    for state in ("in-progress", "done-claimed"):
        secretary(desks, "DE.berlin").post(action + "tell/", {"progress": state, "remark": "Under way"})
        settle(desks)
    secretary(desks, "QA.doha").post(action + "end/", {"outcome": "done-confirmed"})
    settle(desks)
    sign(desks, "DE.berlin", address)
    for name in ("plan.xlsx", "plan.xml"):
        said = take(desks, "QA.doha", name, saved(desks, "QA.doha", name))
        assert "0 proposals left for the other side." in said, name


def test_project_of_another_program_becomes_the_plan_of_every_area(desks: Screens) -> None:
    project = project_xml(shipped.plan(shipped.working_group()))
    said = take(desks, "QA.doha", "plan.xml", project)
    assert "proposals left for the other side." in said
    assert "Left out" in said
    settle(desks)
    board = text(secretary(desks, "DE.berlin").get("/plan/"))
    assert "Exchange indicators of compromise every week" in board
    assert b"%PDF" in saved(desks, "DE.berlin", "plan.pdf")[:8]


def test_indicators_come_back_as_they_went_and_own_figures_are_written(desks: Screens) -> None:
    with_indicators(desks)
    table = saved(desks, "DE.berlin", "indicators.csv").decode("utf-8-sig")
    assert "Joint exercises" in table
    again = take(desks, "DE.berlin", "indicators.csv", table.encode())
    assert "0 proposals left for the other side." in again
    activity = saved(desks, "DE.berlin", "indicators.xml")
    assert "0 proposals left for the other side." in take(desks, "DE.berlin", "indicators.xml", activity)
    wanted = table.replace('"90"', '"95"').replace(",90,", ",95,")
    assert wanted != table
    assert "1 proposal left for the other side." in take(desks, "DE.berlin", "indicators.csv", wanted.encode())
    settle(desks)
    page = text(secretary(desks, "QA.doha").get("/plan/indicators/"))
    assert "waits for an answer" in page
    address = page.partition('line-due"><a href="')[2].partition('"')[0]
    sign_first(desks, "QA.doha", address)
    assert "95" in text(secretary(desks, "DE.berlin").get("/plan/indicators/?area=cyber"))


def test_own_figures_of_a_table_are_written_with_their_evidence_and_those_of_others_are_not(desks: Screens) -> None:
    address = with_indicators(desks)
    rows = list(csv.DictReader(io.StringIO(saved(desks, "DE.berlin", "indicators.csv").decode("utf-8-sig"))))
    target = next(one for one in rows if one["title en"] == "Joint exercises" and one["target"] == "2")
    figure = {**target, "party": "DE", "target": "", "actual": "3", "remark": "Minutes of the drill"}
    out = io.StringIO()
    writer = csv.DictWriter(out, list(target))
    writer.writeheader()
    writer.writerows([*rows, figure])
    sheet = out.getvalue().encode()
    others = take(desks, "QA.doha", "indicators.csv", sheet)
    assert "actual of the other side" in others
    assert "figure was written" not in others
    assert "1 figure was written." in take(desks, "DE.berlin", "indicators.csv", sheet)
    settle(desks)
    page = text(secretary(desks, "QA.doha").get("/plan/indicators/"))
    place = page.partition("Joint exercises")[0].rpartition('href="')[2].partition('"')[0]
    assert place.startswith(address)
    assert "Minutes of the drill" in text(secretary(desks, "QA.doha").get(place))
