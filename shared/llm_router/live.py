"""What was seen of models here, held in the process: reading it costs a request nothing."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field

from llm_router.decay import DecayedCounters
from llm_router.errors import StoreUnavailable
from llm_router.outcomes import observed_models
from llm_router.ports import Clock
from llm_router.ranking.task import LiveLatency, Surroundings


def at_once(job: Callable[[], None]) -> None:
    """For a store that answers in microseconds."""
    job()


BACKGROUND = "live figures"
"""The name of the threads that read them."""


def in_background(job: Callable[[], None]) -> None:
    """For a store behind a network: the request goes on with what is held."""
    threading.Thread(target=job, name=BACKGROUND, daemon=True).start()


@dataclass
class LiveFigures:
    """The judgements and attempts of late, as the ranking takes them.

    A request takes what is held; once that is older than `every_s`, the first one to see it has it read anew by
    `run`, which may do so in the background. While the store does not answer, what is held stays.
    """

    judgements: DecayedCounters
    attempts: DecayedCounters
    clock: Clock
    every_s: float
    run: Callable[[Callable[[], None]], None]
    warn: Callable[[str], None]
    _held: Surroundings = field(default_factory=Surroundings)
    _read_at: float = float("-inf")
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def current(self) -> Surroundings:
        """What is held; never waits for a store but where `run` does."""
        if self.clock.monotonic() >= self._read_at + self.every_s and self._lock.acquire(blocking=False):
            try:
                due = self.clock.monotonic() >= self._read_at + self.every_s
                self._read_at = self.clock.monotonic()
            finally:
                self._lock.release()
            if due:
                self.run(self.renew)
        return self._held

    def fresh(self) -> Surroundings:
        """What the store holds now, or what is held while it does not answer."""
        self.renew()
        return self._held

    def renew(self) -> None:
        """Read it anew. Never raises."""
        try:
            judged, attempts = self.judgements.read(), self.attempts.read()
        except StoreUnavailable as failure:
            self.warn(f"Live figures are as they were: {failure.message}")
            return
        self._held = Surroundings(live=_speeds(attempts), observed=observed_models(judged, attempts))


def _speeds(attempts: Mapping[str, Mapping[str, float]]) -> dict[str, LiveLatency]:
    found = {}
    for model_id, sums in attempts.items():
        if (timed := sums.get("timed", 0.0)) > 0 and (token_ms := sums.get("token_ms", 0.0)) > 0:
            found[model_id] = LiveLatency(sums.get("first_ms", 0.0) / timed, 1000 * timed / token_ms, timed)
    return found
