"""How likely small and mid-size models are to do a prompt badly: the model's guess, measured failures, and words.

Where an answer is right or wrong, in mathematics and code, a head that was trained on how many models failed adds to
one that was trained on guesses; elsewhere measured outcomes are few. In a calculation every number is a step, and a
long story hides more of them. And whatever is asked, a little more can go wrong where more is said. The rows of a long
pasted table are no story, and their numbers are steps only up to some. What words alone make of a prompt is another
opinion and errs elsewhere, but of calculations and test items they know too little.
The constants were chosen on measured and rated outcomes, and on our prompts, that were kept from training;
`python -m training.evaluation.complexity` prints what each term adds, within every task.
"""

from __future__ import annotations

import math

from classifier.features import Features
from classifier.fusion import CATEGORIES
from classifier.heads import Opinion
from classifier.logistic import sigmoid
from llm_router.taxonomy import Category

FAILURE, USUAL_IN_MATH, USUAL_IN_CODE = 0.5, -1.0, 0.0
"""What the log-odds of failure count, and from where: about their means over our prompts of each kind."""

NUMBERS, USUAL_NUMBERS = 0.25, 1.4
"""What the logarithm of one more than the numbers counts, and from where: three."""

OF_ROWS = 40
"""The numbers in the rows of a table that count."""

STORY, SHORT_STORY, USUAL_STORY = 1.0, 150, 0.3
"""What the logarithm of the length counts in a calculation beyond so many characters, and from where."""

LENGTH, USUAL_LENGTH, LONG = 0.2, 4.5, 2000
"""What the logarithm of the length counts in any prompt, from where (the mean over our prompts: 90 characters), and the
characters beyond which it does not grow."""

WORDS = 0.3
"""The share of the log-odds that are those of words."""

_LEAST = 1e-4
_MATH, _CODING = CATEGORIES.index(Category.MATH), CATEGORIES.index(Category.CODING)


def complexity_of(opinion: Opinion, features: Features, by_words: float | None = None) -> float:
    """0 to 1, the share of such models that would do it badly; `by_words` is what words alone say."""
    rows = features.rows
    characters, numbers = features.characters - rows.characters, features.numbers - max(0, rows.numbers - OF_ROWS)
    calculated, coded = opinion.categories[_MATH], opinion.categories[_CODING]
    failure = _log_odds(opinion.failure)
    longer = math.log(max(characters, SHORT_STORY) / SHORT_STORY)
    log_odds = (
        _log_odds(opinion.complexity)
        + FAILURE * (calculated * (failure - USUAL_IN_MATH) + coded * (failure - USUAL_IN_CODE))
        + calculated * NUMBERS * (math.log1p(numbers) - USUAL_NUMBERS)
        + calculated * STORY * (longer - USUAL_STORY)
        + LENGTH * (math.log(min(max(characters, 1), LONG)) - USUAL_LENGTH)
    )
    return sigmoid(log_odds if by_words is None else (1 - WORDS) * log_odds + WORDS * _log_odds(by_words))


def _log_odds(chance: float) -> float:
    bounded = min(1 - _LEAST, max(_LEAST, chance))
    return math.log(bounded / (1 - bounded))
