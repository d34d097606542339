"""One TCP connection within one time-out. The standard library's, and redis-py's, hold for each address of a host."""

from __future__ import annotations

import socket
import time
from collections.abc import Sequence
from typing import Any

Address = tuple[int, int, int, str, Any]
"""As `socket.getaddrinfo` gives it."""


def addresses(host: str, port: int) -> Sequence[Address]:
    """The host's addresses. Looking them up cannot be cut short: the system decides how long it takes, and whoever
    bounds what follows begins after it. Raises OSError."""
    return socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)


def connected(found: Sequence[Address], timeout_s: float) -> socket.socket:
    """A connection to the first of a host's addresses that takes it, within `timeout_s` for them all.

    Each address has half of what is left, so that one that swallows everything leaves time for the next, and the last
    has all of it. Raises OSError, which is `TimeoutError` when no time is left.
    """
    until = time.monotonic() + timeout_s
    failure = OSError("The host has no address.")
    for tried, (family, kind, protocol, _, address) in enumerate(found, start=1):
        left_s = until - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        try:
            return _one(socket.socket(family, kind, protocol), address, left_s if tried == len(found) else left_s / 2)
        except OSError as refused:
            failure = refused
    raise failure


def _one(connection: socket.socket, address: tuple[str | int | bytes, ...], timeout_s: float) -> socket.socket:
    try:
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        connection.settimeout(timeout_s)
        connection.connect(address)
    except OSError:
        connection.close()
        raise
    return connection
