"""What the ingest function does once it has published, and what a scheduled run that brought nothing tells."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import pytest

from llm_router.activity import Observation
from llm_router.adapters.telemetry import Telemetry
from llm_router.catalogue.entry import Catalogue
from llm_router.catalogue.reader import CatalogueReader
from llm_router.errors import StoreUnavailable
from llm_router.lazy import Lazy
from llm_router.local.events import schedule_event
from llm_router.local.functions import load_module
from tests.support.service import Service, service
from tests.support.sources import URLS, FakeReply, FakeWeb, RefresherWorld

NEW = {"id": "acme/one", "provider": "acme", "display_name": "One"}
NEVER_S = 1e9
HTTP_API_S = 30
"""Seconds after which an HTTP API of AWS's answers by itself that nobody has."""


@dataclass
class Ingest:
    """The ingest function on the stores and the web of a world, with a reader that looks for news by itself never."""

    api: Service
    world: RefresherWorld

    def __post_init__(self) -> None:
        self.function = self.api.template.functions["IngestFunction"]
        self.module = load_module(self.function)
        own, world = self.module.service, self.world
        reader = CatalogueReader(world.store, world.clock, lambda: world.bundled, check_every_s=NEVER_S)
        own.clock, own.reader = world.clock, Lazy(lambda: reader)
        own.catalogue_store = Lazy(lambda: world.store)
        own.ingesting.publisher = Lazy(lambda: world.refresher().publisher)
        own.ingesting.refresher = Lazy(world.refresher)

    def schedule(self) -> object:
        return self.module.handler(schedule_event(self.function.name, event_id="one", now=1.0), None)

    def models(self) -> set[str]:
        return {model["id"] for model in self.api.get("/models").json["models"]}


@pytest.fixture
def ingest() -> Iterator[Ingest]:
    with service() as api:
        yield Ingest(api, RefresherWorld())


def test_who_has_published_is_answered_with_what_was_published(ingest: Ingest):
    assert ingest.models() == set()
    ingest.api.admin("/update", {"models": [NEW]})
    assert ingest.models() == {"acme/one"}
    ingest.api.admin("/update", {"models": [{**NEW, "id": "acme/two"}]})
    assert ingest.models() == {"acme/one", "acme/two"}
    ingest.api.admin("/catalogue/rollback", {"version": 1})
    assert ingest.models() == {"acme/one"}


@pytest.mark.parametrize("by_hand", [True, False])
def test_a_refresh_is_seen_at_once_where_it_was_run(ingest: Ingest, by_hand: bool):
    assert ingest.models() == set()
    if by_hand:
        assert ingest.api.admin("/refresh", {}).status == 200
    else:
        ingest.schedule()
    assert "openai/gpt-4o-mini" in ingest.models()


@pytest.mark.parametrize(
    ("heard", "status"), [(set(URLS), 200), ({"litellm"}, 200), (set(), 502)], ids=["all", "one", "none"]
)
def test_a_scheduled_run_without_any_fresh_source_counts_as_failed(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch, heard: set[str], status: int
):
    noted: list[Observation] = []
    monkeypatch.setattr(Telemetry, "observe", lambda _telemetry, seen: noted.append(seen))
    for source in set(URLS) - heard:
        ingest.world.web.pages[URLS[source]] = TimeoutError()
    ingest.schedule()
    assert [(seen.route, seen.request_id, seen.status) for seen in noted] == [("schedule", "one", status)]


def test_what_is_in_force_is_seen_and_told_though_its_copy_cannot_be_written(ingest: Ingest):
    def failing(_catalogue: Catalogue) -> None:
        raise StoreUnavailable("The export could not be written.")

    ingest.world.export = failing
    done = ingest.api.admin("/refresh", {})
    assert (done.status, done.json["not_exported"]) == (200, "The export could not be written.")
    assert "openai/gpt-4o-mini" in ingest.models()
    assert ingest.api.get("/status").json["not_exported"] == "The export could not be written."
    assert ingest.schedule() == {
        "catalogue_version": 1,
        "changed": "no change",
        "refused": None,
        "not_exported": "The export could not be written.",
    }


@pytest.mark.parametrize("by_hand", [True, False])
def test_what_was_published_is_seen_though_the_run_could_not_be_ended(
    ingest: Ingest, monkeypatch: pytest.MonkeyPatch, by_hand: bool
):
    def down(_records: object, _now: float) -> None:
        raise StoreUnavailable("It is down.")

    assert ingest.models() == set()
    monkeypatch.setattr("llm_router.catalogue.refresher.note_renewed", down)
    if by_hand:
        assert ingest.api.admin("/refresh", {}).status == 503
    else:
        assert ingest.schedule() == {"error": "store_unavailable"}
    assert "openai/gpt-4o-mini" in ingest.models()


def test_the_sources_of_quality_and_the_last_time_that_any_was_heard_are_told(ingest: Ingest):
    assert ingest.api.get("/status").json["last_sync"] is None
    done = ingest.api.admin("/refresh", {}).json
    heard = ingest.world.clock.now()
    ingest.world.clock.pass_seconds(3600)
    ingest.world.web.pages.clear()
    ingest.schedule()
    status = ingest.api.get("/status").json
    assert status["last_sync"] == heard
    assert {"litellm", "lmarena", "livebench"} <= set(status["data_sources"])
    counts = [{source["name"]: source["models"] for source in answer["sources"]} for answer in (done, status)]
    assert counts[0] == counts[1]
    assert min(counts[0][name] for name in ("litellm", "lmarena", "livebench")) > 0


class SlowWeb(FakeWeb):
    """Every source takes its time."""

    world: RefresherWorld

    def get(self, host: str, target: str, headers: Mapping[str, str], timeout_s: float) -> FakeReply:
        self.world.clock.pass_seconds(min(timeout_s, 7.0))
        return super().get(host, target, headers, timeout_s)


def test_who_waits_for_a_refresh_hears_of_it_before_the_api_gives_up(ingest: Ingest):
    world, clock = ingest.world, ingest.world.clock
    web = world.web = SlowWeb(world.web.pages)
    web.world = world
    took = []
    for run in (lambda: ingest.api.admin("/refresh", {}).status, ingest.schedule):
        began = clock.monotonic()
        assert run()
        took.append(clock.monotonic() - began)
    assert took[0] < HTTP_API_S < took[1] < 60
