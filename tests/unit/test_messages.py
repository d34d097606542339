"""What clients send back of earlier turns, and what their SDKs add: taken, and said to each provider as it takes it."""

from __future__ import annotations

import re

from pydantic import TypeAdapter

from llm_router.adapters.providers.conversation import new_call_id, turns
from llm_router.generation.chat import ChatMessage, ChatRequest, ImagePart, Role, TextPart
from llm_router.schemas.chat_request import ChatCompletionRequest
from llm_router.schemas.messages import Message


def sent(**fields: object) -> ChatMessage:
    return TypeAdapter(Message).validate_python(fields).chat()


def said(*messages: tuple[Role, str]) -> list[tuple[Role, list[str]]]:
    request = ChatRequest(tuple(ChatMessage(role, (TextPart(text),) if text else ()) for role, text in messages))
    return [
        (role, [part.text for each in together for part in each.parts if isinstance(part, TextPart)])
        for role, together in turns(request)
    ]


def test_a_refusal_of_an_earlier_turn_is_what_the_assistant_said():
    assert sent(role="assistant", content=None, refusal="I cannot.").parts == (TextPart("I cannot."),)
    assert sent(role="assistant", content="Yes.", refusal="I cannot.").parts == (TextPart("Yes."),)
    assert sent(role="assistant", content=None).parts == ()


def test_marks_for_a_cache_of_prompts_and_the_finest_view_of_a_picture_are_taken():
    mark = {"prompt_cache_breakpoint": {"mode": "explicit"}}
    url = {"url": "https://x.example/a.png", "detail": "original"}
    parts = [{"type": "text", "text": "a", **mark}, {"type": "image_url", "image_url": url, **mark}]
    assert sent(role="user", content=parts).parts == (TextPart("a"), ImagePart("https://x.example/a.png", "high"))


def test_the_newest_settings_of_openais_sdk_are_taken():
    fields = {"model": "auto", "messages": [{"role": "user", "content": "hi"}]}
    asked = ChatCompletionRequest.model_validate(
        {**fields, "reasoning_effort": "max", "prompt_cache_options": {"mode": "implicit"}}
    )
    assert asked.chat(9).reasoning_effort == "xhigh"


def test_a_turn_that_says_nothing_is_left_out_and_those_around_it_become_one():
    found = said((Role.SYSTEM, "s"), (Role.USER, "a"), (Role.ASSISTANT, ""), (Role.USER, "b"))
    assert found == [(Role.USER, ["a", "b"])]


def test_where_only_the_system_speaks_the_user_says_it():
    assert said((Role.SYSTEM, "Write a haiku")) == [(Role.USER, ["Write a haiku"])]


def test_a_made_up_id_is_like_no_other():
    ids = {new_call_id() for _ in range(100)}
    assert len(ids) == 100
    assert all(re.fullmatch(r"call_[0-9a-f]{24}", each) for each in ids)
