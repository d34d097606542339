"""Times of several calls that take turns, so that a drift of the machine's speed meets all of them."""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import Enum

WITHOUT_MODEL = b'"degraded":["ml_model"]'
"""What an answer holds that the rules gave alone, for half a minute after the machine kept the model from answering."""

PAUSE_S = 1.0


class Counts(Enum):
    """What a call may give back to be left out of the times."""

    NOT = "not"


def of_the_model(body: bytes) -> Counts | None:
    """Leaves an answer by rules alone out, which is quicker and not what is measured, and waits for the model."""
    if WITHOUT_MODEL not in body:
        return None
    time.sleep(PAUSE_S)
    return Counts.NOT


@dataclass(frozen=True)
class Times:
    """Milliseconds of the counted calls."""

    ms: Sequence[float]

    @property
    def least(self) -> float:
        return min(self.ms)

    @property
    def p50(self) -> float:
        return statistics.median(self.ms)

    @property
    def p99(self) -> float:
        return statistics.quantiles(self.ms, n=100)[98] if len(self.ms) > 1 else self.ms[0]

    def row(self) -> dict[str, float]:
        return {"least_ms": round(self.least, 4), "p50_ms": round(self.p50, 4), "p99_ms": round(self.p99, 4)}


def alternately(
    calls: Mapping[str, Callable[[], object]], *, turns: int, warm_up: int = 30, in_a_row: int = 1
) -> dict[str, Times]:
    """Each call `in_a_row` times in each turn; the first `warm_up` turns do not count, nor what says so itself."""
    taken: dict[str, list[float]] = {name: [] for name in calls}
    for turn in range(warm_up + turns):
        for name, call in calls.items():
            for _ in range(in_a_row):
                started = time.perf_counter()
                given = call()
                elapsed = (time.perf_counter() - started) * 1000
                if turn >= warm_up and given is not Counts.NOT:
                    taken[name].append(elapsed)
    return {name: Times(ms) for name, ms in taken.items()}
