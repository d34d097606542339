"""The chance that a model does this prompt well: item response theory over the catalogue's posteriors.

The catalogue holds, per category, the chance of success at three difficulties. In item response theory
(Rasch 1960; Lord 1980) that chance is logistic in ability minus difficulty, so between the three anchors the
log-odds are interpolated at the prompt's own demand. Categories are mixed by their probabilities; the spread
between categories counts as uncertainty of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

from llm_router.catalogue.entry import QualityTable
from llm_router.taxonomy import Category, Difficulty

ANCHORS: Mapping[Difficulty, float] = {Difficulty.EASY: 0.2, Difficulty.MEDIUM: 0.5, Difficulty.HARD: 0.8}
"""The complexity at which a catalogue cell of each difficulty stands: the middle of its band in the labelling."""

NEGLIGIBLE = 0.03
"""Categories less likely than this are left out of the mixture: they move it less than its own error."""

Z90 = 1.645
"""Half-width, in standard deviations, of a central interval that holds nine cases in ten."""

UNKNOWN_MEAN, UNKNOWN_SD = 0.5, 0.25
"""A model without any evidence: as likely to do well as not, and hardly anything is known."""


@dataclass(frozen=True, slots=True)
class Quality:
    """`expected` is what counts: the mean for easy work, towards the lower bound for hard work."""

    expected: float
    mean: float
    sd: float
    evidenced: bool

    @property
    def interval(self) -> tuple[float, float]:
        """The central 90 % interval of the chance of doing well, and always around `expected`."""
        low, high = self.mean - Z90 * self.sd, self.mean + Z90 * self.sd
        return max(0.0, min(low, self.expected)), min(1.0, max(high, self.expected))


@dataclass(frozen=True, slots=True)
class Demand:
    """Where a prompt stands between the catalogue's anchors, worked out once for all models.

    `lower` and `upper` are the neighbouring difficulties, `share` how far the prompt is from the first to the
    second; `caution` is the number of standard deviations taken off, 0 for easy prompts and 1 for hard ones.
    """

    weights: tuple[tuple[Category, float], ...]
    lower: Difficulty
    upper: Difficulty
    share: float
    caution: float


def demand(chances: Mapping[Category, float], difficulty: Difficulty, complexity: float) -> Demand:
    """The demand of a prompt. Its place is the mean of its complexity and the anchor of its difficulty."""
    place = (complexity + ANCHORS[difficulty]) / 2
    easy, medium, hard = Difficulty.EASY, Difficulty.MEDIUM, Difficulty.HARD
    lower, upper = (easy, medium) if place < ANCHORS[medium] else (medium, hard)
    span = ANCHORS[upper] - ANCHORS[lower]
    share = min(1.0, max(0.0, (place - ANCHORS[lower]) / span))
    caution = min(1.0, max(0.0, (place - ANCHORS[easy]) / (ANCHORS[hard] - ANCHORS[easy])))
    likely = {category: chance for category, chance in chances.items() if chance >= NEGLIGIBLE} or dict(chances)
    total = sum(likely.values())
    weights = tuple((category, chance / total) for category, chance in sorted(likely.items()))
    return Demand(weights, lower, upper, share, caution)


def expected_quality(table: QualityTable, wanted: Demand) -> Quality:
    """The chance that the model with this table does a prompt of this demand well."""
    mean = second = 0.0
    evidenced = False
    for category, weight in wanted.weights:
        cells = table.get(category)
        lower = cells.get(wanted.lower) if cells else None
        upper = cells.get(wanted.upper) if cells else None
        if lower is None or upper is None:
            chance, sd = UNKNOWN_MEAN, UNKNOWN_SD
        else:
            evidenced = True
            share = wanted.share
            chance = _logistic((1 - share) * _log_odds(lower.mean) + share * _log_odds(upper.mean))
            sd = (1 - share) * lower.sd + share * upper.sd
        mean += weight * chance
        second += weight * (sd * sd + chance * chance)
    sd = math.sqrt(max(0.0, second - mean * mean))
    return Quality(max(0.0, mean - wanted.caution * sd), mean, sd, evidenced)


def _log_odds(chance: float) -> float:
    bounded = min(0.999, max(0.001, chance))
    return math.log(bounded / (1 - bounded))


def _logistic(value: float) -> float:
    return 1 / (1 + math.exp(-value))
