"""Where the caller wants an answer to end: kept to here too, since some models take no such setting."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import replace

from llm_router.generation.chat import ALIVE, ChatAnswer, ChatChunk, StopReason

Chunks = AsyncGenerator[ChatChunk, None]


def ended(answer: ChatAnswer, stops: Sequence[str]) -> ChatAnswer:
    """The answer up to the stop that its text has whole first; the same where there is none."""
    found = _first(answer.text, stops)
    if found is None:
        return answer
    place, stop = found
    return replace(answer, text=answer.text[:place], tool_calls=(), stop=StopReason.STOP, stopped_at=stop)


async def until_a_stop(pieces: Chunks, stops: Sequence[str]) -> Chunks:
    """The pieces up to the stop that their text has whole first, after which no more are read.

    What may be the beginning of a stop is held back until it is known to be none.
    """
    held, most = "", max(map(len, stops)) - 1
    async with aclosing(pieces):
        async for piece in pieces:
            text = held + piece.text
            if (found := _first(text, stops)) is not None:
                place, stop = found
                yield replace(piece, text=text[:place], tool_calls=(), stop=StopReason.STOP, stopped_at=stop)
                return
            kept = 0 if piece.stop is not None else _begun(text, stops, most)
            held = text[len(text) - kept :]
            passed = replace(piece, text=text[: len(text) - kept])
            if passed != ALIVE or piece == ALIVE or piece.so_far is not None:
                yield passed
        if held:
            yield ChatChunk(held)


def _first(text: str, stops: Sequence[str]) -> tuple[int, str] | None:
    """Where the stop begins that is the first to be whole, as a model that writes on would meet with it, and which it
    is."""
    found = ((place + len(stop), place, stop) for stop in stops if stop and (place := text.find(stop)) >= 0)
    first = min(found, default=None)
    return None if first is None else first[1:]


def _begun(text: str, stops: Sequence[str], most: int) -> int:
    """How many of the last letters may be the beginning of a stop."""
    for length in range(min(most, len(text)), 0, -1):
        if any(stop.startswith(text[-length:]) for stop in stops):
            return length
    return 0
