"""Whether a request makes a model think is what its provider is sent, and what is priced."""

from __future__ import annotations

from dataclasses import replace

import pytest

from llm_router.adapters.providers import anthropic_request, bedrock_request
from llm_router.adapters.providers.thinking import thinks
from llm_router.catalogue.bundled import bundled
from llm_router.catalogue.entry import Capability
from llm_router.generation.chat import ChatMessage, ChatRequest, JsonFormat, Role, TextPart, ToolChoice, ToolMode
from llm_router.json_values import Json
from tests.support.chat import SCHEMA, WEATHER, ask, conversation
from tests.support.models import model

ADAPTIVE: dict[str, Json] = {"type": "adaptive"}
TOLD: dict[str, Json] = {"type": "adaptive", "display": "summarized"}
REASONS = frozenset({Capability.REASONING})
BEGUN = ChatRequest((*ask().messages, ChatMessage(Role.ASSISTANT, (TextPart("It is"),))))


def budget(tokens: int) -> dict[str, Json]:
    return {"type": "enabled", "budget_tokens": tokens}


@pytest.mark.parametrize(
    ("name", "effort", "longest", "thinking", "tries"),
    [
        ("claude-haiku-4-5", "low", None, budget(1024), None),
        ("claude-haiku-4-5-20251001", "high", 64_000, budget(16_384), None),
        ("claude-haiku-4-5", "high", None, budget(4096), None),
        ("claude-haiku-4-5", "high", 3000, budget(1500), None),
        ("claude-haiku-4-5", "high", 2000, None, None),
        ("claude-haiku-4-5", "minimal", None, None, None),
        ("claude-opus-4-1", "low", None, budget(1024), None),
        ("claude-sonnet-4-20250514", "low", None, budget(1024), None),
        ("claude-opus-4-5", "medium", 9000, budget(4096), "medium"),
        ("claude-opus-4-6", "high", 100, ADAPTIVE, "high"),
        ("claude-opus-4-6", "max", None, ADAPTIVE, "max"),
        ("claude-sonnet-4-6", "xhigh", None, ADAPTIVE, "high"),
        ("claude-opus-4-7", "xhigh", None, ADAPTIVE, "xhigh"),
        ("claude-opus-4-8", "max", None, ADAPTIVE, "max"),
        ("claude-opus-4-5", "max", 64_000, budget(16_384), "high"),
        ("claude-opus-5-5", "max", None, None, "max"),
        ("claude-haiku-5-5", "xhigh", None, None, "xhigh"),
        ("claude-sonnet-4-6", "minimal", None, None, "low"),
        ("claude-sonnet-4-6", "none", None, None, None),
        ("claude-sonnet-4-6", None, None, None, None),
        ("claude-opus-5", "medium", None, None, "medium"),
        ("claude-opus-5", "none", None, {"type": "disabled"}, None),
        ("claude-sonnet-5-20260601", "none", None, {"type": "disabled"}, None),
        ("claude-haiku-5-5", "none", None, {"type": "disabled"}, None),
        ("claude-sonnet-5-5", "none", None, {"type": "between_tools"}, None),
        ("claude-opus-5-5", "none", None, None, "low"),
        ("claude-fable-5-1", "none", None, None, "low"),
        ("claude-fable-5", "none", None, None, "low"),
    ],
)  # fmt: skip
def test_a_claude_is_told_to_think_as_its_generation_takes_it(name, effort, longest, thinking, tries):
    sent = anthropic_request.body(name, ask(reasoning_effort=effort, max_tokens=longest, top_p=0.9), stream=False)
    assert sent.get("thinking") == thinking
    assert sent.get("output_config") == (None if tries is None else {"effort": tries})
    on = thinking is not None and thinking["type"] in {"enabled", "adaptive"}
    assert ("top_p" in sent) is (not on and name.startswith(("claude-haiku-4", "claude-sonnet-4", "claude-opus-4-1")))


@pytest.mark.parametrize(
    ("name", "effort", "told"),
    [
        ("claude-haiku-4-5", "low", budget(1024)),
        ("claude-opus-4-6", "high", ADAPTIVE),
        ("claude-opus-4-7", "high", TOLD),
        ("claude-opus-4-8", "max", TOLD),
        ("claude-sonnet-5", "low", TOLD),
        ("claude-haiku-5-5", "high", TOLD),
        ("claude-sonnet-5-5", "high", TOLD),
        ("claude-fable-5-1", "medium", TOLD),
    ],
)
def test_a_claude_that_tells_no_thoughts_of_its_own_accord_is_asked_for_them(name, effort, told):
    request = ask(reasoning_effort=effort, wants_thoughts=True)
    assert anthropic_request.body(name, request, stream=False)["thinking"] == told
    fields = bedrock_request.body(f"anthropic.{name}-v1:0", request)["additionalModelRequestFields"]
    assert isinstance(fields, dict)
    assert fields["thinking"] == told


