"""What Anthropic's protocol alone has: its form, its tools, its settings."""

from __future__ import annotations

import asyncio
import json
import re
from dataclasses import replace
from typing import Any

import pytest

from llm_router.adapters.providers import anthropic_answer, anthropic_request
from llm_router.adapters.providers.anthropic_messages import AnthropicMessages
from llm_router.adapters.providers.events import ServerEvent
from llm_router.adapters.providers.http_provider import HttpProvider
from llm_router.adapters.providers.tool_calls import ToolBlocks
from llm_router.generation.chat import (
    ALIVE,
    ChatChunk,
    ChatMessage,
    ChatRequest,
    FilePart,
    ImagePart,
    JsonFormat,
    Role,
    StopReason,
    TextPart,
    ToolCall,
    ToolChoice,
    ToolMode,
)
from llm_router.generation.provider import Failure
from tests.support.chat import PIXEL, SCHEMA, WEATHER, ask, conversation, failure, run
from tests.support.provider_answers import Protocol
from tests.support.provider_faults import Raw
from tests.support.provider_server import ProviderServer
from tests.support.speaking import SPEAKERS, asked


def test_anthropic_gets_its_own_form(server: ProviderServer):
    sent = asked(Protocol.ANTHROPIC, server, conversation())
    assert (sent.path, sent.headers["x-api-key"], sent.headers["anthropic-version"]) == (
        "/v1/messages",
        "key",
        "2023-06-01",
    )
    body = sent.json
    assert (body["system"], body["max_tokens"]) == ("Be brief.", 8192)
    assert [turn["role"] for turn in body["messages"]] == ["user", "assistant", "user"]
    pdf = {"type": "base64", "media_type": "application/pdf", "data": "JVBERi0="}
    assert body["messages"][0]["content"] == [
        {"type": "text", "text": "What is this?"},
        {"type": "image", "source": {"type": "base64", "media_type": "image/png", "data": PIXEL}},
        {"type": "document", "source": pdf, "title": "a report.pdf"},
    ]
    assert body["messages"][1]["content"][1] == {
        "type": "tool_use",
        "id": "call_1",
        "name": "get_weather",
        "input": {"city": "Paris"},
    }
    assert body["messages"][2]["content"] == [
        {"type": "tool_result", "tool_use_id": "call_1", "content": [{"type": "text", "text": "rain"}]},
        {"type": "tool_result", "tool_use_id": "call_2", "content": [{"type": "text", "text": '{"sky": "blue"}'}]},
        {"type": "text", "text": "So?"},
    ]
    assert body["tools"] == [
        {"name": "get_weather", "description": "The weather in a city.", "input_schema": json.loads(SCHEMA)}
    ]


@pytest.mark.parametrize(
    ("choice", "parallel", "sent"),
    [
        (None, None, {"type": "auto"}),
        (ToolChoice(ToolMode.REQUIRED), False, {"type": "any", "disable_parallel_tool_use": True}),
        (ToolChoice(ToolMode.NONE), False, {"type": "none"}),
        (ToolChoice(name="get_weather"), None, {"type": "tool", "name": "get_weather"}),
    ],
)
def test_anthropic_is_told_how_tools_are_to_be_used(choice, parallel, sent, server: ProviderServer):
    request = ask(tools=(WEATHER,), tool_choice=choice, parallel_tool_calls=parallel)
    assert asked(Protocol.ANTHROPIC, server, request).json["tool_choice"] == sent


@pytest.mark.parametrize(
    ("model", "sent"),
    [
        ("claude-haiku-4-5", {"temperature": 1.0}),
        ("claude-opus-4-7", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}),
        ("claude-sonnet-4-6", {"thinking": {"type": "adaptive"}, "output_config": {"effort": "low"}}),
        ("claude-opus-5", {"output_config": {"effort": "low"}}),
    ],
)
def test_anthropic_s_models_get_the_settings_that_they_take(model, sent, server: ProviderServer):
    request = ask(temperature=1.7, top_p=0.5, reasoning_effort="low", max_tokens=5, seed=3, stop=("END", " "))
    run(SPEAKERS[Protocol.ANTHROPIC](server.url), lambda provider: provider.complete(model, request, 5))
    body = server.requests[-1].json
    assert body.pop("messages")
    assert body == {"model": model, "max_tokens": 5, "stop_sequences": ["END"], **sent}


UNFORCEABLE = ["claude-opus-5-5", "claude-fable-5-1-20260801", "claude-sonnet-5-10", "claude-haiku-6-1"]


