"""Accuracy, macro-F1, calibration and rank correlation, from arrays."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

Integers = NDArray[np.int64]
Numbers = NDArray[np.float64]
BINS = 10


@dataclass(frozen=True, slots=True)
class Bin:
    """Answers of like confidence: how many, their mean confidence, and the share that is right."""

    count: int
    confidence: float
    accuracy: float


def accuracy(labels: Integers, guesses: Integers) -> float:
    """The share of guesses that are right."""
    return float(np.mean(labels == guesses))


def f1_scores(labels: Integers, guesses: Integers, classes: int) -> Numbers:
    """F1 of each class; NaN for one that neither occurs nor is guessed."""
    scores = np.full(classes, np.nan)
    for place in range(classes):
        hit = np.sum((labels == place) & (guesses == place))
        total = np.sum(labels == place) + np.sum(guesses == place)
        if total:
            scores[place] = 2 * hit / total
    return scores


def macro_f1(labels: Integers, guesses: Integers, classes: int) -> float:
    """The mean F1 over the classes that occur."""
    occurring = np.bincount(labels, minlength=classes) > 0
    return float(np.nanmean(f1_scores(labels, guesses, classes)[occurring]))


def confusion(labels: Integers, guesses: Integers, classes: int) -> Integers:
    """How often each class (row) was taken for each (column)."""
    counts = np.zeros((classes, classes), dtype=np.int64)
    np.add.at(counts, (labels, guesses), 1)
    return counts


def reliability(confidence: Numbers, right: NDArray[np.bool_]) -> list[Bin]:
    """Ten bins of equal width; empty ones have NaN."""
    places = np.minimum((confidence * BINS).astype(int), BINS - 1)
    bins = []
    for place in range(BINS):
        inside = places == place
        count = int(inside.sum())
        mean = (float(confidence[inside].mean()), float(right[inside].mean())) if count else (np.nan, np.nan)
        bins.append(Bin(count, *mean))
    return bins


def calibration_error(bins: list[Bin]) -> float:
    """The expected calibration error: the mean gap between confidence and accuracy, weighed by count."""
    total = sum(each.count for each in bins)
    return sum(each.count * abs(each.confidence - each.accuracy) for each in bins if each.count) / total


def spearman(a: Numbers, b: Numbers) -> float:
    """The correlation of ranks, ties sharing the mean of theirs."""
    return float(np.corrcoef(ranks(a), ranks(b))[0, 1])


def ranks(values: Numbers) -> Numbers:
    """1 for the smallest; equal values share their mean rank."""
    _, inverse, counts = np.unique(values, return_inverse=True, return_counts=True)
    last = np.cumsum(counts)
    return np.asarray((last - (counts - 1) / 2)[inverse], dtype=np.float64)
