"""A streamed answer is kept like a whole one, and a kept one is given as a stream to whoever asks for one."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass

import pytest
from starlette.types import Message

from llm_router.generation.chat import ChatChunk, ChatRequest, StopReason, ToolCall
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.callers import Caller
from tests.support.generating import MESSAGES, Client
from tests.support.providers import USAGE, FakeProvider

CACHE = {"cache": {"ttl_s": 60}}
TOOLS = [{"type": "function", "function": {"name": "f"}}]


def streamed(client: Client, **fields: object) -> tuple[dict, str, list[dict]]:
    """What the router tells, the text, and the calls."""
    *told, done = client.events(**{**CACHE, **fields})
    assert done == "[DONE]"
    chunks = [json.loads(each) for each in told]
    deltas = [choice["delta"] for chunk in chunks for choice in chunk["choices"]]
    calls = [call for delta in deltas for call in delta.get("tool_calls", ())]
    return chunks[0]["router"], "".join(delta.get("content") or "" for delta in deltas), calls


def test_a_stream_that_ended_well_is_given_again_streamed_or_whole(generating: Client):
    first, again = streamed(generating), streamed(generating, stream_options={"include_usage": True})
    assert ([first[0]["cached"], again[0]["cached"]], again[1]) == ([False, True], first[1])
    assert (again[0]["model"], again[0]["cost_usd"], again[0]["attempts"]) == (first[0]["model"], 0, [])
    whole = generating.chat(**CACHE).json
    assert (whole["router"]["cached"], whole["choices"][0]["message"]["content"]) == (True, first[1])
    assert whole["usage"]["completion_tokens"] == 5
    assert len(generating.asked) == 1


def test_a_whole_answer_is_given_again_as_a_stream_of_one_piece_with_its_counts(generating: Client):
    whole = generating.chat(**CACHE).json
    *told, _ = generating.events(**CACHE, stream_options={"include_usage": True})
    begun, ended, counted = (json.loads(each) for each in told)
    assert begun["choices"][0]["delta"]["content"] == whole["choices"][0]["message"]["content"]
    assert (ended["choices"][0]["finish_reason"], counted["usage"]["completion_tokens"]) == ("stop", 5)
    assert begun["router"]["cached"] is True
    kept = generating.api.get(f"/decisions/{begun['router']['decision_id']}").json
    assert (kept["answer_cached"], kept["usage"]["cost_usd"]) == (True, 0)


def test_calls_of_tools_are_given_again_whole(generating: Client):
    calls = (ToolCall("a", "f", '{"x": 1}'), ToolCall("b", "f", "{}"))
    generating.providers.default = FakeProvider(calls=calls)
    first, again = (streamed(generating, tools=TOOLS) for _ in range(2))
    assert (again[0]["cached"], again[2]) == (True, first[2])
    assert [call["function"]["arguments"] for call in again[2]] == ['{"x": 1}', "{}"]


@dataclass
class Ending(FakeProvider):
    """Its stream has a reason for its end, and does what it does behind that; it does not tell that it is asked."""

    stop: StopReason = StopReason.STOP
    behind: Callable[[], Awaitable[object]] | None = None

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        yield ChatChunk(self.text)
        yield ChatChunk(stop=self.stop)
        if self.behind is not None:
            await self.behind()
        yield ChatChunk(usage=USAGE)


async def breaks() -> None:
    raise ProviderFailed(Failure.UNREACHABLE)


@pytest.mark.parametrize("provider", [FakeProvider(breaks_after=2), Ending(behind=breaks)], ids=["early", "at the end"])
def test_a_stream_that_breaks_is_not_kept(generating: Client, provider: FakeProvider):
    generating.providers.default = provider
    assert "error" in json.loads(generating.events(**CACHE)[-1])
    generating.providers.default = FakeProvider()
    assert streamed(generating)[0]["cached"] is False


@pytest.mark.parametrize(
    ("provider", "kept"),
    [
        (Ending(), True),
        (Ending(stop=StopReason.LENGTH), False),
        (Ending(stop=StopReason.CONTENT_FILTER), False),
        (Ending(text=" "), False),
    ],
)
def test_one_that_was_cut_off_or_says_nothing_is_not_either(generating: Client, provider: FakeProvider, kept: bool):
    generating.providers.default = provider
    assert [streamed(generating)[0]["cached"] for _ in range(2)] == [False, kept]


class Reading(Caller):
    """Leaves when it has read all that is said."""

    async def send(self, message: Message) -> None:
        await super().send(message)
        if FakeProvider.text.encode() in message.get("body", b""):
            self.asked.set()


def test_nor_is_one_whose_caller_leaves_before_its_end(generating: Client):
    generating.providers.default = Ending(behind=lambda: asyncio.Event().wait())
    caller = Reading()
    caller.ask(generating, "/v1/chat/completions", {"model": "auto", "messages": MESSAGES, "stream": True, **CACHE})
    assert caller.asked.is_set()
    generating.providers.default = FakeProvider()
    assert streamed(generating)[0]["cached"] is False


def test_another_key_is_not_given_what_one_was(generating: Client):
    body = {"model": "auto", "messages": MESSAGES, "stream": True, **CACHE}
    holders = [generating.holder(), generating.holder()]
    asked = (holders[0], holders[1], holders[0])
    told = [json.loads(each.send("/v1/chat/completions", body).events[0])["router"]["cached"] for each in asked]
    assert told == [False, False, True]


@pytest.mark.parametrize("fields", [{"cache": None}, {"temperature": 0.3}])
def test_only_what_asks_for_it_is_given_again(generating: Client, fields: dict[str, object]):
    streamed(generating)
    assert streamed(generating, **fields)[0]["cached"] is False


def test_a_key_that_wants_its_answers_kept_has_its_streams_kept(generating: Client):
    holder = generating.holder(cache_answers=True)
    body = {"model": "auto", "messages": [{"role": "user", "content": "Hi"}], "stream": True, "temperature": 0}
    told = [json.loads(holder.send("/v1/chat/completions", body).events[0]) for _ in range(2)]
    assert [each["router"]["cached"] for each in told] == [False, True]
