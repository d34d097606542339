"""LiteLLM's price file: prices, windows, capabilities and deprecation dates of offerings, in USD per token."""

from __future__ import annotations

import re
from functools import partial

from llm_router.adapters.sources import payload
from llm_router.adapters.sources.payload import Note, Problems
from llm_router.catalogue.entry import Capability, LongPrompt
from llm_router.catalogue.records import Facts, Json, Listing, Reading

NAME = "litellm"
PRIORITY = 40
URL = "https://raw.githubusercontent.com/BerriAI/litellm/main/model_prices_and_context_window.json"

_CAPABILITIES = {
    "supports_function_calling": Capability.TOOLS,
    "supports_response_schema": Capability.JSON,
    "supports_vision": Capability.VISION,
    "supports_audio_input": Capability.AUDIO,
    "supports_pdf_input": Capability.PDF,
    "supports_reasoning": Capability.REASONING,
    "supports_prompt_caching": Capability.PROMPT_CACHING,
    "supports_web_search": Capability.WEB_SEARCH,
}
_TIER = re.compile(r"(?:input|output)_cost_per_token_above_([1-9]\d{0,4})k_tokens")


def parse(body: bytes, as_of: str) -> Reading:
    """Every chat model of the file. `sample_spec` is its documentation, other modes are no chat models."""
    listings, problems = [], Problems()
    for position, (name, row) in enumerate(payload.json_object(payload.document(body)).items()):
        if name == "sample_spec":
            continue
        listing = payload.listed(problems, f"entry {position}", partial(_listing, name, row))
        if listing is not None:
            listings.append(listing)
    return Reading(NAME, PRIORITY, as_of, listings=listings, problems=problems.found)


def _listing(name: str, value: Json, note: Note) -> Listing | None:
    row = payload.record(value)
    provider = row.get("litellm_provider")
    if row.get("mode") != "chat" or not isinstance(provider, str):
        return None
    usd_in, usd_out = payload.known_prices(
        payload.price(row.get("input_cost_per_token"), 1, "input_cost_per_token", note),
        payload.price(row.get("output_cost_per_token"), 1, "output_cost_per_token", note),
    )
    capabilities = {capability for flag, capability in _CAPABILITIES.items() if row.get(flag) is True}
    if row.get("supports_native_streaming") is not False:
        capabilities.add(Capability.STREAMING)
    cached = payload.price(row.get("cache_read_input_token_cost"), 1, "cache_read_input_token_cost", note)
    facts = Facts(
        context_window=payload.tokens(row.get("max_input_tokens"), "max_input_tokens"),
        max_output_tokens=payload.tokens(row.get("max_output_tokens"), "max_output_tokens"),
        input_usd_per_mtok=usd_in,
        output_usd_per_mtok=usd_out,
        cached_input_usd_per_mtok=cached if usd_in is not None else None,
        long_prompt=None if usd_in is None or usd_out is None else _long_prompt(row, usd_in, usd_out, note),
        capabilities=frozenset(capabilities),
        regions=tuple(sorted(payload.shown_names(row.get("supported_regions")))) or None,
        deprecation_date=payload.date(row.get("deprecation_date")),
    )
    return Listing(provider, payload.model_name(name), facts)


def _long_prompt(row: dict[str, Json], usd_in: float, usd_out: float, note: Note) -> LongPrompt | None:
    """The first tier of prices for long prompts, with the ordinary price where it leaves one out."""
    tiers = [int(found[1]) for name, cost in row.items() if cost is not None and (found := _TIER.fullmatch(name))]
    if not tiers:
        return None
    first = min(tiers)

    def price(name: str) -> float | None:
        field = f"{name}_above_{first}k_tokens"
        return payload.price(row.get(field), 1, field, note)

    read, written = payload.known_prices(price("input_cost_per_token"), price("output_cost_per_token"))
    if read is None and written is None:
        return None
    return LongPrompt(
        above_tokens=first * 1000,
        input_usd_per_mtok=usd_in if read is None else read,
        output_usd_per_mtok=usd_out if written is None else written,
        cached_input_usd_per_mtok=price("cache_read_input_token_cost"),
    )
