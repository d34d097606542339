"""Something to do while somebody else is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
U = TypeVar("U")


async def meanwhile(work: Coroutine[Any, Any, T], prepare: Callable[[], U]) -> tuple[T, U]:
    """What the work gives, and what was prepared once the work had to wait for the first time.

    Raises what either raises; when it is the preparation, or the caller is gone, the work is called off.
    """
    begun = asyncio.ensure_future(work)
    try:
        await asyncio.sleep(0)  # lets the work run until it waits
        prepared = prepare()
        return await begun, prepared
    finally:
        begun.cancel()
