"""Waiting for the pieces of a stream, for none too long."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable
from typing import TypeVar

T = TypeVar("T")


class Silence:
    """Bounds each of many waits in a row by one timer: one for each of thousands of pieces a second would cost a tenth
    of their time."""

    def __init__(self) -> None:
        self._waits: asyncio.Task[object] | None = None
        self._ends = 0.0
        self._timer: asyncio.TimerHandle | None = None
        self._over = False

    async def bounded(self, piece: Awaitable[T], seconds: float) -> T:
        """What is waited for. Raises `TimeoutError` when it does not come within so many seconds."""
        task = asyncio.current_task()
        assert task is not None, "somebody waits"  # noqa: S101
        before = task.cancelling()
        self._waits, self._ends = task, asyncio.get_running_loop().time() + seconds
        if self._timer is None or self._timer.when() > self._ends:
            self._look_again()
        try:
            return await piece
        except asyncio.CancelledError:
            if self._over and task.uncancel() <= before:
                raise TimeoutError from None
            raise
        finally:
            self._waits = None

    def close(self) -> None:
        """No more is waited for."""
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _look_again(self) -> None:
        self.close()
        self._timer = asyncio.get_running_loop().call_at(self._ends, self._look)

    def _look(self) -> None:
        """End the wait that is over. While nobody waits there is no timer: the next wait sets it anew."""
        self._timer = None
        if self._waits is None:
            return
        if asyncio.get_running_loop().time() < self._ends:
            self._look_again()
            return
        self._over = True
        self._waits.cancel()
