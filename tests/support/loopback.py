"""What listens on the loopback address: free ports, and servers in a thread of their own."""

from __future__ import annotations

import asyncio
import contextlib
import random
import socket
import ssl
import struct
import threading
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, field

HOST = "127.0.0.1"
PORTS = range(20_000, 32_000)
"""Those of tests: below what systems give to connections, and to servers that ask for any."""
_CHANCE = random.SystemRandom()
"""Hypothesis gives every process the same numbers from the ordinary one."""
POLL_S = 0.01
"""How often a server in a thread looks whether it is to end: the tests wait for that."""

ACCEPTING = 3
"""Turns of the loop after which what was accepted last is among the connections, and can be reset."""

Serve = Callable[[asyncio.StreamReader, asyncio.StreamWriter], Awaitable[None]]


def free_port() -> int:
    """A port that nobody listens on, and nobody else gets before the caller does."""
    while True:
        with socket.socket() as probe, contextlib.suppress(OSError):
            probe.bind((HOST, _CHANCE.choice(PORTS)))
            return int(probe.getsockname()[1])


def refusing_url() -> str:
    """An address where nobody listens."""
    return f"http://{HOST}:{free_port()}"


@dataclass
class Listener:
    """A listening port that can be closed, with every connection reset, and opened again under the same number."""

    serve: Serve
    loop: asyncio.AbstractEventLoop
    tls: ssl.SSLContext | None = None
    port: int = 0
    _server: asyncio.Server | None = None
    _refuses: bool = False
    _connections: dict[asyncio.Task[None], asyncio.StreamWriter] = field(default_factory=dict)

    async def open(self) -> None:
        """Listen, on the port it had before if it had one."""
        self._refuses = False
        if self._server is None:
            self._server = await asyncio.start_server(
                self._accepted, HOST, self.port, backlog=1024, ssl=self.tls, reuse_address=True
            )
            self.port = self._server.sockets[0].getsockname()[1]

    async def close(self) -> None:
        """Refuse from now on, and reset what is open."""
        self._refuses = True
        if self._server is not None:
            # Accepts no more first: asyncio of Python 3.11 leaves a socket open whose server closes before its turn.
            for port in self._server.sockets:
                self.loop.remove_reader(port.fileno())
            for _ in range(ACCEPTING):
                await asyncio.sleep(0)
            self._server.close()
            self._server = None
        await self.cut()

    async def cut(self) -> None:
        """Reset every connection."""
        tasks = list(self._connections)
        for task in tasks:
            reset(self._connections[task])
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    def wait_for(self, step: Awaitable[None]) -> None:
        """Do one of these from another thread."""

        async def done() -> None:
            await step

        asyncio.run_coroutine_threadsafe(done(), self.loop).result(10)

    def _accepted(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if self._refuses:  # it came while the port was being closed
            reset(writer)
            return
        task = asyncio.ensure_future(self._one(reader, writer))
        self._connections[task] = writer
        # A task that is cancelled before its first step closes nothing itself.
        task.add_done_callback(lambda ended: self._connections.pop(ended).close())

    async def _one(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await self.serve(reader, writer)
        except OSError:
            return
        finally:
            writer.close()


def reset(writer: asyncio.StreamWriter) -> None:
    """End a connection with RST instead of in good order."""
    try:
        connection = writer.get_extra_info("socket")
    except AttributeError:  # how asyncio's TLS of Python 3.11 tells that the connection has ended
        return
    if connection is not None and connection.fileno() >= 0:
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
    writer.transport.abort()


@contextlib.contextmanager
def listening(serve: Serve, tls: ssl.SSLContext | None = None) -> Iterator[Listener]:
    """A listener in a thread of its own, gone with everything that hangs in it when the block ends."""
    loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
    listener = Listener(serve, loop, tls)

    async def run() -> None:
        await listener.open()
        ready.set()
        await stop.wait()
        await listener.close()

    def main() -> None:
        with asyncio.Runner(loop_factory=lambda: loop) as runner:
            runner.run(run())

    thread = threading.Thread(target=main, name="loopback", daemon=True)
    thread.start()
    assert ready.wait(10)
    try:
        yield listener
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join(10)
