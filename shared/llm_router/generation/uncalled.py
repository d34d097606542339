"""An answer that is nothing but calls of tools, where none may be called, is none: another model may say something."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import replace

from llm_router.generation.chat import ALIVE, ChatAnswer, ChatChunk, ChatRequest
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.generation.stops import Chunks


def must_say_something(request: ChatRequest, answer: ChatAnswer) -> None:
    """Raises `ProviderFailed` for such an answer."""
    if answer.tool_calls and not (request.may_call or answer.text.strip() or answer.refusal):
        raise ProviderFailed(Failure.CALLS_ALONE)


async def saying_something(pieces: Chunks) -> Chunks:
    """The pieces of a stream that may call no tool. An answer begins with what is thought or said: blanks are told
    before that, and calls, with which none begins, behind what is said. Raises `ProviderFailed` at the end of a stream
    that called and said nothing, when all that it tells has been read.
    """
    said, before, behind = False, list[ChatChunk](), list[ChatChunk]()
    async with aclosing(pieces):
        async for piece in pieces:
            if said:
                yield piece
                continue
            if said := bool(piece.text.strip() or piece.refusal):
                for each in (*before, piece, *behind):
                    yield each
                continue
            if (rest := replace(piece, tool_calls=(), stop=None)) != ALIVE:
                before.append(rest)
            if piece.tool_calls or piece.stop is not None:
                behind.append(ChatChunk(tool_calls=piece.tool_calls, stop=piece.stop))
            if piece.reasoning and not behind:
                for each in before:
                    yield each
                before = []
            else:
                yield ALIVE
    if said:
        return
    if any(piece.tool_calls for piece in behind):
        stopped = any(piece.stop is not None for piece in behind)
        raise ProviderFailed(Failure.CALLS_ALONE if stopped else Failure.GARBAGE)
    for each in (*before, *behind):
        yield each
