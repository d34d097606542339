"""What a request may cost binds pictures that are billed as large ones, and what failed attempts have cost already."""

from __future__ import annotations

import asyncio
import math
from collections.abc import Callable, Coroutine
from dataclasses import replace

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.adapters.providers.configured import speakers
from llm_router.budgets import Budgets
from llm_router.conversation import IMAGE_TOKENS, ORIGINAL_TOKENS, Media
from llm_router.errors import NoEligibleModel, UpstreamError
from llm_router.generation.attempt import Attempt, AttemptReport
from llm_router.generation.bill import AnswerSeen, Bill
from llm_router.generation.chat import ChatMessage, ChatRequest, ImagePart, Role, Usage
from llm_router.generation.cooling import Cooling
from llm_router.generation.generator import Completed, Generator, Stream
from llm_router.generation.job import Job
from llm_router.generation.lost import Lost
from llm_router.generation.pictures import more_than_counted
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.generation.walk import Walk
from llm_router.ranking.tokens import NO_TEXT, Reading
from llm_router.schemas.messages import Message, conversation
from tests.support.clock import FakeClock
from tests.support.models import model
from tests.support.providers import FakeProvider, FakeProviders

MINI = replace(model("gpt-4o-mini", usd_in=0.15, usd_out=0.6), id="openai/gpt-4o-mini", provider="openai")
CLAUDE = replace(model("x", usd_in=0.1, usd_out=5.0), id="anthropic/claude-haiku-4-5", provider="anthropic")
DEAR = replace(model("dear", usd_in=10.0, usd_out=40.0), provider="dear")
SEEN = ChatRequest((ChatMessage(Role.USER, (ImagePart("https://x.example/a.png"),) * 5),), max_tokens=50)
OF_TILES = 2833 + 8 * 5667

Ask = Callable[[Generator, Job], Coroutine[object, object, Completed | Stream]]


async def whole(generator: Generator, job: Job) -> Completed:
    return await generator.whole(job, lambda _: 0.0)


async def streamed(generator: Generator, job: Job) -> Stream:
    stream = await generator.stream(job)
    async for _ in stream.pieces:
        pass
    return stream


def seen(*models, most_usd: float | None = None, pictures: int = 5, request: ChatRequest = SEEN) -> Job:
    reading = Reading(pictures * IMAGE_TOKENS, NO_TEXT)
    return Job(request, models, reading, math.inf, most_usd_wanted=most_usd, media=Media((("", pictures),)))


def generator(**providers: FakeProvider) -> Generator:
    clock = FakeClock(1e9)
    walk = Walk(FakeProviders(None, providers), Cooling(clock), clock, print)
    return Generator(walk, Budgets(MemoryRecordStore(clock), clock), unheard, clock, print)


def unheard(_report: AttemptReport) -> None:
    """Nobody listens to how attempts end."""


def test_pictures_are_counted_in_a_conversation():
    urls = ({"url": "https://x.example/a.png"}, {"url": "https://x.example/b.png", "detail": "low"})
    parts = [{"type": "image_url", "image_url": url} for url in urls]
    said = [Message.model_validate({"role": "user", "content": parts[:number]}) for number in (1, 2)]
    assert conversation(said).media == Media((("", 2), ("low", 1)))


@pytest.mark.parametrize(
    ("name", "most"),
    [
        ("openai/gpt-4o-mini", OF_TILES),
        ("openrouter/openai/gpt-4o-mini-2024-07-18", OF_TILES),
        ("openai/gpt-4o", 85 + 8 * 170),
        ("openai/gpt-4.1-nano", 3779),
        ("openai/gpt-5.5", 11_868),
        ("openai/gpt-6-astra", 14_364),
        ("anthropic/claude-opus-5-5", 4784),
        ("google/gemini-3.5-flash", 1120),
        ("house/own", 4000),
    ],
)
def test_what_a_picture_is_billed_as_at_most_is_known_by_model(name: str, most: int):
    named = replace(model("x"), id=name, api_alias=None)
    assert most <= IMAGE_TOKENS + more_than_counted(named, "") <= 2.5 * most


def test_a_picture_in_its_original_size_is_not_counted_twice():
    gpt = replace(model("x"), id="openai/gpt-5.5", api_alias=None)
    assert ORIGINAL_TOKENS + more_than_counted(gpt, "original") == IMAGE_TOKENS + more_than_counted(gpt, "high")
    assert more_than_counted(CLAUDE, "original") == 0


@pytest.mark.parametrize(
    ("name", "most"),
    [("openai/gpt-4o-mini", 2833), ("openai/gpt-4o", 85), ("azure/o4-mini", 800), ("openrouter/openai/gpt-5.5", 800)],
)
def test_a_picture_that_openai_looks_at_in_low_detail_is_none_of_the_large_ones(name: str, most: int):
    named = replace(model("x"), id=name, api_alias=None)
    assert IMAGE_TOKENS + more_than_counted(named, "low") == max(IMAGE_TOKENS, most)
    assert more_than_counted(CLAUDE, "low") == more_than_counted(CLAUDE, ""), "which heeds no detail"


