"""What our ranking makes of measured outcomes: costs and qualities along `preference`, beside simpler ways."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from llm_router.ranking.columns import Columns, prepare
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Surroundings, Task
from llm_router.recommend import category_chances
from llm_router.taxonomy import Category, Classification, Difficulty
from training.evaluation.fitted_models import fitted_models, judged_models
from training.evaluation.metrics import Integers, Numbers
from training.evaluation.outcome_sets import OutcomeSet

PREFERENCES: tuple[float, ...] = tuple(step / 20 for step in range(21))
FOLDS, SEED = 5, 7
GRID = 200
ROUNDING = 1e-9
"""Costs that differ by this share are the same."""
LENGTHS = 21


@dataclass(frozen=True, slots=True)
class Ways:
    """Per prompt and setting, what a way to choose costs and reaches: each array is `[prompts, settings]`."""

    usd: Numbers
    scores: Numbers

    def means(self) -> tuple[Numbers, Numbers]:
        """USD and score of each setting over all prompts, both `[settings]`."""
        return self.usd.mean(axis=0), self.scores.mean(axis=0)


def folds_of_prompts(outcomes: OutcomeSet) -> list[Integers]:
    """Five folds over all kinds of tasks: the kinds are known, the prompts are new."""
    drawn = np.random.default_rng(SEED).integers(0, FOLDS, len(outcomes.found))
    return [np.flatnonzero(drawn == fold) for fold in range(FOLDS)]


def folds_of_kinds(outcomes: OutcomeSet) -> list[Integers]:
    """A fold for each kind of task: nothing like its prompts was seen before."""
    kinds = np.array(outcomes.kinds)
    return [np.flatnonzero(kinds == kind) for kind in sorted(set(outcomes.kinds))]


def ours(outcomes: OutcomeSet, folds: Sequence[Integers], *, judged: bool) -> Ways:
    """The ranking as it is served, each fold with models whose evidence is from the other folds.

    With `judged` the other folds' answers were also judged here, and are joined with the evidence as feedback is.
    """
    chosen = np.zeros((len(outcomes.found), len(PREFERENCES)), dtype=np.int64)
    for fold in folds:
        others = np.setdiff1d(np.arange(len(outcomes.found)), fold)
        columns = prepare(fitted_models(outcomes, others), judged_models(outcomes, others) if judged else None)
        for place in fold:
            chosen[place] = _winners(columns, outcomes, outcomes.found[place])
    return taken(outcomes, chosen)


def blinded(outcomes: OutcomeSet) -> OutcomeSet:
    """The same where nothing is known of a prompt but its tokens: all categories as likely, medium difficulty."""
    chances = dict.fromkeys(map(str, Category), 1 / len(Category))
    found = tuple(
        replace(
            each,
            category=Category.GENERAL,
            base_category=Category.GENERAL,
            probabilities=chances,
            difficulty=Difficulty.MEDIUM,
            complexity=0.5,
        )
        for each in outcomes.found
    )
    return replace(outcomes, found=found)


def _winners(columns: Columns, outcomes: OutcomeSet, found: Classification) -> list[int]:
    task = Task(category_chances(found), found.difficulty, found.complexity, found.token_count, found.output_tokens)
    return [
        outcomes.models.index(rank(columns, task, Constraints(), each, Surroundings(), most=1).candidates[0].model.id)
        for each in PREFERENCES
    ]


def taken(outcomes: OutcomeSet, chosen: Integers) -> Ways:
    """Costs and scores of the chosen models, both `[prompts, settings]`."""
    places = np.arange(len(outcomes.found))[:, None]
    return Ways(outcomes.usd[places, chosen], outcomes.scores[places, chosen])


def singles(outcomes: OutcomeSet) -> Ways:
    """Always the same model, each model a setting."""
    return Ways(outcomes.usd, outcomes.scores)


def by_length(outcomes: OutcomeSet, cheap: int, strong: int) -> Ways:
    """Long prompts to the strong model, short ones to the cheap one, at thresholds from none to all."""
    order = np.array([each.token_count for each in outcomes.found]).argsort(kind="stable").argsort(kind="stable")
    limits = np.linspace(0, len(order), LENGTHS)
    return taken(outcomes, np.where(order[:, None] >= limits[None, :], strong, cheap))


def best_of_all(outcomes: OutcomeSet) -> Ways:
    """What nobody can reach: the cheapest of the models that do best, prompt by prompt."""
    value = outcomes.scores - 1e-3 * outcomes.usd / outcomes.usd.max()
    return taken(outcomes, value.argmax(axis=1)[:, None])


def hull(usd: Numbers, scores: Numbers) -> tuple[Numbers, Numbers]:
    """The frontier of points, cheapest first: what can be had by drawing lots between two settings, never falling."""
    kept: list[tuple[float, float]] = []
    for point in sorted(zip(usd.tolist(), scores.tolist(), strict=True), key=lambda each: (each[0], -each[1])):
        if kept and point[1] <= kept[-1][1]:
            continue
        while len(kept) > 1 and _slope(kept[-2], kept[-1]) <= _slope(kept[-2], point):
            kept.pop()
        kept.append(point)
    return np.array([each[0] for each in kept]), np.array([each[1] for each in kept])


def _slope(a: tuple[float, float], b: tuple[float, float]) -> float:
    return (b[1] - a[1]) / max(b[0] - a[0], 1e-15)


def score_at(usd: Numbers, scores: Numbers, wanted: float | Numbers) -> Numbers:
    """The quality that the frontier reaches at a cost; 0 below its cheapest point."""
    x, y = hull(usd, scores)
    return np.asarray(np.where(np.less(wanted, x[0] * (1 - ROUNDING)), 0.0, np.interp(wanted, x, y)))


def usd_at(usd: Numbers, scores: Numbers, wanted: float) -> float:
    """The cost at which the frontier reaches a quality; infinite when it never does."""
    x, y = hull(usd, scores)
    if wanted > y[-1] + 1e-12:
        return float("inf")
    return float(x[0] if wanted <= y[0] else np.interp(wanted, y, x))


def area(usd: Numbers, scores: Numbers, low: float, high: float) -> float:
    """The mean quality over all costs from `low` to `high`."""
    return float(score_at(usd, scores, np.linspace(low, high, GRID)).mean())


def step_area(usd: Numbers, scores: Numbers, low: float, high: float) -> float:
    """The same for the best single model that costs no more, without drawing lots."""
    grid = np.linspace(low, high, GRID)
    affordable = np.where(usd[None, :] <= grid[:, None] + 1e-15, scores[None, :], 0.0)
    return float(affordable.max(axis=1).mean())
