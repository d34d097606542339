"""Of every protocol: what is asked arrives in its form, and what comes back is the same answer, whole or streamed."""

from __future__ import annotations

import json

import pytest

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
    Usage,
)
from llm_router.generation.provider import Failure
from tests.support.chat import SCHEMA, WEATHER, ask, failure, run, streamed, text, together
from tests.support.provider_answers import Call, Protocol, Said
from tests.support.provider_server import ProviderServer
from tests.support.speaking import SPEAKERS, asked, model_of, stream, whole

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


@pytest.mark.parametrize("read", [whole, stream])
@pytest.mark.parametrize("protocol", Protocol)
def test_text_reasoning_and_counts_come_back(protocol, read, server: ProviderServer):
    reasoning_tokens = 0 if protocol is Protocol.BEDROCK else 3
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


@pytest.mark.parametrize("streams", [False, True])
@pytest.mark.parametrize(
    ("protocol", "model"),
    [(Protocol.ANTHROPIC, "claude-opus-5-5"), (Protocol.BEDROCK, "anthropic.claude-opus-5-5"),
     (Protocol.BEDROCK, "meta.llama4-v1:0")],
)  # fmt: skip
def test_json_of_a_shape_comes_back_as_it_is_where_no_tool_can_be_forced(protocol, model, streams, server):
    server.then(Said('{"city": "Paris"}'))
    request = ask(json_format=JsonFormat(SCHEMA))

    async def answered(provider):
        if streams:
            return together(await streamed(provider, model, request))
        return await provider.complete(model, request, 5)

    answer = run(SPEAKERS[protocol](server.url), answered)
    assert (json.loads(answer.text), answer.stop) == ({"city": "Paris"}, StopReason.STOP)


@pytest.mark.parametrize("protocol", [Protocol.ANTHROPIC, Protocol.BEDROCK])
def test_json_without_a_shape_or_beside_tools_is_asked_for_in_words(protocol, server: ProviderServer):
    for request in (ask(json_format=JsonFormat()), ask(json_format=JsonFormat(SCHEMA), tools=(WEATHER,))):
        assert "JSON" in json.dumps(asked(protocol, server, request).json["system"])


def said(protocol: Protocol, server: ProviderServer, *messages: ChatMessage) -> list[tuple[str, list[str]]]:
    """Who speaks by turns and with which texts, as it arrives."""
    body = asked(protocol, server, ChatRequest(messages)).json
    turns = body["contents"] if protocol is Protocol.GEMINI else body["messages"]
    blocks = "parts" if protocol is Protocol.GEMINI else "content"
    return [(turn["role"].replace("model", "assistant"), [block["text"] for block in turn[blocks]]) for turn in turns]


@pytest.mark.parametrize("protocol", FOREIGN)
def test_a_conversation_that_the_assistant_begins_is_begun_by_the_user(protocol, server: ProviderServer):
    messages = (text(Role.SYSTEM, "Be brief."), text(Role.ASSISTANT, "Hello."), text(Role.USER, "Hi"))
    (role, opening), *rest = said(protocol, server, *messages)
    assert (role, len(opening), bool(opening[0].strip())) == ("user", 1, True)
    assert rest == [("assistant", ["Hello."]), ("user", ["Hi"])]
    assert said(protocol, server, *messages[2:]) == [("user", ["Hi"])]


@pytest.mark.parametrize("protocol", FOREIGN)
def test_a_message_of_blank_text_says_nothing(protocol, server: ProviderServer):
    messages = text(Role.USER, "a"), text(Role.ASSISTANT, " \n"), text(Role.USER, "b"), text(Role.ASSISTANT, "")
    assert said(protocol, server, *messages) == [("user", ["a", "b"])]
    assert said(protocol, server, text(Role.SYSTEM, "c"), messages[1])[0][1][:1] == ["c"]


