"""Where attempts are counted: for operators, and for the ranking, which learns from them."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from llm_router.generation.attempt import AttemptReport
from llm_router.generation.provider import OUR_FAULT
from llm_router.outcomes import AttemptBook, TimedAttempt


class AttemptCounter(Protocol):
    """Counts every attempt. Never raises and never blocks for long."""

    def attempted(self, model: str, provider: str, ms: float, *, failed: bool) -> None: ...


@dataclass(frozen=True, slots=True)
class AttemptObserver:
    """The ranking learns from attempts at what was classified alone, nothing from a demo's, and that it was cut short
    of no model.

    `is_demo` tells of a provider whether a demo answers in its place.
    """

    counter: AttemptCounter
    book: AttemptBook
    is_demo: Callable[[str], bool]

    def observe(self, report: AttemptReport) -> None:
        """Count one, failed ones included. Never raises and never blocks for long."""
        failure, label = report.failure, report.label
        self.counter.attempted(report.model, report.provider, report.ms, failed=failure is not None)
        if label.base is None or label.difficulty is None or self.is_demo(report.provider):
            return
        self.book.record(
            TimedAttempt(
                report.model,
                label.base,
                label.difficulty,
                failure=failure or "",
                counts=failure not in OUR_FAULT and not report.cut_short,
                first_token_ms=report.first_token_ms,
                tokens_per_second=report.tokens_per_second,
            )
        )
