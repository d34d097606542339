"""How a Gemini is told to think or not to: by a budget of tokens in 2.5, by a level from 3 on."""

from __future__ import annotations

from collections.abc import Mapping

from llm_router.adapters.providers.traits import Off, Thinking, Traits, traits_of
from llm_router.generation.chat import ChatRequest
from llm_router.json_values import Json

_LEVELS: Mapping[str, str] = {
    "none": "minimal", "minimal": "minimal", "low": "low", "medium": "medium", "high": "high", "xhigh": "high",
    "max": "high",
}  # fmt: skip
_BUDGETS: Mapping[str, int] = {
    "none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576, "max": 24576
}  # fmt: skip
"""What Google itself makes of OpenAI's efforts; none is no thinking, and the least where that cannot be."""


def thinking(model: str, request: ChatRequest) -> dict[str, Json] | None:
    """The `thinkingConfig` to send; None where nothing is said of it."""
    wanted, traits = request.reasoning_effort or "", traits_of(model)
    if traits.thinking is Thinking.LEVEL:
        if (level := _LEVELS.get(wanted)) is None:
            return None
        return {"thinkingLevel": "low" if level == "minimal" and not traits.minimal else level}
    if traits.thinking is not Thinking.GEMINI_BUDGET or wanted not in _BUDGETS:
        return None
    return {"thinkingBudget": _budget(traits, _BUDGETS[wanted], request.max_tokens)}


def thinks(model: str, request: ChatRequest) -> bool | None:
    """Whether this makes the model think, or keeps it from that; None where it does as it would anyway.

    At the least level each does as it likes.
    """
    told = thinking(model, request)
    if told is None or told.get("thinkingLevel") == "minimal":
        return None
    return told.get("thinkingBudget") != 0


def _budget(traits: Traits, wanted: int, longest: int | None) -> int:
    """As many tokens as leave half of the answer to what it says, but as many as the model thinks at least."""
    bounded = wanted if longest is None else min(wanted, longest // 2)
    if bounded >= traits.least_budget:
        return bounded
    return traits.least_budget if traits.off is Off.NEVER else 0
