"""Idempotency keys: whose they are, how long an answer is kept, and what becomes of one that cannot be."""

from __future__ import annotations

import asyncio
import random
from dataclasses import dataclass, field
from typing import cast

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.errors import Conflict, StoreUnavailable
from llm_router.generation.idempotency import KIND, Once
from llm_router.ports import RecordStore
from tests.support.clock import FakeClock
from tests.support.faltering import Faltering

BODY = b'{"prompt": "hello"}'
RUNS_S, KEPT_S = 35, 3600
"""How long a request may run, and its answer is kept, in seconds."""

TOO_LARGE = random.Random(1).randbytes(160_000)
"""Cannot be packed: in base64 it is longer than what is kept."""


@dataclass
class World:
    """A store on a clock that is moved by hand, and how often something was done."""

    clock: FakeClock = field(default_factory=FakeClock)
    done: int = 0

    def __post_init__(self) -> None:
        self.kept = MemoryRecordStore(self.clock)
        self.store = Faltering(self.kept)
        self.once = self.knowing(b"secret")

    def knowing(self, secret: bytes) -> Once:
        return Once(cast(RecordStore, self.store), self.clock, secret)

    async def asked(self, answer: bytes, tenant: str = "one") -> bytes:
        async def work() -> bytes:
            self.done += 1
            return answer

        return await self.once.run(tenant, "a", BODY, work)

    def run(self, answer: bytes, tenant: str = "one") -> bytes:
        return asyncio.run(self.asked(answer, tenant))


def test_a_key_is_the_callers_own():
    world = World()
    assert [world.run(b"mine", "one"), world.run(b"yours", "other")] == [b"mine", b"yours"]
    assert [world.run(b"-", "one"), world.run(b"-", "other")] == [b"mine", b"yours"]
    assert world.done == 2


def test_an_answer_is_given_again_for_an_hour_and_no_longer():
    world = World()
    world.run(b"first")
    world.clock.pass_seconds(KEPT_S - 1)
    assert world.run(b"second") == b"first"
    world.clock.pass_seconds(2)
    assert world.run(b"second") == b"second"


def test_a_request_that_has_not_ended_when_it_must_have_may_be_sent_again():
    world = World()

    async def first() -> bytes:
        world.clock.pass_seconds(RUNS_S - 1)
        with pytest.raises(Conflict) as refused:
            await world.asked(b"too soon")
        assert (refused.value.code, refused.value.retry_after_s) == ("idempotency_in_progress", 2)
        world.clock.pass_seconds(2)
        return await world.asked(b"again")

    assert asyncio.run(world.once.run("one", "a", BODY, first)) == b"again"
    assert world.done == 1


@dataclass
class Late:
    """A request that is still at work when its time is over."""

    world: World
    ends: asyncio.Event = field(default_factory=asyncio.Event)

    async def begun(self, answer: bytes | None) -> asyncio.Task[bytes]:
        """The request, which will bring the answer or fail where there is none; its time is over when this returns."""

        async def work() -> bytes:
            await self.ends.wait()
            if answer is None:
                raise RuntimeError("late")
            return answer

        task = asyncio.create_task(self.world.once.run("one", "a", BODY, work))
        await asyncio.sleep(0)
        self.world.clock.pass_seconds(RUNS_S + 1)
        return task

    async def end(self, task: asyncio.Task[bytes]) -> None:
        self.ends.set()
        await asyncio.wait([task])
        task.exception()


@pytest.mark.parametrize("late", [None, b"late", TOO_LARGE], ids=["fails", "answers", "answers at length"])
def test_a_request_that_outlives_its_time_leaves_alone_what_its_successor_kept(late: bytes | None):
    world = World()

    async def both() -> bytes:
        request = Late(world)
        task = await request.begun(late)
        await world.asked(b"in time")
        await request.end(task)
        return await world.asked(b"again")

    assert asyncio.run(both()) == b"in time"
    assert world.done == 1


@pytest.mark.parametrize("late", [None, b"late"], ids=["fails", "answers"])
def test_a_request_that_outlives_its_time_leaves_alone_that_its_successor_is_at_work(late: bytes | None):
    world = World()

    async def both() -> None:
        first, second = Late(world), Late(world)
        task = await first.begun(late)
        other = asyncio.create_task(world.once.run("one", "a", BODY, second.ends.wait))  # type: ignore[arg-type]
        await asyncio.sleep(0)
        await first.end(task)
        with pytest.raises(Conflict) as refused:
            await world.asked(b"again")
        assert refused.value.code == "idempotency_in_progress"
        other.cancel()

    asyncio.run(both())
    assert world.done == 0


def test_an_answer_that_comes_late_is_kept_where_nobody_else_has_begun():
    world = World()

    async def alone() -> bytes:
        request = Late(world)
        await request.end(await request.begun(b"late"))
        return await world.asked(b"again")

    assert asyncio.run(alone()) == b"late"


def test_what_failed_may_be_sent_again_at_once_even_if_the_clock_jumps_back():
    world = World()

    async def fails() -> bytes:
        raise RuntimeError

    with pytest.raises(RuntimeError):
        asyncio.run(world.once.run("one", "a", BODY, fails))
    world.clock.time -= 3600
    assert world.run(b"again") == b"again"


def test_an_answer_too_large_to_be_kept_is_given_and_may_be_asked_for_again():
    world = World()
    assert [world.run(TOO_LARGE), world.run(TOO_LARGE)] == [TOO_LARGE, TOO_LARGE]
    assert world.done == 2


@pytest.mark.parametrize("silent", [set(), {"replace"}], ids=["answers again", "leaves alone what depends on others"])
def test_a_request_whose_beginning_was_written_without_an_answer_may_be_sent_again_at_once(silent: set[str]):
    world = World()
    world.store.lost, world.store.silent = {"put"}, silent
    with pytest.raises(StoreUnavailable):
        world.run(b"-")
    world.store.silent = set()
    assert world.run(b"again") == b"again"
    assert world.done == 1


def test_a_request_that_the_store_failed_may_be_sent_again_once_it_can_be_read():
    world = World()

    async def fails() -> bytes:
        world.store.silent = {"replace"}
        raise StoreUnavailable("silent")

    with pytest.raises(StoreUnavailable):
        asyncio.run(world.once.run("one", "a", BODY, fails))
    assert world.run(b"again") == b"again"


def test_whoever_cannot_tell_whether_another_has_begun_leaves_that_one_alone():
    world = World()

    async def first() -> bytes:
        world.store.silent = {"put", "replace"}
        with pytest.raises(StoreUnavailable):
            await world.asked(b"-")
        world.store.silent = set()
        with pytest.raises(Conflict):
            await world.asked(b"-")
        return b"first"

    assert asyncio.run(world.once.run("one", "a", BODY, first)) == b"first"
    assert world.done == 0


def test_what_is_kept_tells_neither_key_nor_body_to_whoever_guesses_them():
    names, bodies = set(), set()
    for secret, tenant in ((b"one", "one"), (b"one", "other"), (b"other", "one")):
        world = World()
        world.once = world.knowing(secret)
        world.run(b"{}", tenant)
        (record,) = world.kept.latest(KIND, 10)
        names.add(record.key)
        bodies.add(record.body)
    assert len(names) == len(bodies) == 3
