"""Where outcomes are counted: for operators, and for the ranking, which learns from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from llm_router.generation.outcome import Outcome
from llm_router.generation.provider import OUR_FAULT
from llm_router.outcomes import OutcomeBook, TimedAttempt


class AttemptCounter(Protocol):
    """Counts every attempt. Never raises and never blocks for long."""

    def attempted(self, model: str, provider: str, ms: float, *, failed: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class AttemptObserver:
    """An `OutcomeObserver`. The ranking learns from attempts at what was classified alone, and nothing from a demo's.

    `is_demo` tells of a provider whether a demo answers in its place.
    """

    counter: AttemptCounter
    book: OutcomeBook
    is_demo: Callable[[str], bool]

    def observe_outcome(self, outcome: Outcome) -> None:
        failure, label = outcome.failure, outcome.label
        self.counter.attempted(outcome.model, outcome.provider, outcome.ms, failed=failure is not None)
        if label.base is None or label.difficulty is None or self.is_demo(outcome.provider):
            return
        self.book.record(
            TimedAttempt(
                outcome.model,
                label.base,
                label.difficulty,
                failure=failure or "",
                counts=failure not in OUR_FAULT,
                first_token_ms=outcome.first_token_ms,
                tokens_per_second=outcome.tokens_per_second,
            )
        )
