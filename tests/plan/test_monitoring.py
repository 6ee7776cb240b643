"""Indicators and reports on screen: figures are the same on both sides, and disputes stay visible."""

import pytest

from comity.desk.api.scopes import Scope
from tests.plan.test_pages import planned, secretary, settle, with_action
from tests.support.calls import program
from tests.support.screens import Screens, text

pytestmark = pytest.mark.django_db(databases=["default", "second", "third"], transaction=True)

INDICATOR = {
    "title_en": "Share answered in time",
    "measure": "answered-in-time",
    "rising": "on",
    "target_2026-h2": "90",
}
BY_HAND = {"title_en": "Joint exercises", "unit_en": "exercises", "rising": "on", "target_2026-h2": "2"}


def sign_first(screens: Screens, node: str, address: str) -> None:
    client = secretary(screens, node)
    forms = text(client.get(address)).split("proposals/")[1:]
    place = next(one for one in forms if 'name="concur"' in one.partition("</form>")[0]).partition('"')[0]
    client.post(f"{address}proposals/{place}", {"concur": "", "words": "Agreed."})
    settle(screens)


def with_indicators(screens: Screens) -> str:
    """Return the address of an area with a computed indicator and one by hand, both in force."""
    planned_at = planned(screens)
    begun = secretary(screens, "QA.doha").post(f"/plan/indicators/begin/{planned_at.split('/')[3]}/")
    address: str = begun.headers["Location"]
    settle(screens)
    sign_first(screens, "DE.berlin", address)
    for one in (INDICATOR, BY_HAND):
        sent = secretary(screens, "QA.doha").post(address + "new/", one)
        assert sent.status_code == 302, text(sent)
    settle(screens)
    sign_first(screens, "DE.berlin", address)
    return address


def one_of(page: str, address: str, title: str) -> str:
    """Return the address of an indicator by its title."""
    return next(
        f"{address}one/{one.partition('/')[0]}/"
        for one in page.split(f'href="{address}one/')[1:]
        if title in one.partition("</a>")[0]
    )


def test_computed_indicator_is_the_same_on_both_sides_and_names_its_records(desks: Screens) -> None:
    address = with_indicators(desks)
    case = desks.ask(desks.sit("QA.doha", "noura"))
    settle(desks)
    assert "/cases/" in case
    pages = {}
    for node in ("QA.doha", "DE.berlin"):
        client = secretary(desks, node)
        place = one_of(text(client.get("/plan/indicators/")), address, "Share answered in time")
        page = text(client.get(place))
        assert "Of the requests accepted in the period and answered" in page
        pages[node] = page.partition('id="rows"')[2].partition("</section>")[0]
        assert b"Record" in client.get(f"{place}2026-h2.csv").getvalue()
    assert pages["QA.doha"] == pages["DE.berlin"]


def test_figure_by_hand_carries_who_when_and_evidence_and_only_ones_own_side_writes_it(desks: Screens) -> None:
    address = with_indicators(desks)
    client = secretary(desks, "DE.berlin")
    place = one_of(text(client.get("/plan/indicators/")), address, "Joint exercises")
    refused = text(client.post(place + "tell/", {"period": "2026-h2", "value": "3", "evidence": ""}, follow=True))
    assert "A figure needs its evidence." in refused
    wrong = text(client.post(place + "tell/", {"period": "2026-h2", "value": "3,5", "evidence": "x"}, follow=True))
    assert "Write the figure in digits" in wrong
    client.post(place + "tell/", {"period": "2026-h2", "value": "3", "evidence": "Minutes of the drill"})
    settle(desks)
    shown = text(secretary(desks, "QA.doha").get(place))
    assert "Minutes of the drill" in shown
    assert "DE/BKA" in shown
    assert ">met<" not in shown
    assert "met" in shown
    computed = one_of(text(client.get("/plan/indicators/")), address, "Share answered")
    said = text(client.post(computed + "tell/", {"period": "2026-h2", "value": "3", "evidence": "x"}, follow=True))
    assert "takes no figure by hand" in said


