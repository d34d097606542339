"""Counts gathered in the process and added to the store now and then, by a thread of their own."""

from __future__ import annotations

import contextlib
import itertools
import threading
from collections.abc import Mapping
from dataclasses import dataclass, field

from llm_router.counters import BY_MODEL
from llm_router.errors import StoreUnavailable
from llm_router.figures import EVER, TOTAL, BucketSize, bucket_key
from llm_router.ports import MOST_AMOUNTS, Clock, RecordStore

MAX_NAMES = 400
"""Counters that one flush may touch; past it new models are counted together, so that a bucket stays small."""


@dataclass
class Ledger:
    """Gathers counts and has a thread of its own add them to the store, `every_s` after the first that is due.

    With `every_s` 0 each is added at once, and there is no thread. It is one thread for good, since an embedded store
    opens a connection for each thread that writes.

    Figures are worth less than requests: when the store does not answer, what it has not taken is kept for the next
    time, at most `MAX_NAMES` counters of it for each document that is owed them. Where the process is frozen between
    requests, as on Lambda, the thread goes on with the next one.

    A write that may or may not have been done is done again, and so may count twice: a store that does not answer has
    mostly added nothing, and the counts of an outage are what it is understood by. What a store cannot take is dropped.

    The document that only grows holds a counter for every model that was ever named, and a write costs by the size of
    what it changes: that one is added to at most every `total_every_s`. It begins with every flush and waits twice as
    long each time, so that a process that is ended early has told most of what it counted. When it is due, the thread
    writes it though nothing more is counted.
    """

    records: RecordStore
    clock: Clock
    every_s: float
    total_every_s: float = 0.0
    _gathered: dict[str, float] = field(default_factory=dict)
    _owed: dict[str, dict[str, float]] = field(default_factory=dict)
    _total_due_at: float = float("-inf")
    _total_wait_s: float = 0.0
    _lock: threading.Lock = field(default_factory=threading.Lock)
    _writer: threading.Thread | None = None
    _due: threading.Event = field(default_factory=threading.Event)
    _closed: threading.Event = field(default_factory=threading.Event)

    def add(self, amounts: Mapping[str, float]) -> None:
        """Count what `counts` made of an observation, or `attempt_counts` of an attempt."""
        with self._lock:
            _gather(self._gathered, amounts)
            if self.every_s and self._writer is None:
                self._writer = threading.Thread(target=self._write, name="figures", daemon=True)
                self._writer.start()
        self._due.set()
        if not self.every_s:
            self.flush()

    def _write(self) -> None:
        """The thread: waits until something is due, and then for more to come with it."""
        while True:
            self._due.wait(self._owes_for_s())
            if self._closed.wait(self.every_s):
                return
            self._due.clear()
            if self._closed.is_set():  # meanwhile, and what it set to wake this thread may just have been cleared
                return
            self.flush()

    def _owes_for_s(self) -> float | None:
        """Seconds until what the store has not taken yet is due, though nothing more comes; None where nothing is."""
        with self._lock:
            return max(0.0, self._total_due_at - self.clock.monotonic()) if self._owed else None

    def flush(self, *, ending: bool = False) -> None:
        """Add what was gathered to the store now, and to the document that only grows if that is due or all ends.

        Never raises.
        """
        with self._lock:
            due, self._gathered = self._gathered, {}
            for kind in (*BucketSize, TOTAL):
                _gather(self._owed.setdefault(kind, {}), due)
            owed, self._owed = self._owed, {}
        now = self.clock.now()
        with contextlib.suppress(StoreUnavailable):
            for size in BucketSize:
                self._write_down(size, bucket_key(now, size), owed[size], expires_at=now + size.kept_s)
            if ending or self.clock.monotonic() >= self._total_due_at:
                self._write_down(TOTAL, EVER, owed[TOTAL])
                self._total_wait_s = min(self.total_every_s, max(self.every_s, 2 * self._total_wait_s))
                self._total_due_at = self.clock.monotonic() + self._total_wait_s
        with self._lock:
            for kind, amounts in owed.items():
                if amounts:
                    _gather(self._owed.setdefault(kind, {}), amounts)

    def _write_down(self, kind: str, key: str, owed: dict[str, float], expires_at: float | None = None) -> None:
        """Add to one document what it is owed, and strike out what it has taken. Raises `StoreUnavailable`."""
        at_once = MOST_AMOUNTS
        while part := dict(itertools.islice(owed.items(), at_once)):
            try:
                self.records.add(kind, key, part, expires_at=expires_at)
            except StoreUnavailable:
                raise
            except Exception:  # noqa: BLE001 - a name that no store can hold must not end the counting of others
                if at_once > 1:
                    at_once = 1
                    continue
            for name in part:
                del owed[name]

    def close(self) -> None:
        """Flush what is due, for a process that ends."""
        self._closed.set()
        self._due.set()
        if self._writer is not None:
            self._writer.join()
        if self._gathered or self._owed:
            self.flush(ending=True)


def _gather(held: dict[str, float], amounts: Mapping[str, float]) -> None:
    """Add the amounts to those held. Kinds that are few are always told apart, models only so many of."""
    for name, amount in amounts.items():
        kind = name.partition("|")[0]
        known = name in held or len(held) < MAX_NAMES or kind not in BY_MODEL
        counted = name if known else f"{kind}|(other)"
        held[counted] = held.get(counted, 0.0) + amount
