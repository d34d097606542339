"""What the cache within a process promises beside what every cache does, and what keys tell of what they stand for."""

from __future__ import annotations

import pytest

from llm_router.adapters.lru import LruCache
from llm_router.cache_keys import key
from tests.support.clock import FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


def lru(clock: FakeClock, entries: int = 100, size: int = 1_000_000) -> LruCache:
    return LruCache(clock, max_entries=entries, max_bytes=size)


def test_the_near_cache_forgets_after_its_time(clock: FakeClock):
    cache = lru(clock)
    cache.set("k", b"v", 10)
    clock.pass_seconds(10)
    assert cache.get("k") is None
    assert len(cache) == 0


def test_the_near_cache_is_bounded_by_entries_and_keeps_what_was_used_last(clock: FakeClock):
    cache = lru(clock, entries=2)
    cache.set("a", b"1", 60)
    cache.set("b", b"2", 60)
    assert cache.get("a") == b"1"
    cache.set("c", b"3", 60)
    assert (cache.get("a"), cache.get("b"), cache.get("c")) == (b"1", None, b"3")


def test_the_near_cache_is_bounded_by_bytes(clock: FakeClock):
    cache = lru(clock, size=1000)
    for number in range(100):
        cache.set(f"{number:02d}", b"x" * 50, 60)
    assert len(cache) == 1000 // 52
    cache.set("huge", b"x" * 500, 60)
    assert cache.get("huge") is None


def test_a_key_tells_nothing_of_its_text_and_depends_on_everything():
    base = key(b"secret", "classification", "v1", "a prompt")
    assert "prompt" not in base
    others = {
        key(b"other", "classification", "v1", "a prompt"),
        key(b"secret", "other", "v1", "a prompt"),
        key(b"secret", "classification", "v2", "a prompt"),
        key(b"secret", "classification", "v1", "a prompt "),
        key(b"secret", "classification", "v1", "\ud800"),
    }
    assert base not in others
    assert len(others) == 5
    assert base == key(b"secret", "classification", "v1", "a prompt")
