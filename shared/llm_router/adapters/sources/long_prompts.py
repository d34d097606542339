"""Prices that rise with the length of the prompt, as sources list them: any number of tiers, of which one is held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from llm_router.catalogue.entry import LongPrompt

Usd = float | None
"""USD per million tokens; None where it is not said."""


@dataclass(frozen=True, slots=True)
class Tier:
    """What a request costs whose prompt is longer than `above_tokens`."""

    above_tokens: int
    usd_in: Usd
    usd_out: Usd
    cached: Usd = None

    @property
    def told(self) -> bool:
        return self.usd_in is not None or self.usd_out is not None


def long_prompt(usd_in: Usd, usd_out: Usd, tiers: Iterable[Tier]) -> LongPrompt | None:
    """The tiers as one: from the first threshold on, the highest price of any, so that no request costs more than this.

    `usd_in` and `usd_out` are the prices of short prompts, which hold where a tier leaves one out; without both of
    them nothing is known of long prompts. Cached input has a price only where every tier says it.
    """
    told = [tier for tier in tiers if tier.told]
    if usd_in is None or usd_out is None or not told:
        return None
    cached = [tier.cached for tier in told if tier.cached is not None]
    return LongPrompt(
        above_tokens=min(tier.above_tokens for tier in told),
        input_usd_per_mtok=max(usd_in if tier.usd_in is None else tier.usd_in for tier in told),
        output_usd_per_mtok=max(usd_out if tier.usd_out is None else tier.usd_out for tier in told),
        cached_input_usd_per_mtok=max(cached) if len(cached) == len(told) else None,
    )
