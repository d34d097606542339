"""Anthropic's messages through the doors: the same way as a chat completion, told in another form."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from anthropic.types import Message, RawMessageStreamEvent
from pydantic import TypeAdapter

from llm_router.activity import Observation
from llm_router.adapters.telemetry import Telemetry
from llm_router.generation.chat import ChatChunk, ChatRequest, StopReason, ToolCallDelta
from tests.support.generating import ADMIN, MESSAGES, PROMPT, Client
from tests.support.providers import USAGE, FakeProvider
from tests.support.service import Reply

PATH, COUNT, CHAT = "/v1/messages", "/v1/messages/count_tokens", "/v1/chat/completions"
ASKED = {"model": "auto", "max_tokens": 500, "messages": MESSAGES}
EVENT: TypeAdapter[RawMessageStreamEvent] = TypeAdapter(RawMessageStreamEvent)
TOOL = {"name": "weather", "description": "Tells it.", "input_schema": {"type": "object", "properties": {}}}


def ask(generating: Client, **fields: object) -> Reply:
    return generating.api.post(PATH, {**ASKED, **fields})


def told(reply: Reply) -> list[dict]:
    """The events of a stream, each with the name that its data has."""
    found = []
    for block in reply.body.decode().removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {found[-1]['type']}"
    return found


def test_a_message_is_what_anthropics_sdk_takes_it_for(generating: Client):
    reply = ask(generating)
    assert reply.status == 200
    Message.model_validate(reply.json)
    assert reply.headers["x-model-used"] == reply.json["model"] == reply.json["router"]["model"]
    assert reply.headers["x-decision-id"] == reply.json["router"]["decision_id"]
    assert reply.json["usage"]["input_tokens"] + reply.json["usage"]["cache_read_input_tokens"] == 10


class Talkative(FakeProvider):
    """Thinks, speaks and calls."""

    async def stream(self, model: str, request: ChatRequest, timeout_s: float) -> AsyncIterator[ChatChunk]:
        self.asked.append((model, request))
        for word in ("Let me", " see."):
            yield ChatChunk(reasoning=word)
        for word in ("I will", " ask."):
            yield ChatChunk(text=word)
        yield ChatChunk(tool_calls=(ToolCallDelta(0, "call_1", "weather"),))
        for piece in ('{"city":', ' "Rome"}'):
            yield ChatChunk(tool_calls=(ToolCallDelta(0, arguments=piece),))
        yield ChatChunk(stop=StopReason.TOOL_CALLS, usage=USAGE)


@pytest.mark.parametrize("thinks", [False, True])
def test_every_event_of_a_stream_is_what_anthropics_sdk_takes_it_for(generating: Client, thinks: bool):
    generating.providers.default = Talkative()
    thinking = {"thinking": {"type": "adaptive"}} if thinks else {}
    reply = ask(generating, stream=True, tools=[TOOL], **thinking)
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = told(reply)
    for each in events:
        EVENT.validate_python(each)
    words = [
        f"{each['type']} {each.get('index', '')} {each.get('delta', {}).get('type', '')}".split() for each in events
    ]
    thoughts = [
        ["content_block_start", "0"],
        ["content_block_delta", "0", "thinking_delta"],
        ["content_block_delta", "0", "thinking_delta"],
        ["content_block_stop", "0"],
    ]
    at, then = ("1", "2") if thinks else ("0", "1")
    assert words == [
        ["message_start"],
        *(thoughts if thinks else []),
        ["content_block_start", at],
        ["content_block_delta", at, "text_delta"],
        ["content_block_delta", at, "text_delta"],
        ["content_block_stop", at],
        ["content_block_start", then],
        ["content_block_delta", then, "input_json_delta"],
        ["content_block_delta", then, "input_json_delta"],
        ["content_block_stop", then],
        ["message_delta"],
        ["message_stop"],
    ]
    assert events[0]["message"]["router"]["cost_usd"] is None
    assert events[-2]["delta"] == {"stop_reason": "tool_use", "stop_sequence": None}
    assert events[-2]["usage"]["output_tokens"] == 5
    assert events[-2]["router"]["cost_usd"] > 0


def test_a_model_is_asked_the_same_as_by_a_chat_completion(generating: Client):
    history = [
        {"role": "user", "content": PROMPT},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": "x"},
            {"type": "redacted_thinking", "data": "y"},
            {"type": "text", "text": "I will ask."},
            {"type": "tool_use", "id": "c", "name": "weather", "input": {"city": "Köln"}},
        ]},
        {"role": "user", "content": [
            {"type": "text", "text": "And now?"},
            {"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "rain"}]},
        ]},
        {"role": "system", "content": "Be kind."},
    ]  # fmt: skip
    asked = {
        "model": "auto",
        "system": "Be brief.",
        "messages": history,
        "tools": [{**TOOL, "strict": True}],
        "tool_choice": {"type": "tool", "name": "weather", "disable_parallel_tool_use": True},
        "output_config": {"format": {"type": "json_schema", "schema": {"type": "object"}}},
        "thinking": {"type": "enabled", "budget_tokens": 1024},
        "max_tokens": 50,
        "stop_sequences": ["END"],
        "temperature": 0.5,
        "top_p": 0.9,
        "metadata": {"user_id": "u"},
        "context_management": {"edits": []},
        "service_tier": "auto",
    }
    assert generating.api.post(PATH, asked).status == 200
    function = {"name": "weather", "description": "Tells it.", "parameters": TOOL["input_schema"], "strict": True}
    call = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": '{"city":"Köln"}'}}
    chat = {
        "model": "auto",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": PROMPT},
            {"role": "assistant", "content": "I will ask.", "reasoning_content": "Hm.", "tool_calls": [call]},
            {"role": "tool", "tool_call_id": "c", "content": "rain"},
            {"role": "user", "content": "And now?"},
            {"role": "system", "content": "Be kind."},
        ],
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "function", "function": {"name": "weather"}},
        "parallel_tool_calls": False,
        "response_format": {"type": "json_schema", "json_schema": {"name": "answer", "schema": {"type": "object"}}},
        "reasoning_effort": "low",
        "max_completion_tokens": 50,
        "stop": ["END"],
        "temperature": 0.5,
        "top_p": 0.9,
        "user": "u",
    }
    assert generating.api.post(CHAT, chat).status == 200
    first, second = generating.asked
    assert first == second


def test_what_one_protocol_has_kept_the_other_gives_again(generating: Client):
    kept = {"cache": {"ttl_s": 60}, "stop_sequences": ["friend"]}
    chat = {"model": "auto", "max_completion_tokens": 500, "stop": ["friend"], "messages": MESSAGES}
    assert generating.api.post(CHAT, {**chat, "cache": kept["cache"]}).json["router"]["cached"] is False
    again = ask(generating, **kept).json
    assert (again["router"]["cached"], len(generating.asked)) == (True, 1)
    assert again["content"] == [{"type": "text", "text": "Hello there, ", "citations": None}]
    assert (again["stop_reason"], again["stop_sequence"]) == ("stop_sequence", "friend")
    streamed = told(ask(generating, **kept, stream=True))
    assert (streamed[-2]["router"]["cached"], len(generating.asked)) == (True, 1)
    assert streamed[-2]["delta"] == {"stop_reason": "stop_sequence", "stop_sequence": "friend"}


def test_an_idempotency_key_makes_one_message_and_one_bill(generating: Client):
    holder = generating.holder(usd_per_day=1.0)
    headers = {"x-api-key": holder.secret, "idempotency-key": "once"}
    first, again = (generating.api.send("POST", PATH, ASKED, headers) for _ in range(2))
    assert (first.body, again.headers["idempotent-replayed"]) == (again.body, "true")
    assert again.headers["x-model-used"] == first.json["model"]
    assert len(generating.asked) == 1
    assert holder.entry["spent_today_usd"] == pytest.approx(first.json["router"]["cost_usd"], abs=1e-6)
    elsewhere = generating.api.send("POST", CHAT, ASKED, headers)
    assert (elsewhere.status, elsewhere.error) == (409, "idempotency_key_reused")


@pytest.mark.parametrize("stream", [False, True])
def test_a_budget_bounds_messages(generating: Client, stream: bool):
    holder = generating.holder(usd_per_day=0.000001)
    assert holder.send(PATH, {**ASKED, "stream": stream}).status == 200
    assert holder.entry["spent_today_usd"] > 0
    refused = holder.send(PATH, {**ASKED, "stream": stream})
    assert (refused.status, refused.error) == (429, "budget_exceeded_day")
    assert refused.json["error"]["type"] == "rate_limit_error"


def test_a_decision_and_its_session_are_kept_like_any_other(generating: Client):
    found = ask(generating, session_id="one").json
    decision = generating.api.send("GET", f"/decisions/{found['router']['decision_id']}", headers=ADMIN).json
    assert decision["model_used"]["id"] == found["model"]
    assert ask(generating, session_id="one").json["model"] == found["model"]


def test_the_operators_are_told_of_a_generation_and_of_a_count(generating: Client, monkeypatch: pytest.MonkeyPatch):
    seen: list[Observation] = []
    monkeypatch.setattr(Telemetry, "observe", lambda _, each: seen.append(each))
    found = ask(generating).json
    assert (seen[0].route, seen[0].model, seen[0].generates) == (PATH, found["model"], True)
    assert seen[0].cost_usd == pytest.approx(found["router"]["cost_usd"])
    assert seen[0].prompt_hash
    assert generating.api.post(COUNT, ASKED).status == 200
    assert (seen[1].route, seen[1].generates) == (COUNT, False)
    assert len(generating.asked) == 1


def test_tokens_are_those_of_all_that_a_model_would_read(generating: Client):
    def counted(**fields: object) -> int:
        return int(generating.api.post(COUNT, {**ASKED, **fields}).json["input_tokens"])

    plain, picture = counted(), {"type": "image", "source": {"type": "url", "url": "https://pictures.example/a.png"}}
    assert counted(tools=[TOOL]) > plain
    assert counted(system="Be brief.") > plain
    assert counted(messages=[*MESSAGES, {"role": "user", "content": [picture]}]) > plain + 500
    texts = [{"role": "user", "content": "Расскажи мне про Париж и его музеи. " * 20}]
    assert counted(messages=texts, model="claude-haiku-4-5") > counted(messages=texts, model="openai/gpt-4.1")


def test_a_stream_that_breaks_ends_with_an_error(generating: Client):
    generating.providers.default = FakeProvider(breaks_after=2)
    *_, last = told(ask(generating, stream=True))
    assert (last["type"], last["error"]["type"], last["error"]["code"]) == ("error", "api_error", "upstream_error")
    assert last["request_id"] == "test-request"
