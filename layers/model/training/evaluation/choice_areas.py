"""The ranking beside simpler ways to choose: areas under cost-quality curves, and quality at equal cost."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from training.evaluation.bootstrap import Interval, Resamples, interval
from training.evaluation.choice import Ways, area, by_length, score_at, singles, step_area, usd_at
from training.evaluation.metrics import Numbers
from training.evaluation.outcome_sets import OutcomeSet

OURS, BLIND = "**ranking**", "ranking that knows tokens alone"
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
    usd, scores = singles(outcomes).means()
    strong = int(scores.argmax())
    least = usd <= usd.min() * (1 + 1e-9)
    half = usd <= usd[strong] / 2
    cheapest = int(np.where(least, scores, -1).argmax())
    return Endpoints(cheapest, int(np.where(half, scores, -1).argmax()) if half.any() else cheapest, strong)


def compared(outcomes: OutcomeSet, ranking: Ways, blind: Ways) -> Mapping[str, Ways]:
    """All that is compared by area, ours first; every one of ours and of length may also take the cheapest model."""
    ends, each = endpoints(outcomes), singles(outcomes)
    cheapest = _only(each, [ends.cheapest])
    return {
        OURS: _joined(ranking, cheapest),
        BLIND: _joined(blind, cheapest),
        SINGLE: each,
        MIX: random_mix(outcomes),
        ALL_MIXED: each,
        LENGTH: _joined(by_length(outcomes, ends.cheap, ends.strong), cheapest),
    }


def random_mix(outcomes: OutcomeSet) -> Ways:
    """The cheapest and the best single model, between which lots may be drawn."""
    ends = endpoints(outcomes)
    return _only(singles(outcomes), [ends.cheapest, ends.strong])


def _only(ways: Ways, settings: list[int]) -> Ways:
    return Ways(ways.usd[:, settings], ways.scores[:, settings])


def _joined(one: Ways, other: Ways) -> Ways:
    return Ways(np.hstack([one.usd, other.usd]), np.hstack([one.scores, other.scores]))


@dataclass(frozen=True, slots=True)
class Measured:
    """One way: its area, by how much ours is larger, and what `ENOUGH` costs."""

    way: str
    area: float
    behind: Interval
    usd_for_enough: float


def measured(outcomes: OutcomeSet, ways: Mapping[str, Ways], draws: Resamples) -> list[Measured]:
    """Every way's area between the costs of the cheapest and of the best single model."""
    ends = endpoints(outcomes)
    enough = ENOUGH * float(outcomes.scores[:, ends.strong].mean())
    whole, prompts, kinds = (_areas(each, outcomes, ways) for each in (draws.whole, draws.prompts, draws.kinds))
    return [
        Measured(
            way,
            float(whole[way][0]),
            interval(*(areas[OURS] - areas[way] for areas in (whole, prompts, kinds))),
            _price(way, ways[way], enough),
        )
        for way in ways
    ]


def _areas(weights: Numbers, outcomes: OutcomeSet, ways: Mapping[str, Ways]) -> dict[str, Numbers]:
    """Areas by way, each `[resamples]`."""
    ends = endpoints(outcomes)
    low, high = weights @ outcomes.usd[:, ends.cheapest], weights @ outcomes.usd[:, ends.strong]
    found = {}
    for way, each in ways.items():
        under: Callable[..., float] = step_area if way == SINGLE else area
        usd, scores = weights @ each.usd, weights @ each.scores
        found[way] = np.array([under(*row) for row in zip(usd, scores, low, high, strict=True)])
    return found


def _price(way: str, each: Ways, enough: float) -> float:
    """What a way costs where it reaches `enough` quality."""
    usd, scores = each.means()
    return float(usd[scores >= enough].min()) if way == SINGLE else usd_at(usd, scores, enough)


@dataclass(frozen=True, slots=True)
class BesideSingle:
    """Ours beside always the same model: quality more at its cost, and what ours costs at its quality."""

    model: str
    usd: float
    quality: float
    more: Interval
    usd_for_as_good: float


def beside_singles(outcomes: OutcomeSet, ranking: Ways, models: Sequence[int], draws: Resamples) -> list[BesideSingle]:
    """For each of `models`; `ranking` may draw lots between its settings."""
    usd, scores = ranking.means()
    found = []
    for model in models:
        dollars, quality = outcomes.usd[:, model], outcomes.scores[:, model]
        more = interval(*(_more(each, ranking, dollars, quality) for each in (draws.whole, draws.prompts, draws.kinds)))
        price = usd_at(usd, scores, float(quality.mean()))
        found.append(BesideSingle(outcomes.models[model], float(dollars.mean()), float(quality.mean()), more, price))
    return found


def _more(weights: Numbers, ranking: Ways, usd: Numbers, quality: Numbers) -> Numbers:
    ours_usd, ours_scores = weights @ ranking.usd, weights @ ranking.scores
    wanted = zip(ours_usd, ours_scores, weights @ usd, strict=True)
    return np.array([float(score_at(x, y, at)) for x, y, at in wanted]) - weights @ quality
