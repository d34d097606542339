"""How a Claude is told to think or not to, whoever serves it.

Up to 4.5 it thinks when it is given a budget, from 4.6 on when it is told to be adaptive, and from 5 on anyway, unless
it can be kept from it. How hard it tries in all is its effort. From 4.7 on it tells its thoughts only when asked to.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from llm_router.adapters.providers import json_tool
from llm_router.adapters.providers.efforts import nearest
from llm_router.adapters.providers.traits import Off, Thinking, Traits, traits_of
from llm_router.generation.chat import ChatRequest, Role
from llm_router.json_values import Json

DEFAULT_MAX_TOKENS = 8192
"""The protocol wants a limit. Every model from Claude 3.5 on can write this much."""
_BUDGETS: Mapping[str, int] = {"low": 1024, "medium": 4096, "high": 16384, "xhigh": 16384, "max": 16384}
_LEAST_BUDGET = 1024


class Wish(NamedTuple):
    """The `thinking` and the effort that a model is sent, each None where nothing is said of it."""

    thinking: dict[str, Json] | None = None
    effort: str | None = None

    @property
    def thinks(self) -> bool | None:
        """Whether this makes the model think, or keeps it from that; None where it does as it would anyway."""
        if self.thinking is None:
            return None
        return self.thinking["type"] in {"enabled", "adaptive"}


def wish(model: str, request: ChatRequest) -> Wish:
    """What Anthropic itself is sent."""
    wanted, traits = request.reasoning_effort, traits_of(model)
    if wanted is None:
        return Wish()
    if wanted == "none" and traits.thinking is not Thinking.ALWAYS:
        return Wish()
    if wanted == "none" and traits.off is not Off.NEVER:
        return Wish({"type": traits.off.value})
    told = _told(traits, request)
    if traits.thinking is Thinking.ALWAYS and wanted != "none" and _asks_for_thoughts(traits, request):
        # Beside a call that is forced it may not be told so, though it may think.
        told = None if traits.forced_tools and forces_a_tool(request) else _adaptive(traits, request)
    return Wish(told, nearest(wanted, traits.efforts))


def wish_at_bedrock(model: str, request: ChatRequest) -> Wish:
    """What Bedrock is sent: an effort only to one that thinks, and nothing that keeps from thinking."""
    wanted, traits = request.reasoning_effort, traits_of(model)
    if wanted is None or forces_a_tool(request):
        return Wish()
    effort = nearest(wanted, traits.efforts)
    if traits.thinking is Thinking.ALWAYS:
        return Wish(None if wanted == "none" else _adaptive(traits, request), effort)
    told = _told(traits, request)
    return Wish(told, effort if told and traits.thinking is Thinking.ADAPTIVE else None)


def forces_a_tool(request: ChatRequest) -> bool:
    """Whether a tool must be called, which nobody can be made to do who is to think first."""
    _, choice = json_tool.tools_of(request)
    return choice is not None and choice.forces


def _adaptive(traits: Traits, request: ChatRequest) -> dict[str, Json]:
    """What makes a model think as it sees fit, and tell that where it is asked to."""
    return {"type": "adaptive", **({"display": "summarized"} if _asks_for_thoughts(traits, request) else {})}


def _asks_for_thoughts(traits: Traits, request: ChatRequest) -> bool:
    """Whether the caller wants thoughts of a model that has to be asked for them."""
    return traits.omits_thoughts and request.wants_thoughts


def _told(traits: Traits, request: ChatRequest) -> dict[str, Json] | None:
    """What makes a model think that would not; None where it cannot be made to here, such as in an answer begun."""
    wanted = request.reasoning_effort or ""
    adaptive = traits.thinking is Thinking.ADAPTIVE
    if wanted not in _BUDGETS or not (adaptive or traits.thinking is Thinking.BUDGET) or forces_a_tool(request):
        return None
    newest = reversed(request.messages)
    said = next((message for message in newest if message.role is not Role.SYSTEM), None)
    if said is not None and said.role is Role.ASSISTANT and traits.prefill:
        return None
    if adaptive:
        return _adaptive(traits, request)
    answer = next((message for message in newest if message.role is Role.ASSISTANT), None)
    # After a call of a tool the thoughts before it would have to come back with their signature.
    if answer is not None and answer.tool_calls:
        return None
    budget = min(_BUDGETS[wanted], (request.max_tokens or DEFAULT_MAX_TOKENS) // 2)
    return {"type": "enabled", "budget_tokens": budget} if budget >= _LEAST_BUDGET else None
