"""Doha in Arabic and Berlin in German plan an area, cross two changes, dispute a rating and file a report."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, FilePayload

from comity.node.demo.stage import BERLIN, DOHA, Stage
from tests.browser.conftest import Desk
from tests.support.sizes import languages

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(300)]


@pytest.fixture
def desks(browser: Browser, stage: Stage) -> Iterator[tuple[Desk, Desk]]:
    maha, karl = Desk(browser, stage, DOHA, "maha", "ar"), Desk(browser, stage, BERLIN, "karl", "de")
    yield maha, karl
    maha.context.close()
    karl.context.close()


def sign(desk: Desk, place: str) -> None:
    """Wait for the other side's proposal, on the list and on its page, and sign it."""
    desk.go(place.rpartition("/areas/")[0] + "/" if "/areas/" in place else "/".join(place.split("/")[:3]) + "/")
    desk.until(f"a[href^='{place}']")
    desk.go(place)
    desk.until("button[name=concur]")
    desk.page.locator("button[name=concur]").first.click()


def act_on(desk: Desk, place: str, title: str, due: str) -> None:
    """Propose an action on the page of an area."""
    page = desk.go(place + "new/actions/")
    page.fill("#id_title_de", title)
    page.fill("#id_title_ar", f"إجراء {title}")
    page.select_option("#id_lead", "DE/BKA")
    page.fill("#id_start", "2026-01-01")
    page.fill("#id_due", due)
    page.click("main form.stack button.primary")


def until_gone(desk: Desk, place: str, selector: str) -> None:
    desk.go(place)
    for _ in range(40):
        if not desk.page.locator(selector).count():
            return
        desk.page.wait_for_timeout(250)
        desk.page.reload()
    raise AssertionError(f"{selector} stayed")


def test_plan_is_adopted_changes_cross_a_rating_is_disputed_and_a_report_filed(
    desks: tuple[Desk, Desk], pictures: Path
) -> None:
    maha, karl = desks
    page = maha.go("/plan/areas/new/")
    page.select_option("#id_area", "cyber")
    page.fill("#id_first", "2026-01-01")
    page.fill("#id_last", "2027-12-31")
    page.click("main form.stack button.primary")
    page.wait_for_url("**/plan/areas/*-*/")
    area = page.url.removeprefix(maha.base)
    sign(karl, area)
    act_on(maha, area, "Kontaktstellen", "2026-03-31")
    sign(karl, area)
    karl.until("a[href*='/actions/']")
    for desk, title in ((maha, "Übung"), (karl, "Lagebild")):
        act_on(desk, area, title, "2027-06-30")
    karl.go(area)
    karl.until(".notice-due")
    karl.shot(pictures, "crossing-de")
    karl.page.locator("button[name=concur]").first.click()
    until_gone(maha, area, "button[name=withdraw]")
    maha.go(area)
    maha.until("text=النسخة 3")
    assert "Lagebild" not in karl.go(area).locator("section[aria-labelledby=actions]").inner_text()
    _indicators(maha, karl, area)
    report = _report(maha, karl, pictures)
    figures = [
        desk.go("/plan/reports/reciprocity/").locator("tbody td.number").all_inner_texts() for desk in (maha, karl)
    ]
    assert sorted(figures[0]) == sorted(figures[1])
    assert karl.go(report).locator("h1").count() == 1
    _files(maha, pictures)
    _look(maha, karl, area, report, pictures)
    assert (maha.faults, karl.faults) == ([], [])


def _indicators(maha: Desk, karl: Desk, area: str) -> None:
    page = maha.go("/plan/indicators/")
    page.click(f"form[action*='{area.split('/')[3]}'] button")
    page.wait_for_url("**/plan/indicators/*-*/")
    place = page.url.removeprefix(maha.base)
    sign(karl, place)
    maha.go(place)
    maha.until("a.primary")
    page.click("a.primary")
    page.fill("#id_title_de", "Fristgerecht beantwortet")
    page.fill("#id_title_ar", "أُجيب في الموعد")
    page.select_option("#id_measure", "answered-in-time")
    page.locator("input[name^=target_]").first.fill("90")
    page.click("main form.stack button.primary")
    sign(karl, place)


