"""Two caches as one: this process's memory in front of the one that all processes share."""

from __future__ import annotations

import math
from dataclasses import dataclass

from llm_router.ports import Cache

NEAR_TTL_S = 300.0
"""What comes from the far tier is kept near for this long: its remaining life there is not known here."""


@dataclass(frozen=True, slots=True)
class TieredCache:
    """A `Cache` that asks `near` first. Available while `far` is."""

    near: Cache
    far: Cache

    @property
    def available(self) -> bool:
        return self.far.available

    def get(self, key: str, worth_s: float = math.inf) -> bytes | None:
        if (held := self.near.get(key)) is not None:
            return held
        found = self.far.get(key, worth_s)
        if found is not None:
            self.near.set(key, found, NEAR_TTL_S)
        return found

    def set(self, key: str, value: bytes, ttl_s: float, worth_s: float = math.inf) -> None:
        self.near.set(key, value, ttl_s)
        self.far.set(key, value, ttl_s, worth_s)

    def delete(self, key: str) -> None:
        self.near.delete(key)
        self.far.delete(key)
