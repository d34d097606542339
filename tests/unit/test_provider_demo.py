"""The demo answers at once, says that it is one, and takes the forms that a real provider's answer takes."""

from __future__ import annotations

import asyncio
import json

import pytest

from llm_router.adapters.providers.demo import DemoProvider
from llm_router.generation.chat import (
    ChatAnswer,
    ChatRequest,
    JsonFormat,
    StopReason,
    Tool,
    ToolChoice,
    ToolMode,
)
from tests.support.chat import SCHEMA, WEATHER, ask, streamed, together

DEMO = DemoProvider("openai")


def whole(request: ChatRequest) -> ChatAnswer:
    return asyncio.run(DEMO.complete("gpt-x", request, 5))


def stream(request: ChatRequest) -> ChatAnswer:
    return together(asyncio.run(streamed(DEMO, "gpt-x", request)))


@pytest.mark.parametrize("read", [whole, stream])
def test_it_says_that_it_is_a_demo_and_who_would_have_answered(read):
    answer = read(ask("x" * 400))
    assert "demo" in answer.text
    assert "gpt-x of openai" in answer.text
    assert answer.stop is StopReason.STOP
    assert answer.usage is None, "the router's own count is what holds"


@pytest.mark.parametrize(
    "request_", [ask(), ask(max_tokens=5), ask(tools=(WEATHER,), tool_choice=ToolChoice(ToolMode.REQUIRED))]
)
def test_a_stream_adds_up_to_the_whole_answer(request_):
    assert stream(request_) == whole(request_)


def test_it_streams_word_by_word():
    chunks = asyncio.run(streamed(DEMO, "gpt-x", ask()))
    assert all(chunk.text.count(" ") <= 1 for chunk in chunks)
    assert len(chunks) > 20


def test_it_keeps_to_the_limit():
    answer = whole(ask(max_tokens=5))
    assert (answer.stop, len(answer.text)) == (StopReason.LENGTH, 20)


@pytest.mark.parametrize("choice", [ToolChoice(ToolMode.REQUIRED), ToolChoice(name="get_weather")])
def test_it_calls_a_tool_that_must_be_called_with_arguments_of_its_shape(choice):
    other = Tool("other", parameters='{"type": "object"}')
    tools = (WEATHER, other) if choice.name is None else (other, WEATHER)
    answer = whole(ask(tools=tools, tool_choice=choice))
    assert (answer.stop, answer.text) == (StopReason.TOOL_CALLS, "")
    assert [(call.name, json.loads(call.arguments)) for call in answer.tool_calls] == [
        ("get_weather", {"city": "demo"})
    ]


@pytest.mark.parametrize("choice", [None, ToolChoice(), ToolChoice(ToolMode.NONE)])
def test_it_calls_no_tool_that_need_not_be_called(choice):
    assert whole(ask(tools=(WEATHER,), tool_choice=choice)).tool_calls == ()


SHAPES = [
    (SCHEMA, {"city": "demo"}),
    ('{"type": "object", "properties": {"a": {"enum": [3, 4]}, "b": {"const": "x"}}}', {"a": 3, "b": "x"}),
    ('{"type": "object", "properties": {"a": {"anyOf": [{"type": "integer"}]}}}', {"a": 1}),
    ('{"properties": {"a": {"type": ["boolean", "null"]}, "b": {"type": "array"}}}', {"a": True, "b": []}),
]


@pytest.mark.parametrize(("schema", "expected"), SHAPES)
def test_it_answers_json_of_the_shape_that_is_asked_for(schema, expected):
    assert json.loads(whole(ask(json_format=JsonFormat(schema))).text) == expected


def test_it_answers_json_that_says_so_where_no_shape_is_asked_for():
    assert "demo" in json.loads(whole(ask(json_format=JsonFormat())).text)["demo"]
