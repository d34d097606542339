"""What is booked of a stream that is cut: what its provider had counted, and by their time thoughts that nobody saw."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from dataclasses import dataclass, field, replace

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.adapters.providers.anthropic_answer import EventsReader
from llm_router.adapters.providers.events import ServerEvent
from llm_router.adapters.providers.gemini_answer import PieceReader
from llm_router.adapters.providers.http_provider import HttpProvider, StreamReader
from llm_router.adapters.providers.openai_answer import ChunkReader
from llm_router.adapters.providers.tool_calls import ToolBlocks
from llm_router.budgets import Budgets
from llm_router.catalogue.entry import Capability, Latency, ModelEntry
from llm_router.client_keys import ClientKey
from llm_router.errors import UpstreamError, UpstreamTimeout
from llm_router.generation.attempt import AttemptReport
from llm_router.generation.bill import Bill
from llm_router.generation.chat import ALIVE, ChatChunk, ChatRequest, Usage
from llm_router.generation.cooling import Cooling
from llm_router.generation.generator import Generator
from llm_router.generation.job import Job
from llm_router.generation.pricing import cost_usd
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.generation.walk import Walk
from llm_router.ranking.cost import THINKING_TOKENS
from llm_router.ranking.tokens import reading_of
from llm_router.taxonomy import Difficulty
from tests.support.chat import ask, run
from tests.support.clock import FakeClock
from tests.support.models import model
from tests.support.provider_answers import Protocol, Said
from tests.support.provider_server import ProviderServer
from tests.support.providers import FakeProvider, FakeProviders
from tests.support.speaking import SPEAKERS, model_of

PLAIN = replace(model("plain", usd_in=3, usd_out=15), provider="one", latency=Latency(None, 100.0))
THINKER = replace(PLAIN, id="acme/thinker", capabilities=frozenset({Capability.REASONING}))
OPEN = replace(THINKER, id="acme/open", open_weights=True)
KEY = ClientKey("k1", "a team", "hash", 0.0, usd_per_day=5.0)
READ = {"input_tokens": 600_000, "cache_creation_input_tokens": 300, "cache_read_input_tokens": 100, "output_tokens": 1}
CLAUDE = (
    {"type": "message_start", "message": {"content": [], "usage": READ}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Hello"}},
)
THOUGHT = {"output_tokens": 9000, "output_tokens_details": {"thinking_tokens": 8900}}
ENDED = ({"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": THOUGHT}, {"type": "message_stop"})
GEMINI = {"promptTokenCount": 600_000, "thoughtsTokenCount": 700, "candidatesTokenCount": 3}
GEMINI_PIECE = {"candidates": [{"content": {"parts": [{"text": "Hello"}]}}], "usageMetadata": GEMINI}
CLAUDE_READ = Usage(600_400, 0, 100, kept_tokens=300)
COUNTED = Usage(600_000, 703, reasoning_tokens=700)
OPENAI = {"prompt_tokens": 600_000, "completion_tokens": 703, "completion_tokens_details": {"reasoning_tokens": 700}}
OPENAI_PIECE = {"choices": [{"delta": {"content": "Hello"}}], "usage": OPENAI}


@dataclass
class Writes(FakeProvider):
    """A stream of these pieces, each after so many seconds, that then waits or, if it `breaks`, does so."""

    timed: tuple[tuple[float, ChatChunk], ...] = ()
    passes: Callable[[float], None] = lambda _: None
    breaks: Failure | None = None

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        for seconds, piece in self.timed:
            self.passes(seconds)
            yield piece
        if self.breaks is not None:
            raise ProviderFailed(self.breaks)
        await asyncio.Event().wait()


@dataclass
class World:
    provider: Writes
    asked: ModelEntry
    clock: FakeClock = field(default_factory=lambda: FakeClock(1e9))
    heard: list[AttemptReport] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.provider.passes = self.clock.pass_seconds
        self.budgets = Budgets(MemoryRecordStore(self.clock), self.clock)
        walk = Walk(FakeProviders(self.provider), Cooling(self.clock), self.clock, print)
        self.generator = Generator(walk, self.budgets, self.heard.append, self.clock, print)

    def left_behind(self, pieces: int, request: ChatRequest | None = None) -> Bill:
        """What is billed where the caller leaves behind so many pieces, or the router's own end comes first."""
        job = Job(request or ask(), (self.asked,), reading_of("hi"), self.clock.monotonic() + 100, key=KEY)

        async def read() -> Bill:
            stream = await self.generator.stream(job)
            async with aclosing(stream.pieces) as told:
                for _ in range(pieces):
                    await anext(told, None)
            assert stream.bill is not None
            return stream.bill

        return asyncio.run(read())

    @property
    def booked(self) -> float:
        return self.budgets.spends()["k1"].day


