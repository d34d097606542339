"""What of Anthropic's messages request is taken, and the chat completion that it comes to."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from llm_router.data_addresses import plain_base64
from llm_router.schemas import anthropic_blocks
from llm_router.schemas.anthropic_request import MessagesRequest
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.schemas.messages import MAX_MESSAGES
from llm_router.schemas.parts import MAX_TEXT
from llm_router.web.body import parse
from tests.unit.test_request_bodies import Fields, optional, paths, problems, takes_null

USER = {"role": "user", "content": "Hello"}
ASKED: Fields = {"model": "auto", "max_tokens": 500, "messages": [USER]}
TOOL: Fields = {"name": "f", "input_schema": {"type": "object"}}
PDF = {"type": "base64", "media_type": "application/pdf", "data": "QUJD"}


def completion(**fields: object) -> ChatCompletionRequest:
    return parse(MessagesRequest, json.dumps({**ASKED, **fields}).encode()).completion()


def block(**fields: object) -> Fields:
    return {"role": "user", "content": [fields]}


def use(name: str, **given: object) -> Fields:
    return {"type": "tool_use", "id": name, "name": "f", "input": given}


def result(name: str, content: object = "done", **fields: object) -> Fields:
    return {"type": "tool_result", "tool_use_id": name, "content": content, **fields}


def said(*turns: Fields) -> list[tuple[str, object]]:
    """Who says what, after the user's greeting."""
    messages = completion(messages=[USER, *turns]).messages[1:]
    return [
        (each.role, [json.loads(part.model_dump_json(exclude_none=True)) for part in each.content])
        if isinstance(each.content, list)
        else (each.role, each.content)
        for each in messages
    ]


def test_the_shape_of_an_answer_may_come_by_its_older_name():
    shape = {"type": "json_schema", "schema": {"type": "object"}}
    assert completion(output_format=shape) == completion(output_config={"format": shape})


def test_a_request_may_have_more_tools_than_openai_takes():
    tools = [{**TOOL, "name": f"f{number}"} for number in range(1000)]
    assert len(completion(tools=tools).tools or ()) == 1000


@pytest.mark.parametrize(
    ("fields", "effort"),
    [
        ({}, None),
        ({"thinking": {"type": "disabled"}}, "none"),
        ({"thinking": {"type": "between_tools"}}, "none"),
        ({"thinking": {"type": "adaptive"}}, "high"),
        ({"thinking": {"type": "enabled", "budget_tokens": 1024}}, "low"),
        ({"thinking": {"type": "enabled", "budget_tokens": 4096, "display": "omitted"}}, "medium"),
        ({"thinking": {"type": "enabled", "budget_tokens": 31_999}}, "high"),
        ({"thinking": {"type": "adaptive", "block_binding": {"prefix_mismatch_behavior": "drop_block"}}}, "high"),
        ({"output_config": {"effort": "max"}}, "max"),
        ({"output_config": {"effort": "low"}, "thinking": {"type": "adaptive"}}, "low"),
        ({"output_config": {"effort": "high"}, "thinking": {"type": "disabled"}}, "none"),
        ({"output_config": {"effort": "high"}, "thinking": {"type": "between_tools"}}, "none"),
    ],
)
def test_how_long_to_think_becomes_an_effort(fields: Fields, effort: str | None):
    assert completion(**fields).reasoning_effort == effort


@pytest.mark.parametrize(
    ("thinking", "tells", "wants"),
    [
        (None, False, False),
        ({"type": "disabled"}, False, False),
        ({"type": "between_tools"}, False, False),
        ({"type": "disabled", "display": "summarized"}, False, False),
        ({"type": "between_tools", "display": "summarized"}, False, False),
        ({"type": "adaptive"}, True, False),
        ({"type": "adaptive", "display": "summarized"}, True, True),
        ({"type": "enabled", "budget_tokens": 1024, "display": "summarized"}, True, True),
        ({"type": "adaptive", "display": "omitted"}, False, False),
    ],
)
def test_thoughts_are_told_to_whoever_asks_for_them(thinking: object, tells: bool, wants: bool):
    body = parse(MessagesRequest, json.dumps({**ASKED, "thinking": thinking}).encode())
    assert body.tells_thoughts is tells
    assert body.completion().chat(10).wants_thoughts is wants


