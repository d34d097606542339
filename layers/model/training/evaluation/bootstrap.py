"""Resamples of the prompts, by which differences between ways to choose get their intervals."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.evaluation.metrics import Numbers
from training.evaluation.outcome_sets import OutcomeSet

RESAMPLES, SEED = 1000, 7


@dataclass(frozen=True, slots=True)
class Interval:
    """A difference with its central 95 % over resamples of prompts, and over resamples of whole kinds of tasks.

    The first says how sure it is for these kinds of tasks, the second for others like them.
    """

    value: float
    prompts: tuple[float, float]
    kinds: tuple[float, float]


@dataclass(frozen=True, slots=True)
class Resamples:
    """Weights of the prompts, each row summing to 1: `[1, prompts]` as they are, then `[resamples, prompts]`."""

    whole: Numbers
    prompts: Numbers
    kinds: Numbers


def resamples(outcomes: OutcomeSet) -> Resamples:
    """The bootstrap (Efron 1979) over prompts, and the cluster bootstrap over kinds of tasks."""
    count, random = len(outcomes.found), np.random.default_rng(SEED)
    names, owner = np.unique(outcomes.kinds, return_inverse=True)
    each = random.multinomial(count, np.full(count, 1 / count), RESAMPLES) / count
    drawn = random.multinomial(len(names), np.full(len(names), 1 / len(names)), RESAMPLES)[:, owner]
    return Resamples(np.full((1, count), 1 / count), each, drawn / drawn.sum(axis=1, keepdims=True))


def interval(whole: Numbers, prompts: Numbers, kinds: Numbers) -> Interval:
    """From a difference as it is, `[1]`, and as it is in both kinds of resamples."""
    return Interval(float(whole[0]), _central(prompts), _central(kinds))


def _central(differences: Numbers) -> tuple[float, float]:
    low, high = np.quantile(differences, (0.025, 0.975))
    return float(low), float(high)
