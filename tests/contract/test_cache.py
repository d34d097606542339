"""What every cache promises, on each of them; and what the shared one does when Redis is away. A real Valkey runs."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from redis import Redis

from llm_router.adapters.lru import LruCache
from llm_router.adapters.mapped import MappedCache, make
from llm_router.adapters.redis_cache import ASKED_ALL_THE_SAME, OPEN_S, RedisCache
from llm_router.adapters.sealed import SealedCache
from llm_router.adapters.tiered import TieredCache
from llm_router.ports import Cache
from tests.support.clock import FakeClock, RunningClock
from tests.support.fault_proxy import Says, Trouble, fault_proxy
from tests.support.loopback import free_port
from tests.support.valkey import running


@pytest.fixture(scope="module")
def valkey_port() -> Iterator[int]:
    port = free_port()
    with running(port):
        yield port


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def address(port: int) -> str:
    return f"redis://127.0.0.1:{port}/0"


def lru(clock: FakeClock, entries: int = 100, size: int = 1_000_000) -> LruCache:
    return LruCache(clock, max_entries=entries, max_bytes=size)


@pytest.fixture(params=["lru", "mapped", "redis", "sealed", "tiered"])
def cache(request: pytest.FixtureRequest, clock: FakeClock, valkey_port: int, tmp_path: Path) -> Cache:
    far = RedisCache(address(valkey_port), clock, pytest.fail)
    far._client.flushall()
    make(tmp_path / "cache.bin")
    caches: dict[str, Cache] = {
        "lru": lru(clock),
        "mapped": MappedCache(tmp_path / "cache.bin", clock),
        "redis": far,
        "sealed": SealedCache(far, lambda: b"secret"),
        "tiered": TieredCache(lru(clock), far),
    }
    return caches[request.param]


def test_what_is_set_is_got_until_it_is_deleted(cache: Cache):
    assert cache.available
    assert cache.get("k") is None
    cache.set("k", b"\0value", 60)
    assert cache.get("k") == b"\0value"
    cache.set("k", b"newer", 60)
    assert cache.get("k") == b"newer"
    cache.delete("k")
    assert cache.get("k") is None


def test_what_is_too_long_to_be_kept_takes_what_was_there_with_it(cache: Cache):
    cache.set("k", b"short", 60)
    cache.set("k", b"x" * 1_100_000, 60)
    assert cache.get("k") is None


def test_the_shared_cache_expires_by_its_own_clock(valkey_port: int, clock: FakeClock):
    RedisCache(address(valkey_port), clock, pytest.fail).set("ttl", b"v", 100)
    with Redis(port=valkey_port) as probe:
        assert 99_000 < probe.pttl("ttl") <= 100_000


def test_another_process_finds_what_one_has_set(valkey_port: int, clock: FakeClock):
    one = TieredCache(lru(clock), RedisCache(address(valkey_port), clock, pytest.fail))
    other = TieredCache(lru(clock), RedisCache(address(valkey_port), clock, pytest.fail))
    one.set("shared", b"v", 60)
    assert other.get("shared") == b"v"


class HastyClock(FakeClock):
    """By which everything takes half a second."""

    def monotonic(self) -> float:
        self.ticks += 0.5
        return self.ticks


@pytest.mark.parametrize(("worth_s", "asked"), [(1.0, 64), (0.0, 64 // ASKED_ALL_THE_SAME)])
def test_a_redis_slower_than_making_the_value_anew_is_hardly_asked(worth_s: float, asked: int, valkey_port: int):
    cache = RedisCache(address(valkey_port), HastyClock(), pytest.fail)
    cache.set("slow", b"v", 60)
    with Redis(port=valkey_port) as probe:
        probe.config_resetstat()
        for _ in range(64):
            cache.set("slow", b"w", 60, worth_s)
            cache.get("slow", worth_s)
        counted = probe.info("commandstats")
    assert counted.get("cmdstat_get", {"calls": 0})["calls"] == asked
    assert counted.get("cmdstat_set", {"calls": 0})["calls"] == (64 if worth_s else 0)


VALUE = b"v" * 150
TRIES = 5
TROUBLES: dict[str, Trouble | Says] = {
    **{trouble.value: trouble for trouble in Trouble},
    "NOAUTH": Says(b"-NOAUTH Authentication required.\r\n"),
    "READONLY": Says(b"-READONLY You can't write against a read only replica.\r\n"),
    "OOM": Says(b"-OOM command not allowed when used memory > 'maxmemory'.\r\n"),
    "LOADING": Says(b"-LOADING Redis is loading the dataset in memory\r\n"),
    "MOVED": Says(b"-MOVED 3999 127.0.0.1:6381\r\n"),
}


@pytest.mark.parametrize("trouble", TROUBLES.values(), ids=TROUBLES.keys())
def test_a_redis_in_trouble_is_a_miss_with_one_warning_in_thirty_seconds(trouble: Trouble | Says, valkey_port: int):
    warnings: list[str] = []
    recovered: list[bool] = []
    clock = RunningClock()
    with fault_proxy(valkey_port) as proxy:
        cache = RedisCache(address(proxy.port), clock, warnings.append, lambda: recovered.append(True))
        cache.set("k", VALUE, 60)
        proxy.does(trouble)
        for warned in (1, 2):
            for _ in range(5):
                assert cache.get("k") in (None, VALUE), "what drips does arrive"
                cache.set("k", VALUE, 60)
            assert not cache.available
            assert len(warnings) == warned
            clock.pass_seconds(OPEN_S)
        proxy.mends()
        for _ in range(TRIES):  # a machine that is busy may be too slow for the cache's time-outs
            cache.set("k", VALUE, 60)
            if (found := cache.get("k")) == VALUE:
                break
            clock.pass_seconds(OPEN_S)
        assert found == VALUE
    assert cache.available
    assert len(recovered) == 1


LIES = {
    "greets with a word": (b"HELLO", b"+OK\r\n"),
    "greets with a number": (b"HELLO", b":1\r\n"),
    "greets with nothing": (b"HELLO", b"_\r\n"),
    "greets with a list": (b"HELLO", b"*2\r\n$6\r\nserver\r\n$5\r\nredis\r\n"),
    "nests without end": (b"GET", b"*1\r\n" * 3000 + b":1\r\n"),
    "names a value by a list": (b"GET", b"%1\r\n*0\r\n:1\r\n"),
    "pushes nothing": (b"GET", b">0\r\n"),
}


@pytest.mark.parametrize(("asked", "reply"), LIES.values(), ids=LIES.keys())
def test_a_redis_that_breaks_its_protocol_is_a_miss_and_its_connection_is_not_used_again(
    asked: bytes, reply: bytes, valkey_port: int
):
    warnings: list[str] = []
    clock = FakeClock()
    with fault_proxy(valkey_port) as proxy:
        cache = RedisCache(address(proxy.port), clock, warnings.append)
        proxy.does(Says(reply), only=asked)
        assert cache.get("k") is None
        assert not cache.available
        assert len(warnings) == 1
        proxy.mends()
        for _ in range(TRIES):
            clock.pass_seconds(OPEN_S)
            cache.set("k", VALUE, 60)
            if (found := cache.get("k")) == VALUE:
                break
        assert found == VALUE
        assert proxy.connections > 1


def test_a_key_of_another_type_is_a_miss_and_deleted(valkey_port: int, clock: FakeClock):
    cache = RedisCache(address(valkey_port), clock, pytest.fail)
    with Redis(port=valkey_port) as other:
        other.rpush("list", "x")
        assert cache.get("list") is None
        assert cache.available
        assert not other.exists("list")


def test_a_redis_that_dies_and_comes_back_is_used_again(clock: FakeClock):
    port = free_port()
    cache = RedisCache(address(port), clock, lambda _: None)
    with running(port):
        cache.set("k", b"v", 60)
        assert cache.get("k") == b"v"
    assert cache.get("k") is None
    assert not cache.available
    with running(port):
        assert cache.get("k") is None
        clock.pass_seconds(OPEN_S)
        cache.set("k", b"again", 60)
        assert cache.available
        assert cache.get("k") == b"again"


def test_a_value_too_large_to_be_ours_is_a_miss_and_deleted(valkey_port: int, clock: FakeClock):
    cache = RedisCache(address(valkey_port), clock, pytest.fail)
    with Redis(port=valkey_port) as other:
        other.set("big", b"x" * 5_000_000)
        assert cache.get("big") is None
        assert not other.exists("big")
