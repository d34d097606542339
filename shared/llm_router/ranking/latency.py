"""How long an answer will take: time to the first token, then tokens at the model's speed."""

from __future__ import annotations

from dataclasses import dataclass

from llm_router.catalogue.entry import Latency
from llm_router.ranking.task import LiveLatency

ASSUMED_FIRST_TOKEN_MS = 1500.0
ASSUMED_TOKENS_PER_SECOND = 40.0
"""Where nobody has measured a model. Deliberately slow, so that an unmeasured model never wins by its speed."""

PRIOR_ANSWERS = 5
"""A catalogue figure counts as much as this many answers measured here."""


@dataclass(frozen=True, slots=True)
class Wait:
    """Expected milliseconds to the whole answer; `measured` is False where a figure had to be assumed."""

    ms: float
    measured: bool


def expected_wait(catalogued: Latency, live: LiveLatency | None, output_tokens: int) -> Wait:
    """Catalogue figures, drawn towards what was measured here in proportion to how much was measured."""
    first, speed = catalogued.time_to_first_token_ms, catalogued.output_tokens_per_second
    measured = (first is not None and speed is not None) or live is not None
    first = ASSUMED_FIRST_TOKEN_MS if first is None else first
    speed = speed or ASSUMED_TOKENS_PER_SECOND
    if live is not None:
        share = live.n / (live.n + PRIOR_ANSWERS)
        first = (1 - share) * first + share * live.time_to_first_token_ms
        speed = (1 - share) * speed + share * max(live.output_tokens_per_second, 0.1)
    return Wait(first + output_tokens * 1000 / speed, measured)
