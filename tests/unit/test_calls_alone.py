"""An answer of calls alone, where none may be made, is paid for as it was told, and nobody is left alone for it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field, replace

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.budgets import Budgets
from llm_router.client_keys import ClientKey
from llm_router.errors import UpstreamError
from llm_router.generation.attempt import AttemptReport
from llm_router.generation.chat import ChatChunk, ChatRequest, StopReason, ToolCall, ToolCallDelta, Usage
from llm_router.generation.cooling import PROVIDER_FAILURES, Cooling
from llm_router.generation.generator import Completed, Generator, Stream
from llm_router.generation.job import Job
from llm_router.generation.pricing import cost_usd
from llm_router.generation.provider import OUR_FAULT, Failure, ProviderFailed
from llm_router.generation.walk import Walk
from llm_router.ranking.tokens import reading_of
from tests.support.chat import ask
from tests.support.clock import FakeClock
from tests.support.models import model
from tests.support.providers import FakeProvider, FakeProviders

FIRST, SECOND = replace(model("first"), provider="one"), replace(model("second"), provider="two")
LONG = "word " * 500
CALLS = (ToolCall("a", "get_weather", LONG),)
TOLD, SMALL = Usage(1000, 2000), Usage(10, 5)
KEY = ClientKey("k1", "a team", "hash", 0.0, usd_per_day=5.0)


@dataclass
class Thinking(FakeProvider):
    """A stream that thinks before its calls, says why it ends if it `ends`, and otherwise ends or `waits`."""

    ends: bool = True
    waits: bool = False

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        yield ChatChunk(reasoning="Hm.")
        async for piece in super().stream(model, request, timeout_s):
            if self.ends or piece.tool_calls:
                yield piece
            elif self.waits:
                await asyncio.Event().wait()


@dataclass
class World:
    providers: tuple[FakeProvider, ...]
    clock: FakeClock = field(default_factory=lambda: FakeClock(1e9))
    heard: list[AttemptReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.cooling = Cooling(self.clock)
        self.budgets = Budgets(MemoryRecordStore(self.clock), self.clock)
        known = dict(zip(("one", "two"), self.providers, strict=False))
        walk = Walk(FakeProviders(None, known), self.cooling, self.clock, print)
        self.generator = Generator(walk, self.budgets, self.heard.append, self.clock, print)

    def job(self) -> Job:
        models = (FIRST, SECOND)[: len(self.providers)]
        return Job(ask(), models, reading_of("hi"), self.clock.monotonic() + 25, key=KEY)

    @property
    def booked(self) -> float:
        return self.budgets.spends()["k1"].day


async def whole(world: World) -> Completed:
    return await world.generator.whole(world.job(), lambda _: 0.0)


async def streamed(world: World) -> Stream:
    stream = await world.generator.stream(world.job())
    async for _ in stream.pieces:
        pass
    return stream


Way = Callable[[World], Coroutine[object, object, Completed | Stream]]
WAYS = pytest.mark.parametrize("way", [whole, streamed])


def usd(*used: Usage) -> float:
    return sum(cost_usd(FIRST, each) or 0.0 for each in used)


def begun_and_broken(provider: FakeProvider) -> tuple[World, Usage, Failure | None]:
    """A stream that begins and breaks, or whose caller does not wait for its end, and what is billed of it."""
    world = World((provider,))

    async def read() -> tuple[Usage, Failure | None]:
        stream, failure = await world.generator.stream(world.job()), None
        try:
            async with asyncio.timeout(0.05):
                pieces = [piece async for piece in stream.pieces]
                pytest.fail(f"it ends well: {pieces}")
        except ProviderFailed as broken:
            failure = broken.failure
        except TimeoutError:
            pass
        assert stream.bill is not None
        return stream.bill.usage, failure

    return world, *asyncio.run(read())


@WAYS
def test_what_its_provider_counted_is_booked_beside_the_next_model_s_answer(way: Way):
    world = World((FakeProvider(calls=CALLS, usage=TOLD), FakeProvider(usage=SMALL)))
    assert asyncio.run(way(world)).model is SECOND
    assert world.booked == pytest.approx(usd(TOLD, SMALL), abs=2e-6)


@WAYS
def test_where_nobody_counts_what_was_written_is(way: Way):
    world = World((FakeProvider(calls=CALLS, usage=None),))
    with pytest.raises(UpstreamError, match="calls_alone"):
        asyncio.run(way(world))
    assert usd(Usage(0, 400)) < world.booked < usd(Usage(20, 700))


@WAYS
def test_however_often_it_happens_nobody_rests_and_nothing_is_learnt_of_the_model(way: Way):
    world = World((FakeProvider(calls=CALLS), FakeProvider()))
    for _ in range(2 * PROVIDER_FAILURES):
        assert asyncio.run(way(world)).model is SECOND
    assert world.cooling.wait_s(FIRST) == 0
    failures = {each.failure for each in world.heard if each.model == FIRST.id}
    assert failures == {Failure.CALLS_ALONE} <= {*OUR_FAULT}


def test_a_stream_that_thought_first_breaks_off_and_is_billed_as_its_provider_counted():
    world, billed, failure = begun_and_broken(Thinking(calls=CALLS, usage=TOLD))
    assert (failure, billed) == (Failure.CALLS_ALONE, TOLD)
    assert world.booked == pytest.approx(usd(TOLD), abs=2e-6)
    assert world.cooling.wait_s(FIRST) == 0


def test_of_one_that_is_left_meanwhile_the_calls_are_billed_that_were_read():
    _, billed, failure = begun_and_broken(Thinking(calls=CALLS, ends=False, waits=True))
    assert failure is None
    assert 400 < billed.completion_tokens < 700


def test_one_that_does_not_say_why_it_ended_is_broken_like_any_other():
    _, _, failure = begun_and_broken(Thinking(calls=CALLS, ends=False))
    assert failure is Failure.GARBAGE


@dataclass
class Breaking(FakeProvider):
    """A stream that breaks off behind its calls or, where nothing `breaks` it, waits."""

    breaks: Failure | None = None

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        yield ChatChunk(tool_calls=(ToolCallDelta(0, "a", "get_weather", LONG),))
        if self.breaks is None:
            await asyncio.Event().wait()
        else:
            raise ProviderFailed(self.breaks)


@pytest.mark.parametrize("breaks", [Failure.SERVER_ERROR, Failure.UNREACHABLE, Failure.GARBAGE, Failure.TIMEOUT])
def test_of_calls_that_break_off_before_anything_was_told_those_are_booked_that_were_read(breaks: Failure):
    world = World((Breaking(breaks=breaks), FakeProvider(usage=SMALL)))
    assert asyncio.run(streamed(world)).model is SECOND
    assert usd(Usage(0, 400), SMALL) < world.booked < usd(Usage(20, 700), SMALL)


def test_so_they_are_of_a_caller_who_leaves():
    world = World((Breaking(),))

    async def leave() -> None:
        async with asyncio.timeout(0.05):
            await streamed(world)

    with pytest.raises(TimeoutError):
        asyncio.run(leave())
    assert usd(Usage(0, 400)) < world.booked < usd(Usage(20, 700))


def test_what_was_read_of_one_attempt_is_not_booked_for_the_next():
    world = World((Breaking(breaks=Failure.SERVER_ERROR), FakeProvider(fails=ProviderFailed(Failure.SERVER_ERROR))))
    with pytest.raises(UpstreamError):
        asyncio.run(streamed(world))
    assert world.booked < usd(Usage(20, 700))


def test_words_behind_the_calls_are_told_with_the_reason_for_the_end():
    @dataclass
    class Late(FakeProvider):
        async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
            async for piece in FakeProvider(calls=CALLS, usage=TOLD).stream(model, request, timeout_s):
                yield piece
            yield ChatChunk("Fine.")

    world = World((Late(),))

    async def read() -> list[ChatChunk]:
        return [piece async for piece in (await world.generator.stream(world.job())).pieces]

    pieces = asyncio.run(read())
    assert "".join(piece.text for piece in pieces) == "Fine."
    assert [piece.stop for piece in pieces if piece.stop is not None] == [StopReason.STOP]
    assert world.booked == pytest.approx(usd(TOLD), abs=2e-6)
