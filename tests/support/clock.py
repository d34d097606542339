"""Clocks that a test moves: one that stands still until then, and one that also runs by itself."""

from __future__ import annotations

import time


class FakeClock:
    """Both kinds of time, moved by hand."""

    def __init__(self, now: float = 1_780_000_000.0) -> None:
        self.time = now
        self.ticks = 0.0

    def now(self) -> float:
        return self.time

    def monotonic(self) -> float:
        return self.ticks

    def pass_seconds(self, seconds: float) -> None:
        self.time += seconds
        self.ticks += seconds


class RunningClock(FakeClock):
    """Runs as time does and can be moved on, for tests of what a real wait does."""

    def now(self) -> float:
        return self.time + time.monotonic()

    def monotonic(self) -> float:
        return self.ticks + time.monotonic()
