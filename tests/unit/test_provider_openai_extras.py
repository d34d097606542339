"""Fields of OpenAI's own: sent to the speakers that take them, and to no other."""

from __future__ import annotations

import pytest

from llm_router.generation.chat import ChatMessage, ChatRequest, ImagePart, OwnFields, Role
from tests.support.chat import ask
from tests.unit.test_provider_openai_requests import posted, quirks_of


@pytest.mark.parametrize(
    ("speaker", "model", "sent"),
    [
        ("openai", "gpt-4o", {"logit_bias": {"42": 5.0}}),
        ("openai", "gpt-5.6", {"verbosity": "low"}),
        ("azure", "gpt-4.1-mini", {"logit_bias": {"42": 5.0}}),
        ("groq", "gpt-oss-120b", {}),
        ("ollama", "gemma", {}),
    ],
)
def test_a_bias_and_a_verbosity_go_where_they_are_known(speaker: str, model: str, sent: dict[str, object]):
    body = posted(ask("Hi", logit_bias=(("42", 5.0),), verbosity="low"), quirks_of(speaker), model)
    assert {name: body[name] for name in ("logit_bias", "verbosity") if name in body} == sent


OWN = OwnFields("someone", "s-1", "p-1", store=True, metadata='{"a": "b"}')
KEPT = {"user": "someone", "safety_identifier": "s-1", "prompt_cache_key": "p-1", "store": True, "metadata": {"a": "b"}}


@pytest.mark.parametrize(("speaker", "sent"), [("openai", KEPT), ("azure", KEPT), ("groq", {}), ("ollama", {})])
def test_what_openai_keeps_beside_a_question_goes_to_openai_and_azure(speaker: str, sent: dict[str, object]):
    body = posted(ask("Hi", own=OWN), quirks_of(speaker), "gpt-5.6")
    assert {name: body[name] for name in KEPT if name in body} == sent


@pytest.mark.parametrize(
    ("speaker", "model", "sent"),
    [
        *(("azure", name, True) for name in ("gpt-35-turbo", "gpt-4.1", "o4-mini", "codex-mini")),
        *(("azure", name, False) for name in ("DeepSeek-V3.2", "Kimi-K2.5", "gpt-oss-120b", "grok-4", "mine")),
        *(("openai", name, True) for name in ("chatgpt-4o-latest", "ft:gpt-4.1-mini:me::1", "o3")),
    ],
)
def test_a_deployment_of_another_makers_model_gets_none_of_it(speaker: str, model: str, sent: bool):
    body = posted(ask("Hi", own=OWN), quirks_of(speaker), model)
    assert [name in body for name in KEPT] == [sent] * len(KEPT)


@pytest.mark.parametrize("store", [None, False])
def test_metadata_goes_only_with_what_is_stored(store: bool | None):
    body = posted(ask("Hi", own=OwnFields(store=store, metadata='{"a": "b"}')), quirks_of("openai"), "gpt-4.1")
    assert (body.get("store"), "metadata" in body) == (store, False)


def test_a_name_that_openai_would_find_too_long_is_stood_for_by_a_shorter_one_always_the_same():
    def sent(user: str) -> str:
        return posted(ask("Hi", own=OwnFields(user)), quirks_of("openai"), "gpt-4.1")["user"]

    assert (sent("u" * 64), len(sent("u" * 65))) == ("u" * 64, 64)
    assert sent("u" * 65) == sent("u" * 65) != sent("u" * 66)


@pytest.mark.parametrize(
    ("speaker", "model", "detail"),
    [
        ("openai", "gpt-5.4", "original"),
        ("openai", "gpt-6-astra", "original"),
        ("azure", "gpt-5.6-terra", "original"),
        ("openai", "gpt-5.4-mini", "high"),
        ("openai", "gpt-5.2", "high"),
        ("openai", "gpt-4.1", "high"),
        ("groq", "llama-4-scout", "high"),
    ],
)
def test_a_picture_is_looked_at_in_its_original_detail_where_that_is_known(speaker: str, model: str, detail: str):
    def sent(wanted: str) -> str:
        picture = ImagePart("https://x.example/a.png", wanted)
        body = posted(ChatRequest((ChatMessage(Role.USER, (picture,)),)), quirks_of(speaker), model)
        return body["messages"][0]["content"][0]["image_url"]["detail"]

    assert (sent("original"), sent("low")) == (detail, "low")
