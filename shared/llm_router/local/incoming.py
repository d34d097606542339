"""What the local gateway takes of a request's body: all of it, its beginning, or nothing that is kept."""

from __future__ import annotations

import asyncio
from contextlib import suppress
from dataclasses import dataclass

from starlette.types import Message, Receive

from llm_router.errors import Overloaded
from llm_router.local.protocol import LINGER_S
from llm_router.web.access import KIB, MIB

MOST_THROWN_AWAY = 8 * MIB
"""Bytes of a body that nobody reads which are taken all the same: more than any route allows twice over."""

MOST_WRITTEN_ON = 64 * MIB
"""The same once the answer is out, which keeps nobody waiting any more."""

MOST_COMING = 64 * MIB
"""Bytes of bodies that may lie here half read, of all requests to a worker: who has no key can send them, too."""

UNCOUNTED = 64 * KIB
"""Of each body, the bytes that are not among these: the long ones of others keep no ordinary request out."""


class Disconnected(Exception):
    """The client went away before its request was whole."""


@dataclass
class Room:
    """How many bytes of half read bodies there may be, and are."""

    most: int = MOST_COMING
    taken: int = 0

    def take(self, octets: int) -> None:
        """So many more. Raises `Overloaded`."""
        if octets > 0 and self.taken + octets > self.most:
            raise Overloaded("Too many long requests are coming in; try again in a moment.", retry_after_s=1)
        self.taken += octets


async def read(receive: Receive, limit: int, room: Room) -> bytes:
    """The whole body, or its beginning where it is longer than `limit`: the door, which says so, need not see more.

    Raises `Disconnected`, and `Overloaded` where there is no `room` for it.
    """
    body, more, held = bytearray(), True, 0
    try:
        while more and len(body) <= limit:
            message = await _next(receive)
            body += message.get("body", b"")
            more = message.get("more_body", False)
            if (counted := max(0, len(body) - UNCOUNTED)) > held:
                room.take(counted - held)
                held = counted
    finally:
        room.taken -= held
    if more:
        await thrown_away(receive)
    return bytes(body)


async def thrown_away(receive: Receive, most: int = MOST_THROWN_AWAY) -> bytes:
    """What comes of a body that nobody reads, for a moment; nothing is left of it. Raises `Disconnected`.

    A client that writes all of it before it reads would not see an answer behind which the connection is closed.
    """
    left, more = most, True
    with suppress(TimeoutError):
        async with asyncio.timeout(LINGER_S):
            while more and left > 0:
                message = await _next(receive)
                left -= len(message.get("body", b""))
                more = message.get("more_body", False)
    return b""


async def _next(receive: Receive) -> Message:
    message: Message = await receive()
    if message["type"] == "http.disconnect":
        raise Disconnected
    return message
