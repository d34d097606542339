"""Clocks that a test moves: one that stands still until then, one that also runs by itself, and an event loop's own."""

from __future__ import annotations

import asyncio
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


class _Ahead:
    """A loop's own time, and what has been added to it."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._own = loop.time
        self.seconds = 0.0

    def __call__(self) -> float:
        return self._own() + self.seconds


def move_on(loop: asyncio.AbstractEventLoop, seconds: float) -> None:
    """Let so much time have passed on a loop, to be called on its own thread: what is due is done in its next turn, in
    the order in which it would have been."""
    if not isinstance(loop.time, _Ahead):
        loop.time = _Ahead(loop)  # type: ignore[method-assign]
    loop.time.seconds += seconds
