"""A Claude is made to keep to a tool's shape where the caller wants that and the shape is one that it takes."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.providers import anthropic_request, bedrock_request
from llm_router.adapters.providers.conversation import compact
from llm_router.adapters.providers.strict_tools import closed
from llm_router.generation.chat import ChatRequest, JsonFormat, Tool
from llm_router.json_values import Json
from tests.support.chat import SCHEMA, ask

MODEL = "claude-haiku-4-5-20251001"
EITHER: Json = {"type": ["string", "null"]}


def shape(**properties: Json) -> str:
    """A closed object, all of whose properties have to be given."""
    told: Json = {
        "type": "object",
        "properties": properties,
        "required": [*properties],
        "additionalProperties": False,
    }
    return json.dumps(told)


def told(model: str, request: ChatRequest) -> list[list[bool]]:
    """Of each tool whether it is declared as strict, to Anthropic and to Bedrock."""
    home = json.loads(compact(anthropic_request.body(model, request, stream=False)))["tools"]
    there = json.loads(compact(bedrock_request.body(f"anthropic.{model}", request)))["toolConfig"]["tools"]
    return [[tool.get("strict", False) for tool in tools] for tools in (home, [each["toolSpec"] for each in there])]


@pytest.mark.parametrize(
    "schema",
    [
        SCHEMA,
        shape(),
        shape(type={"type": "string", "enum": ["a", 1, None], "description": "its kind"}, count=EITHER),
        shape(a={"const": 1}, b={"enum": ["x"]}, c={**json.loads(shape()), "type": ["object", "null"]}),
        shape(of={"anyOf": [{"type": "integer"}, json.loads(shape(x={"type": "array", "items": EITHER}))]}),
    ],
)
@pytest.mark.parametrize("model", [MODEL, "claude-sonnet-4-5", "claude-opus-4-6", "claude-opus-5-5"])
def test_a_plain_closed_shape_is_kept_to(model: str, schema: str):
    asked = ask(
        tools=(Tool("a", "x", schema, strict=True), Tool("b", "x", schema), Tool("c", "x", schema, strict=False))
    )
    assert told(model, asked) == [[True, False, False]] * 2


@pytest.mark.parametrize(
    "schema",
    [
        None,
        '{"type":"object","properties":{"a":{"type":"string"}},"required":["a"]}',
        '{"type":"object","properties":{"a":{"type":"string"}},"additionalProperties":false}',
        shape(a={"type": "integer", "minimum": 1}),
        shape(a={"type": "array", "items": {"type": "string", "maxLength": 3}}),
        shape(a={"$ref": "#/$defs/a"}),
        shape(a={"anyOf": [{"type": "string", "pattern": "a"}]}),
        shape(a={"enum": [{}]}),
        shape(a=True),
        shape(a={"type": ["object", "null"], "properties": {"b": EITHER}, "required": ["b"]}),
        shape(a={"type": ["object", "null"]}),
        shape(a={"type": ["object", "null"], "additionalProperties": {"type": "string"}}),
        shape(a={"enum": [1], "additionalProperties": True}),
        shape(a={"type": "array", "items": {}}),
        shape(a={}),
        shape(a={"description": "anything"}),
        '{"type":"object","properties":[],"additionalProperties":false}',
        '{"type":"object","required":"a","anyOf":{},"additionalProperties":false}',
    ],
)
def test_of_any_other_shape_it_stays_a_wish(schema: str | None):
    assert told(MODEL, ask(tools=(Tool("a", "x", schema, strict=True),))) == [[False]] * 2


def test_so_it_does_where_there_are_too_many():
    def tools(count: int, **properties: Json) -> ChatRequest:
        return ask(tools=tuple(Tool(f"t{n}", "x", shape(**properties), strict=True) for n in range(count)))

    assert told(MODEL, tools(20)) == [[True] * 20] * 2
    assert told(MODEL, tools(21)) == [[False] * 21] * 2
    assert told(MODEL, tools(16, a=EITHER)) == [[True] * 16] * 2
    assert told(MODEL, tools(17, a=EITHER)) == [[False] * 17] * 2


@pytest.mark.parametrize("model", ["claude-opus-4-1-20250805", "claude-3-5-haiku", "claude-sonnet-4-20250514"])
def test_older_ones_are_not_told(model: str):
    assert told(model, ask(tools=(Tool("a", "x", SCHEMA, strict=True),))) == [[False]] * 2


@pytest.mark.parametrize("strict", [True, False, None])
def test_json_of_a_shape_is_kept_to_as_well(strict: bool | None):
    assert told(MODEL, ask(json_format=JsonFormat(SCHEMA, strict=strict))) == [[bool(strict)]] * 2


@pytest.mark.parametrize("kind", ["object", ["object", "null"], ["null", "object"]])
def test_no_object_may_be_open(kind: Json):
    assert closed({"items": {"type": kind, "additionalProperties": False}})
    assert not closed({"items": {"type": kind}})


def test_nobody_else_at_bedrock_is_told():
    body = bedrock_request.body("amazon.nova-pro-v1:0", ask(tools=(Tool("a", "x", SCHEMA, strict=True),)))
    assert "strict" not in compact(body).decode()


def test_what_a_strict_tool_is_given_is_not_streamed_before_it_is_whole():
    tools = (Tool("a", "x", SCHEMA, strict=True), Tool("b", "x", SCHEMA))
    sent = json.loads(compact(anthropic_request.body(MODEL, ask(tools=tools), stream=True, eager=True)))["tools"]
    assert [(tool.get("strict"), tool.get("eager_input_streaming")) for tool in sent] == [(True, None), (None, True)]
