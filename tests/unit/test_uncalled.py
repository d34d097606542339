"""Where no tool may be called no answer has a call of one, whatever its model was told; one of calls alone is none."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace

import pytest

from llm_router.adapters.memory import MemoryRecordStore
from llm_router.budgets import Budgets
from llm_router.errors import UpstreamError
from llm_router.generation.chat import (
    ALIVE,
    ChatAnswer,
    ChatChunk,
    ChatRequest,
    JsonFormat,
    StopReason,
    ToolCall,
    ToolCallDelta,
    ToolChoice,
    ToolMode,
)
from llm_router.generation.cooling import Cooling
from llm_router.generation.generator import Generator
from llm_router.generation.job import Job
from llm_router.generation.stops import Chunks
from llm_router.generation.uncalled import saying_something
from llm_router.generation.walk import Walk
from llm_router.ranking.tokens import reading_of
from tests.support.chat import SCHEMA, WEATHER, ask, together
from tests.support.clock import FakeClock
from tests.support.models import model
from tests.support.providers import FakeProvider, FakeProviders

FIRST, SECOND = replace(model("first"), provider="one"), replace(model("second"), provider="two")
CALLS = (ToolCall("a", "get_weather", '{"city": "Rome"}'), ToolCall("b", "get_weather", "{}"))
NONE = ask(tools=(WEATHER,), tool_choice=ToolChoice(ToolMode.NONE))
FORBIDDEN = [ask(), NONE, ask(json_format=JsonFormat(SCHEMA))]


@dataclass
class Wordy(FakeProvider):
    """Calls, thinks and says `text` in its order."""

    order: tuple[str, ...] = ("call", "text")

    def _pieces(self) -> dict[str, ChatChunk]:
        deltas = tuple(ToolCallDelta(place, call.id, call.name, call.arguments) for place, call in enumerate(CALLS))
        thought = ChatChunk(reasoning="Hm.")
        return {"call": ChatChunk(tool_calls=deltas), "text": ChatChunk(self.text), "thought": thought}

    async def complete(self, model: str, request: ChatRequest, timeout_s: float) -> ChatAnswer:
        said = self.text if "text" in self.order else ""
        return ChatAnswer(said, StopReason.TOOL_CALLS, CALLS, self.usage)

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        for each in self.order:
            yield self._pieces()[each]
        yield ChatChunk(stop=StopReason.TOOL_CALLS)
        if self.usage is not None:
            yield ChatChunk(usage=self.usage)


def answered(request: ChatRequest, *providers: FakeProvider) -> list[tuple[str, ChatAnswer, int]]:
    """Who answers with what, and the tokens that are billed: whole, then streamed."""
    clock = FakeClock(1e9)
    known = dict(zip(("one", "two"), providers, strict=False))

    def generator() -> Generator:
        walk = Walk(FakeProviders(None, known), Cooling(clock), clock, print)
        return Generator(walk, Budgets(MemoryRecordStore(clock), clock), lambda _: None, clock, print)

    job = Job(request, (FIRST, SECOND)[: len(providers)], reading_of("hi"), clock.monotonic() + 25)

    async def both() -> list[tuple[str, ChatAnswer, int]]:
        whole = await generator().whole(job, lambda _: 0.0)
        stream = await generator().stream(job)
        pieces = [piece async for piece in stream.pieces]
        assert stream.bill is not None
        return [
            (whole.model.id, replace(whole.answer, usage=None), whole.bill.usage.completion_tokens),
            (stream.model.id, replace(together(pieces), usage=None), stream.bill.usage.completion_tokens),
        ]

    return asyncio.run(both())


@pytest.mark.parametrize("request_", FORBIDDEN)
def test_an_answer_of_calls_alone_is_left_to_the_next_model(request_: ChatRequest):
    for who, answer, _ in answered(request_, FakeProvider(calls=CALLS), FakeProvider("Fine.")):
        assert (who, answer) == (SECOND.id, ChatAnswer("Fine.", StopReason.STOP))


@pytest.mark.parametrize("request_", FORBIDDEN)
@pytest.mark.parametrize("order", [("call", "text"), ("text", "call"), ("call", "text", "call")])
def test_of_one_that_says_something_the_words_are_told(request_: ChatRequest, order: tuple[str, ...]):
    for who, answer, _ in answered(request_, Wordy("Fine.", order=order)):
        assert (who, answer.text[:5], answer.tool_calls, answer.stop) == (FIRST.id, "Fine.", (), StopReason.STOP)


def test_what_was_written_of_calls_is_paid_for():
    long = "word " * 500
    calling = Wordy("Fine.", usage=None, order=("call", "text"))
    telling = Wordy(f"Fine.{long}", usage=None, order=("text",))
    calls, words = (answered(NONE, each) for each in (calling, telling))
    assert calls[0][2] == pytest.approx(calls[1][2], abs=1), "letters are joined in another order"
    assert calls[1][2] > 5
    assert words[0][2] > calls[0][2]


def test_where_nobody_says_anything_it_is_an_error():
    with pytest.raises(UpstreamError):
        answered(ask(), FakeProvider(calls=CALLS))


def told(*pieces: ChatChunk) -> list[ChatChunk]:
    """What is told of a stream that may call no tool, but for signs of life."""

    async def source() -> Chunks:
        for piece in pieces:
            yield piece

    async def read() -> list[ChatChunk]:
        return [piece async for piece in saying_something(source()) if piece != ALIVE]

    return asyncio.run(read())


BLANK, WORDS, THOUGHT, END = (
    ChatChunk("\n"),
    ChatChunk("Fine."),
    ChatChunk(reasoning="Hm."),
    ChatChunk(stop=StopReason.STOP),
)
CALL = ChatChunk(tool_calls=(ToolCallDelta(0, "a", "get_weather", "{}"),))


def test_blanks_before_calls_alone_begin_no_answer():
    for who, answer, _ in answered(ask(), Wordy("\n\n", order=("text", "call")), FakeProvider("Fine.")):
        assert (who, answer.text) == (SECOND.id, "Fine.")


@pytest.mark.parametrize(
    ("pieces", "expected"),
    [
        ([BLANK, CALL, BLANK, WORDS, END], [BLANK, BLANK, WORDS, CALL, END]),
        ([CALL, BLANK, THOUGHT, WORDS, END], [BLANK, THOUGHT, WORDS, CALL, END]),
        ([BLANK, THOUGHT, CALL, WORDS, END], [BLANK, THOUGHT, WORDS, CALL, END]),
        ([replace(CALL, text="\n"), END, WORDS], [BLANK, WORDS, CALL, END]),
        ([BLANK, BLANK, END], [BLANK, BLANK, END]),
    ],
)
def test_what_is_said_and_thought_keeps_its_order_and_calls_and_the_end_come_behind_it(
    pieces: list[ChatChunk], expected: list[ChatChunk]
):
    assert told(*pieces) == expected


def test_what_is_thought_before_any_call_is_told_at_once():
    assert told(BLANK, THOUGHT) == [BLANK, THOUGHT]


@pytest.mark.parametrize("choice", [None, ToolChoice(), ToolChoice(ToolMode.REQUIRED), ToolChoice(name="get_weather")])
def test_where_tools_may_be_called_all_calls_are_told(choice: ToolChoice | None):
    asked = ask(tools=(WEATHER,), tool_choice=choice)
    for who, answer, _ in answered(asked, FakeProvider(calls=CALLS)):
        assert (who, answer) == (FIRST.id, ChatAnswer("", StopReason.TOOL_CALLS, CALLS))
