"""Doha in Arabic and Berlin in German hold a meeting: called, accepted, written side by side, minuted, adopted."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from comity.node.demo.stage import BERLIN, DOHA, Stage
from tests.browser.conftest import Desk
from tests.support.sizes import languages

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(300)]
PAGES = ("group/", "group/propose/", "meetings/", "minutes/", "decisions/", "decisions/new/", "calendar/")


@pytest.fixture
def maha(browser: Browser, stage: Stage) -> Iterator[Desk]:
    desk = Desk(browser, stage, DOHA, "maha", "ar")
    yield desk
    desk.context.close()


@pytest.fixture
def karl(browser: Browser, stage: Stage) -> Iterator[Desk]:
    desk = Desk(browser, stage, BERLIN, "karl", "de")
    yield desk
    desk.context.close()


def _open(desk: Desk, where: str, address: str) -> None:
    """Go to what the other side has sent, once it has arrived and stands in the list."""
    desk.go(where)
    desk.until(f"main a[href='{address}']")
    desk.page.click(f"main a[href='{address}']")


def _found(maha: Desk, karl: Desk) -> None:
    """Propose the group in Doha, sign it in Berlin, and name a member there."""
    page = maha.go("/plan/group/propose/")
    page.fill("#title-en", "Joint working group")
    page.fill("#title-ar", "فريق العمل المشترك")
    page.fill("#title-de", "Gemeinsame Arbeitsgruppe")
    page.fill("#mandate-en", "Steer the cooperation under the agreement.")
    page.fill("#mandate-ar", "توجيه التعاون في إطار الاتفاق.")
    page.fill("#mandate-de", "Die Zusammenarbeit nach dem Abkommen steuern.")
    for party in ("QA", "DE"):
        page.fill(f"#chair-{party}-en", "Co-chair")
        page.fill(f"#chair-{party}-ar", "الرئيس المشارك")
        page.fill(f"#chair-{party}-de", "Ko-Vorsitz")
    page.click("main button.primary")
    karl.go("/plan/group/")
    karl.until(".proposal button[name=concur]")
    karl.page.click(".proposal button[name=concur]")
    karl.until("details:has(#m-function)")
    karl.page.click("details:has(#m-function) summary")
    karl.page.fill("#m-function", "Cybersicherheit")
    karl.page.select_option("#m-authority", "DE/BSI")
    karl.page.click("details:has(#m-function) button")
    karl.until("main .members:has-text('Cybersicherheit')")


def _call(maha: Desk, karl: Desk) -> str:
    """Write an invitation in Doha, be warned of days off, and let Berlin accept; return the meeting's address."""
    page = maha.go("/plan/meetings/")
    page.click(".page-head button.primary")
    page.fill("#title-ar", "الاجتماع الأول لفريق العمل المشترك")
    page.fill("#title-de", "Erste Sitzung der Arbeitsgruppe")
    page.fill("#place-ar", "الدوحة")
    page.fill("#place-de", "Doha")
    page.fill("#day", "2027-03-26")
    page.fill("#begins", "09:00")
    page.fill("#point-0-ar", "الافتتاح")
    page.fill("#point-0-de", "Eröffnung")
    page.fill("#point-1-ar", "خطة العمل")
    page.fill("#point-1-de", "Aktionsplan")
    page.click(".actions button[name=keep]")
    expect(page.locator(".notice-due")).to_have_count(2)
    page.fill("#day", "2027-03-30")
    page.click("button[name=send]")
    expect(page.locator(".mark-due").first).to_be_visible()
    address = page.url.removeprefix(maha.base)
    _open(karl, "/plan/meetings/", address)
    karl.page.click(".proposal button[name=concur]")
    maha.go(address)
    maha.until("button[value=begun]")
    return address


def _hold(maha: Desk, karl: Desk, address: str) -> None:
    """Take notes on both sides at once, by keyboard; each page shows the other's lines without being loaded again."""
    maha.page.click("button[value=begun]")
    karl.go(address)
    karl.until("#note-line")
    maha.until("#note-line")
    for desk, lines in (
        (maha, ("افتتح الرئيسان الاجتماع.", "! يُعتمد جدول الأعمال.")),
        (karl, ("Die deutsche Seite dankt.", "> DE/BKA 2027-05-15 Kontaktstellen benennen")),
    ):
        desk.page.keyboard.press("n")
        for line in lines:
            desk.page.keyboard.type(line)
            desk.page.keyboard.press("Enter")
            expect(desk.page.locator("#note-line")).to_have_value("")
    expect(karl.page.locator(".note-theirs", has_text="يُعتمد")).to_be_visible()
    expect(maha.page.locator(".note-theirs", has_text="Kontaktstellen")).to_be_visible()
    assert maha.page.locator(".note").count() == karl.page.locator(".note").count() == 4
    karl.page.keyboard.press("Alt+ArrowDown")
    assert karl.page.locator("#note-point").input_value() != maha.page.locator("#note-point").input_value()
    karl.page.check("input[name=there] >> nth=0")
    expect(maha.page.locator("aside .mark-accepted").first).to_be_visible()


