"""The key in the reader's hands: asked for where it is wanted, changed, forgotten, and kept nowhere if need be."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browsing import give, guard, refreshed
from tests.support.running import Running

NO_STORAGE = """for (const name of ["localStorage", "sessionStorage"]) {
    Object.defineProperty(window, name, { get() { throw new DOMException("denied", "SecurityError"); } });
}"""


def holding(page: Page, router: Running) -> None:
    """The page, open with the admin key from before."""
    page.add_init_script(f"sessionStorage.setItem('router-key', '{router.admin_key}')")
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#decisions button")).not_to_have_count(0)


def test_with_site_data_blocked_everything_works_and_nothing_is_kept(page: Page, router: Running):
    page.add_init_script(NO_STORAGE)
    guard(page, "/dashboard/data", router.admin_key)
    page.goto(router.url("DASHBOARD_PORT"))
    give(page, router.admin_key)
    expect(page.locator("#status")).to_have_text("All is well")
    page.locator("#baseline").select_option(index=0)
    page.locator("#theme").click()
    expect(page.locator("#theme")).to_have_text("Theme: light")
    page.reload()
    expect(page.locator("#theme")).to_have_text("Theme: system")


def test_a_decision_that_needs_a_key_asks_for_it_while_figures_come_and_opens_with_it(board: Page, router: Running):
    guard(board, "/decisions/", router.admin_key)
    board.locator("#decisions button").first.click()
    form = board.locator("#key-form")
    expect(form).to_be_visible()
    expect(board.get_by_role("dialog")).to_be_hidden()
    expect(board.locator("#key")).to_be_focused()
    refreshed(board)
    refreshed(board)
    expect(form).to_be_visible()
    give(board, router.admin_key)
    expect(board.locator("#decision .verdict")).to_be_visible()
    expect(form).to_be_hidden()


def test_a_decision_that_this_key_does_not_show_asks_for_another_key(page: Page, router: Running):
    def hidden(route: Route) -> None:
        body = '{"error": {"code": "not_found", "message": "There is no such decision."}}'
        route.fulfill(status=404, content_type="application/json", body=body)

    page.route("**/decisions/*", hidden)
    holding(page, router)
    page.locator("#decisions button").first.click()
    expect(page.locator("#decision-body")).to_contain_text("The admin key sees every decision")
    page.get_by_role("button", name="Give another key").click()
    expect(page.locator("#key")).to_be_focused()
    page.unroute("**/decisions/*")
    give(page, router.admin_key)
    expect(page.locator("#decision .verdict")).to_be_visible()


def test_a_key_that_is_held_can_be_changed(page: Page, router: Running):
    holding(page, router)
    button, form = page.get_by_role("button", name="Change key"), page.locator("#key-form")
    button.click()
    expect(page.locator("#key")).to_be_focused()
    refreshed(page)
    expect(form).to_be_visible()
    button.click()
    expect(form).to_be_hidden()
    button.click()
    with page.expect_request("**/dashboard/data*") as asked:
        give(page, "another")
    assert asked.value.headers["authorization"] == "Bearer another"


def test_a_key_that_is_held_can_be_forgotten(page: Page, router: Running):
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.get_by_role("button", name=re.compile("Change|Forget"))).to_have_count(0)
    holding(page, router)
    page.get_by_role("button", name="Change key").click()
    with page.expect_request("**/dashboard/data*") as asked:
        page.get_by_role("button", name="Forget key").click()
    assert "authorization" not in asked.value.headers
    assert page.evaluate("sessionStorage.getItem('router-key')") is None
    expect(page.get_by_role("button", name="Change key")).to_be_hidden()
    expect(page.locator("#key-form")).to_be_hidden()


@pytest.mark.parametrize("wanted_by", ["figures", "the reader"])
def test_once_a_key_has_been_given_the_keyboard_goes_on_with_the_figures(page: Page, router: Running, wanted_by: str):
    if wanted_by == "figures":
        guard(page, "/dashboard/data", router.admin_key)
        page.goto(router.url("DASHBOARD_PORT"))
    else:
        holding(page, router)
        page.get_by_role("button", name="Change key").click()
    page.get_by_label("Key", exact=True).fill(router.admin_key)
    page.get_by_label("Key", exact=True).press("Enter")
    expect(page.locator("#key-form")).to_be_hidden()
    expect(page.locator("#board")).to_be_focused()
