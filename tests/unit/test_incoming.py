"""Half read bodies have room of their own, which is free again however their reading ends."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator

import pytest
from starlette.types import Message

from llm_router.errors import Overloaded
from llm_router.local.incoming import UNCOUNTED, Disconnected, Room, read
from llm_router.web.access import MIB

PIECE: Message = {"type": "http.request", "body": b" " * MIB, "more_body": True}
LAST: Message = {"type": "http.request", "body": b"", "more_body": False}
GONE: Message = {"type": "http.disconnect"}


def reading(room: Room, *messages: Message) -> tuple[bytes | type[Exception], list[int]]:
    """What came of it, and how much of the room was taken before each piece."""
    taken: list[int] = []
    coming: Iterator[Message] = iter(messages)

    async def receive() -> Message:
        taken.append(room.taken)
        return next(coming)

    try:
        return asyncio.run(read(receive, 4 * MIB, room)), taken
    except (Disconnected, Overloaded) as end:
        return type(end), taken


@pytest.mark.parametrize(("end", "came"), [(LAST, b" " * 2 * MIB), (GONE, Disconnected)], ids=["whole", "gone"])
def test_a_long_body_takes_room_while_it_comes_in(end: Message, came: bytes | type[Exception]):
    room = Room()
    assert reading(room, PIECE, PIECE, end) == (came, [0, MIB - UNCOUNTED, 2 * MIB - UNCOUNTED])
    assert room.taken == 0


def test_where_there_is_no_room_it_is_shed_and_takes_none():
    room = Room(most=MIB, taken=10)
    assert reading(room, PIECE, PIECE, LAST) == (Overloaded, [10, MIB + 10 - UNCOUNTED])
    assert room.taken == 10


def test_a_short_body_needs_no_room():
    room, short = Room(most=0), {"type": "http.request", "body": b" " * UNCOUNTED, "more_body": False}
    assert reading(room, short) == (b" " * UNCOUNTED, [0])
