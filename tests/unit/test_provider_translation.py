"""Of every protocol: what is asked arrives in its form, and what comes back is the same answer, whole or streamed."""

from __future__ import annotations

import json
from base64 import b64decode
from collections.abc import Callable

import pytest
from botocore.credentials import Credentials

from llm_router.adapters.providers.anthropic_messages import AnthropicMessages
from llm_router.adapters.providers.bedrock import Bedrock
from llm_router.adapters.providers.gemini import Gemini
from llm_router.adapters.providers.http_provider import HttpProtocol
from llm_router.adapters.providers.openai_chat import OpenAiChat
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
from tests.support.provider_answers import Call, Protocol, Said
from tests.support.provider_faults import Raw
from tests.support.provider_replies import Asked
from tests.support.provider_server import ProviderServer, provider_server

SPEAKERS: dict[Protocol, Callable[[str], HttpProtocol]] = {
    Protocol.OPENAI: lambda url: OpenAiChat(f"{url}/v1/chat/completions", {"authorization": "Bearer key"}),
    Protocol.ANTHROPIC: lambda url: AnthropicMessages(url, "key"),
    Protocol.GEMINI: lambda url: Gemini(url, "key"),
    Protocol.BEDROCK: lambda url: Bedrock("us-east-1", url, credentials=Credentials("AKIATEST", "secret")),
}
MODELS = {Protocol.BEDROCK: "anthropic.claude-haiku-4-5-20251001-v1:0", Protocol.GEMINI: "gemini-2.5-flash"}
FOREIGN = [Protocol.ANTHROPIC, Protocol.GEMINI, Protocol.BEDROCK]
STOPS = [
    (Protocol.ANTHROPIC, "max_tokens", StopReason.LENGTH),
    (Protocol.ANTHROPIC, "refusal", StopReason.CONTENT_FILTER),
    (Protocol.ANTHROPIC, "stop_sequence", StopReason.STOP),
    (Protocol.GEMINI, "MAX_TOKENS", StopReason.LENGTH),
    (Protocol.GEMINI, "SAFETY", StopReason.CONTENT_FILTER),
    (Protocol.BEDROCK, "max_tokens", StopReason.LENGTH),
    (Protocol.BEDROCK, "guardrail_intervened", StopReason.CONTENT_FILTER),
]


@pytest.fixture
def server():
    with provider_server() as serving:
        yield serving


def model_of(protocol: Protocol) -> str:
    return MODELS.get(protocol, "claude-haiku-4-5")


def whole(protocol: Protocol, server: ProviderServer, request: ChatRequest) -> ChatAnswer:
    speaker = SPEAKERS[protocol](server.url)
    return run(speaker, lambda provider: provider.complete(model_of(protocol), request, 5))


def stream(protocol: Protocol, server: ProviderServer, request: ChatRequest) -> ChatAnswer:
    speaker = SPEAKERS[protocol](server.url)
    return together(run(speaker, lambda provider: streamed(provider, model_of(protocol), request)))


def asked(protocol: Protocol, server: ProviderServer, request: ChatRequest) -> Asked:
    whole(protocol, server, request)
    return server.requests[-1]


@pytest.mark.parametrize("read", [whole, stream])
@pytest.mark.parametrize("protocol", Protocol)
def test_text_reasoning_and_counts_come_back(protocol, read, server: ProviderServer):
    reasoning_tokens = 3 if protocol in (Protocol.OPENAI, Protocol.GEMINI) else 0
    server.then(Said("Grüß dich, 世界.", cached_tokens=5, reasoning_tokens=reasoning_tokens, reasoning="I greet them."))
    usage = Usage(12, 7, 5, reasoning_tokens)
    assert read(protocol, server, ask()) == ChatAnswer(
        "Grüß dich, 世界.", StopReason.STOP, usage=usage, reasoning="I greet them."
    )


@pytest.mark.parametrize("read", [whole, stream])
@pytest.mark.parametrize("protocol", Protocol)
def test_several_calls_at_once_come_back(protocol, read, server: ProviderServer):
    server.then(Said("Let me see.", (Call(), Call(arguments={"city": "Rome", "days": 2}, id="call_2"))))
    answer = read(protocol, server, ask(tools=(WEATHER,)))
    assert (answer.text, answer.stop) == ("Let me see.", StopReason.TOOL_CALLS)
    assert [(call.name, json.loads(call.arguments)) for call in answer.tool_calls] == [
        ("get_weather", {"city": "Paris"}),
        ("get_weather", {"city": "Rome", "days": 2}),
    ]
    assert len({call.id for call in answer.tool_calls}) == 2


