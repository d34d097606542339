"""What became of each attempt, for whoever learns from it."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol

from llm_router.generation.provider import Failure
from llm_router.taxonomy import Category, Difficulty

OK, COOLING = "ok", "cooling"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One model in the walk: it answered, it failed, or (`cooling`) it was passed over because it failed of late.

    `ms` is to the whole answer, or to the first chunk of a stream.
    """

    model: str
    provider: str
    ms: float = 0.0
    failure: Failure | None = None
    status: int | None = None
    cooling: bool = False

    @property
    def outcome(self) -> str:
        """`ok`, `cooling`, or how it failed."""
        return COOLING if self.cooling else OK if self.failure is None else self.failure.value


@dataclass(frozen=True, slots=True)
class Label:
    """The category and difficulty under which a generation's outcome is counted: what the request was classified as, an
    own category as its base. None where the model was pinned."""

    base: Category | None = None
    difficulty: Difficulty | None = None


UNLABELLED = Label()


@dataclass(frozen=True, slots=True)
class Outcome:
    """An attempt with what is known about the request, without its text.

    `first_token_ms` and `tokens_per_second` (of output, after the first token) are measured on streams;
    `tokens_per_second` of a whole answer counts its whole time.
    """

    model: str
    provider: str
    ms: float
    failure: Failure | None = None
    label: Label = UNLABELLED
    first_token_ms: float | None = None
    tokens_per_second: float | None = None


class OutcomeObserver(Protocol):
    """Takes every outcome, failed attempts included. Never raises and never blocks for long."""

    def observe_outcome(self, outcome: Outcome) -> None: ...
