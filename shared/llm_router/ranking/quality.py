"""The chance that a model does this prompt well: item response theory over the catalogue's posteriors.

The catalogue holds, per category, the chance of success at three difficulties. In item response theory
(Rasch 1960; Lord 1980) that chance is logistic in ability minus difficulty, so between the three anchors the
log-odds are interpolated at the prompt's own demand. Categories are mixed by their probabilities; the spread
between categories counts as uncertainty of its own.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence, Set
from enum import Enum, auto
from typing import NamedTuple

from llm_router.catalogue.entry import Capability
from llm_router.ranking.posterior import UNKNOWN
from llm_router.ranking.prepared import CATEGORY_INDEX, LEVELS, TO_MEASURED, TO_SD, Curve
from llm_router.taxonomy import Category, Difficulty

ANCHORS: Mapping[Difficulty, float] = {Difficulty.EASY: 0.2, Difficulty.MEDIUM: 0.5, Difficulty.HARD: 0.8}
"""The complexity at which a catalogue cell of each difficulty stands: the middle of its band in the labelling."""

NEGLIGIBLE = 0.03
"""Categories less likely than this are left out of the mixture: they move it less than its own error."""

HALF = 0.5 - 1e-9
"""Shares add up to 1 but for a rounding."""

UNMEASURED: Mapping[Capability, str] = {
    Capability.VISION: "pictures",
    Capability.AUDIO: "sound",
    Capability.PDF: "files",
}
"""What a request may bring beside text, in words: all evidence of the catalogue is of work with text alone."""

UNMEASURED_SD = 0.08
"""How uncertain it is that a model does as well with pictures as with text, as a standard deviation of the chance: as
uncertain as what the catalogue infers from a model's other work, of which this is the median. An assumption."""

UNMEASURED_CAUTION = 0.5
"""Standard deviations that are at least taken off there, however easy the prompt: as many as for work of medium
difficulty. An assumption."""

Z90 = 1.645
"""Half-width, in standard deviations, of a central interval that holds nine cases in ten."""


class Grounds(Enum):
    """What at least half of a quality rests on, by how likely each kind of work is: measures of just that work, of the
    kind at another difficulty, or other work. Without any evidence it is a guess."""

    MEASURED = auto()
    OTHER_DIFFICULTY = auto()
    OTHER_WORK = auto()
    NOTHING = auto()


class Quality(NamedTuple):
    """`expected` is what counts: the mean for easy work, towards the lower bound for hard work.

    `unmeasured` names what the request brings that no measure was taken with, such as pictures; empty for text alone.
    """

    expected: float
    mean: float
    sd: float
    grounds: Grounds
    unmeasured: str = ""

    @property
    def evidenced(self) -> bool:
        """Whether anything is known of it."""
        return self.grounds is not Grounds.NOTHING

    @property
    def interval(self) -> tuple[float, float]:
        """The central 90 % interval of the chance of doing well, and always around `expected`."""
        low, high = self.mean - Z90 * self.sd, self.mean + Z90 * self.sd
        return max(0.0, min(low, self.expected)), min(1.0, max(high, self.expected))


class Demand(NamedTuple):
    """Where a prompt stands between the catalogue's anchors, worked out once for all models.

    `weights` gives the categories by `CATEGORY_INDEX` and their shares. `lower` is the index of the anchor
    below (0 easy, 1 medium), `share` how far the prompt is from it to the next one; `caution` is the number of
    standard deviations taken off, 0 for easy prompts and 1 for hard ones. `unmeasured` is what no evidence was taken
    with, in words, and `doubt` the variance that it adds.
    """

    weights: tuple[tuple[int, float], ...]
    lower: int
    share: float
    caution: float
    unmeasured: str = ""
    doubt: float = 0.0


def demand(
    chances: Mapping[Category, float],
    difficulty: Difficulty,
    complexity: float,
    requires: Set[Capability] = frozenset(),
) -> Demand:
    """The demand of a prompt. Its place is the mean of its complexity and the anchor of its difficulty."""
    easy, medium, hard = (ANCHORS[level] for level in LEVELS)
    place = (complexity + ANCHORS[difficulty]) / 2
    lower, start, end = (0, easy, medium) if place < medium else (1, medium, hard)
    share = min(1.0, max(0.0, (place - start) / (end - start)))
    caution = min(1.0, max(0.0, (place - easy) / (hard - easy)))
    likely = {category: chance for category, chance in chances.items() if chance >= NEGLIGIBLE} or dict(chances)
    total = sum(likely.values())
    weights = tuple(sorted((CATEGORY_INDEX[category], chance / total) for category, chance in likely.items()))
    unmeasured = " and ".join(words for capability, words in UNMEASURED.items() if capability in requires)
    if not unmeasured:
        return Demand(weights, lower, share, caution)
    return Demand(weights, lower, share, max(caution, UNMEASURED_CAUTION), unmeasured, UNMEASURED_SD**2)


def expected_quality(curves: Sequence[Curve | None], wanted: Demand) -> Quality:
    """The chance that the model with these curves does a prompt of this demand well."""
    mean, sd = moments(curves, wanted)
    return Quality(cautious(mean, sd, wanted), mean, sd, grounds(curves, wanted), wanted.unmeasured)


def grounds(curves: Sequence[Curve | None], wanted: Demand) -> Grounds:
    """What the chance rests on at the prompt's own place between the difficulties."""
    if not is_evidenced(curves, wanted):
        return Grounds.NOTHING
    below, kept = wanted.lower + TO_MEASURED, 1 - wanted.share
    known = [(weight, curve) for index, weight in wanted.weights if (curve := curves[index]) is not None]
    if sum(weight * (kept * curve[below] + wanted.share * curve[below + 1]) for weight, curve in known) >= HALF:
        return Grounds.MEASURED
    of_the_kind = sum(weight for weight, curve in known if any(curve[TO_MEASURED : TO_MEASURED + len(LEVELS)]))
    return Grounds.OTHER_DIFFICULTY if of_the_kind >= HALF else Grounds.OTHER_WORK


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
    spread = second - mean * mean + wanted.doubt
    return mean, math.sqrt(spread) if spread > 0 else 0.0
