"""Starts the workers on the service's ports, watches them, and ends them cleanly."""

from __future__ import annotations

import multiprocessing
import signal
import socket
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import chain
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

from llm_router.adapters import mapped
from llm_router.local import worker
from llm_router.local.listening import ports
from llm_router.settings import Settings, Store

STOP_AFTER_S = 8.0
READY_WITHIN_S = 60.0
POLL_S = 0.05
MAX_RESTARTS = 5


@dataclass
class Supervisor:
    """The workers of one service, kept alive until `stop` is set; `sockets` are each worker's."""

    settings: Settings
    template: Path
    environment: Mapping[str, str]
    sockets: Sequence[Sequence[socket.socket]]
    stopping: bool = False

    def run(self, on_ready: Callable[[], None]) -> int:
        """Serve until SIGINT or SIGTERM; the exit status. `on_ready` is called once requests are answered."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        self._make_cache()
        running = [self._start(number) for number in range(len(self.sockets))]
        try:
            if self._ready():
                on_ready()
            return self._watch(running)
        finally:
            self._end(running)

    def _make_cache(self) -> None:
        """What one worker found out, the others need not; where it cannot be made, each remembers for itself."""
        if self.settings.store is Store.SQLITE:
            with suppress(OSError):
                mapped.make(self.settings.shared_cache)

    def _start(self, number: int) -> BaseProcess:
        plan = worker.WorkerPlan(
            self.template,
            ports(self.settings),
            self.settings.max_in_flight,
            self.settings.max_generating,
            runs_swift_here=self.settings.store is not Store.AWS,
            runs_schedules=number == 0,
        )
        process = multiprocessing.get_context("spawn").Process(
            target=worker.run,
            args=(plan, list(self.sockets[number]), dict(self.environment)),
            name=f"worker-{number}",
            daemon=True,
        )
        process.start()
        return process

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _ready(self) -> bool:
        """True once the service answers on its first port; False when it was stopped or did not come up."""
        deadline = time.monotonic() + READY_WITHIN_S
        while not self.stopping and time.monotonic() < deadline:
            try:
                with socket.create_connection((self.settings.host, self.settings.port), timeout=2) as probe:
                    probe.settimeout(READY_WITHIN_S)
                    probe.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n")
                    if probe.recv(64).startswith(b"HTTP/1.1 200"):
                        return True
            except OSError:
                time.sleep(POLL_S)
        return False

    def _watch(self, running: list[BaseProcess]) -> int:
        restarts = 0
        while not self.stopping:
            for number, process in enumerate(running):
                if not process.is_alive():
                    restarts += 1
                    if restarts > MAX_RESTARTS:
                        print(f"A worker ended {restarts} times (status {process.exitcode}); giving up.", flush=True)
                        return 1
                    running[number] = self._start(number)
            time.sleep(POLL_S)
        return 0

    def _end(self, running: list[BaseProcess]) -> None:
        for listener in chain.from_iterable(self.sockets):
            listener.close()
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_AFTER_S
        for process in running:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
        with suppress(OSError):
            self.settings.shared_cache.unlink(missing_ok=True)
