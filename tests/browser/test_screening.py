"""Doha holds a list, Berlin asks blind and then under the reference, Doha answers, a person decides: a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import FilePayload, expect

from tests.browser.conftest import Desk
from tests.support.sizes import languages

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(300)]

MISREAD = "P<UTOERIKSSON<<ANNA<MARIA<<<<<<<<<<<<<<<<<<<\nL898902C46UTO7408122F1204159ZE184226B<<<<<10"
PAGES = ("", "hits/", "lists/", "lists/new/", "lists/own/wanted/", "asked/", "rules/")
LIST = """reference,name,birth_date,nationality
D-1,سميرة الطنجاوي,1980-05-01,MAR
D-2,خالد المثالي,1975-11-20,QAT
D-3,,1975-13-40,QAT
""".encode()
PASSENGERS = b"""reference,name,birth_date
P-1,Gudrun Zwiebelfeld,1961-02-03
P-2,Khalid al-Mithali,1975-11-20
"""


def _upload(desk: Desk, name: str, data: bytes) -> None:
    desk.page.set_input_files("#id_upload", files=FilePayload(name=name, mimeType="text/csv", buffer=data))


def _ask_and_answer(greta: Desk, jonas: Desk, noura: Desk, hamad: Desk) -> None:
    """Send the request that is filled in, and answer it: the clause asks for two persons on either side."""
    page = greta.page
    page.fill("#id-case_number", "B-2026-5")
    page.fill("#id-legal_basis", "Gesetz 1 (Beispiel)")
    page.select_option("#id-urgency", "urgent")
    page.click("button[name=review]")
    page.click("button[name=hand-over]")
    _release(jonas)

    page = noura.page
    noura.until(".question-us .line-due a")
    page.click(".question-us .line-due a")
    page.click("button[name=open]")
    page.click(".entry-theirs .actions button.primary")
    page.fill("#id-text", "مذكرة رقم 12 (مثال).")
    page.select_option("#id-source", "B")
    page.select_option("#id-information", "2")
    page.click("button[name=review]")
    page.click("button[name=hand-over]")
    _release(hamad)


def _release(desk: Desk) -> None:
    desk.until(".question-release .line a")
    desk.page.click(".question-release .line a")
    desk.page.click("button[name=release]")
    desk.until(".entry-ours .mark-accepted")


def test_hit_is_found_asked_about_answered_and_reviewed_without_a_list_or_a_question_leaving_in_clear(
    salim: Desk, noura: Desk, hamad: Desk, greta: Desk, jonas: Desk, pictures: Path
) -> None:
    page = salim.go("/screening/lists/")
    salim.shot(pictures, "screening-empty-ar")
    assert salim.inaccessible() == []
    page.click(".page-head a.primary")
    page.fill("#id_list_id", "wanted")
    page.fill("#id_title", "أشخاص مطلوبون")
    page.fill("#id_legal_basis", "القانون رقم 1 (مثال)")
    _upload(salim, "list.csv", LIST)
    page.click("button[name=trial]")
    expect(page.locator(".notice-accepted")).to_contain_text("2")
    assert salim.inaccessible() == []
    salim.shot(pictures, "screening-trial-ar")
    _upload(salim, "list.csv", LIST)
    page.click("button[name=take-in]")
    page.click(".notice-accepted a")
    page.click("button[name=publish]")
    salim.until("#publication .mark-accepted")
    assert salim.inaccessible() == []
    salim.shot(pictures, "screening-list-ar")

    page = greta.go("/screening/")
    greta.until(".page-head a.primary")
    greta.shot(pictures, "screening-checks-de")
    page.click(".page-head a.primary")
    page.fill("#id_latin", "Samira Al-Tandschawi")
    page.fill("#id_names", "Samira Tanjaoui")
    page.fill("#id_born", "1980-05-01")
    assert greta.inaccessible() == []
    greta.shot(pictures, "screening-person-de")
    page.click("form.stack button.primary")
    greta.until(".mark-accepted")
    greta.until("table.stacked tbody tr")
    assert greta.inaccessible() == []
    greta.shot(pictures, "screening-check-de")
    page.click("table.stacked tbody a")
    expect(page.locator(".notice-due").first).to_contain_text("keine Feststellung")
    assert greta.inaccessible() == []
    greta.shot(pictures, "screening-hit-de")
    page.click("button[name=request]")
    reference = page.input_value("#id-question")
    assert "wanted" in reference
    assert "Tan" not in reference

    _ask_and_answer(greta, jonas, noura, hamad)
    page = greta.go("/screening/")
    page.click("table.stacked tbody a")
    page.click("table.stacked tbody a")
    page.check("input[value='different-person']")
    page.fill("#id_reason", "Das Lichtbild zeigt eine andere Person.")
    page.click("button[name=decide]")
    expect(page.locator(".page-head .mark-accepted")).to_be_visible()
    greta.shot(pictures, "screening-reviewed-de")
    for desk in (greta, salim):
        desk.go("/screening/rules/")
        desk.until("td.number:text-is('1')")
        assert desk.inaccessible() == []
        desk.shot(pictures, f"screening-rules-{'de' if desk is greta else 'ar'}")

    page = greta.go("/screening/file/")
    _upload(greta, "passengers.csv", PASSENGERS)
    assert greta.inaccessible() == []
    page.click("form.stack button.primary")
    greta.until("table.stacked tbody tr")
    assert page.locator("table.stacked tbody tr").count() == 1
    with page.expect_download() as download:
        page.click("a[download]")
    assert "keine Feststellung" in Path(download.value.path()).read_text(encoding="utf-8-sig")

    page = salim.go("/screening/asked/")
    salim.until("table tbody tr")
    expect(page.locator("table tbody")).to_contain_text("DE")
    assert "Tan" not in page.content()
    assert salim.inaccessible() == []
    salim.shot(pictures, "screening-asked-ar")
    _look(salim, greta, pictures)
    for desk in (salim, noura, hamad, greta, jonas):
        assert desk.faults == []


def _look(salim: Desk, greta: Desk, pictures: Path) -> None:
    """Look at every page in each language, light and dark, wide and narrow."""
    found: dict[str, list[str]] = {}
    # Doha has the list, so that only Berlin has somebody to ask.
    for desk, paths in ((salim, PAGES), (greta, ("person/", "file/", "lists/"))):
        for language in languages("en", "de", "ar"):
            desk.go("/screening/")
            desk.page.click(f"button[name=language][value={language}]")
            for theme, width in (("light", 1280), ("dark", 360)):
                desk.page.click(f"button[name=appearance][value={theme}]")
                desk.page.set_viewport_size({"width": width, "height": 800})
                for path in paths:
                    desk.go(f"/screening/{path}")
                    if path == "person/":
                        _fill_in(desk)
                    wide = desk.page.evaluate(
                        "document.documentElement.scrollWidth - document.documentElement.clientWidth"
                    )
                    faults = desk.inaccessible() + ([f"scrolls sideways by {wide}"] if wide > 0 else [])
                    found[f"{path} {language} {theme}"] = faults
                    desk.shot(pictures, f"screening-{path.replace('/', '-')}{language}-{theme}")
    assert {place: faults for place, faults in found.items() if faults} == {}


def _fill_in(desk: Desk) -> None:
    """Write a name and a zone whose number was misread, and wait for what the page says beside."""
    desk.page.fill("#id_latin", "Anna Eriksson")
    desk.page.fill("#id_mrz", MISREAD)
    expect(desk.page.locator("#before .zone .mark-refused").first).to_be_visible()
