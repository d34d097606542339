"""Counts of what happened, per minute and hour: what counts, and how it is read as series. `ledger` writes it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from functools import cached_property

from llm_router.activity import ActivityKind, Observation
from llm_router.counters import ESTIMATED, SPENT, Counter, Sums, grouped, prompt_counts
from llm_router.errors import StoreUnavailable
from llm_router.function_names import Function
from llm_router.latencies import p50_p95_p99, place_of
from llm_router.ports import Clock, RecordStore

TOTAL, EVER = "total", "ever"
"""One document that only grows, for those who read counters and not buckets."""

WATCHING = Function.DASHBOARD
"""The function whose page asks over and over."""
BY_FUNCTION = frozenset({Counter.REQUESTS, Counter.REFUSED, Counter.ERRORS, Counter.LATENCY})
"""Those whose names go on with a function and that tell of traffic."""


class BucketSize(StrEnum):
    """The time that one bucket counts; stores know buckets by this word."""

    MINUTE = "minute"
    HOUR = "hour"

    @property
    def seconds(self) -> int:
        """How long it is."""
        return _TIMES[self][0]

    @property
    def kept_s(self) -> int:
        """For how many seconds a bucket is kept after it was last added to."""
        return _TIMES[self][1]


_TIMES: Mapping[BucketSize, tuple[int, int]] = {
    BucketSize.MINUTE: (60, 4 * 3600),
    BucketSize.HOUR: (3600, 31 * 86_400),
}


def bucket_key(at: float, size: BucketSize) -> str:
    """The key of the bucket that a moment falls into; keys sort by time."""
    return f"{int(at) // size.seconds * size.seconds:010d}"


def counts(seen: Observation) -> dict[str, float]:
    """One observation as counters. Probes are counted apart: they are no traffic, and quicker than any."""
    function = seen.function
    if seen.kind is ActivityKind.PROBE:
        return {Counter.PROBES.of(function): 1.0}
    cold = {Counter.COLD.of(function): 1.0} if seen.cold_start else {}
    found = {
        Counter.REQUESTS.of(function): 1.0,
        Counter.LATENCY.of(f"{function}|{place_of(seen.ms):02d}"): 1.0,
        Counter.MS.of(function): seen.ms,
    }
    if seen.status >= 400:
        found[(Counter.ERRORS if seen.status >= 500 else Counter.REFUSED).of(function)] = 1.0
    for counter, value in ((Counter.RECOMMENDED, seen.recommended), (Counter.ERROR, seen.error)):
        if value:
            found[counter.of(value)] = 1.0
    for name in seen.degraded:
        found[Counter.DEGRADED.of(name)] = 1.0
    if seen.estimated_usd is not None:
        found[Counter.USD.of(ESTIMATED)] = seen.estimated_usd
    if seen.cost_usd is not None:
        found[Counter.USD.of(SPENT)] = seen.cost_usd
    prompts = seen.prompts or prompt_counts(seen.category, seen.difficulty, seen.method, seen.cached)
    return found | cold | prompts | _traffic(seen)


def _traffic(seen: Observation) -> dict[str, float]:
    """The tokens of one recommendation, by its model: what any other model would have cost can be told from them."""
    if not seen.recommended or seen.tokens_in is None or seen.tokens_out is None:
        return {}
    return {
        Counter.TOKENS_IN.of(seen.recommended): float(seen.tokens_in),
        Counter.TOKENS_OUT.of(seen.recommended): float(seen.tokens_out),
        Counter.RECOMMENDED_USD.of(seen.recommended): seen.estimated_usd or 0.0,
        **(seen.elsewhere or {}),
    }


def attempt_counts(model: str, provider: str, ms: float, *, failed: bool) -> dict[str, float]:
    """One attempt to have a model write, as counters. Failures have no part in the milliseconds."""
    found = {Counter.ATTEMPTS.of(model): 1.0, Counter.PROVIDER.of(provider): 1.0}
    if failed:
        return found | {Counter.FAILURES.of(model): 1.0, Counter.PROVIDER_FAILURES.of(provider): 1.0}
    return found | {Counter.ATTEMPT_MS.of(model): ms}


@dataclass(frozen=True)
class Bucket:
    """One minute or hour: its start in epoch seconds, and its counters. What takes time to tell from them is kept with
    it, since who watches asks for the same over and over."""

    start: int
    counted: Sums

    @cached_property
    def of_clients(self) -> Sums:
        """Its counters without the dashboard's own requests."""
        return of_clients(self.counted)

    @cached_property
    def p50_p95_p99(self) -> Sequence[float | None]:
        """How long clients waited, in ms."""
        return p50_p95_p99(self.of_clients)


def sums(buckets: Iterable[Bucket]) -> Sums:
    """All counters of all buckets, summed."""
    found: dict[str, dict[str, float]] = {}
    for bucket in buckets:
        for prefix, counters in bucket.counted.items():
            group = found.setdefault(prefix, {})
            for name, amount in counters.items():
                group[name] = group.get(name, 0.0) + amount
    return found


def of_clients(counted: Sums) -> Sums:
    """Without the dashboard's own requests: a page that watches is no traffic."""
    kept: dict[str, Mapping[str, float]] = {
        counter: {name: much for name, much in counted[counter].items() if name.partition("|")[0] != WATCHING}
        for counter in BY_FUNCTION & counted.keys()
    }
    return {**counted, **kept}


STILL_COUNTING = 2
"""Buckets that may yet grow: the running one, and the one before for a process whose clock is late."""


@dataclass(slots=True)
class Figures:
    """Reads the figures back. Buckets that are over are kept, since they never change: only new ones are read."""

    records: RecordStore
    clock: Clock
    _over: dict[BucketSize, dict[int, Bucket]] = field(default_factory=dict)

    def last(self, seconds: float, size: BucketSize = BucketSize.MINUTE) -> list[Bucket]:
        """The buckets of the last so many seconds, oldest first, quiet and running ones included."""
        now, step = self.clock.now(), size.seconds
        first = int(now - seconds + step) // step * step
        starts = list(range(first, int(now) + 1, step))
        kept = {start: bucket for start, bucket in self._over.get(size, {}).items() if start >= first}
        missing = [start for start in starts if start not in kept]
        rows = self.records.counters(size, len(starts), first=f"{missing[0]:010d}") if missing else ()
        read = {int(key): Bucket(int(key), grouped(counters)) for key, counters in rows}
        found = [kept.get(start) or read.get(start) or Bucket(start, {}) for start in starts]
        self._over[size] = {bucket.start: bucket for bucket in found[:-STILL_COUNTING]}
        return found

    def ever(self) -> Sums:
        """Everything that was ever counted. Raises `StoreUnavailable`."""
        rows = self.records.counters(TOTAL, 1, first=EVER)
        return grouped(rows[0][1]) if rows else {}

    def chosen(self) -> dict[str, int]:
        """How often each model was recommended over the last day; empty while the store does not answer."""
        try:
            found = sums(self.last(86_400, BucketSize.HOUR)).get(Counter.RECOMMENDED, {})
            return {name: int(count) for name, count in found.items()}
        except StoreUnavailable:
            return {}
