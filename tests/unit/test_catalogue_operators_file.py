"""The operator's models in a refresh: those of the file are added, and nothing of theirs is dropped or overwritten."""

from __future__ import annotations

import json

import pytest

from llm_router.catalogue.source_state import Health
from llm_router.catalogue.upsert import upsert
from llm_router.json_values import Json
from llm_router.taxonomy import Category, Difficulty
from tests.support.refreshed import entry, refreshed, state
from tests.support.sources import RefresherWorld, payload


def test_the_operators_models_are_never_dropped_and_their_fields_never_overwritten(world: RefresherWorld):
    said: list[Json] = [
        {"id": "house/own", "provider": "house", "display_name": "Own"},
        {"id": "openai/gpt-4o", "input_usd_per_mtok": 2.0},
    ]
    world.refresher().publisher.publish(lambda before: upsert(before, said, "2026-11-25"), "update")
    world.refresher().refresh()
    assert entry(world, "house/own").active
    found = entry(world, "openai/gpt-4o")
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok) == (2.0, 10.0)


def test_the_operators_file_adds_models_with_scores_labelled_as_the_operators():
    world = refreshed(RefresherWorld(operator=lambda: payload("operator")))
    found = entry(world, "acme-large")
    assert (found.input_usd_per_mtok, found.latency.time_to_first_token_ms) == (2.5, 650.0)
    cell = found.quality[Category.CODING][Difficulty.MEDIUM]
    assert (cell.mean, cell.source) == (0.86, "operator's capabilities")
    assert Category.MATH not in found.quality
    assert world.refresher().refresh().diff.empty


@pytest.mark.parametrize("name", ["anthropic/claude-sonnet-4-6", "openai/gpt-4o-mini"])
def test_a_model_that_the_operators_file_names_without_its_provider_stays_one(name: str, world: RefresherWorld):
    provider, _, bare = name.partition("/")
    row = {"id": bare, "provider": provider, "display_name": "Ours", "cost_in_per_1k": 0.002}
    before = world.catalogue().models
    world.operator = lambda: json.dumps([row]).encode()
    world.refresher().refresh()
    assert world.catalogue().models.keys() == before.keys()
    assert (entry(world, name).display_name, entry(world, name).input_usd_per_mtok) == ("Ours", 2.0)


def test_the_operators_file_may_list_fewer_models_than_before():
    rows = [{"id": f"house/{name}", "provider": "house", "display_name": name} for name in "abcd"]
    said = json.dumps(rows).encode()
    world = RefresherWorld(operator=lambda: said)
    world.refresher().refresh()
    said = json.dumps([{**rows[0], "display_name": "A"}]).encode()
    world.refresher().refresh()
    assert (state(world, "operator").health, state(world, "operator").records) == (Health.FRESH, 1)
    assert entry(world, "house/a").display_name == "A"


def test_a_row_of_the_operators_file_with_a_name_of_the_apis_own_costs_itself_alone():
    rows = [{"id": name, "provider": "house", "display_name": "x"} for name in ("auto", "auto:cheap", "models", "own")]
    world = refreshed(RefresherWorld(operator=lambda: json.dumps(rows).encode()))
    assert {"auto", "auto:cheap", "models"}.isdisjoint(world.catalogue().models)
    assert "own" in world.catalogue().models
    assert state(world, "operator").left_out == 3


def test_a_row_of_the_operators_file_with_another_ones_id_written_otherwise_costs_itself_alone(world: RefresherWorld):
    names = ("openai/GPT-4o", "house/own", "house/Own", "house/other")
    rows = [{"id": name, "provider": "house", "display_name": "x"} for name in names]
    world.operator = lambda: json.dumps(rows).encode()
    world.refresher().refresh()
    assert {"house/own", "house/other"} <= world.catalogue().models.keys()
    assert {"openai/GPT-4o", "house/Own"}.isdisjoint(world.catalogue().models)
    told = state(world, "operator")
    assert (told.left_out, told.problems[0]) == (2, "openai/GPT-4o: id is that of another model, written otherwise")


def test_the_operators_word_that_a_disabled_model_is_disabled_makes_a_version_that_keeps_it(world: RefresherWorld):
    said: list[Json] = [{"id": "openrouter/minimax-m2.5", "status": "disabled"}]
    for _ in range(2):
        world.refresher().publisher.publish(lambda before: upsert(before, said, "2026-11-25"), "update")
        assert world.catalogue().version == 2
        world.refresher().refresh()
    assert entry(world, "openrouter/minimax-m2.5").provenance["status"].source == "operator"