def _adopt(maha: Desk, karl: Desk) -> str:
    """Draft minutes in Berlin from what was written, object in Doha, propose anew, adopt; return their address."""
    page = karl.page
    page.click("button[value=ended]")
    page.click("form[action$='/minutes/'] button")
    page.select_option("#authentic", "de")
    page.fill("#said-0-ar", "افتتح الرئيسان الاجتماع وشكر الجانب الألماني.")
    page.fill("#said-0-de", "Die Ko-Vorsitzenden eröffneten die Sitzung; die deutsche Seite dankte.")
    for at in range(2):
        number = page.input_value(f"#d-0-{at}-number")
        decided = page.input_value(f"#d-0-{at}-lead") == ""
        page.fill(f"#d-0-{at}-de", "Die Tagesordnung wird angenommen." if decided else "Kontaktstellen benennen.")
        page.fill(f"#d-0-{at}-ar", "يُعتمد جدول الأعمال." if decided else "تسمية نقاط الاتصال.")
        assert number
    page.click("button[name=propose]")
    expect(page.locator(".signatures .mark-accepted")).to_have_count(1)
    first = page.url.removeprefix(karl.base)
    _open(maha, "/plan/minutes/", first)
    maha.until("button[name=object]")
    maha.page.fill("#words", "القرار الثاني يحتاج إلى موعد أبعد.")
    maha.page.click("button[name=object]")
    karl.until(".signatures .mark-refused")
    page.click("button[name=again]")
    page.fill("#said-0-de", "Die Ko-Vorsitzenden eröffneten die Sitzung und dankten einander.")
    page.click("button[name=propose]")
    expect(page.locator(".differences ins")).to_have_text(
        "Die Ko-Vorsitzenden eröffneten die Sitzung und dankten einander."
    )
    second = page.url.removeprefix(karl.base)
    _open(maha, "/plan/minutes/", second)
    maha.until("button[name=concur]")
    maha.page.click("button[name=concur]")
    maha.until("#adopted")
    karl.until("#adopted")
    return second


def test_meeting_is_called_held_on_both_sides_minuted_adopted_and_its_decisions_stand_in_both_registers(
    maha: Desk, karl: Desk, pictures: Path
) -> None:
    _found(maha, karl)
    address = _call(maha, karl)
    _hold(maha, karl, address)
    for desk, name in ((maha, "room-ar"), (karl, "room-de")):
        desk.shot(pictures, name)
        assert desk.inaccessible() == []
    minutes = _adopt(maha, karl)
    for desk, name in ((maha, "minutes-ar"), (karl, "minutes-de")):
        desk.shot(pictures, name)
        assert desk.inaccessible() == []
        desk.go("/plan/decisions/")
        expect(desk.page.locator("main tbody tr")).to_have_count(2)
        desk.shot(pictures, name.replace("minutes", "decisions"))
        with desk.page.expect_download() as started:
            desk.page.evaluate(f"location.href = '{minutes}minutes.pdf?beside=ar'")
        assert Path(started.value.path()).read_bytes().startswith(b"%PDF")
    karl.page.click("main tbody tr:has-text('DE/BKA') a")
    karl.page.select_option("#stage", "done")
    karl.page.fill("#remark", "Benannt.")
    karl.page.click("form[action$='/follow/'] button")
    maha.go(karl.page.url.removeprefix(karl.base))
    maha.until("main:has-text('Benannt.')")
    maha.page.select_option("#stage", "done")
    maha.page.click("form[action$='/follow/'] button")
    karl.until(".page-head .mark-accepted")
    _look(maha, karl, address, minutes, pictures)
    for desk in (maha, karl):
        assert desk.faults == []


def _look(maha: Desk, karl: Desk, address: str, minutes: str, pictures: Path) -> None:
    """Look at every page, wide and narrow, light and dark, and let axe look."""
    for desk, language in ((maha, "ar"), (karl, "de")):
        if language not in languages("ar", "de"):
            continue
        for theme, width in (("light", 1280), ("dark", 360)):
            desk.page.emulate_media(color_scheme=theme)  # type: ignore[arg-type]  # one of two
            desk.page.set_viewport_size({"width": width, "height": 860})
            for path in (*(f"/plan/{one}" for one in PAGES), address, minutes):
                desk.go(path)
                name = path.removeprefix("/plan/").replace("/", "-").strip("-")[-24:]
                desk.shot(pictures, f"{language}-{theme}-{name}")
                assert desk.inaccessible() == [], path
                wide = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                assert wide <= 0, path
