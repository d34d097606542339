"""An app behind the local service's own HTTP, on a port of this machine."""

from __future__ import annotations

import asyncio
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn._types import ASGI3Application

from llm_router.local.protocol import BoundedHttp
from tests.support.clock import move_on
from tests.support.connection import WITHIN_S, Connection
from tests.support.loopback import HOST

TURNS = 3
"""Of a loop, in which what is due is done, and what comes of it."""


@dataclass
class Served:
    """A port, and the time by which its connections are kept."""

    port: int
    loop: asyncio.AbstractEventLoop
    read: dict[int, int] = field(default_factory=dict)
    """Bytes that have been read, by the port of whoever sent them."""
    reading: threading.Condition = field(default_factory=threading.Condition)

    def reads(self, connection: Connection, said: bytes) -> None:
        """Send so much, and wait until it has been read."""
        sender = connection.socket.getsockname()[1]
        with self.reading:
            before = self.read.get(sender, 0)
        connection.send(said)
        with self.reading:
            assert self.reading.wait_for(lambda: self.read.get(sender, 0) >= before + len(said), WITHIN_S)

    def pass_seconds(self, seconds: int) -> None:
        """Let time pass for every connection, one second after the other."""

        async def passed() -> None:
            for _ in range(seconds):
                move_on(self.loop, 1)
                for _ in range(TURNS):
                    await asyncio.sleep(0)

        asyncio.run_coroutine_threadsafe(passed(), self.loop).result(WITHIN_S)


@contextmanager
def serving(app: ASGIApp, kept_s: int) -> Iterator[Served]:
    """The app behind the protocol in a thread."""
    loop = asyncio.new_event_loop()
    with socket.create_server((HOST, 0)) as listener:
        served = Served(listener.getsockname()[1], loop)

        class Noted(BoundedHttp):
            """Tells how much it has read."""

            def data_received(self, data: bytes) -> None:
                super().data_received(data)
                assert self.client is not None
                sender = self.client[1]
                with served.reading:
                    served.read[sender] = served.read.get(sender, 0) + len(data)
                    served.reading.notify_all()

        config = uvicorn.Config(
            cast("ASGI3Application", app),
            http=Noted,
            ws="none",
            lifespan="off",
            proxy_headers=False,
            log_config=None,
            timeout_keep_alive=kept_s,
            timeout_graceful_shutdown=1,
        )
        server = uvicorn.Server(config)

        def main() -> None:
            with asyncio.Runner(loop_factory=lambda: loop) as runner:
                runner.run(server.serve([listener]))

        thread = threading.Thread(target=main, name="serving")
        thread.start()
        try:
            yield served
        finally:
            server.should_exit = True
            thread.join(WITHIN_S)
