"""How a Gemini is told to think or not to: by a budget of tokens in 2.5, by a level from 3 on."""

from __future__ import annotations

import re
from collections.abc import Mapping

from llm_router.generation.chat import ChatRequest
from llm_router.json_values import Json

BY_LEVEL = re.compile(r"gemini-([3-9]|[1-9]\d)")
_AT_LEAST_LOW = re.compile(r"gemini-(3[\w.]*-pro|3\.[6-9]|[4-9]|[1-9]\d)")
_LEVELS = {"none": "minimal", "minimal": "minimal", "low": "low", "medium": "medium", "high": "high", "xhigh": "high"}
_BY_BUDGET = re.compile(r"gemini-2\.5-(pro|flash-lite|flash)(?!.*-(image|tts|live|audio))")
_LEAST: Mapping[str, int] = {"pro": 128, "flash": 1, "flash-lite": 512}
"""Tokens that each thinks if it does at all."""
_BUDGETS: Mapping[str, int] = {
    "none": 0, "minimal": 1024, "low": 1024, "medium": 8192, "high": 24576, "xhigh": 24576
}  # fmt: skip
"""What Google itself makes of OpenAI's efforts; none is no thinking, and the least where that cannot be."""


def thinking(model: str, request: ChatRequest) -> dict[str, Json] | None:
    """The `thinkingConfig` to send; None where nothing is said of it."""
    wanted = request.reasoning_effort or ""
    if BY_LEVEL.search(model):
        if (level := _LEVELS.get(wanted)) is None:
            return None
        return {"thinkingLevel": "low" if level == "minimal" and _AT_LEAST_LOW.search(model) else level}
    if (kind := _BY_BUDGET.search(model)) is None or wanted not in _BUDGETS:
        return None
    return {"thinkingBudget": _budget(kind[1], _BUDGETS[wanted], request.max_tokens)}


def thinks(model: str, request: ChatRequest) -> bool | None:
    """Whether this makes the model think, or keeps it from that; None where it does as it would anyway.

    At the least level each does as it likes.
    """
    told = thinking(model, request)
    if told is None or told.get("thinkingLevel") == "minimal":
        return None
    return told.get("thinkingBudget") != 0


def _budget(kind: str, wanted: int, longest: int | None) -> int:
    """As many tokens as leave half of the answer to what it says, but as many as this kind thinks at least."""
    least = _LEAST[kind]
    bounded = wanted if longest is None else min(wanted, longest // 2)
    if bounded >= least:
        return bounded
    return least if kind == "pro" else 0
