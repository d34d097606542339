"""OpenAI's protocol: what we ask arrives in its form, or is not sent."""

from __future__ import annotations

import json
import re
from contextlib import closing

import pytest

from llm_router.adapters.providers.configured import ConfiguredProviders, speakers
from llm_router.adapters.providers.conversation import compact
from llm_router.adapters.providers.http_provider import HttpProvider
from llm_router.adapters.providers.openai_chat import OpenAiChat
from llm_router.adapters.providers.openai_quirks import Quirks
from llm_router.adapters.providers.openai_request import body
from llm_router.generation.chat import (
    AudioPart,
    ChatMessage,
    ChatRequest,
    FilePart,
    ImagePart,
    JsonFormat,
    Role,
    TextPart,
    ToolCall,
    ToolChoice,
    ToolMode,
)
from llm_router.generation.provider import Failure
from llm_router.schemas.chat_request import ResponseFormat
from tests.support.chat import PIXEL, SCHEMA, WEATHER, ask, conversation, failure, run, text
from tests.support.provider_server import ProviderServer
from tests.support.speaking_openai import asked, protocol


def posted(request: ChatRequest, quirks: Quirks, model: str = "m") -> dict:
    """The body as it arrives; typed loosely because tests look into it."""
    return json.loads(compact(body(model, request, quirks, stream=False)))


def quirks_of(name: str) -> Quirks:
    """How this speaker is spoken to once it is configured."""
    speaker = speakers()[name]
    given = {speaker.key_setting: "k", speaker.url_setting: "https://mine.example.com"}
    with closing(ConfiguredProviders(given)) as providers:
        found = providers.find(name)
    assert isinstance(found, HttpProvider)
    assert isinstance(found.protocol, OpenAiChat)
    return found.protocol.quirks


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
        json_format=JsonFormat(SCHEMA, "place", strict=True, description="Where it is."),
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
            "json_schema": {
                "name": "place",
                "schema": json.loads(SCHEMA),
                "strict": True,
                "description": "Where it is.",
            },
        },
    }


def test_a_setting_that_a_model_refuses_is_left_out(server: ProviderServer):
    assert "temperature" not in asked(server, ask(temperature=0.0), "o4-mini").json


@pytest.mark.parametrize("name", ["openai", "azure"])
@pytest.mark.parametrize(
    ("model", "takes"),
    [("gpt-4.1", True), ("gpt-4o-mini", True), ("gpt-5.1", True), ("gpt-5-chat-latest", True), ("o3", False),
     ("gpt-5", False), ("gpt-5-mini", False), ("gpt-5.5", False), ("gpt-5.6-terra", False), ("gpt-6", False)],
)  # fmt: skip
def test_models_that_reason_take_neither_sampling_nor_stops(name: str, model: str, takes: bool):
    sent = posted(ask(temperature=0.1, top_p=0.5, stop=("x",)), quirks_of(name), model)
    assert [field in sent for field in ("temperature", "top_p", "stop")] == [takes] * 3


@pytest.mark.parametrize(("model", "takes"), [("kimi-k2-0905-preview", True), ("kimi-k2.6", False), ("kimi-k3", False)])
def test_kimis_that_think_take_no_sampling(model: str, takes: bool):
    sent = posted(ask(temperature=0.1, top_p=0.5), quirks_of("moonshot"), model)
    assert [field in sent for field in ("temperature", "top_p")] == [takes] * 2


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("deepseek", ["absent", "absent", "I greet.", "", "absent", "I look again."]),
        ("moonshot", ["absent", "absent", "I greet.", "", "absent", "I look again."]),
        ("openai", ["absent"] * 6),
    ],
)
def test_what_the_assistant_thought_goes_back_with_its_calls_where_it_must(name: str, sent: list[str]):
    calls = (ToolCall("call_1", "get_weather", "{}"),)
    messages = (
        text(Role.USER, "Hi"),
        text(Role.ASSISTANT, "Hello."),
        ChatMessage(Role.ASSISTANT, (TextPart("Hello."),), reasoning="I greet."),
        ChatMessage(Role.ASSISTANT, tool_calls=calls),
        ChatMessage(Role.TOOL, (TextPart("rain"),), tool_call_id="call_1"),
        ChatMessage(Role.ASSISTANT, tool_calls=calls, reasoning="I look again."),
    )
    said = posted(ChatRequest(messages, tools=(WEATHER,)), quirks_of(name))["messages"]
    assert [message.get("reasoning_content", "absent") for message in said] == sent


