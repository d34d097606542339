"""What the same traffic would have cost had one model done it all."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Protocol

from llm_router.catalogue.entry import ModelEntry
from llm_router.counters import MORE_READ, THINKING, TOLD_TO_THINK, UNSAID, Counter, Sums, amount, total
from llm_router.ranking.tokens import family_of, tokenizers
from llm_router.taxonomy import Category, Difficulty


@dataclass(frozen=True, slots=True)
class Traffic:
    """Tokens of the recommendations of a time, within the limits of their requests.

    `tokens_in` as the recommended models count them, and how many `more` a tokenizer makes of the same; `tokens_out` of
    whole answers; `thinking` of a model that thinks unasked, and `told` of one that only does when it is told to.
    """

    tokens_in: float
    tokens_out: float
    thinking: float
    told: float = 0.0
    more: Mapping[str, float] = field(default_factory=dict)


def traffic(counted: Sums) -> Traffic:
    """The traffic that was counted."""
    return Traffic(
        total(counted, Counter.TOKENS_IN),
        total(counted, Counter.TOKENS_OUT) + amount(counted, Counter.TOKENS, UNSAID),
        amount(counted, Counter.TOKENS, THINKING),
        amount(counted, Counter.TOKENS, TOLD_TO_THINK),
        {name: amount(counted, Counter.TOKENS, MORE_READ + name) for name in tokenizers()},
    )


def cost_at(model: ModelEntry, seen: Traffic) -> float | None:
    """USD for all of it at one model's usual prices; None where one of them is not known.

    Only the sums are known: of no prompt, whether it is a long one to this model or stands in its provider's cache, and
    of no answer, whether it is longer than what this model writes at most.
    """
    if model.input_usd_per_mtok is None or model.output_usd_per_mtok is None:
        return None
    read = seen.tokens_in + seen.more.get(family_of(model.tokenizer), 0.0)
    thinking = seen.thinking if model.thinks_unasked else seen.told if model.can_think else 0.0
    return (read * model.input_usd_per_mtok + (seen.tokens_out + thinking) * model.output_usd_per_mtok) / 1e6


def strongest(models: Iterable[ModelEntry]) -> ModelEntry | None:
    """The model that does hard work best on average: what one would take who takes one model for everything."""
    return max(models, key=_hard_work, default=None)


class HasMean(Protocol):
    """A model's quality in one cell, from 0 to 1."""

    @property
    def mean(self) -> float: ...


def hard_quality(quality: Mapping[Category, Mapping[Difficulty, HasMean]]) -> float | None:
    """A model's mean quality for hard prompts over the categories in which it is known; None where it is in none."""
    means = [cells[Difficulty.HARD].mean for cells in quality.values() if Difficulty.HARD in cells]
    return sum(means) / len(means) if means else None


def _hard_work(model: ModelEntry) -> tuple[float, str]:
    return (hard_quality(model.quality) or 0.0, model.id)
