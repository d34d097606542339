"""Answers and streams of Amazon Bedrock's Converse."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field, JsonValue

from llm_router.adapters.providers.events import ServerEvent
from llm_router.adapters.providers.failures import of_message
from llm_router.adapters.providers.http_provider import Received, read, read_error
from llm_router.adapters.providers.tool_calls import ToolBlocks, made, stop_of, told_apart
from llm_router.generation.chat import ChatAnswer, ChatChunk, StopReason, Usage
from llm_router.generation.provider import Failure, ProviderFailed

_STOPS = {
    "end_turn": StopReason.STOP,
    "stop_sequence": StopReason.STOP,
    "max_tokens": StopReason.LENGTH,
    "model_context_window_exceeded": StopReason.LENGTH,
    "tool_use": StopReason.TOOL_CALLS,
    "guardrail_intervened": StopReason.CONTENT_FILTER,
    "content_filtered": StopReason.CONTENT_FILTER,
}
_BROKEN = frozenset({"malformed_model_output", "malformed_tool_use"})
_EXCEPTIONS = {
    "throttlingException": Failure.RATE_LIMITED,
    "validationException": Failure.BAD_REQUEST,
    "modelTimeoutException": Failure.TIMEOUT,
}
"""Others are the server's."""


class _ToolUse(Received):
    id: str = Field("", alias="toolUseId")
    name: str = ""
    input: dict[str, JsonValue] | str | None = None


class _ReasoningText(Received):
    text: str = ""


class _Reasoning(Received):
    whole: _ReasoningText = Field(_ReasoningText(), alias="reasoningText")
    text: str = ""


class _Block(Received):
    text: str = ""
    tool_use: _ToolUse | None = Field(None, alias="toolUse")
    reasoning: _Reasoning = Field(_Reasoning(), alias="reasoningContent")


class _Message(Received):
    content: tuple[_Block, ...]


class _Output(Received):
    message: _Message


class _Usage(Received):
    input: int = Field(0, alias="inputTokens")
    output: int = Field(0, alias="outputTokens")
    cache_read: int = Field(0, alias="cacheReadInputTokens")
    cache_write: int = Field(0, alias="cacheWriteInputTokens")

    def usage(self) -> Usage:
        """Cached tokens are counted beside the input, not in it."""
        prompt = self.input + self.cache_read + self.cache_write
        return Usage(prompt, self.output, self.cache_read, kept_tokens=self.cache_write)


class _Answer(Received):
    output: _Output
    stop: str = Field("end_turn", alias="stopReason")
    usage: _Usage | None = None


def _stop(reason: str) -> StopReason:
    if reason in _BROKEN:
        raise ProviderFailed(Failure.GARBAGE)
    return _STOPS.get(reason, StopReason.STOP)


def answer(body: bytes, *, json_tool: str | None) -> ChatAnswer:
    """A whole answer; the input of the first call of `json_tool` is its text. Raises `ProviderFailed`."""
    told = read(_Answer, body)
    blocks = told.output.message.content
    used = (made(each.id, each.name, each.input) for block in blocks if (each := block.tool_use) is not None)
    shaped, calls = told_apart(used, json_tool)
    return ChatAnswer(
        text="".join(block.text for block in blocks) if shaped is None else shaped,
        stop=stop_of(_stop(told.stop), json_tool, called=bool(calls)),
        tool_calls=calls,
        usage=told.usage.usage() if told.usage else None,
        reasoning="".join(block.reasoning.whole.text for block in blocks) or None,
    )


class _Refusal(Received):
    message: JsonValue = None


def explain(failed: ProviderFailed, body: bytes) -> ProviderFailed:
    """A prompt that is too long comes as any other request that is not taken; its message alone tells."""
    return of_message(failed, read_error(_Refusal, body).message)


class _Event(Received):
    index: int = Field(0, alias="contentBlockIndex")
    start: _Block = _Block()
    delta: _Block = _Block()
    stop: str | None = Field(None, alias="stopReason")
    usage: _Usage | None = None


@dataclass(slots=True)
class EventsReader:
    """Reads a stream. It ends with its `metadata`, or without, if it has said why it stopped."""

    blocks: ToolBlocks
    ended: bool = False
    _stop: StopReason | None = None

    def take(self, event: ServerEvent) -> Iterator[ChatChunk]:
        """The chunks of one event, at most one. Raises `ProviderFailed`."""
        if event.name.endswith("Exception"):
            raise explain(ProviderFailed(_EXCEPTIONS.get(event.name, Failure.SERVER_ERROR)), event.data)
        told = read(_Event, event.data)
        match event.name:
            case "contentBlockStart" if told.start.tool_use is not None:
                yield from self.blocks.begun(told.index, told.start.tool_use.id, told.start.tool_use.name)
            case "contentBlockDelta":
                yield from self._continued(told.index, told.delta)
            case "contentBlockStop":
                yield from self.blocks.ended(told.index)
            case "messageStop":
                self._stop = self.blocks.stop(_stop(told.stop or ""))
            case "metadata":
                last = self.finish()
                yield ChatChunk(stop=last.stop, usage=told.usage.usage() if told.usage else None)

    def finish(self) -> ChatChunk:
        """The last chunk, at the connection's end. Raises `ProviderFailed` when the answer is not complete."""
        if self._stop is None:
            raise ProviderFailed(Failure.GARBAGE)
        self.ended = True
        return ChatChunk(stop=self._stop)

    def _continued(self, index: int, delta: _Block) -> Iterator[ChatChunk]:
        if delta.text:
            yield ChatChunk(text=delta.text)
        elif delta.reasoning.text:
            yield ChatChunk(reasoning=delta.reasoning.text)
        elif delta.tool_use is not None and isinstance(arguments := delta.tool_use.input, str) and arguments:
            yield from self.blocks.given(index, arguments)
