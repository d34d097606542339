"""OpenAI's protocol: what we ask arrives in its form, or is not sent."""

from __future__ import annotations

import json
import re

import pytest

from llm_router.adapters.providers.configured import speakers
from llm_router.adapters.providers.conversation import compact
from llm_router.adapters.providers.openai_request import Quirks, body
from llm_router.generation.chat import (
    AudioPart,
    ChatMessage,
    ChatRequest,
    FilePart,
    ImagePart,
    JsonFormat,
    Role,
    TextPart,
    ToolChoice,
    ToolMode,
)
from llm_router.generation.provider import Failure
from tests.support.chat import PIXEL, SCHEMA, WEATHER, ask, conversation, failure, run
from tests.support.provider_server import ProviderServer
from tests.support.speaking_openai import asked, protocol


def posted(request: ChatRequest, quirks: Quirks, model: str = "m") -> dict:
    """The body as it arrives; typed loosely because tests look into it."""
    return json.loads(compact(body(model, request, quirks, stream=False)))


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


@pytest.mark.parametrize("name", ["openai", "azure"])
@pytest.mark.parametrize(
    ("model", "takes"),
    [("gpt-4.1", True), ("gpt-4o-mini", True), ("gpt-5.1", True), ("gpt-5-chat-latest", True), ("o3", False),
     ("gpt-5", False), ("gpt-5-mini", False), ("gpt-5.5", False), ("gpt-5.6-terra", False), ("gpt-6", False)],
)  # fmt: skip
def test_models_that_reason_take_neither_sampling_nor_stops(name: str, model: str, takes: bool):
    speaker = speakers()[name]
    quirks = Quirks(only_for=speaker.only_for, never_for=speaker.never_for)
    sent = posted(ask(temperature=0.1, top_p=0.5, stop=("x",)), quirks, model)
    assert [field in sent for field in ("temperature", "top_p", "stop")] == [takes] * 3


@pytest.mark.parametrize("schema", [None, SCHEMA])
def test_where_no_shape_can_be_asked_for_it_is_said(schema: str | None):
    sent = posted(ask(json_format=JsonFormat(schema)), Quirks(json_schema=False))
    first = sent["messages"][0]
    assert (first["role"], "JSON" in first["content"]) == ("system", True)
    assert schema is None or schema in first["content"]
    assert sent["response_format"] == {"type": "json_object"}
    assert [each["role"] for each in posted(ask(), Quirks(json_schema=False))["messages"]] == ["user"]


def test_ids_of_calls_and_names_are_as_a_speaker_takes_them():
    speaker = speakers()["mistral"]
    messages = posted(conversation(), Quirks(short_call_ids=speaker.short_call_ids, names=speaker.names))["messages"]
    made = [call["id"] for call in messages[2]["tool_calls"]]
    assert all(re.fullmatch("[a-zA-Z0-9]{9}", each) for each in made)
    assert next(each["tool_call_id"] for each in messages if each["role"] == "tool") == made[0]
    assert len(set(made)) == 2
    assert Quirks(short_call_ids=True).call_id("Ab3dEf9h1") == "Ab3dEf9h1"
    named = ChatRequest((ChatMessage(Role.USER, (TextPart("a"),), name="bob"),))
    assert "name" not in posted(named, Quirks(names=False))["messages"][0]
    assert posted(named, Quirks())["messages"][0]["name"] == "bob"


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


@pytest.mark.parametrize("schema", ["{", "[]", '{"maximum": NaN}', '{"a":' * 100_000])
def test_a_request_whose_schema_is_no_json_object_is_not_sent(schema, server: ProviderServer):
    request = ask(json_format=JsonFormat(schema))
    failed = run(protocol(server), lambda provider: failure(provider.complete("m", request, 5)))
    assert (failed.failure, server.requests) == (Failure.BAD_REQUEST, [])


def test_text_parts_are_kept_apart(server: ProviderServer):
    request = ChatRequest((ChatMessage(Role.USER, (TextPart("a"), TextPart("b"))),))
    assert [part["text"] for part in asked(server, request).json["messages"][0]["content"]] == ["a", "b"]
