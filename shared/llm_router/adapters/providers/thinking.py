"""Whether a request, as it is put to a model's provider, makes it think."""

from __future__ import annotations

from llm_router.adapters.providers import bedrock_thinking, claude_thinking, gemini_thinking
from llm_router.adapters.providers.configured import speakers
from llm_router.catalogue.entry import ModelEntry
from llm_router.generation.chat import ChatRequest


def thinks(model: ModelEntry, request: ChatRequest) -> bool:
    """Whether it is to be reckoned with that the model thinks before it answers this request."""
    told = _told(model.provider, model.api_name, request)
    return model.thinks_unasked if told is None else told and model.can_think


def _told(provider: str, model: str, request: ChatRequest) -> bool | None:
    """Whether it is made to think, or kept from it; None where it does as it would anyway."""
    match provider:
        case "anthropic":
            return claude_thinking.wish(model, request).thinks
        case "bedrock":
            return bedrock_thinking.thinks(model, request)
        case "google":
            return gemini_thinking.thinks(model, request)
    speaker = speakers().get(provider)
    return None if speaker is None else speaker.quirks.thinks(model, request)
