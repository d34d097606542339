"""OpenAI's protocol: requests and answers say the same on both sides."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.providers.openai_chat import OpenAiChat
from llm_router.adapters.providers.openai_request import Quirks
from llm_router.generation.chat import (
    AudioPart,
    ChatAnswer,
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
    Usage,
)
from llm_router.generation.provider import Failure
from tests.support.chat import PIXEL, SCHEMA, WEATHER, ask, conversation, failure, run, streamed, together
from tests.support.provider_answers import Call, Said
from tests.support.provider_faults import Raw
from tests.support.provider_replies import Asked
from tests.support.provider_server import ProviderServer

QUIRKS = Quirks(rename={"max_tokens": "max_completion_tokens"}, never_for={"temperature": "^o\\d"})


def protocol(server: ProviderServer, quirks: Quirks = QUIRKS) -> OpenAiChat:
    return OpenAiChat(f"{server.url}/v1/chat/completions", {"authorization": "Bearer sk-1"}, quirks)


def whole(server: ProviderServer, request: ChatRequest = ask(), model: str = "gpt-x") -> ChatAnswer:  # noqa: B008
    return run(protocol(server), lambda provider: provider.complete(model, request, 5))


def stream(server: ProviderServer, request: ChatRequest = ask()) -> ChatAnswer:  # noqa: B008
    return together(run(protocol(server), lambda provider: streamed(provider, "gpt-x", request)))


def asked(server: ProviderServer, request: ChatRequest, model: str = "gpt-x") -> Asked:
    whole(server, request, model)
    return server.requests[-1]


def test_a_request_is_posted_with_its_key(server: ProviderServer):
    sent = asked(server, ask("Hi"))
    assert (sent.method, sent.path) == ("POST", "/v1/chat/completions")
    assert sent.headers["authorization"] == "Bearer sk-1"
    assert sent.json == {"model": "gpt-x", "messages": [{"role": "user", "content": "Hi"}]}


def test_every_setting_goes_by_its_name(server: ProviderServer):
    request = ask(
        max_tokens=9,
        temperature=0.5,
        top_p=0.9,
        stop=("END",),
        seed=7,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        reasoning_effort="low",
        tools=(WEATHER,),
        tool_choice=ToolChoice(name="get_weather"),
        parallel_tool_calls=False,
        json_format=JsonFormat(SCHEMA, "place", strict=True),
    )
    sent = asked(server, request).json
    assert sent | {"messages": None} == {
        "model": "gpt-x",
        "messages": None,
        "max_completion_tokens": 9,
        "temperature": 0.5,
        "top_p": 0.9,
        "stop": ["END"],
        "seed": 7,
        "presence_penalty": 0.1,
        "frequency_penalty": 0.2,
        "reasoning_effort": "low",
        "tools": [
            {
                "type": "function",
                "function": {
                    "name": "get_weather",
                    "description": "The weather in a city.",
                    "parameters": json.loads(SCHEMA),
                },
            }
        ],
        "tool_choice": {"type": "function", "function": {"name": "get_weather"}},
        "parallel_tool_calls": False,
        "response_format": {
            "type": "json_schema",
            "json_schema": {"name": "place", "schema": json.loads(SCHEMA), "strict": True},
        },
    }


def test_a_setting_that_a_model_refuses_is_left_out(server: ProviderServer):
    assert "temperature" not in asked(server, ask(temperature=0.0), "o4-mini").json


def test_a_conversation_with_pictures_files_and_tools_is_said_again(server: ProviderServer):
    sent = asked(server, conversation()).json["messages"]
    assert sent[0] == {"role": "system", "content": "Be brief."}
    assert sent[1]["content"][1:] == [
        {"type": "image_url", "image_url": {"url": f"data:image/png;base64,{PIXEL}"}},
        {"type": "file", "file": {"file_data": "data:application/pdf;base64,JVBERi0=", "filename": "a report.pdf"}},
    ]
    assert [call["id"] for call in sent[2]["tool_calls"]] == ["call_1", "call_2"]
    assert sent[2]["tool_calls"][0]["function"] == {"name": "get_weather", "arguments": '{"city": "Paris"}'}
    assert sent[3] == {"role": "tool", "tool_call_id": "call_1", "content": "rain"}


def test_sound_file_ids_and_picture_details_are_said_again(server: ProviderServer):
    parts = (AudioPart("UklGRg==", "wav"), FilePart(file_id="file-1"), ImagePart("https://x.example/a.png", "low"))
    assert asked(server, ChatRequest((ChatMessage(Role.USER, parts),))).json["messages"][0]["content"] == [
        {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}},
        {"type": "file", "file": {"file_id": "file-1"}},
        {"type": "image_url", "image_url": {"url": "https://x.example/a.png", "detail": "low"}},
    ]


def test_what_is_no_unicode_is_sent_as_question_marks(server: ProviderServer):
    assert asked(server, ask("a\ud800b")).json["messages"][0]["content"] == "a?b"


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (ToolChoice(ToolMode.REQUIRED), "required"),
        (ToolChoice(ToolMode.NONE), "none"),
        (ToolChoice(), "auto"),
        (None, None),
    ],
)
def test_a_choice_among_tools_is_said_again(choice, sent, server: ProviderServer):
    assert asked(server, ask(tools=(WEATHER,), tool_choice=choice)).json.get("tool_choice") == sent


@pytest.mark.parametrize("read", [whole, stream])
def test_text_and_counts_come_back(read, server: ProviderServer):
    server.then(Said("Hello there, world.", cached_tokens=5, reasoning_tokens=3, reasoning="I greet them."))
    assert read(server) == ChatAnswer(
        "Hello there, world.", StopReason.STOP, usage=Usage(12, 7, 5, 3), reasoning="I greet them."
    )


@pytest.mark.parametrize("read", [whole, stream])
def test_several_calls_at_once_come_back(read, server: ProviderServer):
    server.then(Said("", (Call(), Call(arguments={"city": "Rome"}, id="call_2"))))
    answer = read(server)
    assert answer.stop is StopReason.TOOL_CALLS
    assert answer.tool_calls == (
        ToolCall("call_1", "get_weather", '{"city": "Paris"}'),
        ToolCall("call_2", "get_weather", '{"city": "Rome"}'),
    )


@pytest.mark.parametrize("read", [whole, stream])
@pytest.mark.parametrize(
    ("word", "stop"),
    [
        ("length", StopReason.LENGTH),
        ("content_filter", StopReason.CONTENT_FILTER),
        ("eos", StopReason.STOP),
        ("model_length", StopReason.LENGTH),
    ],
)
def test_why_it_stopped_comes_back(read, word, stop, server: ProviderServer):
    server.then(Said(stop=word))
    assert read(server).stop is stop


def test_a_stream_comes_in_pieces_and_asks_for_its_counts(server: ProviderServer):
    chunks = run(protocol(server), lambda provider: streamed(provider, "gpt-x", ask()))
    assert [chunk.text for chunk in chunks] == ["Hello ", "there, ", "world.", ""]
    assert server.requests[0].json["stream_options"] == {"include_usage": True}


def _said(**fields: object) -> Raw:
    return Raw(200, json.dumps(fields).encode())


def test_a_refusal_comes_back(server: ProviderServer):
    message = {"role": "assistant", "content": None, "refusal": "I will not."}
    server.then(_said(choices=[{"message": message, "finish_reason": "stop"}]))
    answer = whole(server)
    assert (answer.text, answer.refusal, answer.usage) == ("", "I will not.", None)


def test_reasoning_counted_beside_the_completion_is_added(server: ProviderServer):
    usage = {
        "prompt_tokens": 10,
        "completion_tokens": 5,
        "total_tokens": 35,
        "completion_tokens_details": {"reasoning_tokens": 20},
    }
    server.then(_said(choices=[{"message": {"content": "x"}, "finish_reason": "stop"}], usage=usage))
    assert whole(server).usage == Usage(10, 25, 0, 20)


def test_counts_that_are_not_told_are_none(server: ProviderServer):
    server.then(_said(choices=[{"message": {"content": "x"}}], usage={"prompt_tokens": None}))
    assert whole(server).usage is None


def test_content_in_pieces_is_put_together(server: ProviderServer):
    thought = {"type": "thinking", "thinking": [{"type": "text", "text": "hm"}]}
    server.then(_said(choices=[{"message": {"content": [thought, {"type": "text", "text": "yes"}]}}]))
    answer = whole(server)
    assert (answer.text, answer.reasoning) == ("yes", "hm")


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        ({"code": 429}, Failure.RATE_LIMITED),
        ({"code": "busy"}, Failure.SERVER_ERROR),
        ("broken", Failure.SERVER_ERROR),
    ],
)
def test_an_error_under_a_status_of_200_is_a_failure(error, expected, server: ProviderServer):
    server.then(_said(error=error))
    failed = run(protocol(server), lambda provider: failure(provider.complete("m", ask(), 5)))
    assert failed.failure is expected


@pytest.mark.parametrize(
    ("status", "code", "expected"),
    [
        (429, "insufficient_quota", Failure.REFUSED),
        (400, "model_not_found", Failure.UNKNOWN_MODEL),
        (429, "rate_limit_exceeded", Failure.RATE_LIMITED),
        (400, None, Failure.BAD_REQUEST),
    ],
)
def test_an_error_s_code_says_more_than_its_status(status, code, expected, server: ProviderServer):
    server.then(Raw(status, json.dumps({"error": {"message": "no", "code": code}}).encode()))
    failed = run(protocol(server), lambda provider: failure(provider.complete("m", ask(), 5)))
    assert (failed.failure, failed.status) == (expected, status)


@pytest.mark.parametrize("schema", ["{", "[]", '{"maximum": NaN}', '{"a":' * 100_000])
def test_a_request_whose_schema_is_no_json_object_is_not_sent(schema, server: ProviderServer):
    request = ask(json_format=JsonFormat(schema))
    failed = run(protocol(server), lambda provider: failure(provider.complete("m", request, 5)))
    assert (failed.failure, server.requests) == (Failure.BAD_REQUEST, [])


def test_connections_are_used_again(server: ProviderServer):
    async def several(provider):
        for _ in range(3):
            await provider.complete("m", ask(), 5)
            await streamed(provider, "m", ask())

    run(protocol(server), several)
    assert (len(server.requests), server.connections) == (6, 1)


def test_a_stream_that_is_left_early_is_let_go(server: ProviderServer):
    async def leave(provider):
        chunks = provider.stream("m", ask(), 5)
        first = await anext(chunks)
        await chunks.aclose()
        return first

    assert run(protocol(server), leave).text == "Hello "


def test_text_parts_are_kept_apart(server: ProviderServer):
    request = ChatRequest((ChatMessage(Role.USER, (TextPart("a"), TextPart("b"))),))
    assert [part["text"] for part in asked(server, request).json["messages"][0]["content"]] == ["a", "b"]
