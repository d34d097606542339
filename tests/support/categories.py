"""Own categories as everyone sees them once the change has been read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import TypeVar

from llm_router.running import READING_THREAD

T = TypeVar("T")


def once_read(ask: Callable[[], T]) -> T:
    """What `ask` gives when the changed list that its first call may have found has been read."""
    ask()
    for thread in threading.enumerate():
        if thread.name == READING_THREAD:
            thread.join(60)
    return ask()
