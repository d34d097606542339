"""Providers' caches of prompts: who keeps one that a session goes on with, and what it costs to have it kept."""

from __future__ import annotations

from collections.abc import Mapping

from llm_router.catalogue.entry import ModelEntry

_KEPT_AT: Mapping[str, frozenset[str]] = {"bedrock": frozenset({"claude", "nova"})}
"""Providers that keep the prompts of some families alone, by their tokenizers: those that they can be asked for."""

_WRITES: Mapping[tuple[str, str], float] = {("anthropic", "claude"): 1.25, ("bedrock", "claude"): 1.25}
"""What a token that is kept costs, of the price of reading it, by provider and family; elsewhere it costs no more."""

LEAST_KEPT_TOKENS = 512
"""Claude keeps no prompt that is shorter, and some models none of many times that."""


def keeps_prompts(model: ModelEntry) -> bool:
    """Whether the provider keeps this model's prompts, of its own accord or because the router asks for it."""
    families = _KEPT_AT.get(model.provider)
    return families is None or model.tokenizer in families


def write_factor(model: ModelEntry) -> float:
    """What a token costs that is read and kept, as a multiple of one that is only read."""
    return _WRITES.get((model.provider, model.tokenizer or ""), 1.0)
