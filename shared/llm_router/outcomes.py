"""What became of answers: how they were judged, whether and how fast they came. Attempts are decayed sums per model."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from llm_router.decay import DecayedCounters
from llm_router.errors import StoreUnavailable
from llm_router.taxonomy import Category, Difficulty

RELIABILITY_PRIOR = 20.0
"""Attempts that are taken to have been answered before any was made: one failure proves little."""

TRIES, ANSWERED = "tries|", "answered|"
"""How the names of an attempt's sums begin; the kind of work follows."""
TIMED, FIRST_MS, TOKEN_MS = "timed", "first_ms", "token_ms"
"""Of the answers whose speed was measured: how many, and their milliseconds in all."""


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
class LiveLatency:
    """Speed as measured here of late, from `n` answers, which age: `n` need not be whole."""

    time_to_first_token_ms: float
    output_tokens_per_second: float
    n: float


@dataclass(frozen=True, slots=True)
class TimedAttempt:
    """One attempt to generate an answer of a known kind of work.

    `failure` is empty when an answer came, else its kind; `counts` is False for a failure that says nothing of the
    model, such as our own key being refused or too little time. Speeds are None where nothing was measured.
    """

    model_id: str
    category: Category
    difficulty: Difficulty
    failure: str = ""
    counts: bool = True
    first_token_ms: float | None = None
    tokens_per_second: float | None = None


@dataclass(frozen=True, slots=True)
class AttemptBook:
    """Counts attempts. Never raises: what cannot be counted is not worth an answer."""

    attempts: DecayedCounters
    warn: Callable[[str], None]

    def record(self, attempt: TimedAttempt) -> None:
        """Count one attempt, of its kind of work. That an answer came does not say that it was good."""
        amounts: dict[str, float] = {}
        if attempt.counts:
            cell = f"{attempt.category}|{attempt.difficulty}"
            amounts[f"{TRIES}{cell}"] = 1.0
            if not attempt.failure:
                amounts[f"{ANSWERED}{cell}"] = 1.0
        if attempt.first_token_ms is not None and attempt.tokens_per_second:
            amounts |= {TIMED: 1.0, FIRST_MS: attempt.first_token_ms, TOKEN_MS: 1000 / attempt.tokens_per_second}
        if not amounts:
            return
        try:
            self.attempts.add(attempt.model_id, amounts)
        except StoreUnavailable as failure:
            self.warn(f"An outcome was not counted: {failure.message}")


def tried(sums: Mapping[str, float]) -> tuple[float, float]:
    """Of one model's sums, how many attempts there were, and how many of them were answered."""
    tries = sum(amount for name, amount in sums.items() if name.startswith(TRIES))
    return tries, sum(amount for name, amount in sums.items() if name.startswith(ANSWERED))


def speed(sums: Mapping[str, float]) -> LiveLatency | None:
    """Of one model's sums, how fast it answered; None where nothing was measured."""
    timed, token_ms = sums.get(TIMED, 0.0), sums.get(TOKEN_MS, 0.0)
    if timed <= 0 or token_ms <= 0:
        return None
    return LiveLatency(sums.get(FIRST_MS, 0.0) / timed, 1000 * timed / token_ms, timed)
