"""The page when something is amiss: keys that are needed or wrong, a service that is gone, lists that are too long."""

from __future__ import annotations

import re

import pytest
from playwright.sync_api import Page, Route, expect

from tests.support.browsing import PROMPT, change, give, guard, refreshed
from tests.support.running import Running


def test_a_key_that_the_playground_needs_can_be_typed_while_figures_come_and_is_tried_at_once(
    board: Page, router: Running
):
    guard(board, "/route$|/classify$", router.admin_key)
    board.get_by_label("Prompt", exact=True).fill(PROMPT)
    form = board.locator("#key-form")
    expect(form).to_be_visible()
    refreshed(board)
    refreshed(board)
    expect(form).to_be_visible()
    give(board, router.admin_key)
    expect(board.locator("#found .verdict")).to_be_visible()
    expect(form).to_be_hidden()


@pytest.mark.parametrize("kept", [False, True], ids=["given", "kept from before"])
def test_a_key_that_no_header_can_carry_is_refused_and_the_page_goes_on(page: Page, router: Running, kept: bool):
    guard(page, "/dashboard/data", router.admin_key)
    if kept:
        page.add_init_script("sessionStorage.setItem('router-key', 'ключ')")
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#status")).to_have_text("A key is needed")
    give(page, "ключ")
    expect(page.locator("#key-words")).to_contain_text("No key looks like that")
    give(page, router.admin_key)
    expect(page.locator("#status")).to_contain_text("All is well")


def test_a_key_that_is_not_valid_is_called_that_and_forgotten(page: Page, router: Running):
    guard(page, "/dashboard/data", router.admin_key)
    page.goto(router.url("DASHBOARD_PORT"))
    give(page, "wrong")
    expect(page.locator("#key-words")).to_contain_text("not valid")
    assert page.evaluate("sessionStorage.getItem('router-key')") is None


def test_figures_of_a_service_that_is_gone_stay_readable_and_the_title_says_so(page: Page, router: Running):
    page.clock.install()
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#freshness")).to_have_text("live")
    expect(page).to_have_title("LLM router")
    page.route("**/dashboard/data*", lambda route: route.abort())
    page.clock.fast_forward(25_000)
    expect(page.locator("#freshness")).to_have_class("stale")
    expect(page).to_have_title("The router cannot be reached – LLM router")
    style = page.locator("#system").evaluate(
        "each => [getComputedStyle(each).opacity, getComputedStyle(each).borderStyle]"
    )
    assert style == ["1", "dashed"]


def test_figures_are_not_called_live_beside_the_error(board: Page):
    expect(board.locator("#freshness")).to_have_text("live")
    board.route("**/dashboard/data*", lambda route: route.abort())
    board.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    expect(board.locator("#status")).to_have_text("The router cannot be reached")
    expect(board.locator("#freshness")).to_have_text(re.compile(r"^Data are \d+ s old$"), timeout=3_000)


READ = {"name": "a", "state": "fresh", "records": 1, "last_success": 900.0, "failing_since": None, "error": None}
FAILING = {"state": "failing", "failing_since": 1000.0}
SILENT = {"name": "acme", "attempts": 5, "failures": 5}
DIM = [{"name": "cache", "state": "degraded", "since": 1060.0, "detail": "", "advice": ""}]
ILL = {"components": DIM, "status": "degraded", "since": 1060.0}


@pytest.mark.parametrize(
    ("sources", "beside", "said", "since"),
    [
        ([FAILING, FAILING, {"state": "skipped"}], {}, "Sources failing", "for 2 min"),
        ([FAILING, {"state": "refused"}, {}], {}, "2 of 3 sources failing or refused", "for 2 min"),
        ([{}], {"providers": [SILENT]}, "Provider acme answers nothing", ""),
        ([{}], {"providers": [SILENT | {"failures": 4}]}, "All is well", "for 30 s"),
        ([{}], {"providers": [SILENT | {"attempts": 4, "failures": 4}]}, "All is well", "for 30 s"),
        ([{}], {"providers": [SILENT], "window": "week"}, "All is well", "for 30 s"),
        ([FAILING], ILL, "Degraded: cache; sources failing", "for 2 min"),
        ([{}], ILL, "Degraded: cache", "for 60 s"),
    ],
)
def test_all_is_well_only_while_sources_are_read_and_providers_answer(
    page: Page, router: Running, sources: list[dict], beside: dict, said: str, since: str
):
    shown = {"now": 1120.0, "since": 1090.0, "sources": [READ | each for each in sources], **beside}
    change(page, lambda data: data | shown)
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#status")).to_have_text(said)
    expect(page.locator("#status")).to_have_class("status up" if said == "All is well" else "status degraded")
    expect(page.locator("#since")).to_have_text(since)


# Time-outs that the test brings about, each by its length.
TIMEOUTS = """window.late = [];
AbortSignal.timeout = (ms) => {
    const timeout = new AbortController();
    window.late.push({ ms, end: () => timeout.abort(new DOMException("late", "TimeoutError")) });
    return timeout.signal;
};
window.pass = (ms) => window.late.filter((each) => each.ms <= ms).forEach((each) => each.end());"""


