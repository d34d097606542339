"""Which caches a process has: its own memory, and behind it what others share with it."""

from __future__ import annotations

from collections.abc import Callable

from llm_router.adapters.lru import LruCache
from llm_router.composition import watching
from llm_router.health import Component
from llm_router.ports import Cache, Clock
from llm_router.settings import Settings

NEAR_BYTES = 16 * 1024 * 1024


def make_cache(
    settings: Settings,
    clock: Clock,
    warn: Callable[[str], None],
    tell: Callable[[Component], None],
    secret: Callable[[], bytes],
) -> Cache:
    """Redis behind this process's memory where it is configured, else that alone.

    `warn` hears of each failure of Redis; `tell` what state the cache is in, whenever that changes. What stands in
    Redis is sealed with the `secret`.
    """
    near = LruCache(clock, max_entries=settings.cache_entries, max_bytes=NEAR_BYTES)
    if not (address := settings.redis_address):
        tell(watching.CACHE_WITH_WORKERS if settings.shared_cache.exists() else watching.CACHE_ALONE)
        return near
    from llm_router.adapters.redis_cache import RedisCache
    from llm_router.adapters.sealed import SealedCache
    from llm_router.adapters.tiered import TieredCache

    def troubled(message: str) -> None:
        warn(message)
        tell(watching.cache_away(message))

    def well() -> None:
        tell(watching.CACHE_SHARED)

    well()
    return TieredCache(near, SealedCache(RedisCache(address, clock, troubled, well), secret))


def beyond_process(cache: Cache) -> Cache:
    """The part of it that other processes see, too, for what must be known to all at once: a copy held near would be
    old. Itself where there is no such part."""
    from llm_router.adapters.tiered import TieredCache

    return cache.far if isinstance(cache, TieredCache) else cache


def for_classifications(cache: Cache, settings: Settings, clock: Clock) -> Cache:
    """`cache`, and without Redis behind it the file that `make run` made for its workers, if it did.

    For classifications alone: they tell nothing of what was asked, and nothing else may reach a disk.
    """
    if not settings.shares_cache:
        return cache
    from llm_router.adapters.mapped import MappedCache
    from llm_router.adapters.tiered import TieredCache

    try:
        return TieredCache(cache, MappedCache(settings.shared_cache, clock))
    except (OSError, ValueError):
        return cache
