"""Scores as probabilities: of classes that exclude one another, and of one that holds or not."""

from __future__ import annotations

import math
from collections.abc import Sequence


def softmax(scores: Sequence[float]) -> tuple[float, ...]:
    """Exponentials that sum to one, however great the scores are. Raises `ValueError` where there is no score."""
    top = max(scores)
    weights = [math.exp(score - top) for score in scores]
    total = sum(weights)
    return tuple([weight / total for weight in weights])


def sigmoid(score: float) -> float:
    """`1 / (1 + e^-score)`, for any finite score."""
    return 1 / (1 + math.exp(-max(-60.0, min(60.0, score))))
