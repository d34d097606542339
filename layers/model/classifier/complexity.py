"""How likely small and mid-size models are to do a prompt badly: the model's guess, and what measured failures add.

Where an answer is right or wrong, in mathematics and code, a head that was trained on how many models failed adds to
one that was trained on guesses; elsewhere measured outcomes are few. And in a calculation every number is a step. The
constants were chosen on measured outcomes; `python -m training.evaluation.complexity` prints what each term adds,
within every task.
"""

from __future__ import annotations

import math

from classifier.features import Features
from classifier.fusion import CATEGORIES, sigmoid
from classifier.heads import Opinion
from llm_router.taxonomy import Category

FAILURE, USUAL_FAILURE = 0.5, -1.0
"""What the log-odds of failure count, and from where."""

NUMBERS, USUAL_NUMBERS = 0.5, 1.4
"""What the logarithm of one more than the numbers counts, and from where: three."""

_LEAST = 1e-4
_MATH, _CODING = CATEGORIES.index(Category.MATH), CATEGORIES.index(Category.CODING)


def complexity_of(opinion: Opinion, features: Features) -> float:
    """0 to 1, the share of such models that would do it badly."""
    calculated = opinion.categories[_MATH]
    checked = calculated + opinion.categories[_CODING]
    return sigmoid(
        _log_odds(opinion.complexity)
        + checked * FAILURE * (_log_odds(opinion.failure) - USUAL_FAILURE)
        + calculated * NUMBERS * (math.log1p(features.numbers) - USUAL_NUMBERS)
    )


def _log_odds(chance: float) -> float:
    bounded = min(1 - _LEAST, max(_LEAST, chance))
    return math.log(bounded / (1 - bounded))
