"""What one generation is about: the request, who may answer it in which order, and what it is booked under."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from llm_router.catalogue.entry import ModelEntry
from llm_router.client_keys import ClientKey
from llm_router.generation.chat import ChatRequest, Usage
from llm_router.generation.label import UNLABELLED, Label
from llm_router.generation.pricing import cost_usd
from llm_router.ranking.cost import THINKING_TOKENS
from llm_router.taxonomy import Difficulty

UNSURE = 1.1
"""By how much more than our count a provider may count of the input."""


@dataclass(frozen=True, slots=True)
class Job:
    """`models` are asked in their order. `input_tokens` is our own count, `until` the deadline on the monotonic
    clock and `first_until` that of a stream's beginning, `key` the caller's where it has limits of its own. An answer
    may cost at most `most_usd_wanted`."""

    request: ChatRequest
    models: tuple[ModelEntry, ...]
    input_tokens: int
    until: float
    label: Label = UNLABELLED
    key: ClientKey | None = None
    most_usd_wanted: float | None = None
    first_until: float = math.inf

    def thinking_tokens(self, model: ModelEntry) -> int:
        """What a model that thinks is assumed to think before it answers this, within the limit of its answer."""
        assumed, longest = THINKING_TOKENS[self.label.difficulty or Difficulty.MEDIUM], self.asked_of(model).max_tokens
        return assumed if longest is None else min(assumed, longest)

    def asked_of(self, model: ModelEntry) -> ChatRequest:
        """The request with an answer no longer than the model can write, its window holds, and the caller pays for."""
        read = math.ceil(self.input_tokens * UNSURE)
        bounds = [self.request.max_tokens, model.max_output_tokens]
        if model.context_window is not None:
            bounds.append(model.context_window - read)
        each = model.priced(read).output_usd_per_mtok
        if self.most_usd_wanted is not None and each:
            left = self.most_usd_wanted - (cost_usd(model, Usage(read, 0)) or 0.0)
            bounds.append(int(left * 1e6 / each))
        longest = min((bound for bound in bounds if bound is not None), default=None)
        if longest is None or longest == self.request.max_tokens:
            return self.request
        return replace(self.request, max_tokens=max(1, longest))

    def most_usd(self, model: ModelEntry) -> float:
        """What this model's answer can cost at most; 0 where no price is known."""
        longest = self.asked_of(model).max_tokens or 0
        return cost_usd(model, Usage(self.input_tokens, longest)) or 0.0
