"""Starts the workers on the service's ports, watches them, and ends them cleanly."""

from __future__ import annotations

import errno
import multiprocessing
import os
import signal
import socket
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from multiprocessing.process import BaseProcess
from pathlib import Path
from types import FrameType

from llm_router.errors import ConfigurationError
from llm_router.local import worker
from llm_router.settings import Settings, Store

MAX_WORKERS = 4
STOP_AFTER_S = 8.0
READY_WITHIN_S = 60.0
POLL_S = 0.05
MAX_RESTARTS = 5


def ports(settings: Settings) -> Mapping[int, str]:
    """Each port and the service that it serves alone; the first, for the whole API, has none."""
    return {
        settings.port: "",
        settings.classifier_port: "classify",
        settings.ingestor_port: "ingest",
        settings.dashboard_port: "dashboard",
    }


def bind(settings: Settings) -> list[socket.socket]:
    """Listening sockets on every port. Raises `ConfigurationError` naming the port that is taken."""
    bound: list[socket.socket] = []
    for port in ports(settings):
        family = socket.AF_INET6 if ":" in settings.host else socket.AF_INET
        # The protocol is named because asyncio turns Nagle's algorithm off only where it is; left on, it costs 40 ms.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((settings.host, port))
            listener.listen(1024)
        except OSError as failure:
            for opened in (*bound, listener):
                opened.close()
            raise ConfigurationError(_why(failure, settings.host, port)) from failure
        bound.append(listener)
    return bound


def _why(failure: OSError, host: str, port: int) -> str:
    setting = "PORT, CLASSIFIER_PORT, INGESTOR_PORT or DASHBOARD_PORT"
    if failure.errno == errno.EADDRINUSE:
        return f"Port {port} is taken by another program. Stop it, or choose another port with {setting}."
    if failure.errno == errno.EACCES:
        return f"Port {port} may not be opened by this user. Choose one above 1023 with {setting}."
    return f"Cannot listen on {host}:{port}: {failure.strerror or failure}."


@dataclass
class Supervisor:
    """The workers of one service, kept alive until `stop` is set."""

    settings: Settings
    template: Path
    environment: Mapping[str, str]
    sockets: list[socket.socket]
    stopping: bool = False

    def run(self, on_ready: Callable[[], None]) -> int:
        """Serve until SIGINT or SIGTERM; the exit status. `on_ready` is called once requests are answered."""
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        count = self.settings.workers or min(os.cpu_count() or 1, MAX_WORKERS)
        running = [self._start(number) for number in range(count)]
        try:
            if self._ready():
                on_ready()
            return self._watch(running)
        finally:
            self._end(running)

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
            target=worker.run, args=(plan, self.sockets, dict(self.environment)), name=f"worker-{number}", daemon=True
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
        for listener in self.sockets:
            listener.close()
        for process in running:
            process.terminate()
        deadline = time.monotonic() + STOP_AFTER_S
        for process in running:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()
