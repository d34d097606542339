"""What a caller sends is turned into a conversation once, however many steps of the request look at it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

import pytest

from llm_router.conversation import Turn
from llm_router.generation.beside_text import beside_tokens
from llm_router.schemas.messages import Message
from tests.support.service import Service, service

T = TypeVar("T")
MESSAGES = [
    {"role": "system", "content": "You are brief."},
    {"role": "user", "content": [{"type": "text", "text": "Write a Python function to sort a list"}]},
    {"role": "assistant", "content": "Which order?"},
    {"role": "user", "content": "Descending, please"},
]


@pytest.fixture(scope="module")
def api():
    with service(DEMO_PROVIDER="true") as running:
        yield running


@pytest.fixture
def made(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is made of messages from now on, by name."""
    found: list[str] = []

    def noted(name: str, make: Callable[..., T]) -> Callable[..., T]:
        def call(*given: object, **named: object) -> T:
            found.append(name)
            return make(*given, **named)

        return call

    monkeypatch.setattr("llm_router.schemas.messages.Turn", noted("turn", Turn))
    monkeypatch.setattr("llm_router.schemas.route.beside_tokens", noted("tokens", beside_tokens))
    return found


@pytest.mark.parametrize("mode", ["recommend", "generate"])
def test_a_conversation_to_route_is_made_once(api: Service, made: list[str], mode: str):
    assert api.post("/route", {"messages": MESSAGES, "mode": mode}).status == 200
    assert sorted(made) == ["tokens", *["turn"] * len(MESSAGES)]


@pytest.mark.parametrize("stream", [False, True])
def test_a_conversation_to_complete_is_made_once(api: Service, made: list[str], stream: bool):
    reply = api.post("/v1/chat/completions", {"model": "auto", "messages": MESSAGES, "stream": stream})
    assert reply.status == 200
    assert made == ["turn"] * len(MESSAGES)


def test_what_was_made_of_a_message_is_no_part_of_it():
    fresh, used = (Message.model_validate({"role": "user", "content": "hello"}) for _ in range(2))
    assert used.turn.text == "hello"
    assert used == fresh
    assert used.model_dump_json() == fresh.model_dump_json()