@pytest.mark.parametrize("choice", [ToolChoice(ToolMode.REQUIRED), ToolChoice(name="get_weather")])
@pytest.mark.parametrize(
    ("model", "forced"),
    [*((model, False) for model in UNFORCEABLE), ("claude-opus-5", True), ("claude-opus-5-20260601", True),
     ("claude-haiku-4-5", True)],
)  # fmt: skip
def test_claudes_that_cannot_be_made_to_call_a_tool_may_call_it(choice: ToolChoice, model: str, forced: bool):
    request = ask(tools=(WEATHER,), tool_choice=choice, parallel_tool_calls=False)
    sent = anthropic_request.body(model, request, stream=False)["tool_choice"]
    assert isinstance(sent, dict)
    assert (sent["type"] != "auto", sent["disable_parallel_tool_use"]) == (forced, True)


@pytest.mark.parametrize("model", UNFORCEABLE)
def test_claudes_that_cannot_be_made_to_call_a_tool_are_asked_for_json_of_a_shape_itself(model: str):
    request = ask(json_format=JsonFormat(SCHEMA), reasoning_effort="low")
    sent = anthropic_request.body(model, request, stream=False)
    shape = {"type": "json_schema", "schema": json.loads(SCHEMA)}
    assert sent["output_config"] == {"effort": "low", "format": shape}
    assert not {"tools", "tool_choice", "system"} & set(sent)
    beside_tools = anthropic_request.body(model, replace(request, tools=(WEATHER,)), stream=False)
    assert (beside_tools["output_config"], SCHEMA in str(beside_tools["system"])) == ({"effort": "low"}, True)


def test_a_shape_that_leaves_properties_open_is_said_in_words():
    open_shape = '{"type":"object","properties":{"at":{"type":"object","properties":{}}},"additionalProperties":false}'
    sent = anthropic_request.body("claude-opus-5-5", ask(json_format=JsonFormat(open_shape)), stream=False)
    assert "output_config" not in sent
    assert open_shape in str(sent["system"])


def test_the_address_of_a_picture_or_a_pdf_is_passed_on_and_never_fetched(server: ProviderServer):
    request = ChatRequest((ChatMessage(Role.USER, (ImagePart("https://x.example/a.webp?b=c"),)),))
    anthropic = asked(Protocol.ANTHROPIC, server, request).json["messages"][0]["content"]
    assert anthropic == [{"type": "image", "source": {"type": "url", "url": "https://x.example/a.webp?b=c"}}]
    pdf = ChatRequest((ChatMessage(Role.USER, (FilePart("https://x.example/a.pdf", filename="a.pdf"),)),))
    document = {"type": "document", "source": {"type": "url", "url": "https://x.example/a.pdf"}, "title": "a.pdf"}
    assert asked(Protocol.ANTHROPIC, server, pdf).json["messages"][0]["content"] == [document]
    gemini = asked(Protocol.GEMINI, server, request).json["contents"][0]["parts"]
    assert gemini == [{"fileData": {"mimeType": "image/webp", "fileUri": "https://x.example/a.webp?b=c"}}]


def test_calls_have_ids_that_anthropic_takes(server: ProviderServer):
    request = ChatRequest(
        (
            ChatMessage(Role.USER, (TextPart("Weather?"),)),
            ChatMessage(Role.ASSISTANT, tool_calls=(ToolCall("call:1/ä", "get_weather", ""),)),
            ChatMessage(Role.TOOL, (TextPart("rain"),), tool_call_id="call:1/ä"),
        ),
        tools=(WEATHER,),
    )
    turns = asked(Protocol.ANTHROPIC, server, request).json["messages"]
    called = turns[1]["content"][0]
    assert re.fullmatch("[a-zA-Z0-9_-]+", called["id"])
    assert (called["type"], turns[2]["content"][0]["tool_use_id"]) == ("tool_use", called["id"])


PINGED: list[dict[str, Any]] = [
    {"type": "message_start", "message": {"content": [], "usage": {"input_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "tool_use", "id": "c", "name": "write"}},
    {"type": "ping"},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "input_json_delta", "partial_json": '{"a": 1}'}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}},
    {"type": "message_stop"},
]


def test_a_provider_that_pings_while_a_model_writes_is_told_of_as_alive(server: ProviderServer):
    body = "".join(f"event: {each['type']}\ndata: {json.dumps(each)}\n\n" for each in PINGED)
    server.then(Raw(body=body.encode(), headers={"content-type": "text/event-stream"}))

    async def every(provider: HttpProvider) -> list[ChatChunk]:
        return [chunk async for chunk in provider.stream("claude-haiku-4-5", ask(), 5)]

    found = run(AnthropicMessages(server.url, "key"), every)
    assert [chunk == ALIVE for chunk in found] == [True, False, True, False, True, True, False]


