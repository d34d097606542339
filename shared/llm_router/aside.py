"""Where work is done that asks a store: where it is asked for, or beside an event loop that serves others meanwhile."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Protocol, TypeVar

T = TypeVar("T")

THREADS = 16
"""Jobs done beside the loop at once. A store that is silent is soon left alone, so those few do not stay taken."""

# The loop's own pool looks up the names of providers, which are not to wait for our store.
_POOL = ThreadPoolExecutor(THREADS, thread_name_prefix="aside")


class Aside(Protocol):
    """Has a job done to its end and gives what it gives, or raises what it raises."""

    async def __call__(self, job: Callable[[], T], /) -> T: ...


async def here(job: Callable[[], T], /) -> T:
    """In the caller's thread: where it is quick, or where nobody else is served meanwhile."""
    return job()


async def beside_the_loop(job: Callable[[], T], /) -> T:
    """On a thread. Whoever is cancelled meanwhile is given what the job gives all the same, such as money set aside,
    which somebody has to settle, and is cancelled at the next thing that it waits for, as had the job been done here.
    Where the job raises, there is nothing to give: then that is why `CancelledError` is raised.

    Not for use under a time limit where something else may be raised before the next wait: the cancellation by which
    `asyncio` ends the block would outlive it.
    """
    running = asyncio.get_running_loop().run_in_executor(_POOL, job)
    task = asyncio.current_task()
    cancelled: asyncio.CancelledError | None = None
    assert task is not None, "somebody waits"  # noqa: S101
    while not running.done():
        try:
            await asyncio.wait([running])
        except asyncio.CancelledError as by_somebody:
            cancelled = by_somebody
    if cancelled is None:
        return running.result()
    if (failure := running.exception()) is not None:
        raise cancelled from failure
    # As often asked for as before, and due at the next wait.
    task.uncancel()
    task.cancel()
    return running.result()
