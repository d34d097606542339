"""Answers and streams of Anthropic's Messages."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field

from pydantic import JsonValue

from llm_router.adapters.providers.events import ServerEvent
from llm_router.adapters.providers.http_provider import Received, read
from llm_router.generation.chat import ChatAnswer, ChatChunk, StopReason, ToolCall, ToolCallDelta, Usage
from llm_router.generation.provider import Failure, ProviderFailed

_STOPS = {
    "max_tokens": StopReason.LENGTH,
    "model_context_window_exceeded": StopReason.LENGTH,
    "tool_use": StopReason.TOOL_CALLS,
    "refusal": StopReason.CONTENT_FILTER,
}
"""What is not named, such as `end_turn`, `stop_sequence` or `pause_turn`, is an end of the model's own."""
_ERRORS = {
    "invalid_request_error": Failure.BAD_REQUEST,
    "authentication_error": Failure.REFUSED,
    "billing_error": Failure.REFUSED,
    "permission_error": Failure.REFUSED,
    "not_found_error": Failure.UNKNOWN_MODEL,
    "request_too_large": Failure.BAD_REQUEST,
    "rate_limit_error": Failure.RATE_LIMITED,
    "timeout_error": Failure.TIMEOUT,
}
"""Others, such as `overloaded_error` and `api_error`, are the server's."""


class _Usage(Received):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None

    def updated(self, later: _Usage) -> _Usage:
        """These counts with those that a later event tells anew."""
        return self.model_copy(update=later.model_dump(exclude_none=True))

    def usage(self) -> Usage:
        """Input tokens that were cached are counted beside `input_tokens`, not among them."""
        read_from_cache = self.cache_read_input_tokens or 0
        return Usage(
            prompt_tokens=(self.input_tokens or 0) + (self.cache_creation_input_tokens or 0) + read_from_cache,
            completion_tokens=self.output_tokens or 0,
            cached_tokens=read_from_cache,
        )


class _Block(Received):
    type: str
    text: str = ""
    thinking: str = ""
    id: str = ""
    name: str = ""
    input: dict[str, JsonValue] | None = None

    def arguments(self) -> str:
        return json.dumps(self.input or {}, ensure_ascii=False)


class _Message(Received):
    content: list[_Block]
    stop_reason: str | None = None
    usage: _Usage | None = None


def stop_of(reason: str | None, *, asks_json: bool) -> StopReason:
    """Why it stopped. Where only a tool that gives JSON its shape can have been called, it is an end like any other."""
    found = _STOPS.get(reason or "", StopReason.STOP)
    return StopReason.STOP if asks_json and found is StopReason.TOOL_CALLS else found


def answer(body: bytes, *, json_tool: str | None) -> ChatAnswer:
    """A whole answer; the input of the first call of `json_tool` is its text. Raises `ProviderFailed`."""
    message = read(_Message, body)
    used = [block for block in message.content if block.type == "tool_use"]
    shaped = [block.arguments() for block in used if block.name == json_tool]
    calls = tuple(ToolCall(each.id, each.name, each.arguments()) for each in used if each.name != json_tool)
    text = "".join(block.text for block in message.content if block.type == "text")
    return ChatAnswer(
        text=shaped[0] if shaped else text,
        stop=stop_of(message.stop_reason, asks_json=json_tool is not None and not calls),
        tool_calls=calls,
        usage=message.usage.usage() if message.usage else None,
        reasoning="".join(block.thinking for block in message.content if block.type == "thinking") or None,
    )


class _Delta(Received):
    type: str = ""
    text: str = ""
    thinking: str = ""
    partial_json: str = ""
    stop_reason: str | None = None


class _Error(Received):
    type: str = ""


class _Event(Received):
    type: str
    index: int = 0
    message: _Message | None = None
    content_block: _Block | None = None
    delta: _Delta = _Delta()
    usage: _Usage | None = None
    error: _Error = _Error()


@dataclass(slots=True)
class EventsReader:
    """Reads a stream. Blocks are numbered through by the protocol; calls get numbers of their own.

    What the first call of `json_tool` is given comes as text.
    """

    json_tool: str | None = None
    ended: bool = False
    _calls: dict[int, int] = field(default_factory=dict)
    _silent: set[int] = field(default_factory=set)
    """Blocks of calls that have had no arguments so far; one that ends so has none, which in JSON is `{}`."""
    _shaped: list[int] = field(default_factory=list)
    """Blocks of calls of `json_tool`."""
    _stop: str | None = None
    _usage: _Usage = field(default_factory=_Usage)

    def take(self, event: ServerEvent) -> Iterator[ChatChunk]:
        """The chunks of one event, at most one. Raises `ProviderFailed`."""
        told = read(_Event, event.data)
        match told.type:
            case "error":
                raise ProviderFailed(_ERRORS.get(told.error.type, Failure.SERVER_ERROR))
            case "message_start" if told.message is not None:
                self._usage = told.message.usage or self._usage
            case "content_block_start" if told.content_block is not None:
                yield from self._begun(told.index, told.content_block)
            case "content_block_delta":
                yield from self._continued(told.index, told.delta)
            case "content_block_stop" if told.index in self._silent:
                yield from self._given(told.index, "{}")
            case "message_delta":
                self._stop = told.delta.stop_reason or self._stop
                self._usage = self._usage.updated(told.usage or _Usage())
            case "message_stop":
                self.ended = True
                stop = stop_of(self._stop, asks_json=self.json_tool is not None and not self._calls)
                yield ChatChunk(stop=stop, usage=self._usage.usage())

    def finish(self) -> ChatChunk:
        """A stream without its end mark is not whole."""
        raise ProviderFailed(Failure.GARBAGE)

    def _begun(self, index: int, block: _Block) -> Iterator[ChatChunk]:
        if block.type == "tool_use" and block.name == self.json_tool:
            self._shaped.append(index)
            self._silent.add(index)
        elif block.type == "tool_use":
            number = self._calls[index] = len(self._calls)
            self._silent.add(index)
            yield ChatChunk(tool_calls=(ToolCallDelta(number, block.id, block.name),))
        elif block.text:
            yield ChatChunk(text=block.text)

    def _continued(self, index: int, delta: _Delta) -> Iterator[ChatChunk]:
        if delta.text:
            yield ChatChunk(text=delta.text)
        elif delta.thinking:
            yield ChatChunk(reasoning=delta.thinking)
        elif delta.partial_json:
            yield from self._given(index, delta.partial_json)

    def _given(self, index: int, arguments: str) -> Iterator[ChatChunk]:
        """What a call gets; of the calls that shape the answer, the first is the answer."""
        self._silent.discard(index)
        if index in self._calls:
            yield ChatChunk(tool_calls=(ToolCallDelta(self._calls[index], arguments=arguments),))
        elif index not in self._shaped:
            raise ProviderFailed(Failure.GARBAGE)
        elif index == self._shaped[0]:
            yield ChatChunk(text=arguments)
