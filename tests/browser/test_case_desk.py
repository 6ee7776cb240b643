"""A case runs its whole course between Doha, in Arabic, and Berlin, in German: two real nodes, a real browser."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload, expect

from comity.node.demo.stage import BERLIN, DOHA, Stage
from tests.browser.conftest import Desk
from tests.support.sizes import languages

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(300)]
SENT = ".entry-ours .mark-accepted"


@pytest.fixture
def looked(pictures: Path) -> "Looked":
    return Looked(pictures)


class Looked:
    """Keep a picture of each page and what axe finds on it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.faults: dict[str, list[str]] = {}

    def at(self, desk: Desk, name: str) -> None:
        """Look at the page that is open."""
        desk.shot(self.folder, f"case-{name}")
        self.faults[name] = desk.inaccessible()
        wide = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        if wide > 0:
            self.faults[name].append(f"scrolls sideways by {wide}")


@pytest.fixture
def jonas(browser: Browser, stage: Stage) -> Iterator[Desk]:
    desk = Desk(browser, stage, BERLIN, "jonas", "de")
    yield desk
    desk.context.close()


def faults(desk: Desk) -> list[str]:
    """Return what the browser reported, but for what the test does itself: a page that is left while it asks for news,
    and a use that is refused."""
    expected = (
        "htmx:afterRequest",
        "htmx:sendError",
        "Failed to load resource: the server responded with a status of 403",
    )
    return [one for one in desk.faults if not one.startswith(expected)]


def why(desk: Desk) -> None:
    """Answer once why one looks, where it is asked."""
    if desk.page.locator("button[name=open]").count():
        desk.page.click("button[name=open]")


def send(desk: Desk) -> None:
    """Look once more, send, and wait for the receipt."""
    desk.page.click("button[name=review]")
    desk.page.click("button[name=send]")
    desk.page.wait_for_selector(".timeline")


def search(desk: Desk, words: str, case: str, looked: Looked, language: str) -> None:
    """Find a case by a name in another spelling, and look at the page."""
    desk.go("/cases/search/")
    desk.page.fill("#id_words", words)
    desk.page.select_option("#id_purpose", "investigation")
    desk.page.click("form[role=search] button.primary")
    expect(desk.page.locator(f"main table a[href^='{case.partition('#')[0]}']").first).to_be_visible()
    looked.at(desk, f"search-{language}")


def answer(desk: Desk, kind: str) -> None:
    """Begin what answers or asks about the partner's record."""
    desk.page.click(f".entry-theirs form[action$='/{kind}/'] button")
    desk.page.wait_for_selector("#draft")


def test_case_is_asked_clarified_answered_consented_to_and_erased_on_screen(
    noura: Desk, hamad: Desk, greta: Desk, looked: Looked
) -> None:
    page = noura.go("/cases/")
    page.click(".page-head button.primary")
    noura.choose("#id-clause", "4(2)")
    page.wait_for_selector("#id-urgency")
    page.select_option("#id-purpose", "investigation")
    page.select_option("#id-urgency", "urgent")
    page.fill("#id-case_number", "DOH-2026-118")
    page.fill("#id-subject", "صاحب مركبة")
    page.fill("#id-question", "من هو صاحب المركبة التي تحمل اللوحة B-XY 1234 منذ شهر مايو؟")
    page.click("button[name=add-item][value=person]")
    page.fill("#id-item-0-name", "محمد العلي")
    page.fill("#id-item-0-latin", "Mohammed Al-Ali")
    page.fill("#id-item-0-born", "1980-05-17")
    expect(page.locator("#preflight .notice-accepted")).to_be_visible()
    looked.at(noura, "write-ar")
    send(noura)
    looked.at(noura, "asked-ar")
    case = page.url.partition("?")[0].removeprefix(noura.base)

    # Berlin asks back: the clock stands still on both screens, and Doha's page shows it without being loaded again.
    greta.until(".question-us .line a")
    greta.go(case)
    why(greta)
    answer(greta, "clarification")
    greta.page.fill("#id-question", "Welches der beiden Fahrzeuge ist gemeint?")
    looked.at(greta, "clarification-de")
    send(greta)
    greta.until(SENT)
    greta.page.reload()
    expect(greta.page.locator(".entry-theirs .mark-later").first).to_contain_text("steht still")
    expect(page.locator(".entry-theirs .record-clarification")).to_be_visible(timeout=30_000)
    looked.at(noura, "paused-ar")
    answer(noura, "clarified")
    page.fill("#id-text", "المركبة الرمادية.")
    send(noura)

    greta.until(".entry-theirs .record-clarified")
    answer(greta, "reply")
    greta.page.fill("#id-text", "Seit Mai ist eine Firma in Köln eingetragen.")
    greta.page.select_option("#id-source", "B")
    greta.page.select_option("#id-information", "2")
    upload = FilePayload(name="Auszug.txt", mimeType="text/plain", buffer=b"Halter: eine Firma.\n" * 2000)
    greta.page.set_input_files("#id-upload", files=upload)
    greta.page.click("button[name=attach]")
    looked.at(greta, "reply-de")
    send(greta)

    # H1 keeps it from a court until Berlin consents; one click prepares the request.
    noura.until(".entry-theirs .record-reply .files a")
    search(noura, "Muhammad Ali", case, looked, "ar")
    noura.go(case)
    page.click("form[action$='/pack/'] button")
    expect(page.locator(".withheld")).to_contain_text("4(2)")
    search(greta, "Muhammad Ali", case, looked, "de")
    greta.go(case)
    looked.at(noura, "withheld-ar")
    page.click("form[action*='/consent/evidence/'] button")
    expect(page.locator("#id-use")).to_have_value("evidence")
    page.fill("#id-reason", "تبدأ المحاكمة في يونيو.")
    looked.at(noura, "consent-ar")
    send(noura)
    greta.until(".record-consent-asked")
    answer(greta, "consented")
    greta.page.fill("#id-conditions", "Ohne die Quelle zu nennen.")
    looked.at(greta, "consented-de")
    send(greta)
    noura.go(case)
    noura.until(".consent")
    looked.at(noura, "consent-given-ar")
    with page.expect_download() as download:
        page.click("form[action$='/pack/'] button")
    assert Path(download.value.path()).stat().st_size > 10_000

    # A supervisor orders the request erased; Berlin's node confirms it.
    hamad.go(case)
    why(hamad)
    hamad.page.click(".record-request details[id^=erase] summary")
    hamad.page.fill(".record-request input[name=ground]", "Asked in error")
    hamad.page.click(".record-request details[id^=erase] button")
    hamad.until(".record-request .erasures .mark-accepted >> nth=1", tries=120)
    looked.at(hamad, "erased-en")
    expect(hamad.page.locator(".record-request .erasures")).to_contain_text("the partner's node confirmed it")
    for desk in (noura, hamad, greta):
        assert faults(desk) == []
    assert {name: faults for name, faults in looked.faults.items() if faults} == {}


