"""The chance that a model does this prompt well: item response theory over the catalogue's posteriors.

The catalogue holds, per category, the chance of success at three difficulties. In item response theory
(Rasch 1960; Lord 1980) that chance is logistic in ability minus difficulty, so between the three anchors the
log-odds are interpolated at the prompt's own demand. Categories are mixed by their probabilities; the spread
between categories counts as uncertainty of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from llm_router.ranking.posterior import UNKNOWN
from llm_router.ranking.prepared import CATEGORY_INDEX, LEVELS, TO_SD, Curve
from llm_router.taxonomy import Category, Difficulty

ANCHORS: Mapping[Difficulty, float] = {Difficulty.EASY: 0.2, Difficulty.MEDIUM: 0.5, Difficulty.HARD: 0.8}
"""The complexity at which a catalogue cell of each difficulty stands: the middle of its band in the labelling."""

NEGLIGIBLE = 0.03
"""Categories less likely than this are left out of the mixture: they move it less than its own error."""

HALF = 0.5 - 1e-9
"""Shares add up to 1 but for a rounding."""

Z90 = 1.645
"""Half-width, in standard deviations, of a central interval that holds nine cases in ten."""


class Quality(NamedTuple):
    """`expected` is what counts: the mean for easy work, towards the lower bound for hard work.

    `measured` where at least half of it, by how likely each kind of work is, rests on measures of just that kind.
    """

    expected: float
    mean: float
    sd: float
    evidenced: bool
    measured: bool

    @property
    def interval(self) -> tuple[float, float]:
        """The central 90 % interval of the chance of doing well, and always around `expected`."""
        low, high = self.mean - Z90 * self.sd, self.mean + Z90 * self.sd
        return max(0.0, min(low, self.expected)), min(1.0, max(high, self.expected))


class Demand(NamedTuple):
    """Where a prompt stands between the catalogue's anchors, worked out once for all models.

    `weights` gives the categories by `CATEGORY_INDEX` and their shares. `lower` is the index of the anchor
    below (0 easy, 1 medium), `share` how far the prompt is from it to the next one; `caution` is the number of
    standard deviations taken off, 0 for easy prompts and 1 for hard ones.
    """

    weights: tuple[tuple[int, float], ...]
    lower: int
    share: float
    caution: float


def demand(chances: Mapping[Category, float], difficulty: Difficulty, complexity: float) -> Demand:
    """The demand of a prompt. Its place is the mean of its complexity and the anchor of its difficulty."""
    easy, medium, hard = (ANCHORS[level] for level in LEVELS)
    place = (complexity + ANCHORS[difficulty]) / 2
    lower, start, end = (0, easy, medium) if place < medium else (1, medium, hard)
    share = min(1.0, max(0.0, (place - start) / (end - start)))
    caution = min(1.0, max(0.0, (place - easy) / (hard - easy)))
    likely = {category: chance for category, chance in chances.items() if chance >= NEGLIGIBLE} or dict(chances)
    total = sum(likely.values())
    weights = tuple(sorted((CATEGORY_INDEX[category], chance / total) for category, chance in likely.items()))
    return Demand(weights, lower, share, caution)


def expected_quality(curves: Sequence[Curve | None], wanted: Demand) -> Quality:
    """The chance that the model with these curves does a prompt of this demand well."""
    mean, sd = moments(curves, wanted)
    measured = sum(
        weight for index, weight in wanted.weights if (curve := curves[index]) is not None and curve.measured
    )
    return Quality(cautious(mean, sd, wanted), mean, sd, is_evidenced(curves, wanted), measured >= HALF)


def is_evidenced(curves: Sequence[Curve | None], wanted: Demand) -> bool:
    """Whether anything is known of how the model does any of this work."""
    return any((curve := curves[index]) is not None and curve.evidenced for index, _ in wanted.weights)


def cautious(mean: float, sd: float, wanted: Demand) -> float:
    """The mean less what caution takes off, never below 0."""
    expected = mean - wanted.caution * sd
    return expected if expected > 0 else 0.0


def moments(curves: Sequence[Curve | None], wanted: Demand) -> tuple[float, float]:
    """Mean and standard deviation of the chance, over the mixture of categories."""
    lower, share = wanted.lower, wanted.share
    kept = 1 - share
    mean = second = 0.0
    for index, weight in wanted.weights:
        curve = curves[index]
        if curve is None:
            chance, sd = UNKNOWN.mean, UNKNOWN.sd
        else:
            chance = 1 / (1 + math.exp(-(kept * curve[lower] + share * curve[lower + 1])))
            sd = kept * curve[lower + TO_SD] + share * curve[lower + TO_SD + 1]
        mean += weight * chance
        second += weight * (sd * sd + chance * chance)
    spread = second - mean * mean
    return mean, math.sqrt(spread) if spread > 0 else 0.0
