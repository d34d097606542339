"""When what is held is read anew: now and then, by whoever finds it due, while all others go on with what there is."""

from __future__ import annotations

import threading
from collections.abc import Callable

from llm_router.ports import Clock

CHECK_EVERY_S = 30.0
"""How long a version is trusted before the store is asked for a newer one: a new version is seen within this."""

LAST_GOOD_FOR_S = 15 * 60.0
"""How long the last good catalogue, or a key that was seen, is used without its store: prices move in days, outages end
in minutes."""


class Renewal:
    """Has `renew` called when it is due, by one thread at a time. Whoever comes meanwhile does not wait for it, unless
    it has never succeeded: then there is nothing to go on with.

    `renew` gives the seconds until it is due again; where it raises, it stays due.
    """

    def __init__(self, renew: Callable[[], float], clock: Clock) -> None:
        self._renew = renew
        self._clock = clock
        self._done = False
        self._expired = False
        self._due_at = float("-inf")
        self._lock = threading.Lock()

    def if_due(self) -> None:
        """Renew, if it is time and nobody else does. Raises what `renew` raises."""
        if self._is_due() and self._lock.acquire(blocking=not self._done):
            try:
                if self._is_due():
                    self._expired, self._due_at = False, float("-inf")
                    wait_s = self._renew()
                    self._due_at = self._clock.monotonic() + wait_s
                    self._done = True
            finally:
                self._lock.release()

    def expire(self) -> None:
        """It is due from now on, however lately it was done, and also where it is being done."""
        self._expired = True

    def _is_due(self) -> bool:
        return self._expired or self._clock.monotonic() >= self._due_at
