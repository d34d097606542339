"""Answers and streams of Gemini's generateContent. Both are made of the same pieces."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

from pydantic import Field, JsonValue

from llm_router.adapters.providers.conversation import new_call_id
from llm_router.adapters.providers.counted import with_count
from llm_router.adapters.providers.events import ServerEvent
from llm_router.adapters.providers.failures import of_status
from llm_router.adapters.providers.http_provider import Received, read
from llm_router.generation.chat import ChatAnswer, ChatChunk, StopReason, ToolCall, ToolCallDelta, Usage
from llm_router.generation.provider import Failure, ProviderFailed

_LENGTH = frozenset({"MAX_TOKENS"})
_BLOCKED = frozenset(
    {"SAFETY", "RECITATION", "LANGUAGE", "BLOCKLIST", "PROHIBITED_CONTENT", "SPII"}
    | {"IMAGE_SAFETY", "IMAGE_PROHIBITED_CONTENT", "IMAGE_RECITATION"}
)
_BROKEN = frozenset(
    {"MALFORMED_FUNCTION_CALL", "UNEXPECTED_TOOL_CALL", "TOO_MANY_TOOL_CALLS", "MISSING_THOUGHT_SIGNATURE"}
    | {"MALFORMED_RESPONSE", "NO_IMAGE", "IMAGE_OTHER", "OTHER"}
)
"""The model's output cannot be used; another one may do better."""


class _Call(Received):
    id: str | None = None
    name: str
    args: dict[str, JsonValue] | None = None


class _Part(Received):
    text: str = ""
    thought: bool = False
    function_call: _Call | None = Field(None, alias="functionCall")


class _Content(Received):
    parts: tuple[_Part, ...] = ()


class _Candidate(Received):
    content: _Content = _Content()
    finish_reason: str | None = Field(None, alias="finishReason")


class _Usage(Received):
    prompt: int = Field(0, alias="promptTokenCount")
    candidates: int = Field(0, alias="candidatesTokenCount")
    thoughts: int = Field(0, alias="thoughtsTokenCount")
    tools: int = Field(0, alias="toolUsePromptTokenCount")
    cached: int = Field(0, alias="cachedContentTokenCount")

    def usage(self) -> Usage:
        """Thoughts are counted beside the candidates and billed as output like them."""
        return Usage(self.prompt + self.tools, self.candidates + self.thoughts, self.cached, self.thoughts)


class _Feedback(Received):
    block_reason: str | None = Field(None, alias="blockReason")


class _Error(Received):
    code: int = 500


class _Answer(Received):
    candidates: tuple[_Candidate, ...] = ()
    feedback: _Feedback = Field(_Feedback(), alias="promptFeedback")
    usage: _Usage | None = Field(None, alias="usageMetadata")
    error: _Error | None = None


@dataclass(slots=True)
class PieceReader:
    """Puts pieces together. A stream has no end mark but the last piece's reason, and counts may come after it.

    It therefore ends where its connection ends, if a reason has come until then.
    """

    ended: bool = False
    _calls: int = 0
    _stop: StopReason | None = None
    _usage: Usage | None = None

    def take(self, event: ServerEvent) -> Iterator[ChatChunk]:
        """The chunks of one event. Raises `ProviderFailed`."""
        piece = read(_Answer, event.data)
        if piece.error is not None:
            raise ProviderFailed(of_status(piece.error.code) if piece.error.code >= 400 else Failure.SERVER_ERROR)
        if not piece.candidates and piece.usage is None and piece.feedback.block_reason is None:
            raise ProviderFailed(Failure.GARBAGE)
        if piece.usage is not None:
            self._usage = piece.usage.usage()
        if piece.feedback.block_reason is not None:
            self._stop = StopReason.CONTENT_FILTER
        yield from with_count(self._said(piece), None if piece.usage is None else self._usage)

    def finish(self) -> ChatChunk:
        """The last chunk, at the connection's end. Raises `ProviderFailed` when no reason has come."""
        if self._stop is None:
            raise ProviderFailed(Failure.GARBAGE)
        self.ended = True
        return ChatChunk(stop=self._stop, usage=self._usage)

    def _said(self, piece: _Answer) -> Iterator[ChatChunk]:
        for candidate in piece.candidates[:1]:
            yield from self._chunks(candidate)
            if candidate.finish_reason:
                self._stop = self._reason(candidate.finish_reason)

    def _chunks(self, candidate: _Candidate) -> Iterator[ChatChunk]:
        for part in candidate.content.parts:
            if part.function_call is not None:
                number, self._calls = self._calls, self._calls + 1
                arguments = json.dumps(part.function_call.args or {}, ensure_ascii=False)
                name, known = part.function_call.name, part.function_call.id
                yield ChatChunk(tool_calls=(ToolCallDelta(number, known or new_call_id(), name, arguments),))
            elif part.text:
                yield ChatChunk(reasoning=part.text) if part.thought else ChatChunk(text=part.text)

    def _reason(self, reason: str) -> StopReason:
        if reason in _BROKEN:
            raise ProviderFailed(Failure.GARBAGE)
        if reason in _BLOCKED:
            return StopReason.CONTENT_FILTER
        if reason in _LENGTH:
            return StopReason.LENGTH
        return StopReason.TOOL_CALLS if self._calls else StopReason.STOP


def answer(body: bytes) -> ChatAnswer:
    """A whole answer: one piece. Raises `ProviderFailed`."""
    reader = PieceReader()
    chunks = list(reader.take(ServerEvent(body)))
    last = reader.finish()
    calls = [delta for chunk in chunks for delta in chunk.tool_calls]
    return ChatAnswer(
        text="".join(chunk.text for chunk in chunks),
        stop=last.stop or StopReason.STOP,
        tool_calls=tuple(ToolCall(call.id or "", call.name or "", call.arguments) for call in calls),
        usage=last.usage,
        reasoning="".join(chunk.reasoning for chunk in chunks) or None,
    )