def test_which_stop_ended_an_answer_is_told_whole_or_streamed():
    message: dict[str, Any] = {"content": [], "stop_reason": "stop_sequence", "stop_sequence": "END"}
    delta = {"stop_reason": "stop_sequence", "stop_sequence": "END"}
    reader = anthropic_answer.EventsReader(ToolBlocks())
    events: list[dict[str, Any]] = [{"type": "message_delta", "delta": delta}, PINGED[-1]]
    (chunk,) = [chunk for each in events for chunk in reader.take(ServerEvent(json.dumps(each).encode()))]
    whole = anthropic_answer.answer(json.dumps(message).encode(), json_tool=None)
    for each in (chunk, whole):
        assert (each.stop, each.stopped_at) == (StopReason.STOP, "END")


@pytest.mark.parametrize("told", [None, {}])
def test_where_nothing_is_counted_nothing_is_told_whole_or_streamed(told: dict[str, int] | None):
    message: dict[str, Any] = {"content": [], "usage": told}
    events = [{"type": "message_start", "message": message}, {"type": "message_delta", "usage": told}, PINGED[-1]]
    reader = anthropic_answer.EventsReader(ToolBlocks())
    chunks = [chunk for each in events for chunk in reader.take(ServerEvent(json.dumps(each).encode()))]
    assert [chunk.usage for chunk in chunks] == [None]
    assert anthropic_answer.answer(json.dumps(message).encode(), json_tool=None).usage is None


@pytest.mark.parametrize(
    ("url", "stream", "eager"),
    [
        ("https://api.anthropic.com", True, True),
        ("https://api.anthropic.com", False, False),
        ("https://gateway.example.com/api.anthropic.com", True, False),
    ],
)
def test_anthropic_itself_is_asked_to_stream_what_a_tool_is_given_as_it_is_written(url: str, stream: bool, eager: bool):
    post = asyncio.run(AnthropicMessages(url, "key").post("claude-haiku-4-5", ask(tools=(WEATHER,)), stream=stream))
    assert json.loads(post.body)["tools"][0].get("eager_input_streaming", False) is eager


@pytest.mark.parametrize("model", ["claude-sonnet-4-5", "claude-opus-5-5"])
@pytest.mark.parametrize("choice", [None, ToolChoice(ToolMode.REQUIRED)])
def test_the_tools_of_earlier_calls_are_declared_and_not_to_be_called_where_the_request_brings_none(model, choice):
    request = replace(conversation(), tools=(), tool_choice=choice)
    sent = anthropic_request.body(model, request, stream=False)
    assert sent["tools"] == [{"name": "get_weather", "input_schema": {"type": "object", "properties": {}}}]
    assert sent["tool_choice"] == {"type": "none"}
    assert not {"tools", "tool_choice"} & set(anthropic_request.body(model, ask(), stream=False))


@pytest.mark.parametrize(
    ("status", "message", "expected"),
    [
        (400, "Your credit balance is too low to access the Anthropic API.", Failure.REFUSED),
        (
            400,
            "You have reached your specified API usage limits. You will regain access on 2026-12-01.",
            Failure.REFUSED,
        ),
        (400, "You have reached your specified workspace API usage limits.", Failure.REFUSED),
        (400, "This organization has been disabled.", Failure.REFUSED),
        (400, "messages.0: 'Your credit balance' is not a role.", Failure.BAD_REQUEST),
        (400, "", Failure.BAD_REQUEST),
        (500, "Your credit balance is too low", Failure.SERVER_ERROR),
    ],
)
def test_a_400_about_our_account_is_not_the_caller_s(
    status: int, message: str, expected: Failure, server: ProviderServer
):
    told = {"type": "error", "error": {"type": "invalid_request_error", "message": message}}
    server.always(Raw(status, json.dumps(told).encode()))
    speaker = SPEAKERS[Protocol.ANTHROPIC](server.url)
    failed = run(speaker, lambda provider: failure(provider.complete("claude-haiku-4-5", ask(), 5)))
    assert (failed.failure, failed.status) == (expected, status)


def test_a_picture_s_kind_goes_by_the_name_that_providers_know(server: ProviderServer):
    request = ChatRequest((ChatMessage(Role.USER, (ImagePart(f"data:image/jpg;base64,{PIXEL}"),)),))
    (block,) = asked(Protocol.ANTHROPIC, server, request).json["messages"][0]["content"]
    assert block["source"]["media_type"] == "image/jpeg"
