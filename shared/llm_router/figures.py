"""Counts of what happened, per minute and hour: what counts, and how it is read as series. `ledger` writes it."""

from __future__ import annotations

import bisect
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from llm_router.activity import Observation
from llm_router.errors import StoreUnavailable
from llm_router.ports import Clock, RecordStore
from llm_router.taxonomy import Difficulty

LATENCY_BOUNDS_MS: tuple[float, ...] = tuple(round(0.1 * 1.3**step, 4) for step in range(48))
"""Upper bounds of the latency histogram, 0.1 ms to 23 s; neighbours differ by 30 %, which bounds a quantile's error."""

MINUTE, HOUR = "minute", "hour"
PERIOD_S: Mapping[str, int] = {MINUTE: 60, HOUR: 3600}
KEPT_S: Mapping[str, int] = {MINUTE: 4 * 3600, HOUR: 31 * 86_400}
TOTAL, EVER = "total", "ever"
"""One document that only grows, for those who read counters and not buckets."""

PROBES = ("/health", "/healthz", "/metrics")
"""The ends of the routes that balancers and scrapers ask, over and over."""


def bucket_key(at: float, period: str) -> str:
    """The key of the bucket that a moment falls into; keys sort by time."""
    return f"{int(at) // PERIOD_S[period] * PERIOD_S[period]:010d}"


def counts(seen: Observation) -> dict[str, float]:
    """One observation as counters. Probes are counted apart: they are no traffic, and quicker than any."""
    cold = {f"cold|{seen.function}": 1.0} if seen.cold_start else {}
    if seen.route.endswith(PROBES):
        return {f"probes|{seen.function}": 1.0} | cold
    found = {
        f"requests|{seen.function}": 1.0,
        f"latency|{seen.function}|{bisect.bisect_left(LATENCY_BOUNDS_MS, seen.ms):02d}": 1.0,
        f"ms|{seen.function}": seen.ms,
    }
    if seen.status >= 500:
        found[f"errors|{seen.function}"] = 1.0
    elif seen.status >= 400:
        found[f"refused|{seen.function}"] = 1.0
    for name, value in (
        ("category", seen.category),
        ("difficulty", seen.difficulty),
        ("method", seen.method),
        ("model", seen.model),
        ("error", seen.error),
    ):
        if value:
            found[f"{name}|{value}"] = 1.0
    for name in seen.degraded:
        found[f"degraded|{name}"] = 1.0
    if seen.cached is not None:
        found["cache|hit" if seen.cached else "cache|miss"] = 1.0
    if seen.estimated_usd is not None:
        found["usd|estimated"] = seen.estimated_usd
    if seen.cost_usd is not None:
        found["usd|spent"] = seen.cost_usd
    return found | cold | _traffic(seen)


def _traffic(seen: Observation) -> dict[str, float]:
    """The tokens of one recommendation, by its model: what any other model would have cost can be told from them."""
    if not seen.model or seen.tokens_in is None or seen.tokens_out is None:
        return {}
    from llm_router.ranking.cost import THINKING_TOKENS  # the ranking, which only a function that ranks has loaded

    return {
        f"tokens_in|{seen.model}": float(seen.tokens_in),
        f"tokens_out|{seen.model}": float(seen.tokens_out),
        "tokens|thinking": float(THINKING_TOKENS.get(Difficulty(seen.difficulty), 0)) if seen.difficulty else 0.0,
        f"model_usd|{seen.model}": seen.estimated_usd or 0.0,
    }


def attempt_counts(model: str, provider: str, ms: float, *, failed: bool) -> dict[str, float]:
    """One attempt to have a model write, as counters. Failures have no part in the milliseconds."""
    found = {f"attempts|{model}": 1.0, f"provider|{provider}": 1.0}
    if failed:
        return found | {f"failures|{model}": 1.0, f"provider_failures|{provider}": 1.0}
    return found | {f"attempt_ms|{model}": ms}


Sums = Mapping[str, Mapping[str, float]]
"""Counters by the first part of their name, then by the rest."""


@dataclass(frozen=True, slots=True)
class Bucket:
    """One minute or hour: its start in epoch seconds, and its counters."""

    start: int
    counted: Sums


def grouped(counters: Mapping[str, float]) -> Sums:
    """Counters as the store has them, by the first part of their name."""
    found: dict[str, dict[str, float]] = {}
    for name, amount in counters.items():
        prefix, _, rest = name.partition("|")
        found.setdefault(prefix, {})[rest] = amount
    return found


def sums(buckets: Iterable[Bucket]) -> Sums:
    """All counters of all buckets, summed."""
    found: dict[str, dict[str, float]] = {}
    for bucket in buckets:
        for prefix, counters in bucket.counted.items():
            group = found.setdefault(prefix, {})
            for name, amount in counters.items():
                group[name] = group.get(name, 0.0) + amount
    return found


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


def latency_histogram(counted: Sums, function: str | None = None) -> dict[int, float]:
    """Counts per latency bucket, of one function or of all."""
    found: dict[int, float] = {}
    for name, amount in counted.get("latency", {}).items():
        owner, _, index = name.partition("|")
        if function in (None, owner) and index.isdigit():
            found[int(index)] = found.get(int(index), 0.0) + amount
    return found


STILL_COUNTING = 2
"""Buckets that may yet grow: the running one, and the one before for a process whose clock is late."""


@dataclass(slots=True)
class Figures:
    """Reads the figures back. Buckets that are over are kept, since they never change: only new ones are read."""

    records: RecordStore
    clock: Clock
    _over: dict[str, dict[int, Bucket]] = field(default_factory=dict)

    def last(self, seconds: float, period: str = MINUTE) -> list[Bucket]:
        """The buckets of the last so many seconds, oldest first, quiet and running ones included."""
        now, step = self.clock.now(), PERIOD_S[period]
        first = int(now - seconds + step) // step * step
        starts = list(range(first, int(now) + 1, step))
        kept = {start: bucket for start, bucket in self._over.get(period, {}).items() if start >= first}
        missing = [start for start in starts if start not in kept]
        rows = self.records.counters(period, len(starts), first=f"{missing[0]:010d}") if missing else ()
        read = {int(key): Bucket(int(key), grouped(counters)) for key, counters in rows}
        found = [kept.get(start) or read.get(start) or Bucket(start, {}) for start in starts]
        self._over[period] = {bucket.start: bucket for bucket in found[:-STILL_COUNTING]}
        return found

    def ever(self) -> Sums:
        """Everything that was ever counted. Raises `StoreUnavailable`."""
        rows = self.records.counters(TOTAL, 1, first=EVER)
        return grouped(rows[0][1]) if rows else {}

    def chosen(self) -> dict[str, int]:
        """How often each model was recommended over the last day; empty while the store does not answer."""
        try:
            found = sums(self.last(86_400, HOUR)).get("model", {})
            return {name: int(count) for name, count in found.items()}
        except StoreUnavailable:
            return {}
