"""No more calls of tools than the request takes, also from models that cannot be told so: the first one where they are
wanted one at a time, and none where none may be called."""

from __future__ import annotations

from dataclasses import replace

from llm_router.generation.chat import ChatAnswer, ChatChunk, ChatRequest, StopReason


def kept_to(request: ChatRequest, answer: ChatAnswer) -> ChatAnswer:
    """The answer with as many calls as the request takes."""
    if not request.may_call:
        stop = _uncalled(answer.stop)
        return replace(answer, tool_calls=(), stop=stop) if answer.tool_calls or stop is not answer.stop else answer
    if request.parallel_tool_calls is not False:
        return answer
    return replace(answer, tool_calls=answer.tool_calls[:1])


def piece_kept_to(request: ChatRequest, chunk: ChatChunk) -> ChatChunk:
    """The piece of a stream without what is of a later call than the first, or of any; a sign of life where that was
    all."""
    if not request.may_call:
        stop = None if chunk.stop is None else _uncalled(chunk.stop)
        return replace(chunk, tool_calls=(), stop=stop) if chunk.tool_calls or stop is not chunk.stop else chunk
    if request.parallel_tool_calls is not False or not chunk.tool_calls:
        return chunk
    return replace(chunk, tool_calls=tuple(delta for delta in chunk.tool_calls if delta.index == 0))


def _uncalled(stop: StopReason) -> StopReason:
    return StopReason.STOP if stop is StopReason.TOOL_CALLS else stop
