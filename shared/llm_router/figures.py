"""Counts of what happened, per minute and hour: gathered in the process, added to the store, read as series."""

from __future__ import annotations

import bisect
import threading
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from llm_router.activity import Observation
from llm_router.errors import StoreUnavailable
from llm_router.ports import Clock, RecordStore

LATENCY_BOUNDS_MS: tuple[float, ...] = tuple(round(0.1 * 1.3**step, 4) for step in range(48))
"""Upper bounds of the latency histogram, 0.1 ms to 23 s; neighbours differ by 30 %, which bounds a quantile's error."""

MINUTE, HOUR = "minute", "hour"
PERIOD_S: Mapping[str, int] = {MINUTE: 60, HOUR: 3600}
KEPT_S: Mapping[str, int] = {MINUTE: 4 * 3600, HOUR: 31 * 86_400}
MAX_NAMES = 400
"""Counters that one flush may touch; past it new model names are counted together, so that a bucket stays small."""


def bucket_key(at: float, period: str) -> str:
    """The key of the bucket that a moment falls into; keys sort by time."""
    return f"{int(at) // PERIOD_S[period] * PERIOD_S[period]:010d}"


def counts(seen: Observation) -> dict[str, float]:
    """One observation as counters."""
    found = {
        f"requests|{seen.function}": 1.0,
        f"latency|{seen.function}|{bisect.bisect_left(LATENCY_BOUNDS_MS, seen.ms):02d}": 1.0,
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
    if seen.cold_start:
        found[f"cold|{seen.function}"] = 1.0
    if seen.estimated_usd is not None:
        found["usd|estimated"] = seen.estimated_usd
    if seen.cost_usd is not None:
        found["usd|spent"] = seen.cost_usd
    return found


@dataclass
class Ledger:
    """Gathers counts and adds them to the store once per `every_s`, on a timer that only runs while some are due.

    With `every_s` 0 each is added at once, and there is no timer.

    Figures are worth less than requests: when the store does not answer, what was gathered is kept for the next
    time, at most `MAX_NAMES` counters of it. Where the process is frozen between requests, as on Lambda, the timer
    goes on with the next one.
    """

    records: RecordStore
    clock: Clock
    every_s: float
    _gathered: dict[str, float] = field(default_factory=dict)
    _timer: threading.Timer | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def add(self, seen: Observation) -> None:
        """Count one observation."""
        with self._lock:
            self._gather(counts(seen))
            if self._timer is None and self.every_s:
                self._timer = threading.Timer(self.every_s, self.flush)
                self._timer.daemon = True
                self._timer.start()
        if not self.every_s:
            self.flush()

    def flush(self) -> None:
        """Add what was gathered to the store now."""
        with self._lock:
            due, self._gathered, self._timer = self._gathered, {}, None
        now = self.clock.now()
        try:
            for period in (MINUTE, HOUR):
                self.records.add(period, bucket_key(now, period), due, expires_at=now + KEPT_S[period])
        except StoreUnavailable:
            with self._lock:
                self._gather(due)

    def close(self) -> None:
        """Flush what is due, for a process that ends."""
        with self._lock:
            timer = self._timer
        if timer is not None:
            timer.cancel()
            self.flush()

    def _gather(self, amounts: Mapping[str, float]) -> None:
        for name, amount in amounts.items():
            known = name in self._gathered or len(self._gathered) < MAX_NAMES
            counted = name if known else f"{name.partition('|')[0]}|(other)"
            self._gathered[counted] = self._gathered.get(counted, 0.0) + amount


@dataclass(frozen=True, slots=True)
class Bucket:
    """One minute or hour: its start in epoch seconds, and its counters."""

    start: int
    counters: Mapping[str, float]


def series(records: RecordStore, period: str, *, since: float, now: float) -> list[Bucket]:
    """The buckets from `since` to `now`, oldest first; quiet ones are there, empty."""
    step = PERIOD_S[period]
    first = int(since) // step * step
    starts = range(first, int(now) + 1, step)
    rows = records.counters(period, len(starts), first=f"{first:010d}")
    held = {int(key): counters for key, counters in rows}
    return [Bucket(start, held.get(start, {})) for start in starts]


def total(buckets: Iterable[Bucket], prefix: str = "") -> dict[str, float]:
    """The sum of all counters whose name starts with `prefix|`, by the rest of the name."""
    summed: dict[str, float] = {}
    start = f"{prefix}|" if prefix else ""
    for bucket in buckets:
        for name, amount in bucket.counters.items():
            if name.startswith(start):
                summed[name[len(start) :]] = summed.get(name[len(start) :], 0.0) + amount
    return summed


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


def latency_histogram(buckets: Iterable[Bucket], function: str | None = None) -> dict[int, float]:
    """Counts per latency bucket, of one function or of all."""
    found: dict[int, float] = {}
    for name, amount in total(buckets, "latency").items():
        owner, _, index = name.partition("|")
        if function in (None, owner):
            found[int(index)] = found.get(int(index), 0.0) + amount
    return found


@dataclass(frozen=True, slots=True)
class Figures:
    """Reads the figures back."""

    records: RecordStore
    clock: Clock

    def last(self, seconds: float, period: str = MINUTE) -> list[Bucket]:
        """The buckets of the last so many seconds, the running one included."""
        now = self.clock.now()
        return series(self.records, period, since=now - seconds + PERIOD_S[period], now=now)

    def chosen(self) -> dict[str, int]:
        """How often each model was recommended over the last day; empty while the store does not answer."""
        try:
            return {name: int(count) for name, count in total(self.last(86_400, HOUR), "model").items()}
        except StoreUnavailable:
            return {}
