"""What a prompt will cost at a model: real tokens in, expected tokens out, and thinking where it is billed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from llm_router.catalogue.entry import Capability, ModelEntry
from llm_router.ranking.task import Task
from llm_router.taxonomy import Difficulty

THINKING_TOKENS: Mapping[Difficulty, int] = {Difficulty.EASY: 200, Difficulty.MEDIUM: 800, Difficulty.HARD: 3000}
"""Tokens a reasoning model is assumed to think before it answers. An assumption, not a measurement: providers
bill thinking as output and publish no averages; usage recorded from generations is to replace it."""


@dataclass(frozen=True, slots=True)
class Price:
    """Expected cost in USD of one request, and the tokens it rests on."""

    usd: float
    input_tokens: int
    output_tokens: int
    thinking_tokens: int


def expected_tokens(model: ModelEntry, task: Task, max_tokens: int | None) -> tuple[int, int]:
    """Output and thinking tokens; together never more than `max_tokens`, which caps what is billed."""
    thinking = THINKING_TOKENS[task.difficulty] if Capability.REASONING in model.capabilities else 0
    output = task.output_tokens
    if model.max_output_tokens is not None:
        output = min(output, model.max_output_tokens)
    if max_tokens is not None:
        output = min(output, max_tokens)
        thinking = min(thinking, max_tokens - output)
    return output, thinking


def expected_price(model: ModelEntry, task: Task, max_tokens: int | None) -> Price | None:
    """The expected price, or None when the catalogue does not know what the model costs."""
    if model.input_usd_per_mtok is None or model.output_usd_per_mtok is None:
        return None
    output, thinking = expected_tokens(model, task, max_tokens)
    usd = (task.input_tokens * model.input_usd_per_mtok + (output + thinking) * model.output_usd_per_mtok) / 1e6
    return Price(usd, task.input_tokens, output, thinking)
