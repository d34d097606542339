"""Each source reads what it really sends, in our units, and leaves out a bad record alone."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.sources import artificial_analysis, litellm, models_dev, openrouter
from llm_router.adapters.sources.registry import HOSTS, PARSERS, all_sources
from llm_router.catalogue import validation
from llm_router.catalogue.entry import Capability, ModelStatus
from llm_router.catalogue.records import Facts, Reading, Scale
from tests.support.clock import FakeClock
from tests.support.sources import FakeWeb, payload, reading


def facts(found: Reading, name: str) -> Facts:
    (listing,) = [listing for listing in found.listings if listing.name == name]
    return listing.facts


def test_litellm_prices_become_usd_per_million_tokens():
    found = facts(reading("litellm"), "gpt-4o-mini")
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok, found.cached_input_usd_per_mtok) == (0.15, 0.6, 0.075)
    assert (found.context_window, found.max_output_tokens) == (128_000, 16_384)
    assert {Capability.TOOLS, Capability.VISION, Capability.PDF, Capability.JSON} <= (found.capabilities or set())
    assert Capability.REASONING not in (found.capabilities or set())


def test_litellm_lists_chat_models_only_and_not_its_own_documentation():
    names = {listing.name for listing in reading("litellm").listings}
    assert "sample_spec" not in names
    assert "text-embedding-3-small" not in names


def test_litellm_writes_zero_for_unknown_so_zero_for_both_is_unknown():
    found = facts(reading("litellm"), "zai/glm-4.7-flash")
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok) == (None, None)


def test_a_missing_price_is_unknown_and_never_zero():
    found = facts(reading("litellm"), "dashscope/qwen3-max")
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok) == (None, None)


def test_litellms_price_in_the_wrong_unit_is_not_taken_and_reported():
    found = reading("litellm")
    assert [listing.name for listing in found.listings if listing.flawed] == ["azure_ai/jais-30b-chat"]
    assert facts(found, "azure_ai/jais-30b-chat").input_usd_per_mtok is None
    assert [problem.problem for problem in found.problems] == [
        "input_cost_per_token is above 1000 USD per million tokens"
    ]


def test_litellms_deprecation_dates_are_kept():
    assert facts(reading("litellm"), "gpt-4.1-nano").deprecation_date == "2026-10-23"


@pytest.mark.parametrize("day", ["0000-00-00", "2027-02-30", "2027-13-01", "2027-W01-1", "soon", 20270101])
def test_a_date_that_is_none_is_no_date_and_costs_nothing_else(day: object):
    row = {"litellm_provider": "openai", "mode": "chat", "max_input_tokens": 9, "deprecation_date": day}
    found = facts(litellm.parse(json.dumps({"x": row}).encode(), "2026-01-01"), "x")
    assert (found.deprecation_date, found.context_window) == (None, 9)


def test_of_litellms_regions_there_are_no_more_than_an_entry_that_is_sent_back_may_have():
    row = {"litellm_provider": "openai", "mode": "chat", "supported_regions": [f"r{n:03}" for n in range(101)]}
    regions = facts(litellm.parse(json.dumps({"x": row}).encode(), "2026-01-01"), "x").regions
    assert regions == tuple(f"r{n:03}" for n in range(100))
    sent, wrong = validation.parse({"id": "x", "regions": list(regions)}, today="2026-01-01")
    assert (sent is not None, wrong) == (True, [])


def test_openrouter_prices_are_texts_per_token():
    found = facts(reading("openrouter"), "claude-sonnet-4.6")
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok, found.cached_input_usd_per_mtok) == (3.0, 15.0, 0.3)
    assert (found.display_name, found.context_window, found.max_output_tokens) == (
        "Claude Sonnet 4.6",
        1_000_000,
        128_000,
    )
    assert {Capability.TOOLS, Capability.JSON, Capability.VISION, Capability.REASONING} <= (found.capabilities or set())


def test_openrouters_negative_price_means_that_it_varies_and_is_unknown():
    body = {"data": [{"id": "openrouter/auto", "name": "Auto", "pricing": {"prompt": "-1", "completion": "-1"}}]}
    (listing,) = openrouter.parse(json.dumps(body).encode(), "2026-01-01").listings
    assert listing.facts.input_usd_per_mtok is None


def test_models_dev_prices_are_per_million_already_and_prices_by_the_hour_are_left_aside():
    found = facts(reading("models_dev"), "deepseek-v4-flash")
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok) == (0.22, 0.66)
    assert facts(reading("models_dev"), "deepseek-chat").input_usd_per_mtok is None


def test_models_devs_deprecated_models_say_so():
    body = {"acme": {"models": {"old": {"status": "deprecated"}}}}
    (listing,) = models_dev.parse(json.dumps(body).encode(), "2026-01-01").listings
    assert listing.facts.status is ModelStatus.DEPRECATED


def test_lmarena_ratings_have_the_standard_error_of_their_interval():
    scores = {(score.model, score.measure): score for score in reading("lmarena").scores}
    found = scores["llama-3.1-8b-instruct", "math"]
    assert found.scale is Scale.RATING
    assert found.value == pytest.approx(1194, abs=1)
    assert found.sd == pytest.approx(7 / 1.96, abs=0.5)


def test_livebench_scores_are_shares_and_its_malformed_row_is_left_out_alone():
    found = reading("livebench")
    scores = {(score.model, score.measure): score for score in found.scores}
    assert scores["gpt-oss-120b", "olympiad"].value == pytest.approx(0.59338)
    assert scores["gpt-oss-120b", "olympiad"].scale is Scale.SHARE
    assert not any(model.startswith("nemotron-3-super") for model, _ in scores)
    assert [problem.problem for problem in found.problems] == ["has another number of fields than the header"]


def test_artificial_analysis_indices_and_evaluations_become_shares_and_seconds_milliseconds():
    found = reading("artificial_analysis")
    scores = {(score.model, score.measure): score.value for score in found.scores}
    assert scores["o3-mini", "artificial_analysis_coding_index"] == pytest.approx(0.558)
    assert scores["o3-mini", "gpqa"] == pytest.approx(0.748)
    listed = facts(found, "o3-mini")
    assert (listed.input_usd_per_mtok, listed.output_usd_per_mtok) == (1.1, 4.4)
    assert (listed.time_to_first_token_ms, listed.output_tokens_per_second) == (14_939.0, 153.831)


def test_artificial_analysis_nulls_are_unknown():
    row = {
        "slug": "m",
        "model_creator": {"slug": "acme"},
        "evaluations": {"gpqa": None},
        "pricing": {"price_1m_input_tokens": None},
        "median_time_to_first_token_seconds": None,
    }
    found = artificial_analysis.parse(json.dumps({"data": [row]}).encode(), "2026-01-01")
    assert found.scores == []
    assert found.listings[0].facts == Facts()


def test_the_operators_file_is_understood_in_the_reference_designs_format_and_one_bad_model_left_out():
    found = reading("operator")
    assert [update.id for update in found.updates] == ["acme-large", "acme-small"]
    large = found.updates[0]
    assert (large.facts.input_usd_per_mtok, large.facts.output_usd_per_mtok) == (2.5, 10.0)
    assert (large.facts.time_to_first_token_ms, large.facts.open_weights) == (650.0, False)
    assert [problem.record for problem in found.problems] == ["models[1]"]


def test_the_operators_file_may_also_hold_an_object_with_models():
    listed = json.dumps({"models": json.loads(payload("operator"))}).encode()
    assert PARSERS["operator"](listed, "2026-01-01").updates == reading("operator", "2026-01-01").updates


def test_every_source_is_on_the_list_of_hosts_and_has_a_parser():
    sources = all_sources(FakeWeb(), FakeClock(), analytics_key="key", operator=lambda: b"[]")
    assert {source.name for source in sources} == set(PARSERS)
    assert len(HOSTS) == 5


def test_without_its_key_the_analytics_source_is_skipped_and_says_why():
    sources = {source.name: source for source in all_sources(FakeWeb(), FakeClock(), analytics_key="", operator=None)}
    assert sources["artificial_analysis"].skipped == "no ANALYTICS_API_KEY is set"
    assert all(source.skipped is None for name, source in sources.items() if name != "artificial_analysis")


def test_a_key_is_not_shown_by_its_source():
    sources = all_sources(FakeWeb(), FakeClock(), analytics_key="canary-key", operator=None)
    assert "canary-key" not in repr(sources)
