"""One and the same answer, and what each protocol's server sends for it as a whole, after its documentation."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum


class Protocol(StrEnum):
    OPENAI = "openai"
    ANTHROPIC = "anthropic"
    GEMINI = "gemini"
    BEDROCK = "bedrock"


@dataclass(frozen=True)
class Call:
    """A tool call in an answer."""

    name: str = "get_weather"
    arguments: Mapping[str, object] = field(default_factory=lambda: {"city": "Paris"})
    id: str = "call_1"


@dataclass(frozen=True)
class Said:
    """An answer: what a model says, which calls it asks for, and what is counted."""

    text: str = "Hello there, world."
    calls: tuple[Call, ...] = ()
    stop: str = ""
    """The protocol's own word for why it stopped, where it is to be another than the usual one."""
    prompt_tokens: int = 12
    completion_tokens: int = 7
    cached_tokens: int = 0
    reasoning_tokens: int = 0
    reasoning: str = ""


def whole(protocol: Protocol, model: str, said: Said) -> bytes:
    """The body of an answer that is not streamed."""
    return json.dumps(_WHOLE[protocol](model, said)).encode()


def openai_usage(said: Said) -> dict[str, object]:
    return {
        "prompt_tokens": said.prompt_tokens,
        "completion_tokens": said.completion_tokens,
        "total_tokens": said.prompt_tokens + said.completion_tokens,
        "prompt_tokens_details": {"cached_tokens": said.cached_tokens},
        "completion_tokens_details": {"reasoning_tokens": said.reasoning_tokens},
    }


def _openai_whole(model: str, said: Said) -> dict[str, object]:
    calls = [
        {"id": call.id, "type": "function", "function": {"name": call.name, "arguments": json.dumps(call.arguments)}}
        for call in said.calls
    ]
    message: dict[str, object] = {"role": "assistant", "content": said.text or None, "refusal": None}
    if calls:
        message["tool_calls"] = calls
    if said.reasoning:
        message["reasoning_content"] = said.reasoning
    stop = said.stop or ("tool_calls" if calls else "stop")
    return {
        "id": "chatcmpl-1",
        "object": "chat.completion",
        "created": 1_795_500_000,
        "model": model,
        "choices": [{"index": 0, "message": message, "logprobs": None, "finish_reason": stop}],
        "usage": openai_usage(said),
        "system_fingerprint": "fp_1",
    }


def anthropic_usage(said: Said) -> dict[str, object]:
    return {
        "input_tokens": said.prompt_tokens - said.cached_tokens,
        "cache_creation_input_tokens": 0,
        "cache_read_input_tokens": said.cached_tokens,
        "output_tokens": said.completion_tokens,
        "output_tokens_details": {"thinking_tokens": said.reasoning_tokens},
    }


def anthropic_whole(model: str, said: Said) -> dict[str, object]:
    content: list[dict[str, object]] = []
    if said.reasoning:
        content.append({"type": "thinking", "thinking": said.reasoning, "signature": "sig"})
    if said.text:
        content.append({"type": "text", "text": said.text})
    content += [
        {"type": "tool_use", "id": call.id, "name": call.name, "input": dict(call.arguments)} for call in said.calls
    ]
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": model,
        "content": content,
        "stop_reason": said.stop or ("tool_use" if said.calls else "end_turn"),
        "stop_sequence": None,
        "usage": anthropic_usage(said),
    }


def _gemini_usage(said: Said) -> dict[str, object]:
    return {
        "promptTokenCount": said.prompt_tokens,
        "candidatesTokenCount": said.completion_tokens - said.reasoning_tokens,
        "thoughtsTokenCount": said.reasoning_tokens,
        "cachedContentTokenCount": said.cached_tokens,
        "totalTokenCount": said.prompt_tokens + said.completion_tokens,
    }


def gemini_answer(model: str, said: Said, parts: list[dict[str, object]], stop: str | None) -> dict[str, object]:
    candidate: dict[str, object] = {"content": {"role": "model", "parts": parts}, "index": 0}
    if stop:
        candidate["finishReason"] = stop
    return {"candidates": [candidate], "usageMetadata": _gemini_usage(said), "modelVersion": model, "responseId": "r1"}


def gemini_calls(said: Said) -> list[dict[str, object]]:
    return [{"functionCall": {"name": call.name, "args": dict(call.arguments)}} for call in said.calls]


def _gemini_whole(model: str, said: Said) -> dict[str, object]:
    thoughts: list[dict[str, object]] = [{"text": said.reasoning, "thought": True}] if said.reasoning else []
    text: list[dict[str, object]] = [{"text": said.text}] if said.text else []
    return gemini_answer(model, said, [*thoughts, *text, *gemini_calls(said)], said.stop or "STOP")


def bedrock_usage(said: Said) -> dict[str, object]:
    return {
        "inputTokens": said.prompt_tokens - said.cached_tokens,
        "outputTokens": said.completion_tokens,
        "totalTokens": said.prompt_tokens + said.completion_tokens,
        "cacheReadInputTokens": said.cached_tokens,
        "cacheWriteInputTokens": 0,
    }


def _bedrock_whole(_model: str, said: Said) -> dict[str, object]:
    content: list[dict[str, object]] = []
    if said.reasoning:
        content.append({"reasoningContent": {"reasoningText": {"text": said.reasoning, "signature": "sig"}}})
    if said.text:
        content.append({"text": said.text})
    content += [
        {"toolUse": {"toolUseId": call.id, "name": call.name, "input": dict(call.arguments)}} for call in said.calls
    ]
    return {
        "output": {"message": {"role": "assistant", "content": content}},
        "stopReason": said.stop or ("tool_use" if said.calls else "end_turn"),
        "usage": bedrock_usage(said),
        "metrics": {"latencyMs": 12},
    }


_WHOLE = {
    Protocol.OPENAI: _openai_whole,
    Protocol.ANTHROPIC: anthropic_whole,
    Protocol.GEMINI: _gemini_whole,
    Protocol.BEDROCK: _bedrock_whole,
}
