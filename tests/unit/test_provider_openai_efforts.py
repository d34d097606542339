"""How hard a model is asked to think: in OpenAI's words, and in those that each model takes."""

from __future__ import annotations

import pytest

from tests.support.chat import WEATHER, ask
from tests.unit.test_provider_openai_requests import posted, quirks_of


@pytest.mark.parametrize("name", ["openai", "azure"])
@pytest.mark.parametrize(
    ("model", "asked_for", "alone", "beside_tools"),
    [
        ("gpt-4.1", "high", None, None),
        ("gpt-5.1", "high", "high", "high"),
        ("gpt-5.4-mini", "high", "high", "none"),
        ("gpt-5.6-terra", None, None, "none"),
        ("gpt-6", "low", "low", "none"),
        ("gpt-6-astra", "low", "low", None),
        ("gpt-6-astra", None, None, None),
    ],
)
def test_beside_tools_a_model_is_asked_for_the_only_effort_that_it_takes(name, model, asked_for, alone, beside_tools):
    quirks = quirks_of(name)
    for tools, effort in (((), alone), ((WEATHER,), beside_tools)):
        sent = posted(ask(reasoning_effort=asked_for, tools=tools), quirks, model)
        assert sent.get("reasoning_effort", "absent") == (effort or "absent")


@pytest.mark.parametrize(
    ("name", "model", "asked_for", "sent"),
    [
        ("openai", "gpt-5.1", "minimal", "none"),
        ("openai", "gpt-5.1-2025-11-13", "xhigh", "high"),
        ("azure", "gpt-5-mini", "none", "minimal"),
        ("openai", "gpt-5", "xhigh", "high"),
        ("openai", "gpt-5-nano", "minimal", "minimal"),
        ("openai", "gpt-5-chat-latest", "low", None),
        ("openai", "gpt-5.2", "minimal", "none"),
        ("openai", "gpt-5.4", "max", "xhigh"),
        ("openai", "gpt-5.6-terra", "xhigh", "xhigh"),
        ("azure", "gpt-5.6-terra", "max", "max"),
        ("openai", "gpt-6-astra", "max", "max"),
        ("openai", "gpt-6-sol", "max", "max"),
        ("openai", "o3", "max", "high"),
        ("openai", "gpt-6-sol", "none", "none"),
        ("openai", "gpt-6.1-sol", "none", "low"),
        ("openai", "o3", "none", "low"),
        ("openai", "o4-mini", "xhigh", "high"),
        ("xai", "grok-3-mini", "medium", "low"),
        ("xai", "grok-3-mini", "xhigh", "high"),
        *((name, "gpt-oss-120b", "minimal", "low")
          for name in ("groq", "together", "fireworks", "cerebras", "deepinfra", "vllm", "ollama")),
        ("ollama", "qwen3.5", "minimal", "none"),
        ("vllm", "a-model-of-mine", "xhigh", "xhigh"),
        ("vllm", "a-model-of-mine", "max", "xhigh"),
        ("openrouter", "openai/o3", "minimal", "minimal"),
        ("openai", "gpt-5.1", None, None),
        ("mistral", "mistral-small-2603", "high", "high"),
        ("mistral", "mistral-medium-2604", "medium", "high"),
        ("mistral", "mistral-medium-2604", "low", "none"),
        ("mistral", "mistral-large-2512", "high", None),
    ],
)  # fmt: skip
def test_a_model_is_asked_for_the_effort_nearest_to_the_one_wanted_that_it_takes(name, model, asked_for, sent):
    assert posted(ask(reasoning_effort=asked_for), quirks_of(name), model).get("reasoning_effort") == sent


@pytest.mark.parametrize(
    ("model", "effort", "tools", "takes"),
    [
        ("gpt-5.1", None, (), True),
        ("gpt-5.1", "none", (), True),
        ("gpt-5.1", "minimal", (), True),
        ("gpt-5.1", "low", (), False),
        ("gpt-5.2", "high", (), False),
        ("gpt-5.4-mini", "high", (), False),
        ("gpt-5.4-mini", "high", (WEATHER,), True),
        ("gpt-4.1", "high", (), True),
    ],
)
def test_models_that_may_reason_take_sampling_only_where_they_do_not(model, effort, tools, takes):
    request = ask(temperature=0.1, top_p=0.5, stop=("x",), reasoning_effort=effort, tools=tools)
    sent = posted(request, quirks_of("openai"), model)
    assert [field in sent for field in ("temperature", "top_p", "stop")] == [takes, takes, True]