def test_a_router_that_is_slow_is_waited_for_and_then_called_slow(page: Page, router: Running):
    page.add_init_script(TIMEOUTS)
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#status")).to_have_text("All is well")
    page.route(re.compile("/dashboard/data|/decisions/|/route$|/classify$"), lambda _route: None)
    with page.expect_request("**/dashboard/data*"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")
    page.get_by_label("Prompt", exact=True).fill(PROMPT)
    expect(page.locator("#found")).to_have_attribute("aria-busy", "true")
    page.locator("#decisions button").first.click()
    page.evaluate("pass(29000)")
    expect(page.locator("#status")).to_have_text("All is well")
    page.evaluate("pass(30000)")
    expect(page.locator("#status")).to_have_text("The router is slow to answer")
    expect(page.locator("#decision-body")).to_have_text("The router is slow to answer.")
    expect(page.locator("#found")).to_have_text("The router is slow to answer.")


CONTRAST = """each => {
    const light = (text) => {
        const part = (value) => value <= 0.03928 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
        const [red, green, blue] = text.match(/[\\d.]+/g).map((value) => part(value / 255));
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05;
    };
    const edge = light(getComputedStyle(each).borderTopColor);
    const around = [document.body, document.querySelector(".card")];
    return Math.min(...around.map((one) => {
        const behind = light(getComputedStyle(one).backgroundColor);
        return Math.max(edge, behind) / Math.min(edge, behind);
    }));
}"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_what_can_be_typed_into_has_an_edge_that_is_seen(board: Page, scheme):
    board.emulate_media(color_scheme=scheme)
    for name in ("#prompt", "#key", "#limit-max_tokens", "#limit-open_weights"):
        assert board.locator(name).evaluate(CONTRAST) >= 3.0


def test_lists_that_are_too_long_show_the_trouble_and_say_how_much_is_left_out(page: Page, router: Running):
    def grown(data: dict) -> dict:
        one = data["models"][0]
        fine = [one | {"id": f"acme/{number}", "recommended": 100 - number} for number in range(20)]
        broken = one | {"id": "acme/broken", "recommended": 0, "attempts": 50, "error_rate": 1.0}
        errors = [{"name": f"code_{number}", "count": 20 - number} for number in range(12)]
        quiet = [point | {"requests": 0} for point in data["series"][1:]]
        return data | {
            "models": [*fine, broken],
            "errors": errors,
            "degraded": [{"name": "ml_model", "count": 5000}],
            "series": [data["series"][0] | {"requests": 1, "errors": 0, "refused": 0}, *quiet],
        }

    change(page, grown)
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#models")).to_contain_text("acme/broken")
    expect(page.locator("#models tr")).to_have_count(13)
    expect(page.locator("#models tr").last).to_have_text("and 9 more")
    expect(page.locator("#trouble li").first).to_contain_text("without ml model")
    expect(page.locator("#trouble li").last).to_have_text("and 4 more")
    expect(page.locator("#t-requests-more")).to_have_text("under 0.1 a minute")


def test_a_prompt_that_is_taken_away_while_it_is_tried_leaves_nothing_behind(board: Page):
    held: list[Route] = []
    board.route(re.compile("/route$"), lambda route: held.append(route))
    with board.expect_request("**/route"):
        board.get_by_label("Prompt", exact=True).fill(PROMPT)
    found = board.locator("#found")
    expect(found).to_have_attribute("aria-busy", "true")
    board.get_by_label("Prompt", exact=True).fill("")
    expect(found).to_have_attribute("aria-busy", "false")
    expect(found).to_contain_text("appear here")
    expect(board.locator("#code")).to_be_hidden()


def test_a_prompt_that_is_too_long_to_classify_says_so_beside_its_model(board: Page):
    board.get_by_label("Prompt", exact=True).fill("a" * 300_000)
    found = board.locator("#found")
    expect(found.locator(".verdict")).to_be_visible()
    expect(found.locator("h3", has_text="What it is")).to_be_visible()
    expect(found.locator(".trouble")).to_have_count(1)


def test_a_screen_reader_is_told_the_model_alone(board: Page):
    board.get_by_label("Prompt", exact=True).fill(PROMPT)
    verdict = board.locator("#found .verdict")
    expect(verdict).to_be_visible()
    expect(board.locator("#try-state")).to_have_text(verdict.inner_text())
    assert board.locator("#found").get_attribute("aria-live") is None


def test_the_focus_returns_to_the_decision_that_was_open_though_its_row_is_new(board: Page, router: Running):
    newest = board.locator("#decisions button").first
    key = newest.get_attribute("data-key")
    newest.click()
    expect(board.locator("#decision .verdict")).to_be_visible()
    before = board.locator("#decisions").get_attribute("data-seen")
    assert before is not None
    assert router.ask("PORT", "POST", "/route", {"prompt": "Hi!"})[0] == 200
    expect(board.locator("#decisions")).not_to_have_attribute("data-seen", before, timeout=15_000)
    board.keyboard.press("Escape")
    assert board.evaluate("document.activeElement.dataset.key") == key


def test_a_decision_that_cannot_be_read_has_its_own_title_and_one_of_another_day_its_date(page: Page, router: Running):
    def older(data: dict) -> dict:
        first, *rest = data["decisions"]
        return data | {"decisions": [first | {"at": data["now"] - 3 * 86_400}, *rest]}

    change(page, older)
    page.route("**/decisions/*", lambda route: route.abort())
    page.goto(router.url("DASHBOARD_PORT"))
    first, second = (page.locator("#decisions button").nth(place) for place in (0, 1))
    expect(first).to_have_text(re.compile(r"\d+ \w{3}"))
    second.click()
    expect(page.locator("#decision-title")).to_have_text(f"Decision of {second.inner_text()}")
    expect(page.locator("#decision-body")).to_contain_text("cannot be reached")
