"""Something to do while somebody else is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

T = TypeVar("T")
U = TypeVar("U")


async def meanwhile(
    work: Coroutine[Any, Any, T], prepare: Callable[[], U], undo: Callable[[T], Awaitable[None]] | None = None
) -> tuple[T, U]:
    """What the work gives, and what was prepared once the work had to wait for the first time.

    Raises what either raises; when it is the preparation, or the caller is gone, the work is called off. What it has
    given by then, and nobody takes, is what `undo` is for.
    """
    begun = asyncio.ensure_future(work)
    try:
        await asyncio.sleep(0)  # lets the work run until it waits
        prepared = prepare()
        return await begun, prepared
    except BaseException:
        if undo is not None and begun.done() and not begun.cancelled() and begun.exception() is None:
            await undo(begun.result())
        raise
    finally:
        begun.cancel()