def test_every_page_of_a_case_is_accessible_in_three_languages_and_narrow(
    browser: Browser, stage: Stage, looked: Looked
) -> None:
    desk = Desk(browser, stage, DOHA, "noura", "en")
    desk.go("/cases/")
    desk.page.click(".page-head button.primary")
    desk.choose("#id-clause", "4(2)")
    desk.page.wait_for_selector("#id-urgency")
    desk.page.select_option("#id-purpose", "investigation")
    desk.page.select_option("#id-urgency", "urgent")
    desk.page.fill("#id-case_number", "DOH-2026-119")
    desk.page.fill("#id-subject", "A house in Doha")
    desk.page.fill("#id-question", "Who has rented the house since last winter?")
    desk.page.click("button[name=add-item][value=vehicle]")
    desk.page.fill("#id-item-0-plate", "قطر 12345")
    draft = desk.page.url.partition("#")[0].removeprefix(desk.base)
    desk.page.wait_for_timeout(1_000)
    looked.at(desk, "write-en")
    send(desk)
    case = desk.page.url.removeprefix(desk.base)
    for language in languages("ar", "de", "en"):
        for theme, width in (("light", 1280), ("dark", 360)):
            desk.page.set_viewport_size({"width": 1280, "height": 800})
            desk.go("/cases/")
            desk.page.click(f"button[name=language][value={language}]")
            desk.page.click(f"button[name=appearance][value={theme}]")
            desk.page.set_viewport_size({"width": width, "height": 800})
            for name, path in {
                "inbox": "/cases/?state=from-them",
                "thread": case,
                "print": f"{case}print/",
                "join": f"{case}join/",
            }.items():
                desk.go(path)
                looked.at(desk, f"{name}-{language}-{theme}-{width}")
    assert draft
    assert faults(desk) == []
    assert {name: faults for name, faults in looked.faults.items() if faults} == {}
    desk.context.close()


def test_inbox_is_worked_by_keyboard(browser: Browser, stage: Stage) -> None:
    desk = Desk(browser, stage, DOHA, "noura", "en")
    page = desk.go("/cases/")
    page.click(".page-head button.primary")
    desk.choose("#id-clause", "4(2)")
    page.wait_for_selector("#id-urgency")
    page.select_option("#id-purpose", "investigation")
    page.select_option("#id-urgency", "normal")
    page.fill("#id-case_number", "DOH-2026-119")
    page.fill("#id-subject", "Keeper of a vehicle")
    page.fill("#id-question", "Who has kept the vehicle with the invented plate XX-EX 4711?")
    send(desk)
    desk.go("/cases/")
    expect(desk.page.locator(".keys")).to_be_visible()
    desk.page.keyboard.press("j")
    expect(desk.page.locator("tr.here")).to_have_count(1)
    desk.page.keyboard.press("x")
    assert desk.page.locator("tr.here input[type=checkbox]").is_checked()
    desk.page.keyboard.press("Enter")
    desk.page.wait_for_selector(".timeline")
    assert faults(desk) == []
    desk.context.close()