@pytest.mark.parametrize("read", [whole, stream])
@pytest.mark.parametrize(("protocol", "word", "stop"), STOPS)
def test_why_it_stopped_comes_back(protocol, word, stop, read, server: ProviderServer):
    server.then(Said(stop=word))
    assert read(protocol, server, ask()).stop is stop


@pytest.mark.parametrize("protocol", Protocol)
def test_a_stream_comes_word_by_word_with_the_counts_last(protocol, server: ProviderServer):
    speaker = SPEAKERS[protocol](server.url)
    chunks = run(speaker, lambda provider: streamed(provider, model_of(protocol), ask()))
    assert [chunk.text for chunk in chunks] == ["Hello ", "there, ", "world.", ""]
    assert (chunks[-1].stop, chunks[-1].usage) == (StopReason.STOP, Usage(12, 7))


@pytest.mark.parametrize("protocol", Protocol)
def test_connections_are_used_again_after_answers_and_streams(protocol, server: ProviderServer):
    async def several(provider):
        for _ in range(2):
            await provider.complete(model_of(protocol), ask(), 5)
            await streamed(provider, model_of(protocol), ask())

    run(SPEAKERS[protocol](server.url), several)
    assert (len(server.requests), server.connections) == (4, 1)


@pytest.mark.parametrize("read", [whole, stream])
@pytest.mark.parametrize("protocol", [Protocol.ANTHROPIC, Protocol.BEDROCK])
def test_json_of_a_shape_is_a_tool_that_must_be_called_and_comes_back_as_text(protocol, read, server: ProviderServer):
    server.then(Said("", (Call("answer", {"city": "Paris"}),)))
    answer = read(protocol, server, ask(json_format=JsonFormat(SCHEMA)))
    assert (json.loads(answer.text), answer.stop, answer.tool_calls) == ({"city": "Paris"}, StopReason.STOP, ())


@pytest.mark.parametrize("protocol", [Protocol.ANTHROPIC, Protocol.BEDROCK])
def test_json_without_a_shape_or_beside_tools_is_asked_for_in_words(protocol, server: ProviderServer):
    for request in (ask(json_format=JsonFormat()), ask(json_format=JsonFormat(SCHEMA), tools=(WEATHER,))):
        assert "JSON" in json.dumps(asked(protocol, server, request).json["system"])


@pytest.mark.parametrize("protocol", FOREIGN)
@pytest.mark.parametrize(
    "part",
    [
        FilePart(file_id="file-1"),
        FilePart(data="data:application/zip;base64,%%"),
        ImagePart("data:image/png;base64,*"),
        ImagePart("data:,\ud800"),
        ImagePart("data:image/png"),
    ],
)
def test_what_cannot_be_said_in_a_protocol_is_not_sent(protocol, part, server: ProviderServer):
    request = ChatRequest((ChatMessage(Role.USER, (part,)),))
    attempt = lambda provider: failure(provider.complete(model_of(protocol), request, 5))  # noqa: E731
    failed = run(SPEAKERS[protocol](server.url), attempt)
    assert (failed.failure, server.requests) == (Failure.BAD_REQUEST, [])


@pytest.mark.parametrize("protocol", [Protocol.ANTHROPIC, Protocol.BEDROCK])
def test_sound_is_not_sent_where_the_protocol_has_none(protocol, server: ProviderServer):
    request = ChatRequest((ChatMessage(Role.USER, (AudioPart("UklGRg==", "wav"),)),))
    attempt = lambda provider: failure(provider.complete(model_of(protocol), request, 5))  # noqa: E731
    assert run(SPEAKERS[protocol](server.url), attempt).failure is Failure.BAD_REQUEST


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
        ("claude-opus-4-7", {"output_config": {"effort": "low"}}),
        ("claude-sonnet-4-6", {"temperature": 1.0, "output_config": {"effort": "low"}}),
    ],
)
def test_anthropic_s_models_get_the_settings_that_they_take(model, sent, server: ProviderServer):
    request = ask(temperature=1.7, top_p=0.5, reasoning_effort="low", max_tokens=5, seed=3, stop=("END", " "))
    run(SPEAKERS[Protocol.ANTHROPIC](server.url), lambda provider: provider.complete(model, request, 5))
    body = server.requests[-1].json
    assert body.pop("messages")
    assert body == {"model": model, "max_tokens": 5, "stop_sequences": ["END"], **sent}


