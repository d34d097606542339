"""Anthropic's answer: a message, and the blocks of its content."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Literal

from pydantic import BaseModel

from llm_router.generation.chat import Citation, StopReason, Usage
from llm_router.json_values import is_finite
from llm_router.schemas.chat_answer import RouterNote
from llm_router.schemas.fields import AnyObject

StopWord = Literal["end_turn", "max_tokens", "stop_sequence", "tool_use", "refusal"]
_WORDS: dict[StopReason, StopWord] = {
    StopReason.STOP: "end_turn",
    StopReason.LENGTH: "max_tokens",
    StopReason.TOOL_CALLS: "tool_use",
    StopReason.CONTENT_FILTER: "refusal",
}


class CitedResult(BaseModel):
    """A page that the text rests on, and the words that it bears out; blank where that is not told."""

    type: Literal["web_search_result_location"] = "web_search_result_location"
    url: str
    title: str
    cited_text: str
    encrypted_index: str = ""


class SaidBlock(BaseModel):
    """Text that the model wrote."""

    type: Literal["text"] = "text"
    text: str
    citations: list[CitedResult] | None = None


class ThoughtBlock(BaseModel):
    """What it thought, which nobody has signed."""

    type: Literal["thinking"] = "thinking"
    thinking: str
    signature: str = ""


class CalledBlock(BaseModel):
    """A call that the model asks for."""

    type: Literal["tool_use"] = "tool_use"
    id: str
    name: str
    input: AnyObject


AnswerBlock = ThoughtBlock | SaidBlock | CalledBlock


class ThinkingDetails(BaseModel):
    """Of the tokens that were written."""

    thinking_tokens: int


class MessageUsage(BaseModel):
    """Tokens as the provider counted them: those of its cache are counted beside `input_tokens`."""

    input_tokens: int
    cache_creation_input_tokens: int
    cache_read_input_tokens: int
    output_tokens: int
    output_tokens_details: ThinkingDetails

    @classmethod
    def of(cls, usage: Usage) -> MessageUsage:
        """The usage as JSON shows it."""
        return cls(
            input_tokens=max(0, usage.prompt_tokens - usage.cached_tokens - usage.kept_tokens),
            cache_creation_input_tokens=usage.kept_tokens,
            cache_read_input_tokens=usage.cached_tokens,
            output_tokens=usage.completion_tokens,
            output_tokens_details=ThinkingDetails(thinking_tokens=usage.reasoning_tokens),
        )


class AnthropicMessage(BaseModel):
    """A message, whole or before anything of it is there; `router` is beside what Anthropic sends."""

    id: str
    type: Literal["message"] = "message"
    role: Literal["assistant"] = "assistant"
    model: str
    content: list[AnswerBlock]
    stop_reason: StopWord | None
    stop_sequence: str | None
    usage: MessageUsage
    router: RouterNote


class TokenCount(BaseModel):
    """About how many tokens a request's input has."""

    input_tokens: int


def stop_word(stop: StopReason | None, stopped_at: str | None, *, refused: bool, calls: bool) -> StopWord:
    """Why the model stopped. Where it calls tools its caller is to answer them, whatever its provider calls that."""
    if refused:
        return "refusal"
    if stopped_at is not None:
        return "stop_sequence"
    word = _WORDS[stop or StopReason.STOP]
    return "tool_use" if calls and word == "end_turn" else word


def cited_results(text: str, citations: Sequence[Citation]) -> list[CitedResult]:
    """What this text rests on."""
    return [CitedResult(url=each.url, title=each.title, cited_text=text[each.start : each.end]) for each in citations]


def input_of(arguments: str) -> AnyObject:
    """What a call is given. What is no JSON object, as models write now and then, is told as it is under `arguments`:
    an answer must not be lost for it."""
    if not arguments.strip():
        return {}
    try:
        given = json.loads(arguments)
        if isinstance(given, dict) and is_finite(given):
            return given
    except (ValueError, RecursionError):
        pass
    return {"arguments": arguments}
