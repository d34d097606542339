"""What a process counts is written by and by: nothing of it is lost or added twice, and names stay few."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.counters import BY_MODEL
from llm_router.errors import StoreUnavailable
from llm_router.figures import TOTAL, Figures, attempt_counts, sums
from llm_router.latencies import latency_histogram
from llm_router.ledger import MAX_NAMES, Ledger
from tests.support.clock import FakeClock
from tests.support.counted import counted, ledger


def test_counts_gathered_while_the_store_is_down_are_added_when_it_is_back():
    clock = FakeClock()

    class Flaky(MemoryRecordStore):
        down = True

        def add(
            self,
            kind: str,
            key: str,
            amounts: Mapping[str, float],
            *,
            ceilings: Mapping[str, float] | None = None,
            expires_at: float | None = None,
        ) -> Mapping[str, float] | None:
            if self.down:
                raise StoreUnavailable("away")
            return super().add(kind, key, amounts, ceilings=ceilings, expires_at=expires_at)

    store = Flaky(clock)
    book = ledger(store, clock)
    book.add(counted())
    book.flush()
    assert Figures(store, clock).chosen() == {}
    store.down = False
    book.add(counted())
    book.flush()
    assert sums(Figures(store, clock).last(60))["requests"] == {"route": 2}


def test_a_process_that_ends_writes_what_is_due_and_leaves_no_thread():
    clock = FakeClock()
    store = MemoryRecordStore(clock)
    ledger(store, clock).close()
    assert store.counters("minute", 1) == []
    book = ledger(store, clock)
    before = threading.active_count()
    book.add(counted())
    book.add(counted())
    assert threading.active_count() == before + 1
    book.close()
    assert sums(Figures(store, clock).last(60))["requests"] == {"route": 2}
    assert threading.active_count() == before


def test_all_that_is_counted_is_written_by_one_thread_which_is_not_a_requests():
    class Noting(MemoryRecordStore):
        """Notes who writes."""

        def __init__(self, clock: FakeClock) -> None:
            super().__init__(clock)
            self.writers: set[int] = set()
            self.wrote = threading.Semaphore(0)

        def add(self, kind: str, *args: object, **named: object) -> Mapping[str, float] | None:
            self.writers.add(threading.get_ident())
            found = super().add(kind, *args, **named)  # type: ignore[arg-type]
            if kind == TOTAL:
                self.wrote.release()
            return found

    clock = FakeClock()
    store = Noting(clock)
    book = Ledger(store, clock, 0.001)
    for _ in range(3):
        book.add(counted())
        assert store.wrote.acquire(timeout=10)
    book.close()
    assert len(store.writers) == 1
    assert threading.get_ident() not in store.writers


def test_a_flood_of_names_stays_bounded_and_is_counted_together():
    clock = FakeClock()
    store = MemoryRecordStore(clock)
    book = ledger(store, clock)
    for number in range(MAX_NAMES * 2):
        book.add(counted(recommended=f"m{number}"))
    book.flush()
    models = sums(Figures(store, clock).last(60))["model"]
    assert len(models) <= MAX_NAMES
    assert sum(models.values()) == MAX_NAMES * 2
    assert models["(other)"] > 0


def test_what_a_store_has_taken_is_not_added_again_when_it_fails_halfway():
    class Contended(MemoryRecordStore):
        """Refuses what all processes add to, once."""

        refuses = True

        def add(self, kind: str, *args: object, **named: object) -> Mapping[str, float] | None:
            if kind == TOTAL and self.refuses:
                self.refuses = False
                raise StoreUnavailable("It is throttled.")
            return super().add(kind, *args, **named)  # type: ignore[arg-type]

    clock = FakeClock()
    store = Contended(clock)
    book = ledger(store, clock)
    book.add(counted())
    book.flush()
    book.flush()
    figures = Figures(store, clock)
    assert sums(figures.last(60))["requests"] == {"route": 1}
    assert figures.ever()["requests"] == {"route": 1}


def test_a_flood_of_names_leaves_latencies_apart():
    clock = FakeClock()
    store = MemoryRecordStore(clock)
    book = ledger(store, clock)
    for number in range(MAX_NAMES * 2):
        book.add(counted(recommended=f"m{number}"))
    book.add(counted(ms=9000.0))
    book.flush()
    assert sum(latency_histogram(sums(Figures(store, clock).last(60))).values()) == MAX_NAMES * 2 + 1


def test_a_flood_of_models_leaves_all_that_is_few_apart():
    clock = FakeClock()
    store = MemoryRecordStore(clock)
    book = ledger(store, clock)
    for number in range(MAX_NAMES):
        book.add(counted(recommended=f"m{number}"))
    book.add(counted(function="classify", status=503, error="upstream_error", category="math", cached=True))
    book.add(counted(status=429, cost_usd=0.5, degraded=("ml_model",)) | attempt_counts("a/b", "a", 5.0, failed=True))
    book.flush()
    found = sums(Figures(store, clock).last(60))
    few = {kind: counters for kind, counters in found.items() if kind not in BY_MODEL}
    assert not [kind for kind, counters in few.items() if "(other)" in counters]
    assert (found["errors"], found["refused"]) == ({"classify": 1}, {"route": 1})
    assert (found["usd"], found["cache"], found["provider_failures"]) == ({"spent": 0.5}, {"hit": 1}, {"a": 1})
