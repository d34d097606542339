"""The figures: under which names what is counted is stored and read back, and honest quantiles."""

from __future__ import annotations

from llm_router.activity import ActivityKind, note_batch
from llm_router.adapters.memory import MemoryRecordStore
from llm_router.classification import Classified
from llm_router.counters import grouped
from llm_router.figures import Bucket, Figures, attempt_counts, counts, of_clients, sums
from llm_router.function_names import Function
from llm_router.latencies import latency_histogram, p50_p95_p99, quantiles
from llm_router.schemas.board import SHOWN_MODELS, model_figures
from llm_router.taxonomy import Category, Degraded
from tests.support.clock import FakeClock
from tests.support.counted import counted, ledger, seen
from tests.support.tasks import classification


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
    assert counted(kind=ActivityKind.PROBE) == {"probes|route": 1}
    assert counted(status=404)["refused|route"] == 1
    assert counted(cached=False)["cache|miss"] == 1
    assert attempt_counts("a/b", "a", 5.0, failed=False) == {"attempts|a/b": 1, "provider|a": 1, "attempt_ms|a/b": 5}
    failed = {"attempts|a/b": 1, "provider|a": 1, "failures|a/b": 1, "provider_failures|a": 1}
    assert attempt_counts("a/b", "a", 5.0, failed=True) == failed


def test_what_a_pinned_model_read_and_wrote_is_no_recommendation_s_traffic():
    pinned = counted(model="acme/a", cost_usd=0.25)
    assert not {name for name in pinned if "acme/a" in name or name.startswith("tokens")}


def test_how_long_clients_waited_is_worked_out_once_for_a_bucket_that_is_over():
    clock = FakeClock()
    store = MemoryRecordStore(clock)
    book = ledger(store, clock)
    book.add(counted())
    book.flush()
    clock.pass_seconds(120)
    figures = Figures(store, clock)
    (first, *_), (again, *_) = figures.last(180), figures.last(180)
    assert first.p50_p95_p99 == p50_p95_p99(first.counted) != [None, None, None]
    assert first.p50_p95_p99 is again.p50_p95_p99


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
