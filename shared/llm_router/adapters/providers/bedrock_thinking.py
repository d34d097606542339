"""How a model at Bedrock is told to think: by fields of its maker's, which Converse passes on."""

from __future__ import annotations

from collections.abc import Mapping

from llm_router.adapters.providers.claude_thinking import forces_a_tool, wish_at_bedrock
from llm_router.adapters.providers.traits import Thinking, traits_of
from llm_router.generation.chat import ChatRequest
from llm_router.json_values import Json

_NOVA_EFFORTS: Mapping[str, str] = {
    "low": "low", "medium": "medium", "high": "medium", "xhigh": "medium", "max": "medium"
}  # fmt: skip
"""At its high one an answer can have no bound."""
_MAKE_IT_THINK = frozenset({"reasoningConfig", "thinking"})
"""An effort alone does not."""


def fields(model: str, request: ChatRequest) -> dict[str, Json]:
    """The `additionalModelRequestFields`; empty where there is nothing to say."""
    if traits_of(model).thinking is Thinking.NOVA_EFFORT:
        effort = None if forces_a_tool(request) else _NOVA_EFFORTS.get(request.reasoning_effort or "")
        return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": effort}} if effort else {}
    wanted = wish_at_bedrock(model, request)
    thinking: dict[str, Json] = {} if wanted.thinking is None else {"thinking": wanted.thinking}
    return thinking if wanted.effort is None else {**thinking, "output_config": {"effort": wanted.effort}}


def thinks(model: str, request: ChatRequest) -> bool | None:
    """Whether this makes the model think; None where it does as it would anyway."""
    return True if fields(model, request).keys() & _MAKE_IT_THINK else None
