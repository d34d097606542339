"""Logistic regression with random effects, whose spread is learned from the same data.

Each feature has an effect that all models share, and for each model one of its own beside it. The effects of a group of
features, such as the kinds of tasks, are drawn from one normal distribution. Its variance says how much they differ: a
kind that was never seen is a draw from it, so that what few kinds have shown does not pass for knowledge of all.

Gelman and Hill, Data Analysis Using Regression and Multilevel/Hierarchical Models (2007); posterior by Laplace's
approximation, variances by MacKay's re-estimation (1992). Nothing is tuned by hand on what is measured.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from training.evaluation.metrics import Integers, Numbers
from training.regression import sigmoid

ROUNDS, FIRST_STEPS = 20, 4
LEAST_VARIANCE = 1e-4
WEAK_VARIANCE = 1.0
"""Of effects that all models share: they hardly change the choice between models, and log-odds beyond two are rare."""


@dataclass(frozen=True, slots=True)
class MixedEffects:
    """Weights and their covariance, over the shared effects and then each model's own; all are log-odds.

    `variances` are `[2, groups]`: of the shared effects, and of the models' own.
    """

    weights: Numbers
    covariance: Numbers
    variances: Numbers
    features: int

    def log_odds(self, model: int, known: Numbers) -> tuple[float, float]:
        """Mean and variance of the log-odds of success where the first features are `known` and the others 0."""
        row = np.zeros(self.features)
        row[: len(known)] = known
        places, both = _places(self.features, model), np.concatenate([row, row])
        return float(both @ self.weights[places]), float(both @ self.covariance[np.ix_(places, places)] @ both)


def fit(x: Numbers, groups: Integers, scores: Numbers, drawn: int) -> MixedEffects:
    """Fit `x`, `[rows, features]` of the given `groups`, to `scores`, `[rows, models]` from 0 to 1.

    Scores between 0 and 1 count as shares of success. `drawn` is the one group whose shared effects are drawn too,
    with a variance that is learned; the other shared ones keep `WEAK_VARIANCE`.
    """
    count, models = int(groups.max()) + 1, scores.shape[1]
    owner = np.concatenate([groups, np.tile(groups + count, models)])
    variances = np.full(2 * count, WEAK_VARIANCE)
    weights, covariance = np.zeros(len(owner)), np.eye(len(owner))
    for turn in range(ROUNDS):
        for _ in range(1 if turn else FIRST_STEPS):
            weights, covariance = _newton_step(x, scores, weights, variances[owner])
        squares = weights**2 + covariance.diagonal()
        for group in (drawn, *range(count, 2 * count)):
            variances[group] = max(LEAST_VARIANCE, float(squares[owner == group].mean()))
    return MixedEffects(weights, covariance, variances.reshape(2, count), x.shape[1])


def _newton_step(x: Numbers, scores: Numbers, weights: Numbers, variances: Numbers) -> tuple[Numbers, Numbers]:
    """One step towards the posterior's mode, and the posterior's covariance where it began."""
    both = np.hstack([x, x])
    precision, slope = np.diag(1 / variances), -weights / variances
    for model in range(scores.shape[1]):
        places = _places(x.shape[1], model)
        chance = sigmoid(both @ weights[places])
        precision[np.ix_(places, places)] += (both.T * (chance * (1 - chance))) @ both
        slope[places] += both.T @ (scores[:, model] - chance)
    covariance = np.asarray(np.linalg.inv(precision), dtype=np.float64)
    return weights + covariance @ slope, covariance


def _places(width: int, model: int) -> Integers:
    """Where the shared effects and those of one model stand."""
    return np.concatenate([np.arange(width), width * (model + 1) + np.arange(width)])
