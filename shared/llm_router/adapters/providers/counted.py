"""What a provider counts along, with the pieces that it comes with."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from llm_router.generation.chat import ChatChunk, Usage
from llm_router.generation.provider import ProviderFailed


def with_count(pieces: Iterator[ChatChunk], so_far: Usage | None) -> Iterator[ChatChunk]:
    """The pieces of one event, the first with what was counted by then; a piece of its own where there is none, or
    before a failure."""
    untold = so_far
    try:
        for piece in pieces:
            yield piece if untold is None else replace(piece, so_far=untold)
            untold = None
    except ProviderFailed:
        if untold is not None:
            yield ChatChunk(so_far=untold)
        raise
    if untold is not None:
        yield ChatChunk(so_far=untold)
