"""What is sent beside the text of the messages counts as it is sent."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.providers import anthropic_request, bedrock_request, openai_request
from llm_router.adapters.providers.conversation import compact
from llm_router.adapters.providers.openai_quirks import Quirks
from llm_router.generation.beside_text import beside_tokens
from llm_router.generation.chat import ChatMessage, ChatRequest, Role, TextPart, Tool, ToolCall
from llm_router.json_values import Json
from llm_router.ranking.tokens import reading_of

ASKED = ChatMessage(Role.USER, (TextPart("go"),))


def counted(value: Json) -> int:
    return reading_of(compact(value).decode()).tokens


def given(name: str, description: str, *fields: str) -> Tool:
    schema = {
        "type": "object",
        "properties": {field.partition(":")[0]: {"type": "string", "description": field} for field in fields},
        "required": [field.partition(":")[0] for field in fields],
    }
    return Tool(name, description, json.dumps(schema, separators=(",", ":")))


USUAL = (
    given(
        "get_weather",
        "Get the current weather in a given location",
        "location: The city and state, e.g. San Francisco, CA",
        "unit: Celsius or Fahrenheit, as people there are used to it",
    ),
    given(
        "search_documents",
        "Search the company's knowledge base for documents that match a query, and return the best passages.",
        "query: What to look for, in plain words",
        "limit: How many passages to return, at most 50",
        "since: Only documents that were changed after this date (ISO 8601)",
    ),
    given(
        "send_email",
        "Send an email on behalf of the user. Ask for confirmation first.",
        "to: The addresses, each of them behind a comma",
        "subject: The subject line",
        "body: The body as plain text",
    ),
    given(
        "create_event",
        "Create an event in the user's calendar",
        "title: What it is called",
        "start: When it starts, ISO 8601",
        "end: When it ends, ISO 8601",
        "guests: Whom to invite",
    ),
    given(
        "run_sql",
        "Run a query that only reads against the analytics warehouse and return up to 100 rows",
        "sql: The query",
        "database: One of sales, support and web",
    ),
)


@pytest.mark.parametrize("parameters", [None, "{}", '{"type":"object"}'])
def test_thousands_of_tools_that_say_nothing_count_as_they_are_sent(parameters: str | None):
    request = ChatRequest((ASKED,), tools=tuple(Tool(f"a{number}", None, parameters) for number in range(10_000)))
    found = beside_tokens(request)
    assert found >= 0.95 * counted(anthropic_request.body("claude-haiku-4-5", request, stream=False)["tools"])
    assert found >= 0.95 * counted(openai_request.body("m", request, Quirks(), stream=False)["tools"])


def test_tools_of_earlier_calls_count_as_they_are_declared_again_each_once():
    calls = tuple(ToolCall("c", f"f{number}", "{}") for number in range(3000))
    request = ChatRequest((ASKED, ChatMessage(Role.ASSISTANT, tool_calls=calls + calls)))
    declared = ChatRequest(request.messages, tools=tuple(Tool(call.name) for call in calls))
    assert beside_tokens(request) == beside_tokens(declared)
    more = beside_tokens(request) - beside_tokens(ChatRequest(request.messages, tools=(Tool("f"),)))
    assert more >= 0.95 * counted(anthropic_request.body("claude-haiku-4-5", request, stream=False)["tools"])
    assert more >= 0.95 * counted(bedrock_request.body("m", request)["toolConfig"])


def test_what_wraps_usual_tools_is_a_tenth_of_them_at_most():
    texts = [text or "" for tool in USUAL for text in (tool.name, tool.description, tool.parameters)]
    parts = sum(reading_of(text).tokens for text in texts)
    assert parts < beside_tokens(ChatRequest((ASKED,), tools=USUAL)) <= 1.1 * parts


@pytest.mark.parametrize("role", Role)
def test_names_count_whoever_has_them_since_they_are_sent(role: Role):
    named = ChatMessage(role, (TextPart("a"),), name="Zq7_" * 16, tool_call_id="c" if role is Role.TOOL else None)
    request = ChatRequest((ASKED, *[named] * 1000))
    sent = openai_request.body("m", request, Quirks(), stream=False)
    assert "Zq7_" in json.dumps(sent)
    assert beside_tokens(request) >= 1000 * reading_of("Zq7_" * 16).tokens
