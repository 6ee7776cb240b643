"""Doha asks in Arabic, a second person releases, Berlin answers in German: two real nodes, a real browser."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from comity.node.demo.stage import DOHA, Stage
from tests.browser.conftest import Desk
from tests.support.sizes import languages

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(240)]


def test_urgent_request_is_asked_released_answered_and_receipted_on_screen(
    noura: Desk, hamad: Desk, greta: Desk, pictures: Path
) -> None:
    page = noura.go("/cases/")
    page.click(".page-head button.primary")
    noura.choose("#id-clause", "3(1)")
    page.wait_for_selector("#id-urgency")
    page.select_option("#id-purpose", "prevention")
    page.select_option("#id-urgency", "urgent")
    page.fill("#id-subject", "سؤال عن مركبة")
    page.fill("#id-question", "من كان يقود المركبة التي تحمل اللوحة B-XY 1234 في شهر مايو؟")
    page.fill("#id-legal_basis", "القانون رقم 3")
    # The agreement speaks while she writes: next to the field, and in the column beside.
    expect(page.locator("#said-case_number")).to_contain_text("3(1)")
    assert noura.inaccessible() == []
    noura.shot(pictures, "write-ar")
    page.fill("#id-case_number", "DOH-2026-117")
    expect(page.locator("#preflight .notice-accepted")).to_be_visible()
    content = b"A grey car before a white wall.\n" * 20_000
    page.set_input_files("#id-upload", files=FilePayload(name="صورة.txt", mimeType="text/plain", buffer=content))
    page.click("button[name=attach]")
    page.click("button[name=review]")
    page.click("button[name=hand-over]")

    page = hamad.page
    hamad.until(".question-release .line a")
    assert hamad.inaccessible() == []
    page.click(".question-release .line a")
    expect(page.locator(".consequences")).to_contain_text("two persons")
    page.click("button[name=release]")
    hamad.until(".entry-ours .mark-accepted")
    hamad.shot(pictures, "thread-en")

    page = greta.page
    greta.until(".question-us .line-due a")
    greta.shot(pictures, "front-de")
    page.click(".question-us .line-due a")
    # She has written nothing in this case, so she is asked once why she looks.
    assert greta.inaccessible() == []
    greta.shot(pictures, "why-de")
    page.click("button[name=open]")
    assert greta.inaccessible() == []
    greta.until(".files a")
    with page.expect_download() as download:
        page.click(".files a")
    assert Path(download.value.path()).read_bytes() == content
    page.click(".entry-theirs .actions button.primary")
    page.fill("#id-text", "Das Fahrzeug ist seit Mai auf eine Firma in Köln zugelassen.")
    page.select_option("#id-source", "B")
    page.select_option("#id-information", "2")
    page.click("button[name=review]")
    # Clause 3(1) asks for two persons on this side too; greta alone cannot send.
    expect(page.locator("button[name=hand-over]")).to_be_visible()
    assert page.locator("button[name=send]").count() == 0
    for desk in (noura, hamad, greta):
        assert desk.faults == []


def test_every_page_is_accessible_light_and_dark_wide_and_narrow(
    browser: Browser, stage: Stage, pictures: Path
) -> None:
    desk = Desk(browser, stage, DOHA, "noura", "en")
    paths = ["/", "/cases/", "/cases/drafts/", "/agreement/", "/agreement/?view=matrix", "/agreement/?view=history"]
    paths += ["/agreement/explain/", "/journal/", "/alarms/", "/status/", "/me/"]
    found: dict[str, list[str]] = {}
    for language in languages("ar", "en"):
        desk.page.click(f"button[name=language][value={language}]")
        for theme, width in (("light", 1280), ("dark", 360)):
            desk.page.click(f"button[name=appearance][value={theme}]")
            desk.page.set_viewport_size({"width": width, "height": 800})
            for number, path in enumerate(paths):
                desk.go(path)
                found[f"{path} {language} {theme}"] = desk.inaccessible()
                wide = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                if wide > 0:
                    found[f"{path} {language} {theme}"].append(f"scrolls sideways by {wide}")
                desk.shot(pictures, f"{number}-{language}-{theme}-{width}")
    assert {place: faults for place, faults in found.items() if faults} == {}
    assert desk.faults == []
    desk.context.close()


def test_pages_are_read_and_a_draft_is_checked_without_any_script(browser: Browser, stage: Stage) -> None:
    context = browser.new_context(java_script_enabled=False, locale="en")
    page = context.new_page()
    base = stage.address(DOHA).rstrip("/")
    page.goto(f"{base}/sign-in/")
    page.fill("#id_username", "noura")
    page.fill("#id_password", stage.passwords["noura"])
    page.click("main button.primary")
    page.goto(f"{base}/cases/")
    page.click(".page-head button.primary")
    page.select_option("#id-clause", "4(2)")
    page.click(".write-actions button[name=check]")
    page.select_option("#id-urgency", "normal")
    page.click(".write-actions button[name=check]")
    expect(page.locator("#said-case_number")).to_contain_text("Clause 4(2) needs a case number.")
    page.click("button[name=discard]")
    context.close()
