"""The figures: nothing counted is lost, quantiles are honest, quiet time is shown as quiet."""

from __future__ import annotations

import threading
from collections.abc import Mapping

from llm_router.activity import Observation, note_batch
from llm_router.adapters.memory import MemoryRecordStore
from llm_router.auth import Function
from llm_router.classification import Classified
from llm_router.counters import BY_MODEL, grouped
from llm_router.errors import StoreUnavailable
from llm_router.figures import TOTAL, Bucket, Figures, PerBucket, attempt_counts, counts, of_clients, sums
from llm_router.latencies import latency_histogram, quantiles
from llm_router.ledger import MAX_NAMES, Ledger
from llm_router.schemas.board import SHOWN_MODELS, model_figures
from llm_router.taxonomy import Category, Degraded
from tests.support.clock import FakeClock
from tests.support.tasks import classification

NEVER = 3600.0


def seen(**facts: object) -> Observation:
    given: dict[str, object] = {"function": "route", "route": "/route", "request_id": "r", "status": 200, "ms": 1.0}
    return Observation(**(given | facts))  # type: ignore[arg-type]


def counted(**facts: object) -> dict[str, float]:
    return counts(seen(**facts))


def ledger(store: MemoryRecordStore, clock: FakeClock) -> Ledger:
    return Ledger(store, clock, NEVER)


def test_what_is_counted_reads_back_by_the_minute_and_the_hour():
    clock = FakeClock()
    store = MemoryRecordStore(clock)
    book = ledger(store, clock)
    book.add(counted(category="coding", recommended="acme/a", cached=True, estimated_usd=0.25, cold_start=True))
    book.add(counted(status=500, category="coding", cached=False, degraded=("cache",)))
    book.add(counted(status=404))
    book.flush()
    clock.pass_seconds(60)
    book.add(counted(recommended="acme/a"))
    book.flush()
    figures = Figures(store, clock)
    minutes = figures.last(180)
    assert [sum(sums([minute]).get("requests", {}).values()) for minute in minutes] == [0, 3, 1]
    assert sums(minutes)["errors"] == {"route": 1}
    assert sums(minutes)["refused"] == {"route": 1}
    assert sums(minutes)["category"] == {"coding": 2}
    assert sums(minutes)["cache"] == {"hit": 1, "miss": 1}
    assert sums(minutes)["usd"] == {"estimated": 0.25}
    assert sums(minutes)["degraded"] == {"cache": 1}
    assert figures.chosen() == {"acme/a": 2}


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


def test_stored_names_are_those_of_every_version():
    whole = counted(
        **{"category": "coding", "difficulty": "hard", "method": "rules", "error": "x", "cached": True, "status": 503},
        **{"recommended": "acme/a", "model": "acme/b", "tokens_in": 7, "tokens_out": 9},
        elsewhere={"tokens|thinking": 100.0, "tokens|more_read|claude": -2.0},
        **{"estimated_usd": 0.5, "cost_usd": 0.25, "degraded": ("cache",), "cold_start": True},
    )
    assert whole == {
        "requests|route": 1,
        "latency|route|09": 1,
        "ms|route": 1,
        "errors|route": 1,
        "category|coding": 1,
        "difficulty|hard": 1,
        "method|rules": 1,
        "model|acme/a": 1,
        "error|x": 1,
        "degraded|cache": 1,
        "cache|hit": 1,
        "usd|estimated": 0.5,
        "usd|spent": 0.25,
        "cold|route": 1,
        "tokens_in|acme/a": 7,
        "tokens_out|acme/a": 9,
        "tokens|thinking": 100,
        "tokens|more_read|claude": -2,
        "model_usd|acme/a": 0.5,
    }
    assert counted(route="/metrics") == {"probes|route": 1}
    assert counted(status=404)["refused|route"] == 1
    assert counted(cached=False)["cache|miss"] == 1
    assert attempt_counts("a/b", "a", 5.0, failed=False) == {"attempts|a/b": 1, "provider|a": 1, "attempt_ms|a/b": 5}
    failed = {"attempts|a/b": 1, "provider|a": 1, "failures|a/b": 1, "provider_failures|a": 1}
    assert attempt_counts("a/b", "a", 5.0, failed=True) == failed


def test_what_a_pinned_model_read_and_wrote_is_no_recommendation_s_traffic():
    pinned = counted(model="acme/a", cost_usd=0.25)
    assert not {name for name in pinned if "acme/a" in name or name.startswith("tokens")}


def test_what_is_made_of_a_bucket_is_kept_while_it_is_the_same():
    made: list[int] = []

    def make(bucket: Bucket) -> int:
        made.append(bucket.start)
        return bucket.start

    kept = PerBucket(make)
    over, running = Bucket(0, {}), Bucket(60, {})
    assert kept.of([over, running]) == [0, 60]
    assert kept.of([over, Bucket(60, {})]) == [0, 60]
    assert made == [0, 60, 60]


def test_what_the_dashboard_asks_is_no_traffic():
    clock = FakeClock()
    store = MemoryRecordStore(clock)
    book = ledger(store, clock)
    for function in (Function.ROUTE, Function.DASHBOARD):
        for status in (200, 404, 500):
            book.add(counted(function=function, route="/asked", status=status))
    book.flush()
    kept = of_clients(sums(Figures(store, clock).last(60)))
    assert [kept[name] for name in ("requests", "refused", "errors")] == [{"route": 3}, {"route": 1}, {"route": 1}]
    assert {name.partition("|")[0] for name in kept["latency"]} == {"route"}


def test_a_quantile_is_off_by_at_most_the_width_of_its_bucket():
    clock = FakeClock()
    store = MemoryRecordStore(clock)
    book = ledger(store, clock)
    for ms in range(1, 101):
        book.add(counted(ms=float(ms)))
    book.flush()
    p50, p99 = quantiles(latency_histogram(sums(Figures(store, clock).last(60)), "route"), (0.5, 0.99))
    assert p50 is not None
    assert p99 is not None
    assert 50 <= p50 <= 50 * 1.3
    assert 99 <= p99 <= 99 * 1.3
    assert quantiles({}, (0.5,)) == [None]


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


def test_each_prompt_of_a_batch_is_counted_and_the_batch_is_one_request():
    note = seen(route="/classify/batch")
    coding, maths = classification(Category.CODING), classification(Category.MATH)
    missing = (Degraded.CACHE,)
    note_batch(
        note, [Classified(coding, True, (), 1), Classified(coding, False, (), 1), Classified(maths, False, missing, 1)]
    )
    found = sums([Bucket(0, grouped(counts(note)))])
    assert found["requests"] == {"route": 1}
    assert found["category"] == {"coding": 2, "math": 1}
    assert found["difficulty"] == {"medium": 3}
    assert found["cache"] == {"hit": 1, "miss": 2}
    assert found["degraded"] == {"cache": 1}


def test_a_model_that_fails_is_told_of_however_many_are_recommended():
    recommended = {f"acme/{number:03}": float(SHOWN_MODELS + 1) for number in range(SHOWN_MODELS + 1)}
    failing = {"acme/broken": 3.0}
    found = model_figures({"model": recommended, "attempts": failing, "failures": failing})
    assert len(found) == SHOWN_MODELS
    assert [each.id for each in found][::99] == ["acme/000", "acme/broken"]
