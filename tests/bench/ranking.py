"""How ranking grows with the catalogue."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from llm_router.catalogue.bundled import bundled
from llm_router.ranking.columns import prepare
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Surroundings, Task
from llm_router.taxonomy import Category, Difficulty
from tests.bench.timing import Times, alternately

TASK = Task({Category.CODING: 0.7, Category.GENERAL: 0.2, Category.ANALYSIS: 0.1}, Difficulty.MEDIUM, 0.5, 100, 400)
SIZES = (10, 100, 500, 2000, 5000)


def by_size(turns: int = 40) -> dict[int, Times]:
    """Catalogues of so many active models, the bundled ones over and over under new names."""
    measured = alternately({str(size): _ranking(size) for size in SIZES}, turns=turns, warm_up=3)
    return {size: measured[str(size)] for size in SIZES}


def _ranking(size: int) -> Callable[[], object]:
    known, limits, around = list(bundled()), Constraints(max_cost_usd=1.0), Surroundings()
    columns = prepare(replace(known[index % len(known)], id=f"m{index}") for index in range(size))
    return lambda: rank(columns, TASK, limits, 0.5, around)
