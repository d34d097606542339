"""LiteLLM's price file: prices, windows, capabilities and deprecation dates of offerings, in USD per token."""

from __future__ import annotations

import re
from functools import partial

from llm_router.adapters.sources import payload
from llm_router.adapters.sources.long_prompts import Tier, long_prompt
from llm_router.adapters.sources.payload import Note, Problems
from llm_router.catalogue.entry import Capability
from llm_router.catalogue.field_rules import MAX_TEXTS
from llm_router.catalogue.records import Facts, Listing, Reading
from llm_router.json_values import Json

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
_NAMED = re.compile(r"(?:input|output)_cost_per_token_above_([1-9]\d{0,4})k_tokens")


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
    tiers = [_tier(row, 0, "", note), *_ranges(row, note), *_named(row, note)]
    short = next((tier for tier in tiers if tier.told and tier.above_tokens == 0), tiers[0])
    usd_in, usd_out = short.usd_in, short.usd_out
    capabilities = {capability for flag, capability in _CAPABILITIES.items() if row.get(flag) is True}
    if row.get("supports_native_streaming") is not False:
        capabilities.add(Capability.STREAMING)
    facts = Facts(
        context_window=payload.tokens(row.get("max_input_tokens"), "max_input_tokens", note),
        max_output_tokens=payload.tokens(row.get("max_output_tokens"), "max_output_tokens", note),
        input_usd_per_mtok=usd_in,
        output_usd_per_mtok=usd_out,
        cached_input_usd_per_mtok=short.cached if usd_in is not None else None,
        long_prompt=long_prompt(usd_in, usd_out, (tier for tier in tiers if tier.above_tokens)),
        capabilities=frozenset(capabilities),
        regions=tuple(sorted(payload.shown_names(row.get("supported_regions"))))[:MAX_TEXTS] or None,
        deprecation_date=payload.date(row.get("deprecation_date")),
    )
    return Listing(provider, payload.model_name(name), facts)


def _ranges(row: dict[str, Json], note: Note) -> list[Tier]:
    """The tiers of `tiered_pricing`, the first of which holds from 0 tokens on."""
    given = row.get("tiered_pricing")
    found = []
    for value in given if isinstance(given, list) else []:
        held = payload.part(value, "tiered_pricing", note)
        bounds = held.get("range")
        start = bounds[0] if isinstance(bounds, list) and bounds else None
        above = 0 if start == 0 else payload.tokens(start, "range", note)
        if above is not None:
            found.append(_tier(held, above, "", note))
    return found


def _named(row: dict[str, Json], note: Note) -> list[Tier]:
    """The tiers that stand in fields of their own, such as `input_cost_per_token_above_200k_tokens`."""
    found = {int(match[1]) for name, cost in row.items() if cost is not None and (match := _NAMED.fullmatch(name))}
    return [_tier(row, thousands * 1000, f"_above_{thousands}k_tokens", note) for thousands in sorted(found)]


def _tier(held: dict[str, Json], above: int, ending: str, note: Note) -> Tier:
    """The prices whose fields have this ending."""

    def price(name: str) -> float | None:
        return payload.price(held.get(name + ending), 1, name + ending, note)

    read, written = payload.known_prices(price("input_cost_per_token"), price("output_cost_per_token"))
    return Tier(above, read, written, price("cache_read_input_token_cost"))
