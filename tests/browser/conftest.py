"""Two real nodes and a real browser; what is missing on this machine is said in one line."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Error, Page, sync_playwright

from comity.node.demo import stage as demo
from comity.node.demo.stage import BERLIN, DOHA, Actor, Stage

AXE = Path(__file__).parent / "vendor" / "axe.min.js"
ARGUMENTS = [
    "--no-sandbox",
    "--disable-quic",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
]


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    path = os.environ.get("COMITY_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
    if path is None:
        pytest.skip("no chromium on this machine: install the package chromium, or name it in COMITY_CHROMIUM")
    with sync_playwright() as playwright:
        found = playwright.chromium.launch(executable_path=path, headless=True, args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="module")
def stage(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stage]:
    """Run Doha and Berlin as processes of their own, paired, in agreement, with the example officers."""
    found, _ = demo.open_stage(tmp_path_factory.mktemp("stage") / "nodes", demo.free_ports())
    try:
        with found.sides() as (doha, berlin):
            demo.introduce(doha, berlin)
            demo.enlist(found, doha, berlin)
            found.serve()
            demo.agree(doha, berlin)
        yield found
    finally:
        found.stop()


class Desk:
    """Be an officer at a browser; notes every fault the browser reports and every foreign address it asks for."""

    def __init__(self, browser: Browser, stage: Stage, actor: Actor, name: str, language: str) -> None:
        """Sign in."""
        self.base = stage.address(actor).rstrip("/")
        self.context = browser.new_context(locale=language, viewport={"width": 1280, "height": 860})
        self.page: Page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.faults: list[str] = []
        self.page.on("pageerror", lambda error: self.faults.append(str(error)))
        self.page.on("console", lambda said: self.faults.append(said.text) if said.type == "error" else None)
        self.page.on("request", lambda asked: self._own(asked.url))
        self.go("/sign-in/")
        self.page.fill("#id_username", name)
        self.page.fill("#id_password", stage.passwords[name])
        self.page.click("main button.primary")

    def _own(self, url: str) -> None:
        if not url.startswith((self.base, "data:")):
            self.faults.append(f"asked {url}")

    def go(self, path: str) -> Page:
        """Open a page of the node."""
        self.page.goto(self.base + path)
        return self.page

    def until(self, selector: str, tries: int = 40) -> None:
        """Load the page again until something is on it."""
        for _ in range(tries):
            try:
                self.page.wait_for_selector(selector, timeout=500)
                return
            except Error:
                self.page.reload()
        raise AssertionError(f"{selector} did not appear")

    def choose(self, selector: str, value: str) -> None:
        """Choose an option once the page's scripts have begun: before, nothing would answer the choice."""
        self.page.wait_for_selector(selector)
        self.page.wait_for_load_state("load")
        self.page.select_option(selector, value)

    def inaccessible(self) -> list[str]:
        """Return what axe finds on the page, by rule and place."""
        self.page.evaluate(AXE.read_text())
        found = self.page.evaluate("async () => (await axe.run()).violations")
        return [f"{one['id']}: {node['target']}" for one in found for node in one["nodes"]]

    def shot(self, folder: Path, name: str) -> None:
        """Keep a picture of the page."""
        self.page.screenshot(path=str(folder / f"{name}.png"), full_page=True)


@pytest.fixture
def pictures(tmp_path: Path) -> Path:
    """Return where pictures are kept: ``COMITY_PICTURES`` where that is set."""
    folder = Path(os.environ.get("COMITY_PICTURES") or tmp_path)
    folder.mkdir(parents=True, exist_ok=True)
    return folder


@pytest.fixture
def noura(browser: Browser, stage: Stage) -> Iterator[Desk]:
    desk = Desk(browser, stage, DOHA, "noura", "ar")
    yield desk
    desk.context.close()


@pytest.fixture
def hamad(browser: Browser, stage: Stage) -> Iterator[Desk]:
    desk = Desk(browser, stage, DOHA, "hamad", "en")
    yield desk
    desk.context.close()


@pytest.fixture
def greta(browser: Browser, stage: Stage) -> Iterator[Desk]:
    desk = Desk(browser, stage, BERLIN, "greta", "de")
    yield desk
    desk.context.close()


@pytest.fixture
def salim(browser: Browser, stage: Stage) -> Iterator[Desk]:
    desk = Desk(browser, stage, DOHA, "salim", "ar")
    yield desk
    desk.context.close()


@pytest.fixture
def jonas(browser: Browser, stage: Stage) -> Iterator[Desk]:
    desk = Desk(browser, stage, BERLIN, "jonas", "de")
    yield desk
    desk.context.close()