def test_a_picture_s_address_is_passed_on_and_never_fetched(server: ProviderServer):
    request = ChatRequest((ChatMessage(Role.USER, (ImagePart("https://x.example/a.webp?b=c"),)),))
    anthropic = asked(Protocol.ANTHROPIC, server, request).json["messages"][0]["content"]
    assert anthropic == [{"type": "image", "source": {"type": "url", "url": "https://x.example/a.webp?b=c"}}]
    gemini = asked(Protocol.GEMINI, server, request).json["contents"][0]["parts"]
    assert gemini == [{"fileData": {"mimeType": "image/webp", "fileUri": "https://x.example/a.webp?b=c"}}]


def test_gemini_gets_its_own_form(server: ProviderServer):
    sent = asked(Protocol.GEMINI, server, conversation())
    assert sent.path == "/v1beta/models/gemini-2.5-flash:generateContent"
    assert (sent.headers["x-goog-api-key"], sent.query) == ("key", "")
    body = sent.json
    assert body["systemInstruction"] == {"parts": [{"text": "Be brief."}]}
    assert [turn["role"] for turn in body["contents"]] == ["user", "model", "user"]
    assert body["contents"][0]["parts"][1:] == [
        {"inlineData": {"mimeType": "image/png", "data": PIXEL}},
        {"inlineData": {"mimeType": "application/pdf", "data": "JVBERi0="}},
    ]
    assert body["contents"][1]["parts"][1:] == [
        {"functionCall": {"name": "get_weather", "args": {"city": "Paris"}}},
        {"functionCall": {"name": "get_weather", "args": {"city": "Rome"}}},
    ]
    assert body["contents"][2]["parts"] == [
        {"functionResponse": {"name": "get_weather", "response": {"result": "rain"}}},
        {"functionResponse": {"name": "get_weather", "response": {"sky": "blue"}}},
        {"text": "So?"},
    ]
    declared = body["tools"][0]["functionDeclarations"][0]
    assert declared["parametersJsonSchema"] == json.loads(SCHEMA)
    assert body["toolConfig"] == {"functionCallingConfig": {"mode": "AUTO"}}


def test_gemini_s_settings_go_by_their_names(server: ProviderServer):
    request = ask(
        max_tokens=5,
        temperature=1.7,
        top_p=0.5,
        stop=("END",),
        seed=3,
        presence_penalty=0.1,
        frequency_penalty=0.2,
        json_format=JsonFormat(SCHEMA),
    )
    assert asked(Protocol.GEMINI, server, request).json["generationConfig"] == {
        "maxOutputTokens": 5,
        "temperature": 1.7,
        "topP": 0.5,
        "stopSequences": ["END"],
        "seed": 3,
        "presencePenalty": 0.1,
        "frequencyPenalty": 0.2,
        "responseMimeType": "application/json",
        "responseJsonSchema": json.loads(SCHEMA),
    }


def test_gemini_3_gets_a_word_in_place_of_the_signature_of_a_call(server: ProviderServer):
    speaker = SPEAKERS[Protocol.GEMINI](server.url)
    request = conversation()
    run(speaker, lambda provider: provider.complete("gemini-3-pro", request, 5))
    first, second = server.requests[-1].json["contents"][1]["parts"][1:]
    assert first["thoughtSignature"] == "skip_thought_signature_validator"
    assert "thoughtSignature" not in second


def test_a_prompt_that_gemini_blocks_is_filtered_and_not_garbage(server: ProviderServer):
    blocked = {"promptFeedback": {"blockReason": "SAFETY"}, "usageMetadata": {"promptTokenCount": 4}}
    server.then(Raw(200, json.dumps(blocked).encode()))
    answer = whole(Protocol.GEMINI, server, ask())
    assert (answer.text, answer.stop, answer.usage) == ("", StopReason.CONTENT_FILTER, Usage(4, 0))


@pytest.mark.parametrize("word", ["MALFORMED_FUNCTION_CALL", "OTHER"])
def test_output_that_gemini_cannot_use_is_garbage(word, server: ProviderServer):
    server.always(Said(stop=word))
    attempt = lambda provider: failure(provider.complete("m", ask(), 5))  # noqa: E731
    assert run(SPEAKERS[Protocol.GEMINI](server.url), attempt).failure is Failure.GARBAGE


