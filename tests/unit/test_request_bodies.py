"""What a request body may hold, and how what it may not is told: by our own names, briefly however much it is."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from typing import Any

import pytest

from llm_router.errors import InvalidRequest
from llm_router.schemas.body import RequestBody
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.schemas.classify import ClassifyRequest
from llm_router.schemas.keys import KeyRequest
from llm_router.schemas.route import ConstraintsBody, RouteRequest
from llm_router.web.body import MAX_PROBLEMS, parse

Fields = dict[str, Any]
HELLO = [{"role": "user", "content": "hello"}]
CHAT: Fields = {"model": "auto", "messages": HELLO}
STRANGE = {f"canary{number}": 1 for number in range(100_000)}


def problems(kind: type[RequestBody], body: Fields | bytes) -> list[tuple[str, str]]:
    with pytest.raises(InvalidRequest) as refused:
        parse(kind, body if isinstance(body, bytes) else json.dumps(body).encode())
    return [(field.path, field.problem) for field in refused.value.fields]


def paths(kind: type[RequestBody], body: Fields) -> list[str]:
    return [path for path, _ in problems(kind, body)]


def said_by(**fields: object) -> Fields:
    return {**CHAT, "messages": [{"role": "user", "content": "hello", **fields}]}


def with_part(**fields: object) -> Fields:
    return said_by(content=[{"type": "text", "text": "hello", **fields}])


ANYTHING = {"deep": [{"in": [1, "NaN", ["?"]]}]}
"""JSON in which another value can be put for the question mark."""

FREE = {
    "metadata": {**CHAT, "metadata": ANYTHING},
    "prompt_cache_options": {**CHAT, "prompt_cache_options": ANYTHING},
    "tools[0].function.parameters": {**CHAT, "tools": [{"function": {"name": "f", "parameters": ANYTHING}}]},
    "tools[0].cache_control": {**CHAT, "tools": [{"function": {"name": "f"}, "cache_control": ANYTHING}]},
    "response_format.json_schema.schema": {
        **CHAT,
        "response_format": {"type": "json_schema", "json_schema": {"name": "s", "schema": ANYTHING}},
    },
    "messages[0].parsed": said_by(parsed=ANYTHING),
    "messages[0].audio": said_by(audio=ANYTHING),
    "messages[0].annotations": said_by(annotations=[ANYTHING]),
    "messages[0].reasoning_details": said_by(reasoning_details=[ANYTHING]),
    "messages[0].function_call.parsed_arguments": said_by(
        function_call={"name": "f", "arguments": "", "parsed_arguments": ANYTHING}
    ),
    "messages[0].cache_control": said_by(cache_control=ANYTHING),
}


@pytest.mark.parametrize("number", ["NaN", "Infinity", "-Infinity", "1e400"])
@pytest.mark.parametrize(("path", "body"), FREE.items(), ids=FREE)
def test_a_field_of_any_form_holds_no_number_that_is_not_finite(path: str, body: Fields, number: str):
    raw = json.dumps(body)
    parse(ChatCompletionRequest, raw.encode())
    found = problems(ChatCompletionRequest, raw.replace('"?"', number).encode())
    assert found == [(path, "holds a number that is not finite")]


@pytest.mark.parametrize(
    "body",
    [
        {"prompt": "x", **STRANGE},
        {"prompt": "x", "constraints": STRANGE},
        {"messages": [{"role": "user", "content": "x", **STRANGE}]},
        {"messages": [{"role": "x"}] * (MAX_PROBLEMS + 1)},
    ],
    ids=["beside the fields", "in an object", "in a message", "in many messages"],
)
def test_a_hundred_thousand_wrong_fields_are_one_problem(body: Fields):
    assert problems(RouteRequest, body) == [("body", f"is wrong in more than {MAX_PROBLEMS} places")]


def test_fewer_wrong_fields_are_told_one_by_one():
    body = {"messages": [{"role": "x", "content": "x"}] * MAX_PROBLEMS}
    assert paths(RouteRequest, body) == [f"messages[{index}].role" for index in range(MAX_PROBLEMS)]


def test_what_may_be_one_thing_or_another_is_told_once_under_its_own_name():
    neither = "Input should be a valid string; or Input should be a valid array"
    assert problems(ChatCompletionRequest, said_by(content=5)) == [("messages[0].content", neither)]
    assert problems(ChatCompletionRequest, {**CHAT, "stop": 5}) == [("stop", neither)]
    assert paths(ChatCompletionRequest, {**CHAT, "tool_choice": 5}) == ["tool_choice"]


@pytest.mark.parametrize(
    ("body", "told"),
    [
        (with_part(canary=5), ("messages[0].content[0]", "holds a field that is not known here")),
        ({**CHAT, "stop": ["a", 5]}, ("stop[1]", "Input should be a valid string")),
        ({**CHAT, "stop": ["a"] * 9}, ("stop", "must have at most 4 items")),
        (said_by(content="x" * 1_000_001), ("messages[0].content", "String should have at most 1000000 characters")),
    ],
)
def test_of_what_may_be_one_thing_or_another_what_was_sent_alone_is_told_of(body: Fields, told: tuple[str, str]):
    assert problems(ChatCompletionRequest, body) == [told]


def test_keys_of_the_inputs_own_are_told_together_each_with_what_is_wrong():
    (both,) = problems(ChatCompletionRequest, {**CHAT, "logit_bias": {"1": "x", "2": 500}})
    assert both == ("logit_bias.?", "Input should be a valid number; or Input should be less than or equal to 100")


@pytest.mark.parametrize(
    ("kind", "body", "told"),
    [
        (
            RouteRequest,
            {"prompt": "x", "constraints": {"exclude_models": ["x"] * 1000}},
            ("constraints.exclude_models", "must have at most 200 items"),
        ),
        (RouteRequest, {"messages": []}, ("messages", "must have at least 1 item")),
        (
            RouteRequest,
            {"prompt": "x", "constraints": {"max_cost": 1, "max_price": 1}},
            (
                "constraints",
                "holds a field that is not known here; known are max_tokens, max_cost_usd, max_latency_ms, "
                "min_quality, providers, exclude_models, capabilities, min_context_tokens, open_weights, licenses, "
                "regions",
            ),
        ),
        (
            ChatCompletionRequest,
            {**CHAT, "thinking": True},
            (
                "body",
                "holds a field that is not known here; known are messages, max_tokens, max_completion_tokens, "
                "temperature, top_p, presence_penalty, frequency_penalty, stop, seed, verbosity, logit_bias, "
                "reasoning_effort, tools, tool_choice, parallel_tool_calls, response_format, stream_options, model, "
                "stream, constraints, preference, session_id, cache, user and 16 more",
            ),
        ),
        (
            ChatCompletionRequest,
            {**CHAT, "logit_bias": dict.fromkeys(map(str, range(1025)), 1)},
            ("logit_bias", "must have at most 1024 items"),
        ),
        (ChatCompletionRequest, {**CHAT, "logprobs": True}, ("logprobs", "Input should be false")),
    ],
)
def test_what_is_wrong_is_told_in_the_words_of_json(kind: type[RequestBody], body: Fields, told: tuple[str, str]):
    assert problems(kind, body) == [told]


@pytest.mark.parametrize("name", ["   ", "\0", "\u200b"])
def test_a_key_needs_a_name_that_can_be_read(name: str):
    assert problems(KeyRequest, {"name": name}) == [("name", "must hold something that can be read")]


@pytest.mark.parametrize(
    ("body", "path"),
    [
        ({**CHAT, "tool_choice": {"function": {}}}, "tool_choice.function.name"),
        (with_part(text=5), "messages[0].content[0].text"),
        (with_part(canary=5), "messages[0].content[0]"),
        (with_part(type="canary"), "messages[0].content[0]"),
        (said_by(content=["hello", {"type": "image_url", "image_url": {}}]), "messages[0].content[1].image_url.url"),
        ({**CHAT, "logit_bias": {"canary": 500}}, "logit_bias.?"),
        ({**CHAT, "constraints": {"providers": ["a", 5]}}, "constraints.providers[1]"),
        ({**CHAT, "response_format": {"type": "json_schema", "json_schema": {}}}, "response_format.json_schema.name"),
        ({**CHAT, "canary": 5}, "body"),
    ],
)
def test_the_path_of_a_wrong_field_is_made_of_our_names_alone(body: Fields, path: str):
    assert path in paths(ChatCompletionRequest, body)
    assert "canary" not in str(problems(ChatCompletionRequest, body))


def test_what_our_own_checks_find_is_told_in_their_words_alone():
    assert problems(ClassifyRequest, {"prompt": " "}) == [("prompt", "must hold something that can be read")]
    both = {"prompt": "x", "messages": HELLO}
    assert problems(RouteRequest, both) == [("body", "give either prompt or messages")]


@pytest.mark.parametrize("kind", ["image_url", "input_audio", "file"])
def test_messages_of_a_picture_sound_or_file_alone_ask_something(kind: str):
    held = {"image_url": {"url": "https://x.example/a.png"}, "input_audio": {"data": "", "format": "wav"}, "file": {}}
    messages = [{"role": "user", "content": [{"type": kind, kind: held[kind]}]}]
    for whole, body in ((RouteRequest, {}), (ChatCompletionRequest, {"model": "auto"})):
        parse(whole, json.dumps({**body, "messages": messages}).encode())


@pytest.mark.parametrize("name", ["usd_per_day", "usd_per_month"])
def test_a_budget_that_buys_nothing_is_none(name: str):
    assert paths(KeyRequest, {"name": "a", name: 1e-10}) == [name]
    parse(KeyRequest, json.dumps({"name": "a", name: 1e-6}).encode())


@pytest.mark.parametrize("content", [" \u200b", None, [], [{"type": "text", "text": ""}]])
def test_messages_that_hold_nothing_are_refused_wherever_they_are_sent(content: object):
    messages = [{"role": "user", "content": content}]
    nothing = [("messages", "must hold something that can be read")]
    assert problems(RouteRequest, {"messages": messages}) == nothing
    assert problems(ChatCompletionRequest, {"model": "auto", "messages": messages}) == nothing


def test_null_is_as_good_as_absent():
    bounds = dict.fromkeys(ConstraintsBody.model_fields)
    asked: Fields = {"mode": None, "preference": None, "cache": {"ttl_s": None, "similar": None}}
    plain = parse(RouteRequest, b'{"prompt": "x", "cache": {}}')
    for constraints in (None, bounds):
        body = {"prompt": "x", "constraints": constraints, **asked}
        assert parse(RouteRequest, json.dumps(body).encode()) == plain


@pytest.mark.parametrize("kind", [RouteRequest, ChatCompletionRequest])
def test_every_field_that_may_be_left_out_may_be_null(kind: type[RequestBody]):
    schema = kind.model_json_schema()
    for described in (schema, *schema["$defs"].values()):
        for name, field in optional(described):
            assert takes_null(field), f"{described['title']}.{name}"


def optional(described: Mapping[str, Any]) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for name, field in described.get("properties", {}).items():
        if name not in described.get("required", ()):
            yield name, field


def takes_null(field: Mapping[str, Any]) -> bool:
    if field.get("type") == "null" or field.get("$ref") == "#/$defs/JsonValue":
        return True
    return {"type": "null"} in field.get("anyOf", ())
