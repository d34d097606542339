"""What each protocol's server streams for an answer, piece by piece, after its documentation."""

from __future__ import annotations

import binascii
import json
import struct
from collections.abc import Iterator, Sequence

from tests.support.provider_answers import (
    Call,
    Protocol,
    Said,
    anthropic_usage,
    anthropic_whole,
    bedrock_usage,
    gemini_answer,
    gemini_calls,
    openai_usage,
)


def pieces(protocol: Protocol, model: str, said: Said, *, usage: bool = True) -> list[bytes]:
    """The pieces of a stream in order, its end mark included. `usage`: what OpenAI's `include_usage` asks for."""
    if protocol is Protocol.OPENAI:
        events = [b"data: " + json.dumps(each).encode() for each in _openai_events(model, said, usage=usage)]
        return [each + b"\n\n" for each in (*events, b"data: [DONE]")]
    if protocol is Protocol.ANTHROPIC:
        named = _anthropic_events(model, said)
        return [f"event: {each['type']}\ndata: {json.dumps(each)}\n\n".encode() for each in named]
    if protocol is Protocol.GEMINI:
        return [b"data: " + json.dumps(each).encode() + b"\r\n\r\n" for each in _gemini_events(model, said)]
    return [aws_event(name, payload) for name, payload in _bedrock_events(said)]


def words(text: str) -> list[str]:
    """The text in pieces that add up to it."""
    parts = text.split(" ")
    return [part + " " for part in parts[:-1]] + parts[-1:] if text else []


def _told(call: Call) -> Sequence[str]:
    """What Anthropic and Amazon send of the arguments: nothing where there are none."""
    return _halves(call) if call.arguments else ()


def _halves(call: Call) -> tuple[str, str]:
    arguments = json.dumps(call.arguments)
    return arguments[: len(arguments) // 2], arguments[len(arguments) // 2 :]


def _openai_events(model: str, said: Said, *, usage: bool) -> Iterator[dict[str, object]]:
    head = {"id": "chatcmpl-1", "object": "chat.completion.chunk", "created": 1_795_500_000, "model": model}

    def chunk(delta: dict[str, object], stop: str | None = None) -> dict[str, object]:
        choice = {"index": 0, "delta": delta, "logprobs": None, "finish_reason": stop}
        return head | {"choices": [choice], "usage": None}

    yield chunk({"role": "assistant", "content": "", "refusal": None})
    for word in words(said.reasoning):
        yield chunk({"reasoning_content": word})
    for word in words(said.text):
        yield chunk({"content": word})
    for index, call in enumerate(said.calls):
        function = {"name": call.name, "arguments": ""}
        yield chunk({"tool_calls": [{"index": index, "id": call.id, "type": "function", "function": function}]})
        for half in _halves(call):
            yield chunk({"tool_calls": [{"index": index, "function": {"arguments": half}}]})
    yield chunk({}, said.stop or ("tool_calls" if said.calls else "stop"))
    if usage:
        yield head | {"choices": [], "usage": openai_usage(said)}


_BEGUN = {"output_tokens": 1, "output_tokens_details": None}
"""What Anthropic tells of the output before anything is written."""


def _anthropic_events(model: str, said: Said) -> Iterator[dict[str, object]]:
    begun = anthropic_whole(model, said) | {"content": [], "stop_reason": None}
    yield {"type": "message_start", "message": begun | {"usage": anthropic_usage(said) | _BEGUN}}
    yield {"type": "ping"}
    index = 0

    def block(start: dict[str, object], deltas: list[dict[str, object]]) -> Iterator[dict[str, object]]:
        yield {"type": "content_block_start", "index": index, "content_block": start}
        for delta in deltas:
            yield {"type": "content_block_delta", "index": index, "delta": delta}
        yield {"type": "content_block_stop", "index": index}

    if said.reasoning:
        thoughts: list[dict[str, object]] = [
            {"type": "thinking_delta", "thinking": word} for word in words(said.reasoning)
        ]
        signature: dict[str, object] = {"type": "signature_delta", "signature": "sig"}
        yield from block({"type": "thinking", "thinking": ""}, [*thoughts, signature])
        index += 1
    if said.text:
        yield from block(
            {"type": "text", "text": ""}, [{"type": "text_delta", "text": word} for word in words(said.text)]
        )
        index += 1
    for call in said.calls:
        start: dict[str, object] = {"type": "tool_use", "id": call.id, "name": call.name, "input": {}}
        yield from block(start, [{"type": "input_json_delta", "partial_json": half} for half in _told(call)])
        index += 1
    stop = said.stop or ("tool_use" if said.calls else "end_turn")
    yield {
        "type": "message_delta",
        "delta": {"stop_reason": stop, "stop_sequence": None},
        "usage": {name: count for name, count in anthropic_usage(said).items() if name.startswith("output_")},
    }
    yield {"type": "message_stop"}


def _gemini_events(model: str, said: Said) -> Iterator[dict[str, object]]:
    for word in words(said.reasoning):
        yield gemini_answer(model, said, [{"text": word, "thought": True}], None)
    for word in words(said.text):
        yield gemini_answer(model, said, [{"text": word}], None)
    yield gemini_answer(model, said, [*gemini_calls(said)], said.stop or "STOP")


def _bedrock_events(said: Said) -> Iterator[tuple[str, dict[str, object]]]:
    yield "messageStart", {"role": "assistant"}
    index = 0
    for kind, text in (("reasoning", said.reasoning), ("text", said.text)):
        for word in words(text):
            delta = {"text": word} if kind == "text" else {"reasoningContent": {"text": word}}
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": delta}
        if text:
            yield "contentBlockStop", {"contentBlockIndex": index}
            index += 1
    for call in said.calls:
        start = {"toolUse": {"toolUseId": call.id, "name": call.name}}
        yield "contentBlockStart", {"contentBlockIndex": index, "start": start}
        for half in _told(call):
            yield "contentBlockDelta", {"contentBlockIndex": index, "delta": {"toolUse": {"input": half}}}
        yield "contentBlockStop", {"contentBlockIndex": index}
        index += 1
    yield "messageStop", {"stopReason": said.stop or ("tool_use" if said.calls else "end_turn")}
    yield "metadata", {"usage": bedrock_usage(said), "metrics": {"latencyMs": 12}}


def aws_event(name: str, payload: object, kind: str = "event") -> bytes:
    """One message of Amazon's event stream encoding: lengths, headers, payload, and the two checksums."""
    pairs = {f":{kind}-type": name, ":content-type": "application/json", ":message-type": kind}
    headers = b"".join(
        bytes([len(key)]) + key.encode() + b"\x07" + struct.pack(">H", len(value)) + value.encode()
        for key, value in pairs.items()
    )
    body = json.dumps(payload).encode()
    prelude = struct.pack(">II", 16 + len(headers) + len(body), len(headers))
    message = prelude + struct.pack(">I", binascii.crc32(prelude)) + headers + body
    return message + struct.pack(">I", binascii.crc32(message))
