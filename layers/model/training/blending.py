"""How the opinions of several stages are weighed, how far the result is trusted, and when fewer stages are enough."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from classifier.fusion import CATEGORIES
from training.regression import Matrix, softmax

STEPS, STEP, PENALTY = 4000, 0.05, 0.02
AGREED = 0.995
"""Of the prompts that need no model, so many shall get the category that it would have led to."""

TRUSTS = np.arange(0.5, 1.51, 0.01)


def fit_fusion(stages: Sequence[Matrix], labels: NDArray[np.int64], *, with_bias: bool) -> tuple[Matrix, Matrix]:
    """One weight a stage and one bias a category, by gradient descent on the log-loss; the bias is held near 0."""
    target = np.eye(len(CATEGORIES))[labels]
    weights, bias = np.full(len(stages), 1 / len(stages)), np.zeros(len(CATEGORIES))
    for _ in range(STEPS):
        scores = sum((w * stage for w, stage in zip(weights, stages, strict=True)), np.zeros_like(target)) + bias
        error = (softmax(scores) - target) / len(target)
        weights = weights - STEP * np.array([(error * stage).sum() for stage in stages])
        if with_bias:
            bias = bias - STEP * (error.sum(axis=0) + PENALTY * bias)
    return weights, bias


def fit_trust(scores: Matrix, labels: NDArray[np.int64]) -> float:
    """By what the scores `[prompts, categories]` are multiplied for the least log-loss: below 1 they were too sure."""
    if not len(labels):
        return 1.0
    losses = [-np.log(softmax(scores * trust)[np.arange(len(labels)), labels]).mean() for trust in TRUSTS]
    return round(float(TRUSTS[int(np.argmin(losses))]), 2)


@dataclass(frozen=True, slots=True)
class Blended:
    """The weights of some stages, by name, and the scores `[prompts, categories]` that they give."""

    weights: Mapping[str, float]
    bias: Matrix
    scores: Matrix

    @classmethod
    def fitted(cls, labels: NDArray[np.int64], stages: Mapping[str, Matrix]) -> Blended:
        """To prompts of one kind."""
        weights, bias = fit_fusion(list(stages.values()), labels, with_bias=True)
        scores = sum((w * stage for w, stage in zip(weights, stages.values(), strict=True)), np.zeros_like(bias)) + bias
        return cls(dict(zip(stages, map(float, weights), strict=True)), bias, np.asarray(scores))

    def trusted(self, trust: float) -> Blended:
        """The same choice of each prompt, so much surer or less sure."""
        weights = {name: weight * trust for name, weight in self.weights.items()}
        return Blended(weights, self.bias * trust, self.scores * trust)

    @property
    def chances(self) -> Matrix:
        """Probabilities `[prompts, categories]`."""
        return softmax(self.scores)

    @property
    def chosen(self) -> NDArray[np.int64]:
        """The place of the likeliest category of each prompt."""
        return np.asarray(self.scores.argmax(axis=1), dtype=np.int64)

    def entry(self) -> dict[str, object]:
        """As `fusion.json` holds it."""
        weights = {name: round(self.weights.get(name, 0.0), 4) for name in ("model", "rules", "words")}
        return {**weights, "bias": [round(float(value), 4) for value in self.bias]}


def least_confidence(sure: Matrix, same: NDArray[np.bool_]) -> tuple[float, float]:
    """Above which confidence `AGREED` of the opinions are those with the model, and the share that are above it.

    `sure` and `same` are `[prompts]`. 1.0 where there is no such confidence.
    """
    for above in np.arange(0.5, 1, 0.005):
        stops = sure > above
        if stops.any() and same[stops].mean() >= AGREED:
            return round(float(above), 3), float(stops.mean())
    return 1.0, 0.0
