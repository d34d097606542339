"""What a prompt will cost at a model: real tokens in, expected tokens out, and thinking where it is billed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from llm_router.ranking.prepared import Prepared, Prices
from llm_router.ranking.task import Held, Task
from llm_router.taxonomy import Difficulty

THINKING_TOKENS: Mapping[Difficulty, int] = {Difficulty.EASY: 200, Difficulty.MEDIUM: 800, Difficulty.HARD: 3000}
"""Tokens a reasoning model is assumed to think before it answers. An assumption, not a measurement: providers
bill thinking as output and publish no averages; usage recorded from generations is to replace it."""


class Price(NamedTuple):
    """Expected cost in USD of one request, and the tokens it rests on; None when the price is not known.

    Of the input, `cached_tokens` are likely to be read from the provider's cache. `output_wanted` is the answer as
    long as the task takes or the caller lets it be, though the model may write less; `thinking_needed` is all that it
    would think, whatever the limit.
    """

    usd: float | None
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    thinking_tokens: int
    output_wanted: int
    thinking_needed: int


def expected_price(model: Prepared, task: Task, max_tokens: int | None) -> Price:
    """The expected price, and what it is made of."""
    wanted, needed = output_wanted(task, max_tokens), thinking_needed(model, task)
    output, thinking = expected_tokens(model, wanted, needed, max_tokens)
    tokens = task.reading.by(model.ratios)
    cached = round(_cached_tokens(model, task, task.held)) if task.held and _holds(model, task.held) else 0
    usd = expected_usd(model, task, tokens, output + thinking)
    return Price(usd, tokens, cached, output, thinking, wanted, needed)


def expected_tokens(model: Prepared, output: int, thinking: int, max_tokens: int | None) -> tuple[int, int]:
    """Of the output that is wanted and the thinking that is needed what a model may give.

    Together they never exceed `max_tokens`, which caps what is billed and waited for.
    """
    most = model.model.max_output_tokens
    if most is not None and most < output:
        output = most
    if max_tokens is not None:
        thinking = min(thinking, max_tokens - output)
    return output, thinking


def output_wanted(task: Task, max_tokens: int | None) -> int:
    """The answer as long as the task takes or its caller lets it be, whether or not a model writes as much."""
    output = task.output_tokens
    if task.longest is not None and task.longest < output:
        output = task.longest
    return output if max_tokens is None or output < max_tokens else max_tokens


def thinking_needed(model: Prepared, task: Task) -> int:
    """What a model thinks before it answers such a task, if it may answer at any length."""
    thinks = model.can_think if task.told_to_think else model.thinks
    return THINKING_TOKENS[task.difficulty] if thinks else 0


def expected_usd(model: Prepared, task: Task, tokens: int, billed_as_output: int) -> float | None:
    """The price of `tokens` in and so many out; None when it is not known."""
    full = full_usd(model, task, tokens, billed_as_output)
    return None if full is None else full - saved_usd(model, task, tokens)


def full_usd(model: Prepared, task: Task, tokens: int, billed_as_output: int) -> float | None:
    """The same when the provider's cache holds nothing of the prompt any more."""
    prices = _prices(model, task, tokens)
    return None if prices is None else tokens * prices.usd_in + billed_as_output * prices.usd_out


def saved_usd(model: Prepared, task: Task, tokens: int) -> float:
    """What the provider's cache is expected to save of the price of reading `tokens`."""
    held, prices = task.held, _prices(model, task, tokens)
    if held is None or prices is None or not _holds(model, held):
        return 0.0
    return min(tokens, _cached_tokens(model, task, held)) * (prices.usd_in - prices.usd_cached)


def carried_usd(model: Prepared, task: Task, tokens: int) -> float:
    """The price of the conversation before this request of `tokens`, which its sender will send along.

    It is no part of the request's own price, but of the choice: a model that holds the conversation in its cache
    reads it for less than any other, and to leave that model costs the difference.
    """
    held, prices = task.held, _prices(model, task, tokens)
    if held is None or prices is None or not held.history_tokens:
        return 0.0
    history = _history_tokens(model, task, held)
    return history * (prices.usd_cached if _holds(model, held) else prices.usd_in)


def _prices(model: Prepared, task: Task, tokens: int) -> Prices | None:
    """None when the catalogue does not know what the model costs.

    Whether the prompt is a long one to it goes by all that it will read, the conversation before it too.
    """
    prices = model.prices
    if prices is None:
        return None
    read = tokens if task.held is None else tokens + _history_tokens(model, task, task.held)
    return model.long_prices or prices if read > model.long_above else prices


def _cached_tokens(model: Prepared, task: Task, held: Held) -> float:
    return held.cached_tokens * task.reading.ratio(model.ratios)


def _history_tokens(model: Prepared, task: Task, held: Held) -> float:
    return held.history_tokens * task.reading.ratio(model.ratios)


def _holds(model: Prepared, held: Held) -> bool:
    return held.model_id == model.model.id
