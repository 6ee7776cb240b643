"""Operator, auditor and data-protection officer at a real browser: every page of theirs is accessible and fits."""

from pathlib import Path

import pytest
from playwright.sync_api import Browser, expect

from comity.node.demo.stage import DOHA, Stage
from tests.browser.conftest import Desk

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(240)]


def test_pages_on_people_log_and_erasures_are_accessible_in_arabic_and_english_light_and_dark(
    browser: Browser, stage: Stage, pictures: Path
) -> None:
    operator, auditor = (Desk(browser, stage, DOHA, name, "en") for name in ("doha-operator", "salma"))
    operator.go("/people/units/")
    operator.page.click("summary")
    operator.page.fill("details[open] input[name=name]", "Organised crime")
    operator.page.click("button[name=add]")
    page = operator.go("/people/")
    page.fill("#i-display", "Reem Al-Example")
    page.fill("#i-name", "reem")
    page.check("input[name=roles][value=auditor]")
    page.click("#invite button.primary")
    expect(page.locator("bdi.link")).to_contain_text("/welcome/")
    operator.shot(pictures, "invited")
    page.click(".sheet a.button")
    officer = page.url.removeprefix(operator.base)
    found: dict[str, list[str]] = {}
    for desk, paths in (
        (operator, ["/people/", officer, "/people/units/", "/me/", "/me/keys/", "/me/tokens/"]),
        (auditor, ["/people/", "/access-log/", "/access-log/proof/", "/erasures/"]),
    ):
        for language, theme, width in (("ar", "dark", 360), ("ar", "light", 1280), ("en", "dark", 1280)):
            desk.page.click(f"button[name=language][value={language}]")
            desk.page.click(f"button[name=appearance][value={theme}]")
            desk.page.set_viewport_size({"width": width, "height": 800})
            for number, path in enumerate(paths):
                desk.go(path)
                name = f"{path} {language} {theme} {width}"
                found[name] = desk.inaccessible()
                wide = desk.page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
                found[name] += [f"scrolls sideways by {wide}"] if wide > 0 else []
                desk.shot(pictures, f"{desk is operator}-{number}-{language}-{theme}-{width}")
        assert desk.faults == []
        desk.context.close()
    assert {place: faults for place, faults in found.items() if faults} == {}
