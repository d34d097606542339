"""What an operator's update makes of a model, by our names and the reference design's, and that it keeps the rest."""

from __future__ import annotations

import pytest

from llm_router.catalogue.bundled import bundled
from llm_router.catalogue.diff import diff
from llm_router.catalogue.entry import Capability, Catalogue, Latency, LongPrompt, ModelStatus
from llm_router.catalogue.upsert import upsert
from llm_router.schemas.catalogue import entry_answer
from llm_router.taxonomy import Category, Difficulty
from tests.unit.test_catalogue_update import NEW, TODAY, made


def test_three_fields_make_a_model_and_all_else_is_unknown():
    found = made(NEW)
    assert found.status is ModelStatus.ACTIVE
    assert (found.input_usd_per_mtok, found.context_window, found.open_weights) == (None, None, None)
    assert found.provenance["display_name"].source == "operator"


def test_every_field_of_an_entry_can_be_given():
    found = made(
        {
            **NEW,
            "status": "disabled",
            "api_alias": "one-1",
            "context_window": 1000,
            "max_output_tokens": 100,
            "input_usd_per_mtok": 1,
            "output_usd_per_mtok": 2.5,
            "cached_input_usd_per_mtok": 0.1,
            "long_prompt": {"above_tokens": 500, "input_usd_per_mtok": 2, "output_usd_per_mtok": 5},
            "capabilities": ["tools", "vision"],
            "thinks": False,
            "open_weights": True,
            "license": "MIT",
            "regions": ["eu"],
            "deprecation_date": "2027-01-31",
            "tokenizer": "o200k",
            "latency": {"time_to_first_token_ms": 300, "output_tokens_per_second": 80},
            "quality": {"math": {"hard": {"mean": 0.4, "sd": 0.2, "n": 5}}},
        }
    )
    assert found.status is ModelStatus.DISABLED
    assert found.capabilities == {Capability.TOOLS, Capability.VISION}
    assert found.thinks is False
    assert found.latency == Latency(300, 80)
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok) == (1.0, 2.5)
    assert found.long_prompt == LongPrompt(500, 2.0, 5.0)
    assert made(NEW | {"long_prompt": entry_answer(found).model_dump()["long_prompt"]}).long_prompt == found.long_prompt
    stated = found.quality[Category.MATH][Difficulty.HARD]
    assert (stated.mean, stated.sd, stated.n, stated.source, stated.as_of) == (0.4, 0.2, 5.0, "operator", TODAY)


def test_difficulties_that_were_not_stated_are_imputed_around_those_that_were():
    levels = made({**NEW, "quality": {"math": {"medium": {"mean": 0.8}}}}).quality[Category.MATH]
    assert levels[Difficulty.EASY].mean > 0.8 > levels[Difficulty.HARD].mean
    assert [levels[level].imputed for level in Difficulty] == [True, False, True]


def test_the_reference_designs_names_mean_dollars_per_thousand_tokens_and_milliseconds():
    row = {**NEW, "cost_in_per_1k": 0.00015, "cost_out_per_1k": 0.0006, "avg_latency_ms": 650, "open_source": True}
    found = made({**row, "tags": ["x"], "notes": "n", "analytics_id": "a", "real_time_metrics": True})
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok) == (0.15, 0.6)
    assert (found.latency.time_to_first_token_ms, found.open_weights) == (650.0, True)


def test_the_reference_designs_scores_are_labelled_and_stand_only_where_there_is_no_evidence():
    scores = {"coding": 0.8, "reasoning": 0.6, "writing": 0.7, "support": 0.7, "math": 0.0, "legal": 0.9}
    found = made({**NEW, "capabilities": scores})
    assert set(found.quality) == {Category.CODING, Category.ANALYSIS, Category.CREATIVE_WRITING, Category.CHAT}
    assert found.quality[Category.CODING][Difficulty.MEDIUM].source == "operator's capabilities"
    known = bundled().models["openai/gpt-5.5"]
    assert made({"id": known.id, "capabilities": scores}, bundled()).quality == known.quality


def test_an_update_of_a_known_model_changes_what_it_names_and_nothing_else():
    before = bundled().models["openai/gpt-5.5"]
    models = upsert(bundled(), [{"id": before.id, "input_usd_per_mtok": 4.0}], TODAY)
    (change,) = diff(bundled().models, models).changed
    assert (change.field, change.before, change.after) == ("input_usd_per_mtok", "5.0", "4.0")
    after = models[before.id]
    assert after.provenance["input_usd_per_mtok"].source == "operator"
    assert after.provenance["output_usd_per_mtok"] == before.provenance["output_usd_per_mtok"]


def test_null_makes_a_field_unknown_and_hands_it_back_to_the_sources():
    after = made({"id": "openai/gpt-5.5", "input_usd_per_mtok": None, "capabilities": None}, bundled())
    assert after.input_usd_per_mtok is None
    assert after.capabilities == frozenset()
    assert "input_usd_per_mtok" not in after.provenance


@pytest.mark.parametrize("name", ["openai/gpt-5.5", "groq/gpt-oss-120b", "bedrock/amazon.nova-lite-v1:0"])
def test_our_own_answer_can_be_sent_back_and_changes_nothing(name: str):
    answer = entry_answer(bundled().models[name]).model_dump(mode="json")
    assert upsert(bundled(), [answer], TODAY) == bundled().models


def test_a_cell_that_is_not_the_one_that_is_held_is_the_operators_whatever_source_it_names():
    known = bundled().models["openai/gpt-5.5"]
    answer = entry_answer(known).model_dump(mode="json")
    answer["quality"]["math"]["hard"]["mean"] = 0.5
    answer["quality"]["math"]["easy"]["source"] = "our own test"
    row = made({"id": known.id, "quality": answer["quality"]}, bundled()).quality[Category.MATH]
    assert {level: cell.source for level, cell in row.items() if cell.source == "operator"}.keys() == {"easy", "hard"}
    assert (row[Difficulty.HARD].mean, row[Difficulty.HARD].as_of) == (0.5, TODAY)
    mine = made({**NEW, "quality": {"math": {"hard": {"mean": 0.4, "source": "our own test"}}}})
    cell = mine.quality[Category.MATH][Difficulty.HARD]
    assert (cell.mean, cell.source, cell.imputed) == (0.4, "operator", False)


def test_a_speed_of_0_that_is_stored_can_be_sent_back_and_is_then_unknown():
    stored = made({**NEW, "latency": {"output_tokens_per_second": 80}})
    row = {"id": NEW["id"], "latency": {"output_tokens_per_second": 0}}
    assert made(row, Catalogue(1, {NEW["id"]: stored})).latency.output_tokens_per_second is None