def test_who_wants_thoughts_asks_no_other_question():
    told, untold = (completion(thinking={"type": "adaptive", "display": each}) for each in ("summarized", "omitted"))
    assert told.model_dump_json() == untold.model_dump_json() != completion().model_dump_json()


@pytest.mark.parametrize(
    ("choice", "told", "parallel"),
    [
        ({"type": "auto"}, "auto", None),
        ({"type": "auto", "disable_parallel_tool_use": True}, "auto", False),
        ({"type": "any", "disable_parallel_tool_use": False}, "required", None),
        ({"type": "none"}, "none", None),
    ],
)
def test_how_tools_are_to_be_used(choice: Fields, told: str, parallel: bool | None):
    found = completion(tools=[{**TOOL, "type": "custom"}], tool_choice=choice)
    assert (found.tool_choice, found.parallel_tool_calls) == (told, parallel)


@pytest.mark.parametrize(
    ("fields", "path", "problem"),
    [
        ({"tools": [{"type": "bash_20250124", "name": "bash"}]}, "tools[0]",
         "must be of the type custom: Anthropic's own tools are not here"),
        ({"tools": [TOOL], "tool_choice": {"type": "tool", "name": "g"}}, "tool_choice", "name is none of the tools"),
        ({"tool_choice": {"type": "any"}}, "tool_choice", 'must not be "any" where there are no tools'),
        ({"tools": [TOOL], "tool_choice": {"type": "tool"}}, "tool_choice", "name goes with the type tool"),
        ({"thinking": {"type": "enabled"}}, "thinking", "budget_tokens goes with the type enabled"),
        ({"thinking": {"type": "between_tools", "budget_tokens": 1024}}, "thinking",
         "budget_tokens goes with the type enabled"),
        ({"max_tokens": 0}, "max_tokens", "must be at least 1: no prompt is put into a cache here without an answer"),
        ({"top_k": 5}, "top_k", "must be left out: no model here is told it, so say temperature or top_p"),
        ({"container": "c"}, "container", "must be left out: nothing is run here"),
        ({"compaction": {"type": "summary"}}, "compaction",
         "must be left out: conversations are not summed up here, so ask for that"),
        ({"mcp_servers": [{}]}, "mcp_servers",
         "must be left out: no servers are asked here, so send their tools"),
        ({"inference_geo": "us"}, "inference_geo", "must be left out: say where by constraints.regions"),
        ({"messages": [block(type="document", source=PDF, citations={"enabled": True})]},
         "messages[0].content[0].citations",
         "must be left out: answers do not cite what is sent to them"),
        ({"messages": [block(type="image", source={"type": "base64", "media_type": "image/png", "data": "!"})]},
         "messages[0].content[0].source.data", "must be base64"),
        ({"messages": [block(type="image", source={"type": "base64", "media_type": "image/png", "data": ""})]},
         "messages[0].content[0].source.data", "must be base64"),
        ({"messages": [block(type="server_tool_use", id="a")]},
         "messages[0].content[0]", "names a kind that is not known here"),
        ({"messages": [USER, {"role": "assistant", "content": [use("a")] * 129}]}, "messages",
         "holds more calls at a stretch than a message may"),
        ({"messages": [{"role": "user", "content": " "}]}, "messages", "must hold something that can be read"),
        ({"messages": [USER] * MAX_MESSAGES, "system": "Be brief."}, "messages",
         f"must come to at most {MAX_MESSAGES} messages, with the system's and results of tools"),
    ],
)  # fmt: skip
def test_what_cannot_be_had_is_refused_in_a_sentence(fields: Fields, path: str, problem: str):
    assert problems(MessagesRequest, {**ASKED, **fields}) == [(path, problem)]


