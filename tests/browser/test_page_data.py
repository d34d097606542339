"""What the dashboard makes of its data: live, none, a great deal, old, kept behind a key, or full of markup."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page, Route, expect

from tests.support.running import Running

PAYLOAD = '<img src=x onerror="window.hacked=1"><script>window.hacked=1</script>\'"&'


def requests_shown(page: Page) -> int:
    return int(page.locator("#t-requests").inner_text().replace(",", ""))


def choose(router: Running, prompt: str) -> None:
    assert router.ask("PORT", "POST", "/route", {"prompt": prompt})[0] == 200


def test_the_page_says_how_the_router_is_and_since_when(board: Page):
    expect(board.locator("#status")).to_have_text("All is well")
    expect(board.locator("#since")).to_have_text(re.compile(r"^for \d+"))
    assert requests_shown(board) >= 3
    expect(board.locator("#categories")).to_contain_text("coding")
    expect(board.locator("#c-requests rect.f-ok")).not_to_have_count(0)
    expect(board.locator("#c-latency path.s-p50")).not_to_have_count(0)
    expect(board.locator("#processes tr")).to_have_count(2)
    expect(board.locator("#sources")).to_contain_text("litellm")
    expect(board.locator("#t-saved")).to_have_text(re.compile("%"))


def test_the_page_and_its_data_come_from_either_port(page: Page, router: Running):
    page.goto(f"{router.url()}/dashboard")
    expect(page.locator("#status")).to_contain_text("All is well")


def test_new_requests_show_up_by_themselves_and_the_focus_stays(board: Page, router: Running):
    before = requests_shown(board)
    newest = board.locator("#decisions button").first  # the oldest may have to make room for it
    newest.focus()
    key = newest.get_attribute("data-key")
    choose(router, "What is the capital of Peru?")
    expect(board.locator("#t-requests")).not_to_have_text(str(before), timeout=15_000)
    assert board.evaluate("document.activeElement.dataset.key") == key


EMPTY = dict.fromkeys(
    ("models", "categories", "difficulties", "methods", "errors", "degraded", "sources", "providers"), ()
)
NOTHING = {"requests": 0, "refused": 0, "errors": 0, "p50_ms": None, "p95_ms": None, "p99_ms": None}


def reshaped(page: Page, change: Callable[[dict], dict]) -> None:
    """Let the page have the real data, changed."""

    def fulfil(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=change(answer.json()))

    page.route("**/dashboard/data*", fulfil)


def test_with_no_data_every_chart_and_table_says_so(page: Page, router: Running):
    def emptied(data: dict) -> dict:
        quiet = [point | NOTHING for point in data["series"]]
        none = {"series": quiet, "decisions": [], "processes": [], "baselines": [], "catalogue": None, "p50_ms": None}
        return data | EMPTY | none | {"cache_hit_rate": None}

    reshaped(page, emptied)
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#c-requests")).to_have_text(re.compile("No requests this hour yet"))
    expect(page.locator("#c-latency")).to_have_text(re.compile("Nothing to measure yet"))
    expect(page.locator("#models")).to_have_text("No recommendation yet.")
    expect(page.locator("#decisions")).to_contain_text("No decision yet")
    expect(page.locator("#t-requests-more")).to_have_text("none this hour")
    assert "NaN" not in page.locator("main").inner_text()


def test_with_a_great_deal_of_data_the_page_stays_readable(page: Page, router: Running):
    def grown(data: dict) -> dict:
        busy: dict[str, float] = {
            "requests": 1_234_567,
            "refused": 40_000,
            "errors": 3,
            "p50_ms": 0.1,
            "p95_ms": 900.0,
            "p99_ms": 23_000.0,
        }
        models = [dict(data["models"][0], id=f"provider/{'long-' * 20}{number}") for number in range(100)]
        return data | {"series": [point | busy for point in data["series"]], "models": models, "spent_usd": 123_456.7}

    reshaped(page, grown)
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#t-requests")).to_have_text(re.compile("74.1 ?m", re.IGNORECASE))
    expect(page.locator("#t-spend")).to_have_text(re.compile(r"\$123.5 ?k", re.IGNORECASE))
    expect(page.locator("#c-latency")).to_contain_text("100 s")
    assert page.evaluate("document.documentElement.scrollWidth") <= 1280


def test_old_data_are_called_old(page: Page, router: Running):
    page.clock.install()
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#freshness")).to_have_text("live")
    page.route("**/dashboard/data*", lambda route: route.fulfill(status=200, body="{", content_type="application/json"))
    page.clock.fast_forward(25_000)
    expect(page.locator("#freshness")).to_have_text(re.compile(r"Data are \d+ s old"))
    expect(page.locator("#live")).to_have_text("The figures are no longer new.")
    expect(page.locator("#status")).to_have_text("The router cannot be reached")


def poisoned(value: object, path: str = "") -> object:
    """Every string that is a name or words, made into markup; those that the page's logic or a link goes by stay."""
    if isinstance(value, dict):
        return {
            PAYLOAD if path.endswith("probabilities") else name: poisoned(each, f"{path}.{name}")
            for name, each in value.items()
        }
    if isinstance(value, list):
        return [poisoned(each, path) for each in value]
    if isinstance(value, str) and not path.endswith((".decision_id", ".window")):
        return PAYLOAD
    return value


def test_no_name_from_outside_becomes_markup(page: Page, router: Running):
    def poison(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, body=json.dumps(poisoned(answer.json())))

    page.route(re.compile("/dashboard/data|/route$|/classify$|/decisions/"), poison)
    page.goto(router.url("DASHBOARD_PORT"))
    for shown in ("#models", "#categories", "#components", "#decisions", "#sources", "#processes", "#baseline"):
        expect(page.locator(shown)).to_contain_text("onerror=")
    page.get_by_label("Prompt", exact=True).fill(f"Write a Python function {PAYLOAD}")
    expect(page.locator("#found .verdict")).to_have_text(PAYLOAD)
    page.locator("#decisions button").first.click()
    expect(page.locator("#decision .verdict")).to_have_text(PAYLOAD)
    assert page.locator("img, script:not([src])").count() == 0
    assert page.evaluate("window.hacked") is None


def test_a_public_listener_asks_for_the_key_and_shows_the_figures_with_it(page: Page, router: Running):
    def guarded(route: Route) -> None:
        if route.request.headers.get("authorization") == f"Bearer {router.admin_key}":
            route.continue_()
        else:
            route.fulfill(
                status=401, content_type="application/json", body='{"error": {"message": "A key is needed."}}'
            )

    page.route("**/dashboard/data*", guarded)
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#status")).to_have_text("A key is needed")
    page.get_by_label("Key").fill(router.admin_key)
    page.get_by_role("button", name="Use it").click()
    expect(page.locator("#status")).to_contain_text("All is well")