def _report(maha: Desk, karl: Desk, pictures: Path) -> str:
    page = maha.go("/plan/reports/new/?first=2026-01-01&last=2026-12-31")
    page.fill("#t-de", "Erstes Jahr")
    page.fill("#t-ar", "السنة الأولى")
    page.click("main form.stack button.primary")
    page.wait_for_url("**/plan/reports/*-*/")
    report = page.url.removeprefix(maha.base)
    sign(karl, report)
    karl.until("button[name=dispute]")
    form = karl.page.locator("form.rate").first
    form.locator("select").select_option("amber")
    form.locator("input[name=words]").fill("Personal fehlt")
    form.locator("button[name=dispute]").click()
    karl.page.fill("#account", "Aus Sicht von Berlin")
    karl.page.click("button[name=account]")
    maha.go(report)
    maha.until("text=Personal fehlt")
    maha.page.fill("#account", "من وجهة نظر الدوحة")
    maha.page.click("button[name=account]")
    maha.until("text=Aus Sicht von Berlin")
    maha.page.click("button[name=file]")
    maha.shot(pictures, "report-ar")
    sign(karl, report)
    maha.go(report)
    maha.until("text=مودَع")
    return report


def _files(maha: Desk, pictures: Path) -> None:
    """Take the plan out, bring it back unchanged, then broken: the page says what became of it."""
    page = maha.go("/plan/files/")
    with page.expect_download() as started:
        page.click("a[href$='plan.xml']")
    content = Path(started.value.path()).read_bytes()
    for name, data, told in (
        ("plan.xml", content, "[role=status]"),
        ("plan.xml", content.replace(b"<UID>1</UID>", b"<UID>one</UID>", 1), "[role=alert] tbody tr"),
    ):
        page = maha.go("/plan/files/")
        page.select_option("#id_what", name)
        page.set_input_files("#id_file", files=FilePayload(name=name, mimeType="application/xml", buffer=data))
        page.click("main form.stack button.primary")
        page.wait_for_selector(told)
        maha.shot(pictures, f"files-{told[1:12]}-ar")
        assert maha.inaccessible() == []


def _look(maha: Desk, karl: Desk, area: str, report: str, pictures: Path) -> None:
    """Look at every page in both desks' languages and in English, light and dark, wide and narrow."""
    action = maha.go(area).locator("section[aria-labelledby=actions] a").first.get_attribute("href") or ""
    indicator = maha.go("/plan/indicators/").locator("tbody a").first.get_attribute("href") or ""
    paths = {
        "board": "/plan/", "area": area, "action": action, "versions": area + "versions/",
        "timeline": "/plan/timeline/", "risks": "/plan/risks/", "indicators": "/plan/indicators/",
        "indicator": indicator, "reports": "/plan/reports/", "report": report, "new-action": area + "new/actions/",
        "reciprocity": "/plan/reports/reciprocity/", "files": "/plan/files/", "front": "/",
    }  # fmt: skip
    found: dict[str, list[str]] = {}
    for desk, spoken in ((maha, languages("ar", "en")), (karl, languages("de"))):
        if desk is karl and spoken == ("ar",):
            continue
        for language, theme, width in ((one, *look) for one in spoken for look in (("light", 1280), ("dark", 360))):
            desk.go("/plan/")
            desk.page.click(f"button[name=language][value={language}]")
            desk.page.click(f"button[name=appearance][value={theme}]")
            desk.page.set_viewport_size({"width": width, "height": 800})
            for name, path in paths.items():
                desk.go(path)
                wide = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                place = f"{name} {language} {theme} {width}"
                found[place] = [*desk.inaccessible(), *([f"scrolls sideways by {wide}"] if wide > 0 else [])]
                desk.shot(pictures, f"plan-{name}-{language}-{theme}-{width}")
    assert {place: faults for place, faults in found.items() if faults} == {}
