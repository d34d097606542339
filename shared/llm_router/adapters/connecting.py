"""One TCP connection within one time-out. The standard library's, and redis-py's, hold for each address of a host."""

from __future__ import annotations

import socket
import time


def connected(host: str, port: int, timeout_s: float) -> socket.socket:
    """A connection to the first of the host's addresses that takes it, within `timeout_s` for them all.

    Each address has an equal share of what is left, so that one that swallows everything leaves time for the next.
    Looking the name up counts, but the system decides how long it takes. Raises OSError, which is `TimeoutError` when
    no time is left.
    """
    until = time.monotonic() + timeout_s
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    failure = OSError("The host has no address.")
    for tried, (family, kind, protocol, _, address) in enumerate(found):
        left_s = until - time.monotonic()
        if left_s <= 0:
            raise TimeoutError
        try:
            return _one(socket.socket(family, kind, protocol), address, left_s / (len(found) - tried))
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
