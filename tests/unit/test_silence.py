"""Waits in a row that one timer bounds."""

from __future__ import annotations

import asyncio

import pytest

from llm_router.generation.silence import Silence


async def soon(value: int) -> int:
    await asyncio.sleep(0)
    return value


async def never() -> int:
    await asyncio.Event().wait()
    raise AssertionError


def test_what_comes_in_time_is_given_and_what_does_not_is_given_up():
    async def waited() -> list[int]:
        silence = Silence()
        found = [await silence.bounded(soon(number), 10) for number in range(100)]
        for seconds in (0.01, 0.0):
            with pytest.raises(TimeoutError):
                await silence.bounded(never(), seconds)
        found.append(await silence.bounded(soon(100), 10))
        silence.close()
        return found

    assert asyncio.run(waited()) == list(range(101))


def test_a_wait_is_as_long_as_it_may_be_whenever_the_one_before_began():
    async def waited() -> float:
        silence, loop = Silence(), asyncio.get_running_loop()
        await silence.bounded(soon(0), 0.02)
        started = loop.time()
        with pytest.raises(TimeoutError):
            await silence.bounded(never(), 0.1)
        return loop.time() - started

    assert asyncio.run(waited()) >= 0.099


def test_who_is_called_off_from_elsewhere_hears_that():
    async def waited() -> bool:
        waiting = asyncio.create_task(Silence().bounded(never(), 10))
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
        return waiting.cancelled()

    assert asyncio.run(waited())
