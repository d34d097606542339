"""Whether a model, as its provider serves it, can be made to call a tool."""

from __future__ import annotations

from llm_router.adapters.providers.configured import speakers
from llm_router.adapters.providers.traits import at_bedrock, traits_of
from llm_router.catalogue.entry import ModelEntry


def can_force(model: ModelEntry) -> bool:
    """False for one that may call a tool where it must."""
    match model.provider:
        case "anthropic":
            return traits_of(model.api_name).forced_tools
        case "bedrock":
            return traits_of(model.api_name).forced_tools and at_bedrock(model.api_name).forces_tools
    speaker = speakers().get(model.provider)
    return speaker is None or speaker.quirks.can_force
