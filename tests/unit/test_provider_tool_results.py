"""The results of a turn's calls stand as the calls do, in whatever order they come, and go by the call before them."""

from __future__ import annotations

import json

import pytest

from llm_router.adapters.providers import anthropic_request, bedrock_request, gemini_request
from llm_router.adapters.providers.conversation import compact
from llm_router.generation.chat import ChatMessage, ChatRequest, Role, TextPart, ToolCall
from tests.support.chat import text


def calls(*named: tuple[str, str]) -> ChatMessage:
    """The assistant's calls, each by its id and its tool's name."""
    return ChatMessage(Role.ASSISTANT, tool_calls=tuple(ToolCall(known, name, "{}") for known, name in named))


def result(known: str, words: str, name: str | None = None) -> ChatMessage:
    return ChatMessage(Role.TOOL, (TextPart(words),), tool_call_id=known, name=name)


def at_gemini(model: str, *messages: ChatMessage) -> list[tuple[str, str]]:
    """Which tool has given what, in the order in which Gemini is told."""
    sent = json.loads(compact(gemini_request.body(model, ChatRequest(messages))))
    parts = [part for turn in sent["contents"] for part in turn["parts"]]
    told = [part["functionResponse"] for part in parts if "functionResponse" in part]
    return [(each["name"], str(each["response"]["result"])) for each in told]


HI = text(Role.USER, "Hi")
TWO = calls(("a", "weather"), ("b", "weather"), ("c", "time"))
SWAPPED = HI, TWO, result("c", "noon"), result("b", "snow"), text(Role.USER, "So?"), result("a", "rain")


@pytest.mark.parametrize("model", ["gemini-2.5-flash", "gemini-3-pro"])
def test_results_that_come_in_another_order_are_told_in_that_of_their_calls(model: str):
    assert at_gemini(model, *SWAPPED) == [("weather", "rain"), ("weather", "snow"), ("time", "noon")]


def test_so_they_are_to_claude_and_bedrock_and_before_what_the_user_says():
    claude = anthropic_request.body("claude-haiku-4-5", ChatRequest(SWAPPED), stream=False)
    bedrock = bedrock_request.body("amazon.nova-pro-v1:0", ChatRequest(SWAPPED))
    told = [json.loads(compact(each))["messages"][-1]["content"] for each in (claude, bedrock)]
    assert [block.get("tool_use_id") for block in told[0]] == ["a", "b", "c", None]
    assert [block.get("toolResult", {}).get("toolUseId") for block in told[1]] == ["a", "b", "c", None]


def test_an_id_that_is_used_again_names_the_call_before_its_result():
    again = HI, calls(("1", "weather")), result("1", "rain"), calls(("1", "time")), result("1", "noon")
    assert at_gemini("gemini-2.5-flash", *again) == [("weather", "rain"), ("time", "noon")]


def test_a_result_of_no_call_that_is_known_goes_by_its_own_name_behind_those_of_calls():
    told = at_gemini("gemini-2.5-flash", HI, TWO, result("x", "?", "other"), result("a", "rain"))
    assert told == [("weather", "rain"), ("other", "?")]


def test_the_results_of_several_turns_stay_in_their_turns():
    first, second = calls(("a", "f"), ("b", "g")), calls(("c", "h"), ("a", "i"))
    told = at_gemini(
        "gemini-2.5-flash",
        HI,
        first,
        result("b", "two"),
        result("a", "one"),
        second,
        result("a", "four"),
        result("c", "three"),
    )
    assert told == [("f", "one"), ("g", "two"), ("h", "three"), ("i", "four")]
