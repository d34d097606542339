"""OpenAI's protocol through the doors: its shapes, its names for models, its errors, tools, streams and lists."""

from __future__ import annotations

import json

import pytest

from llm_router.catalogue.bundled import bundled
from llm_router.generation.chat import Role, TextPart, ToolCall
from llm_router.lazy import Lazy
from tests.support.generating import Client
from tests.support.providers import FakeProvider

TOOL = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object", "properties": {}}}}


def test_a_chat_completion_has_openais_shape_and_tells_what_the_router_did(generating: Client):
    reply = generating.chat()
    found = reply.json
    assert found["object"] == "chat.completion"
    assert found["choices"][0]["message"] == {"role": "assistant", "content": "Hello there, friend.", "refusal": None}
    assert found["choices"][0]["finish_reason"] == "stop"
    assert found["usage"]["total_tokens"] == 15
    assert found["router"]["category"] == "coding"
    assert reply.headers["x-model-used"] == found["model"] == found["router"]["model"]
    assert reply.headers["x-decision-id"] == found["router"]["decision_id"]


@pytest.mark.parametrize(
    ("model", "field"),
    [
        ("auto:cheap", 0.0),
        ("auto:best", 1.0),
        ("AUTO:Cheap", 0.0),
        ("auto:.250001", 0.250001),
        (f"auto:{1 / 3}", 0.333333),
        ("auto:1.", 1.0),
    ],
)
def test_the_models_name_may_carry_the_preference(generating: Client, model: str, field: float):
    decision = generating.chat(model=model).json["router"]["decision_id"]
    assert generating.api.get(f"/decisions/{decision}").json["preference"] == field


def test_a_pinned_model_is_asked_by_its_providers_name_and_nothing_is_decided(generating: Client):
    entry = next(m for m in generating.api.get("/models").json["models"] if m["provider"] == "openai")
    found = generating.chat(model=entry["id"]).json
    assert found["model"] == entry["id"]
    assert found["router"]["decision_id"] is None
    assert generating.asked[0][0] == entry["api_alias"]
    assert generating.chat(model=entry["id"].upper()).json["model"] == entry["id"]


ODD = [f"auto:{word}" for word in ("0_0.5", " 0.5 ", "\u0660.\u0665", "00.5", ".", "5e-1", "-0", "+1", "1.1", "nan")]


@pytest.mark.parametrize("model", ["nothing/such", "auto:rubbish", "auto:7", *ODD])
def test_an_unknown_model_is_openais_404(generating: Client, model: str):
    reply = generating.chat(model=model)
    assert reply.status == 404
    assert reply.json["error"]["type"] == "not_found_error"
    assert reply.json["error"]["code"] == "model_not_found"


@pytest.mark.parametrize("field", ["api_base", "base_url", "headers", "extra_headers", "n"])
def test_what_is_not_known_is_openais_400(generating: Client, field: str):
    reply = generating.chat(**{field: 2})
    assert reply.status == 400
    assert reply.json["error"]["type"] == "invalid_request_error"
    assert generating.asked == []


def test_tools_and_their_calls_go_both_ways(generating: Client):
    generating.providers.default = FakeProvider(calls=(ToolCall("call_1", "weather", '{"city": "Rome"}'),))
    turns = [
        {"role": "user", "content": "weather?"},
        {"role": "assistant", "content": None, "tool_calls": [
            {"id": "call_0", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]},
        {"role": "tool", "tool_call_id": "call_0", "content": "rain"},
        {"role": "user", "content": "and in Rome, please look it up?"},
    ]  # fmt: skip
    choice = generating.chat(messages=turns, tools=[TOOL], tool_choice="required").json["choices"][0]
    assert choice["finish_reason"] == "tool_calls"
    assert choice["message"]["content"] is None
    assert choice["message"]["tool_calls"][0] == {
        "id": "call_1", "type": "function", "function": {"name": "weather", "arguments": '{"city": "Rome"}'}
    }  # fmt: skip
    _, asked = generating.asked[0]
    assert [message.role for message in asked.messages] == [Role.USER, Role.ASSISTANT, Role.TOOL, Role.USER]
    assert asked.messages[1].tool_calls[0].name == "weather"
    assert asked.messages[2].parts == (TextPart("rain"),)
    assert asked.tools[0].name == "weather"


def test_answers_are_never_longer_than_the_operator_allows(generating: Client):
    generating.chat(max_tokens=9_000_000)
    generating.chat(max_completion_tokens=7)
    lengths = [request.max_tokens for _, request in generating.asked]
    assert lengths[0] is not None
    assert lengths[0] <= 8192
    assert lengths[1] == 7


def test_a_stream_brings_pieces_the_reason_it_ended_usage_and_its_end(generating: Client):
    *pieces, done = generating.events(stream_options={"include_usage": True})
    chunks = [json.loads(piece) for piece in pieces]
    assert done == "[DONE]"
    assert chunks[0]["choices"][0]["delta"] == {"role": "assistant", "content": "Hello"}
    assert chunks[0]["router"]["category"] == "coding"
    text = "".join(chunk["choices"][0]["delta"].get("content", "") for chunk in chunks if chunk["choices"])
    assert text == "Hello there, friend."
    assert [c["choices"][0]["finish_reason"] for c in chunks if c["choices"]][-1] == "stop"
    assert chunks[-1]["choices"] == []
    assert chunks[-1]["usage"]["completion_tokens"] == 5


def test_the_list_of_models_holds_auto_and_what_is_configured(generating: Client):
    generating.providers.default = None
    generating.providers.by_name["openai"] = FakeProvider()
    found = generating.api.get("/v1/models").json
    assert found["object"] == "list"
    assert found["data"][0]["id"] == "auto"
    assert {row["owned_by"] for row in found["data"][1:]} == {"openai"}
    assert {row["created"] for row in found["data"]} == {int(bundled().as_of)}
    assert bundled().as_of > 0


def test_a_model_of_the_list_is_told_of_by_its_id_or_its_providers_name_for_it(generating: Client):
    entry = next(m for m in generating.api.get("/models").json["models"] if m["id"] == "openai/gpt-4.1")
    for name in (entry["id"], entry["api_alias"]):
        found = generating.api.get(f"/v1/models/{name}").json
        assert (found["id"], found["object"], found["owned_by"]) == (entry["id"], "model", "openai")
    generating.providers.default = None
    generating.parts.dispatcher = Lazy(generating.parts._make_dispatcher)
    assert generating.api.get(f"/v1/models/{entry['id']}").error == "model_not_found"
