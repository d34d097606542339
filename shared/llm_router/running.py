"""Three ways of running a job that a request finds due: now, in the background, or waited for a moment."""

from __future__ import annotations

import threading
from collections.abc import Callable

Run = Callable[[Callable[[], None]], None]
"""Has a job done, by the time that it returns or later."""

BACKGROUND_THREAD = "in the background"
"""The name of the threads that `in_background` starts."""

READING_THREAD = "own categories"
"""The name of the threads that `beside_requests` starts: they read a changed list's examples."""

PATIENCE_S = 0.1
"""How long the request that finds a change waits for it, once a change, and with it whoever its event loop serves: a
dozen new examples are read by then, so that whoever adds them sees them used at once."""


def at_once(job: Callable[[], None]) -> None:
    """Now, in the caller's thread: where it is quick, or where nobody else is served meanwhile."""
    job()


def in_background(job: Callable[[], None]) -> None:
    """For a store behind a network: the request goes on with what is held."""
    threading.Thread(target=job, name=BACKGROUND_THREAD, daemon=True).start()


def beside_requests(job: Callable[[], None]) -> None:
    """For a process that serves others meanwhile: the job is waited for shortly, and goes on in a thread of its own."""
    thread = threading.Thread(target=job, name=READING_THREAD, daemon=True)
    thread.start()
    thread.join(PATIENCE_S)
