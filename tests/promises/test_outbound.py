"""SSRF: no address comes from a request, unknown fields are refused at any depth, and advice asks nobody."""

from __future__ import annotations

import json
import socket
from collections.abc import Iterator

import pytest

from llm_router.web.access import ROUTES
from llm_router.web.openapi import FILE
from tests.support.generating import Client
from tests.support.service import ADMIN_KEY, Service, service

DOCUMENT = json.loads(FILE.read_text("utf-8"))
ADMIN = {"authorization": f"Bearer {ADMIN_KEY}"}
METADATA = "http://169.254.169.254/latest/meta-data"
EVIL = ("api_base", "base_url", "headers", "extra_headers", "endpoint", "proxy", "webhook", "callback_url")
FUNCTION = {"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}
TURNS = [
    {"role": "user", "content": [{"type": "text", "text": "Write a Python function"}]},
    {"role": "assistant", "content": None, "tool_calls": [
        {"id": "c", "type": "function", "function": {"name": "weather", "arguments": "{}"}}]},
    {"role": "tool", "tool_call_id": "c", "content": "rain"},
    {"role": "user", "content": "Write it, please"},
]  # fmt: skip
EXAMPLES = ["one", "two", "three"]
MESSAGE = {
    "model": "auto",
    "system": [{"type": "text", "text": "Be brief."}],
    "messages": [
        {"role": "user", "content": [
            {"type": "text", "text": "Write a Python function"},
            {"type": "image", "source": {"type": "url", "url": "https://pictures.example/a.png"}},
            {"type": "document", "source": {"type": "text", "media_type": "text/plain", "data": "A text."}},
        ]},
        {"role": "assistant", "content": [
            {"type": "thinking", "thinking": "Hm.", "signature": "x"},
            {"type": "tool_use", "id": "c", "name": "weather", "input": {}},
        ]},
        {"role": "user", "content": [
            {"type": "tool_result", "tool_use_id": "c", "content": [{"type": "text", "text": "rain"}]}]},
    ],
    "tools": [{"name": "weather", "input_schema": {"type": "object"}}],
    "tool_choice": {"type": "tool", "name": "weather"},
    "thinking": {"type": "adaptive"},
    "output_config": {"effort": "low"},
    "constraints": {"max_tokens": 10},
    "cache": {"ttl_s": 60},
    "metadata": {"user_id": "u"},
}  # fmt: skip
VALID: dict[str, list[dict]] = {
    "/route": [
        {"prompt": "Write a Python function", "constraints": {"max_tokens": 10}, "cache": {"ttl_s": 60}},
        {"messages": TURNS},
    ],
    "/v1/chat/completions": [
        {
            "model": "auto",
            "messages": TURNS,
            "tools": [FUNCTION],
            "tool_choice": {"type": "function", "function": {"name": "weather"}},
            "response_format": {"type": "json_schema", "json_schema": {"name": "x", "schema": {"type": "object"}}},
            "stream_options": {"include_usage": True},
            "constraints": {"max_tokens": 10},
            "cache": {"ttl_s": 60},
            "metadata": {"a": "b"},
        }
    ],
    "/v1/responses": [
        {
            "model": "auto",
            "input": [
                {"role": "user", "content": [{"type": "input_text", "text": "Write a Python function"}]},
                {"type": "reasoning", "summary": [{"type": "summary_text", "text": "Hm."}]},
                {"type": "function_call", "call_id": "c", "name": "weather", "arguments": "{}"},
                {"type": "function_call_output", "call_id": "c", "output": "rain"},
            ],
            "tools": [{"type": "function", "name": "weather", "parameters": {"type": "object"}}],
            "tool_choice": {"type": "function", "name": "weather"},
            "text": {"format": {"type": "json_schema", "name": "x", "schema": {"type": "object"}}},
            "reasoning": {"effort": "low"},
            "stream_options": {"include_usage": True},
            "constraints": {"max_tokens": 10},
            "cache": {"ttl_s": 60},
            "metadata": {"a": "b"},
        }
    ],
    "/v1/messages": [MESSAGE],
    "/v1/messages/count_tokens": [MESSAGE],
    "/classify": [{"prompt": "x"}],
    "/classify/batch": [{"prompts": ["x"]}],
    "/feedback": [{"decision_id": "x", "success": True}],
    "/keys": [{"name": "x"}],
    "/categories": [{"name": "legal", "description": "Law.", "examples": EXAMPLES}],
    "/update": [
        {
            "models": [
                {
                    "id": "acme/one",
                    "provider": "acme",
                    "display_name": "One",
                    "latency": {"time_to_first_token_ms": 5},
                    "quality": {"coding": {"easy": {"mean": 0.5}}},
                }
            ]
        }
    ],
    "/refresh": [{"dry_run": True}],
    "/catalogue/rollback": [{"version": 1}],
}
FREE = {"parameters", "schema", "input_schema", "output_schema", "metadata", "provenance", "audio"}
"""Objects whose content is the caller's own: they go to a model as they are, or nowhere."""


@pytest.fixture(scope="module")
def api() -> Iterator[Service]:
    with service() as running:
        Client(running)
        yield running


def spoiled(value: object, field: str) -> Iterator[object]:
    """The value with one more field in one of its objects, for each object in turn."""
    if isinstance(value, dict):
        yield {**value, field: METADATA}
        for name, each in value.items():
            if name not in FREE and (name != "input" or value.get("type") != "tool_use"):
                yield from ({**value, name: worse} for worse in spoiled(each, field))
    elif isinstance(value, list):
        for place, each in enumerate(value):
            yield from ([*value[:place], worse, *value[place + 1 :]] for worse in spoiled(each, field))


@pytest.mark.parametrize("field", EVIL)
@pytest.mark.parametrize("path", VALID)
def test_an_unknown_field_at_any_depth_is_refused(api: Service, path: str, field: str):
    for body in VALID[path]:
        for worse in spoiled(body, field):
            reply = api.send("POST", path, worse, ADMIN)
            assert reply.status == (400 if path.startswith("/v1/") else 422)
            assert METADATA.encode() not in reply.body


def test_every_route_that_takes_a_body_is_tried():
    assert set(VALID) == {rule.path for rule in ROUTES if rule.method == "POST"}


def objects(schema: dict, seen: set[str], name: str = "") -> Iterator[tuple[str, dict]]:
    """Every object schema that a body can hold, each once, with where it stands."""
    if reference := schema.get("$ref"):
        if reference not in seen:
            seen.add(reference)
            key = reference.rpartition("/")[2]
            yield from objects(DOCUMENT["components"]["schemas"][key], seen, key)
        return
    if schema.get("type") == "object" or "properties" in schema:
        yield name, schema
    for property_name, each in schema.get("properties", {}).items():
        yield from objects(each, seen, property_name)
    parts = [each for kind in ("anyOf", "oneOf", "allOf", "prefixItems") for each in schema.get(kind, [])]
    for each in [*parts, *([schema["items"]] if isinstance(schema.get("items"), dict) else [])]:
        yield from objects(each, seen, name)


BODIES = {
    path: operation["post"]["requestBody"]["content"]["application/json"]["schema"]
    for path, operation in DOCUMENT["paths"].items()
    if "post" in operation
}


@pytest.mark.parametrize("path", BODIES)
def test_every_object_that_a_body_may_hold_is_closed(path: str):
    found = list(objects(BODIES[path], set()))
    assert found
    for name, schema in found:
        open_to = schema.get("additionalProperties", True)
        typed = isinstance(open_to, dict) and open_to.get("type") in ("number", "integer")
        assert open_to is False or typed or name in {*FREE, "input"}, f"{name} of {path} takes any field"


@pytest.mark.parametrize("path", BODIES)
def test_no_field_of_a_body_names_an_address_but_a_picture_or_file_that_is_passed_on(path: str):
    words = ("url", "uri", "host", "endpoint", "base", "proxy", "webhook", "callback")
    names = {name for _, schema in objects(BODIES[path], set()) for name in schema.get("properties", {})}
    assert {name for name in names if any(word in name for word in words)} <= {"image_url", "file_url", "url"}


def test_recommending_and_classifying_ask_nobody(api: Service, monkeypatch: pytest.MonkeyPatch):
    def refused(*_: object, **__: object) -> None:
        raise AssertionError("an outbound call")

    for name in ("connect", "connect_ex", "sendto"):
        monkeypatch.setattr(socket.socket, name, refused)
    monkeypatch.setattr(socket, "getaddrinfo", refused)
    image = {"type": "image_url", "image_url": {"url": METADATA}}
    shown = [{"role": "user", "content": [{"type": "text", "text": "What is on this picture?"}, image]}]
    for body in ({"prompt": f"Fetch {METADATA} for me"}, {"messages": shown}):
        assert api.post("/route", body).status == 200
    assert api.post("/classify", {"prompt": f"Fetch {METADATA} for me"}).status == 200