def read_by(reader: StreamReader, *events: object) -> list[ChatChunk]:
    return [chunk for event in events for chunk in reader.take(ServerEvent(json.dumps(event).encode()))]


def after(*pieces: ChatChunk, s: float = 0.0) -> Writes:
    """The first of them after so many seconds."""
    return Writes(timed=tuple((s * (place == 0), piece) for place, piece in enumerate(pieces)))


@pytest.mark.parametrize(
    ("reader", "events", "told"),
    [
        (EventsReader(ToolBlocks()), CLAUDE[:1], CLAUDE_READ),
        (PieceReader(), [{"usageMetadata": GEMINI}], COUNTED),
        (ChunkReader(), [{"choices": [], "usage": OPENAI}], COUNTED),
        (ChunkReader(), [{"choices": [{"delta": {}}], "usage": OPENAI}], COUNTED),
    ],
)
def test_what_a_provider_counts_before_the_words_is_passed_on_and_is_no_piece_itself(
    reader: StreamReader, events: list[object], told: Usage
):
    (counted,) = read_by(reader, *events)
    assert (counted, counted.so_far) == (ALIVE, told)


@pytest.mark.parametrize(("reader", "event"), [(PieceReader(), GEMINI_PIECE), (ChunkReader(), OPENAI_PIECE)])
def test_what_it_counts_with_them_comes_with_them(reader: StreamReader, event: object):
    assert [(each.text, each.usage, each.so_far) for each in read_by(reader, event, event)] == [
        ("Hello", None, COUNTED),
        ("Hello", None, COUNTED),
    ]


@pytest.mark.parametrize(
    ("reader", "event"),
    [
        (PieceReader(), {"candidates": [{"finishReason": "OTHER"}], "usageMetadata": GEMINI}),
        (ChunkReader(), {"choices": [{"delta": {"content": "Hel"}, "finish_reason": "error"}], "usage": OPENAI}),
    ],
)
def test_what_it_counts_of_an_answer_that_it_breaks_off_is_passed_on_too(reader: StreamReader, event: object):
    told = reader.take(ServerEvent(json.dumps(event).encode()))
    assert next(iter(told)).so_far == COUNTED
    with pytest.raises(ProviderFailed):
        list(told)


@pytest.mark.parametrize("protocol", [Protocol.ANTHROPIC, Protocol.GEMINI])
def test_it_comes_over_the_wire_with_the_first_event(protocol: Protocol, server: ProviderServer):
    async def first(provider: HttpProvider) -> Usage | None:
        async with aclosing(provider.stream(model_of(protocol), ask(), 5)) as chunks:
            return (await anext(chunks)).so_far

    server.then(Said(prompt_tokens=70_000))
    counted = run(SPEAKERS[protocol](server.url), first)
    assert counted is not None
    assert counted.prompt_tokens == 70_000


def test_of_a_claude_that_is_left_at_its_first_word_what_it_was_told_to_have_read_is_booked():
    world = World(after(*read_by(EventsReader(ToolBlocks()), *CLAUDE)), PLAIN)
    bill = world.left_behind(1)
    assert replace(bill.usage, completion_tokens=0) == Usage(600_400, 0, 100, kept_tokens=300)
    assert bill.usage.completion_tokens > 0
    assert world.booked == pytest.approx(bill.usd, abs=1e-6)
    assert bill.usd > 1.8


def test_so_it_is_where_the_router_ends_it_at_the_caller_s_stop():
    chunks = read_by(EventsReader(ToolBlocks()), *CLAUDE)
    bill = World(after(*chunks, ChatChunk(" END there")), PLAIN).left_behind(9, ask(stop=("END",)))
    assert bill.usage.prompt_tokens == 600_400


