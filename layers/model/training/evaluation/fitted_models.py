"""Catalogue entries from measured outcomes, in place of the public evidence that our own catalogue rests on.

A model's log-odds of success are its ability, what the prompt's category and difficulty do to all models and to this
one, and what the kind of task does to all and to this one: item response theory (Birnbaum 1968) with kinds of tasks as
random effects. A cell of the table is the chance at a kind that was not seen. The catalogue does the same with its
measures, each of which carries the error of standing for other work than its own.
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from llm_router.catalogue.entry import ModelEntry, QualityEstimate, QualityTable
from llm_router.catalogue.quality import LEAST_SD, PRIOR_WEIGHT
from llm_router.outcomes import Observed, Tally
from llm_router.ranking.quality import ANCHORS
from llm_router.taxonomy import Category, Difficulty
from training.evaluation.metrics import Integers, Numbers
from training.evaluation.mixed_effects import MixedEffects, fit
from training.evaluation.outcome_sets import OutcomeSet
from training.regression import sigmoid

ABILITY, CATEGORY, DIFFICULTY, KIND = range(4)
"""The groups of effects."""

WINDOW = 10_000_000
NODES, WEIGHTS = np.polynomial.hermite_e.hermegauss(21)
"""A normal distribution as weighted points."""


def fitted_models(outcomes: OutcomeSet, places: Integers) -> list[ModelEntry]:
    """An entry for each model, from the prompts at `places` alone.

    The price per token is what the answers cost, over prompt and expected answer.
    """
    effects = fitted_effects(outcomes, places)
    tokens = outcomes.tokens[places].sum()
    entries = []
    for index, name in enumerate(outcomes.models):
        usd_per_mtok = float(outcomes.usd[places, index].sum() / tokens * 1e6)
        entries.append(
            ModelEntry(
                id=name,
                provider="measured",
                display_name=name,
                context_window=WINDOW,
                input_usd_per_mtok=usd_per_mtok,
                output_usd_per_mtok=usd_per_mtok,
                quality=_table(effects, index),
            )
        )
    return entries


def judged_models(outcomes: OutcomeSet, places: Integers) -> dict[str, Observed]:
    """The same prompts as answers that were judged here: every model's tallies by category and difficulty."""
    return {name: Observed(_tallies(outcomes, places, index)) for index, name in enumerate(outcomes.models)}


def _tallies(outcomes: OutcomeSet, places: Integers, model: int) -> Mapping[Category, Mapping[Difficulty, Tally]]:
    sums: dict[Category, dict[Difficulty, Tally]] = {}
    for place in places:
        found, score = outcomes.found[place], float(outcomes.scores[place, model])
        levels = sums.setdefault(found.base_category, {})
        n, good = levels.get(found.difficulty, Tally(0.0, 0.0))
        levels[found.difficulty] = Tally(n + 1, good + score)
    return sums


def fitted_effects(outcomes: OutcomeSet, places: Integers) -> MixedEffects:
    """What the prompts at `places` say of abilities, categories, difficulty and kinds of tasks."""
    kinds = sorted({outcomes.kinds[place] for place in places})
    seen = np.eye(len(kinds))[[kinds.index(outcomes.kinds[place]) for place in places]]
    found = [outcomes.found[place] for place in places]
    known = np.array([_features(each.probabilities, _place(each.complexity, each.difficulty)) for each in found])
    groups = np.array([ABILITY, *[CATEGORY] * len(Category), DIFFICULTY, *[KIND] * len(kinds)])
    return fit(np.hstack([known, seen]), groups, outcomes.scores[places], drawn=KIND)


def _features(chances: Mapping[str, float], place: float) -> Numbers:
    """What is known of a prompt, in the order of the groups."""
    return np.array([1.0, *(chances.get(category, 0.0) for category in Category), place])


def _place(complexity: float, difficulty: Difficulty) -> float:
    """Where the ranking sees a prompt: -1 to 1 between easy and hard, a little beyond at the ends."""
    return ((complexity + ANCHORS[difficulty]) / 2 - ANCHORS[Difficulty.MEDIUM]) * 4


def _table(effects: MixedEffects, model: int) -> QualityTable:
    return {category: {level: _cell(effects, model, category, level) for level in Difficulty} for category in Category}


def _cell(effects: MixedEffects, model: int, category: Category, level: Difficulty) -> QualityEstimate:
    """Mean and standard deviation of the chance, over what is not sure of the model and over kinds not seen."""
    mean, variance = effects.log_odds(model, _features({category: 1.0}, _place(ANCHORS[level], level)))
    spread = np.sqrt(variance + effects.variances[:, KIND].sum())
    chances, shares = sigmoid(mean + spread * NODES), WEIGHTS / WEIGHTS.sum()
    chance = float(shares @ chances)
    sd = float(np.sqrt(shares @ (chances - chance) ** 2))
    return QualityEstimate(chance, max(LEAST_SD, sd), PRIOR_WEIGHT, "outcomes", None, imputed=False)
