"""What a prompt will cost at a model: real tokens in, expected tokens out, and thinking where it is billed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import NamedTuple

from llm_router.catalogue.caching import LEAST_KEPT_TOKENS
from llm_router.ranking.prepared import Prepared, Prices
from llm_router.ranking.task import Held, Task
from llm_router.taxonomy import Difficulty

THINKING_TOKENS: Mapping[Difficulty, int] = {Difficulty.EASY: 200, Difficulty.MEDIUM: 800, Difficulty.HARD: 3000}
"""Tokens a reasoning model is assumed to think before it answers. An assumption, not a measurement: providers
bill thinking as output and publish no averages; usage recorded from generations is to replace it."""


class Length(NamedTuple):
    """How long the answer to a task is to be, worked out once for all models.

    The task takes `expected` tokens, of which the caller wants `wanted`; after `longest`, thoughts and answer together,
    it is cut off. A model that thinks needs `thinking` first; those in `otherwise` think just where they would not.
    """

    expected: int
    wanted: int
    longest: int | None
    thinking: int
    otherwise: frozenset[str]


class Price(NamedTuple):
    """Expected cost in USD of one request, and the tokens it rests on; None when the price is not known.

    Of the input, `cached_tokens` are likely to be read from the provider's cache. `output_expected` is the answer as
    long as the task takes, `output_wanted` as long as the caller lets it be, though the model may write less;
    `thinking_needed` is all that it would think, whatever the limit.
    """

    usd: float | None
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    thinking_tokens: int
    output_expected: int
    output_wanted: int
    thinking_needed: int


def expected_price(model: Prepared, task: Task, max_tokens: int | None) -> Price:
    """The expected price, and what it is made of."""
    length = length_of(task, max_tokens)
    needed = thinking_needed(model, length)
    output, thinking = expected_tokens(model, length, needed)
    tokens = task.reading.by(model.ratios)
    cached = round(_cached_tokens(model, task, task.held)) if task.held and _holds(model, task.held) else 0
    usd = expected_usd(model, task, tokens, output + thinking)
    return Price(usd, tokens, cached, output, thinking, length.expected, length.wanted, needed)


def length_of(task: Task, max_tokens: int | None) -> Length:
    """Of the task's answer, which the stricter of `max_tokens` and the task's own `longest` bounds."""
    longest = task.longest
    if max_tokens is not None and (longest is None or max_tokens < longest):
        longest = max_tokens
    expected = task.output_tokens
    wanted = expected if longest is None or expected < longest else longest
    return Length(expected, wanted, longest, THINKING_TOKENS[task.difficulty], task.thinks_otherwise)


def thinking_needed(model: Prepared, length: Length) -> int:
    """What a model thinks before it answers, if it may answer at any length."""
    return length.thinking if model.thinks != (model.model.id in length.otherwise) else 0


def expected_tokens(model: Prepared, length: Length, needed: int) -> tuple[int, int]:
    """What a model is expected to write and to think when it needs so much thinking; both are billed and waited for.

    A model does not know where it will be cut off: it thinks first, and answers with what that leaves, if anything.
    What it writes at most it is made for: within that, it thinks less.
    """
    output, thinking, longest = length.wanted, needed, length.longest
    if longest is not None and output + thinking > longest:
        thinking = min(thinking, longest)
        output = longest - thinking
    most = model.model.max_output_tokens
    if most is not None and output + thinking > most:
        output = min(output, most)
        thinking = most - output
    return output, thinking


def expected_usd(model: Prepared, task: Task, tokens: int, billed_as_output: int) -> float | None:
    """The price of `tokens` in and so many out; None when it is not known."""
    full = full_usd(model, task, tokens, billed_as_output)
    return None if full is None else full - saved_usd(model, task, tokens)


def full_usd(model: Prepared, task: Task, tokens: int, billed_as_output: int) -> float | None:
    """The same when the provider's cache holds nothing of the prompt any more."""
    prices = _prices(model, task, tokens)
    return None if prices is None else tokens * _usd_read(prices, task, tokens) + billed_as_output * prices.usd_out


def saved_usd(model: Prepared, task: Task, tokens: int) -> float:
    """What the provider's cache is expected to save of the price of reading `tokens`."""
    held, prices = task.held, _prices(model, task, tokens)
    if held is None or prices is None or not _holds(model, held):
        return 0.0
    return min(tokens, _cached_tokens(model, task, held)) * (_usd_read(prices, task, tokens) - prices.usd_cached)


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


def _usd_read(prices: Prices, task: Task, tokens: int) -> float:
    """The price of a token that is read anew: what is kept of a prompt that is long enough may cost more."""
    return prices.usd_kept if task.kept and tokens >= LEAST_KEPT_TOKENS else prices.usd_in


def _cached_tokens(model: Prepared, task: Task, held: Held) -> float:
    return held.cached_tokens * task.reading.ratio(model.ratios)


def _history_tokens(model: Prepared, task: Task, held: Held) -> float:
    return held.history_tokens * task.reading.ratio(model.ratios)


def _holds(model: Prepared, held: Held) -> bool:
    return model.keeps and held.model_id == model.model.id
