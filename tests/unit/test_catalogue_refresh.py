"""The refresh heals the catalogue: what sources say is joined, published once, and told."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from llm_router.catalogue.entry import Catalogue, ModelEntry, ModelStatus, Provenance
from llm_router.catalogue.gathering import blob_name
from llm_router.catalogue.source_state import Health, models_told_by, renewed_at
from llm_router.catalogue.upsert import upsert
from llm_router.errors import StoreUnavailable
from llm_router.taxonomy import Category, Difficulty
from tests.support.models import model
from tests.support.refreshed import DAY, entry, litellm, refreshed, state
from tests.support.sources import TODAY, URLS, RefresherWorld, payload


def test_a_first_run_joins_prices_and_evidence_of_all_sources(world: RefresherWorld):
    found = entry(world, "anthropic/claude-sonnet-4-6")
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok) == (3.0, 15.0)
    assert found.provenance["input_usd_per_mtok"].source == "litellm"
    assert found.provenance["capabilities"].source == "litellm+openrouter"
    assert found.display_name == "Claude Sonnet 4.6"
    assert found.tokenizer == "claude"
    assert found.quality[Category.MATH][Difficulty.HARD].source == "livebench+lmarena+predecessor claude-sonnet-4-5"


def test_sources_that_differ_by_more_than_a_twentieth_are_shown_beside_the_price_that_was_taken(world: RefresherWorld):
    origin = entry(world, "deepseek/deepseek-v4-flash").provenance["input_usd_per_mtok"]
    assert (origin.source, origin.note) == ("litellm", "models_dev says 0.22")
    assert entry(world, "anthropic/claude-sonnet-4-6").provenance["input_usd_per_mtok"].note is None


def test_a_model_without_evidence_is_listed_and_never_chosen_until_an_update_says_so(world: RefresherWorld):
    found = entry(world, "openrouter/minimax-m2.5")
    assert found.status is ModelStatus.DISABLED
    assert "no evidence" in (found.provenance["status"].note or "")
    world.refresher().publisher.publish(
        lambda before: upsert(before, [{"id": "openrouter/minimax-m2.5", "status": "active"}], "2026-11-25"), "update"
    )
    world.refresher().refresh()
    assert entry(world, "openrouter/minimax-m2.5").active


def test_going_back_while_a_scheduled_run_is_about_to_publish_is_not_undone_by_it(world: RefresherWorld):
    publisher = world.refresher().publisher

    def overtaken(before: Catalogue) -> dict[str, ModelEntry]:
        publisher.rollback(1)
        return {**before.models, "acme/new": model("new")}

    done = publisher.publish(overtaken, "refresh", unless_held=True)
    assert (done.held, done.version, done.diff.empty) == (True, 2, True)
    assert "acme/new" not in world.catalogue().models


def test_a_model_past_its_deprecation_date_is_deprecated(world: RefresherWorld):
    assert entry(world, "openai/gpt-4.1-nano").status is ModelStatus.DEPRECATED
    assert entry(world, "openai/gpt-5-mini").active
    world.clock.pass_seconds(30 * DAY)
    world.refresher().refresh()
    assert entry(world, "openai/gpt-5-mini").status is ModelStatus.DEPRECATED


def test_the_same_event_three_times_writes_one_version(world: RefresherWorld):
    for _ in range(3):
        assert world.refresher().refresh().diff.empty
    assert [info.version for info in world.store.versions()] == [1]


def test_the_same_data_days_later_write_no_version(world: RefresherWorld):
    world.clock.pass_seconds(3 * DAY)
    world.refresher().refresh()
    assert [info.version for info in world.store.versions()] == [1]


def test_other_sources_of_the_same_values_write_a_version_once(world: RefresherWorld):
    name = "anthropic/claude-sonnet-4-6"

    def stale(before: Catalogue) -> dict[str, ModelEntry]:
        found = before.models[name]
        origins = {**found.provenance, "input_usd_per_mtok": Provenance("openrouter", TODAY)}
        return {**before.models, name: replace(found, provenance=origins)}

    world.refresher().publisher.publish(stale, "update")
    told = "the same values from other sources (~1 models)"
    assert world.refresher().refresh(dry_run=True).diff.summary == told
    assert world.refresher().refresh().diff.summary == told
    assert world.refresher().refresh().diff.empty
    assert entry(world, name).sources["input_usd_per_mtok"] == "litellm"
    assert [info.version for info in world.store.versions()] == [3, 2, 1]


def test_a_second_run_asks_conditionally_for_everything(world: RefresherWorld):
    world.web.asked.clear()
    world.refresher().refresh()
    pages = [(url, headers) for url, headers in world.web.asked if url in URLS.values()]
    assert len(pages) == 5
    assert all("if-none-match" in headers for _, headers in pages)


def test_a_dry_run_tells_the_whole_diff_and_writes_nothing():
    world = RefresherWorld()
    outcome = world.refresher().refresh(dry_run=True)
    assert "openai/gpt-5.5" in outcome.diff.added
    assert world.store.current() is None
    assert world.blobs.read(blob_name("litellm")) is None
    assert state(world, "litellm").health is Health.NEVER


def test_whoever_waits_is_told_of_each_source_as_it_has_had_its_turn():
    told: list[str] = []
    world = RefresherWorld()
    world.refresher().refresh(tell=lambda state: told.append(f"{state.name} {state.health}"))
    assert told[0] == "litellm fresh"
    assert told[-1] == "artificial_analysis skipped"
    assert len(told) == 6


def test_a_price_change_is_published_with_its_before_and_after(world: RefresherWorld):
    body = litellm(lambda document: document["gpt-4o-mini"].update(input_cost_per_token=3e-07))
    world.web.serve(URLS["litellm"], body)
    outcome = world.refresher().refresh()
    (change,) = outcome.diff.changed
    assert (change.model, change.field, change.before, change.after) == (
        "openai/gpt-4o-mini",
        "input_usd_per_mtok",
        "0.15",
        "0.3",
    )
    assert outcome.version == 2


def test_a_model_that_its_source_lists_no_more_is_dropped(world: RefresherWorld):
    def drop(document: dict) -> None:
        del document["command-a-03-2025"]

    world.web.serve(URLS["litellm"], litellm(drop))
    assert world.refresher().refresh().diff.removed == ("cohere/command-a-03-2025",)


def test_a_model_that_a_source_calls_auto_has_its_providers_name_before_it():
    world = RefresherWorld()
    body = json.loads(payload("openrouter"))
    body["data"].append({**body["data"][0], "id": "openrouter/auto"})
    world.web.serve(URLS["openrouter"], json.dumps(body).encode())
    world.web.serve(URLS["litellm"], litellm(lambda d: d.update({"auto": d["gpt-4o"], "models": d["gpt-4o"]})))
    found = refreshed(world).catalogue().models
    assert {"auto", "models"}.isdisjoint(found)
    assert state(world, "litellm").health is Health.FRESH


def test_the_analytics_source_adds_its_speed_when_there_is_a_key():
    world = RefresherWorld(analytics_key="key")
    world.web.serve(URLS["litellm"], litellm(lambda d: d.update({"o3-mini": {**d["o3"], "deprecation_date": None}})))
    world.refresher().refresh()
    found = entry(world, "openai/o3-mini")
    assert found.latency.output_tokens_per_second == 153.831
    assert found.provenance["output_tokens_per_second"].source == "artificial_analysis"


def test_what_the_analytics_source_lists_alone_becomes_no_model_and_is_one_no_more():
    world = RefresherWorld(analytics_key="key")
    world.refresher().refresh()
    assert "openai/o3-mini" not in world.catalogue().models
    told = {name: Provenance("artificial_analysis", TODAY) for name in ("display_name", "api_alias")}
    alone = ModelEntry("openai/o3-mini", "openai", "o3-mini", api_alias="o3-mini", provenance=told)
    world.refresher().publisher.publish(lambda before: {**before.models, alone.id: alone}, "update")
    assert world.refresher().refresh().diff.removed == ("openai/o3-mini",)


@pytest.mark.parametrize("with_key", [True, False])
def test_a_model_that_only_the_analytics_source_still_lists_is_dropped(with_key: bool):
    world = RefresherWorld(analytics_key="key")
    world.web.serve(URLS["litellm"], litellm(lambda d: d.update({"o3-mini": {**d["o3"], "deprecation_date": None}})))
    world.refresher().refresh()
    world.analytics_key = "key" if with_key else ""
    world.web.serve(URLS["litellm"], payload("litellm"))
    assert world.refresher().refresh().diff.removed == ("openai/o3-mini",)


def test_without_a_key_the_analytics_source_is_skipped_and_says_why(world: RefresherWorld):
    found = state(world, "artificial_analysis")
    assert (found.health, found.error) == (Health.SKIPPED, "no ANALYTICS_API_KEY is set")
    assert URLS["artificial_analysis"] not in [url for url, _ in world.web.asked]


def test_a_new_version_is_exported(world: RefresherWorld):
    assert [catalogue.version for catalogue in world.exported] == [1]
    assert world.exported[0].models == world.catalogue().models


def cheaper(document: dict) -> None:
    document["gpt-4o-mini"]["input_cost_per_token"] /= 2


def test_a_copy_that_cannot_be_written_is_told_and_costs_nothing_else(world: RefresherWorld):
    def failing(_catalogue: Catalogue) -> None:
        raise StoreUnavailable("The export could not be written (PermissionError).")

    world.web.serve(URLS["litellm"], litellm(cheaper))
    world.export = failing
    done, last = world.refresher().refresh(), world.refresher().last_run()
    assert last is not None
    told = "The export could not be written (PermissionError)."
    assert (done.version, done.not_exported, last.not_exported) == (2, told, told)
    assert renewed_at(world.records) == world.clock.now()
    world.export = None
    assert world.refresher().refresh().not_exported is None
    assert [catalogue.version for catalogue in world.exported] == [1, 2]


def test_of_how_many_models_a_source_told_something_counts_how_good_they_are(world: RefresherWorld):
    told = models_told_by(world.catalogue())
    assert told.keys() == {"curated", "litellm", "livebench", "lmarena", "models_dev", "openrouter"}
    rests = [found for found in world.catalogue() if "lmarena" in repr(found.quality)]
    assert told["lmarena"] == len(rests) > 0
    assert world.refresher().refresh(dry_run=True).told_by == told == world.refresher().refresh().told_by
