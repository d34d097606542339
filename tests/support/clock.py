"""A clock that stands still until a test moves it."""

from __future__ import annotations


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
