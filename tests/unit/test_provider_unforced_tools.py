"""A model that cannot be made to call the tool that is named is offered it alone, and may call it."""

from __future__ import annotations

import pytest

from llm_router.adapters.providers import anthropic_request, bedrock_request
from llm_router.generation.chat import Tool, ToolChoice, ToolMode
from tests.support.chat import WEATHER, ask
from tests.unit.test_provider_openai_requests import posted, quirks_of

REQUEST = ask(tools=(WEATHER, Tool("time")), tool_choice=ToolChoice(ToolMode.REQUIRED, "time"))
BOTH = ["get_weather", "time"]


@pytest.mark.parametrize(
    ("model", "offered"), [("claude-haiku-5-5", ["time"]), ("claude-opus-5-5", ["time"]), ("claude-opus-5", BOTH)]
)
def test_a_claude_is_offered_the_named_tool_alone_where_it_only_may_call_it(model: str, offered: list[str]):
    at_home = anthropic_request.body(model, REQUEST, stream=False)["tools"]
    at_bedrock = bedrock_request.body(f"anthropic.{model}", REQUEST)["toolConfig"]
    assert isinstance(at_home, list)
    assert isinstance(at_bedrock, dict)
    assert isinstance(at_bedrock["tools"], list)
    assert [tool["name"] for tool in at_home if isinstance(tool, dict)] == offered
    assert ["time" in str(tool) for tool in at_bedrock["tools"]] == [name == "time" for name in offered]


@pytest.mark.parametrize(("name", "offered"), [("deepseek", ["time"]), ("alibaba", ["time"]), ("openai", BOTH)])
def test_so_is_whoever_speaks_openai_s_form(name: str, offered: list[str]):
    assert [tool["function"]["name"] for tool in posted(REQUEST, quirks_of(name))["tools"]] == offered


@pytest.mark.parametrize("name", ["deepseek", "alibaba"])
@pytest.mark.parametrize(
    ("choice", "sent"),
    [
        (ToolChoice(ToolMode.REQUIRED), "auto"),
        (ToolChoice(name="get_weather"), "auto"),
        (ToolChoice(ToolMode.NONE), "none"),
        (None, None),
    ],
)
def test_where_no_call_can_be_forced_the_model_may_call(name: str, choice: ToolChoice | None, sent: str | None):
    assert posted(ask(tools=(WEATHER,), tool_choice=choice), quirks_of(name)).get("tool_choice") == sent
