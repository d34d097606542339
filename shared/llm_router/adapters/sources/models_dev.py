"""models.dev: prices in USD per million tokens, limits, modalities and open weights, by provider."""

from __future__ import annotations

from functools import partial

from llm_router.adapters.sources import payload
from llm_router.adapters.sources.long_prompts import Tier, long_prompt
from llm_router.adapters.sources.payload import Note, Problems
from llm_router.catalogue.entry import Capability, ModelStatus
from llm_router.catalogue.records import Facts, Listing, Reading
from llm_router.errors import SourceUnavailable
from llm_router.json_values import Json

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
    """Every model that answers with text. Prices for certain hours stand beside the base price and are left out.

    Raises `SourceUnavailable` where there is none; what is no provider costs no more than itself.
    """
    listings, problems = [], Problems()
    for place, (provider, row) in enumerate(payload.json_object(payload.document(body)).items()):
        models = row.get("models") if isinstance(row, dict) else None
        if not isinstance(models, dict):
            problems.add(f"provider {place}", "has no models")
            continue
        for position, (name, model) in enumerate(models.items()):
            where = f"model {position} of provider {place}"
            listing = payload.listed(problems, where, partial(_listing, provider, name, model))
            if listing is not None:
                listings.append(listing)
    if not listings:
        raise SourceUnavailable("The source has another schema: there are no models.")
    return Reading(NAME, PRIORITY, as_of, listings=listings, problems=problems.found)


def _listing(provider: str, name: str, value: Json, note: Note) -> Listing | None:
    row = payload.record(value)
    modalities = payload.part(row.get("modalities"), "modalities", note)
    if "text" not in payload.texts(modalities.get("output") or ["text"]):
        return None
    cost, limit = payload.part(row.get("cost"), "cost", note), payload.part(row.get("limit"), "limit", note)
    short = _tier(cost, 0, note)
    usd_in, usd_out = short.usd_in, short.usd_out
    inputs = payload.texts(modalities.get("input"))
    capabilities = {found for flag, found in _FLAGS.items() if row.get(flag) is True}
    capabilities |= {found for kind, found in _INPUTS.items() if kind in inputs}
    if short.cached:
        capabilities.add(Capability.PROMPT_CACHING)
    open_weights = row.get("open_weights")
    facts = Facts(
        display_name=payload.shown_name(row.get("name"), note),
        status=ModelStatus.DEPRECATED if row.get("status") == "deprecated" else None,
        context_window=payload.tokens(limit.get("context"), "context", note),
        max_output_tokens=payload.tokens(limit.get("output"), "output", note),
        input_usd_per_mtok=usd_in,
        output_usd_per_mtok=usd_out,
        cached_input_usd_per_mtok=short.cached if usd_in is not None else None,
        long_prompt=long_prompt(usd_in, usd_out, _tiers(cost, note)),
        capabilities=frozenset(capabilities | {Capability.STREAMING}),
        open_weights=open_weights if isinstance(open_weights, bool) else None,
    )
    return Listing(payload.model_name(provider), payload.model_name(name), facts)


def _tiers(cost: dict[str, Json], note: Note) -> list[Tier]:
    """The prices of long prompts: the tiers that have a size, else those of the older field for one size."""
    given = cost.get("tiers")
    found = []
    for value in given if isinstance(given, list) else []:
        held = payload.part(value, "tiers", note)
        what = payload.part(held.get("tier"), "tier", note)
        above = None if what.get("type") == "time" else payload.tokens(what.get("size"), "size", note)
        if above is not None:
            found.append(_tier(held, above, note))
    older = payload.part(cost.get("context_over_200k"), "context_over_200k", note)
    return found or [_tier(older, 200_000, note)]


def _tier(held: dict[str, Json], above: int, note: Note) -> Tier:
    usd_in, usd_out, cached = (
        payload.price(held.get(name), _MTOK, name, note) for name in ("input", "output", "cache_read")
    )
    return Tier(above, *payload.known_prices(usd_in, usd_out), cached)
