"""What happened to one request, in the few facts that operators look at. Holds no prompt and no key."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, Protocol

from llm_router.counters import prompt_counts
from llm_router.errors import ErrorCode

if TYPE_CHECKING:
    from llm_router.classification import Classified
    from llm_router.recommend import Decision

_ASKED_IN_VAIN = frozenset(
    {
        ErrorCode.UPSTREAM_ERROR,
        ErrorCode.UPSTREAM_TIMEOUT,
        ErrorCode.UPSTREAM_UNAVAILABLE,
        ErrorCode.UPSTREAM_RATE_LIMITED,
        ErrorCode.REQUEST_NOT_ACCEPTED,
        ErrorCode.CONTEXT_LENGTH_EXCEEDED,
        ErrorCode.CALLER_LEFT,
    }
)
"""Errors of requests for which providers were asked."""


class ActivityKind(StrEnum):
    """What sort of thing happened, as the door knows it beforehand."""

    REQUEST = "request"

    GENERATION = "generation"
    """A request that a model is to answer, whatever it says."""

    PROBE = "probe"
    """What balancers and scrapers ask, over and over."""

    SCHEDULED = "scheduled"
    """No request but a scheduled run."""


@dataclass(slots=True)
class Observation:
    """One request, answered or called off. A door fills in what it knows; `ms` is from the event to the answer.

    `recommended` is the id of the model that a decision put first, and empty where there was none; `estimated_usd` is
    what it is expected to cost, `tokens_in` and `tokens_out` what it is expected to read and write, without thinking,
    and `elsewhere` what the same counts at other models, which is for the ledger and in no log line.
    `model` is the one that answered, or else the one recommended, and `cost_usd` what its answer cost.
    `prompts` is what the prompts of a batch count, and None where there was but the one that the other facts are of.
    `cold_start` is of the first request of a process, probes aside.
    `prompt_hash` is keyed: it tells equal prompts, and nothing to whoever lacks the key.
    """

    function: str
    route: str
    request_id: str
    status: int = 0
    ms: float = 0.0
    error: ErrorCode | None = None
    category: str = ""
    difficulty: str = ""
    method: str = ""
    recommended: str = ""
    model: str = ""
    decision_id: str = ""
    cached: bool | None = None
    degraded: tuple[str, ...] = ()
    estimated_usd: float | None = None
    cost_usd: float | None = None
    prompts: dict[str, float] | None = None
    tokens_in: int | None = None
    tokens_out: int | None = None
    elsewhere: Mapping[str, float] | None = None
    prompt_hash: str = ""
    cold_start: bool = False
    kind: ActivityKind = ActivityKind.REQUEST

    @property
    def generates(self) -> bool:
        """Whether a model was to answer, so that its provider sets the time."""
        return self.kind is ActivityKind.GENERATION or self.cost_usd is not None or self.error in _ASKED_IN_VAIN


def note_classified(note: Observation, classified: Classified) -> None:
    """What a classification tells the operators."""
    found = classified.classification
    note.category, note.difficulty, note.method = found.category, found.difficulty, found.method
    note.cached, note.degraded = classified.cached, classified.degraded


def note_batch(note: Observation, batch: Iterable[Classified]) -> None:
    """What the classifications of one batch tell the operators."""
    counted: dict[str, float] = {}
    degraded: dict[str, None] = {}
    for classified in batch:
        found = classified.classification
        for name, amount in prompt_counts(found.category, found.difficulty, found.method, classified.cached).items():
            counted[name] = counted.get(name, 0.0) + amount
        degraded |= dict.fromkeys(classified.degraded)
    note.prompts, note.degraded = counted, tuple(degraded)


def note_decision(note: Observation, decision: Decision | None, effort: str | None = None) -> None:
    """What a decision tells the operators, for a request of this reasoning effort."""
    if decision is None:
        return
    from llm_router.ranking.elsewhere import elsewhere  # the ranking, which only a function that ranks has loaded

    first = decision.ranking.candidates[0]
    note_classified(note, decision.classified)
    note.degraded = decision.degraded
    note.recommended = note.model = first.model.id
    note.decision_id, note.estimated_usd = decision.id, first.usd
    note.tokens_in, note.tokens_out = first.price.input_tokens, first.price.output_tokens
    note.elsewhere = elsewhere(first, decision.reading, decision.length, effort)


class Observer(Protocol):
    """Takes every observation. Never raises and never blocks for long: telemetry must not cost a request."""

    def observe(self, observation: Observation) -> None: ...

    def failed(self, observation: Observation, failure: BaseException) -> None:
        """A defect: something raised that no error of ours describes."""
        ...
