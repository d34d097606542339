"""The moments at which a ledger may be closed while its thread is about to write."""

from __future__ import annotations

import threading

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.figures import EVER, TOTAL
from llm_router.ledger import Ledger
from tests.support.clock import FakeClock

PATIENCE_S = 10.0
COUNTED = "requests|route"


class LateWait(threading.Event):
    """A wait that has run out and not yet gone on when `proceed` is set: in between it is closed."""

    def __init__(self) -> None:
        super().__init__()
        self.ran_out, self.proceed = threading.Event(), threading.Event()

    def wait(self, timeout: float | None = None) -> bool:
        said = super().wait(timeout)
        self.ran_out.set()
        self.proceed.wait(PATIENCE_S)
        return said


class ToldOfSet(threading.Event):
    """An event whose second `set`, that of closing, lets another thread go on."""

    def __init__(self, then: threading.Event) -> None:
        super().__init__()
        self._then = then
        self._sets = 0

    def set(self) -> None:
        super().set()
        self._sets += 1
        if self._sets == 2:
            self._then.set()


def test_closing_between_the_end_of_the_wait_and_the_write_leaves_no_thread_waiting_for_ever():
    store = MemoryRecordStore(FakeClock())
    closed = LateWait()
    ledger = Ledger(store, FakeClock(), 0.001, _closed=closed, _due=ToldOfSet(closed.proceed))
    ledger.add({COUNTED: 1.0})
    assert closed.ran_out.wait(PATIENCE_S)
    closing = threading.Thread(target=ledger.close, daemon=True)
    closing.start()
    closing.join(PATIENCE_S)
    assert not closing.is_alive()
    assert store.counters(TOTAL, 1) == [(EVER, {COUNTED: 1.0})]
