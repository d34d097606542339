"""What a million routes cost on Lambda, from stated prices (us-east-1, arm64, on demand, without the free tier)."""

from __future__ import annotations

import math
from dataclasses import dataclass

MEMORY_GB = 1769 / 1024
GB_SECOND = 0.0000133334
PER_MILLION_INVOCATIONS = 0.20
PER_MILLION_HTTP_API_CALLS = 1.00
PER_MILLION_WRITES = 0.625
"""One unit each: an item of at most 1 KB."""

PER_GB_LOGGED = 0.50
DECISION_KB, LOGGED_BYTES = 2, 500
INVOCATION_OVERHEAD_MS = 1.0
"""What the runtime itself adds between two events, at most."""


@dataclass(frozen=True)
class Item:
    """One line of the bill."""

    what: str
    how: str
    usd: float


def million_routes(handler_ms: float) -> list[Item]:
    """The bill for handlers that take so long; billed time is rounded up to a millisecond, as Lambda does."""
    billed = math.ceil(handler_ms + INVOCATION_OVERHEAD_MS)
    return [
        Item("Lambda, time", f"{billed} ms of {MEMORY_GB:.2f} GB", billed * 1000 * MEMORY_GB * GB_SECOND),
        Item("Lambda, requests", "a million", PER_MILLION_INVOCATIONS),
        Item("HTTP API", "a million calls", PER_MILLION_HTTP_API_CALLS),
        Item("DynamoDB", f"a decision of {DECISION_KB} KB each", PER_MILLION_WRITES * DECISION_KB),
        Item("Logs", f"{LOGGED_BYTES} bytes each", PER_GB_LOGGED * LOGGED_BYTES / 1000),
    ]
