"""What a prompt will cost at a model: real tokens in, expected tokens out, and thinking where it is billed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from llm_router.ranking.prepared import Prepared
from llm_router.ranking.task import Task
from llm_router.taxonomy import Difficulty

THINKING_TOKENS: Mapping[Difficulty, int] = {Difficulty.EASY: 200, Difficulty.MEDIUM: 800, Difficulty.HARD: 3000}
"""Tokens a reasoning model is assumed to think before it answers. An assumption, not a measurement: providers
bill thinking as output and publish no averages; usage recorded from generations is to replace it."""


class Price(NamedTuple):
    """Expected cost in USD of one request, and the tokens it rests on; None when the price is not known."""

    usd: float | None
    input_tokens: int
    output_tokens: int
    thinking_tokens: int


def expected_price(model: Prepared, task: Task, max_tokens: int | None) -> Price:
    """The expected price, and what it is made of."""
    output, thinking = expected_tokens(model, task, max_tokens)
    return Price(expected_usd(model, task.input_tokens, output + thinking), task.input_tokens, output, thinking)


def expected_tokens(model: Prepared, task: Task, max_tokens: int | None) -> tuple[int, int]:
    """Output and thinking; together they never exceed `max_tokens`, which caps what is billed."""
    thinking = THINKING_TOKENS[task.difficulty] if model.thinks else 0
    output = task.output_tokens
    most = model.model.max_output_tokens
    if most is not None and most < output:
        output = most
    if max_tokens is not None:
        output = min(output, max_tokens)
        thinking = min(thinking, max_tokens - output)
    return output, thinking


def expected_usd(model: Prepared, input_tokens: int, billed_as_output: int) -> float | None:
    """The price of so many tokens, or None when the catalogue does not know what the model costs."""
    each = model.usd_in
    return None if each is None else input_tokens * each + billed_as_output * model.usd_out
