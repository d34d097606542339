"""What of OpenAI's chat request is taken, in part or not at all."""

from __future__ import annotations

import json

import pytest

from llm_router.generation.chat import OwnFields, ToolChoice, ToolMode
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.web.body import MOST_GUIDED, parse
from tests.unit.test_request_bodies import CHAT, Fields, paths, problems


@pytest.mark.parametrize(
    ("name", "nothing", "something"),
    [
        ("top_logprobs", [0, None], 5),
        ("logprobs", [False, None], True),
        ("functions", [None], [{"name": "f"}]),
        ("function_call", [None], "auto"),
        ("audio", [None], {"voice": "alloy", "format": "wav"}),
        ("web_search_options", [None], {}),
        ("service_tier", [None, "auto", "default"], "flex"),
    ],
)
def test_what_would_change_the_answer_is_taken_where_it_asks_for_nothing(name: str, nothing: list, something: object):
    for value in nothing:
        parse(ChatCompletionRequest, json.dumps({**CHAT, name: value}).encode())
    assert paths(ChatCompletionRequest, {**CHAT, name: something}) == [name]


def test_a_prediction_which_only_makes_the_answer_faster_is_taken():
    prediction = {"type": "content", "content": [{"type": "text", "text": "x"}]}
    parse(ChatCompletionRequest, json.dumps({**CHAT, "prediction": prediction}).encode())


NO_WORD = "Input should be 'auto', 'none' or 'required'; or Input should be an object"


@pytest.mark.parametrize(
    ("choice", "path", "problem"),
    [
        ("canary", "tool_choice", NO_WORD),
        (5, "tool_choice", NO_WORD),
        ({"type": "canary"}, "tool_choice", "names a kind that is not known here"),
        ({"type": "function"}, "tool_choice.function", "Field required"),
        ({"type": "function", "function": {}}, "tool_choice.function.name", "Field required"),
        ({"function": {}}, "tool_choice.function.name", "Field required"),
        ({"function": {"name": "f"}, "canary": 1}, "tool_choice", "holds a field that is not known here"),
        ({"type": "allowed_tools"}, "tool_choice.allowed_tools", "Field required"),
    ],
)
def test_of_a_choice_of_tools_only_what_is_wrong_with_its_own_kind_is_told(choice: object, path: str, problem: str):
    assert problems(ChatCompletionRequest, {**CHAT, "tool_choice": choice}) == [(path, problem)]


@pytest.mark.parametrize("kind", [{}, {"type": None}, {"type": "function"}])
def test_a_choice_of_tools_that_does_not_tell_its_kind_is_of_a_function(kind: Fields):
    chosen = {**kind, "function": {"name": "f"}}
    body = parse(ChatCompletionRequest, json.dumps({**allowing("f"), "tool_choice": chosen}).encode())
    assert body.chat(9).tool_choice == ToolChoice(ToolMode.REQUIRED, "f")
    assert json.loads(body.model_dump_json())["tool_choice"] == {"type": "function", "function": {"name": "f"}}


@pytest.mark.parametrize("tools", [None, []])
def test_a_tool_can_only_be_required_where_there_is_one(tools: object):
    wrong = [("tool_choice", 'must not be "required" where there are no tools')]
    assert problems(ChatCompletionRequest, {**CHAT, "tools": tools, "tool_choice": "required"}) == wrong
    parse(ChatCompletionRequest, json.dumps({**CHAT, "tools": tools, "tool_choice": "auto"}).encode())


def test_who_sends_functions_as_they_once_were_is_told_what_to_send():
    wrong = [
        ("functions", "must be left out: send tools instead"),
        ("function_call", "must be left out: send tool_choice instead"),
    ]
    assert problems(ChatCompletionRequest, {**CHAT, "functions": [{"name": "f"}], "function_call": "auto"}) == wrong


def test_a_named_function_that_is_none_of_the_tools_is_refused():
    choice = {"type": "function", "function": {"name": "canary"}}
    wrong = [("tool_choice", "function.name is none of the tools")]
    assert problems(ChatCompletionRequest, {**allowing("f"), "tool_choice": choice}) == wrong
    assert problems(ChatCompletionRequest, {**CHAT, "tool_choice": choice}) == wrong


@pytest.mark.parametrize("choice", ["required", {"type": "function", "function": {"name": "f"}}])
def test_of_a_wrong_tool_that_alone_is_told(choice: object):
    tools = [{"type": "function", "function": {"name": "f"}}, {"type": "function", "function": {}}]
    asked = {**CHAT, "tools": tools, "tool_choice": choice}
    assert paths(ChatCompletionRequest, asked) == ["tools[1].function.name"]


def test_what_openai_alone_keeps_beside_a_question_goes_on():
    told = {"user": "u", "safety_identifier": "s", "prompt_cache_key": "p", "store": True, "metadata": {"a": "b"}}
    body = parse(ChatCompletionRequest, json.dumps({**CHAT, **told}).encode())
    assert body.chat(9).own == OwnFields("u", "s", "p", store=True, metadata='{"a": "b"}')


def allowing(*names: str, mode: str = "auto") -> Fields:
    """A request with three tools, of which these are allowed."""
    tools = [{"type": "function", "function": {"name": name}} for name in ("f", "g", "h")]
    chosen = [{"type": "function", "function": {"name": name}} for name in names]
    allowed = {"type": "allowed_tools", "allowed_tools": {"mode": mode, "tools": chosen}}
    return {**CHAT, "tools": tools, "tool_choice": allowed}


@pytest.mark.parametrize("mode", ["auto", "required"])
def test_of_the_tools_only_those_that_are_allowed_go_on(mode: str):
    body = parse(ChatCompletionRequest, json.dumps(allowing("h", "f", mode=mode)).encode())
    asked = body.chat(9)
    assert [tool.name for tool in asked.tools] == ["f", "h"]
    assert asked.tool_choice == ToolChoice(ToolMode(mode))


def test_an_allowed_tool_that_is_none_of_the_tools_is_refused_by_its_place():
    wrong = [("tool_choice", "allowed_tools.tools[1] is none of the tools")]
    assert problems(ChatCompletionRequest, allowing("f", "canary")) == wrong
    assert paths(ChatCompletionRequest, {**allowing("f"), "tools": None}) == ["tool_choice"]
    assert "tool_choice.allowed_tools.tools" in paths(ChatCompletionRequest, allowing())


def test_the_first_places_alone_tell_what_is_known_there():
    messages = [{"role": "user", "content": "x", "canary": 1, "other": 2} for _ in range(MOST_GUIDED + 5)]
    told = problems(ChatCompletionRequest, {**CHAT, "messages": messages})
    assert [path for path, _ in told] == [f"messages[{place}]" for place in range(len(messages))]
    assert all("; known are role, " in problem for _, problem in told[:MOST_GUIDED])
    assert {problem for _, problem in told[MOST_GUIDED:]} == {"holds a field that is not known here"}
