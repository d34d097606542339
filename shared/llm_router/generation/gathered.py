"""An answer that was streamed as a whole one, and a whole one as a stream."""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field

from llm_router.generation.chat import ChatAnswer, ChatChunk, Citation, StopReason, ToolCall, ToolCallDelta, Usage
from llm_router.generation.generator import Stream
from llm_router.generation.stops import Chunks

Keep = Callable[[ChatAnswer], Awaitable[None]]
"""Keeps an answer that has ended well."""


@dataclass(slots=True)
class Gathered:
    """The pieces of a stream so far."""

    _text: list[str] = field(default_factory=list)
    _refusal: list[str] = field(default_factory=list)
    _calls: dict[int, list[ToolCallDelta]] = field(default_factory=dict)
    _citations: tuple[Citation, ...] = ()
    _stop: StopReason | None = None
    _stopped_at: str | None = None

    def take(self, chunk: ChatChunk) -> None:
        """One more piece."""
        self._text.append(chunk.text)
        self._refusal.append(chunk.refusal)
        for delta in chunk.tool_calls:
            self._calls.setdefault(delta.index, []).append(delta)
        self._citations = chunk.citations or self._citations
        self._stop = chunk.stop or self._stop
        self._stopped_at = chunk.stopped_at or self._stopped_at

    def answer(self, usage: Usage | None) -> ChatAnswer | None:
        """What they add up to, but for what was thought; None where they do not say why they ended."""
        if self._stop is None:
            return None
        return ChatAnswer(
            text="".join(self._text),
            stop=self._stop,
            tool_calls=tuple(_call(deltas) for _, deltas in sorted(self._calls.items())),
            usage=usage,
            refusal="".join(self._refusal) or None,
            citations=self._citations,
            stopped_at=self._stopped_at,
        )


def pieces_of(answer: ChatAnswer) -> tuple[ChatChunk, ...]:
    """The answer in one piece, and one that says why it ended."""
    calls = tuple(
        ToolCallDelta(place, call.id, call.name, call.arguments) for place, call in enumerate(answer.tool_calls)
    )
    return (
        ChatChunk(answer.text, answer.reasoning or "", calls, refusal=answer.refusal or "", citations=answer.citations),
        ChatChunk(stop=answer.stop, usage=answer.usage, citations=answer.citations, stopped_at=answer.stopped_at),
    )


async def in_pieces(answer: ChatAnswer) -> Chunks:
    """The same as a stream."""
    for piece in pieces_of(answer):
        yield piece


async def gathering(stream: Stream, keep: Keep) -> Chunks:
    """The pieces of a stream. What has ended well is kept before they end: behind that a caller may be gone."""
    gathered = Gathered()
    async for piece in stream.pieces:
        gathered.take(piece)
        yield piece
    answer = gathered.answer(stream.bill.usage if stream.bill else None)
    if answer is not None:
        await keep(answer)


def _call(deltas: list[ToolCallDelta]) -> ToolCall:
    known = next((delta.id for delta in deltas if delta.id), "")
    name = next((delta.name for delta in deltas if delta.name), "")
    return ToolCall(known, name, "".join(delta.arguments for delta in deltas))
