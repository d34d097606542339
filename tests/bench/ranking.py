"""How ranking grows with the catalogue: `python -m tests.bench.ranking` prints the median milliseconds."""

from __future__ import annotations

import statistics
import time
from dataclasses import replace

from llm_router.catalogue.bundled import bundled
from llm_router.ranking.prepared import prepare
from llm_router.ranking.rank import rank
from llm_router.ranking.task import Constraints, Surroundings, Task
from llm_router.taxonomy import Category, Difficulty

TASK = Task({Category.CODING: 0.7, Category.GENERAL: 0.2, Category.ANALYSIS: 0.1}, Difficulty.MEDIUM, 0.5, 100, 400)
SIZES = (100, 500, 2000)
RUNS = 50


def main() -> None:
    """Catalogues of active models, the bundled ones over and over under new names."""
    known = list(bundled())
    print(f"{'active models':>14}{'p50 ms':>9}{'p90 ms':>9}")
    for size in SIZES:
        models = prepare(replace(known[index % len(known)], id=f"m{index}") for index in range(size))
        times = []
        for _ in range(RUNS):
            started = time.perf_counter()
            rank(models, TASK, Constraints(max_cost_usd=1.0), 0.5, Surroundings())
            times.append((time.perf_counter() - started) * 1000)
        print(f"{size:>14}{statistics.median(times):>9.2f}{statistics.quantiles(times, n=10)[8]:>9.2f}")


if __name__ == "__main__":
    main()
