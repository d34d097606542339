"""Starts the workers on the service's ports, watches them, and ends them cleanly."""

from __future__ import annotations

import multiprocessing
import signal
import socket
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain
from multiprocessing import resource_tracker
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING

from llm_router.adapters import mapped
from llm_router.clock import SystemClock
from llm_router.composition.stores import behind_a_network
from llm_router.local import inherited, worker
from llm_router.local.listening import ports
from llm_router.local.restarts import Restarts
from llm_router.ports import Clock
from llm_router.settings import Settings

if TYPE_CHECKING:
    from multiprocessing.context import ForkContext, SpawnContext

STOP_AFTER_S = worker.GRACE_S + worker.LAST_WORDS_S + 2.0
"""How long workers have to end by themselves before they are killed: longer than they take to answer whoever still
waits."""
POLL_S = 0.05
TERMINAL_SIGNALS = (signal.SIGINT, signal.SIGHUP)
"""What a terminal sends to a whole process group, on Ctrl-C and when it closes."""


@dataclass(frozen=True, slots=True)
class Worker:
    """A process, and whether it answers."""

    process: BaseProcess
    ready: Event


@dataclass
class Supervisor:
    """The workers of one service, kept alive until `stop` is set; `sockets` are each worker's."""

    settings: Settings
    template: Path
    environment: Mapping[str, str]
    sockets: Sequence[Sequence[socket.socket]]
    clock: Clock = field(default_factory=SystemClock)
    stopping: bool = False
    forks: bool = False
    """Whether workers are forked from this process, and not started each from nothing."""
    lifeline: tuple[Connection, Connection] = field(default_factory=lambda: multiprocessing.Pipe(duplex=False))
    """The end that workers watch, and the one that goes with this process, however it ends."""

    def run(self, on_ready: Callable[[], None]) -> int:
        """Serve until SIGINT, SIGTERM or SIGHUP; the exit status. `on_ready` is called once all workers answer.

        1 when workers end in a loop, as `Restarts` says.
        """
        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, self._stop)
        if signal.getsignal(signal.SIGHUP) is not signal.SIG_IGN:  # as nohup leaves it, to outlive the terminal
            signal.signal(signal.SIGHUP, self._stop)
        self.forks = inherited.make(self.template, self.environment)
        if not self.forks:
            with _deaf_to(*TERMINAL_SIGNALS):
                # The process that Python starts beside workers. If it came with the first one, it would unblock SIGINT.
                resource_tracker.ensure_running()
        shares = self._make_cache()
        running = [self._start(number) for number in range(len(self.sockets))]
        try:
            return self._watch(running, on_ready)
        finally:
            self._end(running)
            if shares:
                self.settings.shared_cache.unlink(missing_ok=True)

    def _make_cache(self) -> bool:
        """What one worker found out, the others need not; where it cannot be made, each remembers for itself."""
        if not self.settings.shares_cache:
            return False
        try:
            mapped.make(self.settings.shared_cache)
        except OSError:
            return False
        return True

    def _start(self, number: int) -> Worker:
        plan = worker.WorkerPlan(
            self.template,
            ports(self.settings),
            self.settings.max_in_flight,
            self.settings.max_generating,
            runs_swift_here=not behind_a_network(self.settings),
            runs_schedules=number == 0,
        )
        context: ForkContext | SpawnContext = (
            multiprocessing.get_context("fork") if self.forks else multiprocessing.get_context("spawn")
        )
        ready = context.Event()
        process = context.Process(
            target=self._forked if self.forks else worker.run,
            args=(plan, list(self.sockets[number]), dict(self.environment), ready.set, self.lifeline[0]),
            name=f"worker-{number}",
            daemon=True,
        )
        # One that is forked has this process's way of ending at first, which would only note that it shall.
        with _deaf_to(*TERMINAL_SIGNALS, *([signal.SIGTERM] if self.forks else [])):
            process.start()
        return Worker(process, ready)

    def _forked(
        self,
        plan: worker.WorkerPlan,
        sockets: list[socket.socket],
        environment: Mapping[str, str],
        on_ready: Callable[[], None],
        lifeline: Connection,
    ) -> None:
        """A forked worker's entry point: let go of what is the parent's and the other workers'."""
        signal.signal(signal.SIGTERM, signal.SIG_DFL)
        signal.pthread_sigmask(signal.SIG_UNBLOCK, [signal.SIGTERM])
        self.lifeline[1].close()
        for listener in chain.from_iterable(self.sockets):
            if listener not in sockets:
                listener.close()
        worker.run(plan, sockets, environment, on_ready, lifeline)

    def _stop(self, _number: int, _frame: FrameType | None) -> None:
        self.stopping = True

    def _watch(self, running: list[Worker], on_ready: Callable[[], None]) -> int:
        """Start anew what ends. Who waits at the sockets of a worker that ended waits for the one in its place."""
        restarts, said = Restarts(self.clock), False
        while not self.stopping:
            for number, each in enumerate(running):
                if not each.process.is_alive():
                    restarts.one_ended()
                    if restarts.too_many:
                        status = each.process.exitcode
                        print(f"{restarts.ended} workers ended in a row (status {status}); giving up.", flush=True)
                        return 1
                    running[number] = self._start(number)
            if all(each.ready.is_set() for each in running):
                restarts.all_answer()
                if not said:
                    said = True
                    on_ready()
            time.sleep(POLL_S)
        return 0

    def _end(self, running: list[Worker]) -> None:
        for listener in chain.from_iterable(self.sockets):
            listener.close()
        processes = [each.process for each in running]
        for process in processes:
            process.terminate()
        deadline = time.monotonic() + STOP_AFTER_S
        for process in processes:
            process.join(max(0.0, deadline - time.monotonic()))
            if process.is_alive():
                process.kill()
                process.join()


@contextmanager
def _deaf_to(*signals: signal.Signals) -> Iterator[None]:
    """A process started meanwhile does not get these signals: its parent alone, which gets them after, ends it."""
    before = signal.pthread_sigmask(signal.SIG_BLOCK, signals)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)
