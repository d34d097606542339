"""The real clock."""

from __future__ import annotations

import time
from datetime import UTC, datetime

from llm_router.ports import Clock


class SystemClock:
    """Time as the operating system tells it."""

    def now(self) -> float:
        return time.time()

    def monotonic(self) -> float:
        return time.monotonic()


def iso_date(clock: Clock) -> str:
    """Today's date, UTC."""
    return iso_day(clock.now())


def iso_day(at: float) -> str:
    """The date of a time in epoch seconds, UTC."""
    return datetime.fromtimestamp(at, UTC).date().isoformat()
