"""Sums that forget: each amount counts half after a half-life, and adding one is a single atomic step.

Forward decay (Cormode, Shkapenyuk, Srivastava and Xu 2009): an amount is stored as it would weigh at a fixed landmark,
2^(age of the landmark / half-life) times itself, so that plain addition keeps all amounts in proportion. Landmarks
move on every `PERIOD` half-lives, before numbers grow too large to store.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from llm_router.ports import Clock, RecordStore

PERIOD = 64
"""Half-lives between two landmarks: amounts are stored up to 2^64 times as large as they are."""

MOST_KEYS = 5000


@dataclass(frozen=True, slots=True)
class DecayedCounters:
    """Named sums under keys. Another `half_life_s` starts anew. Raises `StoreUnavailable`."""

    records: RecordStore
    clock: Clock
    kind: str
    half_life_s: float

    def add(self, key: str, amounts: Mapping[str, float]) -> None:
        """Add to the sums of a key, as of now."""
        now = self.clock.now()
        period = self._period(now)
        scale = 2 ** ((now - self._landmark(period)) / self.half_life_s)
        self.records.add(
            self._kind,
            f"{period:08d}|{key}",
            {name: amount * scale for name, amount in amounts.items()},
            expires_at=self._landmark(period + 2),
        )

    def read(self) -> dict[str, dict[str, float]]:
        """Every key's sums, each amount as much as it counts now."""
        now = self.clock.now()
        found: dict[str, dict[str, float]] = {}
        rows = self.records.counters(self._kind, MOST_KEYS, first=f"{self._period(now) - 1:08d}")
        for stored, amounts in rows:
            period, _, key = stored.partition("|")
            if int(period) > self._period(now):  # of a clock that was ahead: it would outweigh all that is true
                continue
            scale = 2 ** ((self._landmark(int(period)) - now) / self.half_life_s)
            sums = found.setdefault(key, {})
            for name, amount in amounts.items():
                sums[name] = sums.get(name, 0.0) + amount * scale
        return found

    @property
    def _kind(self) -> str:
        return f"{self.kind}-{self.half_life_s:g}"

    def _period(self, at: float) -> int:
        return int(at // (PERIOD * self.half_life_s))

    def _landmark(self, period: int) -> float:
        return period * PERIOD * self.half_life_s
