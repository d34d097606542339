"""The counters of what keys spend, one document a key and month, and the settlements that the store has yet to take."""

from __future__ import annotations

import threading
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from llm_router.client_keys import MOST_KEYS
from llm_router.errors import StoreUnavailable
from llm_router.ports import Clock, RecordStore

SPEND = "spend"
MONTH = "month"
KEPT_S = 100 * 86_400.0
"""Since it was last counted: past the end of its month, so that no budget is forgotten while it counts, and as long as
whoever pays for a quarter may look it up in the store."""

MOST_WAITING = 1000
"""Documents whose settlements wait; a process spends for far fewer keys during an outage."""
AT_ONCE = 10
"""Waiting documents that one call writes, some milliseconds each: after an outage no single caller writes them all."""


@dataclass(frozen=True, slots=True)
class Period:
    """A month and a day of it, UTC. `day` and `in_progress` name the day's counters in the month's documents.

    What is set aside for calls in progress is also counted by itself. Calls that never end, as of a process that is
    killed, leave it too high, so it is counted by the day and told to people alone: no call is let in because of it.
    """

    month: str
    day: str
    in_progress: str

    @classmethod
    def of(cls, clock: Clock) -> Period:
        """The one that it is now."""
        now = datetime.fromtimestamp(clock.now(), UTC)
        return cls(f"{now:%Y-%m}", f"day{now:%d}", f"open{now:%d}")

    def document(self, key_id: str) -> str:
        """Under which a key's month is counted."""
        return f"{self.month}#{key_id}"

    def counted(self, usd: float, in_progress: float) -> Mapping[str, float]:
        """What is added to the counters: to the day's and the month's, and to that of what is in progress."""
        return {MONTH: usd, self.day: usd, self.in_progress: in_progress}


class SpendingBooks:
    """The documents. Raises `StoreUnavailable`. Safe to share between threads.

    A settlement that the store has certainly not taken waits in this process, and is written before the next one and
    before the next reservation. One that it may have taken is never written again, since what was given back twice
    would be money made. What still waits when the process ends is lost: then a call stays booked at the most that it
    could cost.
    """

    def __init__(self, records: RecordStore, clock: Clock) -> None:
        self._records = records
        self._clock = clock
        self._waiting: dict[str, dict[str, float]] = {}
        self._lock = threading.Lock()

    def add(
        self, document: str, amounts: Mapping[str, float], ceilings: Mapping[str, float] | None = None
    ) -> Mapping[str, float] | None:
        """Add in one atomic step, as `RecordStore.add` does."""
        until = self._clock.now() + KEPT_S
        return self._records.add(SPEND, document, amounts, ceilings=ceilings, expires_at=until)

    def settle(self, document: str, amounts: Mapping[str, float]) -> None:
        """Add, now or as soon as the store can be asked. What is raised tells that this settlement, or one that waited,
        may never be added."""
        with self._lock:
            self._wait(document, amounts)
        self.catch_up()

    def catch_up(self) -> None:
        """Write what waits, the latest first, as far as the store takes it and `AT_ONCE` documents at most.

        Raises `StoreUnavailable` where one may or may not have been written, or can wait no more: it is never added
        again. That the store cannot be asked yet is not raised.
        """
        for _ in range(AT_ONCE):
            with self._lock:
                if not self._waiting:
                    return
                document, amounts = self._waiting.popitem()
            try:
                self.add(document, amounts)
            except StoreUnavailable as failure:
                with self._lock:
                    if not failure.nothing_done or len(self._waiting) >= MOST_WAITING:
                        raise
                    self._wait(document, amounts)
                return

    def held(self, document: str, period: Period) -> Mapping[str, float]:
        """The document's counters of the period, 0 where nothing was counted."""
        # A store tells the counters of a single document only to whoever adds to them.
        nothing = period.counted(0.0, 0.0)
        return {**nothing, **(self.add(document, nothing) or {})}

    def month(self, month: str) -> Sequence[tuple[str, Mapping[str, float]]]:
        """All documents of a month with their counters."""
        self.catch_up()
        return self._records.counters(SPEND, MOST_KEYS, first=f"{month}#")

    def _wait(self, document: str, amounts: Mapping[str, float]) -> None:
        held = self._waiting.pop(document, {})
        self._waiting[document] = {**held, **{name: held.get(name, 0.0) + usd for name, usd in amounts.items()}}