@pytest.mark.parametrize("protocol", FOREIGN)
def test_where_several_users_speak_the_text_says_who(protocol, server: ProviderServer):
    def by(name: str | None, *texts: str, role: Role = Role.USER) -> ChatMessage:
        return ChatMessage(role, tuple(TextPart(each) for each in texts), name=name)

    bob, answer = by("bob", " ", "Hi", "all"), by("helper", "Hello.", role=Role.ASSISTANT)
    messages = (bob, by("bob", " "), answer, by("ann", "Hey"), by(None, "So?"))
    assert [(role, [each for each in texts if each.strip()]) for role, texts in said(protocol, server, *messages)] == [
        ("user", ["bob: Hi", "all"]),
        ("assistant", ["Hello."]),
        ("user", ["ann: Hey", "So?"]),
    ]
    assert said(protocol, server, by("bob", "Hi")) == [("user", ["Hi"])]


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


@pytest.mark.parametrize("read", [whole, stream])
@pytest.mark.parametrize("protocol", FOREIGN)
def test_a_call_without_arguments_has_an_empty_object(protocol, read, server: ProviderServer):
    server.then(Said("", (Call(arguments={}),)))
    (call,) = read(protocol, server, ask(tools=(WEATHER,))).tool_calls
    assert json.loads(call.arguments) == {}


@pytest.mark.parametrize("protocol", [Protocol.ANTHROPIC, Protocol.BEDROCK])
@pytest.mark.parametrize("read", [whole, stream])
@pytest.mark.parametrize(
    ("said", "text", "stop", "calls"),
    [
        (
            Said("Hm.", (Call(),)),
            "Hm.",
            StopReason.TOOL_CALLS,
            [ToolCall("call_1", "get_weather", '{"city": "Paris"}')],
        ),
        (
            Said("", (Call(arguments={}), Call("answer", {"city": "Rome"}, "call_2"))),
            '{"city": "Rome"}',
            StopReason.TOOL_CALLS,
            [ToolCall("call_1", "get_weather", "{}")],
        ),
        (Said("", (Call("answer", {}), Call("answer", {"city": "Rome"}, "call_2"))), "{}", StopReason.STOP, []),
    ],
    ids=["another tool", "another tool and the JSON", "the JSON twice"],
)
def test_only_the_tool_that_was_made_for_it_gives_the_json(said, text, stop, calls, read, protocol, server):
    server.then(said)
    answer = read(protocol, server, ask(json_format=JsonFormat(SCHEMA)))
    assert (answer.text, answer.stop, list(answer.tool_calls)) == (text, stop, calls)


@pytest.mark.parametrize("protocol", FOREIGN)
def test_a_call_whose_arguments_are_broken_does_not_end_the_conversation(protocol, server: ProviderServer):
    messages = (
        text(Role.USER, "Weather?"),
        ChatMessage(Role.ASSISTANT, tool_calls=(ToolCall("call_1", "get_weather", '{"city": "Par'),)),
        ChatMessage(Role.TOOL, (TextPart("That is no JSON."),), tool_call_id="call_1"),
    )
    sent = asked(protocol, server, ChatRequest(messages, tools=(WEATHER,))).json
    block = (sent["contents"] if protocol is Protocol.GEMINI else sent["messages"])[1]
    (call,) = block["parts"] if protocol is Protocol.GEMINI else block["content"]
    given = call.get("functionCall", call.get("toolUse", call))
    assert given["args" if protocol is Protocol.GEMINI else "input"] == {"arguments": '{"city": "Par'}


def test_what_json_of_a_shape_is_for_is_said_with_it(server: ProviderServer):
    wanted = JsonFormat(SCHEMA, description="The city that was named.")
    (tool,) = asked(Protocol.ANTHROPIC, server, ask(json_format=wanted)).json["tools"]
    assert tool["description"] == wanted.description
    beside_tools = asked(Protocol.ANTHROPIC, server, ask(json_format=wanted, tools=(WEATHER,))).json
    assert wanted.description in beside_tools["system"]