def test_report_is_rated_by_the_rule_disputed_told_by_both_and_filed(desks: Screens) -> None:
    with_action(desks)
    begun = secretary(desks, "QA.doha").post("/plan/reports/new/", {"title_en": "First half-year"})
    address: str = begun.headers["Location"]
    settle(desks)
    sign_first(desks, "DE.berlin", address)
    secretary(desks, "DE.berlin").post(
        address + "act/", {"dispute": "", "area": "cyber", "stated": "amber", "words": "Staff is short"}
    )
    settle(desks)
    unfinished = text(secretary(desks, "DE.berlin").post(address + "act/", {"file": ""}, follow=True))
    assert "Each side tells its account first." in unfinished
    for node in ("QA.doha", "DE.berlin"):
        secretary(desks, node).post(address + "act/", {"account": "", "words": f"As {node} sees it"})
        settle(desks)
    secretary(desks, "QA.doha").post(address + "act/", {"file": ""})
    settle(desks)
    sign_first(desks, "DE.berlin", address)
    for node in ("QA.doha", "DE.berlin"):
        page = text(secretary(desks, node).get(address))
        assert "filed, signed by both sides" in page
        assert "green: on course" in page
        assert "Staff is short" in page
        assert "As QA.doha sees it" in page
        assert "As DE.berlin sees it" in page
    over = text(secretary(desks, "QA.doha").post(address + "act/", {"account": "", "words": "More"}, follow=True))
    assert "The report is filed" in over
    paper = secretary(desks, "QA.doha").get(address + "paper.pdf")
    assert paper.content.startswith(b"%PDF")
    reader = program(desks, "QA.doha", "secretary-doha", Scope.PLAN_READ)
    (line,) = reader.get("plan/reports")["items"]
    assert (line["agreed"], line["ratings"]["cyber"]) == (True, "green")
    for form, begin in (("pdf", b"%PDF"), ("docx", b"PK")):
        taken = reader.call("GET", f"plan/reports/{line['report']}/paper/{form}?beside=ar")
        assert taken.content.startswith(begin)
    assert reader.call("GET", f"plan/reports/{line['report']}/paper/odt").status_code == 400
    for nothing in (f"plan/minutes/{line['report']}/paper/pdf", f"plan/reports/{desks.channel}/paper/pdf"):
        assert reader.call("GET", nothing).status_code == 404


def test_rating_that_departs_from_the_rule_needs_a_reason_and_both_signatures(desks: Screens) -> None:
    with_action(desks)
    begun = secretary(desks, "QA.doha").post("/plan/reports/new/", {"title_en": "First half-year"})
    address: str = begun.headers["Location"]
    settle(desks)
    sign_first(desks, "DE.berlin", address)
    without = {"rate": "", "area": "cyber", "stated": "red", "words": ""}
    page = text(secretary(desks, "QA.doha").post(address + "act/", without, follow=True))
    assert "needs a reason" in page
    secretary(desks, "QA.doha").post(address + "act/", without | {"words": "No budget"})
    settle(desks)
    assert "No budget" in text(secretary(desks, "DE.berlin").get(address))
    sign_first(desks, "DE.berlin", address)
    assert "red: off course" in text(secretary(desks, "QA.doha").get(address)).partition('id="ratings"')[2]


def test_reciprocity_shows_both_sides_the_same(desks: Screens) -> None:
    with_action(desks)
    desks.ask(desks.sit("QA.doha", "noura"))
    settle(desks)
    tables = [
        secretary(desks, node).get("/plan/reports/reciprocity.csv").getvalue() for node in ("QA.doha", "DE.berlin")
    ]
    rows = [sorted(one.decode().splitlines()) for one in tables]
    assert rows[0] == rows[1]
    assert "Requests received" in text(secretary(desks, "DE.berlin").get("/plan/reports/reciprocity/"))
