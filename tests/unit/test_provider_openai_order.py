"""OpenAI's protocol at Mistral's models: they take nothing of the user's right behind a tool's result."""

from __future__ import annotations

import pytest

from llm_router.adapters.providers.openai_request import NOTED, SEE_BELOW
from llm_router.generation.chat import ChatMessage, ChatRequest, ImagePart, Role, TextPart, ToolCall
from tests.support.chat import text
from tests.unit.test_provider_openai_requests import posted, quirks_of

CALLED = ChatMessage(Role.ASSISTANT, tool_calls=(ToolCall("a", "f", "{}"), ToolCall("b", "f", "{}")))
RAIN = ChatMessage(Role.TOOL, (TextPart("rain"),), tool_call_id="a")
PICTURE = ChatMessage(Role.TOOL, (ImagePart("https://x.example/a.png"),), tool_call_id="b")
SEEN = [{"type": "image_url", "image_url": {"url": "https://x.example/a.png"}}]
MISTRALS = [
    ("mistral", "mistral-large-2512"),
    ("mistral", "open-nemo"),
    ("openrouter", "mistralai/devstral-small"),
    ("together", "mistralai/Mixtral-8x7B-Instruct-v0.1"),
    ("azure", "Mistral-Large-3"),
]


def said(provider: str, model: str, *messages: ChatMessage) -> list[tuple[str, object]]:
    """What is put to the model behind the calls."""
    request = ChatRequest((text(Role.USER, "Hi"), CALLED, *messages))
    sent = posted(request, quirks_of(provider), model)["messages"]
    return [(each["role"], each["content"]) for each in sent[2:]]


@pytest.mark.parametrize(("provider", "model"), MISTRALS)
def test_the_assistant_says_a_word_before_a_text_behind_a_result(provider: str, model: str):
    assert said(provider, model, RAIN, RAIN, text(Role.USER, "So?"), text(Role.USER, "Well?")) == [
        ("tool", "rain"),
        ("tool", "rain"),
        ("assistant", NOTED),
        ("user", "So?"),
        ("user", "Well?"),
    ]


@pytest.mark.parametrize(("provider", "model"), MISTRALS)
def test_it_does_before_pictures_that_a_tool_gave(provider: str, model: str):
    assert said(provider, model, RAIN, PICTURE, text(Role.USER, "So?"), CALLED, PICTURE) == [
        ("tool", "rain"),
        ("tool", SEE_BELOW),
        ("assistant", NOTED),
        ("user", SEEN),
        ("user", "So?"),
        ("assistant", None),
        ("tool", SEE_BELOW),
        ("assistant", NOTED),
        ("user", SEEN),
    ]


def test_it_says_no_more_where_it_has_answered_itself():
    answered = said("mistral", "mistral-large-2512", RAIN, text(Role.ASSISTANT, "Rain."), text(Role.USER, "Oh."))
    assert answered == [("tool", "rain"), ("assistant", "Rain."), ("user", "Oh.")]
    assert said("mistral", "mistral-large-2512", RAIN) == [("tool", "rain")]


@pytest.mark.parametrize(("provider", "model"), [("openai", "gpt-4.1"), ("groq", "gpt-oss-20b"), ("azure", "gpt-5")])
def test_other_models_are_told_nothing_more(provider: str, model: str):
    assert said(provider, model, RAIN, text(Role.USER, "So?")) == [("tool", "rain"), ("user", "So?")]
