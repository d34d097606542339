"""What became of answers: how they were judged, whether and how fast they came, as decayed sums per model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from llm_router.decay import DecayedCounters
from llm_router.errors import StoreUnavailable
from llm_router.taxonomy import Category, Difficulty

RELIABILITY_PRIOR = 20.0
"""Attempts that are taken to have been answered before any was made: one failure proves little."""


class Tally(NamedTuple):
    """Judgements of one kind of work: their weight, and the weight that was done well."""

    n: float
    good: float


@dataclass(frozen=True, slots=True)
class Observed:
    """What was seen here of one model. `tries` and `answered` count attempts at an answer, of late."""

    judged: Mapping[Category, Mapping[Difficulty, Tally]] = field(default_factory=dict)
    tries: float = 0.0
    answered: float = 0.0

    @property
    def reliability(self) -> float:
        """The chance that an attempt is answered at all."""
        return (self.answered + RELIABILITY_PRIOR) / (self.tries + RELIABILITY_PRIOR)


@dataclass(frozen=True, slots=True)
class Outcome:
    """One attempt to generate an answer.

    `failure` is empty when an answer came, else its kind; `counts` is False for a failure that says nothing of the
    model, such as our own key being refused. Speeds are None where nothing was measured.
    """

    model_id: str
    category: Category
    difficulty: Difficulty
    failure: str = ""
    counts: bool = True
    first_token_ms: float | None = None
    tokens_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class OutcomeBook:
    """Counts attempts. Never raises: what cannot be counted is not worth an answer."""

    attempts: DecayedCounters
    warn: Callable[[str], None]

    def record(self, outcome: Outcome) -> None:
        """Count one attempt, of its kind of work. That an answer came does not say that it was good."""
        amounts: dict[str, float] = {}
        if outcome.counts:
            cell = f"{outcome.category}|{outcome.difficulty}"
            amounts[f"tries|{cell}"] = 1.0
            if not outcome.failure:
                amounts[f"answered|{cell}"] = 1.0
        if outcome.first_token_ms is not None and outcome.tokens_per_second:
            amounts |= {"timed": 1.0, "first_ms": outcome.first_token_ms, "token_ms": 1000 / outcome.tokens_per_second}
        if not amounts:
            return
        try:
            self.attempts.add(outcome.model_id, amounts)
        except StoreUnavailable as failure:
            self.warn(f"An outcome was not counted: {failure.message}")


def observed_models(
    judged: Mapping[str, Mapping[str, float]], attempts: Mapping[str, Mapping[str, float]]
) -> dict[str, Observed]:
    """What was seen, by model, from the sums of judgements and of attempts."""
    found = {}
    for model_id in sorted({*judged, *attempts}):
        sums = attempts.get(model_id, {})
        found[model_id] = Observed(
            _tallies(judged.get(model_id, {})),
            tries=sum(amount for name, amount in sums.items() if name.startswith("tries|")),
            answered=sum(amount for name, amount in sums.items() if name.startswith("answered|")),
        )
    return found


def _tallies(sums: Mapping[str, float]) -> dict[Category, dict[Difficulty, Tally]]:
    """From `coding|easy|n` and `coding|easy|good`; names that are no cell's are passed over."""
    found: dict[Category, dict[Difficulty, Tally]] = {}
    for category in Category:
        for difficulty in Difficulty:
            if n := sums.get(f"{category}|{difficulty}|n", 0.0):
                good = sums.get(f"{category}|{difficulty}|good", 0.0)
                found.setdefault(category, {})[difficulty] = Tally(n, good)
    return found
