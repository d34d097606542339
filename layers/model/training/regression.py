"""A logistic regression on scores, and scores as probabilities, in arrays."""

from __future__ import annotations

from typing import TypeVar

import numpy as np
from numpy.typing import NDArray

Matrix = NDArray[np.float64]
Float = TypeVar("Float", np.float32, np.float64)
STEPS, STEP, MOMENTUM, PENALTY = 1500, 0.5, 0.95, 2e-5


def fit_score(x: Matrix, scores: Matrix) -> tuple[Matrix, float]:
    """Weights `[width]` and bias of `sigmoid(x @ weights + bias)` for scores between 0 and 1, by gradient descent."""
    weights, bias = np.zeros(x.shape[1]), 0.0
    speed_w, speed_b = np.zeros_like(weights), 0.0
    for _ in range(STEPS):
        error = (sigmoid(x @ weights + bias) - scores) / len(x)
        speed_w = MOMENTUM * speed_w - STEP * (error @ x + PENALTY * weights)
        speed_b = MOMENTUM * speed_b - STEP * float(error.sum())
        weights, bias = weights + speed_w, bias + speed_b
    return weights, bias


def softmax(scores: NDArray[Float]) -> NDArray[Float]:
    """Exponentials that sum to one along the last axis, however great the scores are."""
    weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return np.asarray(weights / weights.sum(axis=-1, keepdims=True), dtype=scores.dtype)


def sigmoid(scores: Matrix) -> Matrix:
    """`1 / (1 + e^-score)` of each."""
    return np.asarray(1 / (1 + np.exp(-scores)))
