"""A cache that others may write to: what was not written here, or not under this name, is a miss."""

from __future__ import annotations

import hashlib
import hmac
import math
from collections.abc import Callable
from dataclasses import dataclass

from llm_router.ports import Cache

SEAL = 16
"""Bytes before each value that only who has the secret can tell: a keyed hash of its name and of itself."""

_WHO = b"cache value"
"""So that a seal is no other hash with the same secret."""


@dataclass(frozen=True, slots=True)
class SealedCache:
    """A `Cache` over `held`, whose values carry a seal. One with another seal, or with none, is deleted.

    Somebody who can write there can still delete a value, or put back one that stood under the same name before.
    """

    held: Cache
    secret: Callable[[], bytes]

    @property
    def available(self) -> bool:
        return self.held.available

    def get(self, key: str, worth_s: float = math.inf) -> bytes | None:
        found = self.held.get(key, worth_s)
        if found is None:
            return None
        value = found[SEAL:]
        if not hmac.compare_digest(found[:SEAL], self._seal(key, value)):
            self.held.delete(key)
            return None
        return value

    def set(self, key: str, value: bytes, ttl_s: float, worth_s: float = math.inf) -> None:
        self.held.set(key, self._seal(key, value) + value, ttl_s, worth_s)

    def delete(self, key: str) -> None:
        self.held.delete(key)

    def _seal(self, key: str, value: bytes) -> bytes:
        name = key.encode()
        own = hashlib.sha256(self.secret()).digest()
        digest = hashlib.blake2b(len(name).to_bytes(8, "little"), key=own, person=_WHO, digest_size=SEAL)
        digest.update(name)
        digest.update(value)
        return digest.digest()
