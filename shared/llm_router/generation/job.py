"""What one generation is about: the request, who may answer it in which order, and what it is booked under."""

from __future__ import annotations

from dataclasses import dataclass, replace

from llm_router.catalogue.entry import ModelEntry
from llm_router.client_keys import ClientKey
from llm_router.generation.chat import ChatRequest, Usage
from llm_router.generation.label import UNLABELLED, Label
from llm_router.generation.pricing import cost_usd


@dataclass(frozen=True, slots=True)
class Job:
    """`models` are asked in their order. `input_tokens` is our own count, `until` the deadline on the monotonic
    clock, `key` the caller's where it has limits of its own."""

    request: ChatRequest
    models: tuple[ModelEntry, ...]
    input_tokens: int
    until: float
    label: Label = UNLABELLED
    key: ClientKey | None = None

    def asked_of(self, model: ModelEntry) -> ChatRequest:
        """The request with an answer no longer than the model can write."""
        wanted, most = self.request.max_tokens, model.max_output_tokens
        if wanted is None or most is None or wanted <= most:
            return self.request
        return replace(self.request, max_tokens=most)

    def most_usd(self, model: ModelEntry) -> float:
        """What this model's answer can cost at most; 0 where no price is known."""
        longest = self.asked_of(model).max_tokens or 0
        return cost_usd(model, Usage(self.input_tokens, longest)) or 0.0