def test_who_does_not_think_is_not_asked_for_thoughts():
    request = ask(reasoning_effort="none", wants_thoughts=True)
    always = [(name, None) for name in ("claude-fable-5", "claude-haiku-5", "claude-opus-5-5")]
    for name, off in (("claude-opus-4-7", None), ("claude-sonnet-5-5", {"type": "between_tools"}), *always):
        assert anthropic_request.body(name, request, stream=False).get("thinking") == off


@pytest.mark.parametrize(
    ("name", "told"), [("claude-opus-4-7", None), ("claude-opus-5", None), ("claude-sonnet-5-5", TOLD)]
)
def test_nobody_is_asked_for_thoughts_who_has_to_call_a_tool_first(name: str, told: dict[str, Json] | None):
    forced = ask(tools=(WEATHER,), tool_choice=ToolChoice(ToolMode.REQUIRED))
    request = replace(forced, reasoning_effort="high", wants_thoughts=True)
    assert anthropic_request.body(name, request, stream=False).get("thinking") == told


@pytest.mark.parametrize(
    ("request_", "by_budget", "adaptive"),
    [
        (ask(tools=(WEATHER,)), True, True),
        (ask(tools=(WEATHER,), tool_choice=ToolChoice(ToolMode.REQUIRED)), False, False),
        (ask(json_format=JsonFormat(SCHEMA)), False, False),
        (conversation(), False, True),
        (BEGUN, False, True),
    ],
)
def test_no_claude_is_told_to_think_where_it_would_refuse_the_request(request_, by_budget: bool, adaptive: bool):
    request = replace(request_, reasoning_effort="high")
    for name, told in (("claude-haiku-4-5", by_budget), ("claude-sonnet-4-6", adaptive)):
        assert ("thinking" in anthropic_request.body(name, request, stream=False)) is told
        served = f"anthropic.{name}"
        assert ("additionalModelRequestFields" in bedrock_request.body(served, request)) is told
        for provider, called in (("anthropic", name), ("bedrock", served)):
            asked = model("m", provider=provider, api_alias=called, capabilities=REASONS, thinks=False)
            assert thinks(asked, request) is told


@pytest.mark.parametrize(
    ("name", "effort", "fields"),
    [
        ("anthropic.claude-haiku-4-5-20251001-v1:0", "high", {"thinking": budget(4096)}),
        ("anthropic.claude-opus-4-5-20251101-v1:0", "low", {"thinking": budget(1024)}),
        ("anthropic.claude-opus-4-6-v1", "low", {"thinking": ADAPTIVE, "output_config": {"effort": "low"}}),
        ("anthropic.claude-opus-4-6-v1", "max", {"thinking": ADAPTIVE, "output_config": {"effort": "max"}}),
        ("anthropic.claude-opus-4-6-v1", "minimal", None),
        ("anthropic.claude-sonnet-5", "high", {"thinking": ADAPTIVE, "output_config": {"effort": "high"}}),
        ("anthropic.claude-sonnet-5", "minimal", {"thinking": ADAPTIVE, "output_config": {"effort": "low"}}),
        ("anthropic.claude-sonnet-5", "none", {"output_config": {"effort": "low"}}),
        ("anthropic.claude-sonnet-5", None, None),
        ("amazon.nova-2-lite-v1:0", "low", {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "low"}}),
        ("amazon.nova-2-lite-v1:0", "high", {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "medium"}}),
        ("amazon.nova-2-lite-v1:0", "max", {"reasoningConfig": {"type": "enabled", "maxReasoningEffort": "medium"}}),
        ("amazon.nova-2-lite-v1:0", "none", None),
        ("amazon.nova-pro-v1:0", "high", None),
        ("zai.glm-5", "high", None),
    ],
)
def test_bedrock_passes_on_what_makes_a_model_think(name: str, effort: str | None, fields: dict[str, Json] | None):
    sent = bedrock_request.body(name, ask(reasoning_effort=effort, temperature=0.5))
    assert sent.get("additionalModelRequestFields") == fields
    assert fields is None or "inferenceConfig" not in sent