@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_where_no_shape_can_be_asked_for_it_is_said(schema: str | None):
    sent = posted(ask(json_format=JsonFormat(schema)), Quirks(json_schema=False))
    first = sent["messages"][0]
    assert (first["role"], "JSON" in first["content"]) == ("system", True)
    assert schema is None or schema in first["content"]
    assert sent["response_format"] == {"type": "json_object"}
    assert [each["role"] for each in posted(ask(), Quirks(json_schema=False))["messages"]] == ["user"]


def test_ids_of_calls_and_names_are_as_a_speaker_takes_them():
    messages = posted(conversation(), quirks_of("mistral"))["messages"]
    made = [call["id"] for call in messages[2]["tool_calls"]]
    assert all(re.fullmatch("[a-zA-Z0-9]{9}", each) for each in made)
    assert next(each["tool_call_id"] for each in messages if each["role"] == "tool") == made[0]
    assert len(set(made)) == 2
    assert Quirks(short_call_ids=True).call_id("Ab3dEf9h1") == "Ab3dEf9h1"
    named = ChatRequest((ChatMessage(Role.USER, (TextPart("a"),), name="bob"),))
    two = ChatRequest((*named.messages, ChatMessage(Role.USER, (TextPart("b"),), name="ann")))
    assert [each["content"] for each in posted(two, quirks_of("mistral"))["messages"]] == ["bob: a", "ann: b"]
    assert [each["content"] for each in posted(two, quirks_of("openai"))["messages"]] == ["a", "b"]
    assert "name" not in posted(named, Quirks(names=False))["messages"][0]
    assert posted(named, Quirks())["messages"][0]["name"] == "bob"


@pytest.mark.parametrize("name", ["openai", "groq", "vllm"])
@pytest.mark.parametrize(("known", "kept"), [("c" * 40, True), ("chatcmpl-tool-" + "c" * 32, False)])
def test_ids_of_calls_are_no_longer_than_openai_takes_them(name: str, known: str, kept: bool):
    call = ChatMessage(Role.ASSISTANT, tool_calls=(ToolCall(known, "get_weather", "{}"),))
    result = ChatMessage(Role.TOOL, (TextPart("rain"),), tool_call_id=known)
    made, answered = posted(ChatRequest((call, result)), quirks_of(name))["messages"]
    assert made["tool_calls"][0]["id"] == answered["tool_call_id"]
    assert (len(answered["tool_call_id"]) <= 40, answered["tool_call_id"] == known) == (True, kept)


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


@pytest.mark.parametrize("name", ["openai", "azure", "groq", "cerebras", "alibaba", "meta", "xiaomi"])
def test_where_the_older_field_bounds_the_answer_alone_the_one_that_bounds_thinking_too_is_sent(name: str):
    sent = posted(ask(max_tokens=9), quirks_of(name))
    assert (sent.get("max_completion_tokens"), "max_tokens" in sent) == (9, False)


@pytest.mark.parametrize("schema", ["{", "[]", '{"maximum": NaN}', '{"a":' * 100_000])
def test_a_request_whose_schema_is_no_json_object_is_not_sent(schema, server: ProviderServer):
    request = ask(json_format=JsonFormat(schema))
    failed = run(protocol(server), lambda provider: failure(provider.complete("m", request, 5)))
    assert (failed.failure, server.requests) == (Failure.BAD_REQUEST, [])


def test_the_shape_that_a_caller_describes_is_passed_on_whole():
    shape = {"name": "place", "description": "Where it is.", "schema": json.loads(SCHEMA), "strict": True}
    wanted = ResponseFormat.model_validate({"type": "json_schema", "json_schema": shape}).json_format()
    assert posted(ask(json_format=wanted), Quirks())["response_format"]["json_schema"] == shape


@pytest.mark.parametrize("role", [Role.SYSTEM, Role.USER, Role.ASSISTANT])
def test_several_texts_are_one_since_some_speakers_take_no_parts(role: Role, server: ProviderServer):
    request = ChatRequest((ChatMessage(role, (TextPart("a"), TextPart("b"))),))
    assert asked(server, request).json["messages"][0]["content"] == "a\nb"
