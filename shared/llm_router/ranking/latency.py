"""How long an answer will take: time to the first token, then tokens at the model's speed."""

from __future__ import annotations

from typing import NamedTuple

from llm_router.ranking.task import LiveLatency

ASSUMED_FIRST_TOKEN_MS = 1500.0
ASSUMED_TOKENS_PER_SECOND = 40.0
"""Where nobody has measured a model. Deliberately slow, so that an unmeasured model never wins by its speed."""

PRIOR_ANSWERS = 5
"""A catalogue figure counts as much as this many answers measured here."""


class Wait(NamedTuple):
    """Expected milliseconds to the whole answer; `measured` is False where a figure had to be assumed."""

    ms: float
    measured: bool


def expected_wait(
    first_token_ms: float, ms_per_token: float, live: LiveLatency | None, tokens: int, *, measured: bool
) -> Wait:
    """Catalogue figures, drawn towards what was measured here in proportion to how much was measured."""
    if live is None:
        return Wait(first_token_ms + tokens * ms_per_token, measured)
    share = live.n / (live.n + PRIOR_ANSWERS)
    first = (1 - share) * first_token_ms + share * live.time_to_first_token_ms
    each = (1 - share) * ms_per_token + share * 1000 / max(live.output_tokens_per_second, 0.1)
    return Wait(first + tokens * each, measured=True)
