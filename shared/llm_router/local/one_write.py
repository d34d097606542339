"""An answer's head and its body written as one, where both are there at once."""

from __future__ import annotations

import asyncio


class OneWrite:
    """What one answer is written to, in place of its connection's transport.

    uvicorn writes the head and the body apart, and of a short answer every write takes a good part of the time, for the
    client as well. Here the head waits for what comes behind it, though no longer than to the loop's next turn, so that
    an answer in pieces begins as soon as ever.
    """

    def __init__(self, transport: asyncio.Transport, loop: asyncio.AbstractEventLoop) -> None:
        self._transport = transport
        self._loop = loop
        self._begun = False
        self._held = b""

    def write(self, data: bytes) -> None:
        """The first is held."""
        if not self._begun:
            self._begun, self._held = True, data
            self._loop.call_soon(self._let_go)
            return
        held, self._held = self._held, b""
        self._transport.write(held + data)

    def close(self) -> None:
        """Close the connection behind all that was written."""
        self._let_go()
        self._transport.close()

    def is_closing(self) -> bool:
        """Whether the connection is closed already, or about to be."""
        return self._transport.is_closing()

    def _let_go(self) -> None:
        held, self._held = self._held, b""
        if held and not self._transport.is_closing():
            self._transport.write(held)
