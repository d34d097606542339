"""OpenAI's responses through the doors: the same way as a chat completion, told in another form."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator

import pytest
from openai.types.responses import Response, ResponseStreamEvent
from pydantic import TypeAdapter

from llm_router.activity import Observation
from llm_router.adapters.telemetry import Telemetry
from llm_router.generation.chat import ChatChunk, ChatRequest, StopReason, ToolCall, ToolCallDelta
from tests.support.generating import ADMIN, MESSAGES, PROMPT, Client
from tests.support.providers import USAGE, FakeProvider
from tests.support.service import Reply

PATH, CHAT = "/v1/responses", "/v1/chat/completions"
ASKED = {"model": "auto", "input": PROMPT}
EVENT: TypeAdapter[ResponseStreamEvent] = TypeAdapter(ResponseStreamEvent)
FUNCTION = {"type": "function", "name": "weather", "parameters": {"type": "object", "properties": {}}}
EVERYTHING = {
    **ASKED,
    "instructions": "Be brief.",
    "tools": [{**FUNCTION, "strict": True, "description": "Tells it."}],
    "tool_choice": {"type": "allowed_tools", "mode": "auto", "tools": [{"type": "function", "name": "weather"}]},
    "text": {"format": {"type": "json_schema", "name": "x", "schema": {"type": "object"}}, "verbosity": "low"},
    "reasoning": {"effort": "low", "summary": "auto"},
    "metadata": {"a": "b"},
    "max_output_tokens": 50,
    "max_tool_calls": 3,
    "temperature": 0.5,
    "top_p": 0.9,
    "parallel_tool_calls": False,
    "truncation": "auto",
    "include": ["reasoning.encrypted_content"],
    "store": True,
    "user": "u",
    "safety_identifier": "s",
    "prompt_cache_key": "k",
    "stream_options": {"include_obfuscation": False},
}


def ask(generating: Client, **fields: object) -> Reply:
    return generating.api.post(PATH, {**ASKED, **fields})


def told(reply: Reply) -> list[dict]:
    """The events of a stream, each with the name that its data has and the next number."""
    found = []
    for block in reply.body.decode().removesuffix("\n\n").split("\n\n"):
        name, data = block.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {found[-1]['type']}"
    assert [each["sequence_number"] for each in found] == list(range(len(found)))
    return found


def test_a_response_is_what_openais_sdk_takes_it_for_and_repeats_its_request(generating: Client):
    for asked in (ASKED, EVERYTHING):
        reply = generating.api.post(PATH, asked)
        assert reply.status == 200
        Response.model_validate(reply.json)
    repeated = ("instructions", "tools", "tool_choice", "text", "max_output_tokens", "temperature", "metadata", "user")
    assert {name: reply.json[name] for name in repeated} == {name: EVERYTHING[name] for name in repeated}
    assert (reply.json["store"], reply.json["truncation"], reply.json["parallel_tool_calls"]) == (
        False,
        "disabled",
        False,
    )
    assert reply.headers["x-model-used"] == reply.json["model"] == reply.json["router"]["model"]
    assert reply.headers["x-decision-id"] == reply.json["router"]["decision_id"]


def test_every_event_of_a_stream_is_what_openais_sdk_takes_it_for(generating: Client):
    generating.providers.default = Talkative()
    reply = generating.api.post(PATH, {**ASKED, "stream": True, "tools": [FUNCTION]})
    assert reply.headers["content-type"].startswith("text/event-stream")
    events = told(reply)
    for each in events:
        EVENT.validate_python(each)
    assert [each["type"].removeprefix("response.") for each in events] == [
        "created",
        "in_progress",
        "output_item.added",
        "reasoning_summary_part.added",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.delta",
        "reasoning_summary_text.done",
        "reasoning_summary_part.done",
        "output_item.done",
        "output_item.added",
        "content_part.added",
        "output_text.delta",
        "output_text.delta",
        "output_text.done",
        "content_part.done",
        "output_item.done",
        "output_item.added",
        "function_call_arguments.delta",
        "function_call_arguments.delta",
        "function_call_arguments.done",
        "output_item.done",
        "completed",
    ]
    last = events[-1]["response"]
    assert list(last["output"]) == [e["item"] for e in events if e["type"].endswith("item.done")]
    assert last["usage"]["total_tokens"] == 15
    assert events[0]["response"]["router"]["cost_usd"] is None
    assert last["router"]["cost_usd"] > 0


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


def test_a_model_is_asked_the_same_as_by_a_chat_completion(generating: Client):
    history = [
        {"role": "user", "content": PROMPT},
        {"type": "reasoning", "id": "rs_1", "summary": [{"type": "summary_text", "text": "Hm."}]},
        {"role": "assistant", "content": [{"type": "output_text", "text": "I will ask.", "annotations": []}]},
        {"type": "function_call", "id": "fc_1", "call_id": "c", "name": "weather", "arguments": "{}"},
        {"type": "function_call_output", "call_id": "c", "output": [{"type": "input_text", "text": "rain"}]},
        {"type": "message", "role": "developer", "content": "Be kind."},
        {"role": "user", "content": [{"type": "input_text", "text": "And now?"}]},
    ]
    assert generating.api.post(PATH, {**EVERYTHING, "store": False, "input": history}).status == 200
    function = {name: value for name, value in EVERYTHING["tools"][0].items() if name != "type"}  # type: ignore[index]
    call = {"id": "c", "type": "function", "function": {"name": "weather", "arguments": "{}"}}
    said = {"role": "assistant", "content": "I will ask.", "reasoning_content": "Hm.", "tool_calls": [call]}
    shape = {"name": "x", "schema": {"type": "object"}}
    named = {"type": "function", "function": {"name": "weather"}}
    chat = {
        "model": "auto",
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": PROMPT},
            said,
            {"role": "tool", "tool_call_id": "c", "content": "rain"},
            {"role": "developer", "content": "Be kind."},
            {"role": "user", "content": "And now?"},
        ],
        "tools": [{"type": "function", "function": function}],
        "tool_choice": {"type": "allowed_tools", "allowed_tools": {"mode": "auto", "tools": [named]}},
        "response_format": {"type": "json_schema", "json_schema": shape},
        "verbosity": "low",
        "reasoning_effort": "low",
        "metadata": {"a": "b"},
        "max_completion_tokens": 50,
        "temperature": 0.5,
        "top_p": 0.9,
        "parallel_tool_calls": False,
        "store": False,
        "user": "u",
        "safety_identifier": "s",
        "prompt_cache_key": "k",
    }
    assert generating.api.post(CHAT, chat).status == 200
    first, second = generating.asked
    assert first == second


def test_what_one_protocol_has_kept_the_other_gives_again(generating: Client):
    kept = {"model": "auto", "cache": {"ttl_s": 60}}
    assert generating.api.post(CHAT, {**kept, "messages": MESSAGES}).json["router"]["cached"] is False
    again = ask(generating, **kept).json
    assert (again["router"]["cached"], len(generating.asked)) == (True, 1)
    assert again["output"][0]["content"][0]["text"] == "Hello there, friend."
    streamed = told(ask(generating, **kept, stream=True))
    assert (streamed[-1]["response"]["router"]["cached"], len(generating.asked)) == (True, 1)


def test_an_idempotency_key_makes_one_response_and_one_bill(generating: Client):
    holder = generating.holder(usd_per_day=1.0)
    headers = {"x-api-key": holder.secret, "idempotency-key": "once"}
    first, again = (generating.api.send("POST", PATH, ASKED, headers) for _ in range(2))
    assert (first.body, again.headers["idempotent-replayed"]) == (again.body, "true")
    assert again.headers["x-model-used"] == first.json["model"]
    assert len(generating.asked) == 1
    assert holder.entry["spent_today_usd"] == pytest.approx(first.json["router"]["cost_usd"], abs=1e-6)


@pytest.mark.parametrize("stream", [False, True])
def test_a_budget_bounds_responses(generating: Client, stream: bool):
    holder = generating.holder(usd_per_day=0.000001)
    assert holder.send(PATH, {**ASKED, "stream": stream}).status == 200
    assert holder.entry["spent_today_usd"] > 0
    refused = holder.send(PATH, {**ASKED, "stream": stream})
    assert (refused.status, refused.error) == (429, "budget_exceeded_day")


def test_a_decision_and_its_session_are_kept_like_any_other(generating: Client):
    found = ask(generating, session_id="one").json
    decision = generating.api.send("GET", f"/decisions/{found['router']['decision_id']}", headers=ADMIN).json
    assert decision["model_used"]["id"] == found["model"]
    assert ask(generating, session_id="one").json["model"] == found["model"]


def test_the_operators_are_told_of_a_generation(generating: Client, monkeypatch: pytest.MonkeyPatch):
    seen: list[Observation] = []
    monkeypatch.setattr(Telemetry, "observe", lambda _, each: seen.append(each))
    found = ask(generating).json
    assert (seen[0].route, seen[0].model, seen[0].generates) == (PATH, found["model"], True)
    assert seen[0].cost_usd == pytest.approx(found["router"]["cost_usd"])
    assert seen[0].prompt_hash


def test_calls_alone_are_no_message(generating: Client):
    generating.providers.default = FakeProvider(calls=(ToolCall("c", "weather", "{}"),))
    (call,) = ask(generating, tools=[FUNCTION]).json["output"]
    assert (call["type"], call["call_id"], call["name"], call["arguments"]) == ("function_call", "c", "weather", "{}")
    assert call["id"].startswith("fc_")


def test_a_stream_that_breaks_tells_so_in_both_ways_that_clients_heed(generating: Client):
    generating.providers.default = FakeProvider(breaks_after=2)
    events = told(ask(generating, stream=True))
    *_, error, failed = events
    for each in (error, failed):
        EVENT.validate_python(each)
    assert (error["type"], error["code"], error["error"]["code"]) == ("error", "upstream_error", "upstream_error")
    assert (failed["type"], failed["response"]["status"]) == ("response.failed", "failed")
    assert failed["response"]["error"]["message"] == error["message"]
    (message,) = failed["response"]["output"]
    assert (message["status"], message["content"][0]["text"]) == ("incomplete", "Hello there,")
