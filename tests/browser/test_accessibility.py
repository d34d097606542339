"""axe finds nothing to complain of, in either theme, on a phone and on a desk, with everything opened."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, expect

from tests.support.running import Running


@pytest.mark.parametrize("width", [360, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_page_has_no_violation(browser: Browser, router: Running, scheme, width: int):
    with browser.new_context(color_scheme=scheme, viewport={"width": width, "height": 900}) as context:
        page = context.new_page()
        page.goto(router.url("DASHBOARD_PORT"))
        expect(page.locator("#components li")).not_to_have_count(0)
        page.get_by_label("Prompt", exact=True).fill("Write a Python function to sort a list")
        page.get_by_label("Cost at most").fill("20")
        expect(page.locator("#found .verdict")).to_be_visible()
        for summary in page.locator("summary").all():
            summary.click()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
        page.locator("#decisions button").first.click()
        expect(page.locator("#decision .verdict")).to_be_visible()
        found = Axe().run(page)
        assert found.violations_count == 0, found.generate_report()
