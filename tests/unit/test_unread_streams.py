"""A stream whose caller does not read it, or goes: its pieces end, and with them whatever they hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from starlette.types import Message

from llm_router.endpoints.bounded import Bounded
from llm_router.errors import RouterError

TAKEN = 3
"""Messages that the caller takes, of which the first is the head."""


def untold(_error: RouterError) -> bytes:
    """Nothing is said at the end."""
    return b""


async def stream(seconds: float, *, hangs_up: bool) -> list[str]:
    """What becomes of pieces without an end that are sent to such a caller."""
    found: list[str] = []
    gone, taken = asyncio.Event(), 0

    async def pieces() -> AsyncGenerator[bytes]:
        try:
            while True:
                yield b"piece"
        finally:
            await asyncio.sleep(0)  # as when a provider's connection is closed
            found.append("closed")

    async def followed(sent: AsyncGenerator[bytes]) -> AsyncGenerator[bytes]:
        """As the door notes what it has sent."""
        try:
            async for piece in sent:
                yield piece
        finally:
            await sent.aclose()
            found.append("noted")

    async def receive() -> Message:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        nonlocal taken
        taken += 1
        if taken > TAKEN:
            if hangs_up:
                gone.set()
            await asyncio.Event().wait()

    async with aclosing(pieces()) as endless:
        answer = Bounded(endless, seconds, endless.aclose, headers={}, cut_off=untold)
        answer.body_iterator = followed(endless)
        await answer({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send)
        return list(found)


@pytest.mark.parametrize(("seconds", "hangs_up"), [(0.05, False), (60, True)], ids=["does not read", "hangs up"])
def test_the_pieces_of_a_stream_that_nobody_reads_are_closed_and_noted_when_it_ends(seconds: float, hangs_up: bool):
    assert asyncio.run(stream(seconds, hangs_up=hangs_up)) == ["closed", "noted"]


def test_what_a_stream_is_made_of_is_closed_where_nobody_has_taken_a_piece_of_it():
    closed: list[str] = []

    async def pieces() -> AsyncGenerator[bytes]:
        yield b"piece"

    async def close() -> None:
        closed.append("closed")

    async def receive() -> Message:
        return {"type": "http.disconnect"}

    async def send(_message: Message) -> None:
        await asyncio.Event().wait()

    answer = Bounded(pieces(), 60, close, headers={}, cut_off=untold)
    asyncio.run(answer({"type": "http", "asgi": {"spec_version": "2.3"}}, receive, send))
    assert closed == ["closed"]
