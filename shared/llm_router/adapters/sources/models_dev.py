"""models.dev: prices in USD per million tokens, limits, modalities and open weights, by provider."""

from __future__ import annotations

from functools import partial

from llm_router.adapters.sources import payload
from llm_router.adapters.sources.payload import Note, Problems
from llm_router.catalogue.entry import Capability, ModelStatus
from llm_router.catalogue.records import Facts, Json, Listing, Reading

NAME = "models_dev"
PRIORITY = 30
URL = "https://models.dev/api.json"

_MTOK = 1e6
_FLAGS = {
    "tool_call": Capability.TOOLS,
    "reasoning": Capability.REASONING,
    "structured_output": Capability.JSON,
}
_INPUTS = {"image": Capability.VISION, "audio": Capability.AUDIO, "pdf": Capability.PDF}


def parse(body: bytes, as_of: str) -> Reading:
    """Every model that answers with text. Prices for certain hours stand beside the base price and are left out."""
    listings, problems = [], Problems()
    for place, (provider, row) in enumerate(payload.json_object(payload.document(body)).items()):
        models = payload.json_object(payload.json_object(row, "a provider").get("models"), "a provider's models")
        for position, (name, model) in enumerate(models.items()):
            where = f"model {position} of provider {place}"
            listing = payload.listed(problems, where, partial(_listing, provider, name, model))
            if listing is not None:
                listings.append(listing)
    return Reading(NAME, PRIORITY, as_of, listings=listings, problems=problems.found)


def _listing(provider: str, name: str, value: Json, note: Note) -> Listing | None:
    row = payload.record(value)
    modalities = payload.record(row.get("modalities") or {})
    if "text" not in payload.texts(modalities.get("output") or ["text"]):
        return None
    cost, limit = payload.record(row.get("cost") or {}), payload.record(row.get("limit") or {})
    usd_in, usd_out = payload.known_prices(
        payload.price(cost.get("input"), _MTOK, "input", note), payload.price(cost.get("output"), _MTOK, "output", note)
    )
    inputs = payload.texts(modalities.get("input"))
    capabilities = {found for flag, found in _FLAGS.items() if row.get(flag) is True}
    capabilities |= {found for kind, found in _INPUTS.items() if kind in inputs}
    cached = payload.price(cost.get("cache_read"), _MTOK, "cache_read", note)
    if cached:
        capabilities.add(Capability.PROMPT_CACHING)
    open_weights = row.get("open_weights")
    facts = Facts(
        display_name=payload.shown_name(row.get("name")),
        status=ModelStatus.DEPRECATED if row.get("status") == "deprecated" else None,
        context_window=payload.tokens(limit.get("context"), "context"),
        max_output_tokens=payload.tokens(limit.get("output"), "output"),
        input_usd_per_mtok=usd_in,
        output_usd_per_mtok=usd_out,
        cached_input_usd_per_mtok=cached if usd_in is not None else None,
        capabilities=frozenset(capabilities | {Capability.STREAMING}),
        open_weights=open_weights if isinstance(open_weights, bool) else None,
    )
    return Listing(payload.model_name(provider), payload.model_name(name), facts)
