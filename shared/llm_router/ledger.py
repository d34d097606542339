"""Counts gathered in the process and added to the store now and then, by a thread of their own."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from llm_router.errors import StoreUnavailable
from llm_router.figures import EVER, HOUR, KEPT_S, MINUTE, TOTAL, bucket_key
from llm_router.ports import Clock, RecordStore

MAX_NAMES = 400
"""Counters that one flush may touch; past it new model names are counted together, so that a bucket stays small."""


@dataclass
class Ledger:
    """Gathers counts and has a thread of its own add them to the store, `every_s` after the first that is due.

    With `every_s` 0 each is added at once, and there is no thread. It is one thread for good, since an embedded store
    opens a connection for each thread that writes.

    Figures are worth less than requests: when the store does not answer, what was gathered is kept for the next
    time, at most `MAX_NAMES` counters of it. Where the process is frozen between requests, as on Lambda, the thread
    goes on with the next one.
    """

    records: RecordStore
    clock: Clock
    every_s: float
    _gathered: dict[str, float] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _writer: threading.Thread | None = None
    _due: threading.Event = field(default_factory=threading.Event)
    _closed: threading.Event = field(default_factory=threading.Event)

    def add(self, amounts: Mapping[str, float]) -> None:
        """Count what `counts` made of an observation, or `attempt_counts` of an attempt."""
        with self._lock:
            self._gather(amounts)
            if self.every_s and self._writer is None:
                self._writer = threading.Thread(target=self._write, name="figures", daemon=True)
                self._writer.start()
        self._due.set()
        if not self.every_s:
            self.flush()

    def _write(self) -> None:
        """The thread: waits until something is due, and then for more to come with it."""
        while self._due.wait() and not self._closed.wait(self.every_s):
            self._due.clear()
            self.flush()

    def flush(self) -> None:
        """Add what was gathered to the store now."""
        with self._lock:
            due, self._gathered = self._gathered, {}
        now = self.clock.now()
        try:
            for period in (MINUTE, HOUR):
                self.records.add(period, bucket_key(now, period), due, expires_at=now + KEPT_S[period])
            self.records.add(TOTAL, EVER, due)
        except StoreUnavailable:
            with self._lock:
                self._gather(due)

    def close(self) -> None:
        """Flush what is due, for a process that ends."""
        self._closed.set()
        self._due.set()
        if self._writer is not None:
            self._writer.join()
        if self._gathered:
            self.flush()

    def _gather(self, amounts: Mapping[str, float]) -> None:
        for name, amount in amounts.items():
            known = name in self._gathered or len(self._gathered) < MAX_NAMES
            counted = name if known else f"{name.partition('|')[0]}|(other)"
            self._gathered[counted] = self._gathered.get(counted, 0.0) + amount
