"""A value that is read again now and then, and stays as it was while its store does not answer."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Generic, TypeVar

from llm_router.errors import StoreUnavailable
from llm_router.ports import Clock

T = TypeVar("T")

RETRY_AFTER_S = 60.0
"""How long the store is left alone after it did not give a value that is held: whoever finds out waits for it."""

LAST_GOOD_FOR_S = 15 * 60.0
"""How long the last good catalogue, or a key that was seen, is used without its store: prices move in days, outages end
in minutes."""


class Renewed(Generic[T]):
    """Reads a value when it is first asked for, and again when it is older than `every_s`.

    While it is read again, by whichever thread asks first, all others get the one before. Raises `StoreUnavailable`
    until it was read once, each time anew.
    """

    def __init__(self, read: Callable[[], T], clock: Clock, every_s: float) -> None:
        self._read = read
        self._clock = clock
        self._every_s = every_s
        self._held: list[T] = []
        self._due_at = float("-inf")
        self._lock = threading.Lock()

    def __call__(self) -> T:
        if not self._is_due():
            return self._held[0]
        # Whoever holds nothing has to wait; the others need not.
        if self._lock.acquire(blocking=not self._held):
            try:
                if self._is_due():
                    self._renew()
            finally:
                self._lock.release()
        return self._held[0]

    def expire(self) -> None:
        """Have it read again the next time it is asked for."""
        self._due_at = float("-inf")

    def _is_due(self) -> bool:
        return not self._held or self._clock.monotonic() >= self._due_at

    def _renew(self) -> None:
        try:
            found = self._read()
        except StoreUnavailable:
            if not self._held:
                raise
            self._due_at = self._clock.monotonic() + RETRY_AFTER_S
            return
        self._held = [found]
        self._due_at = self._clock.monotonic() + self._every_s
