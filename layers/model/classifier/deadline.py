"""Tells runs of the model that take too long to stop, without a thread of their own for each."""

from __future__ import annotations

import os
import threading
import time

from classifier.runtime import RunOptions

STEP_S = 0.02
"""How often runs are looked at while there are any: a deadline is kept to within this."""

LINGER = 50
"""Looks without a run before the watch goes to sleep, so that steady traffic does not wake it for every request."""


class Watchdog:
    """One thread that watches all runs. It starts with the first run, and anew in a forked process."""

    def __init__(self) -> None:
        self._runs: dict[int, tuple[float, RunOptions]] = {}
        self._wake = threading.Event()
        self._process = 0
        self._lock = threading.Lock()

    def watch(self, run: RunOptions, deadline_s: float) -> None:
        """Set the run's `terminate` unless it is released within so many seconds."""
        if self._process != os.getpid():
            self._start()
        self._runs[id(run)] = (time.monotonic() + deadline_s, run)
        if not self._wake.is_set():
            self._wake.set()

    def release(self, run: RunOptions) -> None:
        """The run has ended."""
        self._runs.pop(id(run), None)

    def _start(self) -> None:
        with self._lock:
            if self._process != os.getpid():
                self._runs.clear()
                threading.Thread(target=self._look, name="watchdog", daemon=True).start()
                self._process = os.getpid()

    def _look(self) -> None:
        while True:
            self._wake.wait()
            idle = 0
            while idle < LINGER:
                time.sleep(STEP_S)
                runs = list(self._runs.values())
                idle = 0 if runs else idle + 1
                now = time.monotonic()
                for until, run in runs:
                    if now >= until:
                        run.terminate = True
            self._wake.clear()
            # A run that came between the last look and the clearing found the watch awake and did not wake it.
            if self._runs:
                self._wake.set()
