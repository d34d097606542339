"""What a recommended task would take at any other model, as counters: `savings` tells from their sums what it costs.

The recommended model's own tokens are counted by its name. They are no other's: its tokenizer may make more of a text,
and where it thinks up to a limit it says nothing, where one that does not think would have written up to there.
"""

from __future__ import annotations

from collections.abc import Mapping

from llm_router.counters import MORE_READ, THINKING, TOLD_TO_THINK, UNSAID, Counter
from llm_router.ranking.cost import AnswerLength
from llm_router.ranking.rank import Candidate
from llm_router.ranking.tokens import Reading, ratios_of, tokenizers

NONE, LEAST = "none", "minimal"
"""Efforts: none keeps models from thinking, and the least makes nobody think that would not."""


def elsewhere(first: Candidate, reading: Reading, length: AnswerLength, effort: str | None) -> Mapping[str, float]:
    """The counters of one recommendation; what is 0 is left out.

    The answer that is wanted and the thinking are together no longer than the task's limit, at whichever model. Whether
    a model thinks goes by the `effort` asked for, and by what the first does for all that think when it would.
    """
    room = length.thinking if length.longest is None else min(length.thinking, length.longest - length.wanted)
    model, thinks = first.model, first.price.thinking_needed > 0
    unasked = thinks if model.thinks_unasked else effort != NONE
    told = thinks if model.can_think and not model.thinks_unasked else effort not in {None, NONE, LEAST}
    read = first.price.input_tokens
    found = {
        UNSAID: length.wanted - first.price.output_tokens,
        THINKING: room if unasked else 0,
        TOLD_TO_THINK: room if told else 0,
        **{MORE_READ + family: reading.by(ratios_of(family)) - read for family in tokenizers()},
    }
    return {Counter.TOKENS.of(name): float(amount) for name, amount in found.items() if amount}
