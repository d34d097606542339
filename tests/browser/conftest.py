"""The page in real Chromium, against the whole service in processes of its own."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, ViewportSize, expect, sync_playwright

from tests.support.running import Running, running_service

ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking", "--no-first-run"]
WIDE: ViewportSize = {"width": 1280, "height": 900}


def chromium() -> str:
    """Where Chromium is."""
    for name in ("/usr/bin/chromium", "chromium", "chromium-browser", "google-chrome"):
        if found := shutil.which(name):
            return found
    pytest.fail("The browser tests need Chromium: install it (apt-get install chromium) or put `chromium` on the PATH.")


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One a module: while Playwright runs, its event loop is in the way of tests that call the handlers directly."""
    with sync_playwright() as started:
        found = started.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        yield found
        found.close()


@pytest.fixture(scope="session")
def router(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    """A service with a little traffic."""
    folder: Path = tmp_path_factory.mktemp("state")
    with running_service(folder) as found:
        for prompt in ("Write a Python function to sort a list", "Prove that 2 is prime", "Hello there!"):
            assert found.ask("PORT", "POST", "/route", {"prompt": prompt})[0] == 200
        yield found


class Watched:
    """What a page complained of: nothing, in every test."""

    def __init__(self, page: Page) -> None:
        self.errors: list[str] = []
        page.on("pageerror", lambda error: self.errors.append(str(error)))
        page.on("console", lambda said: self.errors.append(said.text) if self._is_trouble(said) else None)

    def _is_trouble(self, said: ConsoleMessage) -> bool:
        """Chromium also notes each answer that is no 200; tests bring those about on purpose."""
        return said.type == "error" and not said.text.startswith("Failed to load resource")


@pytest.fixture
def page(browser: Browser) -> Iterator[Page]:
    """A new page, which must end without an error of its own and without having asked anybody else."""
    with browser.new_context(viewport=WIDE, color_scheme="light", locale="en-GB") as context:
        opened = context.new_page()
        watched, asked = Watched(opened), []
        opened.on("request", lambda request: asked.append(request.url))
        yield opened
        opened.unroute_all(behavior="ignoreErrors")
        assert watched.errors == []
        assert all(url.startswith(("http://127.0.0.1:", "data:")) for url in asked)


@pytest.fixture
def board(page: Page, router: Running) -> Page:
    """The dashboard, open and with its data."""
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#components li")).not_to_have_count(0)
    return page
