"""What tests of the page do with it: keep it from answers, change them, and give it a key."""

from __future__ import annotations

import json
import re
from collections.abc import Callable

from playwright.sync_api import Page, Route

PROMPT = "Write a Python function to sort a list"
REFUSED = json.dumps({"error": {"code": "unauthorized", "message": "A valid key is needed."}})


def guard(page: Page, path: str, key: str) -> None:
    """Answer 401 there to all that lack the key."""

    def guarded(route: Route) -> None:
        if route.request.headers.get("authorization") == f"Bearer {key}":
            route.continue_()
        else:
            route.fulfill(status=401, content_type="application/json", body=REFUSED)

    page.route(re.compile(path), guarded)


def change(page: Page, changed: Callable[[dict], dict]) -> None:
    """Let the page have the real data, changed."""

    def fulfil(route: Route) -> None:
        answer = route.fetch()
        route.fulfill(response=answer, json=changed(answer.json()))

    page.route("**/dashboard/data*", fulfil)


def refreshed(page: Page) -> None:
    """Wait until the page has shown figures once more."""
    with page.expect_response("**/dashboard/data*"):
        page.evaluate("document.dispatchEvent(new Event('visibilitychange'))")


def give(page: Page, key: str) -> None:
    page.get_by_label("Key", exact=True).fill(key)
    page.get_by_role("button", name="Use it").click()