def test_so_it_is_where_no_word_came_in_time():
    world = World(after(*read_by(EventsReader(ToolBlocks()), CLAUDE[0]), s=5.0), PLAIN)
    world.provider.breaks = Failure.TIMEOUT
    with pytest.raises(UpstreamTimeout):
        world.left_behind(1)
    assert world.booked == pytest.approx(cost_usd(PLAIN, Usage(600_400, 500, 100, kept_tokens=300)))


def test_where_it_had_counted_what_it_wrote_no_more_is_guessed_from_the_time():
    world = World(after(ChatChunk(so_far=Usage(10, 30)), s=9.0), PLAIN)
    world.provider.breaks = Failure.TIMEOUT
    with pytest.raises(UpstreamTimeout):
        world.left_behind(1)
    assert world.booked == pytest.approx(cost_usd(PLAIN, Usage(10, 30)))


@pytest.mark.parametrize("failure", [Failure.GARBAGE, Failure.SERVER_ERROR])
def test_of_an_answer_that_broke_before_a_word_of_it_came_what_had_been_counted_is_booked(failure: Failure):
    provider = after(*read_by(PieceReader(), {"usageMetadata": GEMINI}))
    provider.breaks = failure
    world = World(provider, PLAIN)
    with pytest.raises(UpstreamError):
        world.left_behind(1)
    assert world.booked == pytest.approx(cost_usd(PLAIN, Usage(600_000, 703)))


@pytest.mark.parametrize("count", [0, -1, 10**10])
def test_where_it_tells_none_that_a_request_can_have_ours_counts(count: int):
    told = ChatChunk(so_far=Usage(count, 0)), ChatChunk("Hello")
    ours = World(after(told[1]), PLAIN).left_behind(1)
    assert World(after(*told), PLAIN).left_behind(1) == ours


def test_the_last_that_gemini_told_counts_with_its_thoughts_and_no_less_than_what_was_seen():
    chunks = read_by(PieceReader(), GEMINI_PIECE)
    assert World(after(*chunks, s=30.0), THINKER).left_behind(1).usage == Usage(600_000, 703, reasoning_tokens=700)
    more = World(after(*chunks, ChatChunk("word " * 400)), THINKER).left_behind(2).usage
    assert (more.prompt_tokens, more.reasoning_tokens) == (600_000, 700)
    assert 1000 < more.completion_tokens < 1400


def test_thoughts_that_nobody_saw_are_at_least_what_is_written_until_the_first_word():
    long = World(after(ChatChunk("Hello"), s=12.3), THINKER).left_behind(1)
    assert long.usage.reasoning_tokens == 1230
    short = World(after(ChatChunk("Hello"), s=0.5), THINKER).left_behind(1)
    assert short.usage.reasoning_tokens == THINKING_TOKENS[Difficulty.MEDIUM]
    assert World(after(ChatChunk("Hello"), s=12.3), PLAIN).left_behind(1).usage.reasoning_tokens == 0


def test_they_are_no_more_than_was_asked_for():
    usage = World(after(ChatChunk("Hello"), s=20.0), THINKER).left_behind(1, ask(max_tokens=1500)).usage
    assert usage.completion_tokens == 1500


@pytest.mark.parametrize(("asked", "thought"), [(THINKER, 2000), (OPEN, 0)])
def test_a_summary_of_thoughts_is_not_taken_for_all_that_was_thought(asked: ModelEntry, thought: int):
    provider = Writes(timed=((1.0, ChatChunk(reasoning="I weigh it.")), (19.0, ChatChunk("Hello")), (9.0, ALIVE)))
    world = World(provider, asked)
    usage = world.left_behind(2).usage
    assert usage.reasoning_tokens == thought
    assert thought < usage.completion_tokens < thought + 10
    (told,) = world.heard
    assert (told.tokens_per_second is None) is (asked is THINKER), "nobody knows how much was written in that time"


def test_what_a_claude_thought_is_told_and_took_no_time_of_its_writing():
    reader = EventsReader(ToolBlocks())
    before, end = read_by(reader, *CLAUDE), read_by(reader, *ENDED)
    provider = Writes(timed=((30.0, before[0]), (30.0, before[1]), (2.0, end[0]), (0.0, end[1])))
    world = World(provider, THINKER)
    assert world.left_behind(2).usage == Usage(600_400, 9000, 100, 8900, 300)
    (told,) = world.heard
    assert told.tokens_per_second == pytest.approx(50)
