"""What an answer cost, by the provider's count of tokens, or by ours where it told none."""

from __future__ import annotations

import sys
from dataclasses import dataclass, fields
from operator import attrgetter

from llm_router.catalogue.entry import ModelEntry
from llm_router.generation.chat import Usage
from llm_router.generation.job import Job
from llm_router.generation.pricing import cost_usd
from llm_router.ranking.tokens import ratios_of, reading_of

MOST_TOKENS = 10**9
"""No request has as many of any kind: a thousand times what the largest windows hold."""

_counts = attrgetter(*(field.name for field in fields(Usage)))


@dataclass(frozen=True, slots=True)
class Bill:
    """What an answer cost. `usd` is 0 where the catalogue knows no price."""

    usage: Usage
    usd: float

    @classmethod
    def of(cls, job: Job, model: ModelEntry, usage: Usage | None, written: str, *, thoughts_seen: bool) -> Bill:
        """Of a stream that its caller leaves there is no count but ours. What a model thinks is billed, seen or not.

        Where we count, all that it has written is no more than it was asked for. A count that no request can have, of
        any kind of tokens, is none: a negative one would give money, and one too large could not even be multiplied.
        """
        if usage is None or not all(0 <= count <= MOST_TOKENS for count in _counts(usage)):
            longest = job.asked_of(model).max_tokens or sys.maxsize
            unseen = job.thinks(model) and not thoughts_seen
            said = min(reading_of(written).by(ratios_of(model.tokenizer)), longest)
            thought = min(job.thinking_tokens, longest - said) if unseen else 0
            usage = job.usage(job.billed(model), said + thought, thought)
        return cls(usage, cost_usd(model, usage) or 0.0)
