"""How long the dashboard's data and its first paint take after 100,000 requests: `python -m tests.bench.dashboard`.

The requests are counted as real ones are, over the last hour; the decisions are real. Prints milliseconds.
"""

from __future__ import annotations

import random
import statistics
import tempfile
import time
from pathlib import Path

from playwright.sync_api import sync_playwright

from llm_router.activity import Observation
from llm_router.adapters.sqlite import Database
from llm_router.adapters.sqlite_records import SqliteRecordStore
from llm_router.catalogue.bundled import bundled
from llm_router.clock import SystemClock
from llm_router.figures import counts
from llm_router.ledger import Ledger
from llm_router.taxonomy import Category, Difficulty, Method
from tests.browser.conftest import ARGUMENTS, chromium
from tests.support.running import Running, running_service

REQUESTS, MINUTES, COUNTED = 100_000, 60, 200
NEVER = 1e6


class Shifted(SystemClock):
    """The real clock, so many seconds ago."""

    ago = 0.0

    def now(self) -> float:
        return super().now() - self.ago


def fill(folder: Path) -> None:
    """Count the requests, spread over the hour and over many models."""
    chance, clock = random.Random(1), Shifted()
    ledger = Ledger(SqliteRecordStore(Database(folder / "router.sqlite"), clock), clock, NEVER)
    models = [model.id for model in bundled().active()][:60]
    for minute in range(MINUTES):
        clock.ago = 60.0 * minute
        for _ in range(REQUESTS // MINUTES + 1):
            ms = chance.lognormvariate(1.2, 0.9)
            seen = Observation("route", "/route", "r", chance.choices((200, 422, 503), (96, 3, 1))[0], ms)
            seen.category, seen.difficulty = chance.choice(list(Category)), chance.choice(list(Difficulty))
            seen.method, seen.cached = chance.choice(list(Method)), chance.random() < 0.4
            seen.recommended = seen.model = chance.choice(models)
            seen.estimated_usd = chance.lognormvariate(-9, 1)
            seen.tokens_in, seen.tokens_out = chance.randint(5, 900), chance.randint(50, 900)
            ledger.add(counts(seen))
        ledger.flush()


def data_ms(router: Running) -> list[float]:
    """Each request for the data, over HTTP."""
    times = []
    for _ in range(COUNTED):
        started = time.perf_counter()
        status, _body = router.ask("DASHBOARD_PORT", "GET", "/dashboard/data")
        times.append((time.perf_counter() - started) * 1000)
        if status != 200:
            raise RuntimeError(f"answered {status}")
    return times


def first_paints(router: Running) -> list[float]:
    """The first contentful paint of ten visits, each with an empty cache."""
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=chromium(), args=ARGUMENTS)
        found = []
        for _ in range(10):
            with browser.new_context() as context:
                page = context.new_page()
                page.goto(router.url("DASHBOARD_PORT"))
                page.wait_for_selector("#components li")
                paint = "performance.getEntriesByName('first-contentful-paint')[0].startTime"
                found.append(float(page.evaluate(paint)))
        browser.close()
    return found


def main() -> None:
    """Fill a store, start the service on it, measure."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        fill(folder)
        with running_service(folder) as router:
            for number in range(20):
                router.ask("PORT", "POST", "/route", {"prompt": f"Write a Python function, number {number}"})
            data, paint = data_ms(router), first_paints(router)
    cuts = statistics.quantiles(data, n=100)
    print(f"GET /dashboard/data: p50 {cuts[49]:.1f} ms, p95 {cuts[94]:.1f} ms, p99 {cuts[98]:.1f} ms")
    print(f"first contentful paint: median {statistics.median(paint):.0f} ms, worst {max(paint):.0f} ms")


if __name__ == "__main__":
    main()
