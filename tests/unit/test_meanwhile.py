"""What is done while somebody else is waited for."""

from __future__ import annotations

import asyncio
from collections.abc import Callable

import pytest

from llm_router.web.meanwhile import meanwhile


def test_the_work_begins_first_and_what_is_prepared_comes_beside_its_result():
    order: list[str] = []

    async def both() -> tuple[str, None]:
        prepared = asyncio.Event()

        async def work() -> str:
            order.append("asked")
            await prepared.wait()
            order.append("answered")
            return "result"

        def prepare() -> None:
            order.append("prepared")
            prepared.set()

        return await meanwhile(work(), prepare)

    assert asyncio.run(both()) == ("result", None)
    assert order == ["asked", "prepared", "answered"]


def test_what_the_work_raises_is_raised():
    async def work() -> None:
        raise KeyError("lost")

    with pytest.raises(KeyError, match="lost"):
        asyncio.run(meanwhile(work(), list))


def test_what_the_work_has_given_when_its_caller_goes_in_that_very_turn_is_undone():
    undone: list[str] = []

    async def gone() -> None:
        begun, ready = asyncio.Event(), asyncio.Event()

        async def work() -> str:
            begun.set()
            await ready.wait()
            return "result"

        async def undo(result: str) -> None:
            await asyncio.sleep(0)  # as when a connection is closed
            undone.append(result)

        waiting = asyncio.create_task(meanwhile(work(), lambda: None, undo))
        await begun.wait()
        ready.set()
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting

    asyncio.run(gone())
    assert undone == ["result"]


def test_when_preparing_fails_or_the_caller_goes_the_work_is_called_off():
    async def called_off_by(prepare: Callable[[], object], *, goes: bool) -> bool:
        called_off, begun = False, asyncio.Event()

        async def work() -> None:
            nonlocal called_off
            begun.set()
            try:
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                called_off = True
                raise

        waiting = asyncio.ensure_future(meanwhile(work(), prepare))
        if goes:
            await begun.wait()
            waiting.cancel()
        await asyncio.wait([waiting])
        await asyncio.sleep(0)
        return called_off

    def broken() -> None:
        raise ValueError("broken")

    assert asyncio.run(called_off_by(broken, goes=False))
    assert asyncio.run(called_off_by(list, goes=True))
