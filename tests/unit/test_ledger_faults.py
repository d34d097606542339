"""What is counted by a process whose store cannot hold a name."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.figures import EVER, TOTAL
from llm_router.ledger import Ledger
from tests.support.clock import FakeClock

NEVER, QUICK_S, PATIENCE_S = 3600.0, 0.001, 10.0
COUNTED, LATER, BAD = "requests|route", "requests|classify", "category|\ud800"


class Utf8(MemoryRecordStore):
    """Raises for a name that has no bytes, as a real store's client does, and tells when each was to be added."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.refused, self.later = threading.Event(), threading.Event()

    def add(self, kind: str, key: str, amounts: Mapping[str, float], **named: object) -> Mapping[str, float] | None:
        if kind == TOTAL and BAD in amounts:
            self.refused.set()
        for name in amounts:
            name.encode()
        found = super().add(kind, key, amounts, **named)  # type: ignore[arg-type]
        if kind == TOTAL and LATER in amounts:
            self.later.set()
        return found


def test_a_name_that_no_store_can_hold_does_not_end_the_counting():
    store = Utf8(FakeClock())
    ledger = Ledger(store, store.clock, QUICK_S)
    ledger.add({BAD: 1.0})
    assert store.refused.wait(PATIENCE_S)
    ledger.add({LATER: 1.0})
    assert store.later.wait(PATIENCE_S)
    ledger.close()


def test_a_name_that_no_store_can_hold_costs_only_itself():
    store = Utf8(FakeClock())
    ledger = Ledger(store, store.clock, NEVER)
    ledger.add({COUNTED: 1.0, BAD: 1.0, LATER: 1.0})
    ledger.flush()
    ledger.flush()
    assert store.counters(TOTAL, 1) == [(EVER, {COUNTED: 1.0, LATER: 1.0})]
