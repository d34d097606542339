"""What is booked of an answer, and what one that breaks or is left says of its model."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Coroutine
from dataclasses import dataclass, field, replace

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.budgets import Budgets
from llm_router.catalogue.entry import Capability, ModelEntry
from llm_router.client_keys import ClientKey
from llm_router.errors import AnswerTooLate, UpstreamTimeout
from llm_router.generation.attempt import AttemptReport
from llm_router.generation.bill import Bill
from llm_router.generation.chat import ChatAnswer, ChatChunk, ChatRequest
from llm_router.generation.cooling import MODEL_FAILURES, OPEN_S, Cooling
from llm_router.generation.generator import Generator
from llm_router.generation.job import Job
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.generation.walk import Walk
from llm_router.ranking.tokens import reading_of
from tests.support.chat import ask
from tests.support.clock import FakeClock
from tests.support.models import model
from tests.support.providers import FakeProvider, FakeProviders

ONE = replace(model("one", usd_in=1, usd_out=10), provider="one")
THINKER = replace(ONE, id="acme/thinker", provider="two", capabilities=frozenset({Capability.REASONING}))
DEAR = replace(model("dear", usd_in=1, usd_out=100_000), provider="two")
KEY = ClientKey("k1", "a team", "hash", 0.0, usd_per_day=5.0)
MOST_USD = 0.012


@dataclass
class Timed(FakeProvider):
    """Notes how long a whole answer may take."""

    limits: list[float] = field(default_factory=list)

    async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer:
        self.limits.append(timeout_s)
        return await super().complete(model, request, timeout_s)


@dataclass
class Begins(FakeProvider):
    """A stream that begins, and then waits or, where there is a `defect`, raises it."""

    defect: Exception | None = None

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        yield ChatChunk("Hello")
        if self.defect is not None:
            raise self.defect
        await asyncio.Event().wait()


class World:
    def __init__(self, *providers: FakeProvider) -> None:
        self.clock = FakeClock(1e9)
        self.cooling = Cooling(self.clock)
        self.budgets = Budgets(MemoryRecordStore(self.clock), self.clock)
        self.heard: list[AttemptReport] = []
        self.warned: list[str] = []
        known = dict(zip(("one", "two"), providers, strict=False))
        walk = Walk(FakeProviders(None, known), self.cooling, self.clock, self.warned.append)
        self.generator = Generator(walk, self.budgets, self.heard.append, self.clock, self.warned.append)

    def job(self, *models: ModelEntry, request: ChatRequest | None = None, most_usd: float | None = None) -> Job:
        until = self.clock.monotonic() + 25
        return Job(request or ask(), models or (ONE,), reading_of("hi"), until, key=KEY, most_usd_wanted=most_usd)

    @property
    def booked(self) -> float:
        return self.budgets.spends()["k1"].day

    def recovering(self) -> World:
        """With a model that failed until it was left alone, and that one caller may find out about by now."""
        for _ in range(MODEL_FAILURES):
            self.cooling.failed(ONE, ProviderFailed(Failure.SERVER_ERROR))
        self.clock.pass_seconds(OPEN_S + 1)
        return self


async def whole(world: World, job: Job) -> Bill | None:
    return (await world.generator.whole(job, lambda _: 0.0)).bill


async def streamed(world: World, job: Job) -> Bill | None:
    stream = await world.generator.stream(job)
    async for _ in stream.pieces:
        pass
    return stream.bill


Way = Callable[[World, Job], Coroutine[object, object, Bill | None]]
WAYS = pytest.mark.parametrize("way", [whole, streamed])


@WAYS
def test_behind_an_attempt_that_failed_no_more_is_booked_than_the_next_was_asked_for(way: Way):
    slow = FakeProvider(fails=ProviderFailed(Failure.TIMEOUT), during=lambda: world.clock.pass_seconds(9))
    world = World(slow, second := FakeProvider(usage=None))
    bill = asyncio.run(way(world, world.job(ONE, THINKER, most_usd=MOST_USD)))
    assert bill is not None
    assert bill.usage.completion_tokens == second.asked[0][1].max_tokens
    assert world.booked <= MOST_USD


def test_of_a_whole_answer_that_nobody_counted_all_is_booked_that_was_written():
    world = World(FakeProvider("END " + "word " * 3000, usage=None))
    done = asyncio.run(world.generator.whole(world.job(request=ask(stop=("END",))), lambda _: 0.0))
    assert done.answer.text == ""
    assert done.bill.usage.completion_tokens > 2500


@pytest.mark.parametrize(("most_usd", "seconds"), [(MOST_USD, 23), (None, 10)])
def test_where_all_others_cost_more_than_is_paid_the_first_has_all_the_time(most_usd: float | None, seconds: float):
    world = World(first := Timed(), FakeProvider())
    asyncio.run(whole(world, world.job(ONE, DEAR, most_usd=most_usd)))
    assert first.limits == [seconds]


def test_so_it_has_where_what_it_had_written_by_then_would_leave_too_little_for_them():
    world = World(first := Timed(), FakeProvider())
    also = replace(ONE, id="acme/also", provider="two")
    asyncio.run(whole(world, world.job(ONE, also, most_usd=0.005)))
    asyncio.run(whole(world, world.job(ONE, also, most_usd=0.5)))
    assert first.limits == [23, 10]


def test_a_defect_behind_the_first_piece_breaks_the_stream_and_is_told_without_its_words():
    world = World(Begins(defect=ValueError("the provider's own words")))
    for _ in range(MODEL_FAILURES):
        with pytest.raises(ProviderFailed) as raised:
            asyncio.run(streamed(world, world.job()))
        assert (raised.value.failure, raised.value.__cause__) == (Failure.SERVER_ERROR, None)
    assert [each.failure for each in world.heard] == [Failure.SERVER_ERROR] * MODEL_FAILURES
    assert world.cooling.wait_s(ONE) > 0
    assert all(ONE.id in each and "ValueError" in each and "words" not in each for each in world.warned)
    assert len(world.warned) == MODEL_FAILURES


def test_no_stream_begins_once_its_own_time_is_over():
    world = World(FakeProvider())
    late = replace(world.job(), until=world.clock.monotonic() + 1, first_until=world.clock.monotonic() + 25)
    with pytest.raises(UpstreamTimeout):
        asyncio.run(streamed(world, late))


async def left_before_it_answers(world: World, way: Way) -> None:
    asking = asyncio.create_task(way(world, world.job()))
    await asyncio.sleep(0)
    asking.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asking


@WAYS
def test_whoever_leaves_a_model_that_may_be_back_lets_the_next_caller_find_out(way: Way):
    world = World(FakeProvider(hangs=True)).recovering()
    asyncio.run(left_before_it_answers(world, way))
    assert world.cooling.admits(ONE)


@pytest.mark.parametrize("pieces", [0, 1])
def test_so_does_whoever_leaves_its_stream(pieces: int):
    world = World(Begins()).recovering()

    async def leave() -> None:
        stream = await world.generator.stream(world.job())
        for _ in range(pieces):
            assert (await anext(stream.pieces)).text == "Hello"
        assert not world.cooling.admits(ONE)
        await stream.pieces.aclose()

    asyncio.run(leave())
    assert world.cooling.admits(ONE)


def test_so_does_a_stream_that_is_being_written_when_its_time_is_over():
    world = World(Begins()).recovering()

    async def read() -> None:
        stream = await world.generator.stream(world.job())
        await anext(stream.pieces)
        world.clock.pass_seconds(26)
        with pytest.raises(ProviderFailed, match=Failure.TIMEOUT):
            await anext(stream.pieces)

    asyncio.run(read())
    assert world.cooling.admits(ONE)
    assert [(each.failure, each.cut_short) for each in world.heard] == [(Failure.TIMEOUT, True)]


@pytest.mark.parametrize(("takes_s", "again"), [(45.0, False), (3.0, True)])
def test_a_whole_answer_that_no_time_was_enough_for_is_not_to_be_asked_for_again(takes_s: float, again: bool):
    class Late(FakeProvider):
        async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer:
            world.clock.pass_seconds(timeout_s)
            raise ProviderFailed(Failure.TIMEOUT)

    world = World(Late())
    with pytest.raises(UpstreamTimeout) as raised:
        asyncio.run(world.generator.whole(world.job(), lambda _: takes_s))
    assert isinstance(raised.value, AnswerTooLate) is not again
    assert [(each.failure, each.cut_short) for each in world.heard] == [(Failure.TIMEOUT, not again)]


def test_one_that_ends_well_is_taken_for_being_back():
    world = World(FakeProvider()).recovering()
    bill = asyncio.run(streamed(world, world.job()))
    assert bill is not None
    assert world.cooling.admits(ONE)
    assert world.cooling.admits(ONE), "to everybody"
