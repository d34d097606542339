"""How a model at Bedrock is told to think: by fields of its maker's, which Converse passes on."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from llm_router.adapters.providers.claude_thinking import forces_a_tool, wish_at_bedrock
from llm_router.adapters.providers.efforts import nearest
from llm_router.adapters.providers.traits import Thinking, traits_of
from llm_router.generation.chat import ChatRequest
from llm_router.json_values import Json

_NOVA_EFFORTS: Mapping[str, str] = {
    "low": "low", "medium": "medium", "high": "medium", "xhigh": "medium", "max": "medium"
}  # fmt: skip
"""At its high one an answer can have no bound."""
_MAKE_IT_THINK = frozenset({"reasoningConfig", "thinking", "reasoning_effort", "reasoning"})
"""A Claude's effort alone does not."""
_SAMPLED = frozenset({"reasoning_effort"})
"""Beside what a model may be told how to sample."""


def fields(model: str, request: ChatRequest) -> dict[str, Json]:
    """The `additionalModelRequestFields`; empty where there is nothing to say."""
    traits = traits_of(model)
    if traits.thinking is Thinking.NOVA_EFFORT:
        effort = None if forces_a_tool(request) else _NOVA_EFFORTS.get(request.reasoning_effort or "")
        return {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": effort}} if effort else {}
    if (told := _openai_s(model, request)) is not None:
        return told
    wanted = wish_at_bedrock(model, request)
    thinking: dict[str, Json] = {} if wanted.thinking is None else {"thinking": wanted.thinking}
    return thinking if wanted.effort is None else {**thinking, "output_config": {"effort": wanted.effort}}


def samples(model: str, told: Collection[str]) -> bool:
    """Whether the model takes a temperature or top_p beside the fields that it is told."""
    return traits_of(model).sampling and _SAMPLED.issuperset(told)


def thinks(model: str, request: ChatRequest) -> bool | None:
    """Whether this makes the model think, or keeps it from that; None where it does as it would anyway."""
    told = fields(model, request)
    if told.get("reasoning") == {"effort": "none"}:
        return False
    return True if told.keys() & _MAKE_IT_THINK else None


def _openai_s(model: str, request: ChatRequest) -> dict[str, Json] | None:
    """What a model of OpenAI's is told; None for any other."""
    traits = traits_of(model)
    if traits.thinking not in (Thinking.OPENAI_EFFORT, Thinking.OPENAI_REASONING):
        return None
    effort = None if request.reasoning_effort is None else nearest(request.reasoning_effort, traits.efforts)
    if effort is None:
        return {}
    if traits.thinking is Thinking.OPENAI_EFFORT:
        return {"reasoning_effort": effort}
    return {"reasoning": {"effort": effort}}
