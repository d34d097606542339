"""OpenRouter's list of models: prices as texts in USD per token, windows, modalities and parameters."""

from __future__ import annotations

from functools import partial

from llm_router.adapters.sources import payload
from llm_router.adapters.sources.payload import Note, Problems
from llm_router.catalogue.entry import Capability
from llm_router.catalogue.records import Facts, Json, Listing, Reading

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
    built = payload.record(row.get("architecture") or {})
    if "text" not in payload.texts(built.get("output_modalities") or ["text"]):
        return None
    prices = payload.record(row.get("pricing") or {})
    usd_in, usd_out = payload.known_prices(_price(prices, "prompt", note), _price(prices, "completion", note))
    top = payload.record(row.get("top_provider") or {})
    parameters = payload.texts(row.get("supported_parameters"))
    inputs = payload.texts(built.get("input_modalities"))
    cached = _price(prices, "input_cache_read", note)
    capabilities = {found for name, found in _PARAMETERS.items() if name in parameters}
    capabilities |= {found for name, found in _INPUTS.items() if name in inputs}
    if cached:
        capabilities.add(Capability.PROMPT_CACHING)
    facts = Facts(
        display_name=_title(row.get("name")),
        context_window=payload.tokens(row.get("context_length"), "context_length"),
        max_output_tokens=payload.tokens(top.get("max_completion_tokens"), "max_completion_tokens"),
        input_usd_per_mtok=usd_in,
        output_usd_per_mtok=usd_out,
        cached_input_usd_per_mtok=cached if usd_in is not None else None,
        capabilities=frozenset(capabilities | {Capability.STREAMING}),
        deprecation_date=payload.date(row.get("expiration_date")),
    )
    return Listing(maker, name or maker, facts)


def _price(prices: dict[str, Json], name: str, note: Note) -> float | None:
    value = prices.get(name)
    if isinstance(value, str) and value.startswith("-"):
        return None
    return payload.price(value, 1, name, note)


def _title(value: Json) -> str | None:
    """`Maker: Model` without the maker."""
    name = payload.shown_name(value)
    return name if name is None else name.split(": ", 1)[-1]
