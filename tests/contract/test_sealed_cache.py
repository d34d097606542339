"""What stands in a cache that others may write to is used only as it was written here. A real Valkey runs."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from redis import Redis

from llm_router.adapters.redis_cache import RedisCache
from llm_router.adapters.sealed import SEAL, SealedCache
from tests.support.clock import FakeClock
from tests.support.loopback import free_port
from tests.support.valkey import running


@pytest.fixture(scope="module")
def valkey_port() -> Iterator[int]:
    port = free_port()
    with running(port):
        yield port


@pytest.fixture
def far(valkey_port: int) -> RedisCache:
    return RedisCache(f"redis://127.0.0.1:{valkey_port}/0", FakeClock(), pytest.fail)


@pytest.mark.parametrize(
    "planted",
    [b"", b"planted", b"\0" * SEAL, b"\0" * SEAL + b"planted", b"x" * 100],
    ids=["nothing", "without a seal", "a seal alone", "another seal", "long"],
)
def test_what_somebody_without_the_secret_has_written_is_a_miss_and_deleted(
    valkey_port: int, far: RedisCache, planted: bytes
):
    cache = SealedCache(far, lambda: b"secret")
    with Redis(port=valkey_port) as other:
        other.set("name", planted)
        assert cache.get("name") is None
        assert not other.exists("name")


def test_what_was_copied_to_another_name_or_changed_or_sealed_with_another_secret_is_a_miss(
    valkey_port: int, far: RedisCache
):
    cache, others = SealedCache(far, lambda: b"secret"), SealedCache(far, lambda: b"other")
    cache.set("one", b"value", 60)
    others.set("two", b"value", 60)
    with Redis(port=valkey_port) as other:
        held = other.get("one")
        assert held is not None
        other.set("three", held)
        other.set("on", held[:SEAL] + b"e" + held[SEAL:])
        other.set("four", held[:-1] + b"X")
        other.set("five", held[:-1])
    assert [cache.get(name) for name in ("one", "two", "three", "on", "four", "five")] == [b"value", *[None] * 5]
