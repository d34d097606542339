"""A histogram of latencies, and what can be told from it."""

from __future__ import annotations

import bisect
from collections.abc import Mapping, Sequence

from llm_router.counters import Counter, Sums

LATENCY_BOUNDS_MS: tuple[float, ...] = tuple(round(0.1 * 1.3**step, 4) for step in range(48))
"""Upper bounds of the latency histogram, 0.1 ms to 23 s; neighbours differ by 30 %, which bounds a quantile's error."""


_P50_P95_P99 = (0.5, 0.95, 0.99)


def place_of(ms: float) -> int:
    """The bucket that a latency falls into; the one past the last bound has no bound."""
    return bisect.bisect_left(LATENCY_BOUNDS_MS, ms)


def latency_histogram(counted: Sums, function: str | None = None) -> dict[int, float]:
    """Counts per latency bucket, of one function or of all."""
    found: dict[int, float] = {}
    for name, amount in counted.get(Counter.LATENCY, {}).items():
        owner, _, index = name.partition("|")
        if function in (None, owner) and index.isdigit():
            found[int(index)] = found.get(int(index), 0.0) + amount
    return found


def p50_p95_p99(counted: Sums, function: str | None = None) -> list[float | None]:
    """The three percentiles that are told, in ms, of one function or of all."""
    return quantiles(latency_histogram(counted, function), _P50_P95_P99)


def quantiles(histogram: Mapping[int, float], shares: Sequence[float]) -> list[float | None]:
    """For each share the upper bound, in ms, of the bucket that holds it; None when nothing was counted."""
    whole = sum(histogram.values())
    if not whole:
        return [None for _ in shares]
    found: list[float | None] = []
    for share in shares:
        reached, last = 0.0, 0
        for last in sorted(histogram):
            reached += histogram[last]
            if reached >= share * whole:
                break
        found.append(LATENCY_BOUNDS_MS[min(last, len(LATENCY_BOUNDS_MS) - 1)])
    return found
