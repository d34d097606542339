"""A key's budget while many calls at once fall back to a dearer model."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field, replace
from typing import TypeVar

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.budgets import Budgets
from llm_router.client_keys import ClientKey
from llm_router.errors import BudgetExceeded, NoEligibleModel
from llm_router.generation.attempt import AttemptReport
from llm_router.generation.chat import ChatMessage, ChatRequest, Role, TextPart, Usage
from llm_router.generation.cooling import Cooling
from llm_router.generation.generator import Completed, Generator, Stream
from llm_router.generation.job import Job
from llm_router.generation.lost import Lost
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.generation.walk import Walk
from llm_router.ranking.tokens import reading_of
from tests.support.clock import FakeClock
from tests.support.models import model
from tests.support.providers import FakeProvider, FakeProviders

CHEAP = replace(model("cheap", usd_in=0.01, usd_out=0.01), provider="one")
AS_CHEAP = replace(CHEAP, id="third/cheap", provider="third")
DEAR = replace(model("dear", usd_in=75.0, usd_out=150.0), provider="other")
KEY = ClientKey("k1", "a team", "hash", 0.0, usd_per_day=0.05)
ASKED = ChatRequest((ChatMessage(Role.USER, (TextPart("hi"),)),), max_tokens=2000)
CALLS = 20

T = TypeVar("T")


def unheard(_report: AttemptReport) -> None:
    """Nobody listens to how attempts end."""


@dataclass
class Gathering(FakeProvider):
    """Lets everybody wait for the last of the calls, then fails."""

    whole: asyncio.Event = field(default_factory=asyncio.Event)

    async def _begin(self, model: str, request: ChatRequest) -> None:
        self.asked.append((model, request))
        if len(self.asked) == CALLS:
            self.whole.set()
        await self.whole.wait()
        raise ProviderFailed(Failure.RATE_LIMITED, status=429)


async def whole(generator: Generator, job: Job) -> Completed:
    return await generator.whole(job, lambda _: 0.0)


async def streamed(generator: Generator, job: Job) -> Stream:
    stream = await generator.stream(job)
    async for _ in stream.pieces:
        pass
    return stream


@pytest.mark.parametrize("ask", [whole, streamed])
def test_a_key_overspends_by_one_call_however_many_fall_back_to_a_dearer_model(
    ask: Callable[[Generator, Job], Awaitable[object]],
):
    clock = FakeClock(1e9)
    budgets = Budgets(MemoryRecordStore(clock), clock)
    dear = FakeProvider(usage=Usage(100, 2000))
    walk = Walk(FakeProviders(None, {"one": Gathering(), "other": dear}), Cooling(clock), clock, print)
    generator = Generator(walk, budgets, unheard, clock, print)
    job = Job(ASKED, (CHEAP, DEAR), reading_of("hi"), clock.monotonic() + 25, key=KEY)

    async def all_at_once() -> list[object]:
        return await asyncio.gather(*(ask(generator, job) for _ in range(CALLS)), return_exceptions=True)

    came = asyncio.run(all_at_once())
    refused = [each for each in came if isinstance(each, BudgetExceeded)]
    assert (len(dear.asked), len(refused)) == (1, CALLS - 1)
    assert 0.05 < budgets.spends()["k1"].day < 0.05 + job.most_usd(DEAR)


class Counting:
    """Does jobs here, and counts them."""

    def __init__(self) -> None:
        self.jobs = 0

    async def __call__(self, job: Callable[[], T], /) -> T:
        self.jobs += 1
        return job()


@pytest.mark.parametrize("ask", [whole, streamed])
def test_one_that_the_budget_does_not_allow_is_passed_over_for_one_that_needs_no_more(
    ask: Callable[[Generator, Job], Coroutine[object, object, Completed | Stream]],
):
    clock = FakeClock(1e9)
    budgets = Budgets(MemoryRecordStore(clock), clock)

    def others_take_the_rest() -> None:
        budgets.reserve(KEY, 0.05)

    broken = FakeProvider(fails=ProviderFailed(Failure.SERVER_ERROR), during=others_take_the_rest)
    dear, third = FakeProvider(), FakeProvider(usage=Usage(1, 1))
    walk = Walk(FakeProviders(None, {"one": broken, "other": dear, "third": third}), Cooling(clock), clock, print)
    generator = Generator(walk, budgets, unheard, clock, print)
    job = Job(ASKED, (CHEAP, DEAR, AS_CHEAP), reading_of("hi"), clock.monotonic() + 25, key=KEY)
    assert asyncio.run(ask(generator, job)).model is AS_CHEAP
    assert dear.asked == []
    assert budgets.spends()["k1"].day == pytest.approx(0.05, abs=1e-6)


def test_what_a_failed_attempt_has_cost_already_is_set_aside_beside_the_next():
    clock = FakeClock(1e9)
    budgets = Budgets(MemoryRecordStore(clock), clock)
    held: list[float] = []
    broken = FakeProvider(fails=ProviderFailed(Failure.GARBAGE))
    other = FakeProvider(during=lambda: held.append(budgets.spends()["k1"].day))
    walk = Walk(FakeProviders(None, {"other": broken, "last": other}), Cooling(clock), clock, print)
    generator = Generator(walk, budgets, unheard, clock, print)
    job = Job(
        ASKED, (DEAR, replace(DEAR, id="last/dear", provider="last")), reading_of("hi"), clock.monotonic() + 25, key=KEY
    )
    asyncio.run(whole(generator, job))
    assert held[0] > job.most_usd(DEAR)


def test_a_bound_that_leaves_too_little_is_told_without_pictures_that_are_not_there():
    job = Job(ASKED, (DEAR,), reading_of("hi"), math.inf, most_usd_wanted=1e-9)
    with pytest.raises(NoEligibleModel, match=r"dear may cost more than max_cost_usd\.$"):
        Lost(job).must_leave_enough_for(DEAR)


def test_nobody_asks_the_store_for_money_that_is_set_aside_already():
    clock = FakeClock(1e9)
    budgets, aside = Budgets(MemoryRecordStore(clock), clock), Counting()
    providers = FakeProviders(None, {"one": FakeProvider(), "other": FakeProvider()})
    generator = Generator(Walk(providers, Cooling(clock), clock, print), budgets, unheard, clock, print, aside)
    job = Job(ASKED, (CHEAP, DEAR), reading_of("hi"), clock.monotonic() + 25, key=KEY)
    asyncio.run(whole(generator, job))
    assert aside.jobs == 3, "set aside, settled, and told how it went"
