"""An in-process cache: least recently used goes first, bounded by entries and by bytes."""

from __future__ import annotations

import math
import threading
from collections import OrderedDict

from llm_router.ports import Clock


class LruCache:
    """A `Cache` in this process's memory. Get and set are O(1) and safe to share between threads."""

    available = True

    def __init__(self, clock: Clock, *, max_entries: int, max_bytes: int) -> None:
        self._clock = clock
        self._max_entries = max_entries
        self._max_bytes = max_bytes
        self._bytes = 0
        self._entries: OrderedDict[str, tuple[bytes, float]] = OrderedDict()
        self._lock = threading.Lock()

    def __len__(self) -> int:
        return len(self._entries)

    def get(self, key: str, worth_s: float = math.inf) -> bytes | None:
        with self._lock:
            held = self._entries.get(key)
            if held is None:
                return None
            if held[1] <= self._clock.monotonic():
                self._drop(key)
                return None
            self._entries.move_to_end(key)
            return held[0]

    def set(self, key: str, value: bytes, ttl_s: float, worth_s: float = math.inf) -> None:
        """A value longer than a sixteenth of the whole is not kept: it would push out too many others."""
        if len(value) * 16 > self._max_bytes:
            self.delete(key)
            return
        with self._lock:
            if key in self._entries:
                self._drop(key)
            self._entries[key] = (value, self._clock.monotonic() + ttl_s)
            self._bytes += len(value) + len(key)
            while len(self._entries) > self._max_entries or self._bytes > self._max_bytes:
                self._drop(next(iter(self._entries)))

    def delete(self, key: str) -> None:
        with self._lock:
            if key in self._entries:
                self._drop(key)

    def _drop(self, key: str) -> None:
        value, _ = self._entries.pop(key)
        self._bytes -= len(value) + len(key)