@pytest.mark.parametrize(
    "request_", [ask(tools=(WEATHER,), tool_choice=ToolChoice(ToolMode.REQUIRED)), ask(json_format=JsonFormat(SCHEMA))]
)
@pytest.mark.parametrize("effort", ["none", "high"])
def test_at_bedrock_nothing_is_said_of_thinking_beside_a_tool_that_has_to_be_called(request_, effort: str):
    sent = bedrock_request.body("anthropic.claude-sonnet-5", replace(request_, reasoning_effort=effort))
    assert "additionalModelRequestFields" not in sent
    tools = sent["toolConfig"]
    assert isinstance(tools, dict)
    assert tools["toolChoice"] in ({"any": {}}, {"tool": {"name": "answer"}})


def test_at_bedrock_an_effort_alone_makes_no_model_think():
    asked = model("m", provider="bedrock", api_alias="anthropic.claude-sonnet-5", capabilities=REASONS, thinks=False)
    assert not thinks(asked, ask(reasoning_effort="none"))
    assert thinks(asked, ask(reasoning_effort="minimal"))


class _Unread(tuple[ChatMessage, ...]):
    """Messages that may be looked at one by one, and not all."""

    def __iter__(self):
        raise AssertionError("the whole conversation is read")


@pytest.mark.parametrize("name", ["claude-haiku-4-5", "claude-sonnet-4-6", "claude-opus-5"])
def test_whether_a_claude_thinks_is_found_without_reading_the_whole_conversation(name: str):
    request = replace(ask(reasoning_effort="high"), messages=_Unread(ask().messages * 3))
    for provider, called in (("anthropic", name), ("bedrock", f"anthropic.{name}")):
        assert thinks(model("m", provider=provider, api_alias=called, capabilities=REASONS), request)


def test_a_model_without_another_name_is_told_to_think_by_its_own():
    known = model("m", provider="anthropic", capabilities=REASONS, thinks=False)
    assert thinks(replace(known, id="claude-sonnet-4-6", api_alias=None), ask(reasoning_effort="high"))


@pytest.mark.parametrize(
    ("id", "effort", "tools", "told"),
    [
        ("openai/gpt-5.4", "high", False, True),
        ("openai/gpt-5.4", "high", True, False),
        ("openai/gpt-5.4", None, False, False),
        ("openai/gpt-5.1", "high", True, True),
        ("openai/gpt-5.1", "minimal", False, False),
        ("anthropic/claude-haiku-4-5", "high", False, True),
        ("anthropic/claude-haiku-5-5", "none", False, False),
        ("anthropic/claude-haiku-5-5", "low", False, True),
        ("anthropic/claude-opus-5-5", "none", False, True),
        ("google/gemini-2.5-flash", "none", False, False),
        ("google/gemini-2.5-pro", "none", False, True),
        ("google/gemini-2.5-flash-lite", "low", False, True),
        ("google/gemini-2.5-flash-lite", None, False, False),
        ("google/gemini-3.5-flash-lite", "minimal", False, False),
        ("google/gemini-3-flash-preview", "minimal", False, True),
        ("mistral/mistral-small-2603", "high", False, True),
        ("mistral/mistral-small-2603", "low", False, False),
        ("deepseek/deepseek-v3.2", "high", False, False),
        ("fireworks/deepseek-v3p2", "high", False, False),
        ("sambanova/deepseek-v3.1", "high", False, False),
        ("bedrock/amazon.nova-2-lite-v1:0", "high", False, True),
        ("bedrock/amazon.nova-pro-v1:0", "high", False, False),
    ],
)
def test_of_a_model_it_is_reckoned_with_just_what_it_is_told(id: str, effort: str | None, tools: bool, told: bool):
    request = ask(reasoning_effort=effort, tools=(WEATHER,) if tools else (), max_tokens=8000)
    assert thinks(bundled().models[id], request) is told


@pytest.mark.parametrize("effort", [None, "none", "low", "xhigh"])
def test_nobody_is_reckoned_to_think_who_cannot(effort: str | None):
    for each in bundled().active():
        if not each.can_think:
            assert not thinks(each, ask(reasoning_effort=effort))


@pytest.mark.parametrize("effort", ["none", "low", None])
def test_who_is_not_known_to_take_no_effort_is_reckoned_to_think_all_the_same(effort: str | None):
    keen = model("m", provider="openrouter", capabilities=REASONS)
    assert thinks(keen, ask(reasoning_effort=effort))
    assert thinks(replace(keen, provider="unknown"), ask(reasoning_effort=effort))
