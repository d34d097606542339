"""The chance that a model does this prompt well: item response theory over the catalogue's posteriors.

The catalogue holds, per category, the chance of success at three difficulties. In item response theory
(Rasch 1960; Lord 1980) that chance is logistic in ability minus difficulty, so between the three anchors the
log-odds are interpolated at the prompt's own demand. Categories are mixed by their probabilities; the spread
between categories counts as uncertainty of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from enum import Enum, auto
from typing import TYPE_CHECKING, NamedTuple

from llm_router.catalogue.entry import Capability
from llm_router.ranking.prepared import CATEGORY_INDEX, LEVELS, TO_MEASURED, Curve, Curves
from llm_router.taxonomy import Category, Difficulty

if TYPE_CHECKING:
    from llm_router.ranking.columns import CurveColumns, Flags, Numbers

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
    `before` is what it would be without the judgements made here; None where there are none of the model. Of attempts
    at an answer `answered` is the share that were answered here of late, and `if_answered` what it would be if all had
    been; None where all were.
    """

    expected: float
    mean: float
    sd: float
    grounds: Grounds
    unmeasured: str = ""
    before: Quality | None = None
    answered: float = 1.0
    if_answered: Quality | None = None

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


def grounds(curves: Sequence[Curve | None], wanted: Demand) -> Grounds:
    """What a chance of which anything is known rests on, at the prompt's own place between the difficulties."""
    below, share = TO_MEASURED + wanted.lower, wanted.share
    measured = of_the_kind = 0.0
    for place, weight in wanted.weights:
        if (curve := curves[place]) is not None:
            measured += weight * ((1 - share) * curve[below] + share * curve[below + 1])
            of_the_kind += weight * any(curve[TO_MEASURED : TO_MEASURED + len(LEVELS)])
    if measured >= HALF:
        return Grounds.MEASURED
    return Grounds.OTHER_DIFFICULTY if of_the_kind >= HALF else Grounds.OTHER_WORK


class Chances(NamedTuple):
    """What is expected of each curve: the moments of its chance, what counts of it, and whether anything is known."""

    mean: Numbers
    sd: Numbers
    expected: Numbers
    evidenced: Flags

    def at(self, places: Sequence[int]) -> Chances:
        """Those in these places."""
        mean, sd, expected, evidenced = self
        chosen = list(places)
        return Chances(mean[chosen], sd[chosen], expected[chosen], evidenced[chosen])

    def qualities(self, curves: Sequence[Curves], wanted: Demand) -> list[Quality]:
        """Of the curves that these are the chances of."""
        columns = (each.tolist() for each in self)
        return [
            Quality(expected, mean, sd, grounds(known, wanted) if evidenced else Grounds.NOTHING, wanted.unmeasured)
            for known, mean, sd, expected, evidenced in zip(curves, *columns, strict=True)
        ]


def chances_of(curves: CurveColumns, wanted: Demand) -> Chances:
    """The chances that models with these curves do a prompt of this demand well, over the mixture of categories.

    Caution never takes off more than there is.
    """
    import numpy as np

    places = np.array([place for place, _ in wanted.weights], dtype=np.int64)
    weights = np.array([weight for _, weight in wanted.weights]).reshape(-1, 1)
    below, above = curves.anchors[wanted.lower : wanted.lower + 2].take(places, axis=2)
    log_odds, sd = (1 - wanted.share) * below + wanted.share * above
    chance = 1 / (1 + np.exp(-log_odds))
    mean = (weights * chance).sum(axis=0)
    second = (weights * (sd * sd + chance * chance)).sum(axis=0)
    spread = np.sqrt(np.maximum(second - mean * mean + wanted.doubt, 0.0))
    expected = np.maximum(mean - wanted.caution * spread, 0.0)
    return Chances(mean, spread, expected, np.any(curves.evidenced[places], axis=0))
