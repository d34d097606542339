"""Prices that rise with the length of the prompt, as each source lists them: whatever a request costs, no more."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.sources import litellm, models_dev, openrouter
from llm_router.adapters.sources.long_prompts import Tier, long_prompt
from llm_router.catalogue.entry import LongPrompt
from llm_router.catalogue.guards import quarantine
from llm_router.catalogue.joining import join
from llm_router.catalogue.merge import merge
from llm_router.catalogue.records import Facts
from llm_router.catalogue.tables import tables

DAY = "2026-01-01"


def of_litellm(**fields: object) -> Facts:
    row = {"litellm_provider": "dashscope", "mode": "chat", **fields}
    return litellm.parse(json.dumps({"dashscope/m": row}).encode(), DAY).listings[0].facts


def of_models_dev(**cost: object) -> Facts:
    body = {"alibaba": {"models": {"m": {"cost": {"input": 0.4, "output": 1.6, **cost}}}}}
    return models_dev.parse(json.dumps(body).encode(), DAY).listings[0].facts


def of_openrouter(*overrides: object, **prices: object) -> Facts:
    pricing = {"prompt": "0.000002", "completion": "0.000008", **prices, "overrides": overrides}
    return openrouter.parse(json.dumps({"data": [{"id": "a/m", "pricing": pricing}]}).encode(), DAY).listings[0].facts


def ranges(*rows: tuple[float, float, float]) -> list[dict[str, object]]:
    ends = [*(start for start, _, _ in rows[1:]), 1e6]
    return [
        {"range": [start, end], "input_cost_per_token": read, "output_cost_per_token": written}
        for (start, read, written), end in zip(rows, ends, strict=True)
    ]


def test_litellms_first_range_is_the_price_and_the_dearest_one_that_of_long_prompts():
    tiers = ranges((0, 1.2e-6, 6e-6), (32e3, 2.4e-6, 12e-6), (128e3, 3e-6, 15e-6))
    found = of_litellm(tiered_pricing=tiers)
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok) == (1.2, 6.0)
    assert found.long_prompt == LongPrompt(32_000, 3.0, 15.0, None)
    assert of_litellm(tiered_pricing=tiers[:1]).long_prompt is None
    cached = [{**tier, "cache_read_input_token_cost": 1e-7} for tier in tiers]
    found = of_litellm(tiered_pricing=cached)
    assert (found.cached_input_usd_per_mtok, found.long_prompt) == (0.1, LongPrompt(32_000, 3.0, 15.0, 0.1))


@pytest.mark.parametrize("odd", [7, "x", [7], [{}], [{"range": []}], [{"range": ["x", 2]}], [{"range": [-1, 2]}]])
def test_litellms_ranges_that_cannot_be_read_leave_the_price_as_it_is(odd: object):
    found = of_litellm(input_cost_per_token=2e-6, output_cost_per_token=8e-6, tiered_pricing=odd)
    assert (found.input_usd_per_mtok, found.output_usd_per_mtok, found.long_prompt) == (2.0, 8.0, None)


def test_litellms_tiers_in_fields_of_their_own_are_read_and_its_other_services_are_not():
    def named(**fields: object) -> LongPrompt | None:
        row = {"input_cost_per_token": 2e-6, "output_cost_per_token": 8e-6, **fields}
        return of_litellm(**row).long_prompt

    first = {"input_cost_per_token_above_32k_tokens": 4e-6, "output_cost_per_token_above_32k_tokens": 12e-6}
    both = {"input_cost_per_token_above_256k_tokens": 9e-6, "output_cost_per_token_above_256k_tokens": 9e-6}
    cached = {"cache_read_input_token_cost_above_32k_tokens": 4e-7}
    assert named(**first, **cached) == LongPrompt(32_000, 4.0, 12.0, 0.4)
    assert named(**both, **first, **cached) == LongPrompt(32_000, 9.0, 12.0, None)
    assert named(output_cost_per_token_above_200k_tokens=12e-6) == LongPrompt(200_000, 2.0, 12.0, None)
    assert named(input_cost_per_token_above_272k_tokens_priority=4e-6) is None
    assert named(input_cost_per_token=None, output_cost_per_token=None, **first) is None
    assert named(input_cost_per_token_above_200k_tokens=None) is None


def test_models_devs_tiers_by_size_are_read_and_those_by_hour_are_not():
    sized = {"tier": {"type": "context", "size": 32_000}, "input": 1.434, "output": 5.735, "cache_read": 0.2}
    last = {"tier": {"size": 128_000}, "input": 2.151, "output": 8.602, "cache_read": 0.3}
    night = {"tier": {"type": "time", "windows": ["01:00-04:00"]}, "input": 9, "output": 9}
    assert of_models_dev(tiers=[night, sized, last]).long_prompt == LongPrompt(32_000, 2.151, 8.602, 0.3)
    assert of_models_dev(tiers=[night]).long_prompt is None
    older = {"input": 0.8, "output": 2.4}
    assert of_models_dev(context_over_200k=older).long_prompt == LongPrompt(200_000, 0.8, 2.4, None)
    assert of_models_dev(context_over_200k=older, tiers=[sized]).long_prompt == LongPrompt(32_000, 1.434, 5.735, 0.2)
    assert of_models_dev(tiers=[7, {"tier": "x"}, {"tier": {"size": "x"}}], context_over_200k=7).long_prompt is None


def test_openrouters_overrides_for_long_prompts_hold_from_so_many_tokens_on():
    found = of_openrouter({"min_prompt_tokens": 200_000, "prompt": "0.000004"}, input_cache_read="0.0000002")
    assert found.long_prompt == LongPrompt(199_999, 4.0, 8.0, 0.2)
    by_hour = {"min_prompt_tokens": 200_000, "utc_start": "01:00", "prompt": "0.000009"}
    assert of_openrouter(by_hour).long_prompt is None
    assert of_openrouter({"utc_start": "01:00", "prompt": "0.000009"}).long_prompt is None
    assert of_openrouter(7, {"min_prompt_tokens": "x", "prompt": "0.000009"}).long_prompt is None


def test_no_request_costs_more_than_the_one_tier_that_is_held():
    assert long_prompt(1.0, 2.0, [Tier(9, 5.0, None, 0.1), Tier(5, None, 7.0, 0.3)]) == LongPrompt(5, 5.0, 7.0, 0.3)
    assert long_prompt(1.0, 2.0, [Tier(9, 5.0, None, 0.1), Tier(5, None, 7.0)]) == LongPrompt(5, 5.0, 7.0, None)
    assert long_prompt(1.0, 2.0, [Tier(9, None, None, 0.1)]) is None
    assert long_prompt(None, 2.0, [Tier(9, 5.0, 5.0)]) is None


def test_the_last_of_several_tiers_may_be_twelve_times_the_first_price_and_in_no_other_unit():
    steep = ranges((0, 1e-6, 5e-6), (32e3, 1.8e-6, 9e-6), (256e3, 6e-6, 60e-6))
    wrong = ranges((0, 1e-6, 5e-6), (32e3, 1e-6, 5e-4))
    for tiers, believed in ((steep, LongPrompt(32_000, 6.0, 60.0)), (wrong, None)):
        row = {"litellm_provider": "dashscope", "mode": "chat", "tiered_pricing": tiers}
        read = litellm.parse(json.dumps({"dashscope/m": row}).encode(), DAY)
        (joined,) = join([read], [], tables()).values()
        assert quarantine(None, merge(joined, tables(), DAY))[0].long_prompt == believed
