"""The dashboard in a person's hands: it explains, answers every choice, adapts, and works without a mouse."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.running import Running


def test_savings_follow_the_model_that_the_reader_picks_and_the_pick_is_kept(board: Page):
    usual = board.locator("#t-saved-more").inner_text()
    board.locator("#baseline").select_option(index=0)
    assert board.locator("#t-saved-more").inner_text() != usual
    picked = board.locator("#baseline").input_value()
    board.reload()
    expect(board.locator("#baseline")).to_have_value(picked)


def test_a_longer_time_can_be_shown(board: Page):
    with board.expect_response(lambda answer: "window=week" in answer.url) as answered:
        board.get_by_label("7 days").check(force=True)
    assert answered.value.json()["window_s"] == 7 * 86_400
    board.get_by_text("The same as a table").click()
    expect(board.locator("#series tr")).to_have_count(168)


def test_a_time_that_is_picked_while_an_answer_is_on_its_way_is_shown_next(page: Page, router: Running):
    held: list[Route] = []

    def hold(route: Route) -> None:
        held.append(route)

    page.add_init_script("window.setInterval = () => 0")  # so that nothing but the choice asks again
    page.route("**/dashboard/data?window=hour", hold)
    with page.expect_request("**/dashboard/data?window=hour"):
        page.goto(router.url("DASHBOARD_PORT"))
    page.get_by_label("7 days").check(force=True)
    with page.expect_response("**/dashboard/data?window=week"):
        held[0].continue_()
    page.get_by_text("The same as a table").click()
    expect(page.locator("#series tr")).to_have_count(168)


def test_a_decision_opens_with_its_whole_explanation(board: Page):
    board.locator("#decisions button").first.click()
    dialog = board.get_by_role("dialog")
    expect(dialog).to_contain_text("has the best balance")
    expect(dialog.get_by_role("group", name="Ranking")).to_contain_text("of such prompts well")
    board.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_the_playground_classifies_marks_ranks_and_says_what_constraints_leave_out(board: Page):
    board.get_by_label("Prompt", exact=True).fill("🙂 Write a Python function that merges two lists")
    found = board.locator("#found")
    expect(found.locator(".verdict")).to_be_visible()
    expect(found.locator("li.chosen")).to_contain_text("coding")
    expect(found.locator("mark").first).to_have_text("Write a Python function")
    free = found.get_by_role("group", name="Ranking").locator("tbody tr").count()
    assert free == 8
    board.get_by_label("Cost at most").fill("20")
    expect(board.locator("#limit-max_cost_usd-out")).to_have_text(re.compile(r"leaves out \d+ models"))
    board.get_by_label("Cost at most").fill("0")
    board.get_by_label("Quality at least").fill("0.99")
    expect(found.locator(".trouble")).to_contain_text("nearest relaxation")
    board.get_by_role("button", name="Drop all constraints").click()
    expect(found.locator(".trouble")).to_have_count(0)
    expect(board.get_by_label("Prompt", exact=True)).to_have_value(re.compile("merges two lists"))


def test_preference_changes_the_choice_live(board: Page):
    board.get_by_label("Prompt", exact=True).fill("Prove that there are infinitely many primes of the form 4k+3")
    cost = board.locator("#found .facts").first
    board.get_by_label("Preference").fill("0")
    expect(cost).to_be_visible()
    cheap = cost.inner_text()
    board.get_by_label("Preference").fill("1")
    expect(cost).not_to_have_text(cheap)


@pytest.mark.parametrize(
    ("language", "says"),
    [("curl", "curl http"), ("Python", "requests.post("), ("JavaScript", "await fetch(")],
)
def test_the_request_can_be_had_as_code(board: Page, language: str, says: str):
    board.get_by_label("Prompt", exact=True).fill('It\'s a "test"\nof quoting')
    board.get_by_text("Copy as code").click()
    board.get_by_label(language, exact=True).check(force=True)
    expect(board.locator("#snippet")).to_contain_text(says)


def test_the_theme_follows_the_system_and_the_switch(board: Page):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = board.evaluate(ground)
    board.emulate_media(color_scheme="dark")
    dark = board.evaluate(ground)
    assert dark != light
    switch = board.locator("#theme")
    switch.click()
    expect(switch).to_have_text("Theme: light")
    assert board.evaluate(ground) == light
    board.reload()
    assert board.evaluate(ground) == light


@pytest.mark.parametrize("width", [360, 1280, 2560])
def test_nothing_is_wider_than_the_screen(page: Page, router: Running, width: int):
    page.set_viewport_size({"width": width, "height": 800})
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#components li")).not_to_have_count(0)
    page.get_by_label("Prompt", exact=True).fill("Write a Python function " + "x" * 200)
    expect(page.locator("#found .verdict")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_everything_can_be_reached_and_used_with_the_keyboard_alone(board: Page):
    board.keyboard.press("Tab")
    expect(board.get_by_text("Skip to the figures")).to_be_focused()
    reached: set[str] = set()
    for _ in range(80):
        board.keyboard.press("Tab")
        name = board.evaluate("document.activeElement.id || document.activeElement.className || 'other'")
        reached.add(str(name))
        if name == "open":
            break
    assert {"theme", "baseline", "prompt", "preference", "limit-max_cost_usd", "open"} <= reached
    board.keyboard.press("Enter")
    expect(board.get_by_role("dialog")).to_contain_text("has the best balance")
    board.keyboard.press("Escape")
    assert board.evaluate("document.activeElement.className") == "open"
