"""A proxy on loopback that does what networks and dying servers do, switched while connections run through it.

    with fault_proxy(server_port) as proxy:
        client = connect(proxy.port)          # all is well
        proxy.does(Trouble.HANG)              # for open connections too
        proxy.does(Says(b"-LOADING\\r\\n"))     # instead of the server
        proxy.mends()

It forwards bytes and knows no protocol, but for two things of HTTP: where a request ends, so that `Says` answers each
one once, and where an answer's head ends, so that `TRUNCATE` cuts a body. With `tls` it is the proxy that speaks TLS
with clients, so that what goes wrong does so inside the encryption.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
import ssl
from collections.abc import Iterator
from dataclasses import dataclass, field
from enum import StrEnum

from tests.support.loopback import HOST, Listener, listening, reset

DRIP_EVERY_S = 0.01
PIECE = 65_536
NONSENSE = b"\x80\x04\x95 SSH-2.0-OpenSSH_9.2\r\n\r\n"
HTTP_REQUEST = re.compile(rb"[A-Z]{3,7} \S+ HTTP/1\.[01]\r\n")


class Trouble(StrEnum):
    """What goes wrong between a client and its server."""

    REFUSE = "refuse"
    """Nobody listens at the port; what was open is reset."""
    HANG = "hang"
    """Connections and requests are taken and never answered."""
    RESET = "reset"
    """A connection is reset (RST) when a request comes."""
    DRIP = "drip"
    """The server's answer, one byte every 10 ms."""
    TRUNCATE = "truncate"
    """The answer ends in good order in its middle: of HTTP a byte after the head, otherwise half of what came."""
    GARBAGE = "garbage"
    """Bytes of no protocol instead of an answer, and the end."""


@dataclass(frozen=True)
class Says:
    """The same bytes for every request, whatever the server would have said. `response` makes those of HTTP."""

    reply: bytes


@dataclass
class FaultProxy:
    """The switch. `connections` counts what was accepted, `requests` the pieces that clients sent."""

    upstream: int
    connections: int = 0
    requests: int = 0
    _trouble: Trouble | Says | None = None
    _only: bytes = b""
    _listener: Listener = field(init=False)

    @property
    def port(self) -> int:
        return self._listener.port

    @property
    def url(self) -> str:
        """Of a server that speaks HTTP."""
        return f"http{'' if self._listener.tls is None else 's'}://{HOST}:{self.port}"

    def does(self, trouble: Trouble | Says | None, *, only: bytes = b"") -> None:
        """From the next byte on, to requests that hold `only`; what refuses or resets ends what is open at once."""
        self._trouble, self._only = trouble, only
        if trouble is Trouble.REFUSE:
            self._listener.wait_for(self._listener.close())
            return
        if trouble is Trouble.RESET and not only:
            self._listener.wait_for(self._listener.cut())
        self._listener.wait_for(self._listener.open())

    def mends(self) -> None:
        """All is well again; what hangs goes on hanging."""
        self.does(None)

    def trouble(self, asked: bytes) -> Trouble | Says | None:
        """What happens now to who asked this."""
        return self._trouble if self._only in asked else None

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One client's connection."""
        self.connections += 1
        line = _Line(self, reader, writer)
        try:
            await line.run()
        except (OSError, EOFError):
            reset(writer)
        finally:
            line.close()


@dataclass
class _Line:
    """A client's connection, which gets one of its own to the server as soon as it needs that."""

    proxy: FaultProxy
    reader: asyncio.StreamReader
    writer: asyncio.StreamWriter
    asked: bytes = b""
    server: asyncio.StreamWriter | None = None
    answers: asyncio.Task[None] | None = None

    async def run(self) -> None:
        while piece := await self.reader.read(PIECE):
            self.proxy.requests += 1
            self.asked = piece
            if not await self._instead(piece):
                continue
            if self.server is None:
                up, self.server = await asyncio.open_connection(HOST, self.proxy.upstream)
                self.answers = asyncio.create_task(self._answer(up))
            self.server.write(piece)
            await self.server.drain()

    def close(self) -> None:
        if self.answers is not None:
            self.answers.cancel()
        if self.server is not None:
            self.server.close()

    async def _instead(self, piece: bytes) -> bool:
        """Whether what the client sent is still to go to the server. Raises EOFError where it gets a reset."""
        match self.proxy.trouble(piece):
            case Trouble.HANG:
                return False
            case Trouble.RESET | Trouble.REFUSE:
                raise EOFError
            case Trouble.GARBAGE:
                self.writer.write(NONSENSE)
                self.writer.close()
                return False
            case Says(reply):
                await _rest_of_request(piece, self.reader)
                self.writer.write(reply)
                return False
        return True

    async def _answer(self, server: asyncio.StreamReader) -> None:
        """The server's bytes to the client, until either has gone; a server that is killed takes the client along."""
        client = self.writer
        with contextlib.suppress(OSError):
            while piece := await server.read(PIECE):
                match self.proxy.trouble(self.asked):
                    case Trouble.HANG:
                        continue
                    case Trouble.DRIP:
                        await self._drip(piece)
                    case Trouble.TRUNCATE:
                        half = piece.find(b"\r\n\r\n") + 4 if piece.startswith(b"HTTP/1.") else len(piece) // 2
                        client.write(piece[: half + 1])
                        break
                    case _:
                        client.write(piece)
                await client.drain()
            client.close()

    async def _drip(self, piece: bytes) -> None:
        for byte in piece:
            self.writer.write(bytes([byte]))
            await self.writer.drain()
            await asyncio.sleep(DRIP_EVERY_S)


async def _rest_of_request(piece: bytes, reader: asyncio.StreamReader) -> None:
    """Reads on to the end of a request of HTTP; one that asks whether it may send its body need not send it."""
    if HTTP_REQUEST.match(piece) is None:
        return
    if (end := piece.find(b"\r\n\r\n")) < 0:
        piece += await reader.readuntil(b"\r\n\r\n")
        end = len(piece) - 4
    head = piece[:end].lower()
    length = re.search(rb"\r\ncontent-length: *(\d+)", head)
    left = int(length[1]) - (len(piece) - end - 4) if length else 0
    if left > 0 and b"100-continue" not in head:
        await reader.readexactly(left)


@contextlib.contextmanager
def fault_proxy(upstream: int = 0, *, tls: ssl.SSLContext | None = None) -> Iterator[FaultProxy]:
    """A proxy before a port of the loopback address; without a server it is for troubles that need none."""
    proxy = FaultProxy(upstream)
    with listening(proxy.serve, tls) as listener:
        proxy._listener = listener
        yield proxy
