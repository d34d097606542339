"""A ranking of a test's own models, asked without anything around it."""

from __future__ import annotations

from llm_router.catalogue.entry import ModelEntry
from llm_router.errors import NoEligibleModel
from llm_router.ranking.columns import prepare
from llm_router.ranking.rank import Ranking, rank
from llm_router.ranking.task import Constraints, Surroundings, Task

FREE = Constraints()
HERE = Surroundings()


def ranked(models: list[ModelEntry], of: Task, limits: Constraints = FREE, preference: float = 0.5) -> Ranking | None:
    """The ranking, or None when no model is eligible."""
    try:
        return rank(prepare(models), of, limits, preference, HERE)
    except NoEligibleModel:
        return None
