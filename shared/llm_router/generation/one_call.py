"""One call of a tool at a time, also from models that cannot be told so: the first one counts."""

from __future__ import annotations

from dataclasses import replace

from llm_router.generation.chat import ChatAnswer, ChatChunk, ChatRequest


def kept_to(request: ChatRequest, answer: ChatAnswer) -> ChatAnswer:
    """The answer with as many calls as the request takes."""
    if request.parallel_tool_calls is not False:
        return answer
    return replace(answer, tool_calls=answer.tool_calls[:1])


def piece_kept_to(request: ChatRequest, chunk: ChatChunk) -> ChatChunk:
    """The piece of a stream without what is of a later call than the first; a sign of life where that was all."""
    if request.parallel_tool_calls is not False or not chunk.tool_calls:
        return chunk
    return replace(chunk, tool_calls=tuple(delta for delta in chunk.tool_calls if delta.index == 0))
