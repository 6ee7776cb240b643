"""An officer makes a passkey and one-time codes and signs in with them: a real browser with a virtual authenticator."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from allauth.mfa.totp.internal import auth as totp
from playwright.sync_api import Browser, Page, expect

from comity.node.demo.stage import DOHA, Stage
from tests.browser.conftest import AXE

pytestmark = [pytest.mark.loopback, pytest.mark.timeout(240)]


@pytest.fixture
def page(browser: Browser, stage: Stage) -> Iterator[Page]:
    """Open the sign-in page at a host that passkeys can be made for; notes what the policy blocks."""
    context = browser.new_context(locale="en", viewport={"width": 1280, "height": 860})
    found = context.new_page()
    found.set_default_timeout(15_000)
    found.goto(_base(stage) + "/sign-in/")
    yield found
    context.close()


def _base(stage: Stage) -> str:
    return stage.address(DOHA).rstrip("/").replace("127.0.0.1", "localhost")


def _password(page: Page, stage: Stage, name: str) -> None:
    page.fill("#id_username", name)
    page.fill("#id_password", stage.passwords[name])
    page.click("main button.primary")


def _accessible(page: Page) -> None:
    page.evaluate(AXE.read_text())
    assert page.evaluate("async () => (await axe.run()).violations.map(one => one.id)") == []


def test_passkey_is_made_and_signs_in_alone_and_beside_the_password(page: Page, stage: Stage, pictures: Path) -> None:
    faults: list[str] = []
    page.on("console", lambda said: faults.append(said.text) if said.type == "error" else None)
    session = page.context.new_cdp_session(page)
    session.send("WebAuthn.enable")
    options = {"protocol": "ctap2", "transport": "internal", "hasResidentKey": True, "hasUserVerification": True}
    options |= {"isUserVerified": True, "automaticPresenceSimulation": True}
    session.send("WebAuthn.addVirtualAuthenticator", {"options": options})
    _accessible(page)
    _password(page, stage, "noura")
    page.goto(_base(stage) + "/me/keys/")
    _accessible(page)
    page.fill("#passkey-name", "Blue key")
    page.click("form[data-passkey] button")
    expect(page.locator(".code-list li")).to_have_count(10)
    _accessible(page)
    page.goto(_base(stage) + "/me/keys/")
    expect(page.locator("table")).to_contain_text("Blue key")
    page.screenshot(path=str(pictures / "keys.png"), full_page=True)
    page.click(".rail-foot button")

    page.click("form[data-passkey] button")
    expect(page.locator(".rail-foot")).to_contain_text("Noura Al-Example")
    page.click(".rail-foot button")

    _password(page, stage, "noura")
    expect(page.locator("h1")).to_have_text("One more step")
    _accessible(page)
    page.screenshot(path=str(pictures / "second.png"), full_page=True)
    page.click("form[data-passkey] button")
    expect(page.locator(".rail-foot")).to_contain_text("Noura Al-Example")
    assert faults == []


def test_one_time_codes_are_set_up_and_asked_for_at_the_next_sign_in(page: Page, stage: Stage, pictures: Path) -> None:
    _password(page, stage, "hamad")
    page.goto(_base(stage) + "/me/keys/codes/")
    expect(page.locator("img.qr")).to_have_js_property("complete", value=True)
    assert page.evaluate("document.querySelector('img.qr').naturalWidth") > 0
    _accessible(page)
    page.screenshot(path=str(pictures / "codes.png"), full_page=True)
    secret = page.locator("bdi.code").inner_text().replace(" ", "")
    page.fill("#id_code", _code(secret))
    page.click("main button.primary")
    expect(page.locator(".code-list li")).to_have_count(10)
    page.screenshot(path=str(pictures / "recovery.png"), full_page=True)
    page.click(".rail-foot button")
    _password(page, stage, "hamad")
    page.fill("#id_code", _code(secret))
    page.click("main button.primary")
    expect(page.locator(".rail-foot")).to_contain_text("Hamad Al-Example")


def _code(secret: str) -> str:
    return str(totp.format_hotp_value(totp.hotp_value(secret, int(time.time()) // 30)))
