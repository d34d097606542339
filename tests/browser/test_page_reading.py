"""What the page gives to read: numbers no more exact than they are, charts on every screen, marks that stay."""

from __future__ import annotations

import re
from itertools import count

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.support.browsing import change, refreshed
from tests.support.running import Running


def timed(data: dict) -> dict:
    """Each point with the same requests and latency, the middle ones alone among points without any."""
    busy = {"requests": 1_234_567, "p50_ms": 160.4, "p95_ms": 900.0, "p99_ms": 23_000.0}
    none = {"p50_ms": None, "p95_ms": None, "p99_ms": None}
    series = [point | busy | (none if place % 2 else {}) for place, point in enumerate(data["series"])]
    return data | {"series": series}


def test_what_a_reader_marks_stays_marked_while_other_rows_change(page: Page, router: Running):
    numbers = count(1000)

    def growing(data: dict) -> dict:
        one = data["models"][0] | {"id": "acme/still", "recommended": 2000}
        return data | {"models": [one, one | {"id": "acme/growing", "recommended": next(numbers)}]}

    change(page, growing)
    page.goto(router.url("DASHBOARD_PORT"))
    still = page.locator("#models td", has_text="acme/still")
    still.evaluate("each => getSelection().selectAllChildren(each)")
    before = page.locator("#models tr").last.inner_text()
    refreshed(page)
    expect(page.locator("#models tr").last).not_to_have_text(before)
    assert page.evaluate("getSelection().toString()").strip() == "acme/still"
    expect(page.locator("#models tr")).to_have_count(2)


def test_latency_is_read_out_in_round_numbers(page: Page, router: Running):
    change(page, timed)
    page.goto(router.url("DASHBOARD_PORT"))
    box = page.locator("#c-latency")
    expect(box.locator("path").first).to_be_attached()
    box.hover(position={"x": 55, "y": 60})
    expect(page.locator("#c-latency-read")).to_have_text(re.compile(r"p50 160 ms, p95 900 ms, p99 23 s$"))


def test_a_chart_is_read_out_where_a_finger_touches_it_until_another_place_is_touched(
    browser: Browser, router: Running
):
    with browser.new_context(has_touch=True, viewport={"width": 375, "height": 740}) as context:
        page = context.new_page()
        change(page, timed)
        page.goto(router.url("DASHBOARD_PORT"))
        box, read = page.locator("#c-latency"), page.locator("#c-latency-read")
        expect(box.locator("path").first).to_be_attached()
        box.tap(position={"x": 150, "y": 60})
        expect(read).to_have_text(re.compile("p50|no requests"))
        page.locator("#h-latency").tap()
        expect(read).to_have_text(re.compile("^From the event"))


def test_the_reasons_of_a_decision_are_read_whole_on_a_phone(page: Page, router: Running):
    page.set_viewport_size({"width": 375, "height": 740})
    page.goto(router.url("DASHBOARD_PORT"))
    page.locator("#decisions button").first.click()
    reasons = page.locator("#decision .reasons > span")
    expect(reasons.first).to_be_visible()
    frame = page.locator("#decision .scroll").bounding_box()
    assert frame
    for shown in (reasons.nth(place).bounding_box() for place in range(reasons.count())):
        assert shown
        assert shown["x"] >= frame["x"]
        assert shown["x"] + shown["width"] <= frame["x"] + frame["width"]


ON_ONE_LINE = """each => {
    const whole = document.createRange();
    whole.selectNodeContents(each);
    const [first, ...others] = whole.getClientRects();
    return others.every((one) => one.top < first.bottom && first.top < one.bottom);
}"""


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_no_control_and_no_legend_breaks_in_two(page: Page, router: Running, width: int):
    page.set_viewport_size({"width": width, "height": 740})
    page.add_init_script(f"sessionStorage.setItem('router-key', '{router.admin_key}')")
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.get_by_role("button", name="Change key")).to_be_visible()
    said = page.locator("#window span, .controls button, .legend > span")
    assert said.count() == 11
    for place in range(said.count()):
        assert said.nth(place).evaluate(ON_ONE_LINE)
    assert page.locator(".legend > span > i").count() == 6
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_on_a_very_wide_screen_lone_points_and_labels_grow_with_the_letters(page: Page, router: Running):
    page.set_viewport_size({"width": 3840, "height": 2160})
    change(page, timed)
    page.goto(router.url("DASHBOARD_PORT"))
    # Looked at in one step and until it is so: the page draws its charts anew whenever it hears of figures.
    page.wait_for_function(
        "() => { const lone = document.querySelector('#c-latency path');"
        " return lone && Number.parseFloat(getComputedStyle(lone).strokeWidth) >= 9; }"
    )
    for chart in ("#c-requests", "#c-latency"):
        page.wait_for_function(
            "chart => { const labels = [...document.querySelectorAll(`${chart} text[text-anchor=end]`)];"
            " const left = (each) => each.getBoundingClientRect().left;"
            " return labels.length && Math.min(...labels.map(left)) >= left(document.querySelector(chart)); }",
            arg=chart,
        )


@pytest.mark.parametrize(("estimated", "shown"), [(4.0, "> 99 %"), (0.0, "100 %"), (6.0, "99 %")])
def test_all_is_saved_only_where_all_is(page: Page, router: Running, estimated: float, shown: str):
    spent = {"baselines": [{"id": "acme/dear", "usd": 1000.0}], "usual_baseline": "acme/dear"}
    change(page, lambda data: data | spent | {"estimated_usd": estimated})
    page.goto(router.url("DASHBOARD_PORT"))
    expect(page.locator("#t-saved")).to_have_text(shown)


def test_print_is_dark_on_light_whatever_the_theme(board: Page):
    ground = "getComputedStyle(document.body).backgroundColor"
    light = board.evaluate(ground)
    for theme in ("", "dark"):
        board.evaluate("theme => { document.documentElement.dataset.theme = theme }", theme)
        board.emulate_media(color_scheme="dark", media="screen")
        assert board.evaluate(ground) != light
        board.emulate_media(color_scheme="dark", media="print")
        assert board.evaluate(ground) == light
