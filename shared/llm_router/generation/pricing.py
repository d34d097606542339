"""What a generation cost, from the tokens that the provider counted and the catalogue's prices."""

from __future__ import annotations

from llm_router.catalogue.caching import write_factor
from llm_router.catalogue.entry import ModelEntry
from llm_router.generation.chat import Usage


def cost_usd(model: ModelEntry, usage: Usage) -> float | None:
    """USD, or None where the catalogue does not know the price.

    A prompt that is long to the model costs what long ones do, with its answer. Tokens read from the provider's cache
    cost their own price where there is one, those written to it what the provider takes for that. Reasoning tokens are
    among the completion tokens and cost the same.
    """
    priced = model.priced(usage.prompt_tokens)
    price_in, price_out = priced.input_usd_per_mtok, priced.output_usd_per_mtok
    if price_in is None or price_out is None:
        return None
    price_cached = price_in if priced.cached_input_usd_per_mtok is None else priced.cached_input_usd_per_mtok
    cached = min(usage.cached_tokens, usage.prompt_tokens)
    fresh = usage.prompt_tokens - cached
    kept = min(usage.kept_tokens, fresh) * (write_factor(model) - 1)
    return ((fresh + kept) * price_in + cached * price_cached + usage.completion_tokens * price_out) / 1e6
