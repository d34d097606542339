"""A circuit breaker: after enough failures stop asking for a while, then let one probe find out."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

from llm_router.ports import Clock


class BreakerState(StrEnum):
    """Closed: calls go through. Open: none do. Half-open: one probe is out."""

    CLOSED = "closed"
    OPEN = "open"
    HALF_OPEN = "half_open"


@dataclass
class Breaker:
    """Opens after `failures` failures in a row and lets one probe through `open_s` seconds later.

    Ask `allows()` before a call and tell `succeeded()`, `failed()` or `not_made()` after it. `trip()` opens at once. A
    probe whose outcome is never told is given up after another `open_s`. Safe to share between threads. `opened` and
    `closed` hear when it opens and when it is closed again.
    """

    clock: Clock
    failures: int = 3
    open_s: float = 30.0
    opened: Callable[[], None] | None = None
    closed: Callable[[], None] | None = None
    _failed: int = 0
    _opened_at: float | None = None
    _probe_at: float | None = None
    _lock: threading.Lock = field(default_factory=threading.Lock, repr=False)

    @property
    def state(self) -> BreakerState:
        if self._opened_at is None:
            return BreakerState.CLOSED
        return BreakerState.OPEN if self._probe_at is None else BreakerState.HALF_OPEN

    def allows(self) -> bool:
        """True if a call may be made now; when open and due, exactly one caller hears True."""
        if self._opened_at is None:
            return True
        with self._lock:
            since = self._opened_at if self._probe_at is None else self._probe_at
            now = self.clock.monotonic()
            if since is not None and now - since < self.open_s:
                return False
            self._probe_at = None if since is None else now
            return True

    def succeeded(self) -> None:
        """The call went well: closed, and the count starts anew."""
        if self._failed == 0 and self._opened_at is None:
            return
        with self._lock:
            was_open = self._opened_at is not None
            self._failed, self._opened_at, self._probe_at = 0, None, None
        if was_open and self.closed is not None:
            self.closed()

    def failed(self) -> None:
        """The call failed: one more in the row, and a failed probe opens for another period."""
        with self._lock:
            self._failed += 1
            is_news = (self._opened_at is not None or self._failed >= self.failures) and self._open()
        if is_news and self.opened is not None:
            self.opened()

    def not_made(self) -> None:
        """The call that was allowed was not made after all: whoever asks next may make it."""
        with self._lock:
            self._probe_at = None

    def trip(self) -> None:
        """Open at once."""
        with self._lock:
            is_news = self._open()
        if is_news and self.opened is not None:
            self.opened()

    def _open(self) -> bool:
        """Open from now on, under the lock; whether that is news."""
        was_open = self._opened_at is not None
        self._opened_at, self._probe_at = self.clock.monotonic(), None
        return not was_open
