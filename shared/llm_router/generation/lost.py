"""What attempts cost that brought nothing."""

from __future__ import annotations

from dataclasses import dataclass

from llm_router.generation.attempt import Attempt
from llm_router.generation.job import Job
from llm_router.generation.pricing import cost_usd
from llm_router.generation.provider import Failure
from llm_router.ranking.latency import ASSUMED_OF_LARGE

_READ = frozenset({Failure.TIMEOUT, Failure.GARBAGE})
"""How an attempt fails that the provider may bill."""


@dataclass(slots=True)
class Lost:
    """USD for what models read and wrote that were then cut off or answered garbage. What was written nobody saw: as
    much is assumed as a model writes in that time, within the limit of its answer."""

    job: Job
    usd: float = 0.0

    def count(self, attempt: Attempt) -> None:
        """One failed attempt."""
        model = next((each for each in self.job.models if each.id == attempt.model), None)
        if attempt.failure in _READ and model is not None:
            longest = self.job.asked_of(model).max_tokens
            written = round(attempt.ms / 1000 * ASSUMED_OF_LARGE.tokens_per_second)
            usage = self.job.usage(self.job.reads(model), written if longest is None else min(written, longest))
            self.usd += cost_usd(model, usage) or 0.0