@pytest.mark.parametrize("provider", ["bedrock", "anthropic", "google"])
def test_where_no_detail_is_passed_on_a_picture_in_a_low_one_is_any_other(provider: str):
    named = replace(model("x"), id=f"{provider}/openai.gpt-5.5", provider=provider, api_alias=None)
    assert more_than_counted(named, "low") == more_than_counted(named, "") == 15_000 - IMAGE_TOKENS
    assert provider not in speakers()


@pytest.mark.parametrize("name", ["alibaba/qwen3-vl-235b-a22b", "openrouter/qwen/qwen2.5-vl", "bedrock/qwen.qwen3-vl"])
def test_a_picture_at_a_qwen_may_be_as_many_tokens_as_it_is_shipped_to_take(name: str):
    named = replace(model("x"), id=name, api_alias=None)
    assert IMAGE_TOKENS + more_than_counted(named, "") == 16_384


def test_a_bound_and_what_is_set_aside_count_pictures_as_large_ones_and_the_window_as_ordinary_ones():
    job = seen(MINI)
    assert job.most_usd(MINI) >= 5 * OF_TILES * 0.15e-6
    assert job.most_usd(MINI) <= 5 * (OF_TILES + 100) * 0.15e-6 + 50 * 0.6e-6
    small = replace(MINI, context_window=8000)
    assert seen(small, request=replace(SEEN, max_tokens=8000)).asked_of(small).max_tokens == 8000 - 4400
    assert job.reads(MINI) == 5 * IMAGE_TOKENS


@pytest.mark.parametrize("ask", [whole, streamed])
def test_a_model_whose_pictures_may_cost_more_than_is_wanted_is_not_asked(ask: Ask):
    mini, claude = FakeProvider(), FakeProvider(usage=Usage(5000, 10))
    job = seen(MINI, CLAUDE, most_usd=0.004)
    assert asyncio.run(ask(generator(openai=mini, anthropic=claude), job)).model.provider == "anthropic"
    assert mini.asked == []
    with pytest.raises(NoEligibleModel) as refused:
        asyncio.run(ask(generator(openai=mini), seen(MINI, most_usd=0.004)))
    assert [field.path for field in refused.value.fields] == ["constraints.max_cost_usd"]
    assert mini.asked == []
    (problem,) = refused.value.fields
    assert problem.problem.endswith(", with pictures billed as large ones")
    enough = float(problem.problem.partition(",")[0].rpartition(" ")[2])
    asyncio.run(ask(generator(openai=mini), seen(MINI, most_usd=enough)))
    assert len(mini.asked) == 1


def test_where_the_provider_tells_no_count_pictures_are_billed_as_large_ones():
    bill = Bill.of(seen(MINI), MINI, None, AnswerSeen("a few words"))
    assert bill.usd >= 5 * OF_TILES * 0.15e-6
    lost = Lost(seen(MINI))
    lost.count(Attempt(MINI.id, MINI.provider, 10.0, Failure.GARBAGE))
    assert lost.usd >= 5 * OF_TILES * 0.15e-6


READ = Reading(100_000, NO_TEXT)
LOST_USD = 1.0
"""What reading that much costs at `DEAR`."""


def bounded(usd: float, *models) -> Job:
    request = ChatRequest((ChatMessage(Role.USER),), max_tokens=4000)
    return Job(request, models, READ, math.inf, most_usd_wanted=usd)


@pytest.mark.parametrize("ask", [whole, streamed])
def test_an_answer_is_as_short_as_failed_attempts_have_left_money_for(ask: Ask):
    broken, other = FakeProvider(fails=ProviderFailed(Failure.GARBAGE)), FakeProvider(usage=Usage(100_000, 10))
    second = replace(DEAR, id="second/dear", provider="second")
    job = bounded(LOST_USD + 1.1 * LOST_USD + 1000 * 40e-6, DEAR, second)
    assert asyncio.run(ask(generator(dear=broken, second=other), job)).model is second
    ((_, asked),) = other.asked
    assert asked.max_tokens is not None
    assert 900 <= asked.max_tokens <= 1000
    ((_, first),) = broken.asked
    assert first.max_tokens == 4000


@pytest.mark.parametrize("ask", [whole, streamed])
def test_a_model_for_which_failed_attempts_have_left_too_little_is_passed_over(ask: Ask):
    broken, other, cheap = FakeProvider(fails=ProviderFailed(Failure.GARBAGE)), FakeProvider(), FakeProvider()
    second = replace(DEAR, id="second/dear", provider="second")
    third = replace(DEAR, id="third/cheap", provider="third", input_usd_per_mtok=0.1)
    job = bounded(1.5 * LOST_USD, DEAR, second, third)
    assert asyncio.run(ask(generator(dear=broken, second=other, third=cheap), job)).model is third
    assert other.asked == []
    with pytest.raises(UpstreamError, match="garbage"):
        asyncio.run(ask(generator(dear=broken, second=other), bounded(1.5 * LOST_USD, DEAR, second)))
    assert other.asked == []
