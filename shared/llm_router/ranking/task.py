"""What is to be ranked for: the prompt as the ranking sees it, and what the caller demands."""

from __future__ import annotations

import math
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from llm_router.catalogue.entry import Capability, ModelEntry
from llm_router.catalogue.naming import folded
from llm_router.outcomes import LiveLatency, Observed
from llm_router.ranking.tokens import IN_ENGLISH, Reading, Shares
from llm_router.taxonomy import Category, Difficulty


class HeldPrompt(NamedTuple):
    """What a provider's prompt cache holds of a session: reading it again is cheap at this model and nowhere else.

    `cached_tokens` are among the task's own input; `history_tokens` stand before it and are not sent to the router,
    but will be to the model. Both in the classifier's tokens.
    """

    model_id: str
    cached_tokens: int = 0
    history_tokens: int = 0


class Dearest(NamedTuple):
    """How many tokens a model that reads so many may bill of a request beyond these, and as what in words."""

    beyond: Callable[[ModelEntry, int], int] | None = None
    assumed: str = ""


NOTHING_DEARER = Dearest()


@dataclass(frozen=True, slots=True)
class Task:
    """A prompt without its text.

    `chances` gives the seven categories' probabilities, `complexity` runs from 0 to 1, `input_tokens` and `shares` are
    those of its `reading`, `output_tokens` the expected length of the answer. `requires` is what the
    request itself needs: vision for images, tools for tool calls. `held` is None outside of a session. `before_tokens`
    are of the conversation that its sender will send along: they take room in the context window. `longest`
    is where an answer will be cut off, whatever model gives it: it makes it cheaper and rules no model out.
    `thinks_otherwise` are the ids of models that the request makes think though they would not, or keeps from it.
    `generated` where a model is to answer, and not only to be named; `kept` where its provider is then asked to keep
    the prompt. `tooled` where tools or the shape of an answer go with it; `dearest` is what a bound on its price has to
    pay for beyond what is expected. A whole answer has `within_s`, whatever else is demanded of it.
    """

    chances: Mapping[Category, float]
    difficulty: Difficulty
    complexity: float
    input_tokens: int
    output_tokens: int
    requires: frozenset[Capability] = frozenset()
    shares: Shares = IN_ENGLISH
    held: HeldPrompt | None = None
    before_tokens: int = 0
    longest: int | None = None
    thinks_otherwise: frozenset[str] = frozenset()
    generated: bool = False
    kept: bool = False
    tooled: bool = False
    dearest: Dearest = NOTHING_DEARER
    within_s: float = math.inf

    @property
    def reading(self) -> Reading:
        """What a model has to read of it."""
        return Reading(self.input_tokens, self.shares, self.tooled)

    @property
    def filling(self) -> Reading:
        """What takes room in its context window."""
        return Reading(self.input_tokens + self.before_tokens, self.shares, self.tooled)


@dataclass(frozen=True, slots=True)
class Constraints:
    """What the caller demands. Every one binds; None and empty mean no demand.

    Costs are USD for this one request, latencies milliseconds, qualities chances from 0 to 1, the rest tokens. Names
    are in the caller's order and writing, and compared as they are folded in `any_provider`, `any_license`,
    `any_region` and, with the caller's writing but for odd blanks, in `written_out`.
    """

    max_tokens: int | None = None
    max_cost_usd: float | None = None
    max_latency_ms: float | None = None
    min_quality: float | None = None
    min_context_tokens: int | None = None
    providers: Collection[str] = ()
    exclude_models: Collection[str] = ()
    capabilities: frozenset[Capability] = frozenset()
    open_weights: bool | None = None
    licenses: Collection[str] = ()
    regions: Collection[str] = ()
    any_provider: frozenset[str] = field(init=False, compare=False, default=frozenset())
    any_license: frozenset[str] = field(init=False, compare=False, default=frozenset())
    any_region: frozenset[str] = field(init=False, compare=False, default=frozenset())
    written_out: Mapping[str, str] = field(init=False, compare=False, default_factory=dict)
    names_any: bool = field(init=False, default=False)
    bounds_any: bool = field(init=False, default=False)
    lengths_any: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        """Note once what every model would otherwise ask: which names, as they are compared, and whether there is a
        demand on what it is, on how it does, or on how much it takes."""
        object.__setattr__(self, "any_provider", frozenset(map(str.casefold, self.providers)))
        object.__setattr__(self, "any_license", frozenset(map(str.casefold, self.licenses)))
        object.__setattr__(self, "any_region", frozenset(map(str.casefold, self.regions)))
        written: dict[str, list[str]] = {}
        for name in dict.fromkeys(" ".join(each.split()) for each in self.exclude_models):
            written.setdefault(folded(name), []).append(name)
        object.__setattr__(self, "written_out", {name: " and ".join(sorted(ways)) for name, ways in written.items()})
        names = (self.providers, self.exclude_models, self.capabilities, self.licenses, self.regions)
        bounds = (self.max_cost_usd, self.max_latency_ms, self.min_quality)
        object.__setattr__(self, "names_any", any(names) or self.open_weights is not None)
        object.__setattr__(self, "bounds_any", any(bound is not None for bound in bounds))
        lengths = self.max_tokens is not None or self.min_context_tokens is not None
        object.__setattr__(self, "lengths_any", lengths)


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What is known beside the catalogue, by model id: live speeds, what was observed of quality, and models that
    cannot be used now with the reason why."""

    live: Mapping[str, LiveLatency] = field(default_factory=dict)
    observed: Mapping[str, Observed] = field(default_factory=dict)
    unusable: Mapping[str, str] = field(default_factory=dict)
