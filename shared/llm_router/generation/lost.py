"""What attempts cost that brought nothing."""

from __future__ import annotations

from dataclasses import dataclass

from llm_router.generation.chat import Usage
from llm_router.generation.job import Job
from llm_router.generation.outcome import Attempt
from llm_router.generation.pricing import cost_usd
from llm_router.generation.provider import Failure

_READ = frozenset({Failure.TIMEOUT, Failure.GARBAGE})
"""How an attempt fails that the provider may bill."""


@dataclass(slots=True)
class Lost:
    """USD for what models read that were then cut off or answered garbage: too much is booked, never too little."""

    job: Job
    usd: float = 0.0

    def count(self, attempt: Attempt) -> None:
        """One failed attempt."""
        model = next((each for each in self.job.models if each.id == attempt.model), None)
        if attempt.failure in _READ and model is not None:
            self.usd += cost_usd(model, Usage(self.job.input_tokens, 0)) or 0.0
