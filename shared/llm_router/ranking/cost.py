"""What a prompt will cost at a model: real tokens in, expected tokens out, and thinking where it is billed."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, NamedTuple

from llm_router.catalogue.caching import LEAST_KEPT_TOKENS
from llm_router.ranking.prepared import Prices
from llm_router.ranking.task import Task
from llm_router.ranking.tokens import UNSURE
from llm_router.taxonomy import Difficulty

if TYPE_CHECKING:
    from llm_router.ranking.columns import Columns, Numbers, Whole

THINKING_TOKENS: Mapping[Difficulty, int] = {Difficulty.EASY: 200, Difficulty.MEDIUM: 800, Difficulty.HARD: 3000}
"""Tokens a reasoning model is assumed to think before it answers. An assumption, not a measurement: providers
bill thinking as output and publish no averages; usage recorded from generations is to replace it."""

IN, OUT, CACHED, KEPT = range(len(Prices._fields))
"""Where a price stands among the columns of prices."""


class AnswerLength(NamedTuple):
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
    """Expected cost in USD of one request, and the tokens it rests on.

    Of the input, `cached_tokens` are likely to be read from the provider's cache. `output_expected` is the answer as
    long as the task takes, `output_wanted` as long as the caller lets it be, though the model may write less;
    `thinking_needed` is all that it would think, whatever the limit.
    """

    usd: float
    input_tokens: int
    cached_tokens: int
    output_tokens: int
    thinking_tokens: int
    output_expected: int
    output_wanted: int
    thinking_needed: int


def length_of(task: Task, max_tokens: int | None) -> AnswerLength:
    """Of the task's answer, which the stricter of `max_tokens` and the task's own `longest` bounds."""
    longest = task.longest
    if max_tokens is not None and (longest is None or max_tokens < longest):
        longest = max_tokens
    expected = task.output_tokens
    wanted = expected if longest is None or expected < longest else longest
    return AnswerLength(expected, wanted, longest, THINKING_TOKENS[task.difficulty], task.thinks_otherwise)


def thinking_needed(columns: Columns, length: AnswerLength) -> Whole:
    """What each model thinks before it answers, if it may answer at any length."""
    thinks = columns.thinks
    if others := columns.among(length.otherwise):
        thinks = thinks.copy()
        thinks[others] = ~thinks[others]
    return thinks * length.thinking


def expected_tokens(columns: Columns, length: AnswerLength, needed: Whole) -> tuple[Whole, Whole]:
    """What each model is expected to write and to think when it needs so much thinking; both are billed and waited for.

    A model does not know where it will be cut off: it thinks first, and answers with what that leaves, if anything.
    What it writes at most it is made for: within that, it thinks less.
    """
    import numpy as np

    most, thinking, left = columns.most_output, needed, columns.most_output
    if length.longest is not None:
        thinking = np.minimum(needed, length.longest)
        left = np.minimum(most, length.longest - thinking)
    output = np.minimum(left, length.wanted)
    return output, np.minimum(thinking, most - output)


class Reads(NamedTuple):
    """What each model reads, as its provider counts: the `tokens` of the request, and what it `fills` of the window
    with the conversation before it. In a session `history` stands before the request, of whose own tokens the cache of
    the model at `holder` is likely to hold `cached`; None where that of no model here does."""

    tokens: Whole
    fills: Whole
    history: Numbers
    holder: int | None
    cached: float


def reads_of(columns: Columns, task: Task) -> Reads:
    """Worked out once for all models that share a tokenizer."""
    import numpy as np

    reading, filling, held = task.reading, task.filling, task.held
    tokens = [reading.by(ratios) for ratios in columns.ratios]
    fills = [filling.by(ratios) for ratios in columns.ratios] if task.before_tokens else tokens
    read, filled = np.array([tokens, fills], dtype=np.int64)[:, columns.tokenizer]
    if held is None:
        return Reads(read, filled, np.zeros(len(read)), None, 0.0)
    each = np.array([reading.ratio(ratios) for ratios in columns.ratios])[columns.tokenizer]
    holder = columns.index.get(held.model_id)
    if holder is None or not columns.rows[holder].keeps:
        return Reads(read, filled, held.history_tokens * each, None, 0.0)
    return Reads(read, filled, held.history_tokens * each, holder, held.cached_tokens * float(each[holder]))


class Usd(NamedTuple):
    """What a request costs at each model; no number where its price is not known.

    It costs `full` when the provider's cache holds nothing of it any more, of which what is held is expected to save
    `saved`. `bounded` is held against a bound on it, and `spent` is what a place goes by.
    """

    full: Numbers
    saved: Numbers
    bounded: Numbers
    spent: Numbers


def usd_of(columns: Columns, task: Task, reads: Reads, written: Whole, in_full: Whole, *, bounded: bool) -> Usd:
    """With all that is expected to be `written` and, for a place, with what would be written `in_full`.

    A model that is to answer must keep to a bound also when it reads somewhat more than is expected, and is billed for
    pictures and files the most that it may be. The price of the conversation before a request, which its sender will
    send along, is no part of the request's own, but of the choice: a model that holds the conversation in its cache
    reads it for less than any other, and to leave that model costs the difference.
    """
    import numpy as np

    prices = _prices(columns, reads.tokens, reads)
    anew = _usd_read(prices, task, reads.tokens)
    read = reads.tokens * anew
    full, spent = read + written * prices[OUT], read + in_full * prices[OUT]
    saved, most = np.zeros(len(full)), full
    if task.held is not None:
        carried, holder = reads.history * prices[IN], reads.holder
        if holder is not None:
            saved[holder] = min(reads.tokens[holder], reads.cached) * (anew[holder] - prices[CACHED, holder])
            carried[holder] = reads.history[holder] * prices[CACHED, holder]
        spent = spent - saved + carried
    if bounded and task.generated:
        more = np.ceil(reads.tokens * UNSURE)
        if (beyond := task.dearest.beyond) is not None:
            more += np.array([beyond(row.model, int(read)) for row, read in zip(columns.rows, more, strict=True)])
        dear = _prices(columns, more, reads)
        most = np.maximum(full, more * _usd_read(dear, task, more) + dear[OUT])
    return Usd(full, saved, most, spent)


def _prices(columns: Columns, tokens: Whole | Numbers, reads: Reads) -> Numbers:
    """`[price, model]`. Whether the prompt is a long one to a model goes by all that it will read, the conversation
    before it too."""
    import numpy as np

    long = tokens + reads.history > columns.long_above
    return np.where(long, columns.long_prices, columns.prices) if long.any() else columns.prices


def _usd_read(prices: Numbers, task: Task, tokens: Whole | Numbers) -> Numbers:
    """The price of a token that is read anew: what is kept of a prompt that is long enough may cost more."""
    import numpy as np

    usual: Numbers = prices[IN]
    return np.where(tokens >= LEAST_KEPT_TOKENS, prices[KEPT], usual) if task.kept else usual
