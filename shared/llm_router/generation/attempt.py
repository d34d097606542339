"""An attempt to have a model answer: what became of it, and what is reported of it to whoever learns from that."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from llm_router.generation.provider import Failure
from llm_router.taxonomy import Category, Difficulty


class Unfailed(StrEnum):
    """What becomes of a model but a failure: it answers, or is passed over since it failed of late."""

    OK = "ok"
    COOLING = "cooling"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One model in the walk: it answered, it failed, or (`cooling`) it was passed over because it failed of late.

    `ms` is to the whole answer, or to the first chunk of a stream; `why` is what the router could not put to it. It was
    `cut_short` where it failed since it was given less time than it was expected to take.
    """

    model: str
    provider: str
    ms: float = 0.0
    failure: Failure | None = None
    status: int | None = None
    cooling: bool = False
    why: str | None = None
    cut_short: bool = False

    @property
    def outcome(self) -> Failure | Unfailed:
        """`ok`, `cooling`, or how it failed."""
        return Unfailed.COOLING if self.cooling else self.failure or Unfailed.OK


@dataclass(frozen=True, slots=True)
class Label:
    """The category and difficulty under which an attempt is counted: what the request was classified as, an
    own category as its base. None where the model was pinned."""

    base: Category | None = None
    difficulty: Difficulty | None = None


UNLABELLED = Label()


@dataclass(frozen=True, slots=True)
class AttemptReport:
    """An attempt with what is known about the request, without its text.

    `first_token_ms` and `tokens_per_second` (of output, after the first token) are measured on streams;
    `tokens_per_second` of a whole answer counts its whole time. It was `cut_short` where it had less time than it was
    expected to take, or a stream was still being written when its time was over.
    """

    model: str
    provider: str
    ms: float
    failure: Failure | None = None
    label: Label = UNLABELLED
    first_token_ms: float | None = None
    tokens_per_second: float | None = None
    cut_short: bool = False
