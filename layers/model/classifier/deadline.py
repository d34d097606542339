"""Runs a call in a thread of its own, so that its caller can walk away when it takes too long."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable
from queue import SimpleQueue
from typing import TypeVar

Result = TypeVar("Result")
Jobs = SimpleQueue[Callable[[], None]]


class DeadlinePassed(Exception):
    """The call had not returned in time. It may still be running."""


class DeadlineRunner:
    """Keeps idle threads for the next call; one that overran its deadline is given up, not waited for.

    A thread that never returns is lost until the process ends, so a caller whose calls keep overrunning should
    stop calling for a while, as a circuit breaker does.
    """

    def __init__(self) -> None:
        self._idle: list[Jobs] = []
        self._process = os.getpid()

    def run(self, call: Callable[[], Result], deadline_s: float) -> Result:
        """What `call` returns or raises; `DeadlinePassed` after `deadline_s` seconds."""
        results: list[Result] = []
        errors: list[BaseException] = []
        finished = threading.Event()

        def job() -> None:
            try:
                results.append(call())
            except BaseException as error:  # noqa: BLE001 - whatever it is, it is raised again in the caller's thread
                errors.append(error)
            finished.set()

        jobs = self._thread()
        jobs.put(job)
        if not finished.wait(deadline_s):
            raise DeadlinePassed
        self._idle.append(jobs)
        if errors:
            raise errors[0]
        return results[0]

    def _thread(self) -> Jobs:
        if os.getpid() != self._process:
            # Threads do not survive a fork.
            self._idle, self._process = [], os.getpid()
        try:
            return self._idle.pop()
        except IndexError:
            jobs: Jobs = SimpleQueue()
            threading.Thread(target=_work, args=(jobs,), name="deadline", daemon=True).start()
            return jobs


def _work(jobs: Jobs) -> None:
    while True:
        jobs.get()()
