"""OpenRouter's list of models: prices as texts in USD per token, windows, modalities and parameters."""

from __future__ import annotations

from functools import partial

from llm_router.adapters.sources import payload
from llm_router.adapters.sources.long_prompts import Tier, long_prompt
from llm_router.adapters.sources.payload import Note, Problems
from llm_router.catalogue.entry import Capability
from llm_router.catalogue.records import Facts, Listing, Reading
from llm_router.json_values import Json

NAME = "openrouter"
PRIORITY = 20
URL = "https://openrouter.ai/api/v1/models"

_PARAMETERS = {
    "tools": Capability.TOOLS,
    "response_format": Capability.JSON,
    "structured_outputs": Capability.JSON,
    "reasoning": Capability.REASONING,
}
_INPUTS = {"image": Capability.VISION, "audio": Capability.AUDIO, "file": Capability.PDF}


def parse(body: bytes, as_of: str) -> Reading:
    """Every model that answers with text. A negative price means that it varies: such a model has none."""
    rows = payload.json_list(payload.json_object(payload.document(body)).get("data"), "data")
    listings, problems = [], Problems()
    for position, row in enumerate(rows):
        listing = payload.listed(problems, f"data[{position}]", partial(_listing, row))
        if listing is not None:
            listings.append(listing)
    return Reading(NAME, PRIORITY, as_of, listings=listings, problems=problems.found)


def _listing(value: Json, note: Note) -> Listing | None:
    row = payload.record(value)
    maker, _, name = payload.model_name(row.get("id")).partition("/")
    built = payload.part(row.get("architecture"), "architecture", note)
    if "text" not in payload.texts(built.get("output_modalities") or ["text"]):
        return None
    prices = payload.part(row.get("pricing"), "pricing", note)
    usd_in, usd_out = payload.known_prices(_price(prices, "prompt", note), _price(prices, "completion", note))
    top = payload.part(row.get("top_provider"), "top_provider", note)
    parameters = payload.texts(row.get("supported_parameters"))
    inputs = payload.texts(built.get("input_modalities"))
    cached = _price(prices, "input_cache_read", note)
    capabilities = {found for name, found in _PARAMETERS.items() if name in parameters}
    capabilities |= {found for name, found in _INPUTS.items() if name in inputs}
    if cached:
        capabilities.add(Capability.PROMPT_CACHING)
    facts = Facts(
        display_name=_title(row.get("name"), note),
        context_window=payload.tokens(row.get("context_length"), "context_length", note),
        max_output_tokens=payload.tokens(top.get("max_completion_tokens"), "max_completion_tokens", note),
        input_usd_per_mtok=usd_in,
        output_usd_per_mtok=usd_out,
        cached_input_usd_per_mtok=cached if usd_in is not None else None,
        long_prompt=long_prompt(usd_in, usd_out, _tiers(prices, cached, note)),
        capabilities=frozenset(capabilities | {Capability.STREAMING}),
        deprecation_date=payload.date(row.get("expiration_date")),
    )
    return Listing(maker, name or maker, facts)


def _price(prices: dict[str, Json], name: str, note: Note) -> float | None:
    value = prices.get(name)
    if isinstance(value, str) and value.startswith("-"):
        return None
    return payload.price(value, 1, name, note)


def _tiers(prices: dict[str, Json], cached: float | None, note: Note) -> list[Tier]:
    """The overrides for long prompts at any hour: from so many tokens on. What one leaves out stays as it is."""
    given = prices.get("overrides")
    found = []
    for value in given if isinstance(given, list) else []:
        held = payload.part(value, "overrides", note)
        least = payload.tokens(held.get("min_prompt_tokens"), "min_prompt_tokens", note)
        if least is not None and not any(name.startswith("utc_") for name in held):
            read = _price(held, "input_cache_read", note) if "input_cache_read" in held else cached
            found.append(Tier(max(1, least - 1), _price(held, "prompt", note), _price(held, "completion", note), read))
    return found


def _title(value: Json, note: Note) -> str | None:
    """`Maker: Model` without the maker."""
    name = payload.shown_name(value, note)
    return name if name is None else name.split(": ", 1)[-1]
