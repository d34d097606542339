"""Tools, as Anthropic's own SDK has the running service use them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest
from anthropic import Anthropic, BadRequestError, beta_tool
from anthropic.types import MessageParam, ToolUseBlock

from llm_router.adapters.providers.tool_names import short
from tests.support.anthropic_sdk import ASKED, PIXEL, TOOL, connected, text_of
from tests.support.openai_sdk import PINNED
from tests.support.provider_answers import Call, Said
from tests.support.provider_server import ProviderServer
from tests.support.running import Running


@pytest.fixture
def client(running: Running) -> Iterator[Anthropic]:
    with connected(running, running.admin_key) as found:
        yield found


@pytest.mark.parametrize("streamed", [False, True])
def test_a_tool_is_used_and_its_result_goes_back(client: Anthropic, provider: ProviderServer, streamed: bool):
    provider.then(Said("", calls=(Call(arguments={"city": "Rome"}),)), Said("Sunny."))
    asked: dict[str, Any] = {"model": "auto", "max_tokens": 50, "tools": [TOOL]}
    if streamed:
        with client.messages.stream(**asked, messages=ASKED, tool_choice={"type": "any"}) as stream:
            first = stream.get_final_message()
    else:
        first = client.messages.create(**asked, messages=ASKED, tool_choice={"type": "any"})
    (use,) = first.content
    assert isinstance(use, ToolUseBlock)
    assert (use.name, use.input, first.stop_reason) == ("get_weather", {"city": "Rome"}, "tool_use")
    turns: list[MessageParam] = [*ASKED, first.to_param(), {"role": "user", "content": [
        {"type": "tool_result", "tool_use_id": use.id, "content": "sunny"}, {"type": "text", "text": "And now?"},
    ]}]  # fmt: skip
    assert text_of(client.messages.create(**asked, messages=turns).content) == "Sunny."
    asked_first, answered = (each.json for each in provider.requests)
    assert asked_first["tool_choice"] == "required"
    assert asked_first["tools"][0]["function"]["parameters"] == TOOL["input_schema"]
    assert [each["role"] for each in answered["messages"]] == ["user", "assistant", "tool", "user"]
    assert answered["messages"][1]["tool_calls"][0]["id"] == answered["messages"][2]["tool_call_id"] == use.id
    assert answered["messages"][2]["content"] == "sunny"


@beta_tool
def get_weather(city: str) -> str:
    """Tells it."""
    return f"Rain in {city}."


@pytest.mark.parametrize("model", ["auto", PINNED])
def test_the_sdks_tool_runner_goes_on_without_a_thread(client: Anthropic, provider: ProviderServer, model: str):
    provider.then(Said("", calls=(Call(arguments={"city": "Rome"}),)), Said("It rains."))
    asked: dict[str, Any] = {"model": model, "max_tokens": 50, "messages": ASKED}
    told = list(client.beta.messages.tool_runner(**asked, tools=[get_weather]))
    assert [each.stop_reason for each in told] == ["tool_use", "end_turn"]
    assert told[-1].content[0].to_dict()["text"] == "It rains."
    assert provider.requests[1].json["messages"][-1]["content"] == "Rain in Rome."
    with pytest.raises(BadRequestError) as raised:
        client.beta.messages.create(**asked, thread={"type": "create"})
    assert raised.value.error_code == "thread_unsupported_request"
    assert str(raised.value.api_message).startswith("thread: ")


def test_a_picture_that_a_tool_gave_is_shown_to_models_that_speak_openais_form(
    client: Anthropic, provider: ProviderServer
):
    picture = {"type": "image", "source": {"type": "base64", "media_type": "image/gif", "data": PIXEL}}
    use = {"type": "tool_use", "id": "a", "name": "get_weather", "input": {}}
    turns: Any = [
        *ASKED,
        {"role": "assistant", "content": [use]},
        {"role": "user", "content": [{"type": "tool_result", "tool_use_id": "a", "content": [picture]}]},
    ]
    client.messages.create(model=PINNED, max_tokens=50, messages=turns, tools=[TOOL])
    *_, result, shown = provider.requests[0].json["messages"]
    assert (result["role"], shown["role"]) == ("tool", "user")
    assert isinstance(result["content"], str)
    assert shown["content"] == [{"type": "image_url", "image_url": {"url": f"data:image/gif;base64,{PIXEL}"}}]


@pytest.mark.parametrize("streamed", [False, True])
def test_a_tool_with_a_long_name_is_called_by_it(client: Anthropic, provider: ProviderServer, streamed: bool):
    name = "mcp__plugin_chrome-devtools-mcp_chrome-devtools__performance_analyze_insight"
    provider.then(Said("", calls=(Call(name=short(name)),)))
    asked: dict[str, Any] = {"model": "auto", "max_tokens": 50, "messages": ASKED, "tools": [{**TOOL, "name": name}]}
    if streamed:
        with client.messages.stream(**asked) as stream:
            found = stream.get_final_message()
    else:
        found = client.messages.create(**asked)
    (use,) = found.content
    assert isinstance(use, ToolUseBlock)
    assert use.name == name
    assert [each["function"]["name"] for each in provider.requests[0].json["tools"]] == [short(name)]


def test_calls_are_told_apart(client: Anthropic, provider: ProviderServer):
    said = Said("I ask.", calls=(Call(id="a"), Call(id="b", arguments={"city": "Rome"})))
    provider.then(said, said)
    asked: dict[str, Any] = {"model": PINNED, "max_tokens": 50, "messages": ASKED, "tools": [TOOL]}
    with client.messages.stream(**asked) as stream:
        found = stream.get_final_message()
    for each in (found, client.messages.create(**asked)):
        assert [block.type for block in each.content] == ["text", "tool_use", "tool_use"]
        assert [(block.id, block.input["city"]) for block in each.content if isinstance(block, ToolUseBlock)] == [
            ("a", "Paris"),
            ("b", "Rome"),
        ]