@pytest.mark.parametrize(
    ("status", "detail", "expected"),
    [
        (400, {"reason": "API_KEY_INVALID"}, (Failure.REFUSED, None)),
        (429, {"retryDelay": "34.5s"}, (Failure.RATE_LIMITED, 34.5)),
        (429, {"retryDelay": "soons"}, (Failure.RATE_LIMITED, None)),
    ],
)
def test_gemini_s_errors_are_read_in_full(status, detail, expected, server: ProviderServer):
    server.then(Raw(status, json.dumps({"error": {"code": status, "details": [detail]}}).encode()))
    attempt = lambda provider: failure(provider.complete("m", ask(), 5))  # noqa: E731
    failed = run(SPEAKERS[Protocol.GEMINI](server.url), attempt)
    assert (failed.failure, failed.retry_after_s) == expected


def test_bedrock_gets_what_amazon_s_own_client_sends(server: ProviderServer):
    import boto3
    from botocore.config import Config

    sent = asked(Protocol.BEDROCK, server, conversation())
    client = boto3.client(
        "bedrock-runtime",
        region_name="us-east-1",
        endpoint_url=server.url,
        aws_access_key_id="AKIATEST",
        aws_secret_access_key="secret",
        config=Config(retries={"total_max_attempts": 1}),
    )
    image = {"format": "png", "source": {"bytes": b64decode(PIXEL)}}
    document = {"format": "pdf", "name": "a report pdf", "source": {"bytes": b"%PDF-"}}
    call = {"name": "get_weather"}
    client.converse(
        modelId=MODELS[Protocol.BEDROCK],
        system=[{"text": "Be brief."}],
        messages=[
            {"role": "user", "content": [{"text": "What is this?"}, {"image": image}, {"document": document}]},
            {
                "role": "assistant",
                "content": [
                    {"text": "I look it up."},
                    {"toolUse": {"toolUseId": "call_1", **call, "input": {"city": "Paris"}}},
                    {"toolUse": {"toolUseId": "call_2", **call, "input": {"city": "Rome"}}},
                ],
            },
            {
                "role": "user",
                "content": [
                    {"toolResult": {"toolUseId": "call_1", "content": [{"text": "rain"}]}},
                    {"toolResult": {"toolUseId": "call_2", "content": [{"text": '{"sky": "blue"}'}]}},
                    {"text": "So?"},
                ],
            },
        ],
        toolConfig={
            "tools": [
                {
                    "toolSpec": {
                        "name": "get_weather",
                        "description": "The weather in a city.",
                        "inputSchema": {"json": json.loads(SCHEMA)},
                    }
                }
            ]
        },
    )
    client.close()
    own = server.requests[-1]
    assert (sent.method, sent.path, sent.json) == (own.method, own.path, own.json)
    signed = "authorization", "x-amz-date", "content-type"
    assert all(name in sent.headers for name in signed)
    assert (
        sent.headers["authorization"].split("Signature=")[0].split("/")[2:]
        == (own.headers["authorization"].split("Signature=")[0].split("/")[2:])
    )


@pytest.mark.parametrize(
    ("settings", "part", "sent"),
    [
        (
            {"max_tokens": 5, "temperature": 1.5, "top_p": 0.5, "stop": ("END",), "seed": 3},
            "inferenceConfig",
            {"maxTokens": 5, "temperature": 1.0, "stopSequences": ["END"]},
        ),
        ({"tools": (WEATHER,), "tool_choice": ToolChoice(ToolMode.NONE)}, "toolConfig", None),
    ],
)
def test_bedrock_s_settings_go_by_their_names(settings, part, sent, server: ProviderServer):
    assert asked(Protocol.BEDROCK, server, ask(**settings)).json.get(part) == sent


@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (ToolChoice(ToolMode.REQUIRED), {"any": {}}),
        (ToolChoice(), {"auto": {}}),
        (ToolChoice(name="get_weather"), {"tool": {"name": "get_weather"}}),
    ],
)
def test_bedrock_is_told_how_tools_are_to_be_used(choice, sent, server: ProviderServer):
    body = asked(Protocol.BEDROCK, server, ask(tools=(WEATHER,), tool_choice=choice)).json
    assert body["toolConfig"]["toolChoice"] == sent


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
    assert turns[1]["content"][0] | {"name": ""} == {"type": "tool_use", "id": "call_1__", "name": "", "input": {}}
    assert turns[2]["content"][0]["tool_use_id"] == "call_1__"
