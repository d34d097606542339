"""What the same traffic would have cost had one model done it all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol

from llm_router.catalogue.entry import ModelEntry
from llm_router.counters import THINKING, Counter, Sums, amount, total
from llm_router.taxonomy import Category, Difficulty


@dataclass(frozen=True, slots=True)
class Traffic:
    """Tokens of the recommendations of a time: read, written, and what a model that thinks would have thought."""

    tokens_in: float
    tokens_out: float
    thinking: float


def traffic(counted: Sums) -> Traffic:
    """The traffic that was counted."""
    return Traffic(
        total(counted, Counter.TOKENS_IN),
        total(counted, Counter.TOKENS_OUT),
        amount(counted, Counter.TOKENS, THINKING),
    )


def cost_at(model: ModelEntry, seen: Traffic) -> float | None:
    """USD for all of it at one model's usual prices; None where one of them is not known.

    Only the sums are known: of no prompt, whether it is a long one to this model or stands in its provider's cache.
    """
    if model.input_usd_per_mtok is None or model.output_usd_per_mtok is None:
        return None
    thinking = seen.thinking if model.thinks_unasked else 0.0
    return (seen.tokens_in * model.input_usd_per_mtok + (seen.tokens_out + thinking) * model.output_usd_per_mtok) / 1e6


def strongest(models: Iterable[ModelEntry]) -> ModelEntry | None:
    """The model that does hard work best on average: what one would take who takes one model for everything."""
    return max(models, key=_hard_work, default=None)


class Quality(Protocol):
    """A model's quality in one cell, from 0 to 1."""

    @property
    def mean(self) -> float: ...


def hard_quality(quality: Mapping[Category, Mapping[Difficulty, Quality]]) -> float | None:
    """A model's mean quality for hard prompts over the categories in which it is known; None where it is in none."""
    means = [cells[Difficulty.HARD].mean for cells in quality.values() if Difficulty.HARD in cells]
    return sum(means) / len(means) if means else None


def _hard_work(model: ModelEntry) -> tuple[float, str]:
    return (hard_quality(model.quality) or 0.0, model.id)
