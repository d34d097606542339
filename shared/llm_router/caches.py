"""Which cache a process has: its own memory, and behind it what others share with it."""

from __future__ import annotations

from collections.abc import Callable

from llm_router import watching
from llm_router.adapters.lru import LruCache
from llm_router.health import Component
from llm_router.ports import Cache, Clock
from llm_router.settings import Settings, Store

NEAR_BYTES = 16 * 1024 * 1024


def make_cache(
    settings: Settings, clock: Clock, warn: Callable[[str], None], tell: Callable[[Component], None]
) -> Cache:
    """Redis behind this process's memory where it is configured, else the file that local workers share, else nothing.

    `warn` hears of each failure of Redis; `tell` what state the cache is in, whenever that changes.
    """
    near = LruCache(clock, max_entries=settings.cache_entries, max_bytes=NEAR_BYTES)
    if not (address := settings.redis_address):
        tell(watching.CACHE_ALONE)
        return _with_other_workers(near, settings, clock)
    from llm_router.adapters.redis_cache import RedisCache
    from llm_router.adapters.tiered import TieredCache

    def troubled(message: str) -> None:
        warn(message)
        tell(watching.cache_away(message))

    def well() -> None:
        tell(watching.CACHE_SHARED)

    well()
    return TieredCache(near, RedisCache(address, clock, troubled, well))


def _with_other_workers(near: LruCache, settings: Settings, clock: Clock) -> Cache:
    """With the file that `make run` made, if it did."""
    if settings.store is not Store.SQLITE:
        return near
    from llm_router.adapters.mapped import MappedCache
    from llm_router.adapters.tiered import TieredCache

    try:
        return TieredCache(near, MappedCache(settings.shared_cache, clock))
    except (OSError, ValueError):
        return near
