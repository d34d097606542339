"""Another process that holds the embedded store's write lock."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def stuck_writer(path: Path, seconds: float) -> Iterator[Callable[[], bool]]:
    """It has begun to write and ends that after so long, or with the block; what is given tells whether it still holds
    the lock. Whoever waits for it gets it in the end, so that who was refused has not waited."""
    holder = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    holder.execute("BEGIN IMMEDIATE")
    ends = threading.Timer(seconds, holder.rollback)
    ends.start()
    try:
        yield ends.is_alive
    finally:
        ends.cancel()
        ends.join()
        holder.close()