@pytest.mark.parametrize(
    ("fields", "path"),
    [
        ({"max_tokens": -1}, "max_tokens"),
        ({"temperature": 1.5}, "temperature"),
        ({"stop_sequences": ["a", "b", "c", "d", "e"]}, "stop_sequences"),
        ({"speed": "fast"}, "speed"),
        ({"service_tier": "priority"}, "service_tier"),
        ({"billing_policy": {"type": "billing_policy", "bill_to": "user_profile"}}, "billing_policy.bill_to"),
        ({"messages": [block(type="image", source={"type": "url", "url": "file:///canary"})]},
         "messages[0].content[0].source.url"),
        ({"messages": [block(type="document", source={"type": "url", "url": "s3://canary/a"})]},
         "messages[0].content[0].source.url"),
        ({"messages": [block(type="image", source={"type": "base64", "media_type": "text/html", "data": "QUJD"})]},
         "messages[0].content[0].source.media_type"),
        ({"messages": [USER, {"role": "assistant", "content": [use("a", text="x" * MAX_TEXT)]}]},
         "messages[1].content[0]"),
        ({"messages": [{"role": "canary", "content": "Hello"}]}, "messages[0]"),
        ({"messages": [{"role": "user", "content": [use("canary")]}]}, "messages[0].content[0]"),
    ],
)  # fmt: skip
def test_a_field_that_is_wrong_is_told_its_place(fields: Fields, path: str):
    assert paths(MessagesRequest, {**ASKED, **fields}) == [path]
    assert "canary" not in str(problems(MessagesRequest, {**ASKED, **fields}))


@pytest.mark.parametrize(
    "fields",
    [
        {"context_management": {"edits": [{"type": "clear_tool_uses_20250919"}]}},
        {"diagnostics": {"previous_message_id": "msg_1"}},
        {"fallbacks": "default"},
        {"fallbacks": [{"model": "claude-haiku-4-5", "max_tokens": 5}]},
        {"fallback_credit_token": "token"},
        {"fallback_credit_token": {"token": "token", "mode": "best_effort"}},
        {"billing_policy": {"type": "billing_policy", "bill_to": "self"}},
        {"output_config": {"task_budget": {"type": "tokens", "total": 50_000}}},
        {"compaction": None},
        {"service_tier": "standard_only"},
        {"speed": "standard"},
        {"inference_geo": "global"},
        {"mcp_servers": []},
        {"max_tokens": 500.0},
        {"metadata": {"user_id": None}},
        {"messages": [{"role": "user", "content": [{"type": "text", "text": "Hello"}]}]},
    ],
)
def test_what_asks_for_nothing_else_is_taken_and_ignored(fields: Fields):
    assert completion(**fields) == completion()


MARK = {"cache_control": {"type": "ephemeral"}}


@pytest.mark.parametrize(
    "fields",
    [
        MARK,
        {"system": [{"type": "text", "text": "Be brief.", **MARK}]},
        {"tools": [{**TOOL, **MARK}]},
        {"messages": [block(type="text", text="Hello", **MARK)]},
        {"messages": [USER, {"role": "assistant", "content": [use("a")]},
                      {"role": "user", "content": [result("a", **MARK)]}]},
    ],
)  # fmt: skip
def test_a_mark_for_the_cache_of_prompts_has_the_prompt_kept_as_a_session_has(fields: Fields):
    unmarked = json.loads(json.dumps(fields).replace(json.dumps(MARK)[1:-1], '"cache_control": null'))
    plain, marked = (completion(**each).chat(10) for each in (unmarked, fields))
    assert (plain.kept, completion(**unmarked, session_id="one").chat(10).kept) == (False, True)
    assert replace(plain, kept=True) == marked


def test_messages_are_made_once_for_the_check_and_to_be_asked(monkeypatch: pytest.MonkeyPatch):
    read: list[str] = []

    def reading(data: str) -> str | None:
        read.append(data)
        return plain_base64(data)

    monkeypatch.setattr(anthropic_blocks, "plain_base64", reading)
    body = parse(MessagesRequest, json.dumps({**ASKED, "messages": [block(type="document", source=PDF)]}).encode())
    (first,), (again,) = body.completion().messages, body.completion().messages
    assert first is again
    assert read == ["QUJD"]


def test_every_field_that_may_be_left_out_may_be_null():
    schema = MessagesRequest.model_json_schema()
    for described in (schema, *schema["$defs"].values()):
        for name, field in optional(described):
            assert takes_null(field), f"{described['title']}.{name}"
