"""Where calls of tools are wanted one at a time the caller gets one, and pays for what else was written."""

from __future__ import annotations

import json

import pytest

from llm_router.generation.chat import ToolCall
from tests.support.generating import Client
from tests.support.providers import FakeProvider

LONG = json.dumps({"x": "word " * 500})
TWO = (ToolCall("a", "f", "{}"), ToolCall("b", "f", LONG))
ASKED = {"model": "openai/gpt-4.1", "tools": [{"type": "function", "function": {"name": "f"}}]}


@pytest.fixture
def uncounted(generating: Client) -> Client:
    """A service whose provider calls two functions and does not tell what it counted."""
    generating.providers.default = FakeProvider(calls=TWO, usage=None)
    return generating


@pytest.mark.parametrize(("parallel", "calls"), [(False, ["a"]), (True, ["a", "b"]), (None, ["a", "b"])])
def test_a_whole_answer_is_cut_to_one_and_paid_for_whole(uncounted: Client, parallel: bool | None, calls: list[str]):
    told = uncounted.chat(**ASKED, parallel_tool_calls=parallel).json
    assert [call["id"] for call in told["choices"][0]["message"]["tool_calls"]] == calls
    assert told["usage"]["completion_tokens"] > 400


@pytest.mark.parametrize(("parallel", "calls"), [(False, ["a"]), (True, ["a", "b"]), (None, ["a", "b"])])
def test_so_is_a_stream(uncounted: Client, parallel: bool | None, calls: list[str]):
    asked = {**ASKED, "parallel_tool_calls": parallel, "stream_options": {"include_usage": True}}
    told = [json.loads(each) for each in uncounted.events(**asked)[:-1]]
    deltas = [choice["delta"] for each in told for choice in each["choices"]]
    assert [call["id"] for each in deltas for call in each.get("tool_calls", ())] == calls
    assert told[-1]["usage"]["completion_tokens"] > 400
