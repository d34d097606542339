"""Work beside an event loop: others go on meanwhile, and whoever is cancelled loses nothing of what it gave."""

from __future__ import annotations

import asyncio
import threading

import pytest

from llm_router.aside import Aside, beside_the_loop, here


class Job:
    """Ends once it may; tells that it has begun, and on which thread."""

    def __init__(self) -> None:
        self.begun, self.may_end = asyncio.Event(), threading.Event()
        self.loop = asyncio.get_running_loop()
        self.thread: threading.Thread | None = None

    def __call__(self) -> str:
        self.thread = threading.current_thread()
        self.loop.call_soon_threadsafe(self.begun.set)
        assert self.may_end.wait(20)
        return "done"


def fails() -> None:
    raise ValueError("no")


@pytest.mark.parametrize("aside", [here, beside_the_loop])
def test_a_job_gives_what_it_gives_and_raises_what_it_raises(aside: Aside):
    assert asyncio.run(_given(aside)) == 7
    with pytest.raises(ValueError, match="no"):
        asyncio.run(_raised(aside))


async def _given(aside: Aside) -> int:
    return await aside(lambda: 7)


async def _raised(aside: Aside) -> None:
    await aside(fails)


def test_the_loop_goes_on_while_a_job_is_done_beside_it():
    async def both() -> Job:
        job = Job()
        waiting = asyncio.create_task(beside_the_loop(job))
        async with asyncio.timeout(20):
            await job.begun.wait()
            assert not waiting.done()
            job.may_end.set()
            assert await waiting == "done"
        return job

    assert asyncio.run(both()).thread is not threading.current_thread()


@pytest.mark.parametrize("times", [1, 2])
def test_whoever_is_cancelled_meanwhile_has_what_was_given_and_is_cancelled_when_it_next_waits(times: int):
    given: list[str] = []

    async def work(job: Job) -> None:
        given.append(await beside_the_loop(job))
        await asyncio.Event().wait()

    async def cancelled() -> tuple[bool, int]:
        job = Job()
        task = asyncio.create_task(work(job))
        async with asyncio.timeout(20):
            await job.begun.wait()
            for _ in range(times):
                task.cancel()
                await asyncio.sleep(0)
            assert not task.done()
            job.may_end.set()
            await asyncio.wait([task])
        return task.cancelled(), task.cancelling()

    assert asyncio.run(cancelled()) == (True, times)
    assert given == ["done"]


def test_a_time_that_is_over_meanwhile_is_told_when_the_job_has_ended():
    async def late() -> str:
        job = Job()
        given = ""
        try:
            async with asyncio.timeout(0.01):
                asyncio.get_running_loop().call_later(0.05, job.may_end.set)
                given = await beside_the_loop(job)
                await asyncio.sleep(20)
        except TimeoutError:
            return given
        return "in time"

    assert asyncio.run(late()) == "done"


def test_a_time_that_was_over_cancels_nobody_later_though_the_job_has_failed():
    async def late() -> tuple[int, str]:
        job = Job()

        def fails_then() -> None:
            job()
            fails()

        async def fails_late() -> None:
            asyncio.get_running_loop().call_later(0.05, job.may_end.set)
            await beside_the_loop(fails_then)

        with pytest.raises(TimeoutError) as told:
            async with asyncio.timeout(0.01):
                await fails_late()
        assert isinstance(told.value.__cause__, asyncio.CancelledError)
        assert isinstance(told.value.__cause__.__cause__, ValueError)
        given = await beside_the_loop(lambda: "done")
        await asyncio.sleep(0)
        task = asyncio.current_task()
        assert task is not None
        return task.cancelling(), given

    assert asyncio.run(late()) == (0, "done")
