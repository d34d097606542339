"""The area under each way's cost-quality curve, and how sure it is that ours is larger."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.evaluation.choice import (
    RESAMPLES,
    SEED,
    Ways,
    area,
    by_length,
    singles,
    step_area,
    usd_at,
)
from training.evaluation.metrics import Numbers
from training.evaluation.outcome_sets import OutcomeSet

OURS = "**ranking**"
SINGLE, MIX, ALL_MIXED, LENGTH = "best single at equal cost", "random mix", "random mix of all singles", "length"
ENOUGH = 0.95
"""The share of the best single model's quality whose price is compared."""


@dataclass(frozen=True, slots=True)
class Endpoints:
    """The single models that comparisons are with, by their place: `cheap` is the best that costs at most half of
    what `strong`, the best of all, does; `cheapest` is the best of those that cost least."""

    cheapest: int
    cheap: int
    strong: int


def endpoints(outcomes: OutcomeSet) -> Endpoints:
    """Chosen with hindsight, in favour of the baselines."""
    usd, scores = outcomes.usd.mean(axis=0), outcomes.scores.mean(axis=0)
    strong = int(scores.argmax())
    least = usd <= usd.min() * (1 + 1e-9)
    half = usd <= usd[strong] / 2
    cheapest = int(np.where(least, scores, -1).argmax())
    return Endpoints(cheapest, int(np.where(half, scores, -1).argmax()) if half.any() else cheapest, strong)


@dataclass(frozen=True, slots=True)
class Measured:
    """One way: its area, by how much ours is larger with the central 95 % of resamples, and what `ENOUGH` costs."""

    way: str
    area: float
    behind: float
    interval: tuple[float, float]
    usd_for_enough: float


def measured(outcomes: OutcomeSet, ranking: Ways) -> list[Measured]:
    """Every way, ours first."""
    ends = endpoints(outcomes)
    length = by_length(outcomes, ends.cheap, ends.strong)
    count = len(outcomes.found)
    draws = np.random.default_rng(SEED).multinomial(count, np.full(count, 1 / count), RESAMPLES) / count
    whole = np.full((1, count), 1 / count)
    real = _areas(whole, outcomes, ranking, length, ends)
    resampled = _areas(draws, outcomes, ranking, length, ends)
    enough = ENOUGH * float(outcomes.scores[:, ends.strong].mean())
    found = []
    for way, areas in real.items():
        behind = resampled[OURS] - resampled[way]
        low, high = np.quantile(behind, (0.025, 0.975))
        gap = float(real[OURS][0] - areas[0])
        price = _price(way, outcomes, ranking, length, ends, enough)
        found.append(Measured(way, float(areas[0]), gap, (float(low), float(high)), price))
    return found


def _areas(weights: Numbers, outcomes: OutcomeSet, ranking: Ways, length: Ways, ends: Endpoints) -> dict[str, Numbers]:
    """Areas by way, each `[resamples]`, between the costs of the cheapest and of the best single model."""
    each = singles(outcomes)
    usd, scores = weights @ each.usd, weights @ each.scores
    our_usd, our_scores = weights @ ranking.usd, weights @ ranking.scores
    length_usd, length_scores = weights @ length.usd, weights @ length.scores
    found: dict[str, list[float]] = {}
    for i in range(len(weights)):
        low, high = float(usd[i, ends.cheapest]), float(usd[i, ends.strong])
        ends_usd, ends_scores = usd[i, [ends.cheapest, ends.strong]], scores[i, [ends.cheapest, ends.strong]]
        curves = {
            OURS: area(np.append(our_usd[i], low), np.append(our_scores[i], ends_scores[0]), low, high),
            SINGLE: step_area(usd[i], scores[i], low, high),
            MIX: area(ends_usd, ends_scores, low, high),
            ALL_MIXED: area(usd[i], scores[i], low, high),
            LENGTH: area(np.append(length_usd[i], low), np.append(length_scores[i], ends_scores[0]), low, high),
        }
        for way, value in curves.items():
            found.setdefault(way, []).append(value)
    return {way: np.array(values) for way, values in found.items()}


def _price(way: str, outcomes: OutcomeSet, ranking: Ways, length: Ways, ends: Endpoints, enough: float) -> float:
    """What a way costs where it reaches `enough` quality."""
    usd, scores = outcomes.usd.mean(axis=0), outcomes.scores.mean(axis=0)
    if way == OURS:
        return usd_at(ranking.usd.mean(axis=0), ranking.scores.mean(axis=0), enough)
    if way == LENGTH:
        return usd_at(length.usd.mean(axis=0), length.scores.mean(axis=0), enough)
    if way == SINGLE:
        return float(usd[scores >= enough].min())
    places = [ends.cheapest, ends.strong] if way == MIX else list(range(len(usd)))
    return usd_at(usd[places], scores[places], enough)
