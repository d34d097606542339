"""An app behind the local service's own HTTP, on a port of this machine."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from typing import cast

import uvicorn
from starlette.types import ASGIApp
from uvicorn._types import ASGI3Application

from llm_router.local.protocol import BoundedHttp
from tests.support.loopback import HOST


@contextmanager
def serving(app: ASGIApp, kept_s: int) -> Iterator[int]:
    """The app behind the protocol in a thread, on the port that is given."""
    config = uvicorn.Config(
        cast("ASGI3Application", app),
        http=BoundedHttp,
        ws="none",
        lifespan="off",
        log_config=None,
        timeout_keep_alive=kept_s,
        timeout_graceful_shutdown=1,
    )
    server = uvicorn.Server(config)
    with socket.create_server((HOST, 0)) as listener:
        thread = threading.Thread(target=server.run, args=([listener],), name="serving")
        thread.start()
        try:
            yield listener.getsockname()[1]
        finally:
            server.should_exit = True
            thread.join(20)
