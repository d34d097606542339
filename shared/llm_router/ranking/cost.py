"""What a prompt will cost at a model: real tokens in, expected tokens out, and thinking where it is billed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from llm_router.ranking.prepared import Prepared
from llm_router.ranking.task import Held, Task
from llm_router.ranking.tokens import WRITING_PLACE
from llm_router.taxonomy import Difficulty

THINKING_TOKENS: Mapping[Difficulty, int] = {Difficulty.EASY: 200, Difficulty.MEDIUM: 800, Difficulty.HARD: 3000}
"""Tokens a reasoning model is assumed to think before it answers. An assumption, not a measurement: providers
bill thinking as output and publish no averages; usage recorded from generations is to replace it."""


class Price(NamedTuple):
    """Expected cost in USD of one request, and the tokens it rests on; None when the price is not known.

    Of the input, `cached_tokens` are likely to be read from the provider's cache.
    """

    usd: float | None
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    thinking_tokens: int


def expected_price(model: Prepared, task: Task, max_tokens: int | None) -> Price:
    """The expected price, and what it is made of."""
    output, thinking = expected_tokens(model, task, max_tokens)
    ratio = model.ratios[WRITING_PLACE[task.writing]]
    tokens = round(task.input_tokens * ratio)
    cached = round(task.held.cached_tokens * ratio) if task.held and _holds(model, task.held) else 0
    return Price(expected_usd(model, task, tokens, output + thinking), tokens, cached, output, thinking)


def expected_tokens(model: Prepared, task: Task, max_tokens: int | None) -> tuple[int, int]:
    """Output and thinking; together they never exceed `max_tokens`, which caps what is billed.

    Where the answer will be cut off, thinking counts whole all the same: a model that needs more than is left for it
    says nothing, and must not seem as cheap as one that answers at once.
    """
    thinking = THINKING_TOKENS[task.difficulty] if model.thinks else 0
    output = task.output_tokens
    most = model.model.max_output_tokens
    if most is not None and most < output:
        output = most
    if task.longest is not None and task.longest < output:
        output = task.longest
    if max_tokens is not None:
        output = min(output, max_tokens)
        thinking = min(thinking, max_tokens - output)
    return output, thinking


def expected_usd(model: Prepared, task: Task, tokens: int, billed_as_output: int) -> float | None:
    """The price of `tokens` in and so many out, or None when the catalogue does not know what the model costs."""
    each = model.usd_in
    if each is None:
        return None
    usd = tokens * each + billed_as_output * model.usd_out
    if task.held is not None and _holds(model, task.held):
        ratio = model.ratios[WRITING_PLACE[task.writing]]
        usd -= min(tokens, task.held.cached_tokens * ratio) * (each - model.usd_cached)
    return usd


def carried_usd(model: Prepared, task: Task) -> float:
    """The price of the conversation before this request, which its sender will send along.

    It is no part of the request's own price, but of the choice: a model that holds the conversation in its cache
    reads it for less than any other, and to leave that model costs the difference.
    """
    held, each = task.held, model.usd_in
    if held is None or each is None or not held.history_tokens:
        return 0.0
    ratio = model.ratios[WRITING_PLACE[task.writing]]
    return held.history_tokens * ratio * (model.usd_cached if _holds(model, held) else each)


def _holds(model: Prepared, held: Held) -> bool:
    return held.model_id == model.model.id
