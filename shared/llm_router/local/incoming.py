"""What the local gateway takes of a request's body: all of it, its beginning, or nothing that is kept."""

from __future__ import annotations

import asyncio
from contextlib import suppress

from starlette.types import Message, Receive

from llm_router.local.protocol import LINGER_S
from llm_router.web.access import MIB

MOST_THROWN_AWAY = 8 * MIB
"""Bytes of a body that nobody reads which are taken all the same: more than any route allows twice over."""

MOST_WRITTEN_ON = 64 * MIB
"""The same once the answer is out, which keeps nobody waiting any more."""


class Disconnected(Exception):
    """The client went away before its request was whole."""


async def read(receive: Receive, limit: int) -> bytes:
    """The whole body, or its beginning where it is longer than `limit`: the door, which says so, need not see more.

    Raises `Disconnected`.
    """
    body, more = bytearray(), True
    while more and len(body) <= limit:
        message = await _next(receive)
        body += message.get("body", b"")
        more = message.get("more_body", False)
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
