"""The document of everything ever counted: written seldom, and nothing of it lost."""

from __future__ import annotations

import threading
from collections.abc import Mapping

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.errors import StoreUnavailable
from llm_router.figures import TOTAL, BucketSize, Figures, sums
from llm_router.ledger import Ledger
from tests.support.clock import FakeClock, RunningClock

NEVER, MINUTE_S, FLUSH_S = 3600.0, 60.0, 5.0
QUICK_S, PATIENCE_S = 0.01, 10.0
COUNTED = "requests|route"


class Counting(MemoryRecordStore):
    """Counts the writes of each document, and refuses them while it is told to."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.writes: dict[str, int] = {}
        self.away = False

    def add(self, kind: str, *args: object, **named: object) -> Mapping[str, float] | None:
        if self.away:
            raise StoreUnavailable("away")
        self.writes[kind] = self.writes.get(kind, 0) + 1
        return super().add(kind, *args, **named)  # type: ignore[arg-type]


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def store(clock: FakeClock) -> Counting:
    return Counting(clock)


def total(store: Counting, clock: FakeClock) -> float:
    return Figures(store, clock).ever().get("requests", {}).get("route", 0.0)


def counted_for(seconds: float, ledger: Ledger, clock: FakeClock) -> int:
    """A request before each of the flushes of so many seconds."""
    flushes = int(seconds // FLUSH_S)
    for _ in range(flushes):
        ledger.add({COUNTED: 1.0})
        ledger.flush()
        clock.pass_seconds(FLUSH_S)
    return flushes


def test_the_total_is_written_at_most_once_a_minute_in_the_long_run_and_the_minutes_each_time(
    store: Counting, clock: FakeClock
):
    ledger = Ledger(store, clock, NEVER, MINUTE_S)
    counted_for(600, ledger, clock)
    store.writes.clear()
    flushes = counted_for(600, ledger, clock)
    assert store.writes[BucketSize.MINUTE] == flushes
    assert store.writes[TOTAL] == 600 / MINUTE_S


def test_a_process_that_is_ended_early_has_told_most_of_what_it_counted(store: Counting, clock: FakeClock):
    ledger = Ledger(store, clock, FLUSH_S, MINUTE_S)
    told = counted_for(30, ledger, clock)
    assert total(store, clock) >= told / 2
    ledger.close()


def test_a_process_that_ends_writes_the_total_that_it_owes_once(store: Counting, clock: FakeClock):
    ledger = Ledger(store, clock, NEVER, MINUTE_S)
    counted_for(FLUSH_S * 3, ledger, clock)
    assert total(store, clock) == 1
    ledger.close()
    assert total(store, clock) == 3
    assert sums(Figures(store, clock).last(60))["requests"] == {"route": 3}


class Noticing(Counting):
    """Lets a test wait for the total to be written."""

    def __init__(self, clock: FakeClock) -> None:
        super().__init__(clock)
        self.written = threading.Event()

    def add(self, kind: str, *args: object, **named: object) -> Mapping[str, float] | None:
        found = super().add(kind, *args, **named)
        if kind == TOTAL:
            self.written.set()
        return found


def test_a_total_that_becomes_due_is_written_though_nothing_more_is_counted():
    clock = RunningClock()
    store = Noticing(clock)
    ledger = Ledger(store, clock, QUICK_S, QUICK_S)
    ledger._total_due_at = clock.monotonic() + 10 * QUICK_S
    ledger.add({COUNTED: 1.0})
    assert store.written.wait(PATIENCE_S)
    assert total(store, clock) == 1
    assert store.writes == {BucketSize.MINUTE: 1, BucketSize.HOUR: 1, TOTAL: 1}
    ledger.close()
    assert store.writes[TOTAL] == 1


def test_a_ledger_that_owes_a_total_is_closed_without_waiting_for_it(store: Counting, clock: FakeClock):
    ledger = Ledger(store, clock, QUICK_S, MINUTE_S)
    ledger._total_due_at = clock.monotonic() + MINUTE_S
    ledger.add({COUNTED: 1.0})
    closing = threading.Thread(target=ledger.close, daemon=True)
    closing.start()
    closing.join(PATIENCE_S)
    assert not closing.is_alive()
    assert total(store, clock) == 1


def test_a_total_that_could_not_be_written_is_owed_on(store: Counting, clock: FakeClock):
    ledger = Ledger(store, clock, NEVER, MINUTE_S)
    store.away = True
    counted_for(FLUSH_S * 2, ledger, clock)
    store.away = False
    ledger.flush()
    assert total(store, clock) == 2
