"""What is counted of requests, for tests of what becomes of it."""

from __future__ import annotations

from llm_router.activity import Observation
from llm_router.adapters.memory import MemoryRecordStore
from llm_router.figures import counts
from llm_router.ledger import Ledger
from tests.support.clock import FakeClock

NEVER = 3600.0


def seen(**facts: object) -> Observation:
    """A request that went well, but for these facts."""
    given: dict[str, object] = {"function": "route", "route": "/route", "request_id": "r", "status": 200, "ms": 1.0}
    return Observation(**(given | facts))  # type: ignore[arg-type]


def counted(**facts: object) -> dict[str, float]:
    """What is counted of it."""
    return counts(seen(**facts))


def ledger(store: MemoryRecordStore, clock: FakeClock) -> Ledger:
    """One that writes when it is told to."""
    return Ledger(store, clock, NEVER)
