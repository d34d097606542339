"""The processes that the router runs in: each tells now and then what it uses, and the dashboard reads it back."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Callable
from dataclasses import asdict, dataclass

from llm_router.errors import StoreUnavailable
from llm_router.ports import Clock, Record, RecordStore
from llm_router.running import Run, at_once

KIND = "process"
EVERY_S = 10.0
KEPT_S = 120.0
"""A process that has said nothing for so long has ended, or is frozen between requests."""

MOST = 64


@dataclass(frozen=True, slots=True)
class ProcessUsage:
    """What a process uses now. None where the system does not tell; `memory_limit` is None where there is none.

    Memory is in bytes, `cpu_s` in seconds since the process began.
    """

    memory: int | None
    memory_limit: int | None
    cpu_s: float
    threads: int | None
    open_files: int | None
    connections: int | None


@dataclass(frozen=True, slots=True)
class Process:
    """A process as it last told. `cpu` is the share of one processor since it told before; times are epoch seconds."""

    name: str
    at: float
    started_at: float
    cpu: float
    usage: ProcessUsage


class Pulse:
    """Tells of this process, at most every `EVERY_S`. Silent while the store does not answer, which `run` asks."""

    def __init__(
        self, records: RecordStore, clock: Clock, name: str, measure: Callable[[], ProcessUsage], run: Run = at_once
    ) -> None:
        self._run = run
        self._records = records
        self._clock = clock
        self._name = name
        self._measure = measure
        self._started_at = clock.now()
        self._due_at = float("-inf")
        self._before: tuple[float, float] | None = None

    def beat(self) -> None:
        """Tell, if it is time."""
        monotonic = self._clock.monotonic()
        if monotonic < self._due_at:
            return
        self._due_at = monotonic + EVERY_S
        usage = self._measure()
        since, used = self._before or (monotonic, usage.cpu_s)
        cpu = (usage.cpu_s - used) / (monotonic - since) if monotonic > since else 0.0
        self._before = (monotonic, usage.cpu_s)
        now = self._clock.now()
        body = json.dumps(asdict(Process(self._name, now, self._started_at, round(max(0.0, cpu), 4), usage)))
        told = Record(KIND, f"{_period(now)} {self._name}", body, expires_at=now + KEPT_S)
        self._run(lambda: self._tell(told))

    def _tell(self, told: Record) -> None:
        with contextlib.suppress(StoreUnavailable):
            self._records.put(told)


def running(records: RecordStore, clock: Clock) -> list[Process]:
    """The processes that told of themselves of late, by name. Raises `StoreUnavailable`.

    Those that ended are not read, which a table may keep for days: what is told begins a new key every `KEPT_S`, so
    that nobody who lives is found before the last two.
    """
    newest: dict[str, Process] = {}
    for record in records.latest(KIND, 2 * MOST, first=_period(clock.now() - KEPT_S)):
        if (process := _process(record)) is not None:
            newest.setdefault(process.name, process)
    return sorted(newest.values(), key=lambda process: process.name)[:MOST]


def _period(now: float) -> str:
    """The beginning of a key; keys sort by time."""
    return f"{int(now // KEPT_S * KEPT_S):010d}"


def _process(record: Record) -> Process | None:
    try:
        values = json.loads(record.body)
        return Process(**{**values, "usage": ProcessUsage(**values["usage"])})
    except (ValueError, TypeError, KeyError):
        return None
