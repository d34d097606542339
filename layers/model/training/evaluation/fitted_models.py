"""Catalogue entries from measured outcomes: in place of the public evidence that our own catalogue rests on."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from llm_router.catalogue.entry import ModelEntry, QualityEstimate, QualityTable
from llm_router.ranking.quality import ANCHORS
from llm_router.taxonomy import Category, Classification, Difficulty
from training.evaluation.metrics import Integers, Numbers
from training.evaluation.outcome_sets import OutcomeSet

KINDS = len(Category)
ABILITY_RIDGE, COMMON_RIDGE, OWN_RIDGE = 0.3, 1.0, 30.0
"""How strongly a model's ability, what all models share, and what is a model's own are drawn to none. The last was
chosen on the training outcomes: 3 and 10 overfit to the kinds of tasks that were seen, 100 knows no kinds at all."""

STEPS = 8
WINDOW = 10_000_000


@dataclass(frozen=True, slots=True)
class Fit:
    """Weights over `ability of each model, categories, categories of each model, slope, slope of each model`."""

    weights: Numbers
    covariance: Numbers
    models: int

    def chance(self, model: int, category: int, place: float) -> tuple[float, float]:
        """The chance of success in a category at a place between the difficulties, and its standard error."""
        chances = np.zeros((1, KINDS))
        chances[0, category] = 1.0
        row = _features(chances, np.array([place]), model, self.models)[0]
        chance = 1 / (1 + np.exp(-float(row @ self.weights)))
        return chance, float(np.sqrt(row @ self.covariance @ row)) * chance * (1 - chance)


def fitted_models(outcomes: OutcomeSet, places: Integers) -> list[ModelEntry]:
    """An entry for each model, from the prompts at `places` alone.

    The price per token is what the answers cost, over prompt and expected answer.
    """
    fit = _fit([outcomes.found[place] for place in places], outcomes.scores[places])
    tokens = outcomes.tokens[places].sum()
    entries = []
    for index, name in enumerate(outcomes.models):
        usd_per_mtok = float(outcomes.usd[places, index].sum() / tokens * 1e6)
        entries.append(
            ModelEntry(
                id=name,
                provider="measured",
                display_name=name,
                context_window=WINDOW,
                input_usd_per_mtok=usd_per_mtok,
                output_usd_per_mtok=usd_per_mtok,
                quality=_table(fit, index, len(places)),
            )
        )
    return entries


def _fit(found: list[Classification], scores: Numbers) -> Fit:
    """Item response theory with a discrimination for each model (Birnbaum 1968), by penalised logistic regression.

    The log-odds of success are a model's ability, what the categories and the difficulty do to all models, and what
    they do to this one beside that. Scores between 0 and 1 count as shares of success. Newton's method.
    """
    chances = np.array([[each.probabilities.get(category, 0.0) for category in Category] for each in found])
    place = np.array([_place(each.complexity, each.difficulty) for each in found])
    count = scores.shape[1]
    x = np.vstack([_features(chances, place, model, count) for model in range(count)])
    target = scores.T.reshape(-1)
    penalties = [ABILITY_RIDGE] * count + [COMMON_RIDGE] * KINDS + [OWN_RIDGE] * count * KINDS
    ridge = np.array([*penalties, COMMON_RIDGE, *[OWN_RIDGE] * count])
    weights, hessian = np.zeros(len(ridge)), np.diag(ridge)
    for _ in range(STEPS):
        chance = 1 / (1 + np.exp(-x @ weights))
        hessian = (x.T * (chance * (1 - chance) + 1e-9)) @ x + np.diag(ridge)
        weights = weights + np.linalg.solve(hessian, x.T @ (target - chance) - ridge * weights)
    return Fit(weights, np.linalg.inv(hessian), count)


def _features(chances: Numbers, place: Numbers, model: int, count: int) -> Numbers:
    """Rows of the regression for one model."""
    own = count + KINDS + model * KINDS
    slope = count + KINDS + count * KINDS
    x = np.zeros((len(place), slope + 1 + count))
    x[:, model] = 1.0
    x[:, count : count + KINDS] = x[:, own : own + KINDS] = chances
    x[:, slope] = x[:, slope + 1 + model] = place
    return x


def _place(complexity: float, difficulty: Difficulty) -> float:
    """Where the ranking sees a prompt: -1 to 1 between easy and hard, a little beyond at the ends."""
    return ((complexity + ANCHORS[difficulty]) / 2 - ANCHORS[Difficulty.MEDIUM]) * 4


def _table(fit: Fit, model: int, count: int) -> QualityTable:
    table: dict[Category, dict[Difficulty, QualityEstimate]] = {}
    for index, category in enumerate(Category):
        for level in Difficulty:
            chance, sd = fit.chance(model, index, _place(ANCHORS[level], level))
            cell = QualityEstimate(chance, max(0.01, sd), float(count), "outcomes", None, imputed=False)
            table.setdefault(category, {})[level] = cell
    return table
