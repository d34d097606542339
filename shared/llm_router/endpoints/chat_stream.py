"""A streamed answer as OpenAI sends it: server-sent events, then `[DONE]`, or an error event when it breaks off."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from dataclasses import replace

from llm_router.errors import UpstreamError, UpstreamTimeout
from llm_router.generation.chat import ChatChunk, Citation
from llm_router.generation.generator import Stream
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.schemas.chat_answer import ChatCompletionChunk, ChunkChoice, RouterNote, UsageAnswer, chunk_delta
from llm_router.web.errors import openai_error
from llm_router.web.event_stream import event


async def events(
    stream: Stream, *, answer_id: str, created: int, note: RouterNote, with_usage: bool
) -> AsyncGenerator[bytes, None]:
    """The events of one answer. What it rests on comes once, with why it ended: OpenAI's SDK cannot add up more."""
    first = True

    def chunk(choices: list[ChunkChoice], usage: UsageAnswer | None = None) -> bytes:
        told = note if first else None
        made = ChatCompletionChunk(
            id=answer_id, created=created, model=stream.model.id, choices=choices, usage=usage, router=told
        )
        return event(made.model_dump_json())

    stopped: ChatChunk | None = None
    cited: tuple[Citation, ...] = ()
    try:
        async for piece in stream.pieces:
            cited = piece.citations or cited
            says = piece.text or piece.refusal or piece.reasoning or piece.tool_calls
            if says or first:
                yield chunk([ChunkChoice(delta=chunk_delta(replace(piece, citations=()), first=first))])
                first = False
            stopped = piece if piece.stop is not None else stopped
    except ProviderFailed as broken:
        late = broken.failure is Failure.TIMEOUT
        error = (UpstreamTimeout if late else UpstreamError)(
            f"{stream.model.id} broke off in the middle of its answer ({broken.failure})."
        )
        yield event(openai_error(error))
        return
    if stopped is not None:
        last = chunk_delta(ChatChunk(citations=cited), first=False)
        yield chunk([ChunkChoice(delta=last, finish_reason=stopped.stop)])
    if with_usage and stream.bill is not None:
        yield chunk([], UsageAnswer.of(stream.bill.usage))
    yield event("[DONE]")
