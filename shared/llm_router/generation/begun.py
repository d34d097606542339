"""A stream whose first piece has come: there is no turning back from its model any more."""

from __future__ import annotations

from dataclasses import dataclass

from llm_router.generation.chat import ALIVE, ChatChunk, ChatRequest
from llm_router.generation.limit import Limit
from llm_router.generation.provider import Failure, ProviderFailed
from llm_router.generation.stops import Chunks, until_a_stop
from llm_router.generation.uncalled import saying_something
from llm_router.generation.written import Written


@dataclass(frozen=True, slots=True)
class Begun:
    """The first piece of an answer, the rest of it, and all that the model has written by the piece that is read."""

    first: ChatChunk
    rest: Chunks
    written: Written


async def begun(source: Chunks, request: ChatRequest, limit: Limit, written: Written) -> Begun:
    """The answer of this stream once it begins; until then, too, `written` has what was read. Raises `ProviderFailed`
    for a stream without anything."""
    pieces = written.taking(until_a_stop(source, request.stop) if request.stop else source)
    if not request.may_call:
        pieces = saying_something(pieces)
    return Begun(await _first(pieces, limit), pieces, written)


async def _first(pieces: Chunks, limit: Limit) -> ChatChunk:
    """The first piece that says something, for which a sign of life gives more time."""
    try:
        async for chunk in pieces:
            if chunk != ALIVE:
                return chunk
            limit.goes_on()
    except ProviderFailed:
        await pieces.aclose()
        raise
    raise ProviderFailed(Failure.GARBAGE)
