"""Answers and streams of Anthropic's Messages."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace

from pydantic import JsonValue

from llm_router.adapters.providers.events import ServerEvent
from llm_router.adapters.providers.http_provider import Received, read
from llm_router.adapters.providers.tool_calls import ToolBlocks, made, stop_of, told_apart
from llm_router.generation.chat import ChatAnswer, ChatChunk, StopReason, Usage
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


class _Details(Received):
    thinking_tokens: int | None = None


class _Usage(Received):
    input_tokens: int | None = None
    output_tokens: int | None = None
    cache_creation_input_tokens: int | None = None
    cache_read_input_tokens: int | None = None
    output_tokens_details: _Details | None = None

    def updated(self, later: _Usage) -> _Usage:
        """These counts with those that a later event tells anew."""
        return self.model_copy(update={name: count for name, count in later if count is not None})

    def usage(self) -> Usage | None:
        """None where nothing was counted. Input tokens that were read from the cache or written to it are counted
        beside `input_tokens`."""
        if self == _Usage():
            return None
        read_from_cache, written = self.cache_read_input_tokens or 0, self.cache_creation_input_tokens or 0
        return Usage(
            prompt_tokens=(self.input_tokens or 0) + written + read_from_cache,
            completion_tokens=self.output_tokens or 0,
            cached_tokens=read_from_cache,
            reasoning_tokens=(self.output_tokens_details and self.output_tokens_details.thinking_tokens) or 0,
            kept_tokens=written,
        )


class _Block(Received):
    type: str
    text: str = ""
    thinking: str = ""
    id: str = ""
    name: str = ""
    input: dict[str, JsonValue] | None = None


class _Message(Received):
    content: list[_Block]
    stop_reason: str | None = None
    stop_sequence: str | None = None
    usage: _Usage | None = None


def _stop(reason: str | None) -> StopReason:
    return _STOPS.get(reason or "", StopReason.STOP)


def answer(body: bytes, *, json_tool: str | None) -> ChatAnswer:
    """A whole answer; the input of the first call of `json_tool` is its text. Raises `ProviderFailed`."""
    message = read(_Message, body)
    used = (made(each.id, each.name, each.input) for each in message.content if each.type == "tool_use")
    shaped, calls = told_apart(used, json_tool)
    text = "".join(block.text for block in message.content if block.type == "text")
    return ChatAnswer(
        text=text if shaped is None else shaped,
        stop=stop_of(_stop(message.stop_reason), json_tool, called=bool(calls)),
        tool_calls=calls,
        usage=message.usage.usage() if message.usage else None,
        reasoning="".join(block.thinking for block in message.content if block.type == "thinking") or None,
        stopped_at=message.stop_sequence,
    )


class _Delta(Received):
    type: str = ""
    text: str = ""
    thinking: str = ""
    partial_json: str = ""
    stop_reason: str | None = None
    stop_sequence: str | None = None


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
    """Reads a stream. What is read is counted when it begins, which is passed on, and what is written when it ends."""

    blocks: ToolBlocks
    ended: bool = False
    _stop: str | None = None
    _stopped_at: str | None = None
    _usage: _Usage = field(default_factory=_Usage)

    def take(self, event: ServerEvent) -> Iterator[ChatChunk]:
        """The chunks of one event, at most one. Raises `ProviderFailed`."""
        told = read(_Event, event.data)
        match told.type:
            case "error":
                raise ProviderFailed(_ERRORS.get(told.error.type, Failure.SERVER_ERROR))
            case "message_start" if told.message is not None:
                self._usage = told.message.usage or self._usage
                yield from self._counted(begins=True)
            case "content_block_start" if told.content_block is not None:
                yield from self._begun(told.index, told.content_block)
            case "content_block_delta":
                yield from self._continued(told.index, told.delta)
            case "content_block_stop":
                yield from self.blocks.ended(told.index)
            case "message_delta":
                self._stop = told.delta.stop_reason or self._stop
                self._stopped_at = told.delta.stop_sequence or self._stopped_at
                self._usage = self._usage.updated(told.usage or _Usage())
                yield from self._counted(begins=False)
            case "message_stop":
                self.ended = True
                stop, usage = self.blocks.stop(_stop(self._stop)), self._usage.usage()
                yield ChatChunk(stop=stop, usage=usage, stopped_at=self._stopped_at)

    def finish(self) -> ChatChunk:
        """A stream without its end mark is not whole."""
        raise ProviderFailed(Failure.GARBAGE)

    def _counted(self, *, begins: bool) -> Iterator[ChatChunk]:
        """What it tells of the answer as it begins stands for nothing yet."""
        if (usage := self._usage.usage()) is not None:
            yield ChatChunk(so_far=replace(usage, completion_tokens=0, reasoning_tokens=0) if begins else usage)

    def _begun(self, index: int, block: _Block) -> Iterator[ChatChunk]:
        if block.type == "tool_use":
            yield from self.blocks.begun(index, block.id, block.name)
        elif block.text:
            yield ChatChunk(text=block.text)

    def _continued(self, index: int, delta: _Delta) -> Iterator[ChatChunk]:
        if delta.text:
            yield ChatChunk(text=delta.text)
        elif delta.thinking:
            yield ChatChunk(reasoning=delta.thinking)
        elif delta.partial_json:
            yield from self.blocks.given(index, delta.partial_json)
