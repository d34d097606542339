"""An answer that the assistant has begun: models that do not go on with one are asked to by the user."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.providers import anthropic_request, bedrock_request
from llm_router.adapters.providers.conversation import compact
from llm_router.generation.chat import ChatRequest, Role
from llm_router.json_values import Json
from tests.support.chat import ask, text

BEGUN = ChatRequest((text(Role.USER, "Count."), text(Role.ASSISTANT, "1, 2,"), text(Role.SYSTEM, "Be brief.")))


def bodies(model: str, request: ChatRequest) -> list[dict[str, Json]]:
    """What is sent to Anthropic and to Bedrock."""
    there = bedrock_request.body(f"anthropic.{model}", request)
    return [json.loads(compact(each)) for each in (anthropic_request.body(model, request, stream=False), there)]


def roles(body: dict[str, Json]) -> list[str]:
    return [turn["role"] for turn in json.loads(compact(body))["messages"]]


@pytest.mark.parametrize("model", ["claude-opus-4-6", "claude-sonnet-5", "claude-haiku-5-5", "claude-opus-6"])
def test_claude_from_4_6_on_is_asked_to_go_on(model: str):
    for body in bodies(model, BEGUN):
        assert roles(body) == ["user", "assistant", "user"]
    assert [roles(body) for body in bodies(model, ask())] == [["user"], ["user"]]


@pytest.mark.parametrize("model", ["claude-haiku-4-5-20251001", "claude-opus-4-5", "claude-3-7-sonnet"])
def test_an_older_one_goes_on_by_itself(model: str):
    assert [roles(body) for body in bodies(model, BEGUN)] == [["user", "assistant"]] * 2


@pytest.mark.parametrize(("model", "thinks"), [("claude-opus-4-6", True), ("claude-opus-4-5", False)])
def test_one_that_is_asked_to_go_on_may_think_before_that(model: str, thinks: bool):
    begun = ChatRequest(BEGUN.messages, max_tokens=8000, reasoning_effort="high")
    home, there = bodies(model, begun)
    extra = there.get("additionalModelRequestFields", {})
    assert ("thinking" in home, isinstance(extra, dict) and "thinking" in extra) == (thinks, thinks)
