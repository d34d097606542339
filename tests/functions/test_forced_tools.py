"""A tool that must be called is asked of models that can be made to, as long as any of them may be asked."""

from __future__ import annotations

import pytest

from llm_router.adapters.providers.forcing import can_force
from llm_router.catalogue.bundled import bundled
from llm_router.generation.provider import Failure, ProviderFailed
from tests.support.generating import Client
from tests.support.providers import FakeProvider

TOOLS = [{"type": "function", "function": {"name": name}} for name in ("weather", "time")]
HELLO = [{"role": "user", "content": "hello there"}]
LONG = (
    "Design a distributed rate limiter for 10M requests a second across 5 regions, and discuss the trade-offs of "
    "consistency"
)
NAMED = {"type": "function", "function": {"name": "time"}}
SOME = {"type": "allowed_tools", "allowed_tools": {"mode": "required", "tools": [NAMED]}}


def forced(client: Client, choice: object, *providers: str, **fields: object) -> str:
    """The model that answers."""
    asked = {"messages": HELLO, "tools": TOOLS, "tool_choice": choice, "constraints": {"providers": providers}}
    reply = client.chat(**asked, **fields)
    assert reply.status == 200
    return reply.json["model"]


@pytest.mark.parametrize("choice", ["required", NAMED, SOME])
@pytest.mark.parametrize("provider", ["anthropic", "bedrock"])
def test_a_model_is_chosen_that_can_be_made_to_call_a_tool(generating: Client, choice: object, provider: str):
    assert can_force(bundled().models[forced(generating, choice, provider)])
    assert not can_force(bundled().models[forced(generating, "auto", "anthropic", model="auto:cheap")])


def test_where_no_such_model_is_left_another_one_may_call_it(generating: Client):
    assert forced(generating, "required", "deepseek").startswith("deepseek/")
    assert forced(generating, NAMED, "anthropic", model="anthropic/claude-haiku-5-5") == "anthropic/claude-haiku-5-5"


def test_where_all_that_can_be_made_to_rest_one_that_cannot_may_call_it(generating: Client):
    generating.providers.by_name["openai"] = FakeProvider(fails=ProviderFailed(Failure.REFUSED, status=401))
    asked = {"messages": HELLO, "tools": TOOLS, "constraints": {"providers": ["openai", "deepseek"]}}
    assert generating.chat(**asked, tool_choice="required").status == 502
    assert forced(generating, "required", "openai", "deepseek").startswith("deepseek/")
    assert forced(generating, "required", "openai", "deepseek", "google").startswith("google/")


def test_who_only_may_call_it_is_asked_before_who_would_be_too_late_unless_it_rests(generating: Client):
    late, may = "openai/o3", "deepseek/deepseek-v3.2"
    asked = {"messages": [{"role": "user", "content": LONG}], "tools": TOOLS, "tool_choice": "required"}
    holder = generating.holder(allowed_models=[late, may])

    def answers() -> str | None:
        return holder.send("/v1/chat/completions", {"model": "auto", **asked}).headers.get("x-model-used")

    assert [can_force(bundled().models[each]) for each in (late, may)] == [True, False]
    assert answers() == may
    generating.providers.by_name["deepseek"] = FakeProvider(fails=ProviderFailed(Failure.REFUSED, status=401))
    assert [answers(), answers()] == [None, late], "it rests once it has failed so"


@pytest.mark.parametrize(
    ("id", "can"),
    [
        ("anthropic/claude-opus-5", True),
        ("anthropic/claude-opus-5-5", False),
        ("bedrock/anthropic.claude-sonnet-5", True),
        ("bedrock/anthropic.claude-sonnet-5-5", False),
        ("bedrock/amazon.nova-pro-v1:0", True),
        ("bedrock/meta.llama3-3-70b-instruct-v1:0", False),
        ("google/gemini-3.5-flash", True),
        ("openai/o3", True),
        ("deepseek/deepseek-v4-pro", False),
        ("alibaba/qwen3.7-max", False),
    ],
)
def test_who_can_be_made_to_call_a_tool_goes_by_the_model_and_by_who_serves_it(id: str, can: bool):
    assert can_force(bundled().models[id]) is can
