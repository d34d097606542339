"""What one generation is about: the request, who may answer it in which order, and what it is booked under."""

from __future__ import annotations

import math
from dataclasses import dataclass, replace

from llm_router.catalogue.caching import LEAST_KEPT_TOKENS
from llm_router.catalogue.entry import ModelEntry
from llm_router.client_keys import ClientKey
from llm_router.conversation import NO_MEDIA, Media
from llm_router.generation.attempt import UNLABELLED, Label
from llm_router.generation.chat import ChatRequest, Usage
from llm_router.generation.pictures import booked_beyond, most_beyond
from llm_router.generation.pricing import cost_usd
from llm_router.ranking.cost import THINKING_TOKENS
from llm_router.ranking.latency import ASSUMED_OF_LARGE
from llm_router.ranking.tokens import UNSURE, Reading, ratios_of
from llm_router.taxonomy import Difficulty


@dataclass(frozen=True, slots=True)
class Job:
    """`models` are asked in their order. `reading` is the input as we count it, `until` the deadline on the monotonic
    clock and `first_until` that of a stream's beginning, `key` the caller's where it has limits of its own. An answer
    may cost at most `most_usd_wanted`. `thinks_otherwise` are the ids of models that the request makes think though
    they would not, or keeps from it. `media` is what may be billed as far more than it counts in `reading`."""

    request: ChatRequest
    models: tuple[ModelEntry, ...]
    reading: Reading
    until: float
    label: Label = UNLABELLED
    key: ClientKey | None = None
    most_usd_wanted: float | None = None
    first_until: float = math.inf
    thinks_otherwise: frozenset[str] = frozenset()
    media: Media = NO_MEDIA

    @property
    def thinking_tokens(self) -> int:
        """What a model that thinks is assumed to think before it answers this, if it may answer at such length."""
        return THINKING_TOKENS[self.label.difficulty or Difficulty.MEDIUM]

    def thinks(self, model: ModelEntry) -> bool:
        """Whether it is to be reckoned with that the model thinks before it answers."""
        return model.thinks_unasked != (model.id in self.thinks_otherwise)

    def reads(self, model: ModelEntry) -> int:
        """Tokens of the input, about as the model's provider counts them: as many as the ranking expects."""
        return self.reading.by(ratios_of(model.tokenizer))

    def billed(self, model: ModelEntry) -> int:
        """The same as it is booked where the provider tells no count."""
        reads = self.reads(model)
        return reads + booked_beyond(self.media, model, reads)

    def written_in(self, model: ModelEntry, seconds: float) -> int:
        """Tokens that the model writes in that time where nobody sees them, within the limit of its answer: as fast as
        it was measured, and no slower than one that was not."""
        speed = max(model.latency.output_tokens_per_second or 0.0, ASSUMED_OF_LARGE.tokens_per_second)
        writes, longest = round(seconds * speed), self.asked_of(model).max_tokens
        return writes if longest is None else min(writes, longest)

    def usage(self, reads: int, writes: int, thinks: int = 0) -> Usage:
        """Of an answer as we count it, of whose tokens so many are thought: what is read is kept if it can be."""
        kept = reads if self.request.kept and reads >= LEAST_KEPT_TOKENS else 0
        return Usage(reads, writes, reasoning_tokens=thinks, kept_tokens=kept)

    def usd_with(self, model: ModelEntry, answer: int) -> float | None:
        """What an answer of so many tokens costs at most; None where no price is known."""
        return cost_usd(model, self.usage(self._billed_at_most(model), answer))

    def asked_of(self, model: ModelEntry) -> ChatRequest:
        """The request with an answer no longer than the model can write, its window holds, and the caller pays for.

        Whoever asks has left out every model that the caller does not pay a token of.
        """
        bounds = [self.request.max_tokens, model.max_output_tokens, self._room(model), self._paid(model)]
        longest = min((bound for bound in bounds if bound is not None), default=None)
        if longest is None or longest == self.request.max_tokens:
            return self.request
        return replace(self.request, max_tokens=longest)

    def most_usd(self, model: ModelEntry) -> float:
        """What this model's answer can cost at most; 0 where no price is known."""
        return self.usd_with(model, self.asked_of(model).max_tokens or 0) or 0.0

    def _reads_at_most(self, model: ModelEntry) -> int:
        return math.ceil(self.reads(model) * UNSURE)

    def _billed_at_most(self, model: ModelEntry) -> int:
        reads = self._reads_at_most(model)
        return reads + most_beyond(self.media, model, reads)

    def _room(self, model: ModelEntry) -> int | None:
        """What the window has for the answer if the prompt is longer than it seems, but half of what it seems to have
        at least. Whether a prompt fits that seems to fill it is for the model to say."""
        if model.context_window is None or (left := model.context_window - self.reads(model)) <= 0:
            return None
        return max(model.context_window - self._reads_at_most(model), -(-left // 2))

    def _paid(self, model: ModelEntry) -> int | None:
        """What is left for the answer of the money, but the token that was found to be paid."""
        if self.most_usd_wanted is None or not (each := model.priced(self._billed_at_most(model)).output_usd_per_mtok):
            return None
        return max(1, int((self.most_usd_wanted - (self.usd_with(model, 0) or 0.0)) * 1e6 / each))
